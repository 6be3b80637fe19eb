"""Books journals from a CSV file: for opening balances, moves from another system, integrators.

One line is one leg; lines that follow each other with one `journal` are one journal. The header
names the columns: `id`, `kind`, `community`, `event_kind`, `event_id` and `actor` always; `unit`,
`debit`, `credit` and `amount` for a transfer or hold; `of` for a post, void or reversal; and, where
wanted, `journal`, `on_behalf_of`, `effective_at`, `expires_at` (ISO 8601 with offset) and `note`.

Every leg brings its id, so an import that was stopped is simply run again: what is in the book is
found, the rest is booked.
"""

import asyncio
import csv
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from ledger.errors import InvalidLeg, LedgerError
from ledger.poster import GroupPoster
from ledger.values import (
    AccountId,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Kind,
    Leg,
    Origin,
    Transfer,
    TransferId,
    Unit,
)

REQUIRED = ("id", "kind", "community", "event_kind", "event_id", "actor")
OPTIONAL = (
    "unit", "debit", "credit", "amount", "of", "journal", "on_behalf_of", "effective_at",
    "expires_at", "note",
)  # fmt: skip

ORIGIN_COLUMNS = (
    "community", "event_kind", "event_id", "actor", "on_behalf_of", "effective_at"
)  # fmt: skip

READ_AT_ONCE = 32
"""Lines read before the poster is let on; more would leave the database idle."""

BATCH_LEGS_MAX = 2000
JOURNALS_AT_ONCE = 2 * BATCH_LEGS_MAX
"""Journals handed to the poster before the first is waited for: while one batch is in the
database's hands, the next is read from the file.
"""


class BadJournalFile(LedgerError):
    """A line that cannot be read. Lines before it may have been booked; none after it was."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}")


@dataclass(slots=True)
class ImportReport:
    """How many journals the book has now, and which it refused: line of the first leg, and why."""

    journals: int = 0
    legs: int = 0
    refused: list[tuple[int, LedgerError]] = field(default_factory=list)


def read_journals(lines: Iterable[str]) -> Iterator[tuple[int, Journal]]:
    """Read a file's journals, each with the number of its first line.

    Raises `BadJournalFile` at the first line that cannot be read.
    """
    legs: list[Leg] = []
    start, key, origin = 0, "", None
    for number, row in _rows(lines):
        try:
            leg, belongs = _leg(row), _origin(*map(row.get, ORIGIN_COLUMNS))
        except (ValueError, InvalidLeg) as error:
            raise BadJournalFile(number, str(error)) from error
        journal = row.get("journal", "")
        if origin is not None and journal and journal == key:
            if belongs != origin:
                raise BadJournalFile(number, "another origin than the rest of its journal")
            legs.append(leg)
            continue
        if origin is not None:
            yield start, _journal(start, legs, origin, key)
        start, key, origin, legs = number, journal, belongs, [leg]
    if origin is not None:
        yield start, _journal(start, legs, origin, key)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the rows after the header, each with its first line; a quoted note may span lines."""
    rows = csv.reader(lines)
    number = 1
    try:
        header = [name.removeprefix("\ufeff") for name in next(rows, [])]
        _check_header(header)
        number = rows.line_num + 1
        for values in rows:
            if values:
                if len(values) != len(header):
                    raise BadJournalFile(number, f"{len(values)} values for {len(header)} columns")
                yield number, dict(zip(header, values, strict=True))
            number = rows.line_num + 1
    except csv.Error as error:
        raise BadJournalFile(number, str(error)) from error


def _check_header(header: list[str]) -> None:
    """Refuse a header that lacks a column, or names one wrong or twice: values would be lost."""
    if missing := [name for name in REQUIRED if name not in header]:
        raise BadJournalFile(1, f"the header lacks {', '.join(missing)}")
    if unknown := sorted(set(header).difference(REQUIRED, OPTIONAL)):
        raise BadJournalFile(1, f"the header has unknown columns: {', '.join(unknown)}")
    if len(set(header)) < len(header):
        raise BadJournalFile(1, "the header names a column twice")


def _journal(start: int, legs: list[Leg], origin: Origin, key: str) -> Journal:
    try:
        journal = JournalId(_id("journal", key)) if key else None
        return Journal(tuple(legs), origin, journal)
    except (ValueError, InvalidLeg) as error:
        raise BadJournalFile(start, str(error)) from error


def _leg(row: dict[str, str]) -> Leg:
    kind, key, note = Kind(row["kind"]), TransferId(_id("id", row["id"])), row.get("note", "")
    amount = int(row["amount"]) if row.get("amount") else None
    if kind in (Kind.TRANSFER, Kind.HOLD):
        if amount is None:
            raise ValueError(f"a {kind} needs an amount")
        debit = AccountId(_id("debit", row.get("debit")))
        credit = AccountId(_id("credit", row.get("credit")))
        unit = Unit(row.get("unit", ""))
        if not unit:
            raise ValueError(f"a {kind} needs a unit")
        if kind is Kind.TRANSFER:
            return Leg.transfer(
                debit=debit, credit=credit, amount=amount, unit=unit, id=key, note=note
            )
        return Leg.hold(
            debit=debit,
            credit=credit,
            amount=amount,
            unit=unit,
            id=key,
            expires_at=_moment(row.get("expires_at", "")),
            note=note,
        )
    of = TransferId(_id("of", row.get("of")))
    if kind is Kind.POST:
        return Leg.post(of, amount, id=key, note=note)
    if kind is Kind.VOID:
        return Leg.void(of, id=key, note=note)
    return Leg.reverse(of, reason=note, id=key)


@lru_cache(maxsize=65_536)
def _origin(  # noqa: PLR0917 (one for each column, so that lines alike are read once)
    community: str, event_kind: str, event_id: str, actor: str, behalf: str | None, at: str | None
) -> Origin:
    if not event_kind:
        raise ValueError("event_kind is empty")
    return Origin(
        CommunityId(_id("community", community)),
        Event(event_kind, _id("event_id", event_id)),
        _id("actor", actor),
        _id("on_behalf_of", behalf) if behalf else None,
        _moment(at or ""),
    )


@lru_cache(maxsize=65_536)
def _id(column: str, text: str | None) -> UUID:
    """Read an id; accounts' come again and again."""
    try:
        return UUID(text)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{column} is not an id: {text!r}") from error


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset from UTC")
    return moment


async def import_journals(
    lines: Iterable[str], *, progress: Callable[[int], None] | None = None
) -> ImportReport:
    """Book a file's journals through the group poster; `progress` is told the legs done.

    A refused journal is reported with its line and its neighbours stand. Raises `BadJournalFile`
    at a line that cannot be read: mend it and run the import again.
    """
    report = ImportReport()
    async with GroupPoster(batch_legs_max=BATCH_LEGS_MAX) as poster:
        async for number, journal, outcome in _booked(lines, poster):
            if isinstance(outcome, LedgerError):
                report.refused.append((number, outcome))
            elif outcome is not None:
                raise outcome
            else:
                report.journals += 1
                report.legs += len(journal.legs)
            if progress is not None:
                progress(report.legs)
    return report


async def _booked(
    lines: Iterable[str], poster: GroupPoster
) -> AsyncIterator[tuple[int, Journal, Exception | None]]:
    """Hand journals in without waiting for each; give back their outcomes in the file's order."""
    under_way: deque[tuple[int, Journal, asyncio.Future[tuple[Transfer, ...]]]] = deque()
    for number, journal in read_journals(lines):
        under_way.append((number, journal, await poster.enqueue(journal)))
        if number % READ_AT_ONCE == 0:
            await asyncio.sleep(0)  # the poster's turn: it has the database's answer by now
        if len(under_way) >= JOURNALS_AT_ONCE:
            yield await _outcome(*under_way.popleft())
    while under_way:
        yield await _outcome(*under_way.popleft())


async def _outcome(
    number: int, journal: Journal, future: "asyncio.Future[tuple[Transfer, ...]]"
) -> tuple[int, Journal, Exception | None]:
    try:
        await future
    except Exception as error:  # noqa: BLE001 (reported by the caller, by line)
        return number, journal, error
    return number, journal, None
