"""Writes a file with faults back: its faulty rows, and beside each what is wrong with it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from app.i18n import gettext as _
from app.roster.cells import text_of
from app.roster.reading import Sheet, open_sheet
from app.roster.words import column_words, fault_words
from community.roster import Fault, roster_faults, roster_pieces

SPOOLED_BYTES: Final = 2 * 1024 * 1024


async def kept_file(import_id: UUID) -> IO[bytes] | None:
    """Return the uploaded file, on disk where it is large; None where it was thrown away."""
    file = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115 (the caller closes it)
    async for piece in roster_pieces(import_id):
        file.write(piece)
    if not file.tell():
        file.close()
        return None
    file.seek(0)
    return file


async def faulty_rows(
    import_id: UUID, file: IO[bytes], language: str
) -> AsyncIterator[Sequence[str]]:
    """Yield the header with two columns more, and then each faulty row with its number and faults.

    The cells are the file's own, so that they can be mended where they stand and uploaded again.
    The file is read off the event loop, and closed at the end.
    """
    with file:
        sheet = await asyncio.to_thread(open_sheet, file)
        yield [_("Row"), _("What is wrong"), *(text_of(cell) for cell in sheet.header)]
        async for row_number, faults in roster_faults(import_id):
            cells = await asyncio.to_thread(_row, sheet.rows, row_number)
            yield [str(row_number), faults_in_one(faults, language), *_texts(cells, sheet)]


def faults_in_one(faults: Sequence[Fault], language: str) -> str:
    """Return all faults of a row in one text, each with its column."""
    return " ".join(
        f"{column_words(fault.column, language)}: {fault_words(fault)}" for fault in faults
    )


def _row(rows: Iterator[tuple[int, list[Any]]], wanted: int) -> Sequence[Any]:
    """Return the row of this number; rows come in order, so none is passed twice."""
    for row_number, cells in rows:
        if row_number == wanted:
            return cells
    return ()


def _texts(cells: Sequence[Any], sheet: Sheet) -> list[str]:
    return [text_of(cell) for cell in cells[: len(sheet.header)]]
