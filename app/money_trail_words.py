"""The open books in words for people: sources, accounts, documents, flags."""

from collections.abc import Mapping
from typing import Final

from app.delegation_words import KIN_KINDS
from app.funding_words import SOURCES
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import amount, money
from ledger import CNY, Kind
from marketplace.open_books.flag_rules import Flag, Part, Relation
from marketplace.open_books.values import PLEDGE, Document, DocumentKind

ACCOUNTS: Final[Mapping[str, str]] = {
    "public_budget": mark("Public budget"),
    "round": mark("Budget of a round"),
    "escrow": mark("Given, waiting for the goal or going back"),
    "project": mark("Account of the project"),
    "paid_out": mark("Paid out for the project"),
    "helped": mark("Given to those who helped"),
    "card_processor": mark("With the card processor"),
    "cash_box": mark("The treasurer's box"),
    "bank": mark("The bank"),
    "matching_fund": mark("Matching fund"),
    "processor_fees": mark("Fees of the card processor"),
    "processor_losses": mark("Taken back by a bank after it was spent"),
    "member": mark("A member's own hours"),
    "issuance": mark("Created by the community"),
}

OTHER_SOURCES: Final[Mapping[str, str]] = {
    PLEDGE: mark("Hours pledged by members"),
    "issuance": mark("Hours from the community"),
    "processor_losses": mark("The community, for what a bank took back"),
}

DOCUMENTS: Final[Mapping[DocumentKind, str]] = {
    DocumentKind.ROUND: mark("Round"),
    DocumentKind.DRIVE: mark("Drive"),
    DocumentKind.CONTRIBUTION: mark("Gift"),
    DocumentKind.PLEDGE: mark("Pledge of hours"),
    DocumentKind.DISBURSEMENT: mark("Request for money"),
    DocumentKind.GIVING_BACK: mark("Return of what was left"),
    DocumentKind.FUND: mark("Matching fund"),
    DocumentKind.WORK: mark("Help on the spot"),
    DocumentKind.OTHER: mark("Entry in the book"),
}

WAYS: Final[Mapping[Kind, str]] = {
    Kind.TRANSFER: mark("passed on"),
    Kind.HOLD: mark("set aside"),
    Kind.POST: mark("passed on, as set aside"),
    Kind.VOID: mark("no longer set aside"),
    Kind.REVERSAL: mark("taken back"),
}

PARTS: Final[Mapping[Part, str]] = {
    Part.UNDERTAKER: mark("carries it out"),
    Part.SCREENER: mark("screened the need"),
    Part.SELECTOR: mark("chose who carries it out"),
    Part.APPROVER: mark("approved money"),
    Part.INSPECTOR: mark("inspected it"),
    Part.SETTLER: mark("said who had helped"),
    Part.GIVER: mark("gave money"),
}

TIES: Final[Mapping[Relation, str]] = {
    Relation.SAME: mark("the same person or group"),
    Relation.KIN: mark("kin"),
    Relation.ORGANISATION: mark("of one organisation"),
    Relation.TIED: mark("related"),
}


def source_words(source: str) -> str:
    """Return a source's name; an account's where nobody named one."""
    named: dict[str, str] = {key.value: words for key, words in SOURCES.items()}
    known = named | dict(OTHER_SOURCES)
    return _(known[source]) if source in known else account_words(source)


def account_words(kind: str) -> str:
    """Return the name of a kind of account."""
    return _(ACCOUNTS[kind]) if kind in ACCOUNTS else kind


def node_words(node: str, receipts: Mapping[str, str]) -> str:
    """Return the name of a node of the picture; `receipts` names those that stand for a request."""
    if node == "spent":
        return _("Spent")
    side, colon, name = node.partition(":")
    if not colon:
        return account_words(side)
    named = {
        "from": lambda: source_words(name),
        "back": lambda: _("Went back: %(source)s") % {"source": source_words(name)},
        "again": lambda: _("Came back: %(source)s") % {"source": source_words(name)},
        "had": lambda: _("From before: %(account)s") % {"account": account_words(name)},
        "held": lambda: _("Still there: %(account)s") % {"account": account_words(name)},
        "line": lambda: name or _("Without a line of the budget"),
        "rest": lambda: _("Other receipts: %(line)s") % {"line": name or _("without a line")},
        "receipt": lambda: receipts.get(name, _("A receipt")),
    }
    return named[side]()


def document_words(document: Document) -> str:
    """Return what a transfer came from, in a few words."""
    kind = _(DOCUMENTS[document.kind])
    if document.kind is DocumentKind.CONTRIBUTION:
        words = source_words(document.source)
    else:
        words = document.words
    return _("%(kind)s: %(words)s") % {"kind": kind, "words": words} if words else kind


def tie_words(flag: Flag) -> str:
    """Return how the two of a flag are tied, for whoever may know."""
    if flag.kin is not None:
        return _(KIN_KINDS[flag.kin])
    return _(TIES[flag.relation])


def signed(value: int, unit: str) -> str:
    """Return an amount to the fen, or in hours and minutes."""
    return amount(value, unit) if unit != CNY else money(value, exact=True)
