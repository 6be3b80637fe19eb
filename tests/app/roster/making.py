"""Files for tests of rosters: workbooks and text, as spreadsheets and careless hands make them."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import openpyxl

from app.roster.reading import Sheet, open_sheet
from community.roster import RosterRow

Rows = Iterable[Sequence[Any]]


def workbook(rows: Rows, *more_sheets: tuple[str, Rows]) -> IO[bytes]:
    book = openpyxl.Workbook()
    book.active.title = "First"
    for row in rows:
        book.active.append(row)
    for title, cells in more_sheets:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file


def text(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> IO[bytes]:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return io.BytesIO(written.getvalue().encode(encoding))


def read(file: IO[bytes]) -> tuple[Sheet, list[RosterRow]]:
    sheet = open_sheet(file)
    return sheet, [row for batch in sheet.batches(None) for row in batch]


def package(**parts: bytes) -> IO[bytes]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file
