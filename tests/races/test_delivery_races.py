"""Many at once about a project's money, help and end: paid once, stopped once, nothing held."""

import asyncio
import random
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

import community
import ledger
from app import conflicts
from community import Role
from marketplace import aftercare, delivery, evaluation, work
from marketplace.delivery import DeliveryState, DisbursementDraft, DisbursementId, DisbursementState
from marketplace.errors import MarketplaceError
from marketplace.funding.errors import PartsReserved
from marketplace.money import PROJECT_ACCOUNT, issuance, minute_account
from tests.marketplace.conftest import YUAN, Neighbourhood, settle
from tests.marketplace.delivery_examples import PAPER, Chosen, chosen
from tests.marketplace.evaluation_examples import FINE, GOOD, delivered, of
from tests.marketplace.plans_examples import kinds_told, member
from tests.marketplace.work_examples import (
    BEGINS,
    NOW,
    THERE,
    offered,
    pledged,
    resident,
    saved,
    signed,
    with_hours,
)

TIMES = 4
WHY = "The wall is unsafe."


@pytest.fixture
async def home(database: object) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await settle()


async def together(
    *acts: Coroutine[Any, Any, Any], seed: int = 0
) -> tuple[list[Any], list[MarketplaceError]]:
    """Run acts at once, each on a connection of its own; return what came of them."""
    shuffled = list(acts)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (an order, no secret)
    ended = await asyncio.gather(*shuffled, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, MarketplaceError)]
    broken = [one for one in ended if isinstance(one, BaseException) and one not in refused]
    assert broken == []
    return [one for one in ended if not isinstance(one, BaseException)], refused


async def begun(home: Neighbourhood) -> Chosen:
    here = await chosen(home)
    await here.begun()
    return here


async def sound(here: Chosen) -> None:
    assert not (await ledger.verify()).findings
    posted, held, out = await here.book()
    assert posted >= held >= 0
    assert out >= 0


@pytest.mark.parametrize("seed", range(TIMES))
async def test_approvers_refusers_and_who_asked_end_a_request_once(
    home: Neighbourhood, seed: int
) -> None:
    here = await begun(home)
    third = await member(home, "Third", Role.TREASURER)
    asked = await here.ask(300)
    _done, refused = await together(
        delivery.approve(asked.id, by=here.treasurer, watch=conflicts.watch),
        delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch),
        delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch),
        delivery.refuse(asked.id, "No.", by=third),
        delivery.withdraw(asked.id, by=here.undertaker),
        seed=seed,
    )
    after = await delivery.disbursement(asked.id, community_id=home.id)
    assert after.state in {
        DisbursementState.PAID,
        DisbursementState.REFUSED,
        DisbursementState.WITHDRAWN,
    }
    paid = 300 * YUAN if after.state is DisbursementState.PAID else 0
    assert await here.book() == (1000 * YUAN - paid, 0, paid)
    assert refused
    assert len({(one.verdict, one.by) for one in after.decisions}) == len(after.decisions)
    await sound(here)


@pytest.mark.parametrize("seed", range(TIMES))
async def test_two_clicks_ask_once(home: Neighbourhood, seed: int) -> None:
    here, key = await begun(home), DisbursementId(ledger.new_id())
    draft = DisbursementDraft(600 * YUAN, "Rails")
    done, refused = await together(
        *(
            delivery.ask(here.project.id, draft, [PAPER], by=here.undertaker, id=key)
            for _click in range(4)
        ),
        seed=seed,
    )
    assert refused == []
    assert {one.id for one in done} == {key}
    assert {len(one.receipts) for one in done} == {1}
    assert await here.book() == (1000 * YUAN, 600 * YUAN, 0)
    assert (await kinds_told(here.treasurer)).count("disbursement.asked") == 1


@pytest.mark.parametrize("seed", range(TIMES))
async def test_stopping_against_all_that_goes_on(home: Neighbourhood, seed: int) -> None:
    """Stopped once, by whichever of two; nothing is held, and what was paid is paid."""
    here = await begun(home)
    other = await member(home, "Second", Role.COORDINATOR)
    await pledged(home, here.project, 600)
    slots = [
        await offered(home, here.project, starts_at=BEGINS + timedelta(hours=2 * n))
        for n in range(3)
    ]
    await signed(slots[0], home.residents[1])
    asked = await here.ask(300)
    await delivery.approve(asked.id, by=here.treasurer)
    _done, refused = await together(
        evaluation.stop_project(here.project.id, WHY, by=here.coordinator, at=NOW),
        evaluation.stop_project(here.project.id, WHY, by=other, at=NOW),
        delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch),
        here.ask(100),
        work.sign_up(slots[1].id, by=home.residents[2], at=NOW),
        work.sign_up(slots[2].id, by=home.residents[3], at=NOW),
        work.step_back(slots[0].id, by=home.residents[1], at=NOW),
        work.cancel_slot(slots[1].id, "Rain.", by=other, at=NOW),
        seed=seed,
    )
    found = await delivery.read_delivery(here.project.id, community_id=home.id)
    assert found.state is DeliveryState.STOPPED
    assert refused
    steps = await delivery.delivery_moves(here.project.id, community_id=home.id)
    assert [one.state for one in steps].count(DeliveryState.STOPPED) == 1
    posted, held, out = await here.book()
    assert (posted, held) == (0, 0)
    after = await delivery.disbursement(asked.id, community_id=home.id)
    assert out == (300 * YUAN if after.state is DisbursementState.PAID else 0)
    jar = await ledger.balance(
        await minute_account(PROJECT_ACCOUNT, here.project.id, community_id=home.id)
    )
    assert jar.held == 0
    await sound(here)


@pytest.mark.parametrize("seed", range(TIMES))
async def test_stopping_against_confirming_correcting_and_the_jobs(
    home: Neighbourhood, seed: int
) -> None:
    project = await with_hours(home)
    slot, later = (
        await offered(home, project),
        await offered(home, project, starts_at=BEGINS + timedelta(days=9)),
    )
    first, second = home.residents[1], home.residents[2]
    await signed(slot, first, second)
    await signed(later, home.residents[3])
    await work.confirm(slot.id, first.member_id, 60, by=home.coordinator, at=THERE)
    _done, refused = await together(
        evaluation.stop_project(project.id, WHY, by=home.coordinator, at=THERE),
        work.correct(slot.id, first.member_id, 30, "Half.", by=home.coordinator, at=THERE),
        work.correct(slot.id, first.member_id, 30, "Half.", by=home.coordinator, at=THERE),
        work.confirm(slot.id, second.member_id, 45, by=home.coordinator, at=THERE),
        work.end_stopped_work(at=THERE),
        work.return_late_hours(at=THERE),
        work.return_late_hours(at=THERE),
        seed=seed,
    )
    assert refused == []
    await work.return_late_hours(at=THERE)
    assert (await saved(first), await saved(second)) == (30, 45)
    jar = await ledger.balance(
        await minute_account(PROJECT_ACCOUNT, project.id, community_id=home.id)
    )
    assert (jar.posted, jar.held) == (0, 0)
    given = await ledger.balance(await issuance(community_id=home.id))
    assert given.posted == -75, "all else went back to where it came from"
    assert not (await ledger.verify()).findings


@pytest.mark.parametrize("seed", range(TIMES))
async def test_stopping_against_judging(home: Neighbourhood, seed: int) -> None:
    """A project is stopped or judged, never both, and its evaluation says which."""
    here = await delivered(home)
    other = await member(home, "Auditor", Role.AUDITOR)
    await evaluation.rate(here.project.id, GOOD, by=home.residents[1])
    await evaluation.sign(here.project.id, FINE, by=other)
    over = (await of(here)).closes_at
    await together(
        evaluation.stop_project(here.project.id, WHY, by=here.coordinator),
        evaluation.close_due(at=over),
        evaluation.close_due(at=over),
        evaluation.rate(here.project.id, GOOD, by=home.residents[2]),
        seed=seed,
    )
    found = await delivery.read_delivery(here.project.id, community_id=home.id)
    ended = await of(here)
    pairs = {
        (DeliveryState.STOPPED, evaluation.EvaluationState.STOPPED),
        (DeliveryState.JUDGED, evaluation.EvaluationState.CLOSED),
    }
    assert (found.state, ended.state) in pairs


@pytest.mark.parametrize("seed", range(TIMES))
async def test_summing_up_against_the_last_request(home: Neighbourhood, seed: int) -> None:
    here = await delivered(home)
    other = await member(home, "Auditor", Role.AUDITOR)
    await evaluation.sign(here.project.id, FINE, by=other)
    await evaluation.close_due(at=(await of(here)).closes_at)
    _done, refused = await together(
        evaluation.sum_up(here.project.id, "All there.", by=here.undertaker),
        here.ask(100),
        seed=seed,
    )
    assert len(refused) == 1
    posted, held, _out = await here.book()
    asked = await delivery.disbursements(here.project.id, community_id=home.id)
    assert (posted, held) == ((1000 * YUAN, 100 * YUAN) if asked else (0, 0))
    assert not isinstance(refused[0], PartsReserved)
    await sound(here)


@pytest.mark.parametrize("seed", range(TIMES))
async def test_who_leaves_with_two_turns_while_both_are_confirmed(
    home: Neighbourhood, seed: int
) -> None:
    """Slots are locked before the book is: booking between two locks, these waited in a circle."""
    project = await with_hours(home)
    slots = [
        await offered(home, project, starts_at=BEGINS + timedelta(hours=2 * n)) for n in range(4)
    ]
    people = [await resident(home, f"R{n}") for n in range(3)]
    for slot in slots:
        await signed(slot, *people[:2])
    other, survivor = people[0].member_id, people[2].member_id

    async def merge() -> None:
        async with ledger.transaction():
            by = community.system(home.id)
            await work.take_over_work(other, survivor, by=by, at=NOW)

    await together(
        merge(),
        *(
            work.confirm(one.id, people[1].member_id, 60, by=home.coordinator, at=one.ends_at)
            for one in reversed(slots)
        ),
        evaluation.stop_project(project.id, WHY, by=home.coordinator, at=NOW),
        seed=seed,
    )
    jar = await ledger.balance(
        await minute_account(PROJECT_ACCOUNT, project.id, community_id=home.id)
    )
    assert jar.held == 0
    assert not (await ledger.verify()).findings


@pytest.mark.parametrize("seed", range(TIMES))
async def test_each_check_is_told_of_once_by_many_workers(home: Neighbourhood, seed: int) -> None:
    here = await delivered(home)
    await together(*(aftercare.begin_aftercare() for _worker in range(3)), seed=seed)
    checks = await aftercare.checks(here.project.id, community_id=home.id)
    day = NOW + timedelta(days=1500)
    # The jobs look after all communities; here is what was told in this one.
    await together(*(aftercare.remind_of_checks(at=day) for _worker in range(3)), seed=seed)
    assert (await kinds_told(here.coordinator)).count("check.due") == len(checks) > 0
    await together(*(aftercare.miss_checks(at=day) for _worker in range(3)), seed=seed)
    kinds = await kinds_told(here.coordinator)
    assert kinds.count("check.missed") == len(checks)
