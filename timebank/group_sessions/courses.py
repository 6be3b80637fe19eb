"""The verbs of a class: proposed, decided, planned some weeks ahead, ended."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from timebank import repeating
from timebank.acting import refuse_for_another, require_coordinator
from timebank.errors import NotYours, UnknownCareService
from timebank.group_sessions import rows, rules, telling
from timebank.group_sessions.errors import InvalidCourse, ProposedBefore
from timebank.group_sessions.fitness import is_fit, require_fit
from timebank.group_sessions.leading import call_off
from timebank.group_sessions.tables import CourseRow
from timebank.group_sessions.values import Course, CourseDraft, CourseState
from timebank.policy import visit_policy_at
from timebank.policy.groups import GROUP_WEEKS_AHEAD
from timebank.refusals import one_transaction
from timebank.teams import UnknownTeam, team

_ADD: Final = """
INSERT INTO course (id, community_id, care_service_id, title, about, place, leader_id, team_id,
    capacity, minutes, starts_at, rule, skip_holidays, until, state, proposed_by, proposed_at,
    decided_by, decided_at)
SELECT {}, community_id, id, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
FROM care_service WHERE community_id = {} AND code = {} AND for_group AND retired_at IS NULL
ON CONFLICT DO NOTHING RETURNING id
"""


async def propose_course(
    draft: CourseDraft,
    *,
    by: Actor,
    leader_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002 (the field's name)
    at: datetime | None = None,
) -> Course:
    """Begin a class; its first sessions are planned at once.

    A coordinator says who leads it; a volunteer proposes to lead one, and a coordinator decides.
    `id` is the page's own: the same form again is answered with the class that it made. Raises
    `NotYours`, `InvalidCourse`, `UnknownCareService` for one that is not for groups, `NoVolunteer`,
    `timebank.NotFit`, `ProposedBefore` for the same form with another class.
    """
    moment, refused = at or datetime.now(UTC), "begin"
    refuse_for_another(by, refused)
    if by.roles.isdisjoint({Role.COORDINATOR, Role.VOLUNTEER}):
        raise NotYours(refused)
    coordinator = Role.COORDINATOR in by.roles
    leader = leader_id or by.member_id
    if leader != by.member_id and not coordinator:
        raise NotYours(refused)
    policy = await visit_policy_at(by.community_id, moment)
    rules.check_course(draft, leader=leader, at=moment, policy=policy)
    async with one_transaction():
        for member_id in sorted({leader, *draft.assistants}):
            await require_fit(
                member_id,
                draft.care_service,
                community_id=by.community_id,
                starts_at=draft.starts_at,
                minutes=draft.minutes,
                assists=member_id != leader,
            )
        await _require_team(draft, by)
        state = CourseState.RUNNING if coordinator else CourseState.PROPOSED
        course = await _store(draft, leader, state, by=by, course_id=id, at=moment)
        if state is CourseState.RUNNING:
            await _plan_course(course, by=by, at=moment)
        return course


async def _store(
    draft: CourseDraft,
    leader: UUID,
    state: CourseState,
    *,
    by: Actor,
    course_id: UUID | None,
    at: datetime,
) -> Course:
    decided = (by.member_id, at) if state is CourseState.RUNNING else (None, None)
    zone = await _zone(by.community_id)
    local = draft.starts_at.astimezone(zone).date()
    added = course_id or ledger.new_id()
    stored = await CourseRow.raw(
        _ADD,
        added,
        draft.title.strip(),
        draft.about.strip(),
        draft.place.strip(),
        leader,
        draft.team_id,
        draft.capacity,
        draft.minutes,
        draft.starts_at,
        repeating.weekly(local, every=draft.every_weeks),
        draft.skip_holidays,
        draft.until,
        state.value,
        by.member_id,
        at,
        *decided,
        by.community_id,
        draft.care_service,
    )
    if not stored:
        return await _proposed_before(added, draft, by)
    await rows.set_course_assistants(added, draft.assistants, by=by)
    course = await rows.one_course(added, community_id=by.community_id)
    await rows.note_course("propose", course, by=by, leader=str(leader), state=state.value)
    return course


async def _proposed_before(course_id: UUID, draft: CourseDraft, by: Actor) -> Course:
    """Return the class that this form made before."""
    found = await rows.courses("course.id = {}", course_id, community_id=by.community_id)
    if not found:
        raise UnknownCareService(draft.care_service)
    (course,) = found
    same = (course.title, course.starts_at, course.care_service_code) == (
        draft.title.strip(),
        draft.starts_at,
        draft.care_service,
    )
    if course.proposed_by != by.member_id or not same:
        raise ProposedBefore(course_id)
    return course


async def decide_course(
    course_id: UUID, *, by: Actor, running: bool, reason: str = "", at: datetime | None = None
) -> Course:
    """Let a proposed class begin, or decline it with a reason.

    Who leads it does not decide about it. Raises `NotYours`, `WrongState`, `InvalidCourse`,
    `UnknownCourse`.
    """
    moment = at or datetime.now(UTC)
    require_coordinator(by, "decide")
    why = reason.strip()[: rules.REASON_LENGTH_MAX]
    if not running and not why:
        raise InvalidCourse("reason", "missing")
    async with one_transaction():
        course = await rows.one_course(course_id, community_id=by.community_id, lock=True)
        state = CourseState.RUNNING if running else CourseState.DECLINED
        if course.state is state:
            return course
        rules.check_decide(course)
        if by.member_id == course.leader_id:
            raise NotYours("decide")
        await rows.set_course(
            course, state=state.value, decided_by=by.member_id, decided_at=moment, reason=why
        )
        course = await rows.one_course(course_id, community_id=by.community_id)
        await rows.note_course("approve" if running else "decline", course, by=by, reason=why)
        await telling.tell_decided(course, running=running)
        if running:
            await _plan_course(course, by=by, at=moment)
        return course


async def end_course(
    course_id: UUID, *, by: Actor, reason: str = "", at: datetime | None = None
) -> Course:
    """End a class: no more sessions are planned, and those still to come are called off.

    Raises `NotYours`, `WrongState`, `UnknownCourse`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "end")
    async with one_transaction():
        course = await rows.one_course(course_id, community_id=by.community_id, lock=True)
        coordinator = Role.COORDINATOR in by.roles
        if course.state is CourseState.ENDED and (coordinator or by.member_id == course.leader_id):
            return course
        rules.check_end(course, by=by.member_id, coordinator=coordinator)
        decided = {"decided_by": course.decided_by or by.member_id}
        decided["decided_at"] = course.decided_at or moment  # type: ignore[assignment]  # a moment
        why = reason.strip()[: rules.REASON_LENGTH_MAX]
        await rows.set_course(course, state=CourseState.ENDED.value, reason=why, **decided)
        ended = await rows.one_course(course_id, community_id=by.community_id)
        await rows.note_course("end", ended, by=by, reason=why)
        for session in await rows.sessions(
            "course_id = {} AND one.state = 'planned' AND one.starts_at > {}"
            " ORDER BY one.starts_at, one.id",
            course.id,
            moment,
            community_id=by.community_id,
        ):
            await call_off(session.id, by=by, reason=why, at=moment)
        return ended


async def plan_ahead(*, at: datetime | None = None) -> int:
    """Plan the sessions of every running class as far ahead as its community does; a job.

    Each class is a transaction of its own, and what is planned already stays as it is, also where
    it was called off. Returns how many sessions are new.
    """
    moment = at or datetime.now(UTC)
    planned = 0
    for home in await community.communities():
        by = community.system(home.id)
        for found in await rows.courses("course.state = 'running'", community_id=home.id):
            async with one_transaction():
                course = await rows.one_course(found.id, community_id=home.id, lock=True)
                if course.state is CourseState.RUNNING:
                    planned += await _plan_course(course, by=by, at=moment)
    return planned


async def _plan_course(course: Course, *, by: Actor, at: datetime) -> int:
    """Plan a locked class's sessions ahead, and take the time of who gives them."""
    policy = await community.policy_in_force(course.community_id, at)
    zone = await _zone(course.community_id)
    until = at + timedelta(weeks=policy[GROUP_WEEKS_AHEAD])
    if course.until is not None:
        last = datetime.combine(course.until, time.max, tzinfo=zone)
        until = min(until, last.astimezone(UTC))
    # The first session stands from the start, however far ahead it is.
    until = max(until, course.starts_at)
    moments = repeating.occurrences(
        course.rule, course.starts_at, zone, skip_holidays=course.skip_holidays, until=until
    )
    planned = 0
    for starts_at in moments:
        if starts_at <= at:
            continue
        session_id = await rows.plan(course, starts_at, at=at)
        if session_id is None:
            continue
        planned += 1
        await _staff(session_id, course, by=by)
    return planned


async def _staff(session_id: UUID, course: Course, *, by: Actor) -> None:
    """Let a new session be led by its class's people, as far as they are free then."""
    session = await rows.one_session(session_id, community_id=course.community_id)
    leads = await is_fit(course.leader_id, session) and await rows.took_quarters_if_free(
        session, course.leader_id
    )
    if leads:
        await rows.set_session(session, leader_id=course.leader_id)
    for member_id in sorted(course.assistants):
        fit = await is_fit(member_id, session, assists=True)
        if fit and await rows.took_quarters_if_free(session, member_id):
            await rows.add_assistant(session, member_id)
    await rows.note_session("plan", session, by=by, starts_at=session.starts_at, led=leads)


async def _require_team(draft: CourseDraft, by: Actor) -> None:
    if draft.team_id is None:
        return
    try:
        found = await team(draft.team_id, community_id=by.community_id)
    except UnknownTeam:
        raise InvalidCourse("team", "unknown") from None
    if found.closed:
        raise InvalidCourse("team", "closed")


async def _zone(community_id: UUID) -> ZoneInfo:
    return ZoneInfo((await community.community(community_id)).time_zone)
