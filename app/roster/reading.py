"""Opens an uploaded file, whatever it is called, and reads it as a roster in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Any, Final

import puremagic

from app.roster.cells import text_of
from app.roster.columns import Columns, RowReader, Seal
from app.roster.delimited import HEADER_ROWS_MAX, delimited_rows
from app.roster.synonyms import COLUMNS
from app.roster.unreadable import Unreadable
from app.roster.workbook import workbook_rows
from community.roster import RosterRow

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 100
BATCH_ROWS: Final = 500

_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SURE_ENOUGH: Final = 0.4  # puremagic's own measure; a signature of its own reaches it
_TEXTS: Final = {".csv", ".txt", ".tsv", ".json", ".xml", ""}

Cells = tuple[int, list[Any]]


@dataclass(slots=True)
class Sheet:
    """The rows of a file below their header, with the columns that it names.

    `told` is what people are told of the file: its kind, encoding or sheet, its columns.
    """

    header_row: int
    header: list[Any]
    columns: Columns
    told: dict[str, Any]
    rows: Iterator[Cells]

    def batches(self, seal: Seal | None) -> Iterator[list[RosterRow]]:
        """Yield what the rows say, some hundred at a time; empty rows are passed over.

        Raises `Unreadable`.
        """
        reader = RowReader(self.columns, seal)
        count = 0
        while batch := list(islice(self.rows, BATCH_ROWS)):
            read = [reader.read(number, cells) for number, cells in batch]
            known = [row for row in read if row is not None]
            count += len(known)
            if count > ROWS_MAX:
                raise Unreadable("too_many_rows", rows=ROWS_MAX)
            if known:
                yield known
        if count == 0:
            raise Unreadable("empty")


def open_sheet(file: IO[bytes], *, keeps_identity: bool = False) -> Sheet:
    """Find out by its content what a file is, and where its columns stand.

    `keeps_identity` says whether identity numbers are kept here; else their column is told as
    ignored. Raises `Unreadable`.
    """
    rows, told = _rows(file)
    first = list(islice(rows, HEADER_ROWS_MAX))
    if not any(text_of(cell) for _number, cells in first for cell in cells):
        raise Unreadable("empty")
    if any(len(_trimmed(cells)) > COLUMNS_MAX for _number, cells in first):
        raise Unreadable("too_many_columns", columns=COLUMNS_MAX)
    number, header = max(first, key=lambda row: _rank(Columns.of(row[1])))
    columns = Columns.of(header)
    if "name" not in columns.places:
        seen = [str(cell)[:30] for cell in _trimmed(first[0][1])][:8]
        raise Unreadable("no_name_column", seen=seen)
    ignored = [] if keeps_identity or "identity" not in columns.places else ["identity"]
    told = {
        **told,
        "columns": [name for name in COLUMNS if name in columns.places and name not in ignored],
        "unknown": list(columns.unknown)[:30],
        "twice": list(columns.twice)[:30],
        "ignored": ignored,
    }
    below = (row for row in first if row[0] > number)
    return Sheet(number, _trimmed(header), columns, told, chain(below, rows))


def _rank(columns: Columns) -> tuple[bool, int]:
    """Order rows by how much they look like the header; `max` takes the first of equals."""
    return "name" in columns.places, len(columns.places)


def _rows(file: IO[bytes]) -> tuple[Iterator[Cells], dict[str, Any]]:
    file.seek(0)
    start = file.read(8192)
    if not start:
        raise Unreadable("empty")
    if start.startswith(_ZIP):
        return workbook_rows(file)
    if start.startswith(_OLD_OFFICE):
        raise Unreadable("old_excel")
    kind = _kind(start)
    if kind not in _TEXTS:
        raise Unreadable("wrong_kind", kind=kind.lstrip("."))
    return delimited_rows(file)


def _kind(start: bytes) -> str:
    """Return the usual end of such files' names, nothing for what has no mark of its own."""
    try:
        found = puremagic.magic_string(start)
    except (puremagic.PureError, ValueError):
        return ""
    sure = [one for one in found if one.confidence >= _SURE_ENOUGH]
    return sure[0].extension if sure else ""


def _trimmed(cells: list[Any]) -> list[Any]:
    """Return the cells without the empty ones at the end."""
    last = next((at for at in range(len(cells), 0, -1) if cells[at - 1] not in (None, "")), 0)
    return cells[:last]
