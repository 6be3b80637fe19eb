"""Reads, locks and writes the rows of visits: the only place that knows their columns."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import community
from community import Actor
from timebank.catalogue import COLUMNS
from timebank.errors import UnknownVisit
from timebank.rules import quarters
from timebank.tables import VisitHistoryRow, VisitRow, VolunteerQuarterRow
from timebank.values import CareService, Side, State, Visit

_OF_VISIT = (
    "id", "community_id", "elder_id", "volunteer_id", "state", "place", "wishes", "starts_at",
    "minutes_booked", "code", "post_id", "asked_at", "checked_in_at", "checked_out_at",
    "minutes_measured", "minutes_confirmed", "credit_per_hour", "preferred_id", "offered_until",
    "confirm_due_at", "absent", "open_until", "remind_at", "renews",
)  # fmt: skip

_OF_SERVICE = tuple(field.name for field in dataclasses.fields(CareService))

_SELECT_ANY = f"""
SELECT {", ".join(f"visit.{name}" for name in _OF_VISIT)},
       {", ".join(f'care_service."{name}" AS service_{name}' for name in _OF_SERVICE)}
FROM visit
JOIN (SELECT {COLUMNS} FROM care_service) AS care_service
    ON care_service.id = visit.care_service_id
WHERE """  # noqa: S608 (column names of ours)

_SELECT = _SELECT_ANY + "visit.community_id = {} AND "

_INSERT = """
INSERT INTO visit (id, community_id, care_service_id, elder_id, state, place, wishes, starts_at,
    minutes_booked, code, form_key, post_id, asked_at, credit_per_hour, preferred_id, volunteer_id,
    offered_until, open_until, remind_at, renews)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_UPDATE = """
UPDATE visit SET state = {}, volunteer_id = {}, checked_in_at = {}, checked_out_at = {},
    minutes_measured = {}, minutes_confirmed = {}, offered_until = {}, confirm_due_at = {},
    absent = {}, post_id = {}, open_until = {}, remind_at = {}
WHERE community_id = {} AND id = {}
"""

_STEP = """
INSERT INTO visit_history (community_id, visit_id, at, state, actor, on_behalf_of, consent_id,
    minutes, note)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""

# One statement in the order of time: two volunteers' clicks never wait on each other in a circle.
_TAKE = """
INSERT INTO volunteer_quarter (community_id, volunteer_id, quarter, visit_id)
SELECT {}, {}, quarter, {} FROM unnest({}::timestamptz[]) AS quarter ORDER BY quarter
"""


async def find(condition: str, *values: Any, community_id: UUID) -> list[Visit]:
    """Return a community's visits that fit a condition written in this package."""
    return [_visit(row) for row in await VisitRow.raw(_SELECT + condition, community_id, *values)]


async def one(visit_id: UUID, *, community_id: UUID) -> Visit:
    """Return a visit. Raises `UnknownVisit`."""
    found = await find("visit.id = {}", visit_id, community_id=community_id)
    if not found:
        raise UnknownVisit(visit_id)
    return found[0]


async def locked(visit_id: UUID, *, community_id: UUID) -> Visit:
    """Return a visit that nobody else can change until the transaction ends.

    Raises `UnknownVisit`.
    """
    found = await find(
        "visit.id = {} FOR NO KEY UPDATE OF visit", visit_id, community_id=community_id
    )
    if not found:
        raise UnknownVisit(visit_id)
    return found[0]


async def due(condition: str, *values: Any, most: int) -> list[Visit]:
    """Return visits of any community that a job has to see to.

    For the jobs of the whole installation, which act as the community whose visit it is. They lock
    each visit before they decide.
    """
    found = await VisitRow.raw(f"{_SELECT_ANY}{condition} LIMIT {{}}", *values, most)
    return [_visit(row) for row in found]


async def missed_since(volunteer_id: UUID, since: datetime, *, community_id: UUID) -> int:
    """Return to how many visits a volunteer did not come since a moment."""
    rows = await VisitRow.raw(
        "SELECT count(*) AS missed FROM visit WHERE community_id = {} AND volunteer_id = {}"
        " AND state = 'no_show' AND absent = 'volunteer' AND starts_at >= {}",
        community_id,
        volunteer_id,
        since,
    )
    return int(rows[0]["missed"])


async def minutes_asked_for(elder_id: UUID, *, community_id: UUID, at: datetime) -> int:
    """Return what an elder's requests that may still be booked will come to, in minutes."""
    rows = await VisitRow.raw(
        "SELECT coalesce(sum(ceil(minutes_booked * credit_per_hour / 60.0)), 0)::bigint AS minutes"
        " FROM visit WHERE community_id = {} AND elder_id = {}"
        " AND state IN ('requested', 'offered') AND starts_at > {}",
        community_id,
        elder_id,
        at,
    )
    return int(rows[0]["minutes"])


async def insert(visit: Visit, *, form_key: UUID) -> None:
    """Store a new visit."""
    await VisitRow.raw(
        _INSERT,
        visit.id,
        visit.community_id,
        visit.care_service.id,
        visit.elder_id,
        visit.state.value,
        visit.place,
        visit.wishes,
        visit.starts_at,
        visit.minutes_booked,
        visit.code,
        form_key,
        visit.post_id,
        visit.asked_at,
        visit.credit_per_hour,
        visit.preferred_id,
        visit.volunteer_id,
        visit.offered_until,
        visit.open_until,
        visit.remind_at,
        visit.renews,
    )


async def update(visit: Visit) -> None:
    """Store where a visit stands now."""
    await VisitRow.raw(
        _UPDATE,
        visit.state.value,
        visit.volunteer_id,
        visit.checked_in_at,
        visit.checked_out_at,
        visit.minutes_measured,
        visit.minutes_confirmed,
        visit.offered_until,
        visit.confirm_due_at,
        visit.absent.value if visit.absent else None,
        visit.post_id,
        visit.open_until,
        visit.remind_at,
        visit.community_id,
        visit.id,
    )


async def write_down(
    visit: Visit,
    act: str,
    *,
    by: Actor,
    at: datetime,
    minutes: int | None = None,
    note: str = "",
) -> None:
    """Add the step to the visit's history and to the community's audit trail."""
    await VisitHistoryRow.raw(
        _STEP,
        visit.community_id,
        visit.id,
        at,
        visit.state.value,
        by.member_id,
        by.on_behalf_of,
        by.consent_id,
        minutes,
        note,
    )
    details: dict[str, object] = {"at": at.isoformat()}
    if minutes is not None:
        details["minutes"] = minutes
    if note:
        details["note"] = note
    await community.record(
        f"visit.{act}",
        by=by,
        subject_kind="visit",
        subject_id=visit.id,
        details=details,
    )


async def history(visit: Visit) -> Sequence[dict[str, Any]]:
    """Return a visit's steps, oldest first, as rows: who, for whom, when, minutes, note."""
    steps: Sequence[dict[str, Any]] = await VisitHistoryRow.raw(
        "SELECT at, state, actor, on_behalf_of, minutes, note FROM visit_history"
        " WHERE community_id = {} AND visit_id = {} ORDER BY seq",
        visit.community_id,
        visit.id,
    )
    return steps


async def take_quarters(visit: Visit, volunteer_id: UUID) -> None:
    """Take the volunteer's quarter-hours; a broken `volunteer_in_one_place` means busy then."""
    await VolunteerQuarterRow.raw(
        _TAKE,
        visit.community_id,
        volunteer_id,
        visit.id,
        quarters(visit.starts_at, visit.minutes_booked),
    )


async def free_quarters(visit: Visit) -> None:
    """Give the volunteer's quarter-hours back."""
    await VolunteerQuarterRow.raw(
        "DELETE FROM volunteer_quarter WHERE community_id = {} AND visit_id = {}",
        visit.community_id,
        visit.id,
    )


async def busy_quarters(volunteer_id: UUID, since: datetime) -> set[datetime]:
    """Return the quarter-hours that a volunteer has given from a moment on."""
    rows = await VolunteerQuarterRow.raw(
        "SELECT quarter FROM volunteer_quarter WHERE volunteer_id = {} AND quarter >= {}",
        volunteer_id,
        since,
    )
    return {row["quarter"] for row in rows}


def _visit(row: dict[str, Any]) -> Visit:
    care_service = CareService(**{name: row[f"service_{name}"] for name in _OF_SERVICE})
    kept = {name: row[name] for name in _OF_VISIT}
    kept["state"] = State(row["state"])
    kept["absent"] = Side(row["absent"]) if row["absent"] else None
    return Visit(**kept, care_service=care_service)
