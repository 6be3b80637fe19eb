"""localstripe, a stand-in for Stripe, as a process of its own for the demo and the tests.

It is free software under a licence of its own (GPLv3) that ours does not include: it is run beside
Linli, through `stand_in_program`, and nothing of Linli's imports either. It takes the card numbers
that Stripe names for trying things out, and answers this machine alone.
"""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.postgres import end_with_parent

PROGRAM: Final = "localstripe"
CONFINED: Final = "app.card_payments.stand_in_program"
ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS_MAX: Final = 20
STOP_SECONDS_MAX: Final = 5
EVENTS: Final = (
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
)
SETTINGS: Final = {
    "LINLI_STRIPE_SECRET_KEY": "sk_test_stand_in",
    "LINLI_STRIPE_PUBLIC_KEY": "pk_test_stand_in",
    "LINLI_STRIPE_WEBHOOK_SECRET": "whsec_stand_in",
}
"""Keys that open nothing but the stand-in."""


class DidNotStart(Exception):
    """The stand-in is not installed, or did not answer."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in, and the process that it is."""

    address: str
    process: subprocess.Popen[bytes]

    def tell(self, webhook: str, secret: str = SETTINGS["LINLI_STRIPE_WEBHOOK_SECRET"]) -> None:
        """Let it tell this address of payments, signed with the secret."""
        body = json.dumps({"url": webhook, "secret": secret, "events": list(EVENTS)}).encode()
        asked = urllib.request.Request(  # noqa: S310 (an address of this machine, made above)
            f"{self.address}/_config/webhooks/linli",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=5):  # noqa: S310 (the same)
            pass


def installed() -> bool:
    """Say whether the stand-in is there to be run; it is not imported."""
    return importlib.util.find_spec(PROGRAM) is not None


@contextmanager
def standing_in(file: Path | None = None) -> Iterator[StandIn]:
    """Run the stand-in on a free port of the loopback until the block ends, or this program does.

    What it knows it keeps in `file`, and knows again when it is started with it; in memory alone
    without one. The file's folder must be there, and nobody else's. Raises `DidNotStart`.
    """
    if not installed():
        raise DidNotStart(f"{PROGRAM} is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        number = listening.fileno()
        where = [] if file is None else [str(file.absolute())]
        process = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [sys.executable, "-m", CONFINED, str(number), *where],
            cwd=ROOT,
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_us,  # noqa: PLW1509 (no thread of ours holds a lock here)
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
    try:
        started = StandIn(f"http://127.0.0.1:{port}", process)
        _await_ready(started)
        yield started
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS_MAX)
        if process.poll() is None:
            process.kill()
            process.wait()


def _end_with_us() -> None:
    end_with_parent(signal.SIGKILL)  # it has nothing to put in order


def _await_ready(started: StandIn) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and started.process.poll() is None:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{started.address}/js.stripe.com/v3/", timeout=5),  # noqa: S310 (an address of this machine)
        ):
            return
        time.sleep(0.1)
    raise DidNotStart(f"{PROGRAM} does not answer on {started.address}")
