"""Reads, locks and writes the rows of repeating requests: the only place that knows them."""

import dataclasses
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from timebank import visit_rows
from timebank.catalogue import COLUMNS
from timebank.repeats.errors import UnknownRepeat
from timebank.repeats.tables import RepeatingRequestRow, RepeatMomentRow
from timebank.repeats.values import Missed, Repeat
from timebank.values import CareService, State, Visit

_OF_REPEAT: Final = (
    "id", "community_id", "elder_id", "place", "wishes", "minutes", "starts_at", "rule",
    "skip_holidays", "last_day", "preferred_id", "same_person", "asked_by", "asked_at", "ended_at",
    "ended_by",
)  # fmt: skip
_OF_SERVICE: Final = tuple(field.name for field in dataclasses.fields(CareService))

_SELECT: Final = f"""
SELECT {", ".join(f"repeat.{name}" for name in _OF_REPEAT)},
    {", ".join(f'care_service."{name}" AS service_{name}' for name in _OF_SERVICE)}
FROM repeating_request AS repeat
JOIN (SELECT {COLUMNS} FROM care_service) AS care_service
    ON care_service.id = repeat.care_service_id
WHERE """  # noqa: S608 (column names of ours)

_INSERT: Final = """
INSERT INTO repeating_request (id, community_id, elder_id, care_service_id, place, wishes, minutes,
    starts_at, rule, skip_holidays, last_day, preferred_id, same_person, asked_by, asked_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_DECIDE: Final = """
INSERT INTO repeat_moment (repeat_id, community_id, starts_at, visit_id, missed, decided_at)
VALUES ({}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT each_moment_asked_for_once DO NOTHING RETURNING repeat_id
"""

# Whoever came last time, or would have.
_LAST: Final = """
SELECT volunteer_id FROM repeat_moment JOIN visit ON visit.id = visit_id
WHERE repeat_id = {} AND volunteer_id IS NOT NULL
    AND state IN ('booked', 'under_way', 'finished', 'confirmed', 'disputed', 'resolved')
ORDER BY visit.starts_at DESC LIMIT 1
"""


async def find(condition: str, *values: Any) -> list[Repeat]:
    """Return the repeating requests that fit a condition written in this package."""
    return [_repeat(row) for row in await RepeatingRequestRow.raw(_SELECT + condition, *values)]


async def one(repeat_id: UUID, *, community_id: UUID) -> Repeat:
    """Return a repeating request. Raises `UnknownRepeat`."""
    found = await find("repeat.community_id = {} AND repeat.id = {}", community_id, repeat_id)
    if not found:
        raise UnknownRepeat(repeat_id)
    return found[0]


async def locked(repeat_id: UUID, *, community_id: UUID) -> Repeat:
    """Return one that nobody else changes until the transaction ends. Raises `UnknownRepeat`."""
    found = await find(
        "repeat.community_id = {} AND repeat.id = {} FOR NO KEY UPDATE OF repeat",
        community_id,
        repeat_id,
    )
    if not found:
        raise UnknownRepeat(repeat_id)
    return found[0]


async def locked_at_once(repeat: Repeat) -> Repeat | None:
    """Return it locked as it stands and goes on; None where it has ended or somebody holds it.

    For whoever has locked the elder, and may not wait for one who waits for the elder.
    """
    found = await find(
        "repeat.id = {} AND repeat.ended_at IS NULL FOR NO KEY UPDATE OF repeat SKIP LOCKED",
        repeat.id,
    )
    return found[0] if found else None


async def insert(repeat: Repeat) -> None:
    """Store a new one."""
    await RepeatingRequestRow.raw(
        _INSERT,
        repeat.id,
        repeat.community_id,
        repeat.elder_id,
        repeat.care_service.id,
        repeat.place,
        repeat.wishes,
        repeat.minutes,
        repeat.starts_at,
        repeat.rule,
        repeat.skip_holidays,
        repeat.last_day,
        repeat.preferred_id,
        repeat.same_person,
        repeat.asked_by,
        repeat.asked_at,
    )


async def end(repeat: Repeat, *, by: UUID | None, at: datetime) -> Repeat:
    """Store that it has ended."""
    await RepeatingRequestRow.raw(
        "UPDATE repeating_request SET ended_at = {}, ended_by = {} WHERE id = {}",
        at,
        by,
        repeat.id,
    )
    return dataclasses.replace(repeat, ended_at=at, ended_by=by)


async def decide(
    repeat: Repeat, starts_at: datetime, *, at: datetime, visit: Visit | None, missed: Missed | None
) -> bool:
    """Store what becomes of a moment; False where that was decided before."""
    rows = await RepeatMomentRow.raw(
        _DECIDE,
        repeat.id,
        repeat.community_id,
        starts_at,
        visit.id if visit else None,
        missed.value if missed else None,
        at,
    )
    return bool(rows)


async def decided(
    repeat: Repeat, since: datetime
) -> dict[datetime, tuple[UUID | None, str | None]]:
    """Return the moments from one on that are decided, with their visits or why there is none."""
    rows = await RepeatMomentRow.raw(
        "SELECT starts_at, visit_id, missed FROM repeat_moment"
        " WHERE repeat_id = {} AND starts_at >= {}",
        repeat.id,
        since,
    )
    return {row["starts_at"]: (row["visit_id"], row["missed"]) for row in rows}


async def visits(repeat: Repeat, *states: State) -> list[Visit]:
    """Return the visits of it that are in one of these states, soonest first."""
    return await visit_rows.find(
        "visit.id IN (SELECT visit_id FROM repeat_moment WHERE repeat_id = {})"
        " AND visit.state = ANY({}) ORDER BY starts_at, visit.id",
        repeat.id,
        [state.value for state in states],
        community_id=repeat.community_id,
    )


async def last_volunteer(repeat: Repeat) -> UUID | None:
    """Return who came to the latest of its visits."""
    rows = await RepeatingRequestRow.raw(_LAST, repeat.id)
    return rows[0]["volunteer_id"] if rows else None


async def is_busy(elder_id: UUID, starts_at: datetime, minutes: int, *, community_id: UUID) -> bool:
    """Whether an elder has an open visit at some of that time."""
    rows = await RepeatingRequestRow.raw(
        "SELECT FROM visit WHERE community_id = {} AND elder_id = {}"
        " AND state IN ('requested', 'offered', 'booked', 'under_way')"
        " AND starts_at < {}::timestamptz + make_interval(mins => {})"
        " AND starts_at + make_interval(mins => minutes_booked) > {}::timestamptz LIMIT 1",
        community_id,
        elder_id,
        starts_at,
        minutes,
        starts_at,
    )
    return bool(rows)


async def forget(members: Collection[UUID], *, community_id: UUID, gone: str) -> None:
    """Take their words out of what these people asked for, and them out of what others did."""
    ids = list(members)
    await RepeatingRequestRow.raw(
        "UPDATE repeating_request SET place = {}, wishes = '' WHERE community_id = {}"
        " AND elder_id = ANY({})",
        gone,
        community_id,
        ids,
    )
    await RepeatingRequestRow.raw(
        "UPDATE repeating_request SET preferred_id = NULL WHERE community_id = {}"
        " AND preferred_id = ANY({})",
        community_id,
        ids,
    )


async def note(act: str, repeat: Repeat, *, by: Actor, **details: object) -> None:
    """Write an act on it down in the audit trail."""
    await community.record(
        f"repeat.{act}",
        by=by,
        subject_kind="repeating_request",
        subject_id=repeat.id,
        details=details,
    )


def _repeat(row: dict[str, Any]) -> Repeat:
    service = CareService(**{name: row[f"service_{name}"] for name in _OF_SERVICE})
    return Repeat(**{name: row[name] for name in _OF_REPEAT}, care_service=service)
