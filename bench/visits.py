"""Booking and confirming over HTTP, beside a bare route that writes the same rows.

    python -m bench.visits [--small] [--visits N] [--times N] [--rounds N] [--turns N]

Thirty-two clients are signed in; each books a visit, opens its page, confirms another that has
taken place, and opens that page: one worker of the real program, its templates, its anti-forgery
tokens. The floor is a bare Litestar app behind the same server, with one worker, a pool of the same
size and a copy of the same database: it writes the same rows and does nothing else. Blocks of the
rows alternate, every other round backwards, so that a busy spell of the machine meets all of them;
ratios are taken within a round, and their median counts. All of it is done with few visits stored
and with so many times more. At the end of each, `linli verify` must find both books right.
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
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

import asyncpg

from app.database import LOGIN_ROLE
from app.postgres import Postgres
from bench.server import DATABASE, Server, running
from bench.visits_clients import Block, Program
from bench.visits_fill import Client, fill, finish

FLOOR = "floor"
READY_SECONDS_MAX = 120
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


@asynccontextmanager
async def both(server: Server) -> AsyncIterator[dict[str, Program]]:
    """Run the program and the floor; yields the rows."""
    linli, floor = free_port(), free_port()
    start = "from app.commands import main; main()"
    async with (
        serving(
            ["-c", start, "serve", "--port", str(linli)],
            environment(server.postgres, DATABASE) | {"LINLI_WORKERS": "1"},
            linli,
            "/health/ready",
        ) as program,
        serving(
            ["-m", "bench.visits_floor", str(floor)],
            environment(server.postgres, FLOOR),
            floor,
            "/",
        ) as bare,
    ):
        yield {
            "floor": Program("floor", floor, bare, bare=True),
            "form": Program("form", linli, program, page=False),
            "page": Program("page", linli, program),
        }


async def measure(
    server: Server, floor: "asyncpg.Connection[asyncpg.Record]", clients: list[Client], how: Options
) -> Rounds:
    """Warm up, then measure all rows in alternating rounds.

    Each block books `turns` visits for each client and confirms those that the last one of the
    same book had booked; the two rows of the program share its book.
    """
    rounds: Rounds = {name: [] for name in ROWS}
    owners = {"floor": floor, "linli": server.owner}
    behind = {"floor": 0, "linli": 0}
    async with both(server) as rows:
        for book, row in (("floor", "floor"), ("linli", "page")):
            await rows[row].block(server, clients, [(turn, None) for turn in range(how.turns)])
            await finish(owners[book])
        for number in range(how.rounds + 1):  # the first one only warms up
            for name in ROWS if number % 2 == 0 else reversed(ROWS):
                book = "floor" if name == "floor" else "linli"
                begin = behind[book]
                turns = [(begin + how.turns + turn, begin + turn) for turn in range(how.turns)]
                block = await rows[name].block(server, clients, turns)
                behind[book] += how.turns
                await finish(owners[book])
                if number:
                    rounds[name].append(block)
            if number:
                rates = "  ".join(f"{name} {rounds[name][-1].rate:,.0f}/s" for name in ROWS)
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


def ratio(rounds: Rounds, row: str, over: str = "floor") -> float:
    """Return how many times as fast one row is as another, in the middle of the rounds."""
    pairs = zip(rounds[row], rounds[over], strict=True)
    return median(one.rate / other.rate for one, other in pairs)


def table(title: str, rounds: Rounds) -> None:
    """Print what was found."""
    print(f"\n{title}\n")
    print("| what | per second | x floor | p50, ms | p99, ms | CPU of the program, ms "
          "| of PostgreSQL, ms | CPU x floor |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    least = median(block.cpu for block in rounds["floor"])
    for name, words in ROWS.items():
        blocks = rounds[name]
        waits = sorted(wait for block in blocks for wait in block.waits)
        percent = quantiles(waits, n=100)
        program = median(block.program_cpu / block.done * 1000 for block in blocks)
        database = median(block.server_cpu / block.done * 1000 for block in blocks)
        print(
            f"| {words} | {median(block.rate for block in blocks):,.0f} "
            f"| {ratio(rounds, name):.3f} | {percent[49]:.0f} | {percent[98]:.0f} "
            f"| {program:.1f} | {database:.2f} | {(program + database) / least:.1f} |"
        )
    print(flush=True)


async def one_size(folder: Path, visits: int, how: Options) -> Rounds:
    """Fill a new database with so many visits, copy it for the floor, and measure."""
    async with running(folder, pool=4, keep=False) as server:
        began = time.monotonic()
        requests = how.turns * (2 * how.rounds + 4)
        clients = await fill(server.owner, visits=visits, clients=how.clients, requests=requests)
        from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

        await DB.close_connection_pool()  # a database is copied when nobody is in it
        other = await asyncpg.connect(server.postgres.address())
        await server.owner.close()
        await other.execute(f"CREATE DATABASE {FLOOR} TEMPLATE {DATABASE} STRATEGY file_copy")
        await other.close()
        await DB.start_connection_pool(min_size=1, max_size=1)  # for `running` to close
        owner = await asyncpg.connect(server.postgres.address(database=DATABASE))
        floor = await asyncpg.connect(server.postgres.address(database=FLOOR))
        stored = await owner.fetchval("SELECT count(*) FROM visit WHERE state = 'confirmed'")
        size = await owner.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
        print(f"{stored:,} visits stored, {size}, made in {time.monotonic() - began:.0f} s; "
              f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
        open_server = Server(server.postgres, owner)
        rounds = await measure(open_server, floor, clients, how)
        table(f"With {stored:,} visits stored, {how.clients} clients", rounds)
        for database in (DATABASE, FLOOR):
            await asyncio.to_thread(verified, open_server, database)
        await owner.close()
        await floor.close()
    return rounds


async def main(how: Options) -> None:
    """Measure both sizes and print how they compare."""
    began = time.monotonic()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as made:
        folder = Path(made) / "var"
        few = await one_size(folder, how.visits, how)
        many = await one_size(folder, how.visits * how.times, how)
    print(f"\nWith {how.times} times as many visits stored:\n")
    print(
        "| what | per second, x that with few | x floor, x that with few | CPU, x that with few |"
    )
    print("| --- | --- | --- | --- |")
    for name, words in ROWS.items():
        rates = [median(block.rate for block in rounds[name]) for rounds in (few, many)]
        cpu = [median(block.cpu for block in rounds[name]) for rounds in (few, many)]
        beside = ratio(many, name) / ratio(few, name)
        print(f"| {words} | {rates[1] / rates[0]:.2f} | {beside:.2f} | {cpu[1] / cpu[0]:.2f} |")
    print(f"\nAll of it took {(time.monotonic() - began) / 60:.1f} minutes.")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--visits", type=int, default=3_000, help="with few stored")
    words.add_argument("--times", type=int, default=100, help="as many more with many stored")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--turns", type=int, default=6, help="of each client in each block")
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--small", action="store_true", help="500 and 50,000, three short rounds")
    given = words.parse_args()
    if given.small:
        words.set_defaults(visits=500, rounds=3, turns=3)
        given = words.parse_args()
    asyncio.run(main(Options(given.visits, given.times, given.rounds, given.turns, given.clients)))
