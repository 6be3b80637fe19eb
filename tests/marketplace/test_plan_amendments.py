"""Amendments on the real database: proposed, supported, answered, in conflict, lapsed, merged."""

import asyncio
import dataclasses

import pytest

import ledger
from app.merging import merge
from community import audit_events, record
from marketplace import entering, needs, open_ballot, plans
from marketplace.needs import NeedState
from marketplace.plans import AmendmentState, BudgetLine
from marketplace.plans.amending import OPEN_EACH_MAX
from marketplace.plans.errors import (
    AmendmentConflicts,
    AmendmentMoved,
    InvalidPlan,
    NotForYou,
    NothingChanged,
    NotYourPlan,
    OwnAmendment,
    PlanFrozen,
    TooManyAmendments,
    UnknownAmendment,
    UnknownPlan,
)
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import (
    RAIL,
    accepted_need,
    changed,
    closed_call,
    freeze,
    kinds_told,
    moved,
    planned_need,
)

MORE_SEATS = changed(
    lines=(
        RAIL.lines[0],
        dataclasses.replace(RAIL.lines[1], amount_fen=480_000),
        RAIL.lines[2],
    )
)


async def proposed(
    home: Neighbourhood, need: needs.Need, content: plans.PlanContent = MORE_SEATS, who: int = 1
) -> plans.Amendment:
    return await plans.propose_amendment(
        need.id, content, by=home.residents[who], base=1, reason="三楼也该有座椅。"
    )


async def test_an_amendment_is_proposed_supported_and_accepted(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    one = await proposed(home, need)
    assert (one.state, one.base, one.supporters) == (AmendmentState.OPEN, 1, 0)
    assert "plan.amendment" in await kinds_told(home.residents[0])
    for _twice in range(2):
        one = await plans.support_amendment(one.id, by=home.residents[2])
    assert one.supporters == 1
    assert await plans.supported(home.residents[2].member_id, first.plan_id) == {one.id}
    version = await plans.accept_amendment(one.id, by=home.residents[0], words="说得对")
    assert (version.number, version.amendment_id, version.content) == (2, one.id, MORE_SEATS)
    after = await plans.amendment(one.id, community_id=home.id)
    assert (after.state, after.version, after.answer) == (AmendmentState.ACCEPTED, 2, "说得对")
    assert "plan.amendment_accepted" in await kinds_told(home.residents[1])
    with pytest.raises(AmendmentMoved):
        await plans.accept_amendment(one.id, by=home.residents[0])
    with pytest.raises(AmendmentMoved):
        await plans.decline_amendment(one.id, by=home.residents[0], reason="不")
    acts = [event.act for event in await audit_events(home.id)]
    assert acts.count("amendment.support") == 1


async def test_an_undertaker_answers_amendments_too(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    call, (given,) = await closed_call(home, need, home.residents[4])
    await plans.choose(call.id, given.id, by=home.coordinator, reason="一家")
    one = await proposed(home, need)
    assert "plan.amendment" in await kinds_told(home.residents[4])
    version = await plans.accept_amendment(one.id, by=home.residents[4])
    assert version.written_by == home.residents[4].member_id


async def test_an_amendment_is_declined_with_a_reason_alone(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    one = await proposed(home, need)
    with pytest.raises(InvalidPlan):
        await plans.decline_amendment(one.id, by=home.residents[0], reason=" ")
    with pytest.raises(NotYourPlan):
        await plans.decline_amendment(one.id, by=home.coordinator, reason="不")
    declined = await plans.decline_amendment(one.id, by=home.residents[0], reason="钱不够。")
    assert (declined.state, declined.answer) == (AmendmentState.DECLINED, "钱不够。")
    assert "plan.amendment_declined" in await kinds_told(home.residents[1])
    assert len(await plans.versions(first.plan_id, community_id=home.id)) == 1


async def test_its_author_takes_it_back(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    one = await proposed(home, need)
    with pytest.raises(NotForYou):
        await plans.withdraw_amendment(one.id, by=home.residents[2])
    for _twice in range(2):
        taken = await plans.withdraw_amendment(one.id, by=home.residents[1])
        assert taken.state is AmendmentState.WITHDRAWN
    with pytest.raises(AmendmentMoved):
        await plans.support_amendment(one.id, by=home.residents[2])


async def test_who_may_not_amend_or_support_is_refused(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    for stranger in (home.coordinator, home.outsider):
        with pytest.raises(NotForYou):
            await plans.propose_amendment(need.id, MORE_SEATS, by=stranger, base=1, reason="不行吗")
    with pytest.raises(needs.UnknownNeed):
        await plans.propose_amendment(
            need.id, MORE_SEATS, by=elsewhere.residents[0], base=1, reason="外人"
        )
    one = await proposed(home, need)
    with pytest.raises(OwnAmendment):
        await plans.support_amendment(one.id, by=home.residents[1])
    with pytest.raises(NotForYou):
        await plans.support_amendment(one.id, by=home.outsider)
    with pytest.raises(UnknownAmendment):
        await plans.support_amendment(one.id, by=elsewhere.residents[0])
    with pytest.raises(UnknownAmendment):
        await plans.accept_amendment(one.id, by=elsewhere.residents[0])
    with pytest.raises(NotYourPlan):
        await plans.accept_amendment(one.id, by=home.residents[1])


async def test_what_changes_nothing_or_rests_on_nothing_is_refused(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    by = home.residents[1]
    with pytest.raises(NothingChanged):
        await plans.propose_amendment(need.id, RAIL, by=by, base=1, reason="一样")
    with pytest.raises(UnknownPlan):
        await plans.propose_amendment(need.id, MORE_SEATS, by=by, base=7, reason="第七版")
    with pytest.raises(InvalidPlan):
        await plans.propose_amendment(need.id, MORE_SEATS, by=by, base=1, reason="")
    with pytest.raises(InvalidPlan):
        await plans.propose_amendment(need.id, changed(title=""), by=by, base=1, reason="空")
    unplanned = await accepted_need(home)
    with pytest.raises(UnknownPlan):
        await plans.propose_amendment(unplanned.id, RAIL, by=by, base=1, reason="还没有")


async def test_one_resident_has_a_few_open_amendments_at_a_time(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    for n in range(OPEN_EACH_MAX):
        last = await proposed(home, need, changed(title=f"名字 {n}"))
    with pytest.raises(TooManyAmendments):
        await proposed(home, need, changed(title="又一个"))
    await plans.withdraw_amendment(last.id, by=home.residents[1])
    await proposed(home, need, changed(title="又一个"))


async def test_the_same_form_sent_twice_is_one_amendment(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    key = plans.AmendmentId(need.id)
    for _twice in range(2):
        await plans.propose_amendment(
            need.id, MORE_SEATS, by=home.residents[1], base=1, reason="座椅", id=key
        )
    assert len(await plans.amendments(first.plan_id, community_id=home.id)) == 1
    with pytest.raises(UnknownAmendment):
        await plans.propose_amendment(
            need.id, MORE_SEATS, by=home.residents[2], base=1, reason="座椅", id=key
        )


async def test_a_later_version_is_kept_where_the_amendment_touches_other_things(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    one = await proposed(home, need)
    later = changed(title="新的名字", lines=(*RAIL.lines, BudgetLine("油漆", 50_000)))
    await plans.write_plan(need.id, later, by=home.residents[0], note="", base=1)
    version = await plans.accept_amendment(one.id, by=home.residents[0])
    assert version.content.title == "新的名字"
    assert [line.amount_fen for line in version.content.lines] == [1_200_000, 480_000, 0, 50_000]


async def test_a_conflict_is_shown_and_resolved_by_hand(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    one = await proposed(home, need)
    cheaper = changed(
        lines=(
            RAIL.lines[0],
            dataclasses.replace(RAIL.lines[1], amount_fen=300_000),
            RAIL.lines[2],
        )
    )
    author = home.residents[0]
    await plans.write_plan(need.id, cheaper, by=author, note="", base=1)
    with pytest.raises(AmendmentConflicts) as refused:
        await plans.accept_amendment(one.id, by=author)
    assert refused.value.parts == ("lines",)
    assert (await plans.amendment(one.id, community_id=home.id)).state is AmendmentState.OPEN
    version = await plans.write_plan(
        need.id, MORE_SEATS, by=author, note="两边商量好了", base=2, amendment_id=one.id
    )
    assert (version.number, version.amendment_id) == (3, one.id)
    after = await plans.amendment(one.id, community_id=home.id)
    assert (after.state, after.version) == (AmendmentState.ACCEPTED, 3)


async def test_what_the_plan_says_by_now_can_still_be_accepted(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    one = await proposed(home, need)
    await plans.write_plan(need.id, MORE_SEATS, by=home.residents[0], note="", base=1)
    version = await plans.accept_amendment(one.id, by=home.residents[0])
    assert version.number == 3
    assert version.content == MORE_SEATS


async def test_an_amendment_of_another_plan_is_not_taken_in(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    other, _second = await planned_need(home)
    one = await proposed(home, need)
    with pytest.raises(UnknownAmendment):
        await plans.write_plan(
            other.id, MORE_SEATS, by=home.residents[0], note="", base=1, amendment_id=one.id
        )


async def test_open_amendments_lapse_once_when_their_plan_is_frozen(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    one = await proposed(home, need)
    assert await plans.lapse_amendments(community_id=home.id) == 0
    await freeze(home, first)
    with pytest.raises(PlanFrozen):
        await plans.accept_amendment(one.id, by=home.residents[0])
    with pytest.raises(PlanFrozen):
        await plans.decline_amendment(one.id, by=home.residents[0], reason="晚了")
    with pytest.raises(PlanFrozen):
        await proposed(home, need, who=2)
    counts = await asyncio.gather(*(plans.lapse_amendments(community_id=home.id) for _ in range(3)))
    assert sum(counts) == 1
    lapsed = await plans.amendment(one.id, community_id=home.id)
    assert lapsed.state is AmendmentState.LAPSED
    assert (await kinds_told(home.residents[1])).count("plan.amendment_lapsed") == 1
    found = await plans.read_plan(first.plan_id, community_id=home.id)
    assert found.frozen


async def test_accepting_and_freezing_at_once_leave_one_truth(
    settled: object, neighbourhood: Neighbourhood
) -> None:
    assert settled
    home = neighbourhood
    for _round in range(3):
        need, first = await planned_need(home)
        one = await proposed(home, need)
        opened = await home.round(budget_yuan=30_000)
        await entering.enter(opened.id, first.plan_id, by=home.coordinator)
        accepted, ballot = await asyncio.gather(
            plans.accept_amendment(one.id, by=home.residents[0]),
            open_ballot(opened.id, by=home.coordinator),
            return_exceptions=True,
        )
        assert not isinstance(ballot, BaseException), ballot
        plan = await plans.read_plan(first.plan_id, community_id=home.id)
        assert plan.frozen
        if isinstance(accepted, BaseException):
            assert isinstance(accepted, PlanFrozen), accepted
            assert plan.version == 1
        else:
            assert plan.version == 2
        await plans.lapse_amendments(community_id=home.id)
        after = await plans.amendment(one.id, community_id=home.id)
        wanted = AmendmentState.ACCEPTED if plan.version == 2 else AmendmentState.LAPSED
        assert after.state is wanted


async def test_two_answers_at_once_leave_one(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    one = await proposed(home, need)
    outcomes = await asyncio.gather(
        plans.accept_amendment(one.id, by=home.residents[0]),
        plans.decline_amendment(one.id, by=home.residents[0], reason="不"),
        plans.withdraw_amendment(one.id, by=home.residents[1]),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, AmendmentMoved)]
    assert len(refused) == 2, outcomes


async def test_a_merge_hands_on_what_is_still_to_be_answered(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    need, first = await planned_need(home)
    mine = await proposed(home, need, who=1)
    other = await proposed(home, need, changed(title="别的"), who=3)
    await plans.support_amendment(other.id, by=home.residents[1])
    await plans.support_amendment(mine.id, by=home.residents[2])
    survivor, former = home.residents[2], home.residents[1]
    await merge(survivor.member_id, former.member_id, by=home.coordinator)
    after = await plans.amendment(mine.id, community_id=home.id)
    assert after.proposed_by == survivor.member_id
    assert after.supporters == 0  # nobody supports their own
    assert await plans.supported(survivor.member_id, first.plan_id) == {other.id}
    assert await plans.supported(former.member_id, first.plan_id) == set()
    async with ledger.transaction():
        await plans.forget_plans([survivor.member_id], community_id=home.id)
        assert await plans.supported(survivor.member_id, first.plan_id) == set()
        await record(
            "test", by=home.coordinator, subject_kind="member", subject_id=survivor.member_id
        )


async def test_a_hidden_need_takes_no_amendment(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    need, _first = await planned_need(home)
    await moved(need.id, home, NeedState.HIDDEN)
    with pytest.raises(plans.errors.NotWanted):
        await proposed(home, need)
