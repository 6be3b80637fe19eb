"""Stripe's list against the book: each kind of difference provoked, named, and mended if it can."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from app.card_keys import Mode
from app.card_payments import paying
from app.card_payments.differences import (
    MENDED_BY_ASKING,
    Booked,
    Difference,
    Kind,
    Theirs,
    differences,
)
from app.card_payments.keys import Keys
from app.card_payments.processor import (
    Dispute,
    Fee,
    Movement,
    Payment,
    Progress,
    Refund,
    RefundProgress,
)
from app.card_payments.reconciling import last_result, only_one_here, reconcile, shown
from app.reconcile_words import mending_words, what_differs
from tests.app.card_payments.front import Front, dispute
from tests.app.card_payments.test_calls import FEN, begun, now, paid
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.funding_examples import treasurer

GIFT, HOME = uuid.uuid4(), uuid.uuid4()
WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def payment(**how: Any) -> Payment:
    known: dict[str, Any] = {
        "id": "pi_1",
        "contribution_id": GIFT,
        "amount_fen": 500,
        "currency": "cny",
        "progress": Progress.SUCCEEDED,
        "mode": Mode.TEST,
        "made_at": WHEN,
        "charge_id": "ch_1",
        "paid_at": WHEN,
    }
    return Payment(**{**known, **how})


def refund(progress: RefundProgress = RefundProgress.SUCCEEDED) -> Refund:
    return Refund("re_1", "pi_1", "ch_1", None, 100, progress)


def disputed(*, returned: bool = False) -> Dispute:
    return Dispute("dp_1", "pi_1", "ch_1", 500, taken=True, returned=returned)


def gift(**how: Any) -> Booked:
    known: dict[str, Any] = {
        "id": GIFT,
        "community_id": HOME,
        "amount_fen": 500,
        "paid": True,
        "intent_id": "pi_1",
        "entries": {},
    }
    return Booked(**{**known, **how})


def met(
    *payments: Payment,
    ours: tuple[Booked, ...] = (gift(),),
    disputes: tuple[Dispute, ...] = (),
    movements: tuple[Movement, ...] = (),
) -> list[Kind]:
    return [one.kind for one in differences(Theirs(payments, disputes, movements), ours)]


def test_what_agrees_is_not_named() -> None:
    whole = payment(fee=Fee("txn_1", 17), refunds=(refund(),))
    entries = {("fee", "txn_1"): 17, ("refund", "re_1"): 100, ("dispute", "dp_1"): 500}
    moved = (
        Movement("txn_1", "charge", "ch_1", 500, 17),
        Movement("txn_2", "refund", "re_1", -100, 0),
        Movement("txn_3", "adjustment", "dp_1", -500, 1500),
        Movement("txn_4", "payout", "po_1", -383, 0),
    )
    assert met(whole, ours=(gift(entries=entries),), disputes=(disputed(),), movements=moved) == []
    waits = payment(progress=Progress.WANTS_METHOD)
    assert met(waits, ours=(gift(paid=False),)) == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.PAYMENT_NOT_BOOKED, met(payment(), ours=(gift(paid=False),))),
        (Kind.PAYMENT_NOT_THERE, met()),
        (Kind.PAYMENT_NOT_THERE, met(payment(progress=Progress.CANCELLED))),
        (Kind.OTHER_AMOUNT, met(payment(amount_fen=501))),
        (Kind.REFUND_NOT_BOOKED, met(payment(refunds=(refund(),)))),
        (
            Kind.REFUND_NOT_THERE,
            met(payment(), ours=(gift(entries={("refund", "re_1"): 100}),)),
        ),
        (
            Kind.REFUND_FAILED,
            met(
                payment(refunds=(refund(RefundProgress.FAILED),)),
                ours=(gift(entries={("refund", "re_1"): 100}),),
            ),
        ),
        (Kind.DISPUTE_NOT_BOOKED, met(payment(), disputes=(disputed(),))),
        (
            Kind.DISPUTE_NOT_THERE,
            met(payment(), ours=(gift(entries={("dispute", "dp_1"): 500}),)),
        ),
        (
            Kind.REINSTATEMENT_NOT_BOOKED,
            met(
                payment(),
                ours=(gift(entries={("dispute", "dp_1"): 500}),),
                disputes=(disputed(returned=True),),
            ),
        ),
        (Kind.FEE_NOT_BOOKED, met(payment(fee=Fee("txn_1", 17)))),
        (
            Kind.FEE_DIFFERS,
            met(payment(fee=Fee("txn_1", 17)), ours=(gift(entries={("fee", "txn_1"): 16}),)),
        ),
        (Kind.UNKNOWN_PAYMENT, met(payment(contribution_id=None), ours=())),
        (Kind.UNKNOWN_PAYMENT, met(payment(currency="usd"), ours=(gift(paid=False),))),
        (
            Kind.UNKNOWN_MOVEMENT,
            met(payment(), movements=(Movement("txn_9", "stripe_fee", None, -200, 0),)),
        ),
    ],
)
def test_each_difference_alone_is_named_alone(kind: Kind, found: list[Kind]) -> None:
    assert found == [kind]


def test_each_kind_has_words_and_says_what_mends_it() -> None:
    for kind in Kind:
        one = Difference(kind, "pi_1", 500, 400)
        assert "¥" in what_differs(one)
        assert "%" not in what_differs(one)
        assert mending_words(one)


@pytest_asyncio.fixture(loop_scope="session")
async def alone(owner: asyncpg.Connection, front: Front) -> AsyncIterator[None]:
    """Let other tests' payments at the stand-in, and their gifts, be no part of this one."""
    await front.client.delete(f"{front.stand_in.address}/_config/data")
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("DELETE FROM stripe_mode")
    await owner.execute("SET session_replication_role = DEFAULT")
    yield


@pytest.mark.usefixtures("alone")
async def test_a_sound_book_agrees(neighbourhood: Neighbourhood, front: Front, given: Keys) -> None:
    await paid(neighbourhood, front)
    found = await reconcile(given)
    assert found.differences == ()
    assert found.compared["payments"] == found.compared["gifts"] == 1
    assert await last_result(None) == found


@pytest.mark.usefixtures("alone")
async def test_what_was_never_told_is_named_and_then_mended(
    neighbourhood: Neighbourhood, front: Front, given: Keys
) -> None:
    _, gift = await paid(neighbourhood, front)
    made = await front.post("refunds", payment_intent=gift.intent_id, amount=100)
    _, other = await begun(neighbourhood)
    await paying.pay_by_card(other, await front.card())
    told = await front.get(f"payment_intents/{gift.intent_id}")
    front.disputes.append(dispute(told, 20_000))
    await front.post(
        "payment_intents", amount=700, currency="cny", payment_method=await front.card(),
        confirm="true",
    )  # fmt: skip
    found = await reconcile(given)
    named = {(one.kind, one.about) for one in found.differences}
    assert (Kind.REFUND_NOT_BOOKED, made["id"]) in named
    assert (Kind.PAYMENT_NOT_BOOKED, other.intent_id) in named
    assert (Kind.DISPUTE_NOT_BOOKED, front.disputes[0]["id"]) in named
    assert len(named) == len(found.differences) == 4
    assert json.loads(json.dumps(shown(found.differences)))
    after = await reconcile(given, mend=True)
    assert [one.kind for one in after.differences] == [Kind.UNKNOWN_PAYMENT]
    assert not {one.kind for one in after.differences} & MENDED_BY_ASKING
    assert (await now(other)).paid_at is not None
    again = await now(gift)
    assert (again.refunded_fen, again.disputed_fen) == (100, 20_000)
    assert FEN - again.refunded_fen - again.disputed_fen == again.net_fen


@pytest.mark.usefixtures("alone")
async def test_a_dispute_won_before_the_next_was_lost_is_mended_in_that_order(
    neighbourhood: Neighbourhood, front: Front, given: Keys
) -> None:
    _, gift = await paid(neighbourhood, front)
    told = await front.get(f"payment_intents/{gift.intent_id}")
    later = dispute(told, FEN)
    later |= {"id": "dp_later"}
    later["balance_transactions"][0] |= {"id": "txn_later"}
    front.disputes += [later, dispute(told, FEN, won=True)]  # Stripe lists the newest first
    assert (await reconcile(given, mend=True)).differences == ()
    assert (await now(gift)).disputed_fen == FEN


@pytest.mark.usefixtures("alone")
async def test_a_payment_that_stripe_forgot_is_named(
    neighbourhood: Neighbourhood, front: Front, given: Keys
) -> None:
    _, gift = await paid(neighbourhood, front)
    await front.client.delete(f"{front.stand_in.address}/_config/data")
    found = await reconcile(given, mend=True)
    assert [(one.kind, one.contribution_id) for one in found.differences] == [
        (Kind.PAYMENT_NOT_THERE, gift.id)
    ]


@pytest.mark.usefixtures("alone")
async def test_each_community_sees_its_own_part(
    neighbourhood: Neighbourhood, front: Front, given: Keys
) -> None:
    lane = await settle()
    _, ours = await paid(neighbourhood, front)
    _, theirs = await paid(lane, front)
    assert theirs.intent_id is not None
    made = await front.post("refunds", payment_intent=theirs.intent_id, amount=100)
    await front.post(
        "payment_intents", amount=700, currency="cny", payment_method=await front.card(),
        confirm="true",
    )  # fmt: skip
    keeper = await treasurer(lane)
    whole = await reconcile(given)
    assert {one.about for one in whole.differences} > {made["id"]}
    assert await last_result(None) == whole
    here, there = [await last_result(one.id) for one in (neighbourhood, lane)]
    assert here is not None
    assert there is not None
    assert here.differences == ()
    assert [one.about for one in there.differences] == [made["id"]]
    looked = ("gifts", "payments", "refunds")
    assert [here.compared[one] for one in looked] == [1, 1, 0]
    assert [there.compared[one] for one in looked] == [1, 1, 1]
    assert ours.community_id == here.community_id
    own = await reconcile(given, by=keeper)
    assert [one.about for one in own.differences] == [made["id"]]
    assert not await only_one_here(lane.id)
    stranger = await treasurer(await settle())
    nothing = await reconcile(given, by=stranger)
    assert (nothing.compared, nothing.differences) == ({}, ())
