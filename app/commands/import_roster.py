"""`linli import-roster`: bring the people in a file into a community's register."""

import asyncio
import sys
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from app.commands.choosing import chosen_community
from app.embedded import database_at_hand, pooled
from app.exits import Exit, StopError
from app.i18n import speaking
from app.migrations import want_current
from app.roster.reading import FILE_BYTES_MAX
from app.roster.report import faulty_rows, kept_file
from app.roster.synonyms import header_of
from app.roster.words import STEPS, fault_words, unreadable_words
from app.roster.working import step
from app.roster.writing import csv_pieces
from community import system
from community.roster import (
    Outcome,
    RosterImport,
    RosterStatus,
    confirm_roster,
    drop_roster,
    next_roster,
    planned_rows,
    receive_roster,
    roster_import,
)

SHOWN: Final = 50
WAIT_SECONDS: Final = 0.5

console: Final = Console(stderr=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--community", "code", metavar="CODE", help="Which community, if there are several.")
@click.option("--dry-run", is_flag=True, help="Only say what each row would do.")
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--leave-out", is_flag=True, help="Leave rows with faults out; store the others.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the faulty rows with their faults to this CSV file.",
)
def command(
    file: Path, code: str | None, *, dry_run: bool, yes: bool, leave_out: bool, report: Path | None
) -> int:
    """Bring the people in FILE (.xlsx or CSV) into a community's register.

    First it says what each row would do: new, a change, the same, or a fault. Then all of it is
    stored in one transaction, or nothing. A row that is missing from the file is left alone, an
    empty cell changes nothing, and the same file again changes nothing. docs/roster.md tells of
    the columns.

    \b
    Examples:
      linli import-roster --dry-run roster.xlsx
      linli import-roster --report faults.csv roster.xlsx
      linli import-roster --community bali --yes --leave-out roster.csv

    Exit codes: 0 stored, or nothing to store; 2 an argument is wrong; 3 the database cannot be
    used; 6 the file cannot be read, or has faults and nothing was stored.
    """
    if not 0 < file.stat().st_size <= FILE_BYTES_MAX:
        raise StopError(
            f"{file}: allowed are 1 byte to {FILE_BYTES_MAX // 1024 // 1024} MB. Nothing was "
            "stored.",
            Exit.BAD_FILE,
        )
    with database_at_hand("imports a roster"), speaking("en"):
        found = asyncio.run(_check(file, code, report))
        if dry_run or not _goes_on(found, yes=yes, leave_out=leave_out):
            asyncio.run(_let_go(found))
            return Exit.BAD_FILE if found.fault_rows else Exit.OK
        done = asyncio.run(_store(found, leave_out=leave_out))
    console.print(
        f"Stored: {done.new_rows:,} new, {done.changed_rows:,} changed; "
        f"{done.same_rows:,} were the same, {done.fault_rows:,} left out."
    )
    return Exit.OK


async def _check(file: Path, code: str | None, report: Path | None) -> RosterImport:
    await want_current()
    async with pooled():
        here = await chosen_community(code)
        import_id = uuid4()
        with file.open("rb") as content:
            await receive_roster(import_id, content, file_name=file.name, by=system(here.id))
        found = await _see_through(import_id, here.id, RosterStatus.UPLOADED)
        if found.status is not RosterStatus.CHECKED:
            why = unreadable_words(found.found) if found.found else "Reading it failed."
            raise StopError(f"{file}: {why} Nothing was stored.", Exit.BAD_FILE)
        _tell_counts(found)
        await _tell_faults(found)
        if report is not None:
            await _write_report(found, report)
    return found


def _goes_on(found: RosterImport, *, yes: bool, leave_out: bool) -> bool:
    """Say whether there is something to store and somebody wants it stored."""
    if found.fault_rows and not leave_out:
        console.print("Nothing was stored. Mend the file, or leave those rows out: --leave-out")
        return False
    if not found.new_rows + found.changed_rows:
        console.print("Nothing is to be stored: everybody is in the register as the file says.")
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        console.print("Nothing was stored. Say --yes to store.")
        return False
    return click.confirm("Store this?", err=True)


async def _let_go(found: RosterImport) -> None:
    async with pooled():
        await drop_roster(found.id, by=system(found.community_id))


async def _store(found: RosterImport, *, leave_out: bool) -> RosterImport:
    async with pooled():
        await confirm_roster(found.id, leave_out=leave_out, by=system(found.community_id))
        done = await _see_through(found.id, found.community_id, RosterStatus.CONFIRMED)
    if done.status is RosterStatus.CHECKED:
        raise StopError(
            "The register changed meanwhile, so nothing was stored. Run it again to see what the "
            "file would do now.",
            Exit.FAILED,
        )
    if done.status is not RosterStatus.DONE:
        raise StopError("Storing failed; nothing was stored. The log says why.", Exit.FAILED)
    return done


async def _see_through(import_id: UUID, community_id: UUID, status: RosterStatus) -> RosterImport:
    """Take a roster past this status, or wait until a running site has done so."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        shown = bar.add_task("", total=None)

        async def tell(name: str, done: int, whole: int | None) -> None:
            bar.update(shown, description=STEPS[name], completed=done, total=whole)

        while True:
            waiting = await next_roster(import_id)
            if waiting is not None:
                await step(waiting, tell)
            found = await roster_import(import_id, community_id=community_id)
            if found.status is not status:
                return found
            if waiting is None:
                await asyncio.sleep(WAIT_SECONDS)


def _tell_counts(found: RosterImport) -> None:
    columns = ", ".join(header_of(column, "en") for column in found.found["columns"])
    console.print(f"{found.rows:,} people. Columns: {columns}.", highlight=False)
    for name, said in (("unknown", "Not read"), ("twice", "Named twice"), ("ignored", "Not kept")):
        if found.found.get(name):
            console.print(escape(f"{said}: {', '.join(found.found[name])}."), highlight=False)
    if found.found["new_grids"]:
        console.print(escape(f"New grids: {', '.join(found.found['new_grids'])}."))
    table = Table("", "rows", show_header=False)
    for outcome in Outcome:
        table.add_row(outcome.value, f"{found.counted(outcome):,}")
    console.print(table)


async def _tell_faults(found: RosterImport) -> None:
    rows = await planned_rows(found.id, outcome=Outcome.FAULT, size=SHOWN)
    for row in rows:
        for fault in row.faults:
            value = f" {fault.value!r}" if fault.value else ""
            column = header_of(fault.column, "en")
            line = f"row {row.row_number}, {column}{value}: {fault_words(fault)}"
            click.echo(line)
    if found.fault_rows > len(rows):
        click.echo(f"... and {found.fault_rows - len(rows):,} rows more; see --report")


async def _write_report(found: RosterImport, path: Path) -> None:
    file = await kept_file(found.id)
    if file is None:
        return
    with path.open("wb") as out:
        async for piece in csv_pieces(faulty_rows(found.id, file, "en")):
            out.write(piece)
    console.print(f"The faulty rows are in {path}.")
