"""Reads, locks and writes the rows of work: the only place that knows their columns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from marketplace.work.errors import UnknownSlot
from marketplace.work.rules import quarters
from marketplace.work.tables import (
    WorkCorrectionRow,
    WorkGrantRow,
    WorkQuarterRow,
    WorkSlotRow,
    WorkTurnRow,
)
from marketplace.work.values import Correction, Grant, Slot, SlotDraft, SlotState, Turn, TurnState

_SLOT: Final = """
SELECT one.id, one.community_id, one.project_id, title, about, place, starts_at, one.minutes,
    people, credit_per_hour, one.state, reason, offered_by, offered_at, cancelled_at,
    coalesce(turns.taken, 0) AS taken, coalesce(turns.came, 0) AS came,
    coalesce(turns.missed, 0) AS missed, coalesce(turns.paid, 0) AS paid
FROM work_slot AS one LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state IN ('signed', 'came', 'no_show'))::int AS taken,
        count(*) FILTER (WHERE state = 'came')::int AS came,
        count(*) FILTER (WHERE state = 'no_show')::int AS missed, sum(paid)::int AS paid
    FROM work_turn WHERE slot_id = one.id) AS turns ON true
WHERE one.community_id = {} AND """

_TURN: Final = """
SELECT id, community_id, slot_id, project_id, member_id, state, signed_at, hold_id, held, own,
    minutes, paid, settled_by, settled_at, changed_at
FROM work_turn WHERE community_id = {} AND """

_ADD_SLOT: Final = """
INSERT INTO work_slot (id, community_id, project_id, title, about, place, starts_at, minutes,
    people, credit_per_hour, state, offered_by, offered_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 'open', {}, {})
ON CONFLICT DO NOTHING RETURNING id
"""

_ADD_TURN: Final = """
INSERT INTO work_turn (id, community_id, slot_id, project_id, member_id, state, signed_at, hold_id,
    held, own, changed_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

# One statement in the order of time: nobody waits on each other in a circle.
_TAKE: Final = """
INSERT INTO work_quarter (community_id, member_id, quarter, turn_id)
SELECT {}, {}, quarter, {} FROM unnest({}::timestamptz[]) AS quarter ORDER BY quarter
"""

_ADD_GRANT: Final = """
INSERT INTO work_grant (id, community_id, project_id, minutes, why, granted_by, granted_at)
VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING RETURNING id
"""


async def slots(condition: str, *values: Any, community_id: UUID) -> list[Slot]:
    """Return a community's slots that fit a condition written in this package, as `one`."""
    found = await WorkSlotRow.raw(_SLOT + condition, community_id, *values)
    return [Slot(**{**row, "state": SlotState(row["state"])}) for row in found]


async def one_slot(slot_id: UUID, *, community_id: UUID) -> Slot:
    """Return a slot. Raises `UnknownSlot`."""
    found = await slots("one.id = {}", slot_id, community_id=community_id)
    if not found:
        raise UnknownSlot
    return found[0]


async def locked(slot_id: UUID, *, community_id: UUID) -> Slot:
    """Return a slot whose places nobody else can change until the transaction ends.

    It is read once the lock is held, by a statement of its own: what it counts is then true.
    Raises `UnknownSlot`.
    """
    await WorkSlotRow.raw(
        "SELECT id FROM work_slot WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        slot_id,
    )
    return await one_slot(slot_id, community_id=community_id)


async def lock_slots(ids: Collection[UUID], *, community_id: UUID) -> None:
    """Lock several slots in the one order, for a verb that books for each of them in turn.

    Whoever books for one holds its lock first: taken one after the other between bookings, two
    verbs would wait for each other.
    """
    await WorkSlotRow.raw(
        "SELECT id FROM work_slot WHERE community_id = {} AND id = ANY({}) ORDER BY id"
        " FOR NO KEY UPDATE",
        community_id,
        list(ids),
    )


async def add_slot(
    slot_id: UUID,
    project_id: UUID,
    draft: SlotDraft,
    *,
    credit_per_hour: int,
    by: Actor,
    at: datetime,
) -> bool:
    """Store a slot; say whether this was the first time."""
    stored = await WorkSlotRow.raw(
        _ADD_SLOT,
        slot_id,
        by.community_id,
        project_id,
        draft.title.strip(),
        draft.about.strip(),
        draft.place.strip(),
        draft.starts_at,
        draft.minutes,
        draft.people,
        credit_per_hour,
        by.member_id,
        at,
    )
    return bool(stored)


async def set_slot(slot: Slot, **fields: Any) -> None:
    """Change fields of a slot; their names are this package's own."""
    await _set(WorkSlotRow, slot.id, slot.community_id, fields)


async def turns(condition: str, *values: Any, community_id: UUID) -> list[Turn]:
    """Return turns that fit a condition written in this package."""
    found = await WorkTurnRow.raw(_TURN + condition, community_id, *values)
    return [Turn(**{**row, "state": TurnState(row["state"])}) for row in found]


async def turns_in(slot: Slot) -> list[Turn]:
    """Return every turn that takes a place in a slot, in the order of signing up."""
    return await turns(
        "slot_id = {} AND state IN ('signed', 'came', 'no_show') ORDER BY signed_at, id",
        slot.id,
        community_id=slot.community_id,
    )


async def turn_of(slot: Slot, member_id: UUID) -> Turn | None:
    """Return a member's turn that takes a place in a slot; None who has none."""
    found = await turns(
        "slot_id = {} AND member_id = {} AND state IN ('signed', 'came', 'no_show')",
        slot.id,
        member_id,
        community_id=slot.community_id,
    )
    return found[0] if found else None


async def add_turn(turn: Turn, slot: Slot) -> None:
    """Store a turn with the quarter-hours that it takes.

    A broken `helps_in_one_place` means that its member is busy then.
    """
    await WorkTurnRow.raw(
        _ADD_TURN,
        turn.id,
        turn.community_id,
        turn.slot_id,
        turn.project_id,
        turn.member_id,
        turn.state.value,
        turn.signed_at,
        turn.hold_id,
        turn.held,
        turn.own,
        turn.changed_at,
    )
    await WorkQuarterRow.raw(
        _TAKE,
        turn.community_id,
        turn.member_id,
        turn.id,
        quarters(slot.starts_at, slot.minutes),
    )


async def set_turn(turn: Turn, **fields: Any) -> None:
    """Change fields of a turn; their names are this package's own."""
    await _set(WorkTurnRow, turn.id, turn.community_id, fields)


async def free_quarters(turn: Turn) -> None:
    """Give back the time that a turn took."""
    await WorkQuarterRow.raw(
        "DELETE FROM work_quarter WHERE community_id = {} AND turn_id = {}",
        turn.community_id,
        turn.id,
    )


async def busy(member_id: UUID, slot: Slot) -> bool:
    """Whether a member has promised any of a slot's time to a project."""
    taken = quarters(slot.starts_at, slot.minutes)
    return await busy_at(member_id, taken, community_id=slot.community_id)


async def busy_at(member_id: UUID, taken: Sequence[datetime], *, community_id: UUID) -> bool:
    """Whether a member has promised any of these quarter-hours to a project."""
    found = await WorkQuarterRow.raw(
        "SELECT FROM work_quarter WHERE community_id = {} AND member_id = {}"
        " AND quarter = ANY({}::timestamptz[]) LIMIT 1",
        community_id,
        member_id,
        list(taken),
    )
    return bool(found)


async def _set(
    table: type[WorkSlotRow | WorkTurnRow], row_id: UUID, community_id: UUID, fields: dict[str, Any]
) -> None:
    names = ", ".join(f"{name} = {{}}" for name in fields)
    await table.raw(
        f"UPDATE {table._meta.tablename} SET {names} WHERE community_id = {{}} AND id = {{}}",  # noqa: S608, SLF001 (names of ours)
        *fields.values(),
        community_id,
        row_id,
    )


async def corrections(turn_ids: Collection[UUID], *, community_id: UUID) -> list[Correction]:
    """Return what was corrected about turns, in the order in which it was."""
    found = await WorkCorrectionRow.raw(
        "SELECT id, turn_id, number, was_minutes, minutes, why, corrected_by, corrected_at"
        " FROM work_correction WHERE community_id = {} AND turn_id = ANY({})"
        " ORDER BY corrected_at, turn_id, number",
        community_id,
        list(turn_ids),
    )
    return [Correction(**row) for row in found]


async def add_correction(made: Correction, *, community_id: UUID) -> None:
    """Store a correction; the turn is changed right after it, as its guard asks."""
    await WorkCorrectionRow.raw(
        "INSERT INTO work_correction (id, community_id, turn_id, number, was_minutes, minutes,"
        " why, corrected_by, corrected_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})",
        made.id,
        community_id,
        made.turn_id,
        made.number,
        made.was_minutes,
        made.minutes,
        made.why,
        made.corrected_by,
        made.corrected_at,
    )


async def add_grant(grant: Grant, *, by: Actor) -> bool:
    """Store a grant; say whether this was the first time."""
    stored = await WorkGrantRow.raw(
        _ADD_GRANT,
        grant.id,
        by.community_id,
        grant.project_id,
        grant.minutes,
        grant.why,
        grant.granted_by,
        grant.granted_at,
    )
    return bool(stored)


async def grants(project_id: UUID, *, community_id: UUID) -> list[Grant]:
    """Return what the community granted a project, oldest first."""
    found = await WorkGrantRow.raw(
        "SELECT id, project_id, minutes, why, granted_by, granted_at FROM work_grant"
        " WHERE community_id = {} AND project_id = {} ORDER BY granted_at, id",
        community_id,
        project_id,
    )
    return [Grant(**row) for row in found]


async def note(act: str, slot: Slot, *, by: Actor, **details: Any) -> None:
    """Add what was done to a slot to the community's audit trail."""
    await community.record(
        f"work.{act}",
        by=by,
        subject_kind="work_slot",
        subject_id=slot.id,
        details={name: value for name, value in details.items() if value not in (None, "")},
    )
