"""`linli demo`: a community to play with, in one command."""

import asyncio
import importlib
import os
from pathlib import Path

import click

from app.embedded import pooled, running_embedded
from app.migrations import migrate
from app.serving import check_port, serve, stop_on_signal, tell_address
from app.settings import settings

FOLDER = Path("var/demo")


@click.command()
def command() -> None:
    """Start a demo community and serve it, with everybody's door open.

    It keeps to a folder of its own (var/demo, else LINLI_VAR), so no real book is ever touched,
    and a DATABASE_URL is not used. What you do there stays; remove the folder to begin anew.

    \b
    Examples:
      linli demo
      LINLI_PORT=9000 linli demo
    """
    os.environ.setdefault("LINLI_VAR", str(FOLDER))
    os.environ.setdefault("LINLI_LOG_FORMAT", "console")
    os.environ.setdefault("LINLI_LOG_LEVEL", "warning")
    os.environ["LINLI_DEMO"] = "true"
    for name in ("DATABASE_URL", "LINLI_OWNER_DATABASE_URL"):
        os.environ.pop(name, None)
    settings.cache_clear()
    chosen = settings()
    stop_on_signal()
    check_port(chosen)
    with running_embedded(f"serves the demo on http://{chosen.host}:{chosen.port}") as postgres:
        asyncio.run(migrate())
        people = asyncio.run(_fill())

        def tell() -> None:
            tell_address(chosen)
            click.echo("Sign in as one of:", err=True)
            for person in people:
                click.echo(f"  {person}", err=True)
            click.echo("Stop with Ctrl-C.", err=True)

        serve(chosen, postgres, tell)


async def _fill() -> list[str]:
    """Fill in the demo community unless it is there; return a line for each who can sign in."""
    demo = importlib.import_module("app.demo")
    async with pooled():
        people: list[str] = await demo.fill()
    return people
