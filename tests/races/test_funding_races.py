"""Funding where several meet: two who settle, a late payment, a giver who cancels, one last fen."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

import ledger
from community import Actor
from marketplace.funding import payments
from marketplace.funding.contributing import give_up_contribution, hand_back
from marketplace.funding.drives import cancel_drive, open_drive
from marketplace.funding.errors import (
    DeadlineOver,
    DriveMoved,
    DriveThere,
    FundTooSmall,
    GiftMoved,
    PledgedAlready,
    PledgeMoved,
    TooFewMinutes,
)
from marketplace.funding.pledging import pledge_minutes, withdraw_pledge
from marketplace.funding.reading import contributions, read_contribution, read_drive
from marketplace.funding.returning import give_back
from marketplace.funding.settling import settle, settle_due
from marketplace.funding.values import ContributionState, DriveState
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.conftest import settle as settle_neighbourhood
from tests.marketplace.funding_examples import (
    calls_of,
    card,
    cash,
    chosen,
    draft,
    fund_of,
    has_minutes,
    intent_of,
    lies,
    minutes_for,
    opened,
    paid,
    past_deadline,
    ratio,
    treasurer,
)

pytestmark = pytest.mark.usefixtures("database")
TURNS = 4
"""Each meeting is arranged so often, with another one a little ahead."""


async def outcomes(*acts: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*acts, return_exceptions=True)


def failures(told: list[Any]) -> list[Exception]:
    return [one for one in told if isinstance(one, Exception)]


async def later(act: Coroutine[Any, Any, Any], turn: int) -> Any:
    await asyncio.sleep(turn / 400)
    return await act


async def ground() -> tuple[Neighbourhood, Actor]:
    home = await settle_neighbourhood()
    return home, await treasurer(home)


async def balanced(home: Neighbourhood) -> None:
    trial = await ledger.trial_balance(ledger.CommunityId(home.id))
    assert trial.balanced


async def in_escrow(home: Neighbourhood, drive_id: Any) -> int:
    found = await contributions(drive_id, community_id=home.id)
    return sum(one.escrow_fen for one in found)


async def test_two_workers_and_a_coordinator_settle_a_drive_once(owner: asyncpg.Connection) -> None:
    home, keeper = await ground()
    fund = await fund_of(5_000, keeper)
    drive = await opened(home, draft(1_000, matching=ratio(fund, 500)))
    await cash(drive, 500, by=keeper)
    await past_deadline(owner, drive)
    told = await outcomes(
        settle_due(), settle_due(), settle(drive.id, by=home.coordinator), settle_due()
    )
    assert all(isinstance(one, DriveMoved) for one in failures(told))
    done = await read_drive(drive.id, community_id=home.id)
    assert (done.state, done.matched_fen) == (DriveState.REACHED, 500)
    assert await lies(home, "project", drive.project_id) == 11_000
    assert await lies(home, "escrow", drive.id) == 0
    await balanced(home)


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("goal", [900, 5_000])
async def test_a_late_payment_a_settling_and_a_cancelling_giver_meet(
    owner: asyncpg.Connection, turn: int, goal: int
) -> None:
    home, keeper = await ground()
    giver = home.residents[1]
    drive = await opened(home, draft(goal))
    await cash(drive, 900, by=keeper)
    gift = await card(drive, 700, giver)
    await past_deadline(owner, drive)
    told = await outcomes(
        later(paid(gift, datetime(2020, 1, 1, tzinfo=UTC)), turn),
        later(settle_due(), 2),
        later(give_up_contribution(gift.id, by=giver), TURNS - turn),
        later(paid(gift, datetime(2020, 1, 1, tzinfo=UTC)), turn),
        settle_due(),
    )
    assert all(isinstance(one, GiftMoved) for one in failures(told)), told
    done = await read_drive(drive.id, community_id=home.id)
    row = await read_contribution(gift.id, community_id=home.id)
    refunds = [call for call in await calls_of(owner, gift) if call[0] == "refund"]
    assert await lies(home, "card_processor") == -700
    assert await lies(home, "escrow", drive.id) == await in_escrow(home, drive.id)
    if row.state is ContributionState.PAID:
        assert done.state is DriveState.REACHED
        assert await lies(home, "project", drive.project_id) == 10_000 + 900 + 700
        assert refunds == []
    else:
        assert row.state is ContributionState.REFUND_DUE
        assert refunds == [("refund", 700)]
    await balanced(home)


async def test_a_webhook_that_comes_five_times_at_once_counts_once() -> None:
    home, _ = await ground()
    drive = await opened(home)
    gift = await card(drive, 700, home.residents[1])
    assert failures(await outcomes(*(paid(gift) for _ in range(5)))) == []
    told = await outcomes(
        *(payments.refund_confirmed(gift.id, f"re_{gift.id}", 300) for _ in range(4)),
        *(payments.dispute_withdrawn(gift.id, f"dp_{gift.id}", 200) for _ in range(4)),
        *(payments.fee_known(gift.id, f"txn_{gift.id}", 12) for _ in range(4)),
    )
    assert failures(told) == []
    row = await read_contribution(gift.id, community_id=home.id)
    assert (row.refunded_fen, row.disputed_fen, row.escrow_fen) == (300, 200, 200)
    assert await lies(home, "card_processor") == -(700 - 300 - 200 - 12)
    await balanced(home)


async def test_pledges_for_two_drives_share_the_same_minutes() -> None:
    home, _ = await ground()
    one = home.residents[1]
    await minutes_for(one, 100)
    drives = [await opened(home, draft(0, goal_minutes=60)) for _ in range(2)]
    told = await outcomes(*(pledge_minutes(drive.id, 60, by=one) for drive in drives))
    (refused,) = failures(told)
    assert isinstance(refused, TooFewMinutes)
    assert await has_minutes(one) == (100, 60)
    again = await outcomes(*(pledge_minutes(drives[0].id, 10, by=home.residents[2]) for _ in "ab"))
    assert {type(one) for one in failures(again)} <= {PledgedAlready, TooFewMinutes}


@pytest.mark.parametrize("turn", range(TURNS))
async def test_a_pledge_is_withdrawn_or_settled_never_both(
    owner: asyncpg.Connection, turn: int
) -> None:
    home, _ = await ground()
    one = home.residents[1]
    await minutes_for(one, 60)
    drive = await opened(home, draft(0, goal_minutes=60))
    pledge = await pledge_minutes(drive.id, 60, by=one)
    told = await outcomes(
        later(withdraw_pledge(pledge.id, by=one), turn),
        later(settle(drive.id, by=home.coordinator), TURNS - turn - 1),
        later(cancel_drive(drive.id, by=home.coordinator, why="no"), 2),
    )
    assert len(failures(told)) < len(told)
    minutes, held = await has_minutes(one)
    state = await owner.fetchval("SELECT state FROM pledge WHERE id = $1", pledge.id)
    assert held == 0 or state == "held"
    assert minutes == (0 if state == "given" else 60)
    allowed = (DriveMoved, PledgeMoved, DeadlineOver)
    assert all(isinstance(one, allowed) or "Early" in type(one).__name__ for one in failures(told))
    await balanced(home)


async def test_two_drives_do_not_reserve_the_same_money_of_a_fund() -> None:
    home, keeper = await ground()
    fund = await fund_of(5_000, keeper)
    projects = [await chosen(home) for _ in range(3)]
    told = await outcomes(
        *(
            open_drive(one.id, draft(matching=ratio(fund, 2_500)), by=home.coordinator)
            for one in projects
        )
    )
    (refused,) = failures(told)
    assert isinstance(refused, FundTooSmall)


async def test_one_project_gets_one_drive() -> None:
    home, _ = await ground()
    project = await chosen(home)
    told = await outcomes(*(open_drive(project.id, draft(), by=home.coordinator) for _ in range(4)))
    assert len(failures(told)) == 3
    assert all(isinstance(one, DriveThere) for one in failures(told))


async def test_money_is_handed_back_and_given_back_once() -> None:
    home, keeper = await ground()
    drive = await opened(home, draft(1_000))
    gift = await cash(drive, 1_000, by=keeper)
    await settle(drive.id, by=home.coordinator)
    parts = await outcomes(
        *(give_back(drive.project_id, by=home.coordinator) for _ in range(3)),
    )
    assert failures(parts) == []
    assert sum(bool(one) for one in parts) == 1
    told = await outcomes(*(hand_back(gift.id, by=keeper) for _ in range(4)))
    assert len(failures(told)) == 3
    assert all(isinstance(one, GiftMoved) for one in failures(told))
    assert await lies(home, "cash_box") == 0
    await balanced(home)


async def test_a_payment_and_its_refund_that_cross_end_in_one_state() -> None:
    home, _ = await ground()
    drive = await opened(home)
    giver = home.residents[1]
    gift = await card(drive, 700, giver)
    await give_up_contribution(gift.id, by=giver)
    told: list[Any] = []
    for _ in range(3):
        told = await outcomes(
            paid(gift),
            payments.payment_failed(gift.id, intent_of(gift), "late news"),
            payments.refund_confirmed(gift.id, f"re_{gift.id}", 700),
        )
    assert failures(told) == []
    row = await read_contribution(gift.id, community_id=home.id)
    assert row.state is ContributionState.REFUNDED
    assert await lies(home, "card_processor") == 0
