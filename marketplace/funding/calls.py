"""What the card processor is to be asked for: written with what causes it, carried out later."""

from typing import Final
from uuid import UUID, uuid5

from marketplace.funding.tables import StripeCallRow
from marketplace.funding.values import Contribution

CREATE, CANCEL, REFUND = "create", "cancel", "refund"
WANTED, SENT, DONE, FAILED = "wanted", "sent", "done", "failed"

_WANT: Final = """
INSERT INTO stripe_call (id, community_id, contribution_id, kind, amount_fen, key, state,
    wanted_at, next_at, attempts, problem)
VALUES ({}, {}, {}, {}, {}, {}, 'wanted', clock_timestamp(), clock_timestamp(), 0, '')
ON CONFLICT ON CONSTRAINT stripe_call_once DO NOTHING
"""


async def want_call(kind: str, contribution: Contribution, amount_fen: int) -> UUID:
    """Ask for a payment to be created, cancelled, or given back; return the call's id.

    Within the caller's transaction, which has the contribution locked. A contribution is created
    and cancelled once; each refund is a call of its own. The key under which the processor knows a
    repeated call is made from our own ids.
    """
    number = 1
    if kind == REFUND:
        (row,) = await StripeCallRow.raw(
            "SELECT count(*)::int AS before FROM stripe_call"
            " WHERE contribution_id = {} AND kind = 'refund'",
            contribution.id,
        )
        number += row["before"]
    call_id = uuid5(contribution.id, f"stripe {kind} {number}")
    await StripeCallRow.raw(
        _WANT,
        call_id,
        contribution.community_id,
        contribution.id,
        kind,
        amount_fen,
        f"linli-{kind}-{contribution.id}-{number}",
    )
    return call_id
