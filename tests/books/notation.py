"""Reads and plays books: examples in the ledger's own notation, which are docs and tests at once.

    book wutong                          the community whose accounts the next lines name
    account elder MINUTE                 an account that cannot go below zero
    account issuance MINUTE no floor     one that can; `floor -60` sets another limit
    issuance -> elder 120 min "opening"  a transfer, with a note
    hold elder -> escrow 120 min as visit       reserves; `expired` after it: its time is over
    post visit 95                        settles a hold in part; without a number in full
    void visit                           lets it go
    reverse x "reason"                   books the opposite of the transfer that was named x
    together                             the indented lines below stand or fall together
    again                                hands the request above in once more
    close elder                          closes an account
    the clock passes                     holds whose time is over are let go
    = elder 25                           what is posted; `held 95` after it: what is reserved
    ! NotEnough                          the request above it is refused so

Any request may end in `as name`, so that later lines can speak of it. `fen` counts money.
An account of another book is `hehua:elder`. What follows `#` is for the reader.
"""

import re
import shlex
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ledger
from ledger import AccountId, CommunityId, Journal, LedgerError, Leg, Origin, TransferId, Unit

UNITS = {"min": ledger.MINUTE, "fen": ledger.CNY}
FOLDER = Path(__file__).parent

INTRODUCTION = """
Every example below is a test: `tests/books` plays it on a real book, line by line, and compares
each balance and each refusal. This page is made from those files with
`python -m tests.books.notation > docs/ledger-by-example.md`.
""".strip()


class BadBookError(Exception):
    """A line that the notation does not know."""


@dataclass(frozen=True)
class Line:
    """One line of a book: its number, its words, and the lines indented under it."""

    number: int
    words: tuple[str, ...]
    legs: tuple["Line", ...] = ()


def parse(text: str) -> list[Line]:
    """Read a book's lines; the legs of a journal go under its `together`."""
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        words = tuple(shlex.split(raw, comments=True))
        if not words:
            continue
        line = Line(number, words)
        if not raw.startswith(" "):
            lines.append(line)
        elif lines and lines[-1].words[0] == "together":
            above = lines.pop()
            lines.append(Line(above.number, above.words, (*above.legs, line)))
        else:
            raise BadBookError(f"line {number}: indented, but not under `together`")
    return lines


@dataclass
class Player:
    """Plays a book's lines on a real book, line by line, and holds it to every `=` and `!`."""

    place: str = ""
    communities: dict[str, CommunityId] = field(default_factory=dict)
    accounts: dict[str, tuple[AccountId, Unit]] = field(default_factory=dict)
    named: dict[str, TransferId] = field(default_factory=dict)
    last: Journal | None = None
    refusal: LedgerError | None = None
    checked: int = 0

    async def play(self, lines: list[Line]) -> None:
        for line in lines:
            try:
                await self._play(line)
            except (LedgerError, AssertionError, KeyError, ValueError, BadBookError) as error:
                error.add_note(f"at line {line.number}: {' '.join(line.words)}")
                raise
        self._none_refused()

    async def _play(self, line: Line) -> None:
        match line.words:
            case ("!", refusal):
                assert self.refusal is not None, f"not refused, though {refusal} was expected"
                assert type(self.refusal).__name__ == refusal, repr(self.refusal)
                self.refusal = None
                self.checked += 1
                return
        self._none_refused()
        match line.words:
            case ("book", name):
                self.place = name
                self.communities.setdefault(name, CommunityId(uuid.uuid4()))
            case ("account", name, unit, *rest):
                await self._open(name, Unit(unit), rest)
            case ("=", name, posted, *rest):
                await self._compare(name, int(posted), rest)
            case ("close", name):
                await self._refusable(
                    ledger.close_account(
                        self.account(name)[0], community_id=self.communities[self.place]
                    )
                )
            case ("the", "clock", "passes"):
                await ledger.void_expired_holds()
            case ("again",):
                assert self.last is not None, "nothing to hand in again"
                before = await ledger.journal(self.last.id or self.last.legs[0].id)
                assert await ledger.book(self.last) == before
            case _:
                await self._book(line)

    def _none_refused(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    async def _open(self, name: str, unit: Unit, rest: list[str]) -> None:
        match rest:
            case []:
                floor: int | None = 0
            case ["no", "floor"]:
                floor = None
            case ["floor", amount]:
                floor = int(amount)
            case _:
                raise BadBookError(" ".join(rest))
        account = await ledger.open_account(
            community_id=self.communities[self.place], kind=name, unit=unit, floor=floor
        )
        self.accounts[f"{self.place}:{name}"] = (account.id, unit)

    def account(self, name: str) -> tuple[AccountId, Unit]:
        return self.accounts[name if ":" in name else f"{self.place}:{name}"]

    async def _compare(self, name: str, posted: int, rest: list[str]) -> None:
        balance = await ledger.balance(self.account(name)[0])
        match rest:
            case []:
                assert balance.posted == posted, f"{name} has {balance.posted}"
            case ["held", held]:
                assert (balance.posted, balance.held) == (posted, int(held)), f"{name}: {balance}"
            case _:
                raise BadBookError(" ".join(rest))
        self.checked += 1

    async def _book(self, line: Line) -> None:
        """Book a request: a lone leg, or the legs under `together`."""
        if line.words == ("together",):
            legs = tuple(self._leg(leg.words) for leg in line.legs)
        else:
            legs = (self._leg(line.words),)
        event = ledger.Event("example", uuid.uuid4())
        origin = Origin(self.communities[self.place], event, actor=uuid.uuid4())
        self.last = Journal(legs, origin)
        await self._refusable(ledger.book(self.last))

    async def _refusable(self, request: object) -> None:
        try:
            await request  # type: ignore[misc]  # whatever a verb returns
        except LedgerError as refusal:
            self.refusal = refusal
        for community_id in self.communities.values():
            assert (await ledger.trial_balance(community_id)).balanced

    def _leg(self, words: tuple[str, ...]) -> Leg:
        key = TransferId(ledger.new_id())
        match words:
            case (*words_before, "as", name):
                self.named[name] = key
                words = tuple(words_before)
        match words:
            case ("hold", debit, "->", credit, amount, unit, *rest):
                ends = datetime.now(UTC) + timedelta(minutes=-1 if rest == ["expired"] else 60)
                if rest not in ([], ["expired"]):
                    raise BadBookError(" ".join(rest))
                return Leg.hold(**self._move(debit, credit, amount, unit), id=key, expires_at=ends)
            case (debit, "->", credit, amount, unit, *note):
                return Leg.transfer(
                    **self._move(debit, credit, amount, unit), id=key, note=" ".join(note)
                )
            case ("post", name, *amount):
                return Leg.post(self.named[name], int(amount[0]) if amount else None, id=key)
            case ("void", name):
                return Leg.void(self.named[name], id=key)
            case ("reverse", name, reason):
                return Leg.reverse(self.named[name], reason=reason, id=key)
        raise BadBookError(" ".join(words))

    def _move(self, debit: str, credit: str, amount: str, unit: str) -> dict[str, object]:
        return {
            "debit": self.account(debit)[0],
            "credit": self.account(credit)[0],
            "amount": int(amount),
            "unit": UNITS[unit],
        }


def books() -> list[Path]:
    """Return every book of this folder, in the order of the page."""
    return sorted(FOLDER.glob("*.book"))


def page() -> str:
    """Write the page `docs/ledger-by-example.md` from the books and this module's words."""
    assert __doc__ is not None
    opening, notation, closing = re.split(r"\n\n(?=    |Any)", __doc__.strip(), maxsplit=2)
    del opening
    parts = [
        "# The ledger by example",
        INTRODUCTION,
        "## Notation",
        f"```\n{re.sub(r'(?m)^    ', '', notation)}\n```",
        closing.replace("\n", " "),
    ]
    for path in books():
        head, _, rest = path.read_text().partition("\n")
        parts += [f"## {head.removeprefix('# ')}", f"```\n{rest.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 (its output is the page)
