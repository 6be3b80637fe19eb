"""Merges that meet: crossing, in chains, and at the very moment of an acceptance or a vote."""

import asyncio
import uuid
from typing import Any

import pytest

import community
import marketplace
import timebank
from app import merging
from community import Actor, Role, Standing
from marketplace.counting import Rule
from marketplace.errors import VotedTwice
from tests.timebank.street import NOON, Street, open_street, street

__all__ = ["street"]

ROUNDS = 6

pytestmark = pytest.mark.usefixtures("database")


async def _join(street: Street, name: str, *roles: Role) -> Actor:
    member = await community.add_member(community_id=street.id, name=name, roles=roles)
    return Actor(member.id, street.id, member.roles)


async def _into(one: uuid.UUID, street: Street) -> uuid.UUID | None:
    return (await community.details_of(one, community_id=street.id)).merged_into


def _refusals(results: list[Any]) -> list[str]:
    return [type(one).__name__ for one in results if isinstance(one, BaseException)]


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_of_two_that_cross_one_stands(street: Street, turn: int) -> None:  # noqa: ARG001 (chance differs)
    one, two = await _join(street, "甲", Role.ELDER), await _join(street, "甲", Role.ELDER)
    await street.grant(one, 30)
    await street.grant(two, 50)
    results = await asyncio.gather(
        merging.merge(one.member_id, two.member_id, by=street.coordinator),
        merging.merge(two.member_id, one.member_id, by=street.coordinator),
        return_exceptions=True,
    )
    assert _refusals(results) == ["AlreadyMerged"]
    survivor, other = (one, two) if await _into(two.member_id, street) else (two, one)
    assert await street.minutes(survivor, other) == [(80, 0), (0, 0)]


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_a_chain_at_once_leads_to_one_survivor(street: Street, turn: int) -> None:  # noqa: ARG001 (chance differs)
    a, b, c = [await _join(street, "甲", Role.ELDER) for _ in range(3)]
    for who in (a, b, c):
        await street.grant(who, 10)
    results = await asyncio.gather(
        merging.merge(b.member_id, a.member_id, by=street.coordinator),
        merging.merge(c.member_id, b.member_id, by=street.coordinator),
        return_exceptions=True,
    )
    assert _refusals(results) in ([], ["AlreadyMerged"])
    assert await _into(b.member_id, street) == c.member_id
    if not _refusals(results):
        assert await _into(a.member_id, street) == c.member_id
        assert await street.minutes(a, b, c) == [(0, 0), (0, 0), (30, 0)]
    else:
        assert await _into(a.member_id, street) is None
        assert await street.minutes(a, b, c) == [(10, 0), (0, 0), (20, 0)]


async def test_the_same_merge_sent_by_two_hands_is_done_once(street: Street) -> None:
    one, two = await _join(street, "甲", Role.ELDER), await _join(street, "甲", Role.ELDER)
    await street.grant(two, 50)
    done = await asyncio.gather(
        *(merging.merge(one.member_id, two.member_id, by=street.coordinator) for _ in range(4))
    )
    assert sorted(one.minutes for one in done) == [0, 0, 0, 50]
    assert await street.minutes(one, two) == [(50, 0), (0, 0)]


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_nobody_accepts_a_visit_as_a_former_member(street: Street, turn: int) -> None:  # noqa: ARG001 (chance differs)
    twin = await _join(street, "李明", Role.VOLUNTEER)
    visit = await street.asked(30)
    results = await asyncio.gather(
        timebank.accept(visit.id, by=twin, at=NOON),
        merging.merge(street.volunteer.member_id, twin.member_id, by=street.coordinator),
        return_exceptions=True,
    )
    assert _refusals(results) in (["NotYours"], ["OpenVisits"])
    merged = await _into(twin.member_id, street) is not None
    (seen, _steps) = await timebank.visit_page(visit.id, street.elder)
    assert (seen.visit.volunteer_id is None) == merged


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_nobody_asks_for_a_visit_as_a_former_member(street: Street, turn: int) -> None:  # noqa: ARG001 (chance differs)
    twin = await _join(street, "陈桂芳", Role.ELDER)
    await street.grant(twin, 60)
    results = await asyncio.gather(
        street.asked(30, by=twin),
        merging.merge(street.elder.member_id, twin.member_id, by=street.coordinator),
        return_exceptions=True,
    )
    assert _refusals(results) in (["NotYours"], ["OpenVisits"])
    merged = await _into(twin.member_id, street) is not None
    assert bool(await timebank.open_visits(twin.member_id, community_id=street.id)) != merged


@pytest.mark.parametrize("turn", range(ROUNDS))
async def test_a_person_has_one_ballot_however_the_merge_falls(turn: int) -> None:  # noqa: ARG001 (chance differs)
    street = await open_street()
    one, two = [await _join(street, "周敏", Role.RESIDENT) for _ in range(2)]
    current = await _open_ballot(street, one)
    results = await asyncio.gather(
        marketplace.vote(current.id, [1], by=two),
        merging.merge(one.member_id, two.member_id, by=street.coordinator),
        return_exceptions=True,
    )
    assert _refusals(results) in ([], ["NotInTheElectorate"])
    assert (await community.member(two.member_id)).standing is Standing.MERGED
    assert await marketplace.own_choices(current.id, by=two) == ()
    expected = () if _refusals(results) else (1,)
    assert await marketplace.own_choices(current.id, by=one) == expected


async def _open_ballot(street: Street, resident: Actor) -> marketplace.Round:
    terms = marketplace.Terms(budget_fen=100_000, choices_max=2, rule=Rule.GREEDY)
    current = await marketplace.open_round(name="春", terms=terms, by=street.coordinator)
    for title in ("灯", "凳"):
        draft = marketplace.Draft(title, "照明", "三弄", marketplace.Category.ENVIRONMENT, 400)
        await marketplace.propose(current.id, draft, by=resident)
    return await marketplace.open_ballot(current.id, by=street.coordinator)


async def test_two_ballots_wait_for_the_closing() -> None:
    street = await open_street()
    one, two = [await _join(street, "周敏", Role.RESIDENT) for _ in range(2)]
    current = await _open_ballot(street, one)
    await marketplace.vote(current.id, [1], by=one)
    await marketplace.vote(current.id, [2], by=two)
    with pytest.raises(VotedTwice) as refused:
        await merging.merge(one.member_id, two.member_id, by=street.coordinator)
    assert refused.value.round_name == "春"
    assert (await community.member(two.member_id)).standing is Standing.ACTIVE
    await marketplace.close_and_count(current.id, by=street.coordinator)
    await merging.merge(one.member_id, two.member_id, by=street.coordinator)
    assert (await community.member(two.member_id)).standing is Standing.MERGED


async def test_many_merges_at_once_lose_no_minute() -> None:
    street = await open_street()
    people = [await _join(street, "甲", Role.ELDER) for _ in range(6)]
    for number, who in enumerate(people):
        await street.grant(who, 10 + number)
    pairs = [(one, two) for one in people for two in people if one is not two]
    await asyncio.gather(
        *(merging.merge(a.member_id, b.member_id, by=street.coordinator) for a, b in pairs),
        return_exceptions=True,
    )
    standing = [one for one in people if await _into(one.member_id, street) is None]
    (survivor,) = standing
    assert await street.minutes(survivor) == [(sum(10 + n for n in range(6)), 0)]
    former = await community.former_memberships(survivor.member_id, community_id=street.id)
    assert {one.id for one in former} == {one.member_id for one in people if one is not survivor}
