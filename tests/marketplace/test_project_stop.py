"""Stopping a project ends all that hangs on it: help, changes, its judgement, money and hours."""

from datetime import timedelta

import pytest

import ledger
from marketplace import aftercare, delivery, evaluation, work
from marketplace.delivery import DeliveryState, changes
from marketplace.delivery import errors as delivery_errors
from marketplace.delivery.changes import ChangeState, NewDate
from marketplace.evaluation import EvaluationState, circle
from marketplace.funding.pledging import pledge_minutes
from marketplace.funding.settling import settle
from marketplace.money import PROJECT_ACCOUNT, issuance, minute_account
from marketplace.values import Project
from marketplace.work import SlotState, TurnState
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import chosen
from tests.marketplace.evaluation_examples import (
    FINE,
    GOOD,
    auditor,
    deliver,
    delivered,
    judged,
    of,
    over,
)
from tests.marketplace.funding_examples import draft, minutes_for, opened
from tests.marketplace.plans_examples import kinds_told
from tests.marketplace.work_examples import (
    BEGINS,
    NOW,
    THERE,
    adopt,
    offered,
    planned_under_way,
    pledged,
    saved,
    signed,
    with_hours,
)

WHY = "The wall is unsafe."


async def jar(home: Neighbourhood, project: Project) -> tuple[int, int]:
    """Return a project's minutes, and how many of them are set aside."""
    account = await minute_account(PROJECT_ACCOUNT, project.id, community_id=home.id)
    found = await ledger.balance(account)
    return found.posted, found.held


async def turn_of(home: Neighbourhood, slot_id: object, member_id: object) -> TurnState:
    (found,) = await work.rows.turns(
        "slot_id = {} AND member_id = {}", slot_id, member_id, community_id=home.id
    )
    return found.state


async def everything_told(home: Neighbourhood) -> list[list[str]]:
    """Return what everybody here was told: what a job does elsewhere does not count."""
    return [await kinds_told(one) for one in (home.coordinator, *home.residents)]


async def test_help_to_come_is_called_off_with_the_project(neighbourhood: Neighbourhood) -> None:
    """Somebody who had signed up once kept a project from being stopped at all."""
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    ended = await evaluation.stop_project(project.id, WHY, by=home.coordinator, at=NOW)
    assert ended.state is DeliveryState.STOPPED
    seen = await work.slot_page(slot.id, project_id=project.id, community_id=home.id, by=None)
    assert seen.slot.state is SlotState.CANCELLED
    assert (await jar(home, project))[1] == 0
    assert "work.stopped" in await kinds_told(home.residents[1])
    assert not (await ledger.verify()).findings


async def test_hours_that_the_community_gave_go_back_to_it_beside_those_of_pledges(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    giver, helper = home.residents[:2]
    drive = await opened(home, draft(goal_fen=0, goal_minutes=90))
    await minutes_for(giver, 100)
    await pledge_minutes(drive.id, 90, by=giver)
    await settle(drive.id, by=home.coordinator)
    project = await circle.project_of(drive.project_id, community_id=home.id)
    await delivery.begin(project.id, by=home.coordinator)
    await adopt(home, grant_minutes_max=60)
    await work.grant_minutes(project.id, 60, "For the rails.", by=home.coordinator)
    slot = await offered(home, project)
    await signed(slot, helper)
    await work.confirm(slot.id, helper.member_id, 60, by=home.coordinator, at=THERE)
    source = await issuance(community_id=home.id)
    before = (await ledger.balance(source)).posted
    # 90 of 150 were left: three fifths of them were the giver's.
    await evaluation.stop_project(project.id, WHY, by=home.coordinator, at=THERE)
    assert await jar(home, project) == (0, 0)
    assert await saved(giver) == 10 + 54
    assert (await ledger.balance(source)).posted == before + 36
    summary = await evaluation.compose(project.id, community_id=home.id)
    assert [
        (one.source, one.pledge_id is not None, one.amount)
        for one in summary.returned
        if one.source is None
    ] == [(None, False, 36), (None, True, 54)]
    assert not (await ledger.verify()).findings


async def test_help_that_began_is_still_written_down_after_a_stop(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1], home.residents[2])
    await evaluation.stop_project(project.id, WHY, by=home.coordinator, at=THERE)
    assert (await jar(home, project))[1] == 120
    await work.confirm(slot.id, home.residents[1].member_id, 45, by=home.coordinator, at=THERE)
    assert await saved(home.residents[1]) == 45
    assert (await jar(home, project))[1] == 60
    for later in (timedelta(days=29), timedelta(days=31), timedelta(days=31)):
        await work.return_late_hours(at=THERE + later)
    assert (await jar(home, project))[1] == 0
    assert await turn_of(home, slot.id, home.residents[2].member_id) is TurnState.CANCELLED
    assert (await kinds_told(home.residents[2])).count("work.lapsed") == 1
    assert not (await ledger.verify()).findings


async def test_changes_nobody_decided_are_taken_back(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await planned_under_way(home)
    await pledged(home, project, 600)
    due = (NOW + timedelta(days=300)).date()
    change = await changes.ask_change(
        project.id, NewDate(1, due), "Late.", by=home.residents[1], at=NOW
    )
    await evaluation.stop_project(project.id, WHY, by=home.coordinator)
    after, _said = await changes.change_of(project.id, change.id, community_id=home.id)
    assert after.state is ChangeState.WITHDRAWN
    before = await everything_told(home)
    await changes.ask_for_decisions(at=NOW + timedelta(days=30))
    assert await everything_told(home) == before


async def test_a_judgement_under_way_ends_without_a_score(neighbourhood: Neighbourhood) -> None:
    here = await delivered(neighbourhood)
    await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[1])
    await evaluation.stop_project(here.project.id, WHY, by=here.coordinator)
    found = await of(here)
    assert found.state is EvaluationState.STOPPED
    assert (await evaluation.result_of(found)).overall is None
    with pytest.raises(evaluation.EvaluationOver):
        await evaluation.rate(here.project.id, GOOD, by=neighbourhood.residents[2])
    before = await everything_told(neighbourhood)
    await evaluation.remind_of_evaluations(at=found.closes_at - timedelta(days=1))
    await evaluation.open_due()
    assert await everything_told(neighbourhood) == before
    assert (await of(here)).state is EvaluationState.STOPPED


async def test_nobody_is_reminded_of_checks_of_a_stopped_project(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    await aftercare.begin_aftercare()
    await evaluation.stop_project(here.project.id, WHY, by=here.coordinator)
    years = NOW + timedelta(days=1500)
    before = await everything_told(neighbourhood)
    await aftercare.remind_of_checks(at=years)
    await aftercare.miss_checks(at=years)
    assert await everything_told(neighbourhood) == before


async def test_refusals_of_a_stop_change_nothing(neighbourhood: Neighbourhood) -> None:
    home = neighbourhood
    project = await with_hours(home)
    slot = await offered(home, project)
    await signed(slot, home.residents[1])
    with pytest.raises(delivery_errors.NotYoursToDecide):
        await evaluation.stop_project(project.id, WHY, by=home.residents[0])
    with pytest.raises(delivery_errors.InvalidDelivery):
        await evaluation.stop_project(project.id, " ", by=home.coordinator)
    seen = await work.slot_page(slot.id, project_id=project.id, community_id=home.id, by=None)
    assert (seen.slot.state, seen.slot.taken) == (SlotState.OPEN, 1)
    assert (await delivery.read_delivery(project.id, community_id=home.id)).state is (
        DeliveryState.UNDER_WAY
    )
    done = await judged(home)
    with pytest.raises(delivery_errors.DeliveryMoved):
        await evaluation.stop_project(done.project.id, WHY, by=home.coordinator)


async def test_summing_up_calls_help_to_come_off(neighbourhood: Neighbourhood) -> None:
    """A time of helping that was left over once kept a judged project from being summed up."""
    home = neighbourhood
    here = await chosen(home)
    await here.begun()
    await pledged(home, here.project, 120)
    slot = await offered(home, here.project, starts_at=BEGINS + timedelta(days=30))
    await signed(slot, home.residents[3])
    await deliver(here)
    await evaluation.rate(here.project.id, GOOD, by=home.residents[1])
    await evaluation.sign(here.project.id, FINE, by=await auditor(home))
    await evaluation.close_due(at=over())
    await evaluation.sum_up(here.project.id, "All there.", by=here.undertaker)
    assert (await jar(home, here.project))[1] == 0
    assert "work.stopped" in await kinds_told(home.residents[3])
