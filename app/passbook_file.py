"""Writes a passbook as a file, line by line: Excel, CSV or JSON.

A long one needs no more memory than a short one. Minutes are whole numbers, so that they can be
added up; everything else is text that no spreadsheet takes for a formula. The opening and the
closing balance stand above and below the lines.
"""

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from app.i18n import current_language, speaking
from app.i18n import gettext as _
from app.passbook_period import ChosenPeriod
from app.passbook_words import purse_words, sentence
from app.roster.writing import guarded
from timebank.passbooks import PassbookLine, Purse, WholePassbook

MEDIA_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
KIND_NAMES: Final = (("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON"))
"""Each kind of file with its name, which is the same in every language."""

_BATCH_LINES: Final = 200
_PIECE_BYTES: Final = 256 * 1024
_SPOOLED_BYTES: Final = 4 * 1024 * 1024
_WIDTHS: Final = (20, 52, 16, 14, 14, 16, 16, 20, 20)

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file is about: whose passbook, where, of which period, and who reads it."""

    book: WholePassbook
    name: str
    community_name: str
    period: ChosenPeriod
    zone: ZoneInfo
    own: bool


def pieces(paper: Paper, kind: str) -> AsyncIterator[bytes]:
    """Yield a file of this kind, piece by piece, in the language of the request."""
    made = {"xlsx": _workbook, "csv": _csv, "json": _json}[kind]
    return made(paper, current_language())


def _header() -> list[Cell]:
    return [
        _("Day"),
        _("What"),
        _("Account"),
        _("Change in minutes"),
        _("Saved hours after it, in minutes"),
        _("Gifts after it, in minutes"),
        _("With whom"),
        _("Visit on"),
        _("Entered in the book"),
    ]


def _above(paper: Paper) -> list[list[Cell]]:
    opening = paper.book.sums.opening
    return [
        [paper.community_name],
        [_("Passbook of %(name)s") % {"name": paper.name}],
        [paper.period.days or paper.period.title],
        _header(),
        [_("Opening balance"), "", "", "", opening[Purse.SAVED], opening[Purse.GIFTS], "", "", ""],
    ]


def _below(paper: Paper) -> list[list[Cell]]:
    sums = paper.book.sums
    saved, gifts = Purse.SAVED, Purse.GIFTS
    told = (
        _("Opening balance and all lines come to the closing balance of the book.")
        if sums.reconciles
        else _("The lines do not come to the closing balance of the book. Please tell the desk.")
    )
    change = sum(sums.came.values()) - sum(sums.went.values())
    closing: list[Cell] = [_("Closing balance"), "", "", change]
    return [[*closing, sums.closing[saved], sums.closing[gifts], "", "", ""], [told]]


def _cells(line: PassbookLine, paper: Paper) -> list[Cell]:
    visited = line.visit.starts_at.astimezone(paper.zone) if line.visit else None
    return [
        line.at.astimezone(paper.zone).date().isoformat(),
        sentence(line, own=paper.own),
        purse_words(line.purse),
        line.change,
        line.saved,
        line.gifts,
        line.other_name,
        f"{visited:%Y-%m-%d %H:%M}" if visited else "",
        f"{line.booked_at.astimezone(paper.zone):%Y-%m-%d %H:%M}",
    ]


async def _rows(paper: Paper, language: Any) -> AsyncIterator[list[Cell]]:
    """Yield every row; the language is set anew for each, as a stream runs after its request."""
    with speaking(language):
        first = _above(paper)
    for row in first:
        yield row
    async for line in paper.book.lines:
        with speaking(language):
            cells = _cells(line, paper)
        yield cells
    with speaking(language):
        last = _below(paper)
    for row in last:
        yield row


async def _csv(paper: Paper, language: Any) -> AsyncIterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    async for row in _rows(paper, language):
        yield csv_row(row)


def csv_row(row: Sequence[Cell]) -> bytes:
    """Return one line of CSV in UTF-8; text is guarded against formulas, a number is a number."""
    written = io.StringIO()
    cells = [guarded(cell) if isinstance(cell, str) else cell for cell in row]
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode()


class NumbersWorkbook:
    """A workbook that is written row by row: numbers as numbers, everything else as text."""

    def __init__(self, title: str, widths: Sequence[int]) -> None:
        import openpyxl  # type: ignore[import-untyped]  # it brings none  # noqa: PLC0415 (slow to import)
        from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # the same  # noqa: PLC0415 (slow to import)
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # the same  # noqa: PLC0415 (slow to import)

        self._cell = WriteOnlyCell
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title[:31])
        for at, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(at)].width = width

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Add rows; text is never a formula, whatever it begins with."""
        for row in rows:
            made: list[Any] = []
            for value in row:
                if isinstance(value, str):
                    cell = self._cell(self._sheet, value=_printable(value))
                    cell.data_type = "s" if value else "n"
                else:
                    cell = self._cell(self._sheet, value=value)
                made.append(cell)
            self._sheet.append(made)

    def saved(self) -> IO[bytes]:
        """Return the finished file, to be read from its beginning and closed."""
        file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES)  # noqa: SIM115 (the caller closes it)
        self._book.save(file)
        file.seek(0)
        return file


async def workbook_pieces(
    title: str, widths: Sequence[int], rows: AsyncIterator[Sequence[Cell]]
) -> AsyncIterator[bytes]:
    """Yield rows as a workbook, written off the event loop into a file of its own."""
    book = await asyncio.to_thread(NumbersWorkbook, title, widths)
    batch: list[Sequence[Cell]] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == _BATCH_LINES:
            await asyncio.to_thread(book.add, batch)
            batch = []
    await asyncio.to_thread(book.add, batch)
    file = await asyncio.to_thread(book.saved)
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


async def _workbook(paper: Paper, language: Any) -> AsyncIterator[bytes]:
    with speaking(language):
        title = _("Passbook")
    async for piece in workbook_pieces(title, _WIDTHS, _rows(paper, language)):
        yield piece


def _printable(text: str) -> str:
    """Return text without the characters that no workbook can hold."""
    return "".join(one for one in text if one.isprintable() or one in "\t\n")


async def _json(paper: Paper, language: Any) -> AsyncIterator[bytes]:
    """Yield one object (RFC 8259): what it is about, balances in minutes, and the lines."""
    sums = paper.book.sums
    head = {
        "community": paper.community_name,
        "member": paper.name,
        "unit": "MINUTE",
        "period": paper.period.name or "all",
        "opening": _both(sums.opening),
        "closing": _both(sums.closing),
        "came": _both(sums.came),
        "went": _both(sums.went),
        "reconciles_with_the_book": sums.reconciles,
    }
    written = json.dumps(head, ensure_ascii=False, indent=1)
    yield (written[:-2] + ',\n "lines": [').encode()
    first = True
    async for line in paper.book.lines:
        with speaking(language):
            said = json.dumps(_object(line, paper), ensure_ascii=False)
        yield (("\n  " if first else ",\n  ") + said).encode()
        first = False
    yield b"\n ]\n}\n"


def _both(minutes: Any) -> dict[str, int]:
    return {"saved": minutes[Purse.SAVED], "gifts": minutes[Purse.GIFTS]}


def _object(line: PassbookLine, paper: Paper) -> dict[str, Any]:
    visit = line.visit
    return {
        "at": line.at.astimezone(paper.zone).isoformat(timespec="seconds"),
        "booked_at": line.booked_at.astimezone(paper.zone).isoformat(timespec="seconds"),
        "what": sentence(line, own=paper.own),
        "kind": line.kind,
        "reversal": line.reversal,
        "account": "gifts" if line.purse is Purse.GIFTS else "saved",
        "change": line.change,
        "saved_after": line.saved,
        "gifts_after": line.gifts,
        "with": line.other_name or None,
        "visit": None
        if visit is None
        else {
            "id": str(visit.id),
            "care_service": visit.care_service.code,
            "starts_at": visit.starts_at.astimezone(paper.zone).isoformat(timespec="seconds"),
            "gave": line.gave,
        },
    }
