"""`linli serve`: serve the site."""

import asyncio
import os
from contextlib import ExitStack

import click

from app.embedded import running_embedded
from app.migrations import migrate, want_current
from app.serving import check_port, serve, stop_on_signal, tell_address
from app.settings import settings


@click.command()
@click.option("--host", help="The address to listen on; default LINLI_HOST, else 127.0.0.1.")
@click.option("--port", help="The port to listen on; default LINLI_PORT, else 8000.")
@click.option("--workers", help="Processes that answer requests; default LINLI_WORKERS, else 1.")
@click.option("--migrate", "migrate_first", is_flag=True, help="Migrate DATABASE_URL first.")
def command(
    host: str | None, port: str | None, workers: str | None, *, migrate_first: bool
) -> None:
    """Serve the site until SIGTERM or Ctrl-C.

    Without DATABASE_URL it starts its own PostgreSQL under LINLI_VAR/postgres and migrates it.
    With DATABASE_URL it wants a database that `linli migrate` has brought up to date, or
    --migrate. When told to stop it lets requests and jobs finish (at most
    LINLI_STOP_SECONDS_MAX), then stops its PostgreSQL.

    \b
    Examples:
      linli serve
      LINLI_PUBLIC_ADDRESS=https://linli.example linli serve --workers 2
      DATABASE_URL=postgresql://linli:...@db/linli linli serve --migrate
    """
    given = {"LINLI_HOST": host, "LINLI_PORT": port, "LINLI_WORKERS": workers}
    os.environ.update({name: value for name, value in given.items() if value is not None})
    settings.cache_clear()
    chosen = settings()
    stop_on_signal()
    check_port(chosen)
    with ExitStack() as stack:
        postgres = None
        if chosen.database_url is None:
            doing = f"serves http://{chosen.host}:{chosen.port}"
            postgres = stack.enter_context(running_embedded(doing))
            asyncio.run(migrate())
        elif migrate_first:
            asyncio.run(migrate())
        else:
            asyncio.run(want_current())
        serve(chosen, postgres, lambda: tell_address(chosen))
