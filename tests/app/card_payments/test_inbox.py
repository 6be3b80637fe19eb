"""Messages of Stripe's over HTTP: signed, repeated, late, out of order, unknown, and failing."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
import pytest_asyncio
import stripe
from litestar import Litestar

from app.card_payments import calling, following, inbox, paying
from app.main import create_app
from app.settings import settings
from marketplace.funding.contributing import give_up_contribution
from marketplace.funding.settling import settle, settle_due
from marketplace.funding.values import Contribution, ContributionState, Drive
from tests.app.card_payments.front import Front, Message, dispute, fee_of, signed
from tests.app.card_payments.test_calls import FEN, begun, now
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import (
    card,
    cash,
    draft,
    lies,
    opened,
    past_deadline,
    treasurer,
)

Post = httpx.AsyncClient


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def idle_app(database: object) -> Litestar:  # noqa: ARG001 (it must be migrated)
    """Give the app; no job runs, so that each test says what happens when."""
    return create_app()


@pytest_asyncio.fixture(loop_scope="session")
async def site(idle_app: Litestar, front: Front) -> AsyncIterator[Post]:  # noqa: ARG001 (its settings)
    transport = httpx.ASGITransport(app=idle_app)  # type: ignore[arg-type] # an ASGI app
    async with httpx.AsyncClient(transport=transport, base_url="http://linli") as client:
        yield client


async def sent(site: Post, message: Message) -> tuple[int, str]:
    answer = await site.post(
        "/webhooks/stripe", content=message.body, headers={"stripe-signature": message.signature}
    )
    return answer.status_code, answer.text.strip()


async def taken(home: Neighbourhood, front: Front) -> tuple[Drive, Contribution]:
    """Let a card be charged, of which Linli was not told yet."""
    drive, gift = await begun(home)
    await paying.pay_by_card(gift, await front.card())
    return drive, gift


async def succeeded(front: Front, gift: Contribution, **how: object) -> Message:
    told = await front.get(f"payment_intents/{gift.intent_id}")
    return signed("payment_intent.succeeded", told, **how)  # type: ignore[arg-type] # a test's own


async def outcome(owner: asyncpg.Connection, message: Message) -> str:
    found = await owner.fetchval(
        "SELECT outcome FROM stripe_event WHERE id = $1", message.told["id"]
    )
    return str(found)


async def test_a_message_of_the_stand_in_itself_is_believed(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    front.stand_in.tell(f"{front.address}/hook")
    _, gift = await taken(neighbourhood, front)
    message = await front.message()
    while message.told["data"]["object"]["id"] != gift.intent_id:
        message = await front.message(len(front.messages) + 1)
    assert await sent(site, message) == (200, "applied")
    assert (await now(gift)).state is ContributionState.PAID


async def test_a_repeated_message_changes_nothing(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    drive, gift = await taken(neighbourhood, front)
    message = await succeeded(front, gift)
    answers = await asyncio.gather(*[sent(site, message) for _ in range(6)])
    assert sorted(answers) == [(200, "applied"), *[(200, "repeated")] * 5]
    assert await sent(site, message) == (200, "repeated")
    assert await sent(site, await succeeded(front, gift)) == (200, "applied"), "told anew"
    assert await lies(neighbourhood, "escrow", drive.id) == FEN


@pytest.mark.parametrize(
    "forged",
    ["nothing", "t=1,v1=00", "t=x,v1=y", "v1=00", "t=1", "其他"],
)
async def test_what_stripe_did_not_sign_is_refused(site: Post, forged: str) -> None:
    message = signed("payment_intent.succeeded", {"id": "pi_1"})
    answer = await site.post(
        "/webhooks/stripe",
        content=message.body,
        headers={"stripe-signature": forged.encode()},
    )
    assert answer.status_code == 400


async def test_a_changed_body_is_refused(site: Post) -> None:
    message = signed("payment_intent.succeeded", {"id": "pi_1", "amount": 1})
    changed = Message(message.body.replace(b'"amount": 1', b'"amount": 9'), message.signature)
    assert (await sent(site, changed))[0] == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b'{"id": "evt_1"}'])
async def test_a_signed_message_that_nobody_can_read_is_refused(site: Post, body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    signature = stripe.WebhookSignature.generate_signature_header(text, "whsec_stand_in")
    assert (await sent(site, Message(body, signature)))[0] == 400


async def test_a_message_days_late_still_counts(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    _, gift = await taken(neighbourhood, front)
    late = await succeeded(front, gift, at=time.time() - 5 * 24 * 3600)
    assert await sent(site, late) == (200, "applied")
    old = await succeeded(front, gift, at=time.time() - inbox.TOLERANCE_SECONDS - 60)
    assert (await sent(site, old))[0] == 400


async def test_a_payment_told_of_after_the_goal_was_missed_is_booked_and_given_back(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    drive, gift = await taken(neighbourhood, front)
    message = await succeeded(front, gift)
    await past_deadline(owner, drive)
    await settle_due()
    assert (await now(gift)).state is ContributionState.CANCELLED
    assert await sent(site, message) == (200, "applied")
    late = await now(gift)
    assert (late.state, late.due_fen) == (ContributionState.REFUND_DUE, FEN)
    assert await lies(neighbourhood, "escrow", drive.id) == FEN
    assert await sent(site, message) == (200, "repeated")
    for _ in range(2):
        await calling.make_due_calls()
    assert (await now(gift)).refunded_fen == FEN
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    told = await front.get(f"payment_intents/{gift.intent_id}")
    assert [one["amount"] for one in told["latest_charge"]["refunds"]["data"]] == [FEN]


async def test_a_failure_told_after_the_success_changes_nothing(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    drive, gift = await taken(neighbourhood, front)
    told = await front.get(f"payment_intents/{gift.intent_id}")
    outdated = {**told, "status": "requires_payment_method", "latest_charge": None}
    failed = signed("payment_intent.payment_failed", outdated)
    assert await sent(site, failed) == (200, "applied"), "Stripe is asked, and says: paid"
    assert (await now(gift)).state is ContributionState.PAID
    assert await sent(site, await succeeded(front, gift)) == (200, "applied")
    assert await lies(neighbourhood, "escrow", drive.id) == FEN


async def test_a_refund_told_before_its_payment(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    drive, gift = await taken(neighbourhood, front)
    made = await front.post("refunds", payment_intent=gift.intent_id, amount=10_000)
    assert await sent(site, signed("refund.created", made)) == (200, "applied")
    assert await sent(site, await succeeded(front, gift)) == (200, "applied")
    found = await now(gift)
    assert (found.state, found.refunded_fen) == (ContributionState.PAID, 10_000)
    again = await front.post("refunds", payment_intent=gift.intent_id, amount=5_000)
    assert await sent(site, signed("refund.updated", again)) == (200, "applied")
    charge = (await front.get(f"payment_intents/{gift.intent_id}"))["latest_charge"]
    assert await sent(site, signed("charge.refunded", charge)) == (200, "applied")
    assert (await now(gift)).refunded_fen == 15_000
    assert await lies(neighbourhood, "escrow", drive.id) == FEN - 15_000


async def test_a_dispute_lost_for_now_and_won_at_last_in_either_order(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    for backwards in (False, True):
        drive, gift = await taken(neighbourhood, front)
        told = await front.get(f"payment_intents/{gift.intent_id}")
        messages = [
            signed("charge.dispute.funds_withdrawn", dispute(told, FEN)),
            signed("charge.dispute.funds_reinstated", dispute(told, FEN, won=True)),
        ]
        if backwards:
            messages.reverse()
        for message in [*messages, *messages]:
            assert (await sent(site, message))[0] == 200
        assert (await now(gift)).disputed_fen == 0
        assert await lies(neighbourhood, "escrow", drive.id) == FEN


async def test_a_dispute_takes_what_the_book_then_shows_as_gone(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    drive, gift = await taken(neighbourhood, front)
    told = await front.get(f"payment_intents/{gift.intent_id}")
    lost = signed("charge.dispute.funds_withdrawn", dispute(told, FEN))
    assert await sent(site, lost) == (200, "applied")
    assert (await now(gift)).disputed_fen == FEN
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    assert await lies(neighbourhood, "processor_fees") == -(fee_of(FEN) + 1500)


async def test_payments_and_kinds_that_nobody_knows_are_kept_and_answered(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    stranger = await front.post(
        "payment_intents", amount=700, currency="cny", payment_method=await front.card(),
        confirm="true",
    )  # fmt: skip
    messages = {
        signed("payment_intent.succeeded", stranger): "unknown_payment",
        signed("payment_intent.canceled", {"id": "pi_nobodys"}): "unknown_payment",
        signed("payout.paid", {"id": "po_1", "amount": 5}): "unknown_kind",
        signed("a.kind.of.tomorrow", {}): "unknown_kind",
        signed("payment_intent.succeeded", stranger, live=True): "other_mode",
    }
    for message, expected in messages.items():
        assert await sent(site, message) == (200, expected)
        assert await outcome(owner, message) == expected
    kept = await inbox.unread(neighbourhood.id)
    assert {one["id"] for one in kept} >= {one.told["id"] for one in messages}


async def test_no_answer_of_stripe_keeps_nothing_and_asks_for_a_repeat(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    _, gift = await taken(neighbourhood, front)
    made = await front.post("refunds", payment_intent=gift.intent_id, amount=100)
    message = signed("refund.created", made)
    address, front.stand_in = (
        front.stand_in,
        type(front.stand_in)("http://127.0.0.1:9", front.stand_in.process),
    )
    assert (await sent(site, message))[0] == 503
    assert await outcome(owner, message) == "None"
    front.stand_in = address
    assert await sent(site, message) == (200, "applied")


async def test_another_amount_than_the_gifts_is_kept_for_the_treasurer(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    drive, gift = await taken(neighbourhood, front)
    told = await front.get(f"payment_intents/{gift.intent_id}")
    assert await sent(site, signed("payment_intent.succeeded", {**told, "amount": FEN + 1})) == (
        200,
        "refused",
    )
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    other = {**told, "currency": "usd"}
    assert await sent(site, signed("payment_intent.succeeded", other)) == (200, "unknown_payment")


async def test_a_payment_that_names_a_gift_which_is_not_its_own_pays_nothing(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    drive, gift = await taken(neighbourhood, front)
    told = await front.get(f"payment_intents/{gift.intent_id}")
    notes = await cash(drive, 500, by=await treasurer(neighbourhood))
    for liar in (
        {**told, "id": "pi_of_another"},
        {**told, "id": "pi_for_cash", "amount": 500, "metadata": {"contribution": str(notes.id)}},
    ):
        message = signed("payment_intent.succeeded", liar)
        assert await sent(site, message) == (200, "refused")
        assert await owner.fetchval(
            "SELECT community_id FROM stripe_event WHERE id = $1", message.told["id"]
        ) == neighbourhood.id, "whose gift it is about sees it, and no other community"  # fmt: skip
    assert await lies(neighbourhood, "escrow", drive.id) == 500
    assert (await now(gift)).state is ContributionState.STARTED
    assert await sent(site, await succeeded(front, gift)) == (200, "applied")
    assert await lies(neighbourhood, "escrow", drive.id) == 500 + FEN


async def test_a_message_larger_than_any_of_stripes_is_not_read(site: Post) -> None:
    answer = await site.post("/webhooks/stripe", content=b"[" * 2_000_000)
    assert answer.status_code == 413


async def test_a_book_of_play_refuses_real_money_and_the_other_way_round(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    await owner.execute(
        "INSERT INTO stripe_mode (community_id, mode) VALUES ($1, 'live')", neighbourhood.id
    )
    gift = await card(drive, FEN, neighbourhood.residents[0])
    assert await paying.begin(gift.id) is None
    assert (await now(gift)).state is ContributionState.FAILED
    assert front.count("POST", "/v1/payment_intents") == 0, "it was refused before it was asked"
    about = {
        "id": f"pi_{uuid.uuid4().hex}",
        "amount": FEN,
        "currency": "cny",
        "status": "succeeded",
        "created": int(time.time()),
        "latest_charge": "ch_1",
        "metadata": {"contribution": str(gift.id)},
    }
    assert await sent(site, signed("payment_intent.succeeded", about)) == (200, "other_mode")
    assert await lies(neighbourhood, "escrow", drive.id) == 0


async def test_a_message_of_real_money_counts_for_nothing_with_keys_for_play(
    neighbourhood: Neighbourhood, front: Front, site: Post, owner: asyncpg.Connection
) -> None:
    drive, gift = await taken(neighbourhood, front)
    live = await succeeded(front, gift, live=True)
    assert await sent(site, live) == (200, "other_mode")
    assert await outcome(owner, live) == "other_mode", "it is kept for the treasurer to see"
    assert (await now(gift)).state is ContributionState.STARTED
    assert await lies(neighbourhood, "escrow", drive.id) == 0
    assert await sent(site, await succeeded(front, gift)) == (200, "applied")


async def test_a_webhook_a_settling_and_a_giver_who_gives_up_meet(
    neighbourhood: Neighbourhood, front: Front, site: Post
) -> None:
    for _ in range(3):
        drive, gift = await taken(neighbourhood, front)
        message = await succeeded(front, gift)
        done = await asyncio.gather(
            sent(site, message),
            sent(site, message),
            give_up_contribution(gift.id, by=neighbourhood.residents[0]),
            following.follow_payments(),
            settle(drive.id, by=neighbourhood.coordinator),
            return_exceptions=True,
        )
        assert {one for one in done[:2] if isinstance(one, tuple)} <= {
            (200, "applied"),
            (200, "repeated"),
        }, done
        for _again in range(2):
            await calling.make_due_calls()
        found = await now(gift)
        expected = {
            ContributionState.PAID: FEN,
            ContributionState.REFUNDED: 0,
        }
        assert await lies(neighbourhood, "escrow", drive.id) == expected[found.state]
        told = await front.get(f"payment_intents/{gift.intent_id}")
        assert told["latest_charge"]["amount_refunded"] == found.refunded_fen


async def test_without_keys_there_is_no_such_address(
    site: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "PUBLIC_KEY", "WEBHOOK_SECRET", "API"):
        monkeypatch.delenv(f"LINLI_STRIPE_{name}")
    settings.cache_clear()
    assert (await sent(site, signed("payment_intent.succeeded", {"id": "pi_1"})))[0] == 404
