"""What a run measures: transfers, wall time, and the CPU that client and server spent on them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One measurement: transfers booked, seconds of wall time, seconds of CPU on either side.

    `others_cpu` is what programs that have no part in it took of the machine meanwhile, `log_bytes`
    what the server wrote to its log.
    """

    transfers: int
    seconds: float
    client_cpu: float
    server_cpu: float = 0.0
    others_cpu: float = 0.0
    log_bytes: int = 0

    @property
    def rate(self) -> float:
        """Transfers a second."""
        return self.transfers / self.seconds

    def stored(self) -> dict[str, Any]:
        """Return the sample for the results file."""
        return asdict(self)


Rounds = dict[str, list[Sample]]
"""Every row's samples, in the order of the rounds."""


async def crowd(act: Callable[[], Awaitable[object]], clients: int, seconds: float) -> Sample:
    """Let that many clients act again and again, for that long."""
    done = 0
    began, cpu = time.perf_counter(), time.process_time()
    until = began + seconds

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await act()
            done += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return Sample(done, time.perf_counter() - began, time.process_time() - cpu)


def rate(rounds: Rounds, row: str) -> float:
    """Return a row's median transfers a second."""
    return median(sample.rate for sample in rounds[row])


def ratios(rounds: Rounds, row: str, over: str) -> list[float]:
    """Return how much faster `row` was than `over`, round by round."""
    return [a.rate / b.rate for a, b in zip(rounds[row], rounds[over], strict=True)]


def log_bytes(rounds: Rounds, row: str) -> float:
    """Return a row's median bytes of PostgreSQL's log (WAL) a transfer."""
    return median(sample.log_bytes / sample.transfers for sample in rounds[row])


def disturbance(rounds: Rounds) -> float:
    """Return which part of the machine's used CPU went to other programs: 0 on a quiet machine."""
    samples = [sample for row in rounds.values() for sample in row]
    others = sum(sample.others_cpu for sample in samples)
    return others / (others + sum(s.client_cpu + s.server_cpu for s in samples))


def cpu_micros(rounds: Rounds, row: str) -> tuple[float, float]:
    """Return a row's median CPU microseconds a transfer: the client's and the server's."""
    samples = rounds[row]
    return (
        median(sample.client_cpu / sample.transfers for sample in samples) * 1e6,
        median(sample.server_cpu / sample.transfers for sample in samples) * 1e6,
    )
