"""Reads text with commas, semicolons or tabs: which writing, which sign, and then line by line."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO, Any, Final

from app.roster.columns import Columns
from app.roster.unreadable import Unreadable

DELIMITERS: Final = ",;\t"
PIECE_BYTES: Final = 256 * 1024
HEADER_ROWS_MAX: Final = 20

# With a byte order mark the writing is known. Else UTF-8, which hardly any other text passes for;
# else GB18030, which knows GBK and GB 2312 as well. Nothing is guessed beyond that.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIED: Final = ("utf-8", "gb18030")


def delimited_rows(file: IO[bytes]) -> tuple[Iterator[tuple[int, list[Any]]], dict[str, Any]]:
    """Return the rows with their numbers, and what was found out: encoding and delimiter.

    A row is a record, as a spreadsheet counts them, also where a quoted cell holds line ends.
    Raises `Unreadable`: no text, or a record that cannot be read.
    """
    encoding = _encoding(file)
    delimiter = _delimiter(file, encoding)
    told = {"kind": "csv", "encoding": encoding, "delimiter": delimiter}
    return _rows(file, encoding, delimiter), told


def _encoding(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else _TRIED:
        if _is_written_in(file, encoding):
            return encoding
    raise Unreadable("no_text")


def _is_written_in(file: IO[bytes], encoding: str) -> bool:
    """Read the whole file strictly; zero characters are no text in any writing."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    file.seek(0)
    try:
        while piece := file.read(PIECE_BYTES):
            if "\x00" in decoder.decode(piece):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(file: IO[bytes], encoding: str) -> str:
    """Return the sign under which the first rows name the most columns."""

    def named(delimiter: str) -> int:
        found = 0
        for number, cells in _rows(file, encoding, delimiter):
            found = max(found, len(Columns.of(cells).places))
            if number >= HEADER_ROWS_MAX:
                break
        return found

    return max(DELIMITERS, key=named)


def _rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), start=1):
            yield number, list(cells)
    except csv.Error as error:
        raise Unreadable("broken_row", row=number + 1) from error
    finally:
        text.detach()
