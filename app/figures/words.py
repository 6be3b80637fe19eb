"""The book's kinds of event and account in words for people; an unknown one is told as it is."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark

EVENTS: Final[Mapping[str, str]] = {
    "visit": mark("Visits"),
    "opening_grant": mark("To begin with, from the community"),
    "merge": mark("Memberships that became one"),
    "gift": mark("Gifts to kin"),
    "donation": mark("Given to the community"),
    "grant": mark("Granted by the community"),
    "relief": mark("From the relief fund"),
    "estate": mark("Estates"),
    "move": mark("Moving to another community"),
    "clearing": mark("Settled with other communities"),
    "cap": mark("Above the cap"),
    "session": mark("Classes"),
    "group_session": mark("Classes"),
}

ACCOUNTS: Final[Mapping[str, str]] = {
    "member": mark("Saved by members"),
    "gifts": mark("Gifts received"),
    "escrow": mark("On its way"),
    "issuance": mark("Issued by the community"),
    "relief": mark("Relief fund"),
    "donated": mark("Given to the community"),
    "estate": mark("Estates"),
    "clearing": mark("Owed to other communities"),
    "project": mark("Projects"),
}


def event(kind: str) -> str:
    """Return a kind of event in words."""
    return _(EVENTS[kind]) if kind in EVENTS else kind


def account(kind: str) -> str:
    """Return a kind of account in words."""
    return _(ACCOUNTS[kind]) if kind in ACCOUNTS else kind
