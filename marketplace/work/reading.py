"""Reads the work of a project for pages, the inbox and calendars. Never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.delivery.reading import find_delivery
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import DeliveryState
from marketplace.reading import read_project
from marketplace.values import Project, ProjectId
from marketplace.work import holding, rows, standing
from marketplace.work.errors import UnknownSlot
from marketplace.work.rules import quarters
from marketplace.work.tables import WorkSlotRow, WorkTurnRow
from marketplace.work.values import Correction, Grant, Hours, Slot, Turn

_PAID: Final = """
SELECT coalesce(sum(paid), 0)::bigint AS paid FROM work_turn
WHERE community_id = {} AND project_id = {}
"""

_WAITING: Final = """
one.state = 'open' AND one.starts_at + one.minutes * interval '1 minute' <= {}
AND EXISTS (SELECT FROM work_turn WHERE slot_id = one.id AND state = 'signed')
ORDER BY one.starts_at, one.id
"""


@dataclass(frozen=True, slots=True)
class Board:
    """The work of a project: its slots by time, its hours, and what whoever looks may do.

    `own` is the reader's own turns by slot. `under_way` says whether slots are offered now.
    """

    project: Project
    slots: Sequence[Slot]
    hours: Hours
    grants: Sequence[Grant]
    own: dict[UUID, Turn]
    under_way: bool
    runs: bool
    coordinates: bool
    own_hours: int

    def ahead(self, at: datetime) -> list[Slot]:
        """Return the slots that are not over, the next one first."""
        return [one for one in self.slots if one.ends_at > at]

    def over(self, at: datetime) -> list[Slot]:
        """Return the slots that are over, the newest first."""
        return [one for one in reversed(self.slots) if one.ends_at <= at]


@dataclass(frozen=True, slots=True)
class SeenSlot:
    """A slot as its page shows it; the list of names is for those who look after it."""

    slot: Slot
    project: Project
    mine: Turn | None
    runs: bool
    under_way: bool
    own_hours: int
    turns: Sequence[tuple[Turn, str]] = ()


async def hours_of(project_id: UUID, *, community_id: UUID) -> Hours:
    """Return a project's minutes, as the open book has them."""
    posted, held = await holding.minutes_of(project_id, community_id=community_id)
    paid = await WorkTurnRow.raw(_PAID, community_id, project_id)
    given = await rows.grants(project_id, community_id=community_id)
    granted = sum(one.minutes for one in given)
    return holding.hours(posted, held, paid=int(paid[0]["paid"]), granted=granted)


async def board(project_id: UUID, *, community_id: UUID, by: Actor | None) -> Board:
    """Return the work of a project. Raises `UnknownProject`."""
    project = await read_project(ProjectId(project_id), community_id=community_id)
    found = await rows.slots(
        "one.project_id = {} ORDER BY one.starts_at, one.id", project.id, community_id=community_id
    )
    turns = await rows.turns(
        "project_id = {} AND state IN ('signed', 'came', 'no_show')",
        project.id,
        community_id=community_id,
    )
    undertaking = await undertaking_of(project)
    own = {one.slot_id: one for one in turns if by is not None and one.member_id == by.member_id}
    return Board(
        project=project,
        slots=found,
        hours=await hours_of(project.id, community_id=community_id),
        grants=await rows.grants(project.id, community_id=community_id),
        own=own,
        under_way=await _under_way(project),
        runs=by is not None and standing.runs(undertaking, by),
        coordinates=by is not None
        and standing.coordinates(by)
        and by.member_id not in undertaking.hands,
        own_hours=sum(one.paid or 0 for one in turns if one.own),
    )


async def _under_way(project: Project) -> bool:
    delivery = await find_delivery(project.id, community_id=project.community_id)
    return delivery is not None and delivery.state is DeliveryState.UNDER_WAY


async def slot_page(
    slot_id: UUID, *, project_id: UUID, community_id: UUID, by: Actor | None
) -> SeenSlot:
    """Return a slot of a project as whoever looks may see it. Raises `UnknownSlot`."""
    found = await rows.slots(
        "one.id = {} AND one.project_id = {}", slot_id, project_id, community_id=community_id
    )
    if not found:
        raise UnknownSlot
    slot = found[0]
    project = await read_project(ProjectId(slot.project_id), community_id=community_id)
    undertaking = await undertaking_of(project)
    runs = by is not None and standing.runs(undertaking, by)
    turns = await rows.turns_in(slot)
    names = await community.named_members(
        {one.member_id for one in turns} if runs else set(), community_id=community_id
    )
    return SeenSlot(
        slot=slot,
        project=project,
        mine=next((one for one in turns if by is not None and one.member_id == by.member_id), None),
        runs=runs,
        under_way=await _under_way(project),
        own_hours=sum(one.own for one in turns),
        turns=[(one, names.get(one.member_id, "")) for one in turns] if runs else (),
    )


async def corrections_in(slot: Slot) -> list[Correction]:
    """Return what was corrected about those who signed up for a slot, in order."""
    turns = await rows.turns_in(slot)
    return await rows.corrections([one.id for one in turns], community_id=slot.community_id)


async def busy_then(
    member_id: UUID, starts_at: datetime, minutes: int, /, *, community_id: UUID
) -> bool:
    """Return whether a member has promised any of a stretch of time to a project."""
    return await rows.busy_at(member_id, quarters(starts_at, minutes), community_id=community_id)


async def waiting_slots(by: Actor, *, at: datetime) -> list[tuple[Slot, Project]]:
    """Return the slots that are over and wait for a coordinator's word or the undertaker's."""
    found = await rows.slots(_WAITING, at, community_id=by.community_id)
    projects = {
        one: await read_project(ProjectId(one), community_id=by.community_id)
        for one in {slot.project_id for slot in found}
    }
    if standing.coordinates(by):
        return [(one, projects[one.project_id]) for one in found]
    mine = {one.id for one in projects.values() if standing.runs(await undertaking_of(one), by)}
    return [(one, projects[one.project_id]) for one in found if one.project_id in mine]


async def own_turns(
    member_id: UUID, *, community_id: UUID, since: datetime
) -> list[tuple[Slot, Turn]]:
    """Return the slots from a moment on that a member signed up for, with their turn, by time.

    Called-off ones are among them, so that a calendar takes them out; of several turns in one slot
    the last counts.
    """
    turns = await rows.turns(
        "member_id = {} ORDER BY signed_at, id", member_id, community_id=community_id
    )
    last = {one.slot_id: one for one in turns}
    found = await rows.slots(
        "one.id = ANY({}) AND one.starts_at >= {} ORDER BY one.starts_at, one.id",
        list(last),
        since,
        community_id=community_id,
    )
    return [(one, last[one.id]) for one in found]


async def slots_to_join(community_id: UUID, *, at: datetime, days: int = 30) -> list[Slot]:
    """Return a community's slots of the next days that have a free place, the soonest first."""
    found = await rows.slots(
        "one.state = 'open' AND one.starts_at > {} AND one.starts_at <= {}"
        " ORDER BY one.starts_at, one.id",
        at,
        at + timedelta(days=days),
        community_id=community_id,
    )
    return [one for one in found if one.free]


async def titles_of_slots(ids: Sequence[UUID], *, community_id: UUID) -> dict[UUID, str]:
    """Return the titles of slots by the ids of turns in them: what a line of the book was for."""
    found = await WorkSlotRow.raw(
        "SELECT work_turn.id, title FROM work_turn JOIN work_slot ON work_slot.id = slot_id"
        " WHERE work_turn.community_id = {} AND work_turn.id = ANY({})",
        community_id,
        list(ids),
    )
    return {row["id"]: row["title"] for row in found}
