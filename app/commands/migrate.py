"""`linli migrate`: bring the database's tables to this program's state."""

import asyncio

import click

from app.embedded import database_at_hand
from app.migrations import migrate


@click.command()
def command() -> None:
    """Bring the database's tables to this program's state, all or nothing.

    Run it after an upgrade, before `linli serve`, with a backup at hand. It connects as
    LINLI_OWNER_DATABASE_URL (else DATABASE_URL), makes the role linli_app if it is missing, and
    may be run again at any time: what has run is not run twice.

    \b
    Example:
      LINLI_OWNER_DATABASE_URL=postgresql://owner:...@db/linli linli migrate
    """
    with database_at_hand("migrates the database"):
        ran = asyncio.run(migrate())
    for name in ran:
        click.echo(f"ran {name}")
    click.echo(f"The database is current ({len(ran)} migrations ran).")
