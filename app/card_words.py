"""Why a payment did not go through, in a giver's words: Stripe's codes, and our own."""

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


def why_not_paid(code: str) -> str:
    """Say why a payment did not go through; nothing was taken in any case."""
    known = _WHY.get(code)
    return known() if known else _("The bank did not accept this card.")
