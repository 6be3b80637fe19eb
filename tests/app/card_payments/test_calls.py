"""Payments and refunds asked for at a stand-in that works, loses answers, fails and repeats."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

import community
from app.card_payments import calling, following, paying
from app.card_payments.paying import Next
from app.card_payments.processor import Processor, Refund, RefundProgress
from app.card_payments.stuck import stuck_refunds
from marketplace.funding import reading
from marketplace.funding.contributing import give_up_contribution, hand_back
from marketplace.funding.drives import cancel_drive
from marketplace.funding.errors import GiftMoved
from marketplace.funding.reading import to_hand_back
from marketplace.funding.values import Contribution, ContributionState, Drive, LiesIn
from tests.app.card_payments.front import Front, fee_of
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import card, draft, lies, opened, treasurer

FEN = 30_000


async def now(gift: Contribution) -> Contribution:
    return await reading.read_contribution(gift.id, community_id=gift.community_id)


async def begun(home: Neighbourhood, fen: int = FEN) -> tuple[Drive, Contribution]:
    """Open a drive and begin a gift for it, with its payment made at Stripe."""
    drive = await opened(home, draft(100_000))
    gift = await card(drive, fen, home.residents[0])
    assert await paying.begin(gift.id) is not None
    return drive, await now(gift)


async def paid(home: Neighbourhood, front: Front, fen: int = FEN) -> tuple[Drive, Contribution]:
    drive, gift = await begun(home, fen)
    step = await paying.pay_by_card(gift, await front.card())
    assert step.next is Next.WAIT
    assert (await now(gift)).state is ContributionState.STARTED  # it counts when Stripe tells of it
    assert gift.intent_id is not None
    await following.soon(gift.intent_id)
    await following.follow_payments()
    return drive, await now(gift)


async def later(owner: asyncpg.Connection) -> None:
    """Let the time pass that calls and looks wait for."""
    await owner.execute("UPDATE stripe_call SET next_at = clock_timestamp() - interval '1 s'")
    await owner.execute(
        "UPDATE stripe_payment SET look_at = clock_timestamp() - interval '1 s'"
        " WHERE look_at IS NOT NULL"
    )


async def test_a_payment_and_its_fee_are_booked_once(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    drive, gift = await paid(neighbourhood, front)
    assert gift.state is ContributionState.PAID
    assert await lies(neighbourhood, "escrow", drive.id) == FEN
    assert await lies(neighbourhood, "card_processor") == -(FEN - fee_of(FEN))
    assert await lies(neighbourhood, "processor_fees") == -fee_of(FEN)
    assert gift.intent_id is not None
    await following.soon(gift.intent_id)
    assert await following.follow_payments() == 1
    assert await lies(neighbourhood, "card_processor") == -(FEN - fee_of(FEN))
    assert await following.follow_payments() == 0, "nothing is open any more"


async def test_a_lost_answer_makes_no_second_payment(
    neighbourhood: Neighbourhood,
    front: Front,
    owner: asyncpg.Connection,
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    gift = await card(drive, FEN, neighbourhood.residents[0])
    front.lose_answers = 1
    assert await paying.begin(gift.id) is None
    assert await calling.make_due_calls() == 0, "it is left alone for a while"
    front.done.clear()  # a stand-in that forgets keys, as Stripe does after a day
    await later(owner)
    await calling.make_due_calls()
    assert front.count("POST", "/v1/payment_intents") == 1
    assert (await now(gift)).intent_id is not None


async def test_a_lost_question_is_asked_again(
    neighbourhood: Neighbourhood,
    front: Front,
    owner: asyncpg.Connection,
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    gift = await card(drive, FEN, neighbourhood.residents[0])
    front.lose_questions = 1
    assert await paying.begin(gift.id) is None
    front.faults = 1
    for _ in range(3):
        await later(owner)
        await calling.make_due_calls()
    assert (await now(gift)).intent_id is not None


async def test_a_declined_card_takes_nothing_and_says_why(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    drive, gift = await begun(neighbourhood)
    step = await paying.pay_by_card(gift, await front.card("4000000000000341"))
    assert step.next is Next.REFUSED
    failed = await now(gift)
    assert (failed.state, failed.why) == (ContributionState.FAILED, "card_declined")
    assert await lies(neighbourhood, "escrow", drive.id) == 0


async def test_a_bank_that_wants_to_see_the_giver(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    _, gift = await begun(neighbourhood)
    step = await paying.pay_by_card(gift, await front.card("4000002500003155"))
    assert step.next is Next.CONFIRM
    assert step.client_secret is not None
    await front.post(
        f"payment_intents/{gift.intent_id}/_authenticate?success=true",
        client_secret=step.client_secret,
    )
    assert (await paying.look(gift)).next is Next.WAIT


async def test_a_giver_whom_the_bank_does_not_know(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    _, gift = await begun(neighbourhood)
    step = await paying.pay_by_card(gift, await front.card("4000002500003155"))
    await front.post(
        f"payment_intents/{gift.intent_id}/_authenticate?success=false",
        client_secret=step.client_secret,
    )
    assert (await paying.look(gift)).next is Next.REFUSED
    assert (await now(gift)).why == "payment_intent_authentication_failure"


async def test_a_missed_drive_gives_a_card_its_money_back_once(
    neighbourhood: Neighbourhood,
    front: Front,
    owner: asyncpg.Connection,
) -> None:
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    front.lose_answers = 1
    await calling.make_due_calls()
    assert (await now(gift)).state is ContributionState.REFUND_DUE
    front.done.clear()
    await later(owner)
    await calling.make_due_calls()
    assert front.count("POST", "/v1/refunds") == 1
    back = await now(gift)
    assert (back.state, back.refunded_fen) == (ContributionState.REFUNDED, FEN)
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    assert await lies(neighbourhood, "card_processor") == fee_of(FEN)


async def test_a_gift_given_up_ends_its_payment(
    neighbourhood: Neighbourhood,
    at: Processor,
) -> None:
    _, gift = await begun(neighbourhood)
    await give_up_contribution(gift.id, by=neighbourhood.residents[0])
    await calling.make_due_calls()
    assert gift.intent_id is not None
    assert (await at.payment(gift.intent_id)).progress == "cancelled"
    assert (await now(gift)).state is ContributionState.CANCELLED


async def test_a_gift_given_up_while_it_is_paid_goes_back(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    _, gift = await begun(neighbourhood)
    await give_up_contribution(gift.id, by=neighbourhood.residents[0])
    pi = f"payment_intents/{gift.intent_id}"
    await front.post(pi, payment_method=await front.card())
    await front.post(f"{pi}/confirm")
    for _ in range(2):
        await calling.make_due_calls()
    assert (await now(gift)).refunded_fen == FEN


async def test_a_refused_refund_is_shown_and_asked_for_again(
    neighbourhood: Neighbourhood,
    front: Front,
    owner: asyncpg.Connection,
) -> None:
    drive, gift = await paid(neighbourhood, front)
    made = await front.post("refunds", payment_intent=gift.intent_id, amount=FEN)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    await calling.make_due_calls()
    call = await owner.fetchrow(
        "SELECT id, state, problem FROM stripe_call WHERE contribution_id = $1 AND kind = 'refund'",
        gift.id,
    )
    assert call is not None
    assert (call["state"], call["problem"]) == ("failed", "charge_already_refunded")
    assert made["status"] == "succeeded"
    assert gift.intent_id is not None
    await following.soon(gift.intent_id)
    await following.follow_payments()
    assert (await now(gift)).state is ContributionState.REFUNDED, "what was done there is booked"


async def test_what_was_given_back_by_hand_at_stripe_is_not_asked_for_again(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection
) -> None:
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    await front.post("refunds", payment_intent=gift.intent_id, amount=2_000)
    assert gift.intent_id is not None
    await following.soon(gift.intent_id)
    await following.follow_payments()
    assert (await now(gift)).due_fen == FEN - 2_000
    await calling.make_due_calls()
    after = await now(gift)
    assert (after.state, after.refunded_fen) == (ContributionState.REFUNDED, FEN)
    assert await owner.fetchval(
        "SELECT state FROM stripe_call WHERE contribution_id = $1 AND kind = 'refund'", gift.id
    ) == "done"  # fmt: skip


async def test_what_stripe_refuses_to_give_back_the_treasurer_hands_back_once(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    assert await to_hand_back(neighbourhood.id) == [], "it is still to go back online"
    front.refuse_refunds = True
    await calling.make_due_calls()
    (refused,) = await stuck_refunds(neighbourhood.id)
    assert [one.id for one in await to_hand_back(neighbourhood.id)] == [gift.id]
    await calling.make_due_calls()
    told = await community.inbox(keeper.member_id, community_id=neighbourhood.id)
    assert [(one.kind, one.link) for one in told] == [
        ("funding.hand_back", f"/contributions/{gift.id}")
    ], "once"
    front.refuse_refunds, call = False, refused.call_id
    assert call is not None
    done = await hand_back(gift.id, by=keeper, through=LiesIn.CASH_BOX)
    assert done.state is ContributionState.REFUNDED
    assert await calling.want_again(call, by=keeper)
    await calling.make_due_calls()
    assert (await now(gift)).refunded_fen == FEN
    known = await front.get(f"payment_intents/{gift.intent_id}")
    assert known["latest_charge"]["refunds"]["data"] == [], "nobody is paid twice"
    assert await owner.fetchval(
        "SELECT state FROM stripe_call WHERE id = $1", call
    ) == "done"  # fmt: skip


async def test_a_refund_that_fails_on_its_way_comes_to_the_treasurer(
    neighbourhood: Neighbourhood, front: Front, at: Processor, owner: asyncpg.Connection
) -> None:
    keeper = await treasurer(neighbourhood)
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    call = await owner.fetchval(
        "UPDATE stripe_call SET state = 'done', answer = 're_slow', ended_at = now()"
        " WHERE contribution_id = $1 AND kind = 'refund' RETURNING id",
        gift.id,
    )
    assert gift.intent_id is not None
    paid_now = await at.payment(gift.intent_id)
    slow = Refund("re_slow", paid_now.id, None, call, FEN, RefundProgress.UNDER_WAY)
    await following.bring_up_to_date(replace(paid_now, refunds=(slow,)))
    assert await stuck_refunds(neighbourhood.id) == []
    with pytest.raises(GiftMoved):
        await hand_back(gift.id, by=keeper, through=LiesIn.CASH_BOX)
    lost = replace(slow, progress=RefundProgress.FAILED)
    for _ in range(2):
        await following.bring_up_to_date(replace(paid_now, refunds=(lost,)))
    assert [one.call_id for one in await stuck_refunds(neighbourhood.id)] == [call]
    assert [one.id for one in await to_hand_back(neighbourhood.id)] == [gift.id]
    assert await calling.want_again(call, by=keeper)
    await later(owner)
    await calling.make_due_calls()
    assert (await now(gift)).state is ContributionState.REFUNDED


async def test_two_workers_make_one_call(
    neighbourhood: Neighbourhood,
    front: Front,
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    gifts = [await card(drive, FEN, one) for one in neighbourhood.residents[:3]]
    await asyncio.gather(*[calling.make_due_calls() for _ in range(4)])
    assert front.count("POST", "/v1/payment_intents") >= len(gifts)
    for gift in gifts:
        assert (await now(gift)).intent_id is not None
    made = [one for one in front.asked if one == ("POST", "/v1/payment_intents")]
    assert len(made) == len(set(front.done)) == len(made)
