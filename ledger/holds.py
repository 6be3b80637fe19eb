"""Lets expired holds go: the verb of a job that comes round."""

from uuid import UUID

from ledger.errors import AlreadyResolved
from ledger.tables import OpenHoldRow
from ledger.values import CommunityId, Event, Origin, TransferId
from ledger.verbs import void

CLOCK = UUID(int=0)
"""Who acts when time does: no member has this id."""

_EXPIRED = """
SELECT hold_id, community_id FROM open_hold
WHERE expires_at <= clock_timestamp() ORDER BY expires_at LIMIT {}
"""


async def void_expired_holds(*, most: int = 1000) -> int:
    """Void up to `most` holds whose time is over; return how many this call voided.

    Each is a transaction of its own, and a hold is resolved once whatever happens, so a run that
    is killed, or two that meet, void every hold exactly once. When somebody posts a hold at that
    moment, whichever comes first stands. An expired hold counts as open until it is voided.
    """
    voided = 0
    for row in await OpenHoldRow.raw(_EXPIRED, most):
        hold = TransferId(row["hold_id"])
        origin = Origin(CommunityId(row["community_id"]), Event("expiry", hold), CLOCK)
        try:
            await void(hold, origin=origin, note="expired")
        except AlreadyResolved:
            continue
        voided += 1
    return voided
