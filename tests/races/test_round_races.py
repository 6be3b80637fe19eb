"""Two people at one round in the same moment: one outcome, and the book agrees with it."""

import asyncio
import uuid
from typing import Any

import pytest
import pytest_asyncio

import ledger
from app.database import Engine
from community import Actor, Member, Role, add_community, add_member
from marketplace import (
    Category,
    Draft,
    Round,
    Terms,
    close_and_count,
    open_ballot,
    open_round,
    own_choices,
    propose,
    reading,
    result_reading,
    vote,
)
from marketplace.counting import Rule
from marketplace.errors import ProposalsClosed, RoundMoved, VotingClosed

TIMES = 8
"""How often each race is run: a lock that is missing shows within a few."""


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


@pytest_asyncio.fixture(loop_scope="session")
async def people(database: Engine) -> list[Actor]:  # noqa: ARG001 (must be migrated)
    """Give a coordinator and twelve residents of a new community."""
    home = await add_community(code=f"race-{uuid.uuid4().hex[:12]}", name="Lane")
    roles = [(Role.COORDINATOR,)] + [(Role.RESIDENT,)] * 12
    return [
        _actor(await add_member(community_id=home.id, name=f"Member {n}", roles=role))
        for n, role in enumerate(roles)
    ]


async def _ballot_open(people: list[Actor]) -> Round:
    opened = await _proposing(people)
    return await open_ballot(opened.id, by=people[0])


async def _proposing(people: list[Actor]) -> Round:
    opened = await open_round(by=people[0], name="Race", terms=Terms(100_000, 2, Rule.GREEDY))
    for title, fen in (("Lamp", 40_000), ("Bench", 50_000), ("Stage", 90_000)):
        draft = Draft(title, "For all", "Lane 3", Category.CULTURE, fen)
        await propose(opened.id, draft, by=people[1])
    return opened


async def _transfers_out(opened: Round) -> list[int]:
    account = await ledger.find_account(
        community_id=ledger.CommunityId(opened.community_id),
        kind="round",
        unit=ledger.CNY,
        owner=opened.id,
    )
    assert account is not None
    statement = await ledger.statement(account.id)
    return sorted(entry.change for entry in statement.entries)


async def test_two_browsers_close_one_round(people: list[Actor]) -> None:
    for _ in range(TIMES):
        opened = await _ballot_open(people)
        await vote(opened.id, [1, 2], by=people[1])
        outcomes: list[Any] = await asyncio.gather(
            *(close_and_count(opened.id, by=people[0]) for _ in range(4)), return_exceptions=True
        )
        assert sum(isinstance(one, Round) for one in outcomes) == 1
        assert sum(isinstance(one, RoundMoved) for one in outcomes) == 3
        assert await _transfers_out(opened) == [-50_000, -40_000, -10_000, 100_000]
        trial = await ledger.trial_balance(ledger.CommunityId(opened.community_id))
        assert trial.balanced


async def test_a_vote_against_the_closing_counts_or_is_refused(people: list[Actor]) -> None:
    """Whoever is told that the ballot was kept finds it in the count; nobody else does."""
    for late in range(TIMES):
        opened = await _ballot_open(people)

        async def a_vote(place: int, opened: Round = opened, late: int = late) -> Any:
            await asyncio.sleep((place + late) % 5 / 1000)
            return await vote(opened.id, [1 + place % 3], by=people[1 + place])

        async def the_close(opened: Round = opened) -> Round:
            await asyncio.sleep(0.002)
            return await close_and_count(opened.id, by=people[0])

        outcomes: list[Any] = await asyncio.gather(
            the_close(), *(a_vote(place) for place in range(12)), return_exceptions=True
        )
        closed, votes = outcomes[0], outcomes[1:]
        assert isinstance(closed, Round)
        assert all(isinstance(one, tuple | VotingClosed) for one in votes), votes
        kept = sorted(one for one in votes if isinstance(one, tuple))
        cast = await result_reading.cast_ballots(closed)
        assert kept == sorted(marks.choices for marks, _ in cast)
        assert (await result_reading.round_result(closed)).votes == len(kept)


async def test_one_resident_votes_from_two_phones(people: list[Actor]) -> None:
    for _ in range(TIMES):
        opened = await _ballot_open(people)
        await asyncio.gather(
            *(vote(opened.id, [1 + n % 3], by=people[1]) for n in range(8)),
            vote(opened.id, [2, 3], by=people[2]),
        )
        kept = await own_choices(opened.id, by=people[1])
        assert kept in {(1,), (2,), (3,)}
        closed = await close_and_count(opened.id, by=people[0])
        ballots = sorted(marks.choices for marks, _ in await result_reading.cast_ballots(closed))
        assert ballots == sorted([kept, (2, 3)])


async def test_a_proposal_against_the_opening_is_on_the_ballot_or_refused(
    people: list[Actor],
) -> None:
    for _ in range(TIMES):
        opened = await _proposing(people)
        draft = Draft("Late", "For all", "Lane 3", Category.YOUTH, 1000)
        outcomes: list[Any] = await asyncio.gather(
            *(propose(opened.id, draft, by=person) for person in people[1:4]),
            open_ballot(opened.id, by=people[0]),
            *(propose(opened.id, draft, by=person) for person in people[4:7]),
            return_exceptions=True,
        )
        proposals = [one for one in outcomes if not isinstance(one, Round)]
        taken = [one for one in proposals if not isinstance(one, BaseException)]
        assert all(isinstance(one, ProposalsClosed) for one in proposals if one not in taken)
        stored = await reading.projects_of(opened.id, community_id=opened.community_id)
        assert len(stored) == 3 + len(taken)
        assert {project.state.value for project in stored} == {"on_ballot"}


async def test_two_open_one_ballot(people: list[Actor]) -> None:
    opened = await _proposing(people)
    outcomes: list[Any] = await asyncio.gather(
        *(open_ballot(opened.id, by=people[0]) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Round) for one in outcomes) == 1
    assert sum(isinstance(one, RoundMoved) for one in outcomes) == 2


async def test_the_database_alone_refuses_a_ballot_after_closing(
    people: list[Actor], owner: Any
) -> None:
    """Whoever writes a ballot waits for a closing that has begun, and is then refused."""
    opened = await _ballot_open(people)
    async with owner.transaction():
        await owner.execute("UPDATE round SET state = 'closed' WHERE id = $1", opened.id)
        waiting = asyncio.create_task(vote(opened.id, [1], by=people[1]))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    with pytest.raises(VotingClosed):
        await waiting
