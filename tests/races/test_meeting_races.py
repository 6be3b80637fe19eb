"""Many hands at one meeting, each with real commits: one seat, one presence, one publication."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest_asyncio

from app.database import Engine
from marketplace import meetings
from marketplace.meetings import Answer, Choice, Votes, rules
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.meeting_examples import (
    THERE,
    called,
    come,
    council_meeting,
    council_of,
    first_item,
    kinds_told,
    newcomer,
)

SECONDS_MAX = 60


@pytest_asyncio.fixture(loop_scope="session")
async def here(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await settle()


async def at_once(*asked: Awaitable[Any]) -> list[Any]:
    """Let all run at once; refusals are results too."""
    async with asyncio.timeout(SECONDS_MAX):
        return await asyncio.gather(*asked, return_exceptions=True)


def kinds(outcomes: list[Any]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


async def test_the_last_seat_is_taken_once(here: Neighbourhood) -> None:
    meeting = await called(here, seats=3)
    people = [await newcomer(here) for _ in range(8)]
    answers = await at_once(
        *(meetings.answer_meeting(meeting.id, Answer.YES, by=one) for one in people)
    )
    assert sum(one.placed for one in answers) == 3
    assert sorted(one.place for one in answers if not one.placed) == [1, 2, 3, 4, 5]
    now = await meetings.meeting(meeting.id, community_id=here.id)
    assert (now.coming, now.waiting) == (3, 5)
    placed = [who for who, one in zip(people, answers, strict=True) if one.placed]
    await at_once(*(meetings.answer_meeting(meeting.id, Answer.NO, by=one) for one in placed))
    now = await meetings.meeting(meeting.id, community_id=here.id)
    assert (now.coming, now.waiting) == (3, 2)


async def test_a_code_scanned_many_times_at_once_counts_once(here: Neighbourhood) -> None:
    meeting = await called(here)
    one = here.residents[1]
    code = rules.room_code(meeting.secret, THERE)
    scans = [meetings.say_here(meeting.id, by=one, code=code, at=THERE) for _ in range(6)]
    ticks = [
        meetings.tick(meeting.id, one.member_id, by=here.coordinator, at=THERE) for _ in range(3)
    ]
    assert set(kinds(await at_once(*scans, *ticks))) == {"Presence"}
    assert len(await meetings.people_there(meeting)) == 1


async def test_a_vote_is_cast_once_and_decided_once(here: Neighbourhood) -> None:
    people, chair = here.residents, here.coordinator
    meeting = await council_meeting(here, await council_of(here, 3))
    await come(meeting, *people[:3], by=chair)
    item = await first_item(meeting)
    opened = await at_once(
        *(
            meetings.put_motion(meeting.id, item.id, f"No. {place}", by=chair, at=THERE)
            for place in range(4)
        )
    )
    assert kinds(opened) == Counter({"Motion": 1, "VoteOpen": 3})
    (motion,) = [one for one in opened if isinstance(one, meetings.Motion)]
    cast = await at_once(
        *(
            meetings.vote_on(meeting.id, motion.id, choice, by=one)
            for one in people[:3]
            for choice in Choice
        )
    )
    assert kinds(cast) == Counter({"Voice": 3, "VotedAlready": 6})
    decided = await at_once(
        *(meetings.decide(meeting.id, motion.id, by=chair, at=THERE) for _ in range(4))
    )
    assert kinds(decided) == Counter({"Decision": 4})
    assert len({one.id for one in decided}) == 1


async def test_decisions_of_meetings_at_once_are_numbered_without_gaps(
    here: Neighbourhood,
) -> None:
    chair = here.coordinator
    ready = []
    for _each in range(4):
        meeting = await called(here)
        await come(meeting, *here.residents, by=chair)
        item = await first_item(meeting)
        motion = await meetings.put_motion(meeting.id, item.id, "Yes", by=chair, at=THERE)
        ready.append((meeting, motion))
    decided = await at_once(
        *(
            meetings.decide(meeting.id, motion.id, by=chair, room=Votes(6), at=THERE)
            for meeting, motion in ready
        )
    )
    assert sorted(one.number for one in decided) == [1, 2, 3, 4]


async def test_minutes_are_published_once_by_two_workers(here: Neighbourhood) -> None:
    clerk, reader = here.residents[0], here.residents[1]
    meeting = await called(here)
    await come(meeting, reader, by=here.coordinator)
    await meetings.close_meeting(meeting.id, by=clerk, at=THERE)
    seen = await meetings.meeting_page(meeting.id, community_id=here.id, by=clerk)
    words = {item.id: "Said" for item in seen.agenda}
    await meetings.write_minutes(meeting.id, words, by=clerk, at=THERE)
    shared = await meetings.share_minutes(meeting.id, by=clerk, at=THERE)
    until = shared.objections_until
    assert until is not None
    await at_once(*(meetings.publish_minutes(at=until) for _ in range(4)))
    assert (await kinds_told(reader)).count("meeting.minutes_published") == 1
