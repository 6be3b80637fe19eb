"""Reads classes for pages, matching and reports. Never writes.

A session's code leaves this module for who gives it and for the desk: it is shown in the room.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, Role
from timebank.acting import at_the_desk
from timebank.group_sessions import rows, rules
from timebank.group_sessions.errors import UnknownCourse
from timebank.group_sessions.tables import GroupSessionRow
from timebank.group_sessions.values import (
    Course,
    CourseState,
    GroupSession,
    SessionState,
    SignUp,
)

AHEAD_MAX: Final = 100
PAST_MAX: Final = 12

_MINE: Final = """
one.state IN ('planned', 'held') AND one.starts_at > {} AND (
    one.id IN (SELECT group_session_id FROM sign_up WHERE member_id = {} AND gave_up_at IS NULL)
    OR one.leader_id = {}
    OR one.id IN (SELECT group_session_id FROM session_assistant WHERE member_id = {}))
ORDER BY one.starts_at, one.id LIMIT {}
"""

_GIVEN: Final = """
SELECT count(DISTINCT group_session.id) AS sessions,
    coalesce(sum(minutes_each), 0)::bigint AS minutes
FROM group_session JOIN (
    SELECT id AS given, leader_id AS member_id FROM group_session
    WHERE community_id = {} AND state = 'confirmed'
    UNION ALL
    SELECT group_session_id, member_id FROM session_assistant WHERE community_id = {}
) AS giver ON giver.given = group_session.id
WHERE community_id = {} AND state = 'confirmed' AND EXISTS (
    SELECT FROM unnest({}::uuid[], {}::timestamptz[], {}::timestamptz[])
        AS span (member_id, since, until)
    WHERE span.member_id = giver.member_id AND tstzrange(since, until) @> starts_at)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class ListLine:
    """Somebody on a session's list, with their name; `place` is theirs among those who wait."""

    signed: SignUp
    name: str
    place: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class SeenSession:
    """A session as one member sees it.

    `mine` is their own line on its list; `my_place` their place among those who wait, from 1; the
    names are those of who gives it, the leader's first.
    """

    session: GroupSession
    leader_name: str
    assistant_names: tuple[str, ...]
    mine: SignUp | None = None
    my_place: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class SeenCourse:
    """A class with the name of who leads it, and its next sessions."""

    course: Course
    leader_name: str
    ahead: tuple[SeenSession, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class GroupService:
    """A care service of the catalogue that is given to groups."""

    code: str
    name_zh: str
    name_en: str

    def name(self, language: str) -> str:
        """Return its name in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en


async def group_services(community_id: UUID) -> list[GroupService]:
    """Return the care services that classes can be of, in the catalogue's order."""
    found = await GroupSessionRow.raw(
        "SELECT code, name_zh, name_en FROM care_service WHERE community_id = {} AND for_group"
        " AND retired_at IS NULL ORDER BY place_in_list, id",
        community_id,
    )
    return [GroupService(**row) for row in found]


async def timetable(
    community_id: UUID,
    *,
    by: Actor | None = None,
    at: datetime | None = None,
    until: datetime | None = None,
) -> list[SeenSession]:
    """Return the sessions to come, soonest first; `by` sees where they stand themselves."""
    moment = at or datetime.now(UTC)
    found = await rows.sessions(
        "one.state = 'planned' AND one.starts_at > {} AND one.starts_at <= {}"
        " ORDER BY one.starts_at, title, one.id LIMIT {}",
        moment - timedelta(hours=4),
        until or moment + timedelta(days=366),
        AHEAD_MAX,
        community_id=community_id,
    )
    return await _seen([one for one in found if one.ends_at > moment], by, community_id)


async def course_page(
    course_id: UUID,
    *,
    community_id: UUID,
    by: Actor | None = None,
    at: datetime | None = None,
) -> tuple[SeenCourse, list[SeenSession]]:
    """Return a class with the sessions to come, and the latest ones that are over.

    Who neither leads it nor works at the desk does not see one that is not running. Raises
    `UnknownCourse`.
    """
    moment = at or datetime.now(UTC)
    course = await rows.one_course(course_id, community_id=community_id)
    if course.state in {CourseState.PROPOSED, CourseState.DECLINED} and not _may_keep(course, by):
        raise UnknownCourse(course_id)
    ahead = await rows.sessions(
        "course_id = {} AND one.starts_at > {} AND one.state <> 'cancelled'"
        " ORDER BY one.starts_at LIMIT {}",
        course.id,
        moment - timedelta(hours=4),
        AHEAD_MAX,
        community_id=community_id,
    )
    past = await rows.sessions(
        "course_id = {} AND (one.starts_at <= {} OR one.state = 'cancelled')"
        " ORDER BY one.starts_at DESC LIMIT {}",
        course.id,
        moment - timedelta(hours=4),
        PAST_MAX,
        community_id=community_id,
    )
    names = await community.named_members({course.leader_id}, community_id=community_id)
    seen = await _seen(ahead, by, community_id)
    return (
        SeenCourse(course, names.get(course.leader_id, ""), tuple(seen)),
        await _seen(past, by, community_id),
    )


def _may_keep(course: Course, by: Actor | None) -> bool:
    if by is None:
        return False
    return by.member_id in {course.leader_id, course.proposed_by} or at_the_desk(by)


async def my_courses(by: Actor) -> list[Course]:
    """Return the classes that a volunteer leads, helps with or proposed, the latest first."""
    return await rows.courses(
        "(leader_id = {} OR proposed_by = {} OR course.id IN"
        " (SELECT course_id FROM course_assistant WHERE member_id = {}))"
        " ORDER BY proposed_at DESC, course.id",
        by.member_id,
        by.member_id,
        by.member_id,
        community_id=by.community_id,
    )


async def session_page(
    session_id: UUID, *, community_id: UUID, by: Actor | None = None
) -> SeenSession:
    """Return a session. Raises `UnknownSession`, `NotDelegated`."""
    if by is not None and by.on_behalf_of is not None:
        acts = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})
        await community.delegated(by, by.on_behalf_of, acts)
    session = await rows.one_session(session_id, community_id=community_id)
    (seen,) = await _seen([session], by, community_id)
    return seen


async def session_list(session_id: UUID, by: Actor) -> list[ListLine]:
    """Return who is on a session's list, for who gives it and for the desk; nobody for others."""
    session = await rows.one_session(session_id, community_id=by.community_id)
    watcher = by.on_behalf_of is None and Role.AUDITOR in by.roles
    if not (at_the_desk(by) or watcher) and by.member_id not in session.givers:
        return []
    found = await rows.listed(session)
    names = await community.named_members(
        {one.member_id for one in found}, community_id=by.community_id
    )
    waiting = [one.id for one in found if not one.placed]
    return [
        ListLine(
            one,
            names.get(one.member_id, ""),
            waiting.index(one.id) + 1 if one.id in waiting else 0,
        )
        for one in found
    ]


async def my_sessions(by: Actor, *, at: datetime | None = None) -> list[SeenSession]:
    """Return the sessions that a member signed up for or gives, and that are not over.

    Soonest first; whoever acts for another sees the other's.
    """
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, frozenset({DelegatedAct.REQUEST}))
    moment = at or datetime.now(UTC)
    found = await rows.sessions(
        _MINE,
        moment - timedelta(days=30),
        by.principal,
        by.principal,
        by.principal,
        AHEAD_MAX,
        community_id=by.community_id,
    )
    return await _seen(found, by, by.community_id)


async def waiting_courses(by: Actor) -> list[SeenCourse]:
    """Return the classes that wait for a coordinator's word, the longest waiting first."""
    if not at_the_desk(by):
        return []
    found = await rows.courses(
        "course.state = 'proposed' ORDER BY proposed_at, course.id", community_id=by.community_id
    )
    names = await community.named_members(
        {one.leader_id for one in found}, community_id=by.community_id
    )
    return [SeenCourse(one, names.get(one.leader_id, ""), ()) for one in found]


async def waiting_sessions(
    by: Actor, *, at: datetime | None = None
) -> list[tuple[datetime, SeenSession]]:
    """Return the sessions that the desk should look after, each since when, longest first."""
    if not at_the_desk(by):
        return []
    moment = at or datetime.now(UTC)
    found = await rows.sessions(
        "one.state IN ('planned', 'held') AND one.starts_at < {} ORDER BY one.starts_at LIMIT {}",
        moment + rules.NO_LEADER,
        AHEAD_MAX,
        community_id=by.community_id,
    )
    since = {one.id: rules.wants_attention_from(one) for one in found}
    wanting = [one for one in found if (when := since[one.id]) is not None and when <= moment]
    seen = await _seen(wanting, by, by.community_id)
    return sorted(
        ((since[one.session.id] or moment, one) for one in seen),
        key=lambda one: (one[0], one[1].session.id),
    )


async def without_leader(by: Actor, *, at: datetime | None = None) -> list[SeenSession]:
    """Return the sessions of this volunteer's teams that nobody leads, soonest first."""
    found = await rows.sessions(
        "one.state = 'planned' AND one.leader_id IS NULL AND one.starts_at > {} AND team_id IN"
        " (SELECT team_id FROM team_member WHERE member_id = {} AND since IS NOT NULL"
        " AND until IS NULL) ORDER BY one.starts_at, one.id LIMIT {}",
        at or datetime.now(UTC),
        by.member_id,
        AHEAD_MAX,
        community_id=by.community_id,
    )
    return await _seen(found, by, by.community_id)


async def sessions_given_by(
    belonging: Iterable[tuple[UUID, datetime, datetime | None]], *, community_id: UUID
) -> tuple[int, int]:
    """Return how many sessions these members gave while they belonged, and the minutes earned.

    As `timebank.given_by` counts visits: a session counts once however many of them gave it, its
    minutes for each of those.
    """
    spans = list(belonging)
    found = await GroupSessionRow.raw(
        _GIVEN,
        community_id,
        community_id,
        community_id,
        *([span[part] for span in spans] for part in range(3)),
    )
    return found[0]["sessions"], found[0]["minutes"]


async def titles_of_sessions(ids: Iterable[UUID], *, community_id: UUID) -> dict[UUID, str]:
    """Return the titles of sessions, for a passbook's lines."""
    found = await GroupSessionRow.raw(
        "SELECT group_session.id, title FROM group_session JOIN course ON course.id = course_id"
        " WHERE group_session.community_id = {} AND group_session.id = ANY({})",
        community_id,
        list(ids),
    )
    return {row["id"]: row["title"] for row in found}


async def _seen(
    found: Sequence[GroupSession], by: Actor | None, community_id: UUID
) -> list[SeenSession]:
    givers = {member_id for one in found for member_id in one.givers}
    names = await community.named_members(givers, community_id=community_id)
    lines = await _lines(found, by)
    return [
        SeenSession(
            one if _sees_code(one, by) else dataclasses.replace(one, code=""),
            names.get(one.leader_id, "") if one.leader_id else "",
            tuple(sorted(names.get(member_id, "") for member_id in one.assistants)),
            *lines.get(one.id, (None, 0)),
        )
        for one in found
    ]


def _sees_code(session: GroupSession, by: Actor | None) -> bool:
    if by is None or session.state is not SessionState.PLANNED:
        return False
    return at_the_desk(by) or (by.on_behalf_of is None and by.member_id in session.givers)


async def _lines(found: Sequence[GroupSession], by: Actor | None) -> dict[UUID, tuple[SignUp, int]]:
    """Return where a member stands on these sessions' lists, with their place among who waits."""
    if by is None or not found:
        return {}
    mine = await rows.sign_ups(
        "group_session_id = ANY({}) AND member_id = {} AND gave_up_at IS NULL",
        [one.id for one in found],
        by.principal,
        community_id=by.community_id,
    )
    places: dict[UUID, int] = {}
    for row in await GroupSessionRow.raw(
        "SELECT mine.group_session_id, count(*) AS place FROM sign_up AS mine"
        " JOIN sign_up AS other ON other.group_session_id = mine.group_session_id"
        " AND other.number <= mine.number AND other.gave_up_at IS NULL AND other.placed_at IS NULL"
        " WHERE mine.community_id = {} AND mine.id = ANY({}) GROUP BY 1",
        by.community_id,
        [one.id for one in mine if not one.placed],
    ):
        places[row["group_session_id"]] = row["place"]
    return {one.group_session_id: (one, places.get(one.group_session_id, 0)) for one in mine}
