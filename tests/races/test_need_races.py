"""Residents at one need in the same moment: it moves on once, and each of them counts once."""

import asyncio
import uuid
from typing import Any

import pytest_asyncio

import community
import ledger
from app.database import Engine
from community import Actor, Member, Role, add_community, add_member
from marketplace import needs
from marketplace.needs import Need, NeedDraft, NeedMoved, NeedState

TIMES = 6
"""How often each race is run: a lock that is missing shows within a few."""

DRAFT = NeedDraft("A lamp in the lane", "It is dark at night.", "environment")


def _actor(member: Member) -> Actor:
    return Actor(member.id, member.community_id, member.roles)


@pytest_asyncio.fixture(loop_scope="session")
async def people(database: Engine) -> list[Actor]:  # noqa: ARG001 (must be migrated)
    """Give a coordinator and nine residents of a new community."""
    home = await add_community(code=f"need-{uuid.uuid4().hex[:12]}", name="Lane")
    roles = [(Role.COORDINATOR,)] + [(Role.RESIDENT,)] * 9
    return [
        _actor(await add_member(community_id=home.id, name=f"Member {n}", roles=role))
        for n, role in enumerate(roles)
    ]


async def _states(need: Need) -> list[NeedState]:
    return [one.state for one in await needs.moves(need.id, community_id=need.community_id)]


async def test_the_threshold_is_reached_once_by_many_at_once(people: list[Actor]) -> None:
    for _ in range(TIMES):
        need = await needs.raise_need(DRAFT, by=people[1])
        await asyncio.gather(
            *(needs.second_need(need.id, by=one) for one in people[2:] for _twice in range(2))
        )
        assert await _states(need) == [NeedState.RAISED, NeedState.SECONDED]
        assert await needs.count_seconds(need.id) == 8
    told = await community.inbox(people[1].member_id, community_id=people[1].community_id)
    assert [one.kind for one in told].count("need.seconded") == TIMES


async def test_one_form_from_two_windows_raises_one_need(people: list[Actor]) -> None:
    for _ in range(TIMES):
        key = uuid.uuid4()
        made = await asyncio.gather(
            *(needs.raise_need(DRAFT, by=people[1], id=key) for _ in range(4))
        )
        assert {one.id for one in made} == {key}
        assert await _states(made[0]) == [NeedState.RAISED]


async def test_seconding_against_withdrawing_leaves_one_story(people: list[Actor]) -> None:
    for _ in range(TIMES):
        need = await needs.raise_need(DRAFT, by=people[1])
        for one in people[2:6]:
            await needs.second_need(need.id, by=one)
        outcomes: list[Any] = await asyncio.gather(
            needs.withdraw_need(need.id, "It is there", by=people[1]),
            needs.second_need(need.id, by=people[6]),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], Need)
        assert isinstance(outcomes[1], Need | NeedMoved)
        states = await _states(need)
        reached = [NeedState.SECONDED] if isinstance(outcomes[1], Need) else []
        assert states == [NeedState.RAISED, *reached, NeedState.WITHDRAWN]


async def test_hiding_by_two_coordinators_happens_once(people: list[Actor]) -> None:
    for _ in range(TIMES):
        need = await needs.raise_need(DRAFT, by=people[1])
        outcomes: list[Any] = await asyncio.gather(
            *(needs.hide_need(need.id, "A name is in it", by=people[0]) for _ in range(3)),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Need) for one in outcomes) == 1
        assert sum(isinstance(one, NeedMoved) for one in outcomes) == 2
        assert await _states(need) == [NeedState.RAISED, NeedState.HIDDEN]


async def test_a_merge_of_memberships_against_a_second_never_counts_one_person_twice(
    people: list[Actor],
) -> None:
    home = people[0].community_id
    for _ in range(TIMES):
        need = await needs.raise_need(DRAFT, by=people[1])
        other, survivor = [
            _actor(await add_member(community_id=home, name="Twice", roles=(Role.RESIDENT,)))
            for _ in range(2)
        ]
        await needs.second_need(need.id, by=survivor)

        async def merged(other: Actor = other, survivor: Actor = survivor) -> None:
            async with ledger.transaction():
                await community.merge_members(survivor.member_id, other.member_id, by=people[0])
                await needs.take_over_needs(other.member_id, survivor.member_id, by=people[0])

        outcomes: list[Any] = await asyncio.gather(
            merged(), needs.second_need(need.id, by=other), return_exceptions=True
        )
        assert outcomes[0] is None
        found = await needs.seconders(need.id, community_id=home)
        assert found == [survivor.member_id]
