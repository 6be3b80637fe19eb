"""Stripe's objects read into our own values: the one place that knows how they look.

They are read like plain mappings, as they come in answers and in events alike. Money in another
currency than ours stays what it is: such a payment is not of ours, and a fee that Stripe took in
the currency of its account is turned back by the rate that it names.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from app.card_keys import Mode
from app.card_payments.processor import (
    Dispute,
    Fee,
    Movement,
    Payment,
    Progress,
    Refund,
    RefundProgress,
)

CURRENCY: Final = "cny"
OURS: Final = "contribution"  # in a payment's metadata
CALL: Final = "call"  # in a refund's

Told = Mapping[str, Any]

_PROGRESS: Final = {
    "requires_payment_method": Progress.WANTS_METHOD,
    "requires_confirmation": Progress.WANTS_METHOD,
    "requires_action": Progress.WANTS_ACTION,
    "processing": Progress.UNDER_WAY,
    "requires_capture": Progress.UNDER_WAY,
    "succeeded": Progress.SUCCEEDED,
    "canceled": Progress.CANCELLED,
}
_REFUND: Final = {
    "succeeded": RefundProgress.SUCCEEDED,
    "failed": RefundProgress.FAILED,
    "canceled": RefundProgress.FAILED,
}


def _id(told: Any) -> str | None:
    """Return the id of what is named by its id, or stands there whole."""
    if told is None or isinstance(told, str):
        return told
    return str(told["id"])


def _uuid(written: Any) -> UUID | None:
    try:
        return UUID(written)
    except (TypeError, ValueError, AttributeError):
        return None


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def contribution_of(told: Told) -> UUID | None:
    """Return our own id of a payment; None for one that is not of ours."""
    return _uuid((told.get("metadata") or {}).get(OURS))


def charge_of(told: Told) -> Any:
    """Return the charge of a payment where it came along whole."""
    charge = told.get("latest_charge")
    return None if charge is None or isinstance(charge, str) else charge


def more_refunds(charge: Told) -> bool:
    """Say whether a charge has more refunds than came with it."""
    refunds = charge.get("refunds")
    return refunds is not None and bool(refunds.get("has_more"))


def fee(movement: Any) -> Fee | None:
    """Return what was kept of a movement; None where it did not come along."""
    if movement is None or isinstance(movement, str):
        return None
    return Fee(str(movement["id"]), _in_fen(int(movement["fee"]), movement))


def _in_fen(amount: int, movement: Any) -> int:
    """Return an amount of Stripe's own book in fen; a cent's half goes up."""
    rate = movement.get("exchange_rate")
    if movement["currency"] == CURRENCY or not rate:
        return amount
    return int((Decimal(amount) / Decimal(str(rate))).quantize(Decimal(1), ROUND_HALF_UP))


def refund(told: Told) -> Refund:
    """Read a refund."""
    return Refund(
        id=str(told["id"]),
        payment_id=_id(told.get("payment_intent")),
        charge_id=_id(told.get("charge")),
        call_id=_uuid((told.get("metadata") or {}).get(CALL)),
        amount_fen=int(told["amount"]),
        progress=_REFUND.get(str(told["status"]), RefundProgress.UNDER_WAY),
    )


def payment(told: Told, refunds: tuple[Refund, ...] | None = None) -> Payment:
    """Read a payment; `refunds` where they did not all come along."""
    charge = charge_of(told)
    progress = _PROGRESS.get(str(told["status"]), Progress.UNDER_WAY)
    if refunds is None:
        among = charge.get("refunds") if charge is not None else None
        refunds = tuple(refund(one) for one in among["data"]) if among is not None else ()
    problem = told.get("last_payment_error")
    made_at = _moment(told["created"])
    paid = progress is Progress.SUCCEEDED
    return Payment(
        id=str(told["id"]),
        contribution_id=contribution_of(told),
        amount_fen=int(told["amount"]),
        currency=str(told["currency"]).lower(),
        progress=progress,
        mode=Mode.LIVE if told.get("livemode") else Mode.TEST,
        made_at=made_at,
        charge_id=_id(told.get("latest_charge")),
        paid_at=(_moment(charge["created"]) if charge is not None else made_at) if paid else None,
        failed_because=str(problem.get("code") or "refused") if problem is not None else None,
        client_secret=told.get("client_secret"),
        action=dict(told.get("next_action") or {}),
        fee=fee(charge.get("balance_transaction")) if charge is not None else None,
        refunds=refunds,
    )


def dispute(told: Told) -> Dispute:
    """Read a dispute: what the bank took stands in the movements that came with it."""
    moved = [one for one in told.get("balance_transactions") or () if not isinstance(one, str)]
    total = sum(int(one["amount"]) for one in moved)
    return Dispute(
        id=str(told["id"]),
        payment_id=_id(told.get("payment_intent")),
        charge_id=_id(told.get("charge")),
        amount_fen=int(told["amount"]),
        taken=any(int(one["amount"]) < 0 for one in moved),
        returned=bool(moved) and total >= 0,
        fees=tuple(kept for one in moved if (kept := fee(one)) is not None and kept.fen > 0),
    )


def movement(told: Told) -> Movement:
    """Read a line of the processor's own book."""
    return Movement(
        id=str(told["id"]),
        kind=str(told["type"]),
        source_id=_id(told.get("source")),
        amount_fen=_in_fen(int(told["amount"]), told),
        fee_fen=_in_fen(int(told["fee"]), told),
    )
