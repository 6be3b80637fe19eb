"""Twenty thousand ballots over HTTP, beside a bare route that writes the same row.

    python -m bench.ballots [--voters N] [--clients N] [--floor N]

Sixty-four clients vote at once for as many residents as there are, each signed in: some change
their mind, some repeat themselves, some withdraw; four fifths through, a coordinator closes the
round, and the rest is refused. One worker of the real program. The floor is a bare Litestar app
behind the same server, with one worker and a pool of the same size: it writes the same row into the
same database and does nothing else; it is measured before and after. At the end the count must be
exactly what the voters were told.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, quantiles

import psutil

from app.database import DATABASE
from bench.ballots_clients import Outcome, settle, vote_and_close, write_bare, wrong
from bench.server import Server, running
from bench.visits import environment, free_port, serving

CLOSE_AT = 0.8


async def main(voters: int, clients: int, floor_writes: int) -> int:
    """Measure, compare, check; return how many things were wrong."""
    began = time.monotonic()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as made:
        async with running(Path(made) / "var", pool=4, keep=False) as server:
            town = await settle(server.owner, voters)
            print(f"{voters:,} residents are signed in after {time.monotonic() - began:.0f} s")
            linli, floor = free_port(), free_port()
            settings = environment(server.postgres, DATABASE)
            start = ["-c", "from app.commands import main; main()", "serve", "--port", str(linli)]
            bare = ["-m", "bench.ballots_floor", str(floor)]
            async with (
                serving(start, settings | {"LINLI_WORKERS": "1"}, linli, "/health/ready") as ours,
                serving(bare, settings, floor, "/") as theirs,
            ):
                work = [used(theirs, server)]
                floors = [await write_bare(town, floor, clients=clients, writes=floor_writes)]
                work += [used(theirs, server), used(ours, server)]
                found = await vote_and_close(town, linli, clients=clients, close_at=CLOSE_AT)
                work.append(used(ours, server))
                floors.append(await write_bare(town, floor, clients=clients, writes=floor_writes))
            mistakes = await wrong(server.owner, town, found)
    report(found, floors, mistakes)
    bare_work = 1000 * (work[1] - work[0]) / floor_writes
    our_work = 1000 * (work[3] - work[2]) / (found.kept + found.refused)
    print(f"Processor time of the program and the database: floor {bare_work:.2f} ms a write,")
    print(f"ours {our_work:.2f} ms an answer, the closing's share included:"
          f" {our_work / bare_work:.1f} x floor.")  # fmt: skip
    print(f"All of it took {(time.monotonic() - began) / 60:.1f} minutes; "
          f"load {os.getloadavg()[0]:.1f} at the end.")  # fmt: skip
    return len(mistakes)


def used(program: int, server: Server) -> float:
    """Return the seconds of processor time that a program and the database have used so far."""
    first = psutil.Process(program)
    times = [one.cpu_times() for one in (first, *first.children(recursive=True))]
    return sum(one.user + one.system for one in times) + server.cpu_seconds()


def report(found: Outcome, floors: list[float], mistakes: list[str]) -> None:
    """Print what was found."""
    rate, percent = found.kept / found.seconds, quantiles(found.waits, n=100)
    print("\n| what | per second | x floor | p50, ms | p99, ms |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| floor: the same row, a bare route | {mean(floors):,.0f} | 1.000 | | |")
    print(f"| votes | {rate:,.0f} | {rate / mean(floors):.3f} "
          f"| {percent[49]:.0f} | {percent[98]:.0f} |\n")  # fmt: skip
    print(f"{found.kept:,} votes were kept until the closing, {found.refused:,} refused after it.")
    print("Wrong: " + "; ".join(mistakes) if mistakes else
          "The count is exactly what the voters were told; nobody has two.")  # fmt: skip


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--voters", type=int, default=20_000)
    words.add_argument("--clients", type=int, default=64)
    words.add_argument("--floor", type=int, default=4_000, help="writes of the floor, each time")
    given = words.parse_args()
    sys.exit(1 if asyncio.run(main(given.voters, given.clients, given.floor)) else 0)
