"""Plans of needs enter rounds, follow their last version, leave, and go on after the count."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from community import Actor
from marketplace import (
    Draft,
    Entry,
    Project,
    ProjectState,
    Round,
    Setup,
    close_and_count,
    enter,
    leave,
    needs,
    open_ballot,
    plans,
    propose,
    reading,
)
from marketplace.errors import (
    ByPlansOnly,
    MarketplaceError,
    NotYoursToEnter,
    OutsideArea,
    PlanEntered,
    ProposalsClosed,
    RoundMoved,
    TooDear,
    UnknownProject,
    UnknownRound,
)
from marketplace.needs import NeedState
from marketplace.plans import Version
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.plans_examples import RAIL, changed, planned_need
from tests.marketplace.rounds_examples import grid, opened, voting

PLANS = Setup(entry=Entry.PLANS)
ENOUGH = 20_000  # yuan: more than the example costs


async def need_state(need_id: Any, home: Neighbourhood) -> NeedState:
    return (await needs.read_need(need_id, community_id=home.id)).state


async def entered(
    home: Neighbourhood, setup: Setup = PLANS
) -> tuple[Round, needs.Need, Version, Project]:
    current = await opened(home, setup=setup, yuan=ENOUGH)
    need, version = await planned_need(home)
    return current, need, version, await enter(current.id, version.plan_id, by=home.residents[0])


async def test_a_plan_stands_in_the_round_as_it_is_written(neighbourhood: Neighbourhood) -> None:
    current, need, version, project = await entered(neighbourhood)
    assert (project.title, project.cost_fen) == (RAIL.title, RAIL.cost_fen)
    assert (project.place, project.category) == (RAIL.place, need.category)
    assert (project.plan_id, project.plan_version) == (version.plan_id, 1)
    assert await need_state(need.id, neighbourhood) is NeedState.ENTERED
    with pytest.raises(PlanEntered):
        await enter(current.id, version.plan_id, by=neighbourhood.coordinator)
    again = await enter(current.id, version.plan_id, by=neighbourhood.residents[0], id=project.id)
    assert again == project


async def test_at_the_opening_a_project_says_what_its_plan_says_last(
    neighbourhood: Neighbourhood,
) -> None:
    current, _need, version, project = await entered(neighbourhood)
    better = changed(title="楼道扶手", lines=RAIL.lines[:1])
    last = await plans.write_version(
        version.plan_id, better, by=neighbourhood.residents[0], note="省一点", base=1
    )
    on_ballot = await voting(neighbourhood, current)
    project = await reading.read_project(project.id, community_id=neighbourhood.id)
    assert (project.title, project.cost_fen, project.plan_version) == ("楼道扶手", 1_200_000, 2)
    assert last.sha256 in on_ballot.ballot_terms
    with pytest.raises(RoundMoved):
        await leave(project.id, why="不做了", by=neighbourhood.residents[0])
    with pytest.raises(MarketplaceError):
        await plans.write_version(
            version.plan_id, RAIL, by=neighbourhood.residents[0], note="", base=2
        )


async def test_a_plan_that_has_grown_too_dear_leaves_when_the_ballot_opens(
    neighbourhood: Neighbourhood,
) -> None:
    current, need, version, project = await entered(neighbourhood)
    lines = tuple(replace(line, amount_fen=9_000_000) for line in RAIL.lines)
    await plans.write_version(
        version.plan_id, changed(lines=lines), by=neighbourhood.residents[0], note="", base=1
    )
    with pytest.raises(MarketplaceError):
        await open_ballot(current.id, by=neighbourhood.coordinator)
    other, second = await planned_need(neighbourhood)
    await enter(current.id, second.plan_id, by=neighbourhood.residents[0])
    await open_ballot(current.id, by=neighbourhood.coordinator)
    gone = await reading.read_project(project.id, community_id=neighbourhood.id)
    assert gone.state is ProjectState.LEFT
    assert await need_state(need.id, neighbourhood) is NeedState.PLANNED
    assert await need_state(other.id, neighbourhood) is NeedState.ENTERED


async def test_what_left_may_come_back(neighbourhood: Neighbourhood) -> None:
    current, need, version, project = await entered(neighbourhood)
    for _ in range(2):
        left = await leave(project.id, why="先改一改", by=neighbourhood.coordinator)
        assert left.state is ProjectState.LEFT
    assert await reading.projects_of(current.id, community_id=neighbourhood.id) == []
    assert await need_state(need.id, neighbourhood) is NeedState.PLANNED
    moves = await reading.project_moves(project.id, community_id=neighbourhood.id)
    assert (moves[-1].state, moves[-1].why) == ("left", "先改一改")
    back = await enter(current.id, version.plan_id, by=neighbourhood.residents[0])
    assert back.number == 2


async def test_who_enters_a_plan(neighbourhood: Neighbourhood, elsewhere: Neighbourhood) -> None:
    current = await opened(neighbourhood, setup=PLANS, yuan=ENOUGH)
    _need, version = await planned_need(neighbourhood)
    for stranger in (neighbourhood.residents[3], neighbourhood.outsider):
        with pytest.raises(NotYoursToEnter):
            await enter(current.id, version.plan_id, by=stranger)
    with pytest.raises(UnknownRound):
        await enter(current.id, version.plan_id, by=elsewhere.coordinator)
    project = await enter(current.id, version.plan_id, by=neighbourhood.coordinator)
    with pytest.raises(NotYoursToEnter):
        await leave(project.id, why="x", by=neighbourhood.residents[3])
    with pytest.raises(UnknownProject):
        await leave(project.id, why="x", by=elsewhere.coordinator)


async def test_what_may_not_enter(neighbourhood: Neighbourhood) -> None:
    north = await grid(neighbourhood, "n", "北块")
    _need, version = await planned_need(neighbourhood)
    here = await opened(neighbourhood, setup=Setup(area_id=north, entry=Entry.PLANS), yuan=ENOUGH)
    with pytest.raises(OutsideArea):
        await enter(here.id, version.plan_id, by=neighbourhood.coordinator)
    small = await opened(neighbourhood, setup=PLANS, yuan=100)
    with pytest.raises(TooDear):
        await enter(small.id, version.plan_id, by=neighbourhood.coordinator)
    draft = Draft("灯", "亮", "弄堂口", "environment", 100)
    with pytest.raises(ByPlansOnly):
        await propose(small.id, draft, by=neighbourhood.residents[0])
    current, *_rest = await entered(neighbourhood)
    await voting(neighbourhood, current)
    with pytest.raises(ProposalsClosed):
        await enter(current.id, version.plan_id, by=neighbourhood.coordinator)


async def test_a_plan_in_the_round_s_area_enters(neighbourhood: Neighbourhood) -> None:
    north = await grid(neighbourhood, "n", "北块")
    _need, version = await planned_need(neighbourhood)
    await plans.write_version(
        version.plan_id,
        changed(area_id=north),
        by=neighbourhood.residents[0],
        note="",
        base=1,
    )
    here = await opened(neighbourhood, setup=Setup(area_id=north, entry=Entry.PLANS), yuan=ENOUGH)
    project = await enter(here.id, version.plan_id, by=neighbourhood.coordinator)
    assert project.area_id == north


@pytest.mark.parametrize("chosen", [True, False])
async def test_a_need_goes_on_after_the_count(
    neighbourhood: Neighbourhood, *, chosen: bool
) -> None:
    current, need, version, _project = await entered(neighbourhood)
    if not chosen:
        rival = await planned_need(neighbourhood)
        await enter(current.id, rival[1].plan_id, by=neighbourhood.coordinator)
    await voting(neighbourhood, current, [((1 if chosen else 2,), ())])
    await close_and_count(current.id, by=neighbourhood.coordinator)
    wanted = NeedState.ENTERED if chosen else NeedState.PLANNED
    assert await need_state(need.id, neighbourhood) is wanted
    if not chosen:
        later = await opened(neighbourhood, setup=PLANS, yuan=ENOUGH)
        await enter(later.id, version.plan_id, by=neighbourhood.residents[0])


async def test_a_plan_enters_once_however_often_at_once(neighbourhood: Neighbourhood) -> None:
    current = await opened(neighbourhood, setup=PLANS, yuan=ENOUGH)
    _need, version = await planned_need(neighbourhood)

    async def one(by: Actor) -> Project:
        return await enter(current.id, version.plan_id, by=by)

    outcomes = await asyncio.gather(
        *(one(by) for by in [neighbourhood.coordinator, neighbourhood.residents[0]] * 3),
        return_exceptions=True,
    )
    assert sum(isinstance(found, Project) for found in outcomes) == 1
    assert all(isinstance(found, Project | MarketplaceError) for found in outcomes)
