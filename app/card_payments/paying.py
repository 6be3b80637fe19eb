"""A giver pays: the card, the step at the bank, or another app; then waiting for Stripe's word.

What the browser says counts for nothing: a payment counts when Stripe tells us of it, or tells us
when asked. Only that it did not go through is taken from the answer at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.card_payments import calling, following
from app.card_payments.keys import Keys, keys
from app.card_payments.processor import NoAnswer, Payment, Processor, Progress, Refused
from app.card_payments.stripe_client import processor
from marketplace.funding.calls import CREATE
from marketplace.funding.tables import StripeCallRow
from marketplace.funding.values import Contribution, ContributionState

METHOD_ID_LENGTH_MAX: Final = 100
Asking = Callable[[Processor, str], Awaitable[Payment]]


class Next(StrEnum):
    """What follows on a giver's step."""

    WAIT = "wait"
    """Stripe has the money, or is about to: its message is waited for."""
    CONFIRM = "confirm"
    """The giver's bank wants to see them (3-D Secure)."""
    ELSEWHERE = "elsewhere"
    """The giver goes on in another app or on another site."""
    REFUSED = "refused"
    """Nothing was taken; the gift says why."""
    UNSURE = "unsure"
    """Stripe did not answer in time; it is asked again by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows, and what the browser needs for it."""

    next: Next
    client_secret: str | None = None
    action: dict[str, Any] = field(default_factory=dict)


async def begin(contribution_id: UUID) -> str | None:
    """Let Stripe make the payment of a gift now rather than in some seconds; return its id.

    None where no answer came yet: the call is made again by itself.
    """
    rows = await StripeCallRow.raw(
        "SELECT id FROM stripe_call WHERE contribution_id = {} AND kind = {}",
        contribution_id,
        CREATE,
    )
    for row in rows:
        await calling.make_call(row["id"])
    return await following.intent_of(contribution_id)


async def pay_by_card(gift: Contribution, method_id: str) -> Step:
    """Take the money from the card that Stripe knows by this id."""
    given = keys()
    if given is None or not _open(gift) or not _is_method(method_id):
        return Step(Next.REFUSED)
    return await _step(gift, given, lambda at, intent: at.confirm(intent, method_id))


async def pay_elsewhere(gift: Contribution, back_to: str) -> Step:
    """Begin a payment by Alipay or WeChat Pay; `back_to` is where the giver comes back to."""
    given = keys()
    if given is None or not _open(gift) or gift.source.value not in given.methods:
        return Step(Next.REFUSED)
    method = gift.source.value
    return await _step(
        gift, given, lambda at, intent: at.confirm_elsewhere(intent, method, back_to)
    )


async def look(gift: Contribution) -> Step:
    """Ask Stripe how a payment stands: the giver came back from their bank or another app."""
    given = keys()
    if given is None or not _open(gift):
        return Step(Next.REFUSED)
    return await _step(gift, given, lambda at, intent: at.payment(intent))


async def _step(gift: Contribution, given: Keys, ask: Asking) -> Step:
    if gift.intent_id is None:
        return Step(Next.UNSURE)
    try:
        payment = await ask(processor(given), gift.intent_id)
    except NoAnswer:
        await following.soon(gift.intent_id)
        return Step(Next.UNSURE)
    except Refused:
        return Step(Next.REFUSED)
    if payment.progress is not Progress.SUCCEEDED:
        await following.bring_up_to_date(payment)
    return Step(_next(payment), payment.client_secret, payment.action)


def _next(payment: Payment) -> Next:
    if payment.progress is Progress.WANTS_ACTION:
        is_card = payment.action.get("type") == "use_stripe_sdk"
        return Next.CONFIRM if is_card else Next.ELSEWHERE
    if payment.progress in {Progress.SUCCEEDED, Progress.UNDER_WAY}:
        return Next.WAIT
    return Next.REFUSED


def _open(gift: Contribution) -> bool:
    return gift.online and gift.state is ContributionState.STARTED


def _is_method(method_id: str) -> bool:
    plain = method_id.replace("_", "")
    return plain.isascii() and plain.isalnum() and len(method_id) <= METHOD_ID_LENGTH_MAX


def way_on(action: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the address that leads on, and what a QR code has to say, of what Stripe asks for."""
    for kind in ("redirect_to_url", "alipay_handle_redirect"):
        if action.get(kind):
            return action[kind].get("url"), None
    shown = action.get("wechat_pay_display_qr_code") or {}
    return shown.get("hosted_instructions_url"), shown.get("data")
