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
from marketplace import Imported, import_election
from marketplace.errors import BadElectionFile

STEPS = {
    "read": "Reading the file ...",
    "greedy": "Counting: most votes first ...",
    "mes": "Counting: Method of Equal Shares ...",
    "store": "Storing the file and both counts ...",
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

    The file is kept byte for byte and can be downloaded from its page. It is counted once, greedy
    and by the Method of Equal Shares, both with cost satisfaction and ties by project id as text.
    The same file again changes nothing. Progress goes to standard error, the result's address to
    standard output.

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
            imported = asyncio.run(_import(content, file.name, code))
        except BadElectionFile as error:
            raise StopError(f"{file}: {error} Nothing was stored.", Exit.BAD_FILE) from error
    if imported.known:
        click.echo("This file was imported before; nothing was changed.", err=True)
    else:
        click.echo(f"Stored and counted in {perf_counter() - begun:.1f} seconds.", err=True)
    click.echo(f"/elections/{imported.id}")


async def _import(content: bytes, name: str, code: str | None) -> Imported:
    async with reached(connection_settings()) as connection:
        found = await standing(connection)
    if not found.current:
        raise StopError(found.complaint(), Exit.NOT_CURRENT)
    chosen = _chosen(await communities(), code)
    return await import_election(
        content,
        community_id=chosen.id,
        file_name=name,
        tell=lambda step: click.echo(STEPS[step], err=True),
    )


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
