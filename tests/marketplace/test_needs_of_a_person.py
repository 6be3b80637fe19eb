"""What becomes of needs when a person is erased, and when two memberships become one."""

import asyncpg

import community
import ledger
from community import Actor
from marketplace import needs
from marketplace.needs import Need, NeedState
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.need_examples import raised, seconded


async def erased(who: Actor, here: Neighbourhood) -> None:
    """Erase a member from the register and from the needs, as the house does."""
    async with ledger.transaction():
        await community.ask_erasure(who.member_id, by=who)
        done = await community.erase_member(who.member_id, by=here.coordinator)
        await needs.forget_needs(done.ids, by=here.coordinator)


async def merged(other: Actor, survivor: Actor, here: Neighbourhood) -> None:
    async with ledger.transaction():
        await community.merge_members(survivor.member_id, other.member_id, by=here.coordinator)
        await needs.take_over_needs(other.member_id, survivor.member_id, by=here.coordinator)


async def again(need: Need) -> Need:
    return await needs.read_need(need.id, community_id=need.community_id)


async def test_what_nobody_else_took_up_goes_with_its_author(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    author, other = neighbourhood.residents[:2]
    alone = await needs.raise_need(
        needs.NeedDraft("My door", "I live at number 5", "environment", "Number 5"),
        by=author,
        photo=b"jpeg",
    )
    shared = await raised(neighbourhood)
    await needs.second_need(shared.id, by=other)
    theirs = await needs.raise_need(
        needs.NeedDraft("A lamp", "It is dark", "environment"), by=other
    )
    await needs.report_need(theirs.id, "I fear the neighbour at number 7", by=author)
    given_up = await raised(neighbourhood)
    await needs.second_need(given_up.id, by=other)
    await needs.withdraw_need(given_up.id, "My mother has died", by=author)
    await erased(author, neighbourhood)
    moves = await owner.fetch("SELECT why FROM need_move WHERE need_id = $1", given_up.id)
    assert [row["why"] for row in moves if row["why"]] == ["–"]
    left = await again(alone)
    assert (left.title, left.story, left.place, left.state) == ("–", "–", "", NeedState.WITHDRAWN)
    assert not await needs.has_photo(alone.id)
    assert (await again(shared)).title == shared.title, "others stand behind it"
    kept = await owner.fetch("SELECT row_to_json(v)::text AS v FROM need_version v")
    assert not any("number 5" in row["v"] for row in kept)
    (report,) = await needs.reports_of(theirs.id, community_id=neighbourhood.id)
    assert report.reason == "–"


async def test_two_memberships_of_one_person_count_once(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    author, other, survivor = neighbourhood.residents[:3]
    both = await raised(neighbourhood, "Both")
    await needs.second_need(both.id, by=other)
    await needs.second_need(both.id, by=survivor)
    one = await raised(neighbourhood, "One")
    await needs.second_need(one.id, by=other)
    own = await needs.raise_need(needs.NeedDraft("Own", "Mine", "youth"), by=other, photo=b"jpeg")
    await needs.second_need(own.id, by=survivor)
    await merged(other, survivor, neighbourhood)
    for need, count in ((both, 1), (one, 1), (own, 0)):
        assert await needs.count_seconds(need.id) == count, need.title
    assert await needs.seconders(one.id, community_id=one.community_id) == [survivor.member_id]
    assert await needs.authors(own.id) == [survivor.member_id]
    assert (await again(own)).raised_by == survivor.member_id
    left = await owner.fetchval(
        "SELECT count(*) FROM need_second WHERE member_id = $1", other.member_id
    )
    assert left == 0
    assert await needs.authors(both.id) == [author.member_id]


async def test_a_merge_makes_one_author_of_two(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    survivor, other = neighbourhood.residents[:2]
    need = await raised(neighbourhood)
    await owner.execute(
        "INSERT INTO need_author (need_id, member_id, community_id) VALUES ($1, $2, $3)",
        need.id, other.member_id, neighbourhood.id,
    )  # fmt: skip
    left = await needs.withdraw_need(need.id, "I leave it to the other", by=survivor)
    assert left.state is NeedState.RAISED
    await merged(other, survivor, neighbourhood)
    assert await needs.authors(need.id) == [survivor.member_id]


async def test_a_merge_leaves_a_need_where_it_stands(neighbourhood: Neighbourhood) -> None:
    need = await seconded(neighbourhood, await raised(neighbourhood))
    await merged(neighbourhood.residents[1], neighbourhood.residents[2], neighbourhood)
    assert await needs.count_seconds(need.id) == 4
    assert (await again(need)).state is NeedState.SECONDED
