"""localstripe, confined: it answers this machine alone, and keeps its state where it is told.

    python -m app.card_payments.stand_in_program SOCKET [FILE]

Started by itself it listens on every address of the machine and writes all it knows into one file
of the shared temporary folder, which the next one to start reads. Here it takes a socket that
whoever starts it has opened on the loopback, by the socket's number, and keeps what it knows in the
file that is named, which it reads again when it starts; without one it keeps nothing.

It also tells of refunds, as Stripe does and localstripe does not. This module is a program of its
own, run as a process of its own, and imported by none: localstripe is GPLv3.
"""

import os
import pickle
import socket
import sys
from pathlib import Path
from typing import Any, Final

from localstripe import resources, server, webhooks

TOLD_OF: Final = "refund.created"


def keep_in(file: Path | None) -> None:
    """Let the stand-in keep its state in this file, whole or not at all, or nowhere."""

    def load(store: dict[str, Any]) -> None:
        if file is not None and file.exists():
            # Written by ourselves, in a folder that nobody else may write to.
            store.update(pickle.loads(file.read_bytes()))  # noqa: S301

    def dump(store: dict[str, Any]) -> None:
        if file is not None:
            written = file.with_name(f"{file.name}.new")
            opened = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as out:
                pickle.dump(store, out, protocol=pickle.HIGHEST_PROTOCOL)
            written.replace(file)

    store = resources.Store
    store.try_load_from_disk, store.dump_to_disk = load, dump
    # It is written after each request that may have changed it; not also for each single change.
    store.__setitem__, store.__delitem__ = dict.__setitem__, dict.__delitem__


def tell_of_refunds() -> None:
    """Let a refund that was asked for be told of, as a payment is."""

    def made(of: type, /, **asked: Any) -> Any:
        refund = of(**asked)
        webhooks.schedule_webhook(resources.Event(TOLD_OF, refund))
        return refund

    resources.Refund._api_create = classmethod(made)  # noqa: SLF001 (it has no other way in)


def main(number: str, file: str = "") -> None:
    """Answer on the socket of this number until the process is ended."""
    keep_in(Path(file) if file else None)
    tell_of_refunds()
    resources.store.try_load_from_disk()
    given = socket.socket(fileno=int(number))
    server.web.run_app(server.app, sock=given, access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
