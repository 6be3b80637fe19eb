"""Serve the app until told to stop; then let requests finish, and stop everything in order."""

import http.client
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable

import click
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from app import logs
from app.exits import Exit, StopError
from app.folder import Folder
from app.postgres import Postgres
from app.settings import FIGURES_FOLDER, Settings

READY_SECONDS_MAX = 60


def check_port(given: Settings) -> None:
    """Raise `StopError` when the address cannot be listened on."""
    try:
        places = socket.getaddrinfo(given.host, given.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _name, address = places[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StopError(
            f"Cannot listen on {given.host} port {given.port} ({error.strerror}). Nothing was "
            "started. Stop the program that has it, or choose another with LINLI_PORT or --port.",
            Exit.TAKEN,
        ) from error


def serve(given: Settings, postgres: Postgres | None, when_ready: Callable[[], None]) -> None:
    """Serve until a signal; returns after the last request and job have finished.

    Raises `StopError` when a worker or the embedded database ends by itself.
    """
    if given.secret is None:
        Folder(given.var).secret()  # made here, once, before several workers look for it
    _share_figures(given)
    server = Granian(
        "app.main:create_app",
        factory=True,
        address=given.host,
        port=given.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=given.workers,
        workers_kill_timeout=given.stop_seconds_max,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.logging_config(given),
    )
    ended: list[int] = []
    if postgres is not None:
        _in_background(lambda: _stop_with(postgres, ended))
    _in_background(lambda: _tell_when_ready(given, when_ready))
    try:
        server.serve()
    except SystemExit as error:
        if not ended and error.code:
            raise StopError(
                "A worker ended by itself, so Linli stopped. What was acknowledged is stored. "
                "The lines above say why; start it again when that is mended.",
                Exit.FAILED,
            ) from error
    if postgres is not None and ended:
        raise postgres.explain_end(ended[0])


def stop_on_signal() -> None:
    """Let SIGTERM end a start that is still under way as cleanly as Ctrl-C does."""

    def leave(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)


def _share_figures(given: Settings) -> None:
    """Give several workers one place for their figures, empty at each start.

    This comes before anything imports the figures: they read the variable when they are imported.
    """
    os.environ.pop(FIGURES_FOLDER, None)
    if given.workers > 1:
        folder = Folder(given.var).path / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ[FIGURES_FOLDER] = str(folder)


def _stop_with(postgres: Postgres, ended: list[int]) -> None:
    """Stop serving when the database ends while we still serve."""
    code = postgres.wait()
    if code is not None:
        ended.append(code)
        os.kill(os.getpid(), signal.SIGTERM)


def _tell_when_ready(given: Settings, when_ready: Callable[[], None]) -> None:
    """Call back as soon as the app answers."""
    until = time.monotonic() + READY_SECONDS_MAX
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(given.host, given.host)  # noqa: S104 (looked up, not bound)
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection(host, given.port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == http.client.OK:
                when_ready()
                return
        except OSError:
            pass
        time.sleep(0.1)


def _in_background(run: Callable[[], None]) -> None:
    threading.Thread(target=run, daemon=True).start()


def tell_address(given: Settings) -> None:
    """Say where the site is."""
    address = given.public_address or f"http://{given.host}:{given.port}"
    click.echo(f"Linli is ready: {address}", err=True)
    if given.secure and not given.trusted_proxies:
        click.echo(
            "LINLI_PROXIES names no proxy, so all visitors seem to come from one place and are "
            "slowed down together when some guess passwords; see docs/deploy.md.",
            err=True,
        )
