"""Putting something to the vote, voting, and deciding: a show of hands in the room and online.

A council whose votes are public votes by name. Everywhere else only counts stand: who takes part
online votes by a button, who is in the room is counted there. It is no secret ballot, and says so.
A decision is never rewritten; another may take its place.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

import community
import ledger
from community import Actor
from marketplace import councils
from marketplace.meetings import rows, rules, telling, vote_rows
from marketplace.meetings.calling import require_runs
from marketplace.meetings.errors import (
    InvalidMeeting,
    NotNow,
    NotThere,
    NotYourMeeting,
    RaiseYourHand,
    ReplacedAlready,
    TooManyVotes,
    VotedAlready,
    VoteOpen,
    VoteOver,
)
from marketplace.meetings.presence import quorum, voters_there
from marketplace.meetings.tables import DecisionCountRow, DecisionRow, MotionRow, MotionVoiceRow
from marketplace.meetings.values import (
    Choice,
    Decision,
    ItemState,
    Meeting,
    Motion,
    Quorum,
    Voice,
    Votes,
    Way,
)
from marketplace.needs import followers

_PUT: Final = """
INSERT INTO motion (id, community_id, meeting_id, item_id, words, replaces_id, by_name, put_by,
    put_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (id) DO NOTHING RETURNING id
"""

_VOICE: Final = """
INSERT INTO motion_voice (community_id, meeting_id, motion_id, member_id, way, choice)
VALUES ({}, {}, {}, {}, {}, {})
"""

_NUMBER: Final = """
INSERT INTO decision_count (community_id, year, last) VALUES ({}, {}, 1)
ON CONFLICT ON CONSTRAINT one_count_of_decisions_a_year
DO UPDATE SET last = decision_count.last + 1 RETURNING last
"""

_DECIDE: Final = """
INSERT INTO decision (id, community_id, meeting_id, item_id, motion_id, year, number, words,
    room_yes, room_no, room_abstain, online_yes, online_no, online_abstain, present, needed,
    carried, replaces_id, decided_by, decided_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""


async def put_motion(  # noqa: PLR0913 (a motion has these parts)
    meeting_id: UUID,
    item_id: UUID,
    words: str,
    *,
    by: Actor,
    replaces_id: UUID | None = None,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Motion:
    """Put something to the vote, one thing at a time, once enough are there.

    With `replaces_id` it would take the place of an earlier decision. Raises `NotYourMeeting`,
    `InvalidMeeting`, `NotNow`, `NoQuorum`, `VoteOpen`, `ReplacedAlready`, `MeetingOver`,
    `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    rules.check_words(words=words)
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "put")
        if moment < meeting.starts_at:
            raise NotNow(meeting.starts_at, None)
        item = await rows.item_of(meeting, item_id)
        if item.state is not ItemState.ACCEPTED:
            raise InvalidMeeting("item", "not on the agenda")
        motion_id = id or ledger.new_id()
        known = await vote_rows.motions("id = {}", motion_id, community_id=by.community_id)
        if known:
            return known[0]
        if await vote_rows.open_motion(meeting) is not None:
            raise VoteOpen
        rules.check_quorum(await quorum(meeting))
        if replaces_id is not None:
            await _require_standing(replaces_id, by.community_id)
        await MotionRow.raw(
            _PUT,
            motion_id,
            by.community_id,
            meeting.id,
            item.id,
            words.strip(),
            replaces_id,
            await _by_name(meeting),
            by.member_id,
            moment,
        )
        await rows.note("put", meeting, by=by, motion=words.strip())
        return await vote_rows.one_motion(meeting, motion_id)


async def _by_name(meeting: Meeting) -> bool:
    if meeting.council_id is None:
        return False
    council = await councils.council(meeting.council_id, community_id=meeting.community_id)
    return council.votes_public


async def _require_standing(decision_id: UUID, community_id: UUID) -> None:
    found = await vote_rows.decisions("one.id = {}", decision_id, community_id=community_id)
    if not found:
        raise InvalidMeeting("replaces", "unknown")
    if found[0].replaced_by is not None:
        raise ReplacedAlready


async def vote_on(meeting_id: UUID, motion_id: UUID, choice: Choice, *, by: Actor) -> Voice:
    """Vote on what is put to the vote, once.

    Raises `NotThere`, `RaiseYourHand` for somebody in the room where only counts stand,
    `VotedAlready`, `VoteOver`, `NotYourMeeting` for who has no vote, `MeetingOver`,
    `UnknownMeeting`.
    """
    if by.on_behalf_of is not None:
        raise NotYourMeeting("vote")
    async with _once():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        motion = await _open_motion(meeting, motion_id)
        way = await _way(meeting, by.member_id)
        if not motion.by_name and way is Way.ROOM:
            raise RaiseYourHand
        voice = Voice(by.member_id, way, choice if motion.by_name else None)
        await _keep_voice(meeting, motion, voice, by)
        if not motion.by_name:
            await MotionRow.raw(
                f"UPDATE motion SET online_{choice.value} = online_{choice.value} + 1"  # noqa: S608 (one of three words of ours)
                " WHERE community_id = {} AND id = {}",
                by.community_id,
                motion.id,
            )
        return voice


async def decide(
    meeting_id: UUID,
    motion_id: UUID,
    *,
    by: Actor,
    room: Votes | None = None,
    named: Mapping[UUID, Choice] | None = None,
    at: datetime | None = None,
) -> Decision:
    """Close a vote and write the decision down, with its number of the year.

    `room` are the hands counted in the room; where a council votes by name, `named` says instead
    how each in the room voted who has no telephone. A second time is answered with the decision.
    Raises `NotYourMeeting`, `NoQuorum`, `TooManyVotes`, `NotThere`, `VotedAlready`,
    `InvalidMeeting`, `ReplacedAlready`, `VoteOver`, `MeetingOver`, `UnknownMeeting`.
    """
    moment = at or datetime.now(UTC)
    async with _once():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "decide")
        motion = await vote_rows.one_motion(meeting, motion_id)
        known = await vote_rows.decisions(
            "one.motion_id = {}", motion.id, community_id=by.community_id
        )
        if known:
            return known[0]
        if not motion.open:
            raise VoteOver
        state = await quorum(meeting)
        rules.check_quorum(state)
        hands, online = await _counted(meeting, motion, room or Votes(), named or {}, by=by)
        rules.check_votes(hands, online=online, present=state.present)
        if motion.replaces_id is not None:
            await _require_standing(motion.replaces_id, by.community_id)
        await MotionRow.raw("UPDATE motion SET open = false WHERE id = {}", motion.id)
        return await _write(
            meeting, motion, room=hands, online=online, state=state, by=by, at=moment
        )


async def _counted(
    meeting: Meeting, motion: Motion, room: Votes, named: Mapping[UUID, Choice], *, by: Actor
) -> tuple[Votes, Votes]:
    """Return the votes in the room and online, once those given by name are written down."""
    if not motion.by_name:
        if named:
            raise InvalidMeeting("votes", "not by name")
        return room, motion.online
    if room.all:
        raise InvalidMeeting("votes", "by name")
    for member_id, choice in sorted(named.items()):
        way = await _way(meeting, member_id)
        await _keep_voice(meeting, motion, Voice(member_id, way, choice), by)
    voices = await vote_rows.voices(motion)
    return _votes(voices, Way.ROOM), _votes(voices, Way.ONLINE)


def _votes(voices: list[Voice], way: Way) -> Votes:
    said = [voice.choice for voice in voices if voice.way is way]
    return Votes(*(said.count(choice) for choice in Choice))


async def _write(  # noqa: PLR0913 (a decision has these parts)
    meeting: Meeting,
    motion: Motion,
    *,
    room: Votes,
    online: Votes,
    state: Quorum,
    by: Actor,
    at: datetime,
) -> Decision:
    home = await community.community(meeting.community_id)
    year = at.astimezone(ZoneInfo(home.time_zone)).year
    (counted,) = await DecisionCountRow.raw(_NUMBER, meeting.community_id, year)
    decision_id = ledger.new_id()
    await DecisionRow.raw(
        _DECIDE,
        decision_id,
        meeting.community_id,
        meeting.id,
        motion.item_id,
        motion.id,
        year,
        counted["last"],
        motion.words,
        room.yes,
        room.no,
        room.abstain,
        online.yes,
        online.no,
        online.abstain,
        state.present,
        state.needed,
        rules.carried(room + online, present=state.present),
        motion.replaces_id,
        by.member_id,
        at,
    )
    (decision,) = await vote_rows.decisions(
        "one.id = {}", decision_id, community_id=meeting.community_id
    )
    await rows.note("decide", meeting, by=by, number=f"{year}-{decision.number}")
    await _tell(meeting, decision)
    return decision


async def _tell(meeting: Meeting, decision: Decision) -> None:
    """Tell those who stand behind the need that was decided about."""
    item = await rows.item_of(meeting, decision.item_id)
    if item.need_id is None:
        return
    await telling.tell(
        meeting,
        await followers(item.need_id, community_id=meeting.community_id),
        "meeting.decided" if decision.carried else "meeting.not_carried",
        {"item": item.title},
        link=f"{telling.page(meeting)}#decision-{decision.id}",
    )


async def withdraw_motion(meeting_id: UUID, motion_id: UUID, *, by: Actor) -> None:
    """Take back what was put to the vote, before it is decided.

    Raises `NotYourMeeting`, `VoteOver`, `MeetingOver`, `UnknownMeeting`.
    """
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        require_runs(meeting, by, "put")
        motion = await _open_motion(meeting, motion_id)
        await MotionRow.raw("UPDATE motion SET open = false WHERE id = {}", motion.id)
        await rows.note("withdraw", meeting, by=by, motion=motion.words)


async def _open_motion(meeting: Meeting, motion_id: UUID) -> Motion:
    motion = await vote_rows.one_motion(meeting, motion_id)
    if not motion.open:
        raise VoteOver
    return motion


async def _way(meeting: Meeting, member_id: UUID) -> Way:
    for one in await rows.present(meeting):
        if one.member_id == member_id:
            return one.way
    raise NotThere


async def _keep_voice(meeting: Meeting, motion: Motion, voice: Voice, by: Actor) -> None:
    """Write down that somebody voted who may: no more voices than people who have a vote."""
    there = await voters_there(meeting)
    if voice.member_id not in there:
        raise NotYourMeeting("vote")
    voices = await vote_rows.voices(motion)
    if any(one.member_id == voice.member_id for one in voices):
        raise VotedAlready
    if len(voices) >= len(there):
        raise TooManyVotes(len(voices) + 1, len(there))
    await MotionVoiceRow.raw(
        _VOICE,
        meeting.community_id,
        meeting.id,
        motion.id,
        voice.member_id,
        voice.way.value,
        voice.choice.value if voice.choice else None,
    )
    await rows.note("vote", meeting, by=by, member=str(voice.member_id))


@asynccontextmanager
async def _once() -> AsyncIterator[None]:
    """Open a verb's transaction in which a broken constraint says who was faster."""
    try:
        async with ledger.transaction():
            yield
    except asyncpg.UniqueViolationError as broken:
        if broken.constraint_name == "one_voice_each":
            raise VotedAlready from broken
        if broken.constraint_name == "decision_replaced_once":
            raise ReplacedAlready from broken
        raise
