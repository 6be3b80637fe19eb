"""The book's benchmark: every bar in one run, beside a floor and a peer on the same server.

    python -m bench.ledger [--small] [--transfers N] [--seconds S] [--rounds N] ...

Rounds alternate between the rows, every other round backwards, so that a busy spell of the machine
meets all of them; each ratio is taken within its round, and the median of the ratios counts.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from bench.book import Book
from bench.fill import SHORT, History
from bench.floor import Floor
from bench.measuring import Rounds, Sample
from bench.peer import Peer
from bench.reads import read_all
from bench.report import Report
from bench.server import Server, machine_cpu, running

Run = Callable[[str, float], Awaitable[Sample]]

PEER_ROWS = ("hordak wide", "hordak hot")


@dataclass(frozen=True)
class Rows:
    """The rows of the benchmark by name, such as `group wide`, and how long each runs."""

    server: Server
    runs: dict[str, Run]
    seconds: float
    rounds: int

    async def measure(self, report: Report, names: Sequence[str]) -> Rounds:
        """Warm up, then measure the rows in alternating rounds."""
        for name in names:
            await self._sample(name, min(2.0, self.seconds))
        rounds: Rounds = {name: [] for name in names}
        for number in range(self.rounds):
            for name in names if number % 2 == 0 else reversed(names):
                rounds[name].append(await self._sample(name, self.seconds))
            rates = "  ".join(f"{name} {rounds[name][-1].rate:,.0f}" for name in names)
            report.say(f"  round {number + 1} of {self.rounds}: {rates}")
        return rounds

    async def _sample(self, name: str, seconds: float) -> Sample:
        runner, shape = name.split()
        log = await self.server.log_bytes()
        before, machine = self.server.cpu_seconds(), machine_cpu()
        sample = await self.runs[runner](shape, seconds)
        server = self.server.cpu_seconds() - before
        others = machine_cpu() - machine - server - sample.client_cpu
        return replace(
            sample,
            server_cpu=server,
            others_cpu=max(0.0, others),
            log_bytes=await self.server.log_bytes() - log,
        )


async def bench(options: argparse.Namespace) -> None:
    """Run everything that the options ask for."""
    began = time.monotonic()
    folder = options.folder.absolute()
    async with running(folder, pool=options.pool or options.clients, keep=options.keep) as server:
        report = Report(await server.facts(), {k: str(v) for k, v in vars(options).items()})
        book = Book(server, folder, clients=options.clients)
        floor = Floor(server, folder, clients=options.clients)
        peer = Peer(server, clients=options.clients)
        runs: dict[str, Run] = {
            "floor": floor.run,
            "group": book.group,
            "caller": book.caller,
            "import": book.imported,
            "hordak": peer.run,
        }
        rows = Rows(server, runs, options.seconds, options.rounds)
        try:
            await book.prepare(options.accounts)
            await floor.prepare(options.accounts)
            names = [name for name in ROWS if not options.only or name in options.only]
            if any(name in PEER_ROWS for name in names):
                if peer.installed():
                    await peer.prepare(options.accounts)
                else:
                    names = [name for name in names if name not in PEER_ROWS]
                    report.say("django-hordak is left out: `make bench-ledger` installs it.")
            history = await History.reserve(server, book, options.transfers)
            await _measure(rows, names, history, report)
        finally:
            await peer.close()
        report.store(time.monotonic() - began)


async def _measure(rows: Rows, names: Sequence[str], history: History, report: Report) -> None:
    def say(words: str) -> None:
        report.say(f"  {words}")

    await history.fill(SHORT, say)
    short_length = history.filled
    report.say(f"The short book: {short_length:,} transfers, and those that the rounds add.")
    short = await rows.measure(report, names)
    report.throughput(f"With {short_length:,} transfers stored", short)
    report.bars("Bars on throughput", short)
    report.stripes(short)
    if history.rounds == SHORT:
        return
    report.say("Filling the long book.")
    seconds = await history.fill(history.rounds, say)
    report.say(f"The long book: {history.filled:,} transfers more, in {seconds:.0f} s.")
    long = await rows.measure(report, [name for name in names if name not in PEER_ROWS])
    report.throughput(f"With {history.filled:,} transfers stored", long)
    report.growth(short, long)
    report.readings(await read_all(rows.server, history), history.filled)


ROWS = (
    "floor wide",
    "group wide",
    "hordak wide",
    "import wide",
    "caller wide",
    "floor hot",
    "group hot",
    "hordak hot",
    "caller hot",
    "caller striped",
)


def main() -> None:
    """Read the options and run."""
    words = argparse.ArgumentParser(description="Measure the book beside its bars.")
    words.add_argument("--seconds", type=float, default=4, help="for each row in each round")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--accounts", type=int, default=10_000, help="a multiple of ten")
    words.add_argument(
        "--transfers", type=int, default=10_000_000, help="in the long book; 0: no long book"
    )
    words.add_argument("--pool", type=int, help="connections of the app (as many as clients)")
    words.add_argument("--only", action="append", choices=ROWS, help="this row; may be repeated")
    words.add_argument("--folder", type=Path, default=Path("var/bench"))
    words.add_argument("--keep", action="store_true", help="leave the database in the folder")
    words.add_argument("--small", action="store_true", help="two short rounds, 200,000 transfers")
    options = words.parse_args()
    if options.small:
        words.set_defaults(seconds=2, rounds=2, transfers=200_000)
        options = words.parse_args()
    if sys.platform == "linux":
        uvloop.install()
    asyncio.run(bench(options))


if __name__ == "__main__":
    main()
