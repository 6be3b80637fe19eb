"""Calls for undertakers on the real database: opened, answered, closed, chosen, stepped back."""

import asyncio
from datetime import timedelta

import pytest

import community
from community import Role, audit_events
from marketplace import needs, plans
from marketplace.needs import NeedState
from marketplace.plan_settings import AUTHORS, CHOSEN_BY
from marketplace.plans import CallState, calling, choosing
from marketplace.plans.errors import (
    CallMoved,
    CallOpen,
    HasUndertaker,
    InvalidPlan,
    NotForYou,
    NotUndertaking,
    NotWanted,
    OfferedAlready,
    OwnOffer,
    UnknownCall,
    UnknownOffer,
)
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import (
    AFTER,
    IN_A_WEEK,
    NOW,
    RAIL,
    accepted_need,
    closed_call,
    group,
    kinds_told,
    member,
    moved,
    offering,
    planned_need,
)


async def test_a_call_is_opened_answered_closed_and_decided(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    leader = await member(home, "李社工", Role.VOLUNTEER)
    society = await group(home, leader)
    need = await accepted_need(home)
    call = await plans.open_call(need.id, "找会装扶手的队伍", IN_A_WEEK, by=home.coordinator)
    assert call.state is CallState.OPEN
    assert "plan.call_invites" in await kinds_told(leader)
    assert "plan.call_opened" in await kinds_told(home.residents[0])
    theirs = offering(organisation_id=society.id, conflict="理事长的妹夫卖扶手。")
    first = await plans.offer_to_undertake(call.id, theirs, by=leader)
    second = await plans.offer_to_undertake(call.id, offering(), by=home.residents[1])
    assert first.draft == theirs
    with pytest.raises(CallMoved):
        await plans.choose(call.id, first.id, by=home.coordinator, reason="太早")
    assert await plans.close_due_calls(at=AFTER) >= 1
    plan = await plans.choose(call.id, first.id, by=home.coordinator, reason="装过六幢楼。")
    assert plan.undertaker is not None
    assert plan.undertaker.organisation_id == society.id
    assert plan.undertaker.reason == "装过六幢楼。"
    assert "plan.chosen" in await kinds_told(leader)
    assert "plan.not_chosen" in await kinds_told(home.residents[1])
    assert "plan.undertaker" in await kinds_told(home.residents[0])
    assert (await plans.call(call.id, community_id=home.id)).state is CallState.DECIDED
    with pytest.raises(CallMoved):
        await plans.choose(call.id, second.id, by=home.coordinator, reason="改主意")
    acts = {event.act for event in await audit_events(home.id)}
    assert {"undertaking.open_call", "undertaking.offer", "undertaking.choose"} <= acts


async def test_the_same_call_and_offer_sent_twice_act_once(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    key, offer_key = plans.CallId(need.id), plans.OfferId(need.id)
    for _twice in range(2):
        call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator, id=key)
        await plans.offer_to_undertake(call.id, offering(), by=home.residents[1], id=offer_key)
    assert len(await plans.offers(key, community_id=home.id)) == 1
    with pytest.raises(OfferedAlready):
        await plans.offer_to_undertake(call.id, offering(), by=home.residents[1])
    other = await accepted_need(home)
    with pytest.raises(UnknownCall):
        await plans.open_call(other.id, "队伍", IN_A_WEEK, by=home.coordinator, id=key)


async def test_who_may_not_open_answer_or_choose_is_refused(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    with pytest.raises(NotForYou):
        await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.residents[0])
    with pytest.raises(InvalidPlan):
        await plans.open_call(need.id, "队伍", NOW, by=home.coordinator)
    call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    with pytest.raises(CallOpen):
        await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    with pytest.raises(NotForYou):
        await plans.offer_to_undertake(call.id, offering(), by=home.outsider)
    leader = await member(home, "李社工", Role.VOLUNTEER)
    society = await group(home, leader)
    with pytest.raises(NotForYou):
        await plans.offer_to_undertake(
            call.id, offering(organisation_id=society.id), by=home.residents[1]
        )
    with pytest.raises(InvalidPlan):
        await plans.offer_to_undertake(
            call.id, offering(organisation_id=need.id), by=home.residents[1]
        )
    await community.close_organisation(society.id, by=home.coordinator, why="解散")
    with pytest.raises((InvalidPlan, NotForYou)):
        await plans.offer_to_undertake(call.id, offering(organisation_id=society.id), by=leader)
    for_another = home.residents[1].acting_for(home.residents[2].member_id, need.id)
    with pytest.raises(NotForYou):
        await plans.offer_to_undertake(call.id, offering(), by=for_another)
    given = await plans.offer_to_undertake(call.id, offering(), by=home.residents[1])
    await plans.close_due_calls(at=AFTER)
    with pytest.raises(NotForYou):
        await plans.choose(call.id, given.id, by=home.residents[0], reason="我提的需求")
    with pytest.raises(UnknownOffer):
        await plans.choose(call.id, need.id, by=home.coordinator, reason="不存在")
    with pytest.raises(InvalidPlan):
        await plans.choose(call.id, given.id, by=home.coordinator, reason=" ")


async def test_no_call_before_a_need_is_accepted_nor_over_another_community(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    with pytest.raises(needs.UnknownNeed):
        await plans.open_call(need.id, "队伍", IN_A_WEEK, by=elsewhere.coordinator)
    call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    with pytest.raises(UnknownCall):
        await plans.offer_to_undertake(call.id, offering(), by=elsewhere.residents[0])
    other = await accepted_need(home)
    await moved(other.id, home, NeedState.WITHDRAWN)
    with pytest.raises(NotWanted):
        await plans.open_call(other.id, "队伍", IN_A_WEEK, by=home.coordinator)


async def test_who_has_an_offer_does_not_choose(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    both = await member(home, "周两职", Role.COORDINATOR, Role.RESIDENT)
    need = await accepted_need(home)
    call, (mine, other) = await closed_call(home, need, both, home.residents[1])
    for one in (mine, other):
        with pytest.raises(OwnOffer):
            await plans.choose(call.id, one.id, by=both, reason="自己")
    await plans.withdraw_offer(call.id, mine.id, by=both)
    await plans.choose(call.id, other.id, by=both, reason="只有他们")


async def test_nobody_came_so_the_call_may_be_opened_again(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    call, _none = await closed_call(home, need)
    assert call.state is CallState.ENDED
    assert "plan.call_empty" in await kinds_told(home.residents[0])
    assert "plan.call_empty" in await kinds_told(home.coordinator)
    again = await plans.open_call(need.id, "再找", IN_A_WEEK, by=home.coordinator)
    assert again.state is CallState.OPEN
    ended = await plans.end_call(again.id, by=home.coordinator, why="改由居委会来做。")
    assert (ended.state, ended.ended_why) == (CallState.ENDED, "改由居委会来做。")
    with pytest.raises(CallMoved):
        await plans.end_call(again.id, by=home.coordinator, why="再说一次")


async def test_all_who_answered_are_told_when_a_call_ends_without_a_choice(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    call, _offers = await closed_call(home, need, home.residents[1], home.residents[2])
    with pytest.raises(InvalidPlan):
        await plans.end_call(call.id, by=home.coordinator, why="")
    with pytest.raises(NotForYou):
        await plans.end_call(call.id, by=home.residents[0], why="不合适")
    await plans.end_call(call.id, by=home.coordinator, why="都太贵。")
    for one in home.residents[1:3]:
        assert "plan.call_ended" in await kinds_told(one)


async def test_two_workers_close_and_remind_each_call_once(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    leader = await member(home, "李社工", Role.VOLUNTEER)
    await group(home, leader)
    need = await accepted_need(home)
    call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    await plans.offer_to_undertake(call.id, offering(), by=home.residents[1])
    soon = IN_A_WEEK - timedelta(days=2)
    await asyncio.gather(*(plans.remind_of_calls(at=soon) for _ in range(3)))
    assert (await kinds_told(leader)).count("plan.call_reminder") == 1
    assert "plan.call_reminder" not in await kinds_told(home.residents[1])
    await asyncio.gather(*(plans.close_due_calls(at=AFTER) for _ in range(3)))
    events = [one.act for one in await audit_events(home.id)]
    assert events.count("undertaking.close_call") == 1
    assert (await kinds_told(home.coordinator)).count("plan.call_closed") == 1
    assert (await plans.call(call.id, community_id=home.id)).state is CallState.CLOSED
    with pytest.raises(CallMoved):
        await plans.offer_to_undertake(call.id, offering(), by=home.residents[2])


async def test_nobody_is_reminded_long_before_the_closing(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    leader = await member(home, "李社工", Role.VOLUNTEER)
    await group(home, leader)
    need = await accepted_need(home)
    await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    await plans.remind_of_calls(at=NOW + timedelta(days=1))
    assert "plan.call_reminder" not in await kinds_told(leader)


async def test_an_offer_is_withdrawn_by_whoever_made_it_until_the_choice(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    call, (one, two) = await closed_call(home, need, *home.residents[1:3])
    with pytest.raises(NotForYou):
        await plans.withdraw_offer(call.id, one.id, by=home.residents[2])
    for _twice in range(2):
        await plans.withdraw_offer(call.id, one.id, by=home.residents[1])
    with pytest.raises(UnknownOffer):
        await plans.choose(call.id, one.id, by=home.coordinator, reason="他们")
    await plans.choose(call.id, two.id, by=home.coordinator, reason="他们")
    with pytest.raises(CallMoved):
        await plans.withdraw_offer(call.id, two.id, by=home.residents[2])


async def test_two_choices_at_once_leave_one_undertaker(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    other = await member(home, "吴协调", Role.COORDINATOR)
    need = await accepted_need(home)
    call, offers = await closed_call(home, need, *home.residents[1:3])
    outcomes = await asyncio.gather(
        plans.choose(call.id, offers[0].id, by=home.coordinator, reason="甲"),
        plans.choose(call.id, offers[1].id, by=other, reason="乙"),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], CallMoved | HasUndertaker)
    plan = await plans.plan_of_need(need.id, community_id=home.id)
    assert plan is not None
    assert len(await plans.undertakers(plan.id, community_id=home.id)) == 1


async def test_an_undertaker_steps_back_and_the_need_waits_again(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    call, (given,) = await closed_call(home, need, home.residents[1])
    await plans.choose(call.id, given.id, by=home.coordinator, reason="最合适")
    await plans.write_plan(need.id, RAIL, by=home.residents[1], note="", base=0)
    with pytest.raises(HasUndertaker):
        await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    with pytest.raises(NotUndertaking):
        await plans.step_back(need.id, by=home.residents[2], why="我不干了")
    with pytest.raises(InvalidPlan):
        await plans.step_back(need.id, by=home.residents[1], why="")
    plan = await plans.step_back(need.id, by=home.residents[1], why="人手不够。")
    assert plan.undertaker is None
    found = await needs.read_need(need.id, community_id=home.id)
    assert found.state is NeedState.ACCEPTED
    assert "plan.stepped_back" in await kinds_told(home.coordinator)
    with pytest.raises(NotUndertaking):
        await plans.step_back(need.id, by=home.residents[1], why="再说一次")
    again, (other,) = await closed_call(home, need, home.residents[2])
    after = await plans.choose(again.id, other.id, by=home.coordinator, reason="接手")
    assert after.undertaker is not None
    assert after.version == 1
    history = await plans.undertakers(plan.id, community_id=home.id)
    assert [one.ended_why for one in history] == ["人手不够。", ""]


async def test_a_call_for_a_need_that_fell_away_ends_without_a_choice(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need = await accepted_need(home)
    call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    await plans.offer_to_undertake(call.id, offering(), by=home.residents[1])
    await moved(need.id, home, NeedState.WITHDRAWN)
    with pytest.raises(NotWanted):
        await plans.offer_to_undertake(call.id, offering(), by=home.residents[2])
    await plans.close_due_calls(at=AFTER)
    assert (await plans.call(call.id, community_id=home.id)).state is CallState.ENDED
    assert "plan.call_void" in await kinds_told(home.residents[1])


async def test_authors_choose_where_the_community_says_so(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    chief = await member(home, "管理员", Role.ADMINISTRATOR)
    pack = community.Pack("章程", "居民会议", None, {CHOSEN_BY: AUTHORS}, "")
    await community.adopt_policy(pack, by=chief)
    need = await accepted_need(home)
    call, (given,) = await closed_call(home, need, home.residents[1])
    assert "plan.call_closed" in await kinds_told(home.residents[0])
    with pytest.raises(NotForYou):
        await plans.choose(call.id, given.id, by=home.residents[2], reason="我来")
    plan = await plans.choose(call.id, given.id, by=home.residents[0], reason="邻居都信他")
    assert plan.undertaker is not None
    assert plan.undertaker.chosen_by == home.residents[0].member_id


async def test_who_speaks_for_a_group_is_a_hand_of_its_undertaking(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    leader = await member(home, "李社工", Role.VOLUNTEER)
    society = await group(home, leader)
    contact = await member(home, "王联络", Role.VOLUNTEER)
    await community.give_post(
        society.id, contact.member_id, community.Post.CONTACT, by=home.coordinator
    )
    need = await accepted_need(home)
    call = await plans.open_call(need.id, "队伍", IN_A_WEEK, by=home.coordinator)
    given = await plans.offer_to_undertake(call.id, offering(organisation_id=society.id), by=leader)
    await plans.close_due_calls(at=AFTER)
    await plans.choose(call.id, given.id, by=home.coordinator, reason="专业")
    version = await plans.write_plan(need.id, RAIL, by=contact, note="", base=0)
    assert version.written_by == contact.member_id


def test_the_public_names_are_the_modules_own() -> None:
    assert plans.offer_to_undertake is choosing.offer
    assert plans.open_call is calling.open_call
    for name in plans.__all__:
        assert hasattr(plans, name)


async def test_a_planned_need_may_look_for_an_undertaker_too(neighbourhood: Neighbourhood) -> None:
    need, _version = await planned_need(neighbourhood)
    call, (given,) = await closed_call(neighbourhood, need, neighbourhood.residents[1])
    plan = await plans.choose(call.id, given.id, by=neighbourhood.coordinator, reason="一家")
    assert plan.version == 1
