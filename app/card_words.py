"""Why a payment or a refund did not go through, in words: Stripe's codes, and our own."""

from collections.abc import Callable, Mapping
from typing import Final

from app.i18n import gettext as _

_WHY: Final[Mapping[str, Callable[[], str]]] = {
    "insufficient_funds": lambda: _("There is not enough money on this card."),
    "expired_card": lambda: _("This card is no longer valid."),
    "incorrect_cvc": lambda: _("The three digits on the back of the card were not right."),
    "incorrect_number": lambda: _("The number of the card was not right."),
    "payment_intent_authentication_failure": lambda: _("Your bank could not see that it was you."),
    "payment_intent_payment_attempt_expired": lambda: _("The time to pay was over."),
    "cancelled": lambda: _("The payment was cancelled before it was made."),
}


def why_not_paid(code: str, *, by_card: bool = True) -> str:
    """Say why a payment did not go through; nothing was taken in any case."""
    known = _WHY.get(code)
    if known:
        return known()
    if by_card:
        return _("The bank did not accept this card.")
    return _("The payment was not made in the other app, or the payment service refused it.")


_TRY_LATER: Final = frozenset({"insufficient_funds", "balance_insufficient", "rate_limit"})
_DONE_THERE: Final = frozenset({"charge_already_refunded"})
_DISPUTED: Final = frozenset({"charge_disputed", "refund_disputed_payment"})
_KEYS: Final = frozenset(
    {"resource_missing", "no payment", "AuthenticationError", "PermissionError", "OtherMode"}
)


def why_not_returned(problem: str) -> tuple[str, str]:
    """Say why a refund did not go through, and what the treasurer does about it."""
    if problem in _TRY_LATER:
        return (
            _("Too little money lies with the payment service just now."),
            _("Wait for payments to come or send money there, and try again."),
        )
    if problem in _DONE_THERE:
        return (
            _("It was given back already, in the payment service's own pages."),
            _("Press “Compare and book now” below; the book then shows it."),
        )
    if problem in _DISPUTED:
        return (
            _("The giver's bank is taking this payment back already."),
            _("Wait how that ends. Do not hand it back as well."),
        )
    if problem in _KEYS or problem.startswith("this community's payments"):
        return (
            _("The payment service does not know this payment under the keys of today."),
            _("Ask whoever runs this site about the keys, then try again."),
        )
    if problem == "refund failed":
        return (
            _("The giver's bank did not take it: the card or the account may be closed."),
            _("Speak with the giver and hand it back in cash or by bank."),
        )
    return (
        _("The payment service did not do it."),
        _("Try again. If it is refused once more, hand it back in cash or by bank."),
    )
