"""Booking and confirming over HTTP, beside a bare route that writes the same rows.

    python -m bench.visits [--small] [--visits N] [--times N] [--rounds N] [--turns N]

Thirty-two clients are signed in; each books a visit, opens its page, confirms another that has
taken place, and opens that page: one worker of the real program, its templates, its anti-forgery
tokens. The floor is a bare Litestar app behind the same server, with one worker, a pool of the same
size and a copy of the same database: it writes the same rows and does nothing else. All of it is
there twice, with few visits stored and with so many times more. Blocks of all rows alternate, every
other round backwards, so that a busy spell of the machine meets all of them; ratios are taken
within a round, and their median counts. At the end `linli verify` must find all four books right.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

import asyncpg

from app.database import LOGIN_ROLE
from app.postgres import Postgres
from bench.server import DATABASE, Server, running
from bench.visits_clients import Block, Program
from bench.visits_fill import Client, fill, finish

READY_SECONDS_MAX = 120
BLANK = "blank"
"""A database without a row, from which the next one is made."""
Rounds = dict[str, list[Block]]

ROWS = {
    "floor": "floor: the same rows, a bare route",
    "form": "booking and confirming, forms alone",
    "page": "booking and confirming, each with its page",
}


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    visits: int
    times: int
    rounds: int
    turns: int
    clients: int


def environment(postgres: Postgres, database: str) -> dict[str, str]:
    """Return what a program needs to serve this database."""
    address = {
        "DATABASE_URL": postgres.address(role=LOGIN_ROLE, database=database),
        "LINLI_OWNER_DATABASE_URL": postgres.address(database=database),
    }
    return dict(os.environ) | address


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def serving(
    words: list[str], settings: dict[str, str], port: int, path: str
) -> AsyncIterator[int]:
    """Run a program until the block ends; yields its number once it answers."""
    with tempfile.TemporaryFile() as said:
        program = await asyncio.create_subprocess_exec(
            sys.executable, *words, env=settings, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            until = time.monotonic() + READY_SECONDS_MAX
            while not await asyncio.to_thread(_answers, port, path):
                if program.returncode is not None or time.monotonic() > until:
                    said.seek(0)
                    raise RuntimeError(f"{words} does not serve:\n{said.read().decode()[-4000:]}")
                await asyncio.sleep(0.1)
            yield program.pid
        finally:
            program.terminate()
            await program.wait()


def _answers(port: int, path: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
            return True
    except OSError as error:
        return "404" in str(error)


@dataclass
class Size:
    """One of the two sizes: a book for the program and one for the floor, and who asks."""

    name: str
    stored: int
    clients: list[Client]
    owners: "dict[str, asyncpg.Connection[asyncpg.Record]]" = field(default_factory=dict)
    behind: dict[str, int] = field(default_factory=dict)

    def books(self) -> dict[str, str]:
        """Return the names of the two databases."""
        return {"linli": self.name, "floor": f"{self.name}_floor"}


@asynccontextmanager
async def both(server: Server, size: Size) -> AsyncIterator[dict[str, Program]]:
    """Run the program and the floor on a size; yields the rows."""
    linli, floor = free_port(), free_port()
    books = size.books()
    start = ["-c", "from app.commands import main; main()", "serve", "--port", str(linli)]
    settings = environment(server.postgres, books["linli"]) | {"LINLI_WORKERS": "1"}
    bare = ["-m", "bench.visits_floor", str(floor)]
    async with (
        serving(start, settings, linli, "/health/ready") as program,
        serving(bare, environment(server.postgres, books["floor"]), floor, "/") as other,
    ):
        yield {
            "floor": Program("floor", floor, other, bare=True),
            "form": Program("form", linli, program, page=False),
            "page": Program("page", linli, program),
        }


def book_of(row: str) -> str:
    """Return whose book a row works in; the two rows of the program share one."""
    return "floor" if row == "floor" else "linli"


async def measure(server: Server, sizes: list[Size], how: Options) -> dict[str, Rounds]:
    """Warm up, then measure all rows of both sizes in alternating rounds.

    Each block books `turns` visits for each client and confirms those that the last one of the
    same book had booked.
    """
    rounds: dict[str, Rounds] = {size.name: {row: [] for row in ROWS} for size in sizes}
    async with AsyncExitStack() as stack:
        programs = {
            size.name: await stack.enter_async_context(both(server, size)) for size in sizes
        }
        for size in sizes:
            for row in ("floor", "page"):
                first = [(turn, None) for turn in range(how.turns)]
                await programs[size.name][row].block(server, size.clients, first)
                await finish(size.owners[book_of(row)])
        order = [(size, row) for row in ROWS for size in sizes]
        for number in range(how.rounds + 1):  # the first one only warms up
            for size, row in order if number % 2 == 0 else reversed(order):
                book = book_of(row)
                begin = size.behind.get(book, 0)
                turns = [(begin + how.turns + turn, begin + turn) for turn in range(how.turns)]
                block = await programs[size.name][row].block(server, size.clients, turns)
                size.behind[book] = begin + how.turns
                await finish(size.owners[book])
                if number:
                    rounds[size.name][row].append(block)
            if number:
                rates = "  ".join(
                    f"{size.name} {row} {rounds[size.name][row][-1].rate:,.0f}/s"
                    for size, row in order
                )
                print(f"  round {number} of {how.rounds}: {rates}", flush=True)
    return rounds


def verified(server: Server, database: str) -> None:
    """Let `linli verify` look at a book; raises `CalledProcessError` where it is wrong."""
    start = "from app.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, "verify", "--quiet"],
        env=environment(server.postgres, database),
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"  {database}: {done.stdout.strip()}", flush=True)


def ratio(blocks: list[Block], over: list[Block]) -> float:
    """Return how many times as fast the ones were as the others, in the middle of the rounds."""
    return median(one.rate / other.rate for one, other in zip(blocks, over, strict=True))


def table(title: str, rounds: Rounds) -> None:
    """Print what was found."""
    print(f"\n{title}\n")
    print("| what | per second | x floor | p50, ms | p99, ms | CPU of the program, ms "
          "| of PostgreSQL, ms | CPU x floor |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    floor = rounds["floor"]
    least = median(block.cpu for block in floor)
    for name, words in ROWS.items():
        blocks = rounds[name]
        waits = sorted(wait for block in blocks for wait in block.waits)
        percent = quantiles(waits, n=100)
        program = median(block.program_cpu / block.done * 1000 for block in blocks)
        database = median(block.server_cpu / block.done * 1000 for block in blocks)
        print(
            f"| {words} | {median(block.rate for block in blocks):,.0f} "
            f"| {ratio(blocks, floor):.3f} | {percent[49]:.0f} | {percent[98]:.0f} "
            f"| {program:.1f} | {database:.2f} | {(program + database) / least:.1f} |"
        )
    print(flush=True)


async def filled(server: Server, name: str, visits: int, how: Options) -> Size:
    """Fill a database, name it, copy it for the floor, and leave an empty one in its place."""
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when imported)

    began = time.monotonic()
    await DB.start_connection_pool(min_size=1, max_size=4)
    owner = await asyncpg.connect(server.postgres.address(database=DATABASE))
    requests = how.turns * (2 * how.rounds + 4)
    clients = await fill(owner, visits=visits, clients=how.clients, requests=requests)
    stored = await owner.fetchval("SELECT count(*) FROM visit WHERE state = 'confirmed'")
    bytes_ = await owner.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    await owner.close()
    await DB.close_connection_pool()  # a database is copied when nobody is in it
    size = Size(name, stored, clients)
    other = await asyncpg.connect(server.postgres.address())
    await other.execute(f"ALTER DATABASE {DATABASE} RENAME TO {name}")
    await other.execute(f"CREATE DATABASE {name}_floor TEMPLATE {name} STRATEGY file_copy")
    await other.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {BLANK}")
    await other.close()
    for book, database in size.books().items():
        size.owners[book] = await asyncpg.connect(server.postgres.address(database=database))
    print(f"{name}: {stored:,} visits stored, {bytes_}, made in {time.monotonic() - began:.0f} s")
    return size


async def both_sizes(folder: Path, how: Options) -> tuple[list[Size], dict[str, Rounds]]:
    """Make both sizes on one server, measure them, and look at the four books."""
    async with running(folder, pool=1, keep=False) as server:
        from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

        await DB.close_connection_pool()
        await server.owner.close()
        other = await asyncpg.connect(server.postgres.address())
        await other.execute(f"CREATE DATABASE {BLANK} TEMPLATE {DATABASE}")
        await other.close()
        sizes = [
            await filled(server, "few", how.visits, how),
            await filled(server, "many", how.visits * how.times, how),
        ]
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        rounds = await measure(server, sizes, how)
        for size in sizes:
            for book, database in size.books().items():
                await size.owners[book].close()
                await asyncio.to_thread(verified, server, database)
        await DB.start_connection_pool(min_size=1, max_size=1)  # for `running` to close
    return sizes, rounds


async def main(how: Options) -> None:
    """Measure both sizes and print how they compare."""
    began = time.monotonic()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as made:
        sizes, rounds = await both_sizes(Path(made) / "var", how)
    for size in sizes:
        table(f"With {size.stored:,} visits stored, {how.clients} clients", rounds[size.name])
    few, many = (rounds[size.name] for size in sizes)
    print(f"With {how.times} times as many visits stored:\n")
    print("| what | per second, x with few | CPU, x with few |")
    print("| --- | --- | --- |")
    for name, words in ROWS.items():
        cpu = [median(block.cpu for block in one[name]) for one in (few, many)]
        print(f"| {words} | {ratio(many[name], few[name]):.2f} | {cpu[1] / cpu[0]:.2f} |")
    load, minutes = os.getloadavg()[0], (time.monotonic() - began) / 60
    print(f"\nAll of it took {minutes:.1f} minutes; load {load:.1f} at the end.")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--visits", type=int, default=2_000, help="with few stored")
    words.add_argument("--times", type=int, default=100, help="as many more with many stored")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--turns", type=int, default=4, help="of each client in each block")
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--small", action="store_true", help="300 and 30,000, two short rounds")
    given = words.parse_args()
    if given.small:
        words.set_defaults(visits=300, rounds=2, turns=3)
        given = words.parse_args()
    asyncio.run(main(Options(given.visits, given.times, given.rounds, given.turns, given.clients)))
