"""Applies what Stripe says of a payment to the gift it is for; a repeat changes nothing.

All that is known of a payment is applied each time, in the one order that makes sense: begun, paid,
given back. So it does not matter in which order, how often or how late it was told. Each runs
in the caller's transaction; nothing here asks Stripe.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.card_keys import Mode
from app.card_payments import answers
from app.card_payments.processor import Dispute, Payment, Progress, Refund, RefundProgress
from app.card_payments.tables import StripeModeRow, StripePaymentRow
from marketplace.funding import payments
from marketplace.funding.errors import OtherPayment, UnknownContribution
from marketplace.funding.rows import contribution as find_contribution
from marketplace.funding.tables import CardEntryRow, StripeCallRow
from marketplace.funding.values import Contribution, ContributionId

LOOKS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (2, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440)
)
"""How long after the last look a payment is asked after again while something of it is open."""

GIVEN_UP_AFTER: Final = timedelta(days=1)
"""How long a payment may wait for its giver before it is ended."""


class OtherMode(Exception):
    """A payment for play met a book that takes real money, or the other way round."""

    def __init__(self, community_id: UUID, held: Mode, met: Mode) -> None:
        self.community_id, self.held, self.met = community_id, held, met
        super().__init__(f"this community's payments are {held}, this one is {met}")


async def hold_mode(community_id: UUID, mode: Mode) -> None:
    """Remember the mode of a community's first payment. Raises `OtherMode` for any other mode."""
    held = await mode_of_book(community_id)
    if held is None:
        await StripeModeRow.raw(
            "INSERT INTO stripe_mode (community_id, mode) VALUES ({}, {}) ON CONFLICT DO NOTHING",
            community_id,
            mode.value,
        )
        held = await mode_of_book(community_id)
    if held is not None and held is not mode:
        raise OtherMode(community_id, held, mode)


async def mode_of_book(community_id: UUID) -> Mode | None:
    """Return the mode of a community's payments; None before its first."""
    rows = await StripeModeRow.raw(
        "SELECT mode FROM stripe_mode WHERE community_id = {}", community_id
    )
    return Mode(rows[0]["mode"]) if rows else None


async def of_payment(payment: Payment) -> Contribution:
    """Return the gift that a payment is for.

    Raises `UnknownContribution` for a payment that is not of ours, or in another currency.
    """
    if payment.contribution_id is None or payment.currency != answers.CURRENCY:
        raise UnknownContribution
    return await find_contribution(payment.contribution_id)


async def apply_payment(payment: Payment, gift: Contribution | None = None) -> Contribution:
    """Apply all that is known of a payment: one that succeeded is booked whatever the gift's state.

    `gift` is what `of_payment` said of it, where that was asked already. Raises
    `UnknownContribution`, `OtherPayment`, `OtherMode`.
    """
    gift = gift or await of_payment(payment)
    await hold_mode(gift.community_id, payment.mode)
    if gift.intent_id != payment.id:
        await payments.payment_started(gift.id, payment.id)
    if payment.progress is Progress.SUCCEEDED:
        await _paid(payment, gift.id)
    elif payment.progress is Progress.CANCELLED:
        await payments.payment_failed(gift.id, payment.id, "cancelled")
    elif payment.failed_because is not None:
        await payments.payment_failed(gift.id, payment.id, payment.failed_because)
    await _look_again(payment, gift)
    return gift


async def _paid(payment: Payment, gift_id: ContributionId) -> None:
    if payment.charge_id is None or payment.paid_at is None:
        raise OtherPayment
    await payments.payment_succeeded(
        gift_id,
        payment.id,
        payment.charge_id,
        amount_fen=payment.amount_fen,
        at=payment.paid_at,
    )
    if payment.fee is not None:
        await payments.fee_known(gift_id, payment.fee.movement_id, payment.fee.fen)
    for one in payment.refunds:
        if one.progress is RefundProgress.SUCCEEDED:
            await payments.refund_confirmed(gift_id, one.id, one.amount_fen)
        elif one.progress is RefundProgress.FAILED:
            await _refund_failed(gift_id, one)


async def _refund_failed(gift_id: ContributionId, refund: Refund) -> None:
    """Book what came back, where it was booked as gone: a refund that never went was never booked.

    A refund tells first that it is under way, so it can fail before it was told as done. Then our
    call for it came to nothing, and the treasurer sees it as one that was refused.
    """
    booked = await CardEntryRow.raw(
        "SELECT FROM card_entry WHERE kind = 'refund' AND processor_id = {}", refund.id
    )
    if booked:
        await payments.refund_failed(gift_id, refund.id, refund.amount_fen)
    else:
        await StripeCallRow.raw(
            "UPDATE stripe_call SET state = 'failed', problem = 'refund failed'"
            " WHERE contribution_id = {} AND kind = 'refund' AND state = 'done' AND answer = {}",
            gift_id,
            refund.id,
        )


async def apply_dispute(dispute: Dispute, gift: Contribution, *, returned: bool) -> None:
    """Apply what a giver's bank took back, and gave again where it did: it was taken before."""
    await payments.dispute_withdrawn(gift.id, dispute.id, dispute.amount_fen)
    for fee in dispute.fees:
        await payments.fee_known(gift.id, fee.movement_id, fee.fen)
    if returned:
        await payments.dispute_reinstated(gift.id, dispute.id, dispute.amount_fen)


def nothing_open(payment: Payment) -> bool:
    """Say whether all is known of a payment that it can still tell by itself."""
    if payment.progress is Progress.CANCELLED:
        return True
    if payment.progress is not Progress.SUCCEEDED or payment.fee is None:
        return False
    return all(one.progress is not RefundProgress.UNDER_WAY for one in payment.refunds)


async def _look_again(payment: Payment, gift: Contribution) -> None:
    """Write down when to ask after this payment next: never once all is known of it.

    The more often it was asked after, the longer the wait, until nobody waits any more.
    """
    now = datetime.now(UTC)
    looks = [] if nothing_open(payment) else [now + wait for wait in LOOKS]
    await StripePaymentRow.raw(
        "INSERT INTO stripe_payment AS known (intent_id, contribution_id, community_id, mode,"
        " made_at, look_at, fee_known) VALUES ({}, {}, {}, {}, {}, {}, {})"
        " ON CONFLICT (intent_id) DO UPDATE SET fee_known = excluded.fee_known,"
        " look_at = ({}::timestamptz[])[known.looks + 1]",
        payment.id,
        gift.id,
        gift.community_id,
        payment.mode.value,
        payment.made_at,
        looks[0] if looks else None,
        payment.fee is not None,
        looks,
    )


async def look_soon(intent_id: str) -> None:
    """Let a payment be asked after with the next run, and in growing steps from then on."""
    await StripePaymentRow.raw(
        "UPDATE stripe_payment SET looks = 0, look_at = clock_timestamp() WHERE intent_id = {}",
        intent_id,
    )
