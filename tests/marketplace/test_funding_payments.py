"""What the card processor tells: late, twice, out of order, given back, disputed, of others."""

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import ledger
from app import merging
from community import Role
from marketplace import delivery
from marketplace.delivery import DeliveryState, DisbursementDraft
from marketplace.evaluation.summing import sum_up
from marketplace.funding import errors, payments
from marketplace.funding.contributing import give_up_contribution, hand_back
from marketplace.funding.drives import cancel_drive
from marketplace.funding.pledging import pledge_minutes
from marketplace.funding.reading import own_contributions, own_pledges, read_drive, to_hand_back
from marketplace.funding.returning import give_back
from marketplace.funding.settling import settle
from marketplace.funding.sums import progress
from marketplace.funding.values import (
    ContributionId,
    ContributionState,
    Drive,
    DriveState,
    LiesIn,
    PledgeState,
)
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import PAPER as RECEIPT
from tests.marketplace.funding_examples import (
    calls_of,
    card,
    cash,
    draft,
    has_minutes,
    intent_of,
    lies,
    minutes_for,
    opened,
    paid,
    past_deadline,
    treasurer,
)
from tests.marketplace.plans_examples import kinds_told, member


async def reached(home: Neighbourhood) -> Drive:
    """Give a drive that reached its goal of 1,000 fen in cash."""
    keeper = await treasurer(home)
    drive = await opened(home, draft(1_000))
    await cash(drive, 1_000, by=keeper)
    return await settle(drive.id, by=home.coordinator)


async def test_a_payment_told_after_a_project_spent_all_and_was_closed_goes_back(
    neighbourhood: Neighbourhood,
) -> None:
    home = neighbourhood
    keeper = await treasurer(home)
    drive = await opened(home, draft(1_000))
    late = await card(drive, 500, home.residents[1])
    await cash(drive, 1_000, by=keeper)
    await settle(drive.id, by=home.coordinator)
    undertaker = home.residents[0]
    await delivery.begin(drive.project_id, by=undertaker)
    for state in (DeliveryState.DELIVERED, DeliveryState.JUDGED):
        async with ledger.transaction():
            found = await delivery.locked(drive.project_id, community_id=home.id)
            await delivery.move(found, state, by=home.coordinator)
    all_of_it = DisbursementDraft(11_000, "All of it")
    asked = await delivery.ask(drive.project_id, all_of_it, [RECEIPT], by=undertaker)
    for who in (keeper, home.coordinator):
        await delivery.approve(asked.id, by=who)
    await sum_up(drive.project_id, "It stands.", by=home.coordinator)
    gift = await paid(late)
    assert (gift.state, gift.due_fen) == (ContributionState.REFUND_DUE, 500)
    assert await lies(home, "project", drive.project_id) == 0
    assert await lies(home, "escrow", drive.id) == 500


async def test_a_payment_counts_when_it_is_told_and_once(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    one = neighbourhood.residents[1]
    gift = await card(drive, 4_000, one)
    assert (await progress(drive)).given_fen == 0
    known = await payments.payment_started(gift.id, intent_of(gift))
    assert known.intent_id == intent_of(gift)
    assert await payments.payment_started(gift.id, intent_of(gift)) == known
    first = await paid(gift)
    assert first.state is ContributionState.PAID
    assert await paid(gift, first.paid_at) == first
    assert (await progress(drive)).given_fen == 4_000
    assert await lies(neighbourhood, "escrow", drive.id) == 4_000
    assert await lies(neighbourhood, "card_processor") == -4_000
    assert (await kinds_told(one)).count("funding.paid") == 1
    assert await payments.payment_failed(gift.id, intent_of(gift), "declined") == first


async def test_another_payment_or_amount_is_refused(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    gift = await card(drive, 4_000, neighbourhood.residents[1])
    now = datetime.now(UTC)
    await payments.payment_started(gift.id, "pi_1")
    with pytest.raises(errors.OtherPayment):
        await payments.payment_started(gift.id, "pi_2")
    with pytest.raises(errors.OtherPayment):
        await payments.payment_succeeded(gift.id, "pi_2", "ch", amount_fen=4_000, at=now)
    with pytest.raises(errors.OtherPayment):
        await payments.payment_succeeded(gift.id, "pi_1", "ch", amount_fen=3_999, at=now)
    with pytest.raises(errors.UnknownContribution):
        await payments.payment_started(ContributionId(uuid.uuid4()), "pi_3")
    await payments.payment_succeeded(gift.id, "pi_1", f"ch{gift.id}", amount_fen=4_000, at=now)
    with pytest.raises(errors.OtherPayment):
        await payments.payment_succeeded(gift.id, "pi_1", "ch_other", amount_fen=4_000, at=now)
    other = await card(drive, 4_000, neighbourhood.residents[2])
    with pytest.raises(errors.OtherPayment):
        await payments.payment_started(other.id, "pi_1")
    with pytest.raises(errors.OtherPayment):
        await payments.refund_confirmed(gift.id, "re_1", 4_001)
    with pytest.raises(errors.OtherPayment):
        await payments.dispute_withdrawn(gift.id, "dp_1", 4_001)
    await payments.refund_confirmed(gift.id, "re_1", 1)
    await paid(other)
    with pytest.raises(errors.OtherPayment):
        await payments.refund_confirmed(other.id, "re_1", 1)


async def test_cash_is_not_paid_by_card(neighbourhood: Neighbourhood) -> None:
    keeper = await treasurer(neighbourhood)
    gift = await cash(await opened(neighbourhood), 500, by=keeper)
    with pytest.raises(errors.OtherPayment):
        await payments.payment_started(gift.id, "pi_cash")


async def test_a_card_that_was_declined_can_be_tried_again(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    one = neighbourhood.residents[1]
    gift = await card(drive, 4_000, one)
    failed = await payments.payment_failed(gift.id, None, "card_declined")
    assert (failed.state, failed.why) == (ContributionState.FAILED, "card_declined")
    assert await payments.payment_failed(gift.id, intent_of(gift), "again") == failed
    assert (await kinds_told(one)).count("funding.failed") == 1
    assert (await paid(gift)).state is ContributionState.PAID


async def test_what_is_told_before_its_payment_waits(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    gift = await card(drive, 4_000, neighbourhood.residents[1])
    with pytest.raises(errors.NotPaidYet):
        await payments.refund_confirmed(gift.id, "re_early", 100)
    with pytest.raises(errors.NotPaidYet):
        await payments.dispute_withdrawn(gift.id, "dp_early", 100)
    with pytest.raises(errors.NotPaidYet):
        await payments.refund_failed(gift.id, "re_early", 100)
    await paid(gift)
    with pytest.raises(errors.NotPaidYet):
        await payments.dispute_reinstated(gift.id, "dp_early", 100)
    with pytest.raises(errors.NotPaidYet):
        await payments.refund_failed(gift.id, "re_early", 100)


async def test_a_payment_after_the_giver_gave_it_up_goes_back(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood)
    one = neighbourhood.residents[1]
    gift = await card(drive, 4_000, one)
    await give_up_contribution(gift.id, by=one)
    late = await paid(gift)
    assert (late.state, late.due_fen) == (ContributionState.REFUND_DUE, 4_000)
    assert (await calls_of(owner, gift))[-1] == ("refund", 4_000)
    assert (await progress(drive)).given_fen == 0
    assert "funding.going_back" in await kinds_told(one)
    back = await payments.refund_confirmed(gift.id, "re_up", 4_000)
    assert back.state is ContributionState.REFUNDED
    assert await payments.refund_confirmed(gift.id, "re_up", 4_000) == back
    assert await lies(neighbourhood, "card_processor") == 0


async def test_a_late_payment_follows_the_drive(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood, draft(1_000))
    one = neighbourhood.residents[1]
    onwards, after = await card(drive, 300, one), await card(drive, 400, one)
    await cash(drive, 1_000, by=keeper)
    await settle(drive.id, by=neighbourhood.coordinator)
    assert (await paid(onwards)).state is ContributionState.PAID
    assert await lies(neighbourhood, "project", drive.project_id) == 11_300
    await give_back(drive.project_id, by=keeper)
    assert (await paid(after)).due_fen == 400
    assert (await calls_of(owner, after))[-1] == ("refund", 400)
    missed = await opened(neighbourhood, draft(1_000))
    third = await card(missed, 500, one)
    await cancel_drive(missed.id, by=neighbourhood.coordinator, why="no")
    assert (await paid(third)).state is ContributionState.REFUND_DUE


async def test_a_payment_made_after_the_deadline_is_not_counted_for_it(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood, draft(1_000))
    gift = await card(drive, 1_000, neighbourhood.residents[1])
    await past_deadline(owner, drive)
    await paid(gift)
    done = await settle(drive.id, by=neighbourhood.coordinator)
    assert (done.state, done.given_fen) == (DriveState.MISSED, 0)


async def test_a_payment_made_in_time_and_told_late_counts(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood, draft(1_000))
    gift = await card(drive, 1_000, neighbourhood.residents[1])
    await past_deadline(owner, drive)
    deadline = (await read_drive(drive.id, community_id=neighbourhood.id)).deadline
    await paid(gift, deadline - timedelta(minutes=1))
    done = await settle(drive.id, by=neighbourhood.coordinator)
    assert done.state is DriveState.REACHED


async def test_a_dispute_takes_from_escrow_then_from_the_project_then_from_all(
    neighbourhood: Neighbourhood,
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood, draft(1_000))
    gifts = [await paid(await card(drive, 600, one)) for one in neighbourhood.residents[:3]]
    await payments.dispute_withdrawn(gifts[0].id, "dp_0", 600)
    assert (await progress(drive)).given_fen == 1_200
    assert await lies(neighbourhood, "escrow", drive.id) == 1_200
    back = await payments.dispute_reinstated(gifts[0].id, "dp_0", 600)
    assert (back.disputed_fen, back.escrow_fen) == (0, 600)
    assert await payments.dispute_reinstated(gifts[0].id, "dp_0", 600) == back
    await settle(drive.id, by=neighbourhood.coordinator)
    await payments.dispute_withdrawn(gifts[1].id, "dp_1", 600)
    assert await lies(neighbourhood, "project", drive.project_id) == 11_200
    await give_back(drive.project_id, by=keeper)
    spent = await payments.dispute_withdrawn(gifts[2].id, "dp_2", 600)
    assert (spent.due_fen, spent.escrow_fen) == (0, 0), "what lay in escrow for it went first"
    lost = await lies(neighbourhood, "processor_losses")
    assert lost <= 0
    won = await payments.dispute_reinstated(gifts[2].id, "dp_2", 600)
    assert won.due_fen == 600 + lost
    assert await lies(neighbourhood, "processor_losses") == 0


async def test_a_refund_made_at_the_processor_lowers_the_gift(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    gift = await paid(await card(drive, 4_000, neighbourhood.residents[1]))
    part = await payments.refund_confirmed(gift.id, "re_part", 1_500)
    assert (part.state, part.net_fen) == (ContributionState.PAID, 2_500)
    assert (await progress(drive)).given_fen == 2_500
    over = await reached(neighbourhood)
    assert await lies(neighbourhood, "project", over.project_id) == 11_000


async def test_a_refund_that_does_not_arrive_is_handed_back(
    neighbourhood: Neighbourhood, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    drive = await opened(neighbourhood)
    gift = await paid(await card(drive, 4_000, neighbourhood.residents[1]))
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="no")
    with pytest.raises(errors.GiftMoved):  # it is still to be tried online
        await hand_back(gift.id, by=keeper, through=LiesIn.CASH_BOX)
    assert await to_hand_back(neighbourhood.id) == []
    await owner.execute(
        "UPDATE stripe_call SET state = 'done', answer = 're_lost', ended_at = now()"
        " WHERE contribution_id = $1 AND kind = 'refund'",
        gift.id,
    )
    with pytest.raises(errors.GiftMoved):  # it is on its way
        await hand_back(gift.id, by=keeper, through=LiesIn.CASH_BOX)
    await payments.refund_confirmed(gift.id, "re_lost", 4_000)
    with pytest.raises(errors.OtherPayment):
        await payments.refund_failed(gift.id, "re_lost", 3_999)
    failed = await payments.refund_failed(gift.id, "re_lost", 4_000)
    assert (failed.state, failed.due_fen) == (ContributionState.REFUND_DUE, 4_000)
    assert await payments.refund_failed(gift.id, "re_lost", 4_000) == failed
    assert (await kinds_told(keeper)).count("funding.hand_back") == 1
    assert "funding.hand_back" not in await kinds_told(neighbourhood.residents[1])
    assert await to_hand_back(neighbourhood.id) == [failed]
    with pytest.raises(errors.GiftMoved):
        await hand_back(gift.id, by=keeper)
    done = await hand_back(gift.id, by=keeper, through=LiesIn.CASH_BOX)
    assert done.state is ContributionState.REFUNDED
    assert await to_hand_back(neighbourhood.id) == []
    assert await lies(neighbourhood, "card_processor") == -4_000
    assert await lies(neighbourhood, "cash_box") == 4_000


async def test_fees_are_the_communitys(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood)
    gift = await paid(await card(drive, 4_000, neighbourhood.residents[1]))
    for _ in range(2):
        await payments.fee_known(gift.id, f"txn_{gift.id}", 58)
    await payments.fee_known(gift.id, f"txn_none_{gift.id}", 0)
    await payments.fee_known(gift.id, f"txn_back_{gift.id}", -8)
    assert await lies(neighbourhood, "processor_fees") == -50
    assert await lies(neighbourhood, "card_processor") == -3_950
    assert await lies(neighbourhood, "escrow", drive.id) == 4_000


async def test_a_merge_hands_gifts_and_pledges_on(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood, draft(1_000, goal_minutes=60))
    administrator = await member(neighbourhood, "Admin", Role.ADMINISTRATOR)
    other, survivor = neighbourhood.residents[1:3]
    await minutes_for(other, 100)
    await pledge_minutes(drive.id, 60, by=other)
    gift = await card(drive, 500, other)
    await merging.merge(survivor.member_id, other.member_id, by=administrator)
    assert await has_minutes(survivor) == (100, 60)
    (pledge,) = [
        one
        for one in await own_pledges(survivor.member_id, community_id=neighbourhood.id)
        if one.state is PledgeState.HELD
    ]
    assert pledge.minutes == 60
    (given,) = await own_contributions(survivor.member_id, community_id=neighbourhood.id)
    assert given.id == gift.id
    assert (await progress(drive)).pledged_minutes == 60


async def test_who_leaves_takes_the_pledge_back(neighbourhood: Neighbourhood) -> None:
    drive = await opened(neighbourhood, draft(1_000, goal_minutes=60))
    administrator = await member(neighbourhood, "Admin", Role.ADMINISTRATOR)
    one = neighbourhood.residents[1]
    await minutes_for(one, 100)
    await pledge_minutes(drive.id, 60, by=one)
    await merging.leave(one.member_id, by=administrator)
    assert (await progress(drive)).pledged_minutes == 0
    assert (await has_minutes(one))[1] == 0
