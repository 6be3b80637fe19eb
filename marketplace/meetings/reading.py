"""Reads meetings for pages, calendars and needs. Never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace.meetings import coming, minutes, presence, rows, vote_rows
from marketplace.meetings.calling import runs
from marketplace.meetings.errors import UnknownMeeting
from marketplace.meetings.tables import MeetingNoticeRow
from marketplace.meetings.values import (
    Decision,
    Item,
    ItemState,
    Meeting,
    MinutesNote,
    MinutesState,
    Motion,
    Notice,
    OwnAnswer,
    Presence,
    Quorum,
    Voice,
)
from marketplace.needs.tables import NeedRow

PAST_SHOWN: Final = 30
DECISIONS_SHOWN: Final = 100
NEEDS_SHOWN: Final = 100

_CHOOSABLE: Final = f"""
SELECT id, title FROM need WHERE community_id = {{}}
    AND state IN ('raised', 'seconded', 'accepted', 'planned', 'entered')
ORDER BY raised_at DESC, id LIMIT {NEEDS_SHOWN}
"""  # noqa: S608 (a number of ours)


@dataclass(frozen=True, slots=True)
class SeenMeeting:
    """A meeting as its page shows it to one reader; `names` are of those it names.

    `minutes_seen` is whether the reader may read the minutes as they stand, `runs` whether they run
    the meeting, `there` how they are present.
    """

    meeting: Meeting
    agenda: list[Item]
    proposed: list[Item]
    declined: list[Item]
    notices: list[Notice]
    needs: list[UUID]
    rounds: list[UUID]
    decisions: list[Decision]
    notes: list[MinutesNote]
    names: dict[UUID, str]
    quorum: Quorum
    motion: Motion | None
    voices: list[Voice]
    answer: OwnAnswer | None
    there: Presence | None
    present: int
    runs: bool
    minutes_seen: bool
    may_vote: bool


async def meeting(meeting_id: UUID, *, community_id: UUID) -> Meeting:
    """Return a meeting. Raises `UnknownMeeting`."""
    return await rows.one(meeting_id, community_id=community_id)


async def meetings_ahead(community_id: UUID, *, at: datetime | None = None) -> list[Meeting]:
    """Return the meetings that are not over, the soonest first; also those called off."""
    return await rows.meetings(
        "state <> 'held' AND starts_at + make_interval(mins => length) > {} ORDER BY starts_at, id",
        at or datetime.now(UTC),
        community_id=community_id,
    )


async def meetings_past(community_id: UUID, *, at: datetime | None = None) -> list[Meeting]:
    """Return the last meetings that are over, the latest first."""
    return await rows.meetings(
        "(state = 'held' OR starts_at + make_interval(mins => length) <= {})"
        f" ORDER BY starts_at DESC, id LIMIT {PAST_SHOWN}",
        at or datetime.now(UTC),
        community_id=community_id,
    )


async def meetings_since(community_id: UUID, *, since: datetime) -> list[Meeting]:
    """Return the meetings of a calendar: those from a moment on."""
    return await rows.meetings(
        "starts_at >= {} ORDER BY starts_at, id", since, community_id=community_id
    )


async def meetings_of_council(council_id: UUID, *, community_id: UUID) -> list[Meeting]:
    """Return a council's meetings, the latest first."""
    return await rows.meetings(
        f"council_id = {{}} ORDER BY starts_at DESC, id LIMIT {PAST_SHOWN}",
        council_id,
        community_id=community_id,
    )


async def meetings_about(subject_id: UUID, *, community_id: UUID) -> list[Meeting]:
    """Return the meetings about a need or a round, the soonest first."""
    return await rows.meetings(
        "one.id IN (SELECT meeting_id FROM meeting_subject WHERE subject_id = {})"
        " ORDER BY starts_at, id",
        subject_id,
        community_id=community_id,
    )


async def decisions_about(need_id: UUID, *, community_id: UUID) -> list[Decision]:
    """Return what meetings decided on items about a need, the latest first."""
    return await vote_rows.decisions(
        "one.item_id IN (SELECT id FROM agenda_item WHERE need_id = {})"
        " ORDER BY one.decided_at DESC",
        need_id,
        community_id=community_id,
    )


async def decision(decision_id: UUID, *, community_id: UUID) -> Decision:
    """Return a decision. Raises `UnknownMeeting`."""
    found = await vote_rows.decisions("one.id = {}", decision_id, community_id=community_id)
    if not found:
        raise UnknownMeeting
    return found[0]


async def needs_to_choose(community_id: UUID) -> list[tuple[UUID, str]]:
    """Return the needs that a meeting may be about, the newest first: id and title."""
    rows_found = await NeedRow.raw(_CHOOSABLE, community_id)
    return [(row["id"], row["title"]) for row in rows_found]


async def standing_decisions(community_id: UUID) -> list[Decision]:
    """Return the decisions that were carried and not replaced, the latest first."""
    return await vote_rows.decisions(
        f"one.carried AND later.id IS NULL ORDER BY one.year DESC, one.number DESC"
        f" LIMIT {DECISIONS_SHOWN}",
        community_id=community_id,
    )


async def meeting_page(meeting_id: UUID, *, community_id: UUID, by: Actor | None) -> SeenMeeting:
    """Return a meeting with all that its page shows. Raises `UnknownMeeting`."""
    found = await rows.one(meeting_id, community_id=community_id)
    items = await rows.items(
        "item.meeting_id = {} ORDER BY number, brought_at, id", found.id, community_id=community_id
    )
    there = await rows.present(found)
    own = next((one for one in there if by and one.member_id == by.member_id), None)
    running = by is not None and runs(found, by)
    motion = await vote_rows.open_motion(found)
    voters = await presence.voters_there(found) if motion is not None else []
    decisions = await _decisions(found)
    voices = await vote_rows.voices(motion) if motion is not None else []
    about = await rows.subjects(found)
    notes = await minutes.notes(found)
    named = {found.chair_id, found.clerk_id}
    named |= {item.brought_by for item in items} | {one.member_id for one in voices}
    named |= {one.written_by for one in notes if one.kind == "addition"}
    return SeenMeeting(
        meeting=found,
        agenda=[item for item in items if item.state is ItemState.ACCEPTED],
        proposed=[item for item in items if item.state is ItemState.PROPOSED],
        declined=[item for item in items if item.state is ItemState.DECLINED],
        notices=await _notices(found),
        needs=about["need"],
        rounds=about["round"],
        decisions=decisions,
        notes=notes,
        names=await community.named_members(named, community_id=community_id),
        quorum=await presence.quorum(found),
        motion=motion,
        voices=voices,
        answer=await coming.own_answer(found, by.member_id) if by else None,
        there=own,
        present=len(there) + found.guests,
        runs=running,
        minutes_seen=_reads_minutes(found, running=running, there=own is not None),
        may_vote=_may_vote(motion, own, voters, voices),
    )


def _reads_minutes(found: Meeting, *, running: bool, there: bool) -> bool:
    if found.minutes_state is MinutesState.PUBLISHED or running:
        return True
    return found.minutes_state is MinutesState.SHARED and there


def _may_vote(
    motion: Motion | None, own: Presence | None, voters: Sequence[UUID], voices: Sequence[Voice]
) -> bool:
    if motion is None or own is None or own.member_id not in voters:
        return False
    if any(voice.member_id == own.member_id for voice in voices):
        return False
    return motion.by_name or own.way.value == "online"


async def _decisions(found: Meeting) -> list[Decision]:
    return await vote_rows.decisions(
        "one.meeting_id = {} ORDER BY one.year, one.number",
        found.id,
        community_id=found.community_id,
    )


async def names_of_votes(decision: Decision, *, community_id: UUID) -> list[tuple[str, str]]:
    """Return who voted how on a decision taken by name, by name, else nothing."""
    found = await vote_rows.motions("id = {}", decision.motion_id, community_id=community_id)
    if not found or not found[0].by_name:
        return []
    voices = await vote_rows.voices(found[0])
    names = await community.named_members(
        {voice.member_id for voice in voices}, community_id=community_id
    )
    return sorted(
        (names.get(voice.member_id, ""), voice.choice.value) for voice in voices if voice.choice
    )


async def _notices(found: Meeting) -> list[Notice]:
    read = await MeetingNoticeRow.raw(
        "SELECT starts_at, length, place, link, phone, why, announced_at FROM meeting_notice"
        " WHERE community_id = {} AND meeting_id = {} ORDER BY seq",
        found.community_id,
        found.id,
    )
    return [Notice(**row) for row in read]


async def people_there(found: Meeting) -> list[tuple[Presence, str]]:
    """Return who is there, each with the name, by name."""
    there = await rows.present(found)
    names = await community.named_members(
        {one.member_id for one in there}, community_id=found.community_id
    )
    return sorted(((one, names.get(one.member_id, "")) for one in there), key=lambda pair: pair[1])


async def expected(found: Meeting) -> list[tuple[UUID, str]]:
    """Return who may be ticked on the list: its council, who said they come, and who is there."""
    ids = {found.chair_id, found.clerk_id, *await rows.answered(found)}
    ids |= {one.member_id for one in await rows.present(found)}
    ids |= {seat.member_id for seat in await presence.seats(found)}
    names = await community.named_members(ids, community_id=found.community_id)
    return sorted(((one, name) for one, name in names.items()), key=lambda pair: pair[1])
