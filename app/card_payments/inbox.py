"""The inbox of what Stripe tells us by itself: signed, kept once by its id, applied with that.

Stripe repeats a message until it is answered, for days, and messages overtake one another. So the
message and what follows from it are stored in one transaction; a repeat finds the id and changes
nothing; and whatever may be outdated by the time it comes is not taken from the message: Stripe is
asked how the payment stands now, before the transaction begins. A message of an unknown kind, or of
a payment that is not of ours, is kept for the treasurer to see.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import stripe
import structlog

import ledger
from app.card_keys import Mode
from app.card_payments import answers, applying
from app.card_payments.keys import Keys
from app.card_payments.processor import Payment, Processor, Progress, Refused
from app.card_payments.tables import StripeEventRow
from marketplace.funding.errors import FundingError, UnknownContribution
from marketplace.funding.values import Contribution

log = structlog.get_logger("linli.card_payments")

TOLERANCE_SECONDS: Final = 7 * 24 * 3600
"""How old a signature may be. Stripe signs each delivery anew; a stand-in, and whatever queues
messages in between, sends the signature of the moment it happened. A repeat within this time is
known by the message's own id, so a longer one opens nothing to whoever overheard it."""

PAYMENTS: Final = "payment_intent."
REFUNDS: Final = ("refund.", "charge.refund")
CHARGES: Final = ("charge.succeeded", "charge.updated", "charge.failed")
WITHDRAWN, REINSTATED = "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"
SUCCEEDED: Final = "payment_intent.succeeded"


class NotFromStripe(Exception):
    """The message is not signed with our secret, too old, or not to be read."""


class Outcome(StrEnum):
    """What became of a message. `REPEATED` is kept nowhere: the first one is."""

    APPLIED = "applied"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PAYMENT = "unknown_payment"
    OTHER_MODE = "other_mode"
    REFUSED = "refused"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Event:
    """A message of Stripe's: its own id, its kind, and the object it is about, as it was then."""

    id: str
    kind: str
    mode: Mode
    happened_at: datetime
    about: Mapping[str, Any]


def opened(body: bytes, signature: str | None, secret: str) -> Event:
    """Return the message in a request's body. Raises `NotFromStripe`."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        told = json.loads(body)
        return Event(
            id=str(told["id"]),
            kind=str(told["type"]),
            mode=Mode.LIVE if told.get("livemode") else Mode.TEST,
            happened_at=datetime.fromtimestamp(int(told["created"]), UTC),
            about=dict(told["data"]["object"]),
        )
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
        raise NotFromStripe from error


async def take_in(event: Event, given: Keys, at: Processor) -> Outcome:
    """Keep a message and apply what follows from it, once.

    Raises `NoAnswer` where Stripe had to be asked and did not answer; then nothing is kept, and
    Stripe sends the message again.
    """
    if await _known(event.id):
        return Outcome.REPEATED
    if event.mode is not given.mode:
        return await _keep(event, Outcome.OTHER_MODE)
    payment = await _payment(event, at)
    if payment is None:
        named = payment_id_of(event) is not None
        return await _keep(event, Outcome.UNKNOWN_PAYMENT if named else Outcome.UNKNOWN_KIND)
    return await _apply_or_keep(event, payment)


async def _apply_or_keep(event: Event, payment: Payment) -> Outcome:
    try:
        return await _apply(event, payment)
    except UnknownContribution:
        return await _keep(event, Outcome.UNKNOWN_PAYMENT)
    except applying.OtherMode as refusal:
        return await _keep(event, Outcome.OTHER_MODE, refusal.community_id)
    except FundingError as refusal:
        log.warning("message refused", event_id=event.id, reason=str(refusal))
        gift = await applying.of_payment(payment)
        return await _keep(event, Outcome.REFUSED, gift.community_id)


async def _known(event_id: str) -> bool:
    found = await StripeEventRow.raw("SELECT id FROM stripe_event WHERE id = {}", event_id)
    return bool(found)


async def _payment(event: Event, at: Processor) -> Payment | None:
    """Return the payment a message is about; None for a kind that says nothing of one.

    A payment that succeeded stays so: that message is believed as it is. What any other says may
    have changed since, so Stripe is asked.
    """
    if event.kind == SUCCEEDED:
        told = answers.payment(event.about)
        if told.progress is Progress.SUCCEEDED and told.charge_id is not None:
            return replace(told, paid_at=event.happened_at)
    payment_id = payment_id_of(event)
    if payment_id is None:
        return None
    try:
        return await at.payment(payment_id)
    except Refused:  # there is no such payment in this account
        return None


def payment_id_of(event: Event) -> str | None:
    """Return the id of the payment a message is about; None where it names none, or is unknown."""
    if event.kind.startswith(PAYMENTS):
        return str(event.about["id"])
    if event.kind.startswith((*REFUNDS, *CHARGES)) or event.kind in {WITHDRAWN, REINSTATED}:
        named = event.about.get("payment_intent")
        return str(named["id"]) if isinstance(named, Mapping) else named
    return None


async def _apply(event: Event, payment: Payment) -> Outcome:
    """Keep a message and apply it, in one transaction."""
    async with ledger.transaction():
        gift = await applying.of_payment(payment)
        if not await _kept(event, Outcome.APPLIED, gift.id, gift.community_id):
            return Outcome.REPEATED
        gift = await applying.apply_payment(payment, gift)
        if event.kind in {WITHDRAWN, REINSTATED}:
            await _apply_dispute(event, gift)
    return Outcome.APPLIED


async def _apply_dispute(event: Event, gift: Contribution) -> None:
    dispute = answers.dispute(event.about)
    await applying.apply_dispute(dispute, gift, returned=event.kind == REINSTATED)


async def _keep(event: Event, outcome: Outcome, community_id: UUID | None = None) -> Outcome:
    """Keep a message that changes nothing."""
    first = await _kept(event, outcome, None, community_id)
    return outcome if first else Outcome.REPEATED


async def _kept(
    event: Event, outcome: Outcome, gift_id: UUID | None, community_id: UUID | None
) -> bool:
    """Write the message down; return False where it is there already.

    Two deliveries of one message at the same time: the second waits here for the first to commit.
    """
    amount = event.about.get("amount")
    about = event.about.get("id")
    rows = await StripeEventRow.raw(
        "INSERT INTO stripe_event (id, kind, mode, happened_at, outcome, about, amount_fen,"
        " contribution_id, community_id) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})"
        " ON CONFLICT (id) DO NOTHING RETURNING id",
        event.id[:255],
        event.kind[:255],
        event.mode.value,
        event.happened_at,
        outcome.value,
        str(about)[:255] if about is not None else None,
        amount if isinstance(amount, int) else None,
        gift_id,
        community_id,
    )
    return bool(rows)


async def unread(
    community_id: UUID, *, with_nobodys: bool = True, limit: int = 50
) -> list[dict[str, Any]]:
    """Return the latest messages that changed nothing: this community's, and those of nobody's."""
    found: list[dict[str, Any]] = await StripeEventRow.raw(
        "SELECT id, kind, mode, happened_at, received_at, outcome, about, amount_fen"
        " FROM stripe_event WHERE outcome <> 'applied'"
        " AND (community_id = {} OR community_id IS NULL AND {})"
        " ORDER BY received_at DESC, id LIMIT {}",
        community_id,
        with_nobodys,
        limit,
    )
    return found
