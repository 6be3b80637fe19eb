"""Who leads a session: put in, stepping back, calling it off. Each verb is one transaction."""

from datetime import UTC, datetime
from uuid import UUID

from community import Actor, Role
from timebank.acting import refuse_for_another
from timebank.errors import NotYours
from timebank.group_sessions import rows, rules, telling
from timebank.group_sessions.errors import LeaderFound, SessionOver
from timebank.group_sessions.fitness import require_fit
from timebank.group_sessions.values import GroupSession, SessionState
from timebank.refusals import one_transaction
from timebank.teams.reading import teams_of


async def lead(
    session_id: UUID, *, by: Actor, volunteer_id: UUID | None = None, at: datetime | None = None
) -> GroupSession:
    """Let a volunteer lead a session.

    A coordinator names anybody, in the place of who led it until then; a member of the class's
    team takes on a session that nobody leads. Raises `NotYours`, `SessionOver`, `LeaderFound`,
    `NoVolunteer`, `timebank.NotFit`, `BusyThen`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "lead")
    leader = volunteer_id or by.member_id
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        if session.leader_id == leader:
            return session
        if session.state is not SessionState.PLANNED or session.ends_at <= moment:
            raise SessionOver
        await _refuse_stranger(session, leader, by)
        await require_fit(
            leader,
            session.care_service_code,
            community_id=by.community_id,
            starts_at=session.starts_at,
            minutes=session.minutes,
        )
        if session.leader_id is not None:
            await rows.free_quarters(session, session.leader_id)
        await _off_the_list(session, leader, by=by, at=moment)
        if leader in session.assistants:
            await rows.drop_assistants(session, [leader])
        else:
            await rows.take_quarters(session, leader)
        await rows.set_session(session, leader_id=leader)
        led = await rows.one_session(session.id, community_id=by.community_id)
        await rows.note_session("lead", led, by=by, leader=str(leader))
        if leader != by.member_id:
            await telling.tell_led(led, leader)
        return led


async def _refuse_stranger(session: GroupSession, leader: UUID, by: Actor) -> None:
    if Role.COORDINATOR in by.roles:
        return
    teams = {team.id for team in await teams_of(leader, community_id=by.community_id)}
    if leader != by.member_id or session.team_id is None or session.team_id not in teams:
        raise NotYours("lead")
    if session.leader_id is not None:
        raise LeaderFound


async def _off_the_list(session: GroupSession, member_id: UUID, *, by: Actor, at: datetime) -> None:
    """Give up the place of who leads the session from now on; who waits longest gets it."""
    signed = await rows.signed_up(session, member_id)
    if signed is None:
        return
    await rows.set_sign_up(signed, community_id=by.community_id, gave_up_at=at)
    if signed.placed:
        await move_up(session.id, by=by, at=at)


async def step_back(session_id: UUID, *, by: Actor, at: datetime | None = None) -> GroupSession:
    """Say that one cannot come after all, as the leader or an assistant: the place is open again.

    Raises `NotYours`, `SessionOver`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "step back from")
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        if by.member_id not in session.givers:
            raise NotYours("step back from")
        if session.state is not SessionState.PLANNED or session.starts_at <= moment:
            raise SessionOver
        await rows.free_quarters(session, by.member_id)
        if session.leader_id == by.member_id:
            await rows.set_session(session, leader_id=None)
        else:
            await rows.drop_assistants(session, [by.member_id])
        await rows.note_session("step_back", session, by=by)
        return await rows.one_session(session.id, community_id=by.community_id)


async def call_off(
    session_id: UUID, *, by: Actor, reason: str = "", at: datetime | None = None
) -> GroupSession:
    """Call a session off, and tell everybody on its list.

    Raises `NotYours`, `WrongState`, `UnknownSession`.
    """
    moment = at or datetime.now(UTC)
    refuse_for_another(by, "cancel")
    async with one_transaction():
        session = await rows.locked(session_id, community_id=by.community_id)
        coordinator = Role.COORDINATOR in by.roles
        allowed = coordinator or by.member_id == session.leader_id
        if session.state is SessionState.CANCELLED and allowed:
            return session
        rules.check_cancel(session, by=by.member_id, coordinator=coordinator)
        why = reason.strip()[: rules.REASON_LENGTH_MAX]
        await rows.set_session(session, state=SessionState.CANCELLED.value, reason=why)
        await rows.free_quarters(session)
        off = await rows.one_session(session.id, community_id=by.community_id)
        await rows.note_session("cancel", off, by=by, reason=why)
        people = {one.member_id for one in await rows.listed(off)} | off.givers
        await telling.tell_cancelled(off, sorted(people - {by.member_id}), at=moment)
        return off


async def move_up(session_id: UUID, *, by: Actor, at: datetime) -> None:
    """Give the free places of a locked session to who has waited longest, and tell them."""
    session = await rows.one_session(session_id, community_id=by.community_id)
    free = session.capacity - session.placed
    if session.state is not SessionState.PLANNED or session.ends_at <= at or free < 1:
        return
    waiting = [one for one in await rows.listed(session) if not one.placed]
    for signed in waiting[:free]:
        await rows.set_sign_up(signed, community_id=by.community_id, placed_at=at)
        await rows.note_session("move_up", session, by=by, member=str(signed.member_id))
        await telling.tell_moved_up(session, signed.member_id, at=at)
