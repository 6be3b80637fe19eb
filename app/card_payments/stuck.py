"""Refunds that did not go through and that nothing is under way for: what the treasurer looks into.

Stripe refused one when it was asked for, or took it and told later that it did not arrive. One that
was asked for again, is on its way, was given back in Stripe's own pages, or was handed back by hand
is none of these any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.card_payments import calling
from community import Actor
from marketplace.funding.rows import contribution as find_contribution
from marketplace.funding.tables import StripeCallRow
from marketplace.funding.values import Contribution

CAME_BACK: Final = "refund failed"
"""Why, where Stripe took the refund and the giver's bank did not: it names no reason then."""

_STUCK: Final = """
SELECT gift.id AS gift_id, refused.id AS call_id, coalesce(refused.problem, {}) AS problem,
    coalesce(refused.ended_at, came_back.entered_at) AS since
FROM contribution AS gift
LEFT JOIN LATERAL (
    SELECT id, problem, ended_at FROM stripe_call
    WHERE contribution_id = gift.id AND kind = 'refund' AND state = 'failed'
    ORDER BY ended_at DESC, id LIMIT 1) AS refused ON true
LEFT JOIN LATERAL (
    SELECT entered_at FROM card_entry
    WHERE contribution_id = gift.id AND kind = 'refund_failed'
    ORDER BY entered_at DESC LIMIT 1) AS came_back ON true
WHERE gift.community_id = {} AND gift.due_fen > 0 AND gift.lies_in = 'card_processor'
    AND coalesce(refused.ended_at, came_back.entered_at) IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM stripe_call AS call WHERE call.contribution_id = gift.id
            AND call.kind = 'refund' AND (call.state IN ('wanted', 'sent')
                OR call.state = 'done' AND call.answer IS NOT NULL AND NOT EXISTS (
                    SELECT FROM card_entry
                    WHERE card_entry.kind = 'refund' AND processor_id = call.answer)))
ORDER BY since, gift.id LIMIT {}
"""

SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Stuck:
    """A gift whose money did not go back. `problem` is Stripe's word for why.

    `call_id` is what can be asked for again; None where only the treasurer's hand is left.
    """

    gift: Contribution
    problem: str
    since: datetime
    call_id: UUID | None


async def stuck_refunds(community_id: UUID, *, limit: int = SHOWN_MAX) -> list[Stuck]:
    """Return a community's refunds that did not go through, the oldest first."""
    rows = await StripeCallRow.raw(_STUCK, CAME_BACK, community_id, limit)
    return [
        Stuck(await find_contribution(one["gift_id"]), one["problem"], one["since"], one["call_id"])
        for one in rows
    ]


async def ask_for_all_again(*, by: Actor) -> int:
    """Ask once more for every refund that was refused; return how many."""
    asked = 0
    for one in await stuck_refunds(by.community_id):
        if one.call_id is not None:
            asked += await calling.want_again(one.call_id, by=by)
    return asked
