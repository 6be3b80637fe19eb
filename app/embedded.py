"""Have the database at hand for as long as a command needs it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import click

from app.database import embedded, pool_settings, prepare_embedded
from app.folder import Folder
from app.postgres import Postgres
from app.settings import settings


@contextmanager
def running_embedded(doing: str) -> Iterator[Postgres]:
    """Hold the folder and run the embedded server inside the block; stop it cleanly after.

    Raises `StopError` when another program has the folder, or the server cannot start.
    """
    with Folder(settings().var).hold(doing):
        server = embedded()
        if not server.cluster.exists():
            click.echo(f"Making a new database in {server.folder} ...", err=True)
        try:
            server.start()
            asyncio.run(prepare_embedded(server))
            yield server
        finally:
            server.stop()


@contextmanager
def database_at_hand(doing: str) -> Iterator[None]:
    """Have the database reachable inside the block.

    That is the server of `DATABASE_URL`, or the embedded one that a running `linli serve` has
    started already, or else an embedded one started for this block alone.
    """
    if settings().database_url is not None or Folder(settings().var).occupant() is not None:
        yield
        return
    with running_embedded(doing):
        yield


@asynccontextmanager
async def pooled() -> AsyncIterator[None]:
    """Hold a pool of connections inside the block: for a command that asks the database much."""
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

    await DB.start_connection_pool(**pool_settings())
    try:
        yield
    finally:
        await DB.close_connection_pool()
