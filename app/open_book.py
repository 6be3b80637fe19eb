"""The open book in figures: each unit's accounts by kind, and the sum that must be zero."""

from dataclasses import dataclass
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from ledger import MINUTE, TrialBalance, Unit

KINDS: Final = {
    "member": (mark("Saved by members"), mark("Every hour that somebody gave and has not used")),
    "gifts": (mark("Gifts received"), mark("Hours that members were given and have not used")),
    "escrow": (mark("On the way"), mark("Passing from one member to another at this moment")),
    "relief": (mark("Relief fund"), mark("For elders in need who have no hours of their own")),
    "clearing": (
        mark("Between communities"),
        mark(
            "What is owed to other communities for members who moved there with their hours; "
            "with a minus, what they owe here for members who came"
        ),
    ),
    "donated": (mark("Donations"), mark("Passing from members to the relief fund at this moment")),
    "estate": (mark("Left behind"), mark("Hours of former members, until their heirs have them")),
    "issuance": (
        mark("Created by the community"),
        mark("Where hours come from: what all the others have, it owes"),
    ),
    "public_budget": (
        mark("Public budget"),
        mark("Where a round's money comes from: what all the others have, it owes"),
    ),
    "round": (mark("Rounds"), mark("Money of a round that is not given to a project yet")),
    "project": (mark("Projects"), mark("Money that was given to a project")),
    "paid_out": (mark("Paid out"), mark("What projects have spent")),
    "matching_fund": (mark("Matching funds"), mark("Money that stands ready to add to gifts")),
    "cash_box": (mark("In the cash box"), mark("Gifts in cash lie here, outside this book")),
    "bank": (mark("At the bank"), mark("Gifts by bank transfer lie here, outside this book")),
    "card_processor": (
        mark("With the card processor"),
        mark("Gifts by card lie here, outside this book, until it pays them to the bank"),
    ),
    "processor_fees": (mark("Fees of the card processor"), mark("What it kept for its work")),
    "processor_losses": (
        mark("Lost in disputes"),
        mark("What banks took back from gifts that were already spent"),
    ),
}

_OF_MONEY: Final = {
    "escrow": (
        mark("Given, and waiting"),
        mark("What was given for a project, until its drive ends"),
    ),
}
_OF_MINUTES: Final = {
    "project": (
        mark("Hours of projects"),
        mark("Hours that were pledged to a project, for those who help in it"),
    ),
}
"""Kinds that are another thing in money than in minutes."""


@dataclass(frozen=True, slots=True)
class KindOfAccount:
    """All accounts of one kind together: their balance, and what of it is set aside."""

    name: str
    meaning: str
    accounts: int
    posted: int
    held: int


@dataclass(frozen=True, slots=True)
class UnitInBook:
    """One unit of a community's book; `total` is zero, if the book is sound."""

    unit: Unit
    kinds: tuple[KindOfAccount, ...]
    above_zero: int
    below_zero: int
    held: int
    total: int


def units(found: TrialBalance) -> list[UnitInBook]:
    """Sum a trial balance up by unit, minutes first, and by kind of account."""
    order = sorted(found.sums(), key=lambda unit: (unit != "MINUTE", unit))
    return [_unit(found, unit) for unit in order]


def _unit(found: TrialBalance, unit: Unit) -> UnitInBook:
    lines = [line for line in found.lines if line.balance.unit == unit]
    names = list(KINDS) + sorted({line.account.kind for line in lines} - set(KINDS))
    kinds = []
    for kind in names:
        balances = [line.balance for line in lines if line.account.kind == kind]
        if not balances:
            continue
        of_its_own = _OF_MINUTES if unit == MINUTE else _OF_MONEY
        name, meaning = of_its_own.get(kind) or KINDS.get(kind, (kind, ""))
        posted = sum(balance.posted for balance in balances)
        held = sum(balance.held for balance in balances)
        told = _(meaning) if meaning else ""
        kinds.append(KindOfAccount(_(name), told, len(balances), posted, held))
    every = [line.balance.posted for line in lines]
    return UnitInBook(
        unit,
        tuple(kinds),
        above_zero=sum(amount for amount in every if amount > 0),
        below_zero=-sum(amount for amount in every if amount < 0),
        held=sum(kind.held for kind in kinds),
        total=sum(every),
    )
