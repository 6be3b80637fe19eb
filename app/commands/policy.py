"""`linli policy`: check a pack of rules, and adopt it for a community."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

import community
from app import policies
from app.embedded import database_at_hand
from app.exits import Exit, StopError
from app.i18n import speaking
from app.migrations import want_current
from app.policy_words import fault_words
from community import AdoptedPack, Community, Pack
from community.areas import DEFAULT_TIME_ZONE
from community.policy import BadPackFile, read_pack

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def command() -> None:
    """Check a pack of rules, and adopt it for a community.

    A pack is a TOML file; docs/policy.md explains each of its rules.

    \b
    Examples:
      linli policy check pack.toml
      linli policy adopt bali pack.toml
    """


@command.command()
@FILE
@click.option(
    "--community", "code", metavar="CODE", help="Also show what it would change in this community."
)
def check(file: Path, code: str | None) -> None:
    """Say what is wrong with the pack in FILE, each fault by its line.

    Without a community no database is needed; whether the pack's moment is over, and what it would
    change, can be said only for one. Nothing is adopted.

    Exit codes: 0 the file is in order; 2 an argument is wrong; 3 the database cannot be used;
    6 the file has faults.
    """
    if code is None:
        with speaking("en"), naming_faults(file):
            pack = read_pack(
                file.read_bytes(), settings=policies.SETTINGS, zone=ZoneInfo(DEFAULT_TIME_ZONE)
            )
        click.echo(f"{file}: {pack.name!r} is in order.")
        return
    with database_at_hand("checks a pack of rules"), speaking("en"), naming_faults(file):
        lines = asyncio.run(_would_change(file.read_bytes(), code))
    for line in lines:
        click.echo(line)


@command.command()
@click.argument("code", metavar="COMMUNITY")
@FILE
def adopt(code: str, file: Path) -> None:
    """Adopt the pack in FILE for COMMUNITY, named by its code.

    From the pack's moment on, or at once where it names none, its rules hold; what was done before
    stays as it is. Everybody reads them under /policy. The same file again changes nothing.

    Exit codes: 0 adopted, or it was before; 2 an argument is wrong; 3 the database cannot be used;
    5 it needs `linli migrate` first; 6 the file has faults (nothing was adopted).
    """
    with database_at_hand("adopts a pack of rules"), speaking("en"), naming_faults(file):
        before, adopted, changes = asyncio.run(_adopt(file.read_bytes(), code))
    if before:
        click.echo("This pack was adopted before; nothing was changed.", err=True)
    else:
        _tell(changes)
    click.echo(f"{adopted.name!r} holds from {adopted.holds_from.isoformat(timespec='seconds')}.")


async def _would_change(content: bytes, code: str) -> list[str]:
    await want_current()
    home, now = await _community(code), datetime.now(UTC)
    pack = await policies.read_for(home, content, now)
    changes = await _changes(home, pack, now)
    holds = pack.holds_from or now
    first = f"{pack.name!r} is in order. From {holds.isoformat(timespec='seconds')} it would change"
    return [
        f"{first} {len(changes)} of the {len(policies.SETTINGS)} rules of {home.name}.",
        *changes,
    ]


async def _adopt(content: bytes, code: str) -> tuple[bool, AdoptedPack, list[str]]:
    """Adopt; return whether it had been before, the adopted pack, and what it changes."""
    await want_current()
    home, now = await _community(code), datetime.now(UTC)
    pack = await policies.read_for(home, content, now)
    known = {one.id for one in await community.adopted_packs(home.id)}
    changes = await _changes(home, pack, now)
    try:
        adopted = await community.adopt_policy(pack, by=community.system(home.id))
    except community.MomentTaken as error:
        raise StopError(
            f"Another pack of {home.name} holds from {error.holds_from.isoformat()} already. "
            "Nothing was adopted. Write another moment into the file.",
            Exit.MISUSED,
        ) from error
    return adopted.id in known, adopted, changes


async def _changes(home: Community, pack: Pack, now: datetime) -> list[str]:
    before = await community.policy_in_force(home.id, pack.holds_from or now)
    changes = policies.changed(before, community.Policy(pack.settings))
    return [change.line for change in changes]


async def _community(code: str) -> Community:
    try:
        return await community.community_by_code(code)
    except community.UnknownCommunity as error:
        codes = ", ".join(one.code for one in await community.communities()) or "none yet"
        raise StopError(
            f"There is no community {code!r} here, but: {codes}. Nothing was adopted.",
            Exit.MISUSED,
        ) from error


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


@contextmanager
def naming_faults(file: Path) -> Iterator[None]:
    """Turn the faults of a file into the command's end, one line for each."""
    try:
        yield
    except BadPackFile as bad:
        lines = [f"{file}:{one.line}: {fault_words(one)}" for one in bad.faults]
        if bad.more:
            lines.append("There are more; these are the first.")
        raise StopError("\n".join([*lines, "Nothing was adopted."]), Exit.BAD_FILE) from bad
