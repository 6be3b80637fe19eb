"""Measures bringing people in: a workbook into the register, beside a plain COPY of the same rows.

The floor reads the same workbook in the same way and copies the rows, checked by nobody, into one
table with the register's keys. What Linli spends beyond it is the plan, the audit trail,
households, grids and roles. Memory is this process's own, so the file is made by another one.
Silence is the longest time in which whoever waits heard of no progress.

    python -m bench.roster                 5,573 and 100,000 people
    python -m bench.roster --people 5573
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import community
from app.roster.reading import open_sheet
from app.roster.working import step
from bench.server import Server, running
from community import system
from community.roster import (
    RosterImport,
    RosterRow,
    confirm_roster,
    receive_roster,
    roster_import,
)

MAKE = """
import datetime, random, sys, openpyxl
people, path = int(sys.argv[1]), sys.argv[2]
chance = random.Random(7)
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet("名册")
sheet.append("编号 姓名 手机号码 出生日期 户籍 所属网格 户号 家庭住址 角色".split())
last, first = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "芳伟敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚"
for n in range(people):
    home = n // 4
    house, flat = home % 60 + 1, home // 60 + 1
    sheet.append([
        f"BL{n:06d}",
        chance.choice(last) + chance.choice(first) + chance.choice(first),
        13000000000 + people * 1000 + n if n % 5 else None,
        datetime.date(1930, 1, 1) + datetime.timedelta(days=chance.randrange(33000)),
        "户籍" if n % 3 else "非户籍",
        f"第{home % 16 + 1}网格",
        f"{house}-{flat}",
        f"八里新村{house}幢{flat}室",
        "居民、长者" if n % 4 == 0 else "居民",
    ])
book.save(path)
"""
FLOOR = """
CREATE TABLE floor (id uuid PRIMARY KEY, name text NOT NULL, phone text UNIQUE, birth_date date,
    roster_number text UNIQUE, registration text, grid text, household text, address text)
"""


@dataclass
class Measured:
    """What one step took: seconds on the clock, and of processor here and in PostgreSQL."""

    step: str
    seconds: float = 0.0
    here: float = 0.0
    server: float = 0.0
    silence: float = 0.0
    heard: float = 0.0

    async def hear(self, *_progress: object) -> None:
        """Note that whoever waits was told something."""
        now = time.perf_counter()
        self.silence, self.heard = max(self.silence, now - self.heard), now

    def line(self, floor: "Measured") -> str:
        """Return the step beside the floor."""
        ratio = (self.here + self.server) / (floor.here + floor.server)
        return (
            f"| {self.step} | {self.seconds:.1f} | {self.here:.1f} | {self.server:.1f}"
            f" | {ratio:.1f} | {self.silence:.1f} |"
        )


@asynccontextmanager
async def measuring(name: str, server: Server) -> AsyncIterator[Measured]:
    """Measure what is done inside the block."""
    found = Measured(name)
    began, here, there = time.perf_counter(), time.process_time(), server.cpu_seconds()
    found.heard = began
    yield found
    await found.hear()
    found.seconds = time.perf_counter() - began
    found.here = time.process_time() - here
    found.server = server.cpu_seconds() - there


def batches(path: Path) -> Iterator[list[RosterRow]]:
    """Read the file as Linli does."""
    with path.open("rb") as file:
        yield from open_sheet(file).batches(None)


async def floor(path: Path, server: Server) -> None:
    """Read the file and copy its rows, in one transaction; nothing is compared with anything."""
    await server.owner.execute(FLOOR)
    async with server.owner.transaction():
        for batch in batches(path):
            await server.owner.copy_records_to_table(
                "floor",
                records=[
                    (uuid.uuid4(), row.name, row.phone, row.birth_date, row.roster_number,
                     row.registration, row.grid, row.household, row.address)
                    for row in batch
                ],
            )  # fmt: skip
    await server.owner.execute("DROP TABLE floor")


async def read_and_plan(path: Path, home: uuid.UUID, told: Measured) -> RosterImport:
    """Keep the file, read it, and plan what its rows would do."""
    import_id = uuid.uuid4()
    with path.open("rb") as file:
        await receive_roster(import_id, file, file_name=path.name, by=system(home))
    return await step(await roster_import(import_id, community_id=home), told.hear)


def made(people: int, folder: Path) -> Path:
    """Make a workbook of made-up people in another process, whose memory is not ours."""
    path = folder / f"{people}.xlsx"
    subprocess.run([sys.executable, "-c", MAKE, str(people), str(path)], check=True)
    return path


async def measure(path: Path, people: int, server: Server) -> None:
    """Bring the file in, twice, into a fresh community, and print what it took."""
    home = (await community.add_community(code=f"b-{people}", name="Bali")).id
    async with measuring("floor: read, and COPY into one table", server) as least:
        await floor(path, server)
    found = []
    async with measuring("read and plan", server) as one:
        planned = await read_and_plan(path, home, one)
    found.append(one)
    assert planned.new_rows == people, planned  # noqa: S101 (a benchmark of what works)
    await confirm_roster(planned.id, leave_out=False, by=system(home))
    async with measuring("carry out", server) as two:
        done = await step(await roster_import(planned.id, community_id=home), two.hear)
    found.append(two)
    assert done.status.value == "done", done  # noqa: S101 (the same)
    async with measuring("the same file again: read and plan", server) as three:
        again = await read_and_plan(path, home, three)
    found.append(three)
    assert again.same_rows == people, again  # noqa: S101 (the same)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    megabytes = planned.bytes / 2**20
    print(f"\n{people:,} people, {megabytes:.1f} MB; peak memory {memory:.0f} MB\n")
    print("| step | seconds | CPU here | CPU of PostgreSQL | CPU × floor | longest silence, s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for line in (least, *found):
        print(line.line(least))


async def main(sizes: list[int]) -> None:
    """Measure each size on one server of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        async with running(Path(folder) / "var", pool=4, keep=False) as server:
            print(await server.facts())
            for people in sizes:
                path = await asyncio.to_thread(made, people, Path(folder))
                await measure(path, people, server)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, action="append")
    asyncio.run(main(parser.parse_args().people or [5_573, 100_000]))
