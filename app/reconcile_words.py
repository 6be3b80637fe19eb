"""What differs between the card processor's list and the book, and what mends it, in words."""

from collections.abc import Callable, Mapping
from typing import Final

from app.card_payments.differences import MENDED_BY_ASKING, Difference, Kind
from app.i18n import gettext as _
from app.wording import money

_WHAT: Final[Mapping[Kind, Callable[[], str]]] = {
    Kind.PAYMENT_NOT_BOOKED: lambda: _("%(theirs)s were paid, and the book has no payment."),
    Kind.PAYMENT_NOT_THERE: lambda: _(
        "The book has a payment of %(ours)s that the payment service does not know of."
    ),
    Kind.OTHER_AMOUNT: lambda: _("%(theirs)s were paid for a gift of %(ours)s."),
    Kind.REFUND_NOT_BOOKED: lambda: _("%(theirs)s were given back, and the book has it not."),
    Kind.REFUND_NOT_THERE: lambda: _(
        "The book has %(ours)s as given back, and the payment service does not."
    ),
    Kind.REFUND_FAILED: lambda: _("Giving back %(theirs)s failed, and the book has it as done."),
    Kind.DISPUTE_NOT_BOOKED: lambda: _(
        "The giver's bank took %(theirs)s back, and the book has it not."
    ),
    Kind.DISPUTE_NOT_THERE: lambda: _(
        "The book has %(ours)s as taken back by a bank, and the payment service does not."
    ),
    Kind.REINSTATEMENT_NOT_BOOKED: lambda: _(
        "The giver's bank returned %(theirs)s, and the book has it not."
    ),
    Kind.FEE_NOT_BOOKED: lambda: _("A fee of %(theirs)s was kept, and the book has it not."),
    Kind.FEE_DIFFERS: lambda: _("A fee of %(theirs)s was kept; the book has %(ours)s."),
    Kind.UNKNOWN_PAYMENT: lambda: _("A payment of %(theirs)s that belongs to no gift here."),
    Kind.UNKNOWN_MOVEMENT: lambda: _(
        "%(theirs)s moved at the payment service for a reason that no gift here explains."
    ),
}


def what_differs(one: Difference) -> str:
    """Say what differs."""
    return _WHAT[one.kind]() % {"theirs": money(one.theirs_fen), "ours": money(one.ours_fen)}


def mending_words(one: Difference) -> str:
    """Say what mends it."""
    if one.kind in MENDED_BY_ASKING:
        return _("“Compare and book” books it; nothing is booked twice.")
    if one.kind is Kind.UNKNOWN_PAYMENT:
        return _(
            "Look it up in the payment service's own pages; give it back there if nobody knows it."
        )
    if one.kind is Kind.PAYMENT_NOT_THERE:
        return _(
            "See whether the keys are those of the same account, and whether the payment is older "
            "than the days compared; else ask the auditor."
        )
    return _("Look it up in the payment service's own pages and ask the auditor.")


def message_words(outcome: str) -> str:
    """Say why a message of the card processor's changed nothing."""
    words = {
        "unknown_kind": _("Linli has no use for this kind"),
        "unknown_payment": _("It is about no gift here"),
        "other_mode": _("It is for play and the book for real, or the other way round"),
        "refused": _("It does not fit the gift: look at the differences above"),
    }
    return words[outcome]
