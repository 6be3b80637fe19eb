"""Reminds who signed up, asks who looks after a slot, and ends what cannot take place; jobs."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
import ledger
from marketplace.delivery.undertaking import undertaking_of
from marketplace.work import rows, standing, telling
from marketplace.work.offering import call_off
from marketplace.work.tables import WorkSlotRow
from marketplace.work.values import SlotState, TurnState

BEFORE: Final = timedelta(days=1)
_SOON: Final = """
SELECT id, community_id FROM work_slot WHERE state = 'open' AND reminded_at IS NULL
    AND starts_at > {} AND starts_at <= {} ORDER BY starts_at, id
"""

_OVER: Final = """
SELECT id, community_id FROM work_slot WHERE state = 'open' AND chased_at IS NULL
    AND starts_at + minutes * interval '1 minute' <= {}
    AND EXISTS (SELECT FROM work_turn WHERE slot_id = work_slot.id AND state = 'signed')
ORDER BY starts_at, id
"""

_ENDED: Final = """
SELECT work_slot.id, work_slot.community_id FROM work_slot
JOIN delivery ON delivery.project_id = work_slot.project_id
WHERE work_slot.state = 'open' AND starts_at > {} AND delivery.state IN ('stopped', 'closed')
ORDER BY starts_at, work_slot.id
"""

_CLAIM: Final = """
SELECT id FROM work_slot WHERE id = {} AND state = 'open' FOR NO KEY UPDATE SKIP LOCKED
"""

_CLAIM_SOON: Final = """
SELECT id FROM work_slot WHERE id = {} AND state = 'open' AND reminded_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
"""

_CLAIM_OVER: Final = """
SELECT id FROM work_slot WHERE id = {} AND state = 'open' AND chased_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
"""


async def remind_of_work(*, at: datetime | None = None) -> int:
    """Tell who signed up for a slot that it is within a day, once; a job.

    Whoever signed up within that day has just read it. Each slot is a transaction of its own.
    Return of how many slots was told.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for due in await WorkSlotRow.raw(_SOON, moment, moment + BEFORE):
        async with ledger.transaction():
            if not await WorkSlotRow.raw(_CLAIM_SOON, due["id"]):
                continue
            slot = await rows.one_slot(due["id"], community_id=due["community_id"])
            earlier = slot.starts_at - BEFORE
            coming = {
                one.member_id
                for one in await rows.turns_in(slot)
                if one.state is TurnState.SIGNED and one.signed_at <= earlier
            }
            await rows.set_slot(slot, reminded_at=moment)
            await rows.note("remind", slot, by=community.system(slot.community_id))
            await telling.tell_soon(slot, coming)
            told += 1
    return told


async def ask_who_came(*, at: datetime | None = None) -> int:
    """Ask those who carry a project out to write down who came, a slot once it is over; a job.

    Return of how many slots was asked. What nobody writes down stands in the inbox of the desk.
    """
    moment = at or datetime.now(UTC)
    asked = 0
    for due in await WorkSlotRow.raw(_OVER, moment):
        async with ledger.transaction():
            if not await WorkSlotRow.raw(_CLAIM_OVER, due["id"]):
                continue
            slot = await rows.one_slot(due["id"], community_id=due["community_id"])
            project = await standing.project_of(slot.project_id, community_id=slot.community_id)
            undertaking = await undertaking_of(project)
            await rows.set_slot(slot, chased_at=moment)
            await rows.note("ask", slot, by=community.system(slot.community_id))
            await telling.tell_over(slot, undertaking.hands | {slot.offered_by})
            asked += 1
    return asked


async def end_stopped_work(*, at: datetime | None = None) -> int:
    """Call off what was to come of projects that were stopped or closed; a job.

    What was set aside returns to the project at once. Return how many slots were called off.
    """
    moment = at or datetime.now(UTC)
    ended = 0
    for due in await WorkSlotRow.raw(_ENDED, moment):
        ended += await _end(due["id"], due["community_id"], moment)
    return ended


async def end_work_of(project_id: UUID, *, community_id: UUID, at: datetime | None = None) -> int:
    """Call off every slot of a project that has not begun, within the caller's transaction.

    For whoever stops or closes a project and wants its minutes free at once. Return how many.
    """
    moment = at or datetime.now(UTC)
    ended = 0
    coming = await rows.slots(
        "one.project_id = {} AND one.state = 'open' AND one.starts_at > {} ORDER BY one.id",
        project_id,
        moment,
        community_id=community_id,
    )
    await rows.lock_slots([one.id for one in coming], community_id=community_id)
    for slot in coming:
        ended += await _end(slot.id, community_id, moment, wait=True)
    return ended


async def _end(slot_id: UUID, community_id: UUID, at: datetime, *, wait: bool = False) -> int:
    async with ledger.transaction():
        if not wait and not await WorkSlotRow.raw(_CLAIM, slot_id):
            return 0
        slot = await rows.locked(slot_id, community_id=community_id)
        if slot.state is not SlotState.OPEN or slot.starts_at <= at:
            return 0
        await call_off(slot, "", by=community.system(community_id), at=at)
        return 1
