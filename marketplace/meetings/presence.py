"""Who is there: by the number shown in the room, online, or ticked on the list; each once.

Half a room may have no telephone: who runs the meeting ticks their names, and counts guests whose
names nobody needs.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg

import community
import ledger
from community import Actor, Role
from marketplace import councils
from marketplace.meetings import rows, rules
from marketplace.meetings.calling import require_runs
from marketplace.meetings.errors import (
    InvalidMeeting,
    NotNow,
    NotYourMeeting,
    PeopleThere,
    VoteOpen,
    WrongRoomCode,
)
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.tables import MeetingPresenceRow, MotionRow
from marketplace.meetings.values import How, Meeting, MeetingState, Presence, Quorum, Way

_MARK: Final = """
INSERT INTO meeting_presence (community_id, meeting_id, member_id, way, how, marked_by, came_at)
VALUES ({}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT present_once DO NOTHING RETURNING member_id
"""


async def say_here(
    meeting_id: UUID, *, by: Actor, code: str, at: datetime | None = None
) -> Presence:
    """Say that one is in the room, with the number shown there; a second time changes nothing.

    Who was online and has come is in the room from then on. Raises `NotNow`, `WrongRoomCode`,
    `MeetingOver`, `NotYourMeeting`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await _open(meeting_id, by, moment)
        if not rules.code_counts(meeting.secret, code, moment):
            raise WrongRoomCode
        return await _mark(meeting, by.member_id, Way.ROOM, How.CODE, by=by, at=moment)


async def say_online(meeting_id: UUID, *, by: Actor, at: datetime | None = None) -> Presence:
    """Say that one takes part online or by telephone.

    Raises `NotNow`, `InvalidMeeting` where there is no such way, `MeetingOver`, `NotYourMeeting`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await _open(meeting_id, by, moment)
        if not (meeting.link or meeting.phone):
            raise InvalidMeeting("way", "not online")
        return await _mark(meeting, by.member_id, Way.ONLINE, How.ONLINE, by=by, at=moment)


async def _open(meeting_id: UUID, by: Actor, moment: datetime) -> Meeting:
    """Return a meeting at which this member may now say that they are there."""
    meeting = await rows.announced(meeting_id, community_id=by.community_id)
    if by.on_behalf_of is not None:
        raise NotYourMeeting("attend")
    if not await community.keep_active(by.member_id, community_id=by.community_id):
        raise NotYourMeeting("attend")
    policy = await meeting_policy_at(by.community_id, meeting.starts_at)
    rules.check_window(meeting, policy, at=moment)
    return meeting


async def _mark(
    meeting: Meeting, member_id: UUID, way: Way, how: How, *, by: Actor, at: datetime
) -> Presence:
    stored = await MeetingPresenceRow.raw(
        _MARK,
        meeting.community_id,
        meeting.id,
        member_id,
        way.value,
        how.value,
        by.member_id,
        at,
    )
    there = {one.member_id: one for one in await rows.present(meeting)}
    if stored:
        await rows.note("here", meeting, by=by, member=str(member_id), way=way.value)
    elif way is Way.ROOM and there[member_id].way is Way.ONLINE:
        await MeetingPresenceRow.raw(
            "UPDATE meeting_presence SET way = 'room', how = {} WHERE meeting_id = {}"
            " AND member_id = {} AND community_id = {}",
            how.value,
            meeting.id,
            member_id,
            meeting.community_id,
        )
        await rows.note("here", meeting, by=by, member=str(member_id), way=way.value)
        return Presence(member_id, way, how, there[member_id].came_at)
    return there[member_id]


async def keep_list(
    meeting_id: UUID,
    came: Collection[UUID],
    shown: Collection[UUID],
    *,
    guests: int,
    by: Actor,
    at: datetime | None = None,
) -> Meeting:
    """Keep the list as it was ticked: of those `shown`, exactly `came` are there; and the guests.

    Whoever said so by themselves meanwhile and was not shown stays. Raises `NotYourMeeting`,
    `NotNow`, `PeopleThere` for taking off somebody who has voted, `InvalidMeeting`, `MeetingOver`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    if not 0 <= guests <= rules.PEOPLE_MAX:
        raise InvalidMeeting("guests", "out of bounds")
    try:
        async with ledger.transaction():
            meeting = await _run(meeting_id, by, moment, "keep")
            there = {one.member_id for one in await rows.present(meeting)}
            for member_id in sorted(set(came) - there):
                await _tick(meeting, member_id, by=by, at=moment)
            gone = sorted((set(shown) & there) - set(came))
            if gone:
                await MeetingPresenceRow.raw(
                    "DELETE FROM meeting_presence WHERE community_id = {} AND meeting_id = {}"
                    " AND member_id = ANY({})",
                    by.community_id,
                    meeting.id,
                    gone,
                )
            if gone or guests != meeting.guests:
                await rows.set_meeting(meeting, guests=guests)
                await rows.note(
                    "list", meeting, by=by, guests=guests, off=[str(one) for one in gone]
                )
            return await rows.one(meeting.id, community_id=by.community_id)
    except asyncpg.ForeignKeyViolationError as broken:
        if broken.constraint_name == "voice_of_somebody_present":
            raise PeopleThere from broken
        raise


async def tick(
    meeting_id: UUID, member_id: UUID, *, by: Actor, at: datetime | None = None
) -> Presence:
    """Write somebody down as present who has no telephone.

    Raises as `keep_list` does.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await _run(meeting_id, by, moment, "keep")
        return await _tick(meeting, member_id, by=by, at=moment)


async def _tick(meeting: Meeting, member_id: UUID, *, by: Actor, at: datetime) -> Presence:
    if not await community.keep_active(member_id, community_id=meeting.community_id):
        raise InvalidMeeting("name", "nobody")
    return await _mark(meeting, member_id, Way.ROOM, How.LIST, by=by, at=at)


async def _run(meeting_id: UUID, by: Actor, moment: datetime, act: str) -> Meeting:
    """Return a meeting whose list this member may keep now: until it is closed."""
    meeting = await rows.announced(meeting_id, community_id=by.community_id)
    require_runs(meeting, by, act)
    policy = await meeting_policy_at(by.community_id, meeting.starts_at)
    opens = rules.opens_at(meeting, policy)
    if moment < opens:
        raise NotNow(opens, None)
    return meeting


async def close_meeting(meeting_id: UUID, *, by: Actor, at: datetime | None = None) -> Meeting:
    """Write down that a meeting was held; who was there stays so. A second time changes nothing.

    Raises `NotYourMeeting`, `NotNow` before it begins, `VoteOpen`, `MeetingOver`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with ledger.transaction():
        meeting = await rows.locked(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "close")
        if meeting.state is MeetingState.HELD:
            return meeting
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        if moment < meeting.starts_at:
            raise NotNow(meeting.starts_at, None)
        if await MotionRow.raw("SELECT id FROM motion WHERE meeting_id = {} AND open", meeting.id):
            raise VoteOpen
        await rows.set_meeting(meeting, state=MeetingState.HELD.value, held_at=moment)
        await rows.note("close", meeting, by=by)
        return await rows.one(meeting.id, community_id=by.community_id)


async def voters_there(meeting: Meeting) -> list[UUID]:
    """Return who of those present may vote: of a council its people, else residents."""
    there = {one.member_id for one in await rows.present(meeting)}
    if meeting.council_id is not None:
        return rules.voters(await seats(meeting), there)
    # Only of those who are there: a community may have a hundred thousand residents.
    found = await community.members_among(there, community_id=meeting.community_id)
    return [one.id for one in found if Role.RESIDENT in one.roles]


async def quorum(meeting: Meeting) -> Quorum:
    """Return how many of those who may vote are there, and how many are needed to decide."""
    policy = await meeting_policy_at(meeting.community_id, meeting.starts_at)
    present = len(await voters_there(meeting))
    if meeting.council_id is None:
        return Quorum(present, policy.open_quorum, 0)
    seated = sum(seat.full for seat in await seats(meeting))
    return Quorum(present, rules.needed(seated, policy.quorum_percent), seated)


async def seats(meeting: Meeting) -> list[councils.Seat]:
    """Return who sat on the meeting's council when it began."""
    if meeting.council_id is None:
        return []
    return await councils.seats_at(
        meeting.council_id, at=meeting.starts_at, community_id=meeting.community_id
    )
