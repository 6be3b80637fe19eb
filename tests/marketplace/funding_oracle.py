"""What funding has to do, in plain Python: every amount by hand, no book, no rows of ours.

Money is where it lies. Each gift is split over the places in which parts of it are; what comes in
and goes out is counted beside, so that in = out + held can be asked at any moment.
"""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Gift:
    """A gift, and where its parts lie."""

    source: str
    amount: int
    giver: int
    state: str = "started"
    given_up: bool = False
    paid: bool = False
    escrow: int = 0
    due: int = 0
    refunded: int = 0
    disputed: int = 0
    disputes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Each dispute that stands by its id: what it took, and how much of that was lost."""

    def settle_state(self) -> None:
        """Say in one word what became of a paid gift."""
        if self.due:
            self.state = "refund_due"
        elif self.refunded and self.refunded + self.disputed >= self.amount:
            self.state = "refunded"
        else:
            self.state = "paid"


@dataclass
class Lane:
    """A drive, its project, the fund and the people, as they ought to be."""

    goal: int
    goal_minutes: int
    cap: int
    public: int
    fund: int
    minutes: dict[int, int]
    state: str = "open"
    matched: int = 0
    matched_left: int = 0
    public_left: int = 0
    wound_up: bool = False
    project: int = 0
    project_minutes: int = 0
    gifts: list[Gift] = field(default_factory=list)
    pledges: dict[int, int] = field(default_factory=dict)
    given_minutes: dict[int, int] = field(default_factory=dict)
    outside: Counter[str] = field(default_factory=Counter)
    """What lies outside, by place: more when given, less when it leaves."""
    spent: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self.project = self.public_left = self.public
        self.outside["public_budget"] = self.public + self.fund

    # --- paying -------------------------------------------------------------------------------

    def pay(self, gift: Gift) -> None:
        """Take a payment in, wherever it belongs by now."""
        gift.paid = True
        self.outside[place(gift.source)] += gift.amount
        if self.state == "reached" and not self.wound_up and not gift.given_up:
            self.project += gift.amount
        else:
            gift.escrow = gift.amount
            if gift.given_up or self.state != "open":
                gift.due = gift.amount
        gift.settle_state()

    def take(self, gift: Gift, fen: int) -> int:
        """Take money of a gift out of the book; return what of it is lost."""
        self.outside[place(gift.source)] -= fen
        from_escrow = min(fen, gift.escrow)
        gift.escrow -= from_escrow
        rest = fen - from_escrow
        from_project = min(rest, self.project) if self.state == "reached" else 0
        self.project -= from_project
        lost = rest - from_project
        self.lost += lost
        return lost

    def refund(self, gift: Gift, fen: int) -> None:
        """Book what the processor gave back."""
        self.take(gift, fen)
        gift.refunded += fen
        gift.due = min(max(0, gift.due - fen), gift.escrow)
        gift.settle_state()

    def dispute(self, gift: Gift, key: str, fen: int) -> None:
        """Book what a bank took back."""
        gift.disputes[key] = (fen, self.take(gift, fen))
        gift.disputed += fen
        gift.due = min(gift.due, gift.escrow)
        gift.settle_state()

    def reinstate(self, gift: Gift, key: str) -> None:
        """Book what a won dispute brought back."""
        fen, lost = gift.disputes.pop(key)
        self.outside[place(gift.source)] += fen
        self.lost -= lost
        gift.disputed -= fen
        rest = fen - lost
        if self.state == "reached" and not self.wound_up and not gift.given_up:
            self.project += rest
        else:
            gift.escrow += rest
            if gift.given_up or self.state != "open":
                gift.due += rest
        gift.settle_state()

    def hand_back(self, gift: Gift) -> None:
        """Book what the treasurer handed back."""
        self.outside[place(gift.source)] -= gift.due
        gift.refunded += gift.due
        gift.escrow -= gift.due
        gift.due = 0
        gift.settle_state()

    # --- ending -------------------------------------------------------------------------------

    def given(self) -> int:
        """Count what was given and stands."""
        return sum(
            max(0, one.amount - one.refunded - one.disputed - one.due) for one in self.paid()
        )

    def paid(self) -> list[Gift]:
        """Name the gifts that were paid."""
        return [one for one in self.gifts if one.paid]

    def adds(self) -> int:
        """Count what the fund adds, fen for fen."""
        return min(self.given(), self.cap, max(0, self.goal - self.given()))

    def whole(self) -> bool:
        """Say whether everything that was asked for is there."""
        there = self.given() + self.adds() >= self.goal
        return there and sum(self.pledges.values()) >= self.goal_minutes

    def end(self, state: str) -> None:
        """End the drive."""
        if state == "reached":
            self.matched = self.matched_left = self.adds()
            self.fund -= self.matched
            self.project += self.matched
            for gift in self.paid():
                if gift.state == "paid":
                    self.project += gift.escrow
                    gift.escrow = 0
            for who, minutes in self.pledges.items():
                self.minutes[who] -= minutes
                self.project_minutes += minutes
            self.given_minutes = dict(self.pledges)
        else:
            for gift in self.gifts:
                if gift.state in {"started", "failed"}:
                    gift.state = "cancelled"
                elif gift.state == "paid" and gift.escrow:
                    gift.due = gift.escrow
                    gift.settle_state()
        self.pledges = {}
        self.state = state

    def spend(self, fen: int) -> None:
        """Let the project pay for something."""
        self.project -= fen
        self.spent += fen

    def wind_up(self) -> None:
        """Give back what is left: exact shares, then one fen each by the largest remainder."""
        gave: list[tuple[int, Gift | str]] = [(self.public_left, "public")]
        if self.matched:
            gave.append((self.matched_left, "fund"))
        for gift in self.by_id():
            kept = gift.amount - gift.refunded - gift.disputed - gift.escrow
            if gift.paid and kept > 0:
                gave.append((kept, gift))
        left, total = self.project, sum(fen for fen, _ in gave)
        if not left and not self.project_minutes:
            return
        shared = min(left, total)
        for fen, (_, to) in zip(divided(shared, [fen for fen, _ in gave]), gave, strict=True):
            extra = fen + (left - shared if to == "public" else 0)
            self.back(extra, to)
        self.project = 0
        for who, minutes in zip(
            self.given_minutes,
            divided(self.project_minutes, list(self.given_minutes.values())),
            strict=True,
        ):
            self.minutes[who] += minutes
        self.project_minutes = 0
        self.wound_up = True

    def by_id(self) -> list[Gift]:
        """Name the gifts in the order of their ids; the machine keeps them so."""
        return self.gifts

    def back(self, fen: int, to: "Gift | str") -> None:
        """Give one source its part."""
        if to == "public":
            self.outside["public_budget"] -= fen
            self.public_left = max(0, self.public_left - fen)
        elif to == "fund":
            self.fund += fen
            self.matched_left -= fen
        elif isinstance(to, Gift) and fen:
            to.escrow += fen
            to.due += fen
            to.settle_state()

    # --- asking -------------------------------------------------------------------------------

    def escrow(self) -> int:
        """Count what lies in escrow."""
        return sum(one.escrow for one in self.gifts)

    def balances(self) -> bool:
        """Say whether what came in is what went out and what is held."""
        held = self.escrow() + self.project + self.fund + self.spent - self.lost
        return sum(self.outside.values()) == held


def place(source: str) -> str:
    """Say where money of a source lies."""
    return {"cash": "cash_box", "bank": "bank"}.get(source, "card_processor")


def divided(left: int, gave: list[int]) -> list[int]:
    """Divide by exact fractions: round down, then one each to the largest remainders."""
    total = sum(gave)
    if not total or not left:
        return [0] * len(gave)
    exact = [Fraction(left * one, total) for one in gave]
    parts = [one.numerator // one.denominator for one in exact]
    order = sorted(range(len(gave)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: left - sum(parts)]:
        parts[n] += 1
    return parts
