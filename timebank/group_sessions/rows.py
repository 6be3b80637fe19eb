"""Reads, locks and writes the rows of classes: the only place that knows their columns."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor
from timebank.group_sessions.errors import UnknownCourse, UnknownSession
from timebank.group_sessions.tables import (
    CourseAssistantRow,
    CourseRow,
    GroupSessionRow,
    SessionAssistantRow,
    SignUpRow,
)
from timebank.group_sessions.values import (
    Came,
    Course,
    CourseState,
    GroupSession,
    SessionState,
    SignUp,
)
from timebank.rules import quarters
from timebank.tables import VolunteerQuarterRow

_COURSE: Final = """
SELECT course.id, course.community_id, care_service.code AS care_service_code, name_zh, name_en,
    care_service.credit_per_hour, title, about, place, leader_id, team_id, capacity, minutes,
    starts_at, rule, skip_holidays, until, state, proposed_by, proposed_at, decided_by, decided_at,
    reason, ARRAY(SELECT member_id FROM course_assistant WHERE course_id = course.id) AS assistants
FROM course JOIN care_service ON care_service.id = care_service_id
WHERE course.community_id = {} AND """

_SESSION: Final = """
SELECT one.id, one.community_id, course_id, care_service.code AS care_service_code, name_zh,
    name_en, title, about, team_id, one.starts_at, one.minutes, one.place, one.capacity,
    one.credit_per_hour, one.leader_id, one.state, one.code, post_id, held_at, minutes_held,
    one.confirmed_at, minutes_each, one.reason,
    ARRAY(SELECT member_id FROM session_assistant WHERE group_session_id = one.id) AS assistants,
    coalesce(listed.placed, 0) AS placed, coalesce(listed.waiting, 0) AS waiting,
    coalesce(listed.attended, 0) AS attended, coalesce(listed.words, 0) AS words
FROM group_session AS one JOIN course ON course.id = course_id
JOIN care_service ON care_service.id = care_service_id
LEFT JOIN LATERAL (
    SELECT count(placed_at)::int AS placed, count(*)::int - count(placed_at)::int AS waiting,
        count(attended_at)::int AS attended, count(sign_up.confirmed_at)::int AS words
    FROM sign_up WHERE group_session_id = one.id AND gave_up_at IS NULL) AS listed ON true
WHERE one.community_id = {} AND """

_SIGN_UP: Final = """
SELECT id, number, group_session_id, member_id, signed_up_at, signed_up_by, placed_at, gave_up_at,
    attended_at, attended_how, confirmed_at, share_minutes
FROM sign_up WHERE community_id = {} AND """

_ADD_SESSION: Final = """
INSERT INTO group_session (id, community_id, course_id, starts_at, minutes, place, capacity,
    credit_per_hour, leader_id, state, code, post_id, planned_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, 'planned', {}, {}, {})
ON CONFLICT ON CONSTRAINT one_session_at_a_time DO NOTHING RETURNING id
"""

# One statement in the order of time, as for visits: nobody waits on each other in a circle.
_TAKE: Final = """
INSERT INTO volunteer_quarter (community_id, volunteer_id, quarter, group_session_id)
SELECT {}, {}, quarter, {} FROM unnest({}::timestamptz[]) AS quarter ORDER BY quarter
"""

_TAKE_IF_FREE: Final = _TAKE + "ON CONFLICT ON CONSTRAINT volunteer_in_one_place DO NOTHING"

_ADD_SIGN_UP: Final = """
INSERT INTO sign_up (id, community_id, group_session_id, member_id, signed_up_at, signed_up_by,
    placed_at)
VALUES ({}, {}, {}, {}, {}, {}, {}) RETURNING number
"""


async def courses(condition: str, *values: Any, community_id: UUID) -> list[Course]:
    """Return a community's classes that fit a condition written in this package."""
    rows = await CourseRow.raw(_COURSE + condition, community_id, *values)
    return [
        Course(
            **{
                **row,
                "state": CourseState(row["state"]),
                "assistants": frozenset(row["assistants"]),
            }
        )
        for row in rows
    ]


async def one_course(course_id: UUID, *, community_id: UUID, lock: bool = False) -> Course:
    """Return a class; with `lock`, nobody else can change it meanwhile. Raises `UnknownCourse`."""
    if lock:
        await CourseRow.raw(
            "SELECT id FROM course WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
            community_id,
            course_id,
        )
    found = await courses("course.id = {}", course_id, community_id=community_id)
    if not found:
        raise UnknownCourse(course_id)
    return found[0]


async def sessions(condition: str, *values: Any, community_id: UUID) -> list[GroupSession]:
    """Return a community's sessions that fit a condition written in this package, as `one`."""
    rows = await GroupSessionRow.raw(_SESSION + condition, community_id, *values)
    return [
        GroupSession(
            **{
                **row,
                "state": SessionState(row["state"]),
                "assistants": frozenset(row["assistants"]),
            }
        )
        for row in rows
    ]


async def one_session(session_id: UUID, *, community_id: UUID) -> GroupSession:
    """Return a session. Raises `UnknownSession`."""
    found = await sessions("one.id = {}", session_id, community_id=community_id)
    if not found:
        raise UnknownSession(session_id)
    return found[0]


async def locked(session_id: UUID, *, community_id: UUID) -> GroupSession:
    """Return a session whose list and state nobody else can change until the transaction ends.

    It is read once the lock is held, by a statement of its own: what it counts is then true.
    Raises `UnknownSession`.
    """
    await GroupSessionRow.raw(
        "SELECT id FROM group_session WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        session_id,
    )
    return await one_session(session_id, community_id=community_id)


async def sign_ups(condition: str, *values: Any, community_id: UUID) -> list[SignUp]:
    """Return sign-ups that fit a condition written in this package."""
    found = await SignUpRow.raw(_SIGN_UP + condition, community_id, *values)
    return [
        SignUp(**{**row, "attended_how": row["attended_how"] and Came(row["attended_how"])})
        for row in found
    ]


async def listed(session: GroupSession) -> list[SignUp]:
    """Return everybody on a session's list, in its order."""
    return await sign_ups(
        "group_session_id = {} AND gave_up_at IS NULL ORDER BY number",
        session.id,
        community_id=session.community_id,
    )


async def signed_up(session: GroupSession, member_id: UUID) -> SignUp | None:
    """Return a member's own line on a session's list; None who is not on it."""
    found = await sign_ups(
        "group_session_id = {} AND member_id = {} AND gave_up_at IS NULL",
        session.id,
        member_id,
        community_id=session.community_id,
    )
    return found[0] if found else None


async def add_sign_up(signed: SignUp, *, community_id: UUID) -> SignUp:
    """Put somebody on a session's list; the database numbers it."""
    rows = await SignUpRow.raw(
        _ADD_SIGN_UP,
        signed.id,
        community_id,
        signed.group_session_id,
        signed.member_id,
        signed.signed_up_at,
        signed.signed_up_by,
        signed.placed_at,
    )
    return SignUp(
        signed.id,
        rows[0]["number"],
        signed.group_session_id,
        signed.member_id,
        signed.signed_up_at,
        signed.signed_up_by,
        signed.placed_at,
    )


async def set_sign_up(signed: SignUp, *, community_id: UUID, **fields: Any) -> None:
    """Change fields of one line of a list; their names are this package's own."""
    await _set(SignUpRow, signed.id, community_id, fields)


async def set_session(session: GroupSession, **fields: Any) -> None:
    """Change fields of a session; their names are this package's own."""
    await _set(GroupSessionRow, session.id, session.community_id, fields)


async def set_course(course: Course, **fields: Any) -> None:
    """Change fields of a class; their names are this package's own."""
    await _set(CourseRow, course.id, course.community_id, fields)


async def _set(
    table: type[CourseRow | GroupSessionRow | SignUpRow],
    row_id: UUID,
    community_id: UUID,
    fields: dict[str, Any],
) -> None:
    names = ", ".join(f"{name} = {{}}" for name in fields)
    await table.raw(
        f"UPDATE {table._meta.tablename} SET {names} WHERE community_id = {{}} AND id = {{}}",  # noqa: S608, SLF001 (names of ours)
        *fields.values(),
        community_id,
        row_id,
    )


async def plan(course: Course, starts_at: datetime, *, at: datetime) -> UUID | None:
    """Store a session of a class, led by its leader if they are free then; None if it is there."""
    session_id = ledger.new_id()
    rows = await GroupSessionRow.raw(
        _ADD_SESSION,
        session_id,
        course.community_id,
        course.id,
        starts_at,
        course.minutes,
        course.place,
        course.capacity,
        course.credit_per_hour,
        None,
        f"{secrets.randbelow(10_000):04d}",
        ledger.new_id(),
        at,
    )
    return session_id if rows else None


async def take_quarters(session: GroupSession, volunteer_id: UUID) -> None:
    """Take a volunteer's quarter-hours; a broken `volunteer_in_one_place` means busy then."""
    await VolunteerQuarterRow.raw(_TAKE, *_quarters(session, volunteer_id))


async def took_quarters_if_free(session: GroupSession, volunteer_id: UUID) -> bool:
    """Take a volunteer's quarter-hours if every one of them is free; say whether they were."""
    wanted = len(quarters(session.starts_at, session.minutes))
    rows = await VolunteerQuarterRow.raw(
        f"{_TAKE_IF_FREE} RETURNING quarter", *_quarters(session, volunteer_id)
    )
    if len(rows) == wanted:
        return True
    if rows:
        await free_quarters(session, volunteer_id)
    return False


def _quarters(session: GroupSession, volunteer_id: UUID) -> tuple[Any, ...]:
    return (
        session.community_id,
        volunteer_id,
        session.id,
        quarters(session.starts_at, session.minutes),
    )


async def free_quarters(session: GroupSession, volunteer_id: UUID | None = None) -> None:
    """Give the quarter-hours of one who gives the session back, or of all of them."""
    await VolunteerQuarterRow.raw(
        "DELETE FROM volunteer_quarter WHERE community_id = {} AND group_session_id = {}"
        " AND volunteer_id = coalesce({}::uuid, volunteer_id)",
        session.community_id,
        session.id,
        volunteer_id,
    )


async def set_course_assistants(course_id: UUID, members: Iterable[UUID], *, by: Actor) -> None:
    """Store who helps the leader of a new class."""
    await CourseAssistantRow.raw(
        "INSERT INTO course_assistant (community_id, course_id, member_id)"
        " SELECT {}, {}, unnest({}::uuid[])",
        by.community_id,
        course_id,
        list(members),
    )


async def add_assistant(session: GroupSession, member_id: UUID) -> None:
    """Store who helps the leader of a session."""
    await SessionAssistantRow.raw(
        "INSERT INTO session_assistant (community_id, group_session_id, member_id)"
        " VALUES ({}, {}, {})",
        session.community_id,
        session.id,
        member_id,
    )


async def drop_assistants(session: GroupSession, members: Iterable[UUID]) -> None:
    """Forget assistants who did not help after all, or lead it now."""
    await SessionAssistantRow.raw(
        "DELETE FROM session_assistant WHERE community_id = {} AND group_session_id = {}"
        " AND member_id = ANY({})",
        session.community_id,
        session.id,
        list(members),
    )


async def note_session(act: str, session: GroupSession, *, by: Actor, **details: Any) -> None:
    """Add what was done to a session to the community's audit trail."""
    await community.record(
        f"group_session.{act}",
        by=by,
        subject_kind="group_session",
        subject_id=session.id,
        details=_told(details),
    )


async def note_course(act: str, course: Course, *, by: Actor, **details: Any) -> None:
    """Add what was done to a class to the community's audit trail."""
    await community.record(
        f"course.{act}",
        by=by,
        subject_kind="course",
        subject_id=course.id,
        details=_told(details),
    )


def _told(details: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in details.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
