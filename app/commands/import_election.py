"""`linli import-election`: take in a published election with its counts."""

import asyncio
from pathlib import Path
from time import perf_counter

import click

from app.database import connection_settings, reached
from app.embedded import database_at_hand
from app.exits import Exit, StopError
from app.migrations import standing
from community import Community, communities
from marketplace import Imported, import_election, result_reading
from marketplace.errors import BadElectionFile
from marketplace.results import Result

STEPS = {
    "read": "Reading the file ...",
    "own": "Counting by the file's own rule ...",
    "greedy": "Counting: most votes first ...",
    "mes": "Counting: Method of Equal Shares ...",
    "store": "Storing the file and its counts ...",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--community",
    "code",
    metavar="CODE",
    help="Whose pages show it; may be left out where there is only one community.",
)
def command(file: Path, code: str | None) -> None:
    """Store the election in FILE (Pabulib's .pb format) and show its result under /elections.

    The file is kept byte for byte and can be downloaded from its page. It is counted by the rule
    that it states, where that can be followed, and compared with the winners it records; and greedy
    and by the Method of Equal Shares, both with cost satisfaction and ties by project id as text.
    The same file again changes nothing. Progress, whether the winners agree, and warnings about the
    file go to standard error, the result's address to standard output.

    \b
    Examples:
      linli import-election district.pb
      linli import-election --community fenghuang district.pb
      LINLI_VAR=var/demo linli import-election district.pb     (into the demo)

    Exit codes: 0 stored, or there already; 2 an argument is wrong; 3 the database cannot be used;
    5 it needs `linli migrate` first; 6 the file is not a valid election (nothing was stored).
    """
    content = file.read_bytes()
    begun = perf_counter()
    with database_at_hand("imports an election"):
        try:
            imported, told = asyncio.run(_import(content, file.name, code))
        except BadElectionFile as error:
            raise StopError(f"{file}: {error} Nothing was stored.", Exit.BAD_FILE) from error
    if imported.known:
        click.echo("This file was imported before; nothing was changed.", err=True)
    else:
        click.echo(f"Stored and counted in {perf_counter() - begun:.1f} seconds.", err=True)
    for line in told:
        click.echo(line, err=True)
    click.echo(f"/elections/{imported.id}")


async def _import(content: bytes, name: str, code: str | None) -> tuple[Imported, list[str]]:
    """Import the file, and return what to say of its winners and of the file itself."""
    async with reached(connection_settings()) as connection:
        found = await standing(connection)
    if not found.current:
        raise StopError(found.complaint(), Exit.NOT_CURRENT)
    chosen = _chosen(await communities(), code)
    imported = await import_election(
        content,
        community_id=chosen.id,
        file_name=name,
        tell=lambda step: click.echo(STEPS[step], err=True),
    )
    stored = await result_reading.election(imported.id, community_id=chosen.id)
    warnings = [f"Warning: {warning}" for warning in stored.warnings]
    return imported, [*_compared(stored.result), *warnings]


def _compared(result: Result) -> list[str]:
    """Say whether the count by the file's own rule gives the winners that the file records."""
    found = result.recorded
    if found is None or found.recorded is None:
        return [f"Not counted by its own rule: {result.not_followed}."] * bool(result.not_followed)
    if found.same:
        return ["By its own rule the winners are exactly those that the file records."]
    return [
        "By its own rule the winners differ from those that the file records.",
        *(f"  only counted here: {name}" for name in found.only_counted),
        *(f"  only recorded: {name}" for name in found.only_recorded),
    ]


def _chosen(known: list[Community], code: str | None) -> Community:
    """Return the community that was asked for, or the only one."""
    codes = ", ".join(one.code for one in known)
    if not known:
        raise StopError(
            "There is no community in this database yet, so nobody could see the election. "
            "Nothing was stored. `linli demo` makes one to try it with.",
            Exit.MISUSED,
        )
    if code is None and len(known) == 1:
        return known[0]
    for one in known:
        if one.code == code:
            return one
    asked = "Say for which community" if code is None else f"There is no community {code!r}"
    raise StopError(f"{asked}: --community {codes}. Nothing was stored.", Exit.MISUSED)
