"""Two needs and several hands in the same moment: one outcome, and nobody lost."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

import community
from app.database import Engine
from community import Actor, Role, add_community, add_member
from marketplace.needs import NeedMoved, NeedState, authors, read_need
from marketplace.needs.merging import (
    MergeState,
    answer_merge,
    ask_merge,
    look_after_merges,
    read_merge,
    undo_merge,
)
from marketplace.needs.reading import count_seconds, seconders
from marketplace.needs.seconding import second_need, take_back_second
from tests.marketplace.merging_examples import actor, merged, raised

TIMES = 6


@pytest_asyncio.fixture(loop_scope="session")
async def people(database: Engine) -> list[Actor]:  # noqa: ARG001 (must be migrated)
    """Give a coordinator and eight residents of a new community."""
    home = await add_community(code=f"race-{uuid.uuid4().hex[:12]}", name="Lane")
    roles = [(Role.COORDINATOR,)] + [(Role.RESIDENT,)] * 8
    return [
        actor(await add_member(community_id=home.id, name=f"Member {n}", roles=role))
        for n, role in enumerate(roles)
    ]


async def at_once(*asked: Any) -> list[Any]:
    async with asyncio.timeout(60):
        return await asyncio.gather(*asked, return_exceptions=True)


async def test_each_into_the_other_at_once_leaves_one_standing(people: list[Actor]) -> None:
    _, anna, ben, carl, *_ = people
    for _ in range(TIMES):
        one, two = await raised(anna), await raised(ben)
        await second_need(one.id, by=carl)
        there = await ask_merge(one.id, two.id, "Same", by=anna)
        back = await ask_merge(two.id, one.id, "Same", by=ben)
        outcomes = await at_once(
            answer_merge(there.id, agrees=True, by=ben),
            answer_merge(back.id, agrees=True, by=anna),
        )
        states = [
            (await read_merge(each.id, community_id=one.community_id)).state
            for each in (there, back)
        ]
        assert sorted(states) == [MergeState.DONE, MergeState.OVERTAKEN], outcomes
        needs = [await read_need(each.id, community_id=one.community_id) for each in (one, two)]
        (standing,) = [each for each in needs if each.state is not NeedState.MERGED]
        (gone,) = [each for each in needs if each.state is NeedState.MERGED]
        assert gone.merged_into == standing.id
        assert set(await authors(standing.id)) == {anna.member_id, ben.member_id}
        assert await seconders(standing.id, community_id=one.community_id) == [carl.member_id]


async def test_whoever_seconds_while_it_is_joined_is_in_or_told(people: list[Actor]) -> None:
    _, anna, ben, *others = people
    for _ in range(TIMES):
        need, into = await raised(anna), await raised(ben)
        asked = await ask_merge(need.id, into.id, "Same", by=anna)
        done, *tries = await at_once(
            answer_merge(asked.id, agrees=True, by=ben),
            *(second_need(need.id, by=one) for one in others),
            second_need(into.id, by=others[0]),
        )
        assert not isinstance(done, Exception)
        assert all(not isinstance(one, Exception) or type(one) is NeedMoved for one in tries)
        counted = {
            one.member_id
            for one, said in zip(others, tries, strict=False)
            if not isinstance(said, Exception)
        } | {others[0].member_id}
        standing = await seconders(into.id, community_id=into.community_id)
        assert set(standing) == counted
        assert len(standing) == await count_seconds(into.id)


async def test_the_last_two_say_yes_at_once(people: list[Actor]) -> None:
    boss, anna, ben, *_ = people
    for _ in range(TIMES):
        need, into = await raised(anna), await raised(ben)
        asked = await ask_merge(need.id, into.id, "Same", by=boss)
        said = await at_once(
            *(answer_merge(asked.id, agrees=True, by=one) for one in (anna, ben, anna, ben))
        )
        assert not [one for one in said if isinstance(one, Exception)]
        done = await read_merge(asked.id, community_id=need.community_id)
        assert done.state is MergeState.DONE
        told = await community.inbox(anna.member_id, community_id=anna.community_id)
        moved = [one for one in told if one.link == f"/needs/{need.id}"]
        assert len(moved) <= 1


async def test_a_second_taken_back_while_it_is_parted_is_gone_everywhere(
    people: list[Actor],
) -> None:
    boss, anna, ben, carl, *_ = people
    for _ in range(TIMES):
        need, into = await raised(anna), await raised(ben)
        await second_need(need.id, by=carl)
        await merged(need, into, authors=(anna, ben))
        await at_once(undo_merge(need.id, "Two", by=boss), take_back_second(into.id, by=carl))
        assert await seconders(into.id, community_id=into.community_id) == []
        left = await seconders(need.id, community_id=need.community_id)
        assert left in ([], [carl.member_id])  # taken back before the parting, or after it


async def test_two_workers_settle_what_is_due_once(people: list[Actor]) -> None:
    _, anna, ben, *_ = people
    need, into = await raised(anna), await raised(ben)
    asked = await ask_merge(need.id, into.id, "Same", by=anna)
    later = datetime.now(UTC) + timedelta(days=12)
    await at_once(*(look_after_merges(later) for _ in range(4)))
    await at_once(*(look_after_merges(later + timedelta(days=3)) for _ in range(4)))
    told = await community.inbox(ben.member_id, community_id=ben.community_id)
    kinds = [one.kind for one in told if one.link == f"/needs/merges/{asked.id}"]
    assert kinds.count("need.merge_reminded") == 1
    assert kinds.count("need.merge_lapsed") == 1
