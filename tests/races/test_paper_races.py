"""Two people at one paper ballot, or at paper and screen, at once: nobody votes twice."""

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from app.database import Engine
from community import Actor, Member, Role, add_community, add_member
from marketplace import (
    Category,
    Draft,
    Marks,
    Round,
    Terms,
    close_and_count,
    open_ballot,
    open_round,
    own_choices,
    paper,
    propose,
    vote,
)
from marketplace.counting import Rule
from marketplace.paper.errors import (
    HandedOutBefore,
    KeyedByYou,
    KeyedTwice,
    PaperUnfinished,
    VotedOnline,
    VotesOnPaper,
)
from marketplace.paper.values import Paper, PaperState, Reading

TIMES = 6
"""How often each race is run: a lock that is missing shows within a few."""

READ = Reading(Marks((1,)))


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


@dataclass(frozen=True)
class Urn:
    """A round whose ballot is open, with papers, staff, and residents."""

    round: Round
    papers: list[Paper]
    staff: list[Actor]
    residents: list[Actor]


@pytest_asyncio.fixture(loop_scope="session")
async def urn(database: Engine) -> Urn:  # noqa: ARG001 (must be migrated)
    home = await add_community(code=f"urn-{uuid.uuid4().hex[:12]}", name="Lane")
    people = {
        role: [
            _actor(await add_member(community_id=home.id, name=f"{role} {n}", roles=(role,)))
            for n in range(TIMES)
        ]
        for role in (Role.COORDINATOR, Role.RESIDENT)
    }
    staff = people[Role.COORDINATOR]
    opened = await open_round(by=staff[0], name="Urn", terms=Terms(100_000, 2, Rule.GREEDY))
    draft = Draft("Lamp", "For all", "Lane 3", Category.CULTURE, 40_000)
    await propose(opened.id, draft, by=people[Role.RESIDENT][0])
    voting = await open_ballot(opened.id, by=staff[0])
    await paper.print_ballots(voting.id, TIMES, by=staff[0], number=1)
    papers = await paper.papers_of(voting.id, 1)
    return Urn(voting, papers, staff, people[Role.RESIDENT])


async def handed_out(urn: Urn) -> None:
    """Give every resident a paper."""
    for one in urn.residents:
        await paper.hand_out(urn.round.id, one.member_id, by=urn.staff[0])


async def _both(*acts: Any) -> list[Any]:
    return list(await asyncio.gather(*acts, return_exceptions=True))


async def test_three_key_one_ballot_in_and_two_of_them_count(urn: Urn) -> None:
    await handed_out(urn)
    for one in urn.papers:
        told = await _both(
            *(paper.key_in(urn.round.id, one.serial, READ, by=who) for who in urn.staff[:3])
        )
        assert sorted(str(answer) for answer in told if isinstance(answer, PaperState)) == [
            "once",
            "settled",
        ]
        assert [type(answer) for answer in told if isinstance(answer, Exception)] == [KeyedTwice]


async def test_two_papers_at_once_are_never_more_than_were_handed_out(urn: Urn) -> None:
    for at, resident in enumerate(urn.residents[: TIMES // 2]):
        await paper.hand_out(urn.round.id, resident.member_id, by=urn.staff[0])
        told = await _both(
            *(
                paper.key_in(urn.round.id, one.serial, READ, by=who)
                for one, who in zip(urn.papers[2 * at :], urn.staff[:2], strict=False)
            )
        )
        assert len([one for one in told if one is PaperState.ONCE]) == 1


async def test_one_person_is_one_reading_however_fast(urn: Urn) -> None:
    await handed_out(urn)
    other = Reading(Marks())
    for one in urn.papers:
        told = await _both(
            paper.key_in(urn.round.id, one.serial, READ, by=urn.staff[0]),
            paper.key_in(urn.round.id, one.serial, other, by=urn.staff[0]),
        )
        assert [type(answer) for answer in told if isinstance(answer, Exception)] == [KeyedByYou]
        assert (await paper.trace(urn.round.id, one.serial)).state is PaperState.ONCE


async def test_paper_and_screen_at_once_are_one_ballot(urn: Urn) -> None:
    for resident in urn.residents:
        voted, given = await _both(
            vote(urn.round.id, [1], by=resident),
            paper.hand_out(urn.round.id, resident.member_id, by=urn.staff[0]),
        )
        online = await own_choices(urn.round.id, by=resident)
        on_paper = await paper.votes_on_paper(urn.round.id, resident.member_id)
        assert bool(online) != on_paper
        assert isinstance(voted, VotesOnPaper) == on_paper
        assert isinstance(given, VotedOnline) == bool(online)


async def test_two_desks_hand_one_resident_one_ballot(urn: Urn) -> None:
    for resident in urn.residents:
        told = await _both(
            *(paper.hand_out(urn.round.id, resident.member_id, by=desk) for desk in urn.staff[:2])
        )
        assert [type(answer) for answer in told if answer is not None] == [HandedOutBefore]


async def test_two_prints_at_once_are_two_or_the_same(urn: Urn) -> None:
    for number in range(2, 2 + TIMES):
        made = await _both(
            *(paper.print_ballots(urn.round.id, 3, by=who, number=number) for who in urn.staff[:2])
        )
        assert [one.number for one in made] == [number, number]
    assert len(await paper.batches(urn.round.id)) == TIMES + 1


async def test_a_count_that_meets_a_reading_waits_for_its_second(urn: Urn) -> None:
    """Either the reading came first and the count waits, or the round is counted without it."""
    await handed_out(urn)
    keyed, counted = await _both(
        paper.key_in(urn.round.id, urn.papers[0].serial, READ, by=urn.staff[0]),
        close_and_count(urn.round.id, by=urn.staff[1]),
    )
    if isinstance(counted, PaperUnfinished):
        assert keyed is PaperState.ONCE
    else:
        assert isinstance(keyed, Exception)
        with pytest.raises(type(keyed)):
            await paper.key_in(urn.round.id, urn.papers[1].serial, READ, by=urn.staff[0])
