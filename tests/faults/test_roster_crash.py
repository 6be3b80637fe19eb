"""Killed while a roster is taken in, program or PostgreSQL: all of it is stored later, or none."""

import asyncio
import csv
import hashlib
import io
import signal
import time
import uuid
from dataclasses import dataclass, field

import psutil
import pytest

from tests.faults.installation import Installation

PEOPLE = 6_000
SECONDS_MAX = 90
HOME = uuid.uuid4()
NOBODY = uuid.UUID(int=0)


def roster() -> bytes:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["编号", "姓名", "手机", "网格", "户号", "地址", "角色"])
    for n in range(PEOPLE):
        home = f"{n // 4}"
        lines.writerow([n, f"人{n}", f"1530{n:07d}", f"网格{n % 7}", home, f"东街{home}号", "长者"])
    return written.getvalue().encode()


@dataclass
class Site:
    """An installation with one community and one uploaded roster."""

    installation: Installation
    roster_id: uuid.UUID = field(default_factory=uuid.uuid4)

    async def prepare(self) -> None:
        content = roster()
        for statement in (
            (
                f"INSERT INTO area (id, level, code, name, time_zone, lineage) VALUES ('{HOME}',"
                f" 'community', 'lane', 'Lane', 'Asia/Shanghai', ARRAY['{HOME}'::uuid])"
            ),
            f"INSERT INTO community (id, code) VALUES ('{HOME}', 'lane')",
            # The file before the row by which a worker finds it.
            "ALTER TABLE roster_piece DROP CONSTRAINT piece_of_known_roster",
            f"INSERT INTO roster_piece VALUES ('{self.roster_id}', 0, '\\x{content.hex()}')",
            (
                "INSERT INTO roster_import (id, community_id, file_name, sha256, bytes,"
                f" uploaded_by) VALUES ('{self.roster_id}', '{HOME}', 'a.csv',"
                f" '\\x{hashlib.sha256(content).hexdigest()}', {len(content)}, '{NOBODY}')"
            ),
        ):
            await self.installation.sql(statement)

    async def confirm(self) -> None:
        await self.installation.sql("DELETE FROM roster_progress")
        await self.installation.sql(
            "UPDATE roster_import SET status = 'confirmed', confirmed_at = now(),"
            f" confirmed_by = '{NOBODY}' WHERE status = 'checked'"
        )

    async def until(self, question: str) -> None:
        """Wait until this holds of the roster and its progress."""
        end = time.monotonic() + SECONDS_MAX
        while time.monotonic() < end:
            rows = await self.installation.sql(
                f"SELECT status, step, done, {question} AS so FROM roster_import"
                f" LEFT JOIN roster_progress ON import_id = id WHERE id = '{self.roster_id}'"
            )
            if rows[0]["so"]:
                return
            await asyncio.sleep(0.005)
        pytest.fail(f"{question}: {dict(rows[0])}")

    async def counted(self) -> dict[str, int]:
        """Return how much of the roster stands in the register."""
        [row] = await self.installation.sql(
            """
            SELECT (SELECT count(*) FROM member) AS members,
                (SELECT count(*) FROM member_role) AS roles,
                (SELECT count(*) FROM household) AS households,
                (SELECT count(*) FROM area WHERE level = 'grid') AS grids,
                (SELECT count(*) FROM audit_event WHERE act = 'member.import') AS traces,
                (SELECT count(*) FROM audit_event WHERE act = 'roster.import') AS imports
            """
        )
        return dict(row)

    async def counted_while_nothing_works(self) -> tuple[str, dict[str, int]]:
        """Look at what a kill has left behind, before a program takes up the work."""
        postgres = self.installation.postgres
        postgres.start()
        try:
            found = await self.counted()
            [row] = await self.installation.sql("SELECT status FROM roster_import")
        finally:
            postgres.stop()
        return row["status"], found


NONE = dict.fromkeys(("members", "roles", "households", "grids", "traces", "imports"), 0)
ALL = {
    "members": PEOPLE,
    "roles": PEOPLE,
    "households": PEOPLE // 4,
    "grids": 7,
    "traces": PEOPLE,
    "imports": 1,
}


async def test_a_killed_program_leaves_nothing_and_the_next_one_finishes(
    installation: Installation,
) -> None:
    site = Site(installation)
    program = installation.serve()
    await site.prepare()
    await site.until("status = 'uploaded' AND step = 'read' AND done > 1000")
    installation.end(program, signal.SIGKILL)
    assert await site.counted_while_nothing_works() == ("uploaded", NONE)

    program = installation.serve("--workers", "2")
    await site.until("status = 'checked'")
    [rows] = await installation.sql("SELECT count(*) FROM roster_row")
    assert rows["count"] == PEOPLE, "not one is staged twice"
    await site.confirm()
    await site.until("step = 'store' AND done > 0")
    installation.end(program, signal.SIGKILL)
    status, left = await site.counted_while_nothing_works()
    assert (status, left) in {"confirmed": [("confirmed", NONE)], "done": [("done", ALL)]}[status]

    installation.serve()
    await site.until("status = 'done'")
    assert await site.counted() == ALL


async def test_a_killed_postgres_leaves_nothing_and_the_next_one_finishes(
    installation: Installation,
) -> None:
    site = Site(installation)
    program = installation.serve()
    await site.prepare()
    await site.until("status = 'checked'")
    await site.confirm()
    await site.until("step = 'trace' AND done > 0")
    [postmaster] = [one for one in installation.servers() if one.ppid() == program.pid]
    children = postmaster.children()
    postmaster.send_signal(signal.SIGKILL)
    for one in children:
        if one.is_running():
            one.send_signal(signal.SIGKILL)
    psutil.wait_procs(children, timeout=30)
    program.communicate(timeout=60)
    assert await site.counted_while_nothing_works() == ("confirmed", NONE)

    installation.serve()
    await site.until("status = 'done'")
    assert await site.counted() == ALL
