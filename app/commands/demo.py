"""`linli demo`: a community to play with, in one command."""

import asyncio
import importlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from app.card_payments.standing_in import SETTINGS as STAND_IN_KEYS
from app.card_payments.standing_in import DidNotStart, standing_in
from app.database import embedded, owner_connection_settings, reached
from app.embedded import pooled, running_embedded
from app.exits import Exit, StopError
from app.folder import Folder
from app.migrations import migrate
from app.serving import check_port, serve, stop_on_signal, tell_address
from app.settings import Settings, settings

FOLDER = Path("var/demo")
MARK = "demo"  # the file that says whose folder it is
CARDS = "localstripe.pickle"  # what the stand-in for Stripe knows


@click.command()
def command() -> None:
    """Start a demo community of 5,573 residents and serve it, with everybody's door open.

    It keeps to a folder of its own (var/demo, else LINLI_VAR) and never touches a real book; a
    DATABASE_URL is not used. What you do there stays; remove the folder to begin anew. The first
    start takes about half a minute; stopped in between, the next one begins it anew.

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
    _keep_off_a_real_book(chosen)
    doing = f"serves the demo on http://{chosen.host}:{chosen.port}"
    with running_embedded(doing) as postgres, _cards_to_try(chosen):
        asyncio.run(migrate())
        asyncio.run(_fill())

        def tell() -> None:
            tell_address(chosen)
            site = chosen.public_address or f"http://{chosen.host}:{chosen.port}"
            click.echo(f"Open {site}/sign-in and choose a name; there are no passwords.", err=True)
            for line in _doors():
                click.echo(f"  {line}", err=True)
            click.echo("Stop with Ctrl-C.", err=True)

        serve(chosen, postgres, tell)


@contextmanager
def _cards_to_try(given: Settings) -> Iterator[None]:
    """Let cards be tried: a stand-in for Stripe on this machine, unless keys are set.

    Its payments stay in the demo's folder, as the book of them does. Without it the demo runs as
    well, and its pages say that no card can be taken.
    """
    if given.stripe_secret_key is not None:
        yield
        return
    with ExitStack() as stack:
        try:
            stand_in = stack.enter_context(standing_in(given.var / CARDS))
            stand_in.tell(f"http://127.0.0.1:{given.port}/webhooks/stripe")
        except (DidNotStart, OSError) as trouble:
            click.echo(f"No cards can be tried: {trouble}.", err=True)
        else:
            os.environ.update(STAND_IN_KEYS, LINLI_STRIPE_API=stand_in.address)
            settings.cache_clear()
        yield


def _keep_off_a_real_book(given: Settings) -> None:
    """Mark a new folder as a demo's. Raises `StopError` for one that holds any other database.

    In a demo everybody signs in as anybody: with a real book that must not happen.
    """
    mark = given.var / MARK
    if mark.exists():
        return
    if embedded().cluster.exists():
        raise StopError(
            f"LINLI_VAR: the database in {given.var} is no demo's, or an older one's. Nothing was "
            "touched. Name another folder, or remove this one if all in it may go.",
            Exit.MISUSED,
        )
    Folder(given.var).prepare()
    mark.touch()


def _doors() -> list[str]:
    """Return a line for each role: who has it, and what there is to try."""
    doors = importlib.import_module("app.demo").DOORS
    role = max(len(door.role) for door in doors)
    name = max(len(door.name) for door in doors)
    return [
        # A Chinese character is as wide as two letters.
        f"{door.role:{role}}  {door.name}{'  ' * (name - len(door.name))}  {door.first}"
        for door in doors
    ]


async def _fill() -> None:
    """Fill in the demo community unless it is there.

    The server looks at new rows only within its next minute, and until then guesses how many there
    are; told to look at once, it answers the first visitor as quickly as the next.
    """
    demo = importlib.import_module("app.demo")
    async with pooled():
        fresh = await demo.fill(lambda words: click.echo(f"The first start: {words} ...", err=True))
    if fresh:
        async with reached(owner_connection_settings()) as connection:
            await connection.execute("ANALYZE")
