"""What becomes of help that a project which has ended still owed: a job, safe to repeat.

A project is stopped at once, also while it is not written down who came to what had begun. There is
time for that; what is left then returns to those who pledged it, as all else did before.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import ledger
from community import system
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.values import DeliveryState
from marketplace.funding.returning import give_back, keep_still
from marketplace.work import holding, rows, telling
from marketplace.work.tables import WorkTurnRow
from marketplace.work.values import TurnState

WAITING: Final = timedelta(days=30)
"""How long after a project has ended it can be written down who came."""

ENDED: Final = frozenset({DeliveryState.STOPPED, DeliveryState.CLOSED})

_SINCE: Final = """
(SELECT max(moved_at) FROM delivery_move WHERE delivery_move.project_id = delivery.project_id)
"""

_LATE: Final = f"""
SELECT work_turn.slot_id, work_turn.community_id FROM work_turn JOIN delivery USING (project_id)
WHERE work_turn.state = 'signed' AND delivery.state IN ('stopped', 'closed') AND {_SINCE} <= {{}}
GROUP BY work_turn.slot_id, work_turn.community_id ORDER BY work_turn.slot_id
"""  # noqa: S608 (a piece of our own)

# Where help was settled after the end, until a giving back comes after it.
_LEFT: Final = f"""
SELECT DISTINCT delivery.project_id, delivery.community_id FROM work_turn
JOIN delivery USING (project_id)
WHERE delivery.state IN ('stopped', 'closed') AND changed_at >= {_SINCE}
    AND changed_at >= {{}} AND work_turn.state <> 'signed'
    AND NOT EXISTS (SELECT FROM giving_back WHERE giving_back.project_id = delivery.project_id
        AND given_at > changed_at)
ORDER BY delivery.project_id
"""  # noqa: S608 (a piece of our own)


async def return_late_hours(*, at: datetime | None = None) -> int:
    """Let go what nobody wrote down in time, and return what ended projects have left; a job.

    Each slot and each project is a transaction of its own. Return for how many projects minutes
    returned.
    """
    moment, returned = at or datetime.now(UTC), 0
    for due in await WorkTurnRow.raw(_LATE, moment - WAITING):
        await _let_go(due["slot_id"], due["community_id"], moment)
    for due in await WorkTurnRow.raw(_LEFT, moment - 2 * WAITING):
        returned += await _return(due["project_id"], due["community_id"])
    return returned


async def _let_go(slot_id: UUID, community_id: UUID, at: datetime) -> None:
    """Give back what was set aside for help of which nobody said that it was given."""
    by = system(community_id)
    async with ledger.transaction():
        slot = await rows.locked(slot_id, community_id=community_id)
        turns = [one for one in await rows.turns_in(slot) if one.state is TurnState.SIGNED]
        for turn in turns:
            await rows.set_turn(turn, state=TurnState.CANCELLED.value, changed_at=at)
            await rows.free_quarters(turn)
        if turns:
            await rows.note("lapse", slot, by=by, people=len(turns))
        await telling.tell_lapsed(slot, {one.member_id for one in turns})
        for turn in sorted(turns, key=lambda one: one.hold_id):
            await holding.let_go(turn, by=by)


async def _return(project_id: UUID, community_id: UUID) -> bool:
    async with ledger.transaction():
        delivery = await locked_delivery(project_id, community_id=community_id)
        if delivery.state not in ENDED:
            return False
        await keep_still(project_id, community_id=community_id)
        posted, held = await holding.minutes_of(project_id, community_id=community_id)
        if posted <= held:
            return False
        return bool(await give_back(project_id, by=system(community_id), hours_wait=True))
