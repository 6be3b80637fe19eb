"""Asks after payments of which something is still open: a message of Stripe's may be lost.

Each payment of ours is asked after in growing steps until all is known of it: whether it was made,
what Stripe kept of it, whether its refunds arrived. One whose giver never came back is ended.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

import ledger
from app.card_payments import applying
from app.card_payments.keys import Keys, keys
from app.card_payments.processor import Payment, Processor, Progress, Trouble
from app.card_payments.stripe_client import processor
from app.card_payments.tables import StripePaymentRow
from marketplace.funding.errors import FundingError
from marketplace.funding.values import Contribution

log = structlog.get_logger("linli.card_payments")

AT_ONCE_MAX: Final = 200
LEASE: Final = timedelta(minutes=2)

_CLAIM: Final = """
UPDATE stripe_payment SET looks = looks + 1, look_at = clock_timestamp() + {}::interval
WHERE intent_id = (
    SELECT intent_id FROM stripe_payment WHERE look_at <= clock_timestamp() AND mode = {}
    ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING intent_id, made_at
"""


@dataclass(frozen=True, slots=True)
class _Due:
    intent_id: str
    made_at: datetime


async def follow_payments() -> int:
    """Ask after the payments that are due; return how many were. The job of this name."""
    given = keys()
    if given is None:
        return 0
    asked = 0
    while asked < AT_ONCE_MAX and (due := await _claim(given)) is not None:
        await _follow(due, processor(given))
        asked += 1
    return asked


async def _claim(given: Keys) -> _Due | None:
    rows = await StripePaymentRow.raw(_CLAIM, LEASE, given.mode.value)
    return _Due(**rows[0]) if rows else None


async def _follow(due: _Due, at: Processor) -> None:
    try:
        payment = await at.payment(due.intent_id)
        if _given_up(payment):
            payment = await at.cancel_payment(due.intent_id, key=f"linli-end-{due.intent_id}")
        await bring_up_to_date(payment)
    except (Trouble, applying.OtherMode, FundingError) as trouble:
        log.warning("payment not followed", payment=due.intent_id, reason=str(trouble))
    except Exception:  # another payment's turn; this one is asked after again
        log.exception("payment not followed", payment=due.intent_id)


def _given_up(payment: Payment) -> bool:
    waits = payment.progress in {Progress.WANTS_METHOD, Progress.WANTS_ACTION}
    return waits and datetime.now(UTC) - payment.made_at > applying.GIVEN_UP_AFTER


async def bring_up_to_date(payment: Payment) -> Contribution:
    """Apply a payment as it stands now, in a transaction of its own; returns its gift."""
    async with ledger.transaction():
        return await applying.apply_payment(payment)


async def intent_of(contribution_id: UUID) -> str | None:
    """Return under which id Stripe knows a gift's payment; None before it was made."""
    rows = await StripePaymentRow.raw(
        "SELECT intent_id FROM stripe_payment WHERE contribution_id = {}"
        " ORDER BY made_at DESC LIMIT 1",
        contribution_id,
    )
    return str(rows[0]["intent_id"]) if rows else None


async def soon(intent_id: str) -> None:
    """Let a payment be asked after with the next run."""
    async with ledger.transaction():
        await applying.look_soon(intent_id)
