"""Killed under load, program and PostgreSQL: what was acknowledged is in the book, once."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import asyncpg
import psutil
import pytest

from app.postgres import Postgres

SECONDS_OF_LOAD = 0.8
ROOT = Path(__file__).parents[2]

PREPARE = """
import asyncio, sys
import ledger
from app.database import prepare_embedded
from app.migrations import migrate
from app.postgres import Postgres
from app.settings import settings

async def main():
    await prepare_embedded(Postgres(settings().var / "postgres"))
    await migrate()
    community = ledger.CommunityId(ledger.new_id())
    async def open(kind, floor):
        account = await ledger.open_account(
            community_id=community, kind=kind, unit=ledger.MINUTE, floor=floor)
        return account.id
    print(community, await open("issuance", None),
          *[await open(f"member {n}", 0) for n in range(3)])

asyncio.run(main())
"""

VERIFY = """
import asyncio
import ledger
found = asyncio.run(ledger.verify())
print(*found.findings, sep="\\n")
raise SystemExit(not found.sound)
"""


@dataclass
class Site:
    """A PostgreSQL of its own, a book in it, and programs that work on it."""

    folder: Path
    postgres: Postgres
    names: list[str] = field(default_factory=list)
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("LINLI_")}
        kept.pop("DATABASE_URL", None)
        return {**kept, "LINLI_VAR": str(self.folder), "PYTHONPATH": str(ROOT)}

    def run(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], env=self.environment(), cwd=ROOT,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def load(self) -> subprocess.Popen[bytes]:
        """Start the program that books without end; what it says goes to a file."""
        said = self.folder / f"said {len(self.programs)}"
        with said.open("w") as file:
            program = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.book_under_load", *self.names],
                env=self.environment(), cwd=ROOT, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.programs.append(program)
        return program

    def said(self, word: str) -> list[uuid.UUID]:
        """Return the ids of all whole lines that begin with a word, of all programs."""
        return [
            uuid.UUID(line.split()[1])
            for number in range(len(self.programs))
            for line in (self.folder / f"said {number}").read_text().splitlines(keepends=True)
            if line.startswith(f"{word} ") and line.endswith("\n")
        ]

    def wait_for_load(self, more: int = 50) -> None:
        """Wait until so many more are acknowledged, and then a while."""
        before, until = len(self.said("kept")), time.monotonic() + 30
        while len(self.said("kept")) < before + more:
            assert time.monotonic() < until, self.last_words()
            time.sleep(0.05)
        time.sleep(SECONDS_OF_LOAD)

    def last_words(self) -> str:
        words = (self.folder / f"said {len(self.programs) - 1}").read_text()
        return f"nothing is booked:\n{words[-2000:]}"

    async def counted(self) -> dict[uuid.UUID, int]:
        """Return how many legs each journal has in the book, by its first leg's id."""
        connection = await asyncpg.connect(self.postgres.address(database="linli"))
        try:
            rows = await connection.fetch(
                "SELECT coalesce(journal_id, id) AS key, count(*) AS legs FROM transfer GROUP BY 1"
            )
        finally:
            await connection.close()
        return {row["key"]: row["legs"] for row in rows}

    async def check(self) -> int:
        """Assert what must hold after a crash; return how many journals are acknowledged."""
        asked, kept = self.said("asked"), self.said("kept")
        stored = await self.counted()
        assert len(set(asked)) == len(asked)
        lost = [key for key in kept if key not in stored]
        assert lost == [], "every acknowledged journal is there"
        assert set(stored) <= set(asked), "nothing is there that nobody asked for"
        assert set(stored.values()) <= {1, 2}, "all legs of a journal, once"
        return len(kept)


@pytest.fixture
def site() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="linli-crash-"))
    folder.chmod(0o755)
    postgres = Postgres(folder / "postgres")
    postgres.start()
    made = Site(folder, postgres)
    made.names = made.run(PREPARE).split()
    yield made
    for program in made.programs:
        if program.poll() is None:
            program.kill()
            program.wait()
    made.postgres.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture
async def legs_of_each(site: Site) -> AsyncIterator[None]:
    """Hold the shape of each stored journal against what its turn asked for."""
    yield
    connection = await asyncpg.connect(site.postgres.address(database="linli"))
    try:
        odd = await connection.fetchval(
            "SELECT count(*) FROM transfer AS t WHERE kind = 'hold'"
            ' AND NOT EXISTS (SELECT FROM transfer AS p WHERE p."of" = t.id)'
        )
    finally:
        await connection.close()
    assert odd == 0, "no journal is there in part"


@pytest.mark.usefixtures("legs_of_each")
async def test_killed_program(site: Site) -> None:
    for _ in range(2):
        program = site.load()
        await asyncio.to_thread(site.wait_for_load)
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert await site.check() > 100
    await asyncio.to_thread(site.run, VERIFY)


@pytest.mark.usefixtures("legs_of_each")
async def test_killed_postgres(site: Site) -> None:
    """The program outlives it: what it was promised before is kept, and it goes on afterwards."""
    program = site.load()
    for _ in range(2):
        await asyncio.to_thread(site.wait_for_load)
        [postmaster] = [
            one for one in site.postgres._inhabitants() if one.ppid() == os.getpid()  # noqa: SLF001 (whom to kill)
        ]  # fmt: skip
        backends = postmaster.children(recursive=True)
        postmaster.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(site.postgres.wait) == -signal.SIGKILL
        await asyncio.to_thread(psutil.wait_procs, backends, 30)
        site.postgres = Postgres(site.folder / "postgres")
        await asyncio.to_thread(site.postgres.start)
    await asyncio.to_thread(site.wait_for_load)
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert await site.check() > 150
    await asyncio.to_thread(site.run, VERIFY)


@pytest.mark.usefixtures("legs_of_each")
async def test_killed_backends(site: Site) -> None:
    """PostgreSQL restarts itself when one of its processes is killed, and everybody starts over."""
    program = site.load()
    await asyncio.to_thread(site.wait_for_load)
    connection = await asyncpg.connect(site.postgres.address(database="linli"))
    busy = await connection.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'linli' ORDER BY xact_start"
    )
    os.kill(busy, signal.SIGKILL)
    connection.terminate()
    await asyncio.to_thread(site.wait_for_load)
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert await site.check() > 100
    await asyncio.to_thread(site.run, VERIFY)
