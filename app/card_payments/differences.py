"""Where Stripe's list and our book differ: pure rules, each difference named with what mends it.

What Stripe did and we did not book: a payment, a refund, a dispute, a fee; or another amount. What
we booked and Stripe does not know of. What Stripe took that belongs to no gift of ours. And a line
of Stripe's own book that is none of these. Payouts to the bank are left out: they move money that
is counted already.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.card_payments import answers
from app.card_payments.processor import Dispute, Movement, Payment, Progress, RefundProgress


class Kind(StrEnum):
    """What differs."""

    PAYMENT_NOT_BOOKED = "payment_not_booked"
    PAYMENT_NOT_THERE = "payment_not_there"
    OTHER_AMOUNT = "other_amount"
    REFUND_NOT_BOOKED = "refund_not_booked"
    REFUND_NOT_THERE = "refund_not_there"
    REFUND_FAILED = "refund_failed"
    DISPUTE_NOT_BOOKED = "dispute_not_booked"
    DISPUTE_NOT_THERE = "dispute_not_there"
    REINSTATEMENT_NOT_BOOKED = "reinstatement_not_booked"
    FEE_NOT_BOOKED = "fee_not_booked"
    FEE_DIFFERS = "fee_differs"
    UNKNOWN_PAYMENT = "unknown_payment"
    UNKNOWN_MOVEMENT = "unknown_movement"


MENDED_BY_ASKING: Final = frozenset(
    {
        Kind.PAYMENT_NOT_BOOKED,
        Kind.REFUND_NOT_BOOKED,
        Kind.REFUND_FAILED,
        Kind.DISPUTE_NOT_BOOKED,
        Kind.REINSTATEMENT_NOT_BOOKED,
        Kind.FEE_NOT_BOOKED,
    }
)
"""What `linli reconcile --mend` books. The others need somebody to look into them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what it is about at Stripe, for whose gift, and both amounts in fen."""

    kind: Kind
    about: str
    theirs_fen: int
    ours_fen: int
    contribution_id: UUID | None = None
    community_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """A gift as our book has it. `entries` are what came after its payment: kind, id, fen."""

    id: UUID
    community_id: UUID
    amount_fen: int
    paid: bool
    intent_id: str | None
    entries: Mapping[tuple[str, str], int]

    def of(self, kind: str) -> dict[str, int]:
        """Return the entries of one kind by Stripe's id."""
        return {name: fen for (of, name), fen in self.entries.items() if of == kind}


@dataclass(frozen=True, slots=True)
class Theirs:
    """All that Stripe lists."""

    payments: tuple[Payment, ...]
    disputes: tuple[Dispute, ...]
    movements: tuple[Movement, ...]


OUTSIDE: Final = frozenset({"payout", "payout_cancel", "payout_failure"})
CHARGES: Final = frozenset({"charge", "payment"})
REFUNDS: Final = frozenset({"refund", "payment_refund", "payment_failure_refund", "refund_failure"})


def differences(theirs: Theirs, ours: Iterable[Booked]) -> list[Difference]:
    """Compare Stripe's list with the book."""
    gifts = {one.id: one for one in ours}
    disputes: dict[str, list[Dispute]] = {}
    for dispute in theirs.disputes:
        disputes.setdefault(dispute.payment_id or "", []).append(dispute)
    found: list[Difference] = []
    for payment in theirs.payments:
        gift = gifts.get(payment.contribution_id) if payment.contribution_id else None
        found += _of_payment(payment, gift, disputes.get(payment.id, []))
    found += _not_there(theirs, gifts.values())
    found += _movements(theirs)
    return found


def _of_payment(
    payment: Payment, gift: Booked | None, disputes: list[Dispute]
) -> Iterator[Difference]:
    paid = payment.progress is Progress.SUCCEEDED
    if gift is None or payment.currency != answers.CURRENCY:
        if paid:
            yield Difference(Kind.UNKNOWN_PAYMENT, payment.id, payment.amount_fen, 0)
        return
    if not paid:
        return

    def differs(kind: Kind, about: str, theirs_fen: int, ours_fen: int = 0) -> Difference:
        return Difference(kind, about, theirs_fen, ours_fen, gift.id, gift.community_id)

    if payment.amount_fen != gift.amount_fen:
        yield differs(Kind.OTHER_AMOUNT, payment.id, payment.amount_fen, gift.amount_fen)
        return
    if not gift.paid:
        yield differs(Kind.PAYMENT_NOT_BOOKED, payment.id, payment.amount_fen)
        return
    fees = gift.of("fee")
    if payment.fee is not None and payment.fee.fen > 0:
        booked = fees.get(payment.fee.movement_id)
        if booked is None:
            yield differs(Kind.FEE_NOT_BOOKED, payment.fee.movement_id, payment.fee.fen)
        elif booked != payment.fee.fen:
            yield differs(Kind.FEE_DIFFERS, payment.fee.movement_id, payment.fee.fen, booked)
    yield from _refunds(payment, gift)
    yield from _disputes(disputes, gift)


def _refunds(payment: Payment, gift: Booked) -> Iterator[Difference]:
    booked, failed = gift.of("refund"), gift.of("refund_failed")
    for one in payment.refunds:
        here = (one.id, one.amount_fen, booked.get(one.id, 0), gift.id, gift.community_id)
        if one.progress is RefundProgress.SUCCEEDED and one.id not in booked:
            yield Difference(Kind.REFUND_NOT_BOOKED, *here)
        if one.progress is RefundProgress.FAILED and one.id in booked and one.id not in failed:
            yield Difference(Kind.REFUND_FAILED, *here)
    there = {one.id for one in payment.refunds}
    for name, fen in booked.items():
        if name not in there:
            yield Difference(Kind.REFUND_NOT_THERE, name, 0, fen, gift.id, gift.community_id)


def _disputes(disputes: list[Dispute], gift: Booked) -> Iterator[Difference]:
    booked, won = gift.of("dispute"), gift.of("reinstatement")
    for one in disputes:
        here = (one.id, one.amount_fen, booked.get(one.id, 0), gift.id, gift.community_id)
        if one.taken and one.id not in booked:
            yield Difference(Kind.DISPUTE_NOT_BOOKED, *here)
        elif one.returned and one.id not in won:
            yield Difference(Kind.REINSTATEMENT_NOT_BOOKED, *here)
    there = {one.id for one in disputes}
    for name, fen in booked.items():
        if name not in there:
            yield Difference(Kind.DISPUTE_NOT_THERE, name, 0, fen, gift.id, gift.community_id)


def _not_there(theirs: Theirs, gifts: Iterable[Booked]) -> Iterator[Difference]:
    """Name the gifts that the book has as paid and Stripe does not."""
    paid = {one.contribution_id for one in theirs.payments if one.progress is Progress.SUCCEEDED}
    for gift in gifts:
        if gift.paid and gift.id not in paid:
            yield Difference(
                Kind.PAYMENT_NOT_THERE,
                gift.intent_id or "",
                0,
                gift.amount_fen,
                gift.id,
                gift.community_id,
            )


def _movements(theirs: Theirs) -> Iterator[Difference]:
    """Name the lines of Stripe's own book that none of its payments explains."""
    charges = {one.charge_id for one in theirs.payments}
    refunds = {refund.id for one in theirs.payments for refund in one.refunds}
    disputed = {one.id for one in theirs.disputes}
    for one in theirs.movements:
        known = (
            one.kind in OUTSIDE
            or (one.kind in CHARGES and one.source_id in charges)
            or (one.kind in REFUNDS and one.source_id in refunds)
            or one.source_id in disputed
        )
        if not known:
            yield Difference(Kind.UNKNOWN_MOVEMENT, one.id, one.amount_fen - one.fee_fen, 0)
