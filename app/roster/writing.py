"""Writes people as a roster that can be read again: a workbook, or CSV, in bounded memory.

No cell is ever a formula, whatever a name begins with. In a workbook each cell is text. In CSV,
where a spreadsheet would take `=1+1` for one, an apostrophe stands before it; reading takes it off.
"""

import asyncio
import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import IO, Any, Final, Literal

from app.masks import Sight, sight
from app.roster.synonyms import header_of, in_words
from community import Role
from community.roster import ROSTER_COLUMNS, RosterEntry

Kind = Literal["xlsx", "csv"]
MEDIA_TYPES: Final[dict[str, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "'")
ALWAYS_WRITTEN: Final = frozenset(
    {"name", "grid", "household", "registration", "roles", "language", "linli_number"}
)
_NO_TITLE: Final = re.compile(r"[\[\]:*?/\\]")  # signs that a sheet's name cannot have
_BATCH_ROWS: Final = 200
_PIECE_BYTES: Final = 256 * 1024
_SPOOLED_BYTES: Final = 4 * 1024 * 1024
_WIDTHS: Final = {"address": 30, "linli_number": 38, "email": 24, "identity": 20}


def columns_for(roles: Iterable[Role]) -> list[str]:
    """Return the columns that somebody with these roles may take out: nothing is written masked.

    A masked value could not be read again. An identity number is never written.
    """
    held = list(roles)
    return [
        column
        for column in ROSTER_COLUMNS
        if column != "identity" and (column in ALWAYS_WRITTEN or sight(column, held) is Sight.FULL)
    ]


def cells_of(entry: RosterEntry, columns: Sequence[str], language: str) -> list[str]:
    """Return a member as a row of text under these columns."""
    return [_cell(entry, column, language) for column in columns]


def _cell(entry: RosterEntry, column: str, language: str) -> str:
    match column:
        case "linli_number":
            return str(entry.id)
        case "phone":
            return _phone(entry.phone)
        case "roles":
            return "、".join(in_words(role, language) for role in entry.roles)
    value = getattr(entry, column)
    if value and column in {"registration", "language"}:
        return in_words(value, language)
    return "" if value is None else str(value)


def _phone(phone: str | None) -> str:
    """Return a number as it is dialled at home; one of another country with its +."""
    if phone is None:
        return ""
    national = phone.removeprefix("+86")
    mobile = len(national) == 11 and national.startswith("1")  # noqa: PLR2004 (digits)
    return national if phone.startswith("+86") and mobile else phone


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


def csv_line(cells: Iterable[str]) -> bytes:
    """Return one line of CSV, UTF-8, guarded against formulas."""
    line = io.StringIO()
    csv.writer(line).writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode()


async def csv_pieces(rows: AsyncIterator[Sequence[str]]) -> AsyncIterator[bytes]:
    """Yield CSV as Excel reads it: UTF-8 with a mark that says so."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    async for cells in rows:
        yield csv_line(cells)


class Workbook:
    """A workbook that is written row by row into a file of its own."""

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        import openpyxl  # type: ignore[import-untyped]  # it brings none  # noqa: PLC0415 (slow to import)
        from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # the same  # noqa: PLC0415 (slow to import)
        from openpyxl.styles import Font  # type: ignore[import-untyped]  # the same  # noqa: PLC0415 (slow to import)
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]  # the same  # noqa: PLC0415 (slow to import)

        self._cell = WriteOnlyCell
        self._bold, self._empty = Font(bold=True), True
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(_NO_TITLE.sub(" ", title)[:31].strip() or "1")
        self._sheet.freeze_panes = "A2"
        for at, column in enumerate(columns, start=1):
            letter = get_column_letter(at)
            self._sheet.column_dimensions[letter].width = _WIDTHS.get(column, 14)

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows, the very first as the header; a cell is text, whatever it looks like."""
        for cells in rows:
            row: list[Any] = []
            for text in cells:
                cell = self._cell(self._sheet, value=_without_controls(text))
                cell.data_type = "s" if text else "n"
                if self._empty:
                    cell.font = self._bold
                row.append(cell)
            self._sheet.append(row)
            self._empty = False

    def saved(self) -> IO[bytes]:
        """Return the finished file, to be read from its beginning and closed."""
        file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES)  # noqa: SIM115 (the caller closes it)
        self._book.save(file)
        file.seek(0)
        return file


async def workbook_file(
    title: str, columns: Sequence[str], rows: AsyncIterator[Sequence[str]]
) -> IO[bytes]:
    """Return rows as a workbook, the first of them its header; written off the event loop.

    `columns` are for their widths alone. The caller closes the file.
    """
    book = await asyncio.to_thread(Workbook, title, columns)
    batch: list[Sequence[str]] = []
    async for cells in rows:
        batch.append(cells)
        if len(batch) == _BATCH_ROWS:
            await asyncio.to_thread(book.add, batch)
            batch = []
    await asyncio.to_thread(book.add, batch)
    return await asyncio.to_thread(book.saved)


async def pieces_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Yield a file piece by piece, and close it."""
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _without_controls(text: str) -> str:
    """Return text without the characters that no workbook can hold."""
    return "".join(one for one in text if one.isprintable() or one in "\t\n")


def example_rows(language: str) -> list[list[str]]:
    """Return the example roster: both headers in one, and two people who do not exist."""
    columns = [column for column in ROSTER_COLUMNS if column != "linli_number"]
    header = [f"{header_of(column, 'zh')} {header_of(column, 'en')}" for column in columns]
    made_up = {
        "roster_number": ("A001", "A002"),
        "name": ("陈桂芳", "李明") if language == "zh" else ("Chen Guifang", "Li Ming"),
        "phone": ("13800000001", ""),
        "birth_date": ("1943-05-06", "1988-12-01"),
        "identity": ("", ""),
        "registration": tuple(in_words(one, language) for one in ("registered", "non_registered")),
        "grid": ("第一网格", "第一网格") if language == "zh" else ("Grid 1", "Grid 1"),
        "household": ("12-3-402", "12-3-402"),
        "address": ("八里新村12幢3单元402室",) * 2 if language == "zh" else ("Bali 12-3-402",) * 2,
        "roles": (
            in_words(Role.ELDER, language),
            f"{in_words(Role.RESIDENT, language)}、{in_words(Role.VOLUNTEER, language)}",
        ),
        "language": (in_words("zh", language), in_words("zh", language)),
        "email": ("", "li.ming@example.org"),
    }
    return [header, *([made_up[column][at] for column in columns] for at in (0, 1))]
