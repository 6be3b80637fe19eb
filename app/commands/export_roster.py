"""`linli export-roster`: write a community's people to a file that can be read in again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import click

from app.commands.choosing import chosen_community
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.migrations import want_current
from app.roster.synonyms import header_of
from app.roster.writing import cells_of, csv_pieces, pieces_of, workbook_file
from community import Community, system
from community.roster import ROSTER_COLUMNS, record_export, roster_entries


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--community", "code", metavar="CODE", help="Which community, if there are several.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def command(file: Path, code: str | None, *, language: str) -> int:
    """Write a community's active members to FILE, a workbook (.xlsx) or CSV by its name's end.

    It holds everything that a roster holds, but no identity numbers. Reading it in again changes
    nothing.

    \b
    Example:
      linli export-roster --community bali bali.xlsx
    """
    if file.suffix.lower() not in {".xlsx", ".csv"}:
        raise StopError(f"{file}: the name ends in .xlsx or .csv.", Exit.MISUSED)
    with database_at_hand("exports a roster"):
        count = asyncio.run(_export(file, code, language))
    click.echo(f"{count:,} people are in {file}.", err=True)
    return Exit.OK


async def _export(file: Path, code: str | None, language: str) -> int:
    await want_current()
    columns = [column for column in ROSTER_COLUMNS if column != "identity"]
    count = 0

    async def rows(here: Community) -> AsyncIterator[Sequence[str]]:
        nonlocal count
        yield [header_of(column, language) for column in columns]
        async for entry in roster_entries(here.id):
            count += 1
            yield cells_of(entry, columns, language)

    async with pooled():
        here = await chosen_community(code)
        await record_export(columns, grid_id=None, role=None, by=system(here.id))
        with file.open("wb") as out:
            if file.suffix.lower() == ".csv":
                pieces = csv_pieces(rows(here))
            else:
                pieces = pieces_of(await workbook_file(here.name, columns, rows(here)))
            async for piece in pieces:
                out.write(piece)
    return count
