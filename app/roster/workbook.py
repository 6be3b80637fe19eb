"""Reads a workbook (.xlsx) row by row; formulas count for the value that was kept with them."""

import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final

from app.roster.unreadable import Unreadable

# What the whole may become when unpacked. 200,000 rows of a roster take about 150 MB; a file that
# claims more is a mistake or an attack. The names and strings are held in memory, so they get less.
UNPACKED_BYTES_MAX: Final = 200 * 1024 * 1024
STRINGS_BYTES_MAX: Final = 64 * 1024 * 1024
PARTS_MAX: Final = 2000
COLUMNS_READ: Final = 101  # one more than is allowed, to notice it

_WORKBOOK: Final = "xl/workbook.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_ENCRYPTED: Final = 0x1


def check_package(file: IO[bytes]) -> None:
    """Refuse a package that is no workbook, or that would unpack to too much.

    An entry never yields more than the size it claims, so the claims are enough to add up. Raises
    `Unreadable`.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable("broken") from error
    names = {part.filename for part in parts}
    if "content.xml" in names:
        raise Unreadable("open_document")
    if _WORKBOOK not in names:
        raise Unreadable("wrong_kind", kind="zip")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Unreadable("locked")
    strings = sum(part.file_size for part in parts if part.filename == _STRINGS)
    if (
        len(parts) > PARTS_MAX
        or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX
        or strings > STRINGS_BYTES_MAX
    ):
        raise Unreadable("too_large_unpacked", megabytes=UNPACKED_BYTES_MAX // 1024 // 1024)


def workbook_rows(file: IO[bytes]) -> tuple[Iterator[tuple[int, list[Any]]], dict[str, Any]]:
    """Return the rows of the first sheet that has any, with their numbers, and the sheet's name.

    Raises `Unreadable`, now or while the rows are read.
    """
    check_package(file)
    file.seek(0)
    book = _opened(file)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets or book.worksheets:
        rows = _rows(sheet)
        first = next(rows, None)
        if first is not None:
            told = {
                "kind": "xlsx",
                "sheet": str(sheet.title)[:60],
                "other_sheets": len(book.worksheets) - 1,
            }
            return _with_first(first, rows), told
    raise Unreadable("empty")


def _opened(file: IO[bytes]) -> Any:
    import openpyxl  # type: ignore[import-untyped]  # it brings none  # noqa: PLC0415 (slow to import, and few requests need it)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and the like, of which nothing is read
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # a broken file makes the library stumble in any way
        raise Unreadable("broken") from error


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows that hold anything; some programs claim a wrong size, so it is not asked."""
    try:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()
        for number, cells in enumerate(
            sheet.iter_rows(values_only=True, max_col=COLUMNS_READ), start=1
        ):
            if any(cell is not None for cell in cells):
                yield number, list(cells)
    except Unreadable:
        raise
    except Exception as error:  # as above, now in the middle of the sheet
        raise Unreadable("broken") from error


def _with_first(
    first: tuple[int, list[Any]], rows: Iterator[tuple[int, list[Any]]]
) -> Iterator[tuple[int, list[Any]]]:
    yield first
    yield from rows
