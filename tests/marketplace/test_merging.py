"""Merging needs: by consent, with everybody kept, undone without a loss; and what is refused."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import community
from app.database import Engine
from community import Actor
from community.policy import read_pack
from marketplace.errors import NotACoordinator, TooLong, WordsMissing
from marketplace.needs import NeedMoved, NeedState, UnknownNeed, authors, read_need
from marketplace.needs.errors import NotForAnother
from marketplace.needs.merging import (
    IntoItself,
    Merge,
    MergeAskedAlready,
    MergeSettled,
    MergeState,
    NobodyToAsk,
    NotAsked,
    NotMerged,
    NotYoursToMerge,
    UnknownMerge,
    answer_merge,
    ask_merge,
    awaiting,
    joined_into,
    look_after_merges,
    read_merge,
    take_back_merge,
    undo_merge,
)
from marketplace.needs.raising import withdraw_need
from marketplace.needs.reading import count_seconds, moves, seconders
from marketplace.needs.seconding import second_need, take_back_second
from marketplace.policy import SETTINGS
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.merging_examples import merged, raised, residents


async def behind(need_id: uuid.UUID, home: uuid.UUID) -> set[uuid.UUID]:
    return set(await seconders(need_id, community_id=home))  # type: ignore[arg-type]  # an id


async def kinds_told(member: Actor) -> list[str]:
    found = await community.inbox(member.member_id, community_id=member.community_id)
    return [one.kind for one in found]


async def test_the_last_yes_makes_two_needs_one(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, dora, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben, "An elevator for block 3")
    await second_need(need.id, by=carl)
    await second_need(into.id, by=carl)
    await second_need(need.id, by=dora)

    asked = await ask_merge(need.id, into.id, "The same wish", by=anna)
    assert asked.state is MergeState.ASKED
    assert (await read_need(need.id, community_id=anna.community_id)).state is NeedState.RAISED
    assert [one.id for one in await awaiting(ben.member_id, community_id=ben.community_id)] == [
        asked.id
    ]
    done = await answer_merge(asked.id, agrees=True, by=ben)

    assert done.state is MergeState.DONE
    gone = await read_need(need.id, community_id=anna.community_id)
    assert (gone.state, gone.merged_into) == (NeedState.MERGED, into.id)
    assert set(await authors(into.id)) == {anna.member_id, ben.member_id}
    assert await behind(into.id, ben.community_id) == {carl.member_id, dora.member_id}
    assert await count_seconds(into.id) == 2
    assert await behind(need.id, ben.community_id) == {carl.member_id, dora.member_id}
    steps = await moves(need.id, community_id=anna.community_id)
    assert (steps[-1].state, steps[-1].why) == (NeedState.MERGED, "The same wish")
    assert [one.id for one in await joined_into(into.id, community_id=into.community_id)] == [
        need.id
    ]
    assert "need.merge_asked" in await kinds_told(ben)
    assert "need.merged" in await kinds_told(dora)
    assert "need.joined" in await kinds_told(carl)
    assert "need.merge_agreed" in await kinds_told(anna)


async def test_one_no_ends_it(neighbourhood: Neighbourhood) -> None:
    anna, ben, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    asked = await ask_merge(need.id, into.id, "The same wish", by=neighbourhood.coordinator)
    await answer_merge(asked.id, agrees=True, by=anna)
    with pytest.raises(WordsMissing):
        await answer_merge(asked.id, agrees=False, reason=" ", by=ben)
    with pytest.raises(TooLong):
        await answer_merge(asked.id, agrees=False, reason="x" * 501, by=ben)
    ended = await answer_merge(asked.id, agrees=False, reason="Mine is about stairs", by=ben)

    assert ended.state is MergeState.DECLINED
    for one in (need, into):
        assert (await read_need(one.id, community_id=one.community_id)).state is NeedState.RAISED
    assert "need.merge_declined" in await kinds_told(anna)
    with pytest.raises(MergeSettled):
        await answer_merge(asked.id, agrees=True, by=ben)
    same = await answer_merge(asked.id, agrees=False, reason="Again", by=ben)
    assert same.state is MergeState.DECLINED


async def test_who_may_ask_and_answer(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    anna, ben, carl, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    far = await raised(elsewhere.residents[0])
    with pytest.raises(NotYoursToMerge):
        await ask_merge(need.id, into.id, "Why", by=carl)
    with pytest.raises(IntoItself):
        await ask_merge(need.id, need.id, "Why", by=anna)
    with pytest.raises(UnknownNeed):
        await ask_merge(need.id, far.id, "Why", by=neighbourhood.coordinator)
    with pytest.raises(WordsMissing):
        await ask_merge(need.id, into.id, "", by=anna)
    with pytest.raises(NotForAnother):
        await ask_merge(need.id, into.id, "Why", by=replace(carl, on_behalf_of=anna.member_id))

    key = uuid.uuid4()
    asked = await ask_merge(need.id, into.id, "Why", by=anna, id=key)
    assert await ask_merge(need.id, into.id, "Why", by=anna, id=key) == asked
    with pytest.raises(MergeAskedAlready):
        await ask_merge(need.id, into.id, "Why", by=ben)
    with pytest.raises(NotAsked):
        await answer_merge(asked.id, agrees=True, by=carl)
    with pytest.raises(NotForAnother):
        await answer_merge(asked.id, agrees=True, by=replace(carl, on_behalf_of=ben.member_id))
    with pytest.raises(UnknownMerge):
        await answer_merge(asked.id, agrees=True, by=elsewhere.residents[0])
    with pytest.raises(NotYoursToMerge):
        await take_back_merge(asked.id, by=ben)
    assert (await take_back_merge(asked.id, by=anna)).state is MergeState.TAKEN_BACK
    assert (await take_back_merge(asked.id, by=anna)).state is MergeState.TAKEN_BACK
    with pytest.raises(MergeSettled):
        await answer_merge(asked.id, agrees=True, by=ben)


async def test_enough_seconds_together_reach_the_threshold(neighbourhood: Neighbourhood) -> None:
    anna, ben, *others = neighbourhood.residents
    others += await residents(anna, 2)
    need, into = await raised(anna), await raised(ben)
    for one in others[:3]:
        await second_need(need.id, by=one)
    for one in others[3:6]:
        await second_need(into.id, by=one)
    await merged(need, into, authors=(anna, ben))
    assert await count_seconds(into.id) == 6
    assert (await read_need(into.id, community_id=into.community_id)).state is NeedState.SECONDED


async def test_undoing_gives_each_its_own_back(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, dora, eve, fred = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    await second_need(need.id, by=carl)
    await second_need(into.id, by=dora)
    await second_need(into.id, by=anna)  # the author of the one stands behind the other
    await merged(need, into, authors=(anna, ben))
    assert await behind(into.id, into.community_id) == {carl.member_id, dora.member_id}
    await second_need(into.id, by=eve)
    with pytest.raises(NeedMoved):
        await second_need(need.id, by=fred)
    with pytest.raises(NeedMoved):
        await take_back_second(need.id, by=carl)
    with pytest.raises(NotACoordinator):
        await undo_merge(need.id, "Not the same after all", by=anna)
    with pytest.raises(WordsMissing):
        await undo_merge(need.id, "", by=neighbourhood.coordinator)

    again = await undo_merge(need.id, "Not the same after all", by=neighbourhood.coordinator)
    assert (again.state, again.merged_into) == (NeedState.RAISED, None)
    assert await authors(need.id) == [anna.member_id]
    assert await authors(into.id) == [ben.member_id]
    assert await behind(need.id, need.community_id) == {carl.member_id}
    assert await behind(into.id, into.community_id) == {
        dora.member_id,
        eve.member_id,
        anna.member_id,
    }
    assert "need.parted" in await kinds_told(dora)
    assert "need.unmerged" in await kinds_told(carl)
    with pytest.raises(NotMerged):
        await undo_merge(need.id, "Again", by=neighbourhood.coordinator)


async def test_a_second_taken_back_is_taken_back_below(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    await second_need(need.id, by=carl)
    await merged(need, into, authors=(anna, ben))
    await take_back_second(into.id, by=carl)
    await undo_merge(need.id, "Apart", by=neighbourhood.coordinator)
    assert await behind(need.id, need.community_id) == set()
    assert await behind(into.id, into.community_id) == set()


async def test_a_chain_is_undone_in_its_middle(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, dora, eve, _ = neighbourhood.residents
    one, two, three = await raised(anna), await raised(ben), await raised(carl)
    await second_need(one.id, by=dora)
    await second_need(two.id, by=eve)
    await merged(one, two, authors=(anna, ben))
    asked = await ask_merge(two.id, three.id, "All one", by=ben)
    await answer_merge(asked.id, agrees=True, by=anna)  # an author of two by now
    await answer_merge(asked.id, agrees=True, by=carl)
    assert await behind(three.id, three.community_id) == {dora.member_id, eve.member_id}
    assert len(await authors(three.id)) == 3

    with pytest.raises(NeedMoved):  # what has gone on cannot take up its own end
        await ask_merge(three.id, one.id, "Round", by=neighbourhood.coordinator)
    await undo_merge(one.id, "This one not", by=neighbourhood.coordinator)
    assert await behind(three.id, three.community_id) == {eve.member_id}
    assert set(await authors(three.id)) == {ben.member_id, carl.member_id}
    assert await behind(one.id, one.community_id) == {dora.member_id}


async def test_who_becomes_an_author_meanwhile_is_asked_too(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, *_ = neighbourhood.residents
    one, two, three = await raised(anna), await raised(ben), await raised(carl)
    asked = await ask_merge(two.id, three.id, "All one", by=ben)
    await merged(one, two, authors=(anna, ben))
    assert anna.member_id in {answer.member_id for answer in (await _seen(asked.id, anna)).answers}
    assert (await answer_merge(asked.id, agrees=True, by=carl)).state is MergeState.ASKED
    assert (await answer_merge(asked.id, agrees=True, by=anna)).state is MergeState.DONE


async def _seen(merge_id: uuid.UUID, by: Actor) -> Merge:
    return await read_merge(merge_id, community_id=by.community_id)


async def test_a_need_that_moved_on_overtakes_its_merge(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, *_ = neighbourhood.residents
    one, two, three = await raised(anna), await raised(ben), await raised(carl)
    first = await ask_merge(one.id, two.id, "Same", by=anna)
    other = await ask_merge(three.id, one.id, "Same", by=carl)
    await answer_merge(first.id, agrees=True, by=ben)
    assert (await _seen(other.id, anna)).state is MergeState.OVERTAKEN

    fourth = await raised(carl)
    asked = await ask_merge(fourth.id, two.id, "Same", by=carl)
    await withdraw_need(fourth.id, "Bought one", by=carl)
    ended = await answer_merge(asked.id, agrees=True, by=ben)
    assert ended.state is MergeState.OVERTAKEN
    assert (await read_need(fourth.id, community_id=ben.community_id)).state is NeedState.WITHDRAWN


async def test_silence_leaves_both_as_they_are(neighbourhood: Neighbourhood) -> None:
    anna, ben, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    asked = await ask_merge(need.id, into.id, "Same", by=anna)
    now = datetime.now(UTC)
    await look_after_merges(now)
    assert "need.merge_reminded" not in await kinds_told(ben)
    for _ in range(2):
        await look_after_merges(now + timedelta(days=12))
    assert (await kinds_told(ben)).count("need.merge_reminded") == 1
    for _ in range(2):
        await look_after_merges(now + timedelta(days=15))
    assert (await _seen(asked.id, anna)).state is MergeState.LAPSED
    assert (await kinds_told(anna)).count("need.merge_lapsed") == 1
    assert (await read_need(need.id, community_id=anna.community_id)).state is NeedState.RAISED


async def test_only_a_coordinator_speaks_for_a_need_without_authors(
    neighbourhood: Neighbourhood,
    database: Engine,  # noqa: ARG001 (must be migrated)
) -> None:
    anna, ben, *_ = neighbourhood.residents
    need, into = await raised(anna), await raised(ben)
    boss = neighbourhood.coordinator
    await community.member_left(anna.member_id, by=boss)
    with pytest.raises(NobodyToAsk):
        await ask_merge(need.id, into.id, "Same", by=ben)
    asked = await ask_merge(need.id, into.id, "Same", by=boss)
    assert (await answer_merge(asked.id, agrees=True, by=ben)).state is MergeState.DONE


async def test_a_community_may_take_silence_for_agreement(neighbourhood: Neighbourhood) -> None:
    anna, ben, carl, dora, *_ = neighbourhood.residents
    text = b'name = "N"\nsource = "S"\n[needs]\nmerge_days = 5\nmerge_silence = "agrees"\n'
    pack = read_pack(text, settings=SETTINGS, zone=ZoneInfo("Asia/Shanghai"))
    await community.adopt_policy(pack, by=community.system(neighbourhood.id))
    one, two, three, four = [await raised(by) for by in (anna, ben, carl, dora)]
    await merged(three, two, authors=(carl, ben))  # raised by two: ben and carl
    heard = await ask_merge(one.id, two.id, "Same", by=neighbourhood.coordinator)
    unheard = await ask_merge(four.id, two.id, "Same", by=neighbourhood.coordinator)
    for by in (anna, ben):  # carl says nothing
        assert (await answer_merge(heard.id, agrees=True, by=by)).state is MergeState.ASKED
    await look_after_merges(datetime.now(UTC) + timedelta(days=6))
    assert (await _seen(heard.id, anna)).state is MergeState.DONE
    assert (await _seen(unheard.id, anna)).state is MergeState.LAPSED
