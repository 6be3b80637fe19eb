"""Many hands at one slot in the same moment: places are exact, minutes pass once, none is lost."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

import community
import ledger
from marketplace import work
from marketplace.delivery import changes
from marketplace.delivery.changes import ChangeDecided, ChangeState, NewDate
from marketplace.errors import MarketplaceError
from marketplace.work import BusyThen, NoMinutesLeft, PlacesSettled, SlotFull, SlotOver
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.work_examples import (
    BEGINS,
    NOW,
    THERE,
    offered,
    planned_under_way,
    resident,
    saved,
    signed,
    with_hours,
)

TIMES = 3


@pytest.fixture
async def home(database: object) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await settle()


async def together(*acts: Coroutine[Any, Any, Any]) -> tuple[list[Any], list[MarketplaceError]]:
    """Run acts at once, each on a connection of its own; return what came of them."""
    ended = await asyncio.gather(*acts, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, MarketplaceError)]
    broken = [one for one in ended if isinstance(one, BaseException) and one not in refused]
    assert broken == []
    return [one for one in ended if not isinstance(one, BaseException)], refused


@pytest.mark.parametrize("_time", range(TIMES))
async def test_the_last_place_is_taken_once(home: Neighbourhood, _time: int) -> None:
    project = await with_hours(home)
    slot = await offered(home, project, people=3)
    people = [*home.residents, *[await resident(home, f"N{n}") for n in range(6)]]
    done, refused = await together(
        *(work.sign_up(slot.id, by=one, at=NOW) for one in people for _twice in "12")
    )
    assert {type(one) for one in refused} == {SlotFull}
    assert len({one.member_id for one in done}) == 3
    now = await work.hours_of(project.id, community_id=home.id)
    assert now.held == 180


@pytest.mark.parametrize("_time", range(TIMES))
async def test_the_last_minutes_are_promised_once(home: Neighbourhood, _time: int) -> None:
    """Two slots of one project, which has minutes for one of them."""
    project = await with_hours(home, 60)
    slots = [
        await offered(home, project, starts_at=BEGINS + timedelta(hours=2 * n)) for n in range(3)
    ]
    done, refused = await together(
        *(
            work.sign_up(slot.id, by=one, at=NOW)
            for slot, one in zip(slots, home.residents, strict=False)
        )
    )
    assert (len(done), {type(one) for one in refused}) == (1, {NoMinutesLeft})
    now = await work.hours_of(project.id, community_id=home.id)
    assert (now.held, now.left) == (60, 0)


@pytest.mark.parametrize("_time", range(TIMES))
async def test_nobody_gets_into_two_places_at_once(home: Neighbourhood, _time: int) -> None:
    first, second = await with_hours(home), await with_hours(home)
    slots = [await offered(home, first), await offered(home, second)]
    done, refused = await together(
        *(work.sign_up(slot.id, by=home.residents[1], at=NOW) for slot in slots)
    )
    assert (len(done), [type(one) for one in refused]) == (1, [BusyThen])


@pytest.mark.parametrize("_time", range(TIMES))
async def test_what_is_confirmed_twice_passes_once(home: Neighbourhood, _time: int) -> None:
    project = await with_hours(home)
    slot = await offered(home, project)
    one = home.residents[1]
    await signed(slot, one)
    done, refused = await together(
        *(
            work.confirm(slot.id, one.member_id, 60, by=by, at=THERE)
            for by in (home.coordinator, home.residents[0])
            for _twice in "12"
        ),
        work.not_there(slot.id, one.member_id, by=home.coordinator, at=THERE),
    )
    came = [turn for turn in done if turn.paid]
    assert await saved(one) == (60 if came else 0)
    assert len(done) + len(refused) == 5
    now = await work.hours_of(project.id, community_id=home.id)
    assert (now.held, now.paid, now.received) == (0, 60 if came else 0, 600)


@pytest.mark.parametrize("_time", range(TIMES))
async def test_calling_off_against_confirming(home: Neighbourhood, _time: int) -> None:
    project = await with_hours(home)
    slot = await offered(home, project)
    one = home.residents[1]
    await signed(slot, one)
    done, refused = await together(
        work.cancel_slot(slot.id, "Rain.", by=home.coordinator, at=THERE),
        work.confirm(slot.id, one.member_id, 60, by=home.residents[0], at=THERE),
    )
    assert (len(done), len(refused)) == (1, 1)
    seen = await work.slot_page(slot.id, project_id=project.id, community_id=home.id, by=None)
    paid = 60 if isinstance(refused[0], PlacesSettled) else 0
    assert (await saved(one), seen.slot.came) == (paid, paid // 60)
    assert (await work.hours_of(project.id, community_id=home.id)).held == 0


@pytest.mark.parametrize("_time", range(TIMES))
async def test_signing_up_while_it_is_called_off(home: Neighbourhood, _time: int) -> None:
    project = await with_hours(home)
    slot = await offered(home, project, people=6)
    _done, refused = await together(
        *(work.sign_up(slot.id, by=one, at=NOW) for one in home.residents[1:]),
        work.cancel_slot(slot.id, "Rain.", by=home.coordinator, at=NOW),
    )
    assert {type(one) for one in refused} <= {SlotOver}
    assert (await work.hours_of(project.id, community_id=home.id)).held == 0


@pytest.mark.parametrize("_time", range(TIMES))
async def test_merging_while_it_is_confirmed(home: Neighbourhood, _time: int) -> None:
    project = await with_hours(home)
    slot = await offered(home, project)
    other, survivor = home.residents[1], home.residents[2]
    await signed(slot, other)

    async def merge() -> None:
        async with ledger.transaction():
            by = community.system(home.id)
            await work.take_over_work(other.member_id, survivor.member_id, by=by, at=NOW)

    await together(
        merge(), work.confirm(slot.id, other.member_id, 60, by=home.coordinator, at=THERE)
    )
    now = await work.hours_of(project.id, community_id=home.id)
    assert now.paid + now.held == 60
    assert await saved(other) + await saved(survivor) == now.paid


@pytest.mark.parametrize("_time", range(TIMES))
async def test_a_change_is_decided_once(home: Neighbourhood, _time: int) -> None:
    project = await planned_under_way(home)
    due = (NOW + timedelta(days=300)).date()
    change = await changes.ask_change(
        project.id, NewDate(1, due), "Late.", by=home.residents[1], at=NOW
    )
    after = NOW + timedelta(days=8)
    done, refused = await together(
        changes.decide_change(change.id, accept=True, answer="Y", by=home.coordinator, at=after),
        changes.decide_change(change.id, accept=False, answer="N", by=home.coordinator, at=after),
        changes.withdraw_change(change.id, by=home.residents[1], at=after),
    )
    assert (len(done), {type(one) for one in refused}) == (1, {ChangeDecided})
    now = (await changes.milestones_now(project))[0]
    assert (now.due_on == due) == (done[0].state is ChangeState.ACCEPTED)
