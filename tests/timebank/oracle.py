"""The time bank in plain Python: what every verb does to visits and minutes, and what it refuses.

Written from the design's words, not from the code: it shares nothing with `timebank` but the names
of states and refusals. All moments are minutes since the beginning of the play.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

HOUR, DAY = 60, 24 * 60
OPEN = {"requested", "offered", "booked", "under_way"}
TAKES_TIME = {"booked", "under_way", "finished", "confirmed", "disputed", "resolved"}


class No(Exception):
    """A refusal: the name of its class, and its figures where they are certain."""

    def __init__(self, name: str, **figures: int) -> None:
        self.name, self.figures = name, figures
        super().__init__(f"{name} {figures}")


@dataclass
class Rules:
    """What the community decided, in minutes."""

    confirm_hours: int = 72
    notice_hours: int = 12
    late_cost: int = 0
    missed_limit: int = 3
    first_use: int = 0
    cap: int = 0
    offer_hours: int = 24


@dataclass
class Stay:
    """A visit."""

    elder: str
    start: int
    minutes: int
    asked: int
    state: str = "requested"
    volunteer: str | None = None
    offered_until: int | None = None
    begun: int | None = None
    ended: int | None = None
    measured: int | None = None
    agreed: int | None = None
    due: int | None = None
    absent: str | None = None
    holds: list[tuple[str, int]] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)
    legs: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def quarters(self) -> set[int]:
        return set(range(self.start, self.start + self.minutes, 15))


class Book:
    """Posted and held minutes by account; whatever no member holds is the community's."""

    def __init__(self) -> None:
        self.posted: dict[str, int] = {}
        self.held: dict[str, int] = {}

    def available(self, account: str) -> int:
        return self.posted.get(account, 0) - self.held.get(account, 0)

    def move(self, debit: str, credit: str, minutes: int) -> None:
        if debit != "issuance" and self.available(debit) < minutes:
            raise No("NotEnoughMinutes")
        self.posted[debit] = self.posted.get(debit, 0) - minutes
        self.posted[credit] = self.posted.get(credit, 0) + minutes

    def hold(self, account: str, minutes: int) -> None:
        self.held[account] = self.held.get(account, 0) + minutes

    def copy(self) -> "Book":
        other = Book()
        other.posted, other.held = dict(self.posted), dict(self.held)
        return other


class Oracle:
    """Everything that is, and every verb."""

    def __init__(
        self, rules: Rules, elders: set[str], volunteers: set[str], desk: set[str]
    ) -> None:
        self.rules, self.elders, self.volunteers, self.desk = rules, elders, volunteers, desk
        self.book = Book()
        self.stays: list[Stay] = []

    # --- asking -----------------------------------------------------------------------------------

    def ask(self, who: str, start: int, minutes: int, *, at: int, wished: str | None) -> Stay:
        if who not in self.elders:
            raise No("NotYours")
        if start < at or start > at + 60 * DAY:
            raise No("InvalidRequest")
        if minutes % 15 or not 15 <= minutes <= 240:
            raise No("InvalidRequest")
        stay = Stay(who, start, minutes, at)
        if wished is not None:
            if wished == who or wished not in self.volunteers:
                raise No("InvalidRequest")
            stay.state, stay.volunteer = "offered", wished
            stay.offered_until = min(at + self.rules.offer_hours * HOUR, start)
        if any(s.elder == who and s.start == start and s.state in OPEN for s in self.stays):
            raise No("AlreadyAsked")
        waiting = sum(
            s.minutes
            for s in self.stays
            if s.elder == who and s.state in {"requested", "offered"} and s.start > at
        )
        waiting += minutes if start > at else 0
        cover = sum(minutes for _, minutes in self.offers(who))
        if waiting > cover:
            raise No("NotEnoughMinutes", asked=minutes, available=max(cover - waiting + minutes, 0))
        self.stays.append(stay)
        return stay

    def offers(self, elder: str) -> list[tuple[str, int]]:
        used = 0
        for stay in self.stays:
            if stay.elder == elder:
                taken = stay.passed or [minutes for _, minutes in stay.holds]
                used += sum(
                    m for (p, _), m in zip(stay.holds, taken, strict=True) if p == "issuance"
                )
        return [
            (elder, max(self.book.available(elder), 0)),
            ("issuance", max(self.rules.first_use - used, 0)),
        ]

    # --- who comes --------------------------------------------------------------------------------

    def offer(self, stay: Stay, who: str, by: str, at: int) -> None:
        if by not in self.desk:
            raise No("NotYours")
        if stay.state == "offered" and stay.volunteer == who:
            return
        if stay.elder == who:
            raise No("OwnVisit")
        if stay.state != "requested":
            raise No("AlreadyTaken")
        if stay.start <= at:
            raise No("TooLate")
        if who not in self.volunteers:
            raise No("NotYours")
        stay.state, stay.volunteer = "offered", who
        stay.offered_until = min(at + self.rules.offer_hours * HOUR, stay.start)

    def accept(self, stay: Stay, who: str, at: int) -> None:
        if who not in self.volunteers:
            raise No("NotYours")
        if stay.state == "booked" and stay.volunteer == who:
            return
        if stay.elder == who:
            raise No("OwnVisit")
        theirs = stay.state == "offered" and stay.volunteer == who
        if stay.state != "requested" and not theirs:
            raise No("AlreadyTaken")
        if stay.start <= at:
            raise No("TooLate")
        missed = self._missed(who, since=at - 90 * DAY)
        if missed >= self.rules.missed_limit:
            raise No("Paused", missed=missed)
        busy = set().union(*(s.quarters for s in self.stays if self.takes(s, who)))
        if busy & stay.quarters:
            raise No("BusyThen")
        shares = self._shares(stay)
        for payer, part in shares:
            self.book.hold(payer, part)
        stay.holds, stay.state, stay.volunteer = shares, "booked", who
        stay.offered_until = None

    def _missed(self, who: str, *, since: int) -> int:
        return sum(
            s.state == "no_show" and s.absent == "volunteer" and s.volunteer == who
            and s.start >= since
            for s in self.stays
        )  # fmt: skip

    def _shares(self, stay: Stay) -> list[tuple[str, int]]:
        left, shares = stay.minutes, []
        for payer, most in self.offers(stay.elder):
            part = min(left, most)
            if part:
                shares.append((payer, part))
                left -= part
        if left:
            raise No("NotEnoughMinutes", asked=stay.minutes, available=stay.minutes - left)
        return shares

    @staticmethod
    def takes(stay: Stay, who: str) -> bool:
        return stay.volunteer == who and stay.state in TAKES_TIME

    def decline(self, stay: Stay, by: str) -> None:
        self._of_volunteer(stay, by)
        self._in(stay, "offered")
        self._open_again(stay)

    def withdraw(self, stay: Stay, by: str) -> None:
        self._of_volunteer(stay, by)
        self._in(stay, "booked")
        self._let_go(stay)
        stay.holds = []
        self._open_again(stay)

    # --- being there ------------------------------------------------------------------------------

    def check_in(self, stay: Stay, by: str, *, code: bool, at: int) -> None:
        desk = by in self.desk
        if stay.state == "under_way" and (stay.volunteer == by or desk):
            return
        if not desk:
            self._of_volunteer(stay, by)
        self._in(stay, "booked")
        if at < stay.start - 30:
            raise No("TooEarly")
        if not desk and not code:
            raise No("WrongCode")
        stay.state, stay.begun = "under_way", at

    def check_out(self, stay: Stay, by: str, stated: int | None, at: int) -> None:
        hand = stay.volunteer if by in self.desk else by
        if stay.state == "finished" and stay.volunteer == hand:
            return
        if stay.volunteer != hand:
            raise No("NotYours")
        self._in(stay, "under_way")
        assert stay.begun is not None
        clock = self.up(max(at, stay.begun) - stay.begun)
        if stated is not None and stated < 1:
            raise No("InvalidRequest")
        if stated is not None and stated > clock:
            raise No("TooManyStated", measured=clock, stated=stated)
        stay.measured = clock if stated is None else self.up(stated)
        stay.state, stay.ended = "finished", max(at, stay.begun)
        stay.due = stay.ended + self.rules.confirm_hours * HOUR

    @staticmethod
    def up(minutes: int) -> int:
        return max(5, -(-minutes // 5) * 5)

    def no_show(self, stay: Stay, absent: str, by: str, at: int) -> None:
        desk = by in self.desk
        again = stay.state == "no_show" and stay.absent == absent
        if again and (desk or by in {stay.elder, stay.volunteer}):
            return
        other = stay.elder if absent == "volunteer" else stay.volunteer
        if by != other and not desk:
            raise No("NotYours")
        self._in(stay, "booked")
        if at < stay.start + 15:
            raise No("TooEarly")
        stay.state, stay.absent = "no_show", absent
        self._end(stay, self._cost(stay, at) if absent == "elder" else 0)

    # --- closing ----------------------------------------------------------------------------------

    def confirm(self, stay: Stay, by: str, minutes: int, *, word: bool) -> None:
        if stay.state == "confirmed" and stay.agreed == minutes and by == stay.elder:
            return
        if by != stay.elder:
            raise No("NotYours")
        self._in(stay, "finished")
        assert stay.measured is not None
        least = min(stay.measured, stay.minutes)
        if not least <= minutes <= stay.measured:
            raise No("OutOfRange", least=least, most=stay.measured, minutes=minutes)
        if minutes > stay.minutes and not word:
            raise No("NeedsWord", booked=stay.minutes, minutes=minutes)
        self._close(stay, "confirmed", minutes)

    def dispute(self, stay: Stay, by: str, *, reason: bool) -> None:
        sides = {stay.elder, stay.volunteer}
        if stay.state == "disputed" and by in sides:
            return
        if by not in sides:
            raise No("NotYours")
        self._in(stay, "finished")
        if not reason:
            raise No("InvalidRequest")
        stay.state = "disputed"

    def resolve(self, stay: Stay, by: str, minutes: int) -> None:
        if by not in self.desk:
            raise No("NotYours")
        if stay.state == "resolved" and stay.agreed == minutes:
            return
        self._third(stay, by)
        self._in(stay, "disputed")
        self._possible(stay, minutes)
        self._close(stay, "resolved", minutes)

    def correct(self, stay: Stay, by: str, minutes: int) -> None:
        if by not in self.desk:
            raise No("NotYours")
        if stay.state == "resolved" and stay.agreed == minutes:
            return
        self._third(stay, by)
        self._in(stay, "confirmed", "resolved")
        self._possible(stay, minutes)
        trial = self.book.copy()
        for debit, credit, amount in reversed(stay.legs):
            trial.move(credit, debit, amount)
        taken_back = sum(amount for debit, _, amount in stay.legs if debit == "escrow")
        legs, passed, left = [], [], minutes
        for payer, held in stay.holds:
            part = min(left, held)
            passed.append(part)
            left -= part
            if part:
                legs.append((payer, "escrow", part))
        if left:
            legs.append((stay.elder, "escrow", left))
        legs += self._earned(stay, minutes, instead_of=taken_back)
        for leg in legs:
            trial.move(*leg)
        self.book, stay.legs, stay.passed = trial, legs, passed
        stay.state, stay.agreed = "resolved", minutes

    def cancel(self, stay: Stay, by: str, at: int) -> None:
        desk = by in self.desk
        if stay.state == "cancelled" and (desk or by == stay.elder):
            return
        if by != stay.elder and not desk:
            raise No("NotYours")
        states = ["requested", "offered", "booked"]
        self._in(stay, *states, *(["under_way", "finished", "disputed"] if desk else []))
        cost = self._cost(stay, at) if by == stay.elder else 0
        stay.state, stay.offered_until = "cancelled", None
        self._end(stay, cost)

    # --- what happens by itself -------------------------------------------------------------------

    def time_passes(self, at: int) -> None:
        for stay in self.stays:
            if stay.state == "offered" and (stay.offered_until or 0) <= at:
                self._open_again(stay)
            if stay.state in {"requested", "offered"} and stay.start <= at:
                stay.state, stay.volunteer, stay.offered_until = "expired", None, None
        finished = [s for s in self.stays if s.state == "finished" and (s.due or 0) <= at]
        for stay in sorted(finished, key=lambda one: one.due or 0):
            self._close(stay, "confirmed", min(stay.measured or 0, stay.minutes))

    # --- parts ------------------------------------------------------------------------------------

    def _close(self, stay: Stay, state: str, minutes: int) -> None:
        before = self.book.copy()
        try:
            self._pass_on(stay, minutes)
        except No:
            self.book = before
            raise
        stay.state, stay.agreed = state, minutes

    def _pass_on(self, stay: Stay, minutes: int) -> None:
        left, legs, passed = minutes, [], []
        for payer, held in stay.holds:
            part = min(left, held)
            passed.append(part)
            left -= part
            self.book.hold(payer, -held)
            if part:
                self.book.move(payer, "escrow", part)
                legs.append((payer, "escrow", part))
        after = [(stay.elder, "escrow", left)] if left else []
        after += self._earned(stay, minutes)
        for leg in after:
            self.book.move(*leg)
        stay.legs, stay.passed = legs + after, passed

    def _earned(self, stay: Stay, minutes: int, instead_of: int = 0) -> list[tuple[str, str, int]]:
        if not minutes:
            return []
        assert stay.volunteer is not None
        legs = [("escrow", stay.volunteer, minutes)]
        if self.rules.cap:
            saved = self.book.posted.get(stay.volunteer, 0) - instead_of
            over = minutes - max(min(minutes, self.rules.cap - saved), 0)
            if over:
                legs += [(stay.volunteer, "donated", over), ("donated", "relief", over)]
        return legs

    def _end(self, stay: Stay, cost: int) -> None:
        if cost:
            self._pass_on(stay, cost)
        else:
            self._let_go(stay)
            stay.holds = []

    def _let_go(self, stay: Stay) -> None:
        for payer, held in stay.holds:
            self.book.hold(payer, -held)

    def _cost(self, stay: Stay, at: int) -> int:
        if stay.state not in {"booked", "no_show"} or not stay.holds:
            return 0
        late = at >= stay.start - self.rules.notice_hours * HOUR
        return min(self.rules.late_cost, stay.minutes) if late else 0

    @staticmethod
    def _open_again(stay: Stay) -> None:
        stay.state, stay.volunteer, stay.offered_until = "requested", None, None

    @staticmethod
    def _of_volunteer(stay: Stay, by: str) -> None:
        if stay.volunteer != by:
            raise No("NotYours")

    @staticmethod
    def _third(stay: Stay, by: str) -> None:
        if by in {stay.elder, stay.volunteer}:
            raise No("NotYours")

    @staticmethod
    def _possible(stay: Stay, minutes: int) -> None:
        most = max(stay.measured or 0, stay.minutes)
        if not 0 <= minutes <= most:
            raise No("OutOfRange", least=0, most=most, minutes=minutes)

    @staticmethod
    def _in(stay: Stay, *states: str) -> None:
        if stay.state not in states:
            raise No("WrongState")


def attempt(act: Callable[[], object]) -> No | None:
    """Do an act on the oracle; return its refusal instead of raising it."""
    try:
        act()
    except No as refusal:
        return refusal
    return None


def in_two_places(stays: Iterable[Stay]) -> bool:
    """Whether some volunteer's quarter-hour is taken twice."""
    taken = [(s.volunteer, q) for s in stays if s.state in TAKES_TIME for q in s.quarters]
    return len(set(taken)) < len(taken)
