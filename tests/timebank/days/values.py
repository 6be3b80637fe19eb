"""What the oracle of the random days knows: people, rules by moment, visits, hours, one book.

Written from the design's words, not from the code: it shares nothing with `timebank` but the names
of states and refusals. All moments are minutes since the beginning of the play, all amounts
minutes.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

HOUR, DAY = 60, 24 * 60
OPEN = {"requested", "offered", "booked", "under_way"}
NOT_OVER = OPEN | {"finished", "disputed"}
TAKES_TIME = {"booked", "under_way", "finished", "confirmed", "disputed", "resolved"}
PER_HOUR = {"companionship": 60, "cleaning": 90}

Purse = tuple[str, str]
Leg = tuple[Purse, Purse, int]
ESCROW, DONATED, RELIEF, ISSUANCE = (
    ("escrow", ""),
    ("donated", ""),
    ("relief", ""),
    ("issuance", ""),
)
CLEARING = ("clearing", "")
NO_FLOOR = {ISSUANCE, CLEARING}


class No(Exception):
    """A refusal: the name of its class, and its figures where they are certain."""

    def __init__(self, name: str, **figures: Any) -> None:
        self.name, self.figures = name, figures
        super().__init__(f"{name} {figures}")


@dataclass
class Rules:
    """What a community decided."""

    confirm_hours: int = 72
    cancel_notice_hours: int = 12
    late_cancel_minutes: int = 0
    no_show_limit: int = 3
    first_use_minutes: int = 0
    cap_minutes: int = 0
    day_cap_minutes: int = 0
    offer_hours: int = 24
    round_up_minutes: int = 5
    flat_minutes: int = 0
    redeem_after_minutes: int = 0
    gifts_to: str = "kin"
    gift_days: int = 14
    donations: bool = True
    donation_reversal_days: int = 14
    grant_minutes_max: int = 600
    grant_month_minutes_max: int = 0
    estate_to_kin: bool = True
    relief_month_minutes_first: int = 240
    relief_month_minutes_second: int = 120
    relief_reserve_minutes: int = 100
    clearing_limit_minutes: int = 600_000


@dataclass
class Person:
    """A member: where, as what, kin to whom, and with which priority the fund helps them."""

    name: str
    place: str
    roles: set[str]
    kin: dict[str, str] = field(default_factory=dict)
    rank: str = ""
    too_young: bool = False
    standing: str = "active"
    id: UUID | None = None

    @property
    def active(self) -> bool:
        return self.standing == "active"

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass
class Thing:
    """What was stored, under the id that the time bank gave it."""

    id: UUID | None = field(default=None, kw_only=True)


@dataclass
class Stay(Thing):
    """A visit."""

    elder: str
    start: int
    minutes: int
    asked: int
    kind: str = "companionship"
    state: str = "requested"
    volunteer: str | None = None
    offered_until: int | None = None
    begun: int | None = None
    measured: int | None = None
    agreed: int | None = None
    due: int | None = None
    absent: str | None = None
    held_at: int = 0
    holds: list[tuple[Purse, int]] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)

    @property
    def quarters(self) -> set[int]:
        return set(range(self.start, self.start + self.minutes, 15))

    def credit(self, minutes: int) -> int:
        return -(-minutes * PER_HOUR[self.kind] // 60)

    def given_from(self, purse: Purse) -> int:
        """Return what a purse set aside for it, or what of that passed."""
        taken = self.passed or [minutes for _, minutes in self.holds]
        return sum(m for (p, _), m in zip(self.holds, taken, strict=True) if p == purse)


@dataclass
class Gift(Thing):
    """Minutes that wait for somebody's yes."""

    giver: str
    receiver: str
    minutes: int
    offered: int
    lapses: int
    state: str = "offered"


@dataclass
class Donation(Thing):
    """Minutes for the relief fund."""

    who: str
    minutes: int
    at: int
    reversed: bool = False


@dataclass
class Proposal(Thing):
    """A grant, or the parts of an estate; nobody (None) is the relief fund."""

    source: Purse
    lines: dict[str | None, int]
    by: str
    estate_of: str | None = None
    approvals: set[str] = field(default_factory=set)
    state: str = "waiting"
    ended_by: str = ""
    ended_at: int = 0


@dataclass
class Move(Thing):
    """Somebody on their way to the other community."""

    member: str
    state: str
    released_by: str = ""
    ended_by: str = ""


class Book:
    """Posted and held minutes by purse; what no member holds is the community's."""

    def __init__(self) -> None:
        self.posted: dict[Purse, int] = {}
        self.held: dict[Purse, int] = {}

    def available(self, purse: Purse) -> int:
        return self.posted.get(purse, 0) - self.held.get(purse, 0)

    def move(self, debit: Purse, credit: Purse, minutes: int, **figures: int) -> None:
        if debit not in NO_FLOOR and self.available(debit) < minutes:
            raise No("NotEnoughMinutes", **figures)
        self.posted[debit] = self.posted.get(debit, 0) - minutes
        self.posted[credit] = self.posted.get(credit, 0) + minutes

    def hold(self, purse: Purse, minutes: int) -> None:
        if self.available(purse) < minutes:
            raise No("NotEnoughMinutes", available=self.available(purse), asked=minutes)
        self.held[purse] = self.held.get(purse, 0) + minutes

    def let_go(self, purse: Purse, minutes: int) -> None:
        self.held[purse] -= minutes

    def take(self, other: "Book") -> None:
        self.posted, self.held = dict(other.posted), dict(other.held)

    def copy(self) -> "Book":
        other = Book()
        other.take(self)
        return other


class Place:
    """One community: its people, what they did, its book, and its rules by the moment."""

    def __init__(self, people: dict[str, Person], rules: Rules) -> None:
        self.people, self.packs = people, [(-9 * DAY, rules)]
        self.book = Book()
        self.stays: list[Stay] = []
        self.gifts: list[Gift] = []
        self.donations: list[Donation] = []
        self.proposals: list[Proposal] = []
        self.estates: dict[str, str] = {}
        self.from_saved: dict[str, int] = {}
        self.day_saved: dict[tuple[str, int], int] = {}

    def rules(self, at: int) -> Rules:
        """Return what holds at a moment: of the packs begun by then, the latest."""
        begun = [one for one in self.packs if one[0] <= at]
        return max(begun, key=lambda one: one[0])[1] if begun else Rules()


def own(who: str) -> Purse:
    return "member", who


def gifts(who: str) -> Purse:
    return "gifts", who


def estate(who: str) -> Purse:
    return "estate", who


def month(at: int) -> tuple[int, int]:
    """Return the calendar month of a moment in Shanghai; the play begins on 2 March, in month 0."""
    days = 1 + (at + 12 * HOUR) // DAY
    lengths = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]
    year = number = 0
    while days >= lengths[number]:
        days -= lengths[number]
        year, number = (year + 1, 0) if number == 11 else (year, number + 1)
    return year, number


def day(at: int) -> int:
    """Return the calendar day of a moment in Shanghai, counted from the play's first."""
    return (at + 12 * HOUR) // DAY
