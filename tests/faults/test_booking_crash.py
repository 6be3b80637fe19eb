"""Program and PostgreSQL killed in the middle of a thousand bookings over HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import Any

import httpx
import psutil

from tests.faults.installation import Installation
from tests.faults.thousand_requests import MINUTES

PREPARE_SECONDS_MAX = 180
KILL_AT = (200, 500, 800)
"""After so many acknowledged bookings: the program, PostgreSQL, and the program again."""

# What must hold of each booked visit: its volunteer, one hold of its minutes, one quarter-hour.
WHOLE = f"""
SELECT visit.id, volunteer_id, state,
    (SELECT count(*) FROM visit_hold WHERE visit_id = visit.id AND minutes = {MINUTES}
        AND passed IS NULL) AS holds,
    (SELECT count(*) FROM open_hold JOIN visit_hold USING (hold_id)
        WHERE visit_id = visit.id) AS open,
    (SELECT count(*) FROM volunteer_quarter WHERE visit_id = visit.id) AS quarters,
    (SELECT count(*) FROM message WHERE link = '/time-bank/visits/' || visit.id::text
        AND kind = 'visit.accepted') AS told,
    (SELECT count(*) FROM audit_event WHERE subject_id = visit.id
        AND act = 'visit.accept') AS events
FROM visit
"""


def prepared(installation: Installation) -> dict[str, Any]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LINLI_")}
    kept.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.thousand_requests"],
        env=kept | {"LINLI_VAR": str(installation.var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PREPARE_SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def test_nothing_acknowledged_is_lost_and_nothing_is_booked_by_half(
    installation: Installation,
) -> None:
    made = await asyncio.to_thread(prepared, installation)
    day = Day(installation, made["cookie"])
    day.program = await asyncio.to_thread(installation.serve, "--workers", "2")
    await asyncio.gather(day.trouble(), *(day.accepts(one) for one in made["volunteers"]))
    assert day.killed == len(KILL_AT)

    wanted = {visit: one["id"] for one in made["volunteers"] for visit in one["visits"]}
    assert day.acknowledged == set(wanted)
    for row in await installation.sql(WHOLE):
        assert str(row["volunteer_id"]) == wanted[str(row["id"])]
        assert tuple(row.values())[2:] == ("booked", 1, 1, 1, 1, 1), "all of a booking, once"
    balances = await installation.sql(
        "SELECT debits_pending FROM account WHERE kind = 'member' AND debits_pending > 0"
    )
    assert sum(row["debits_pending"] for row in balances) == MINUTES * len(wanted)
    code, said = await asyncio.to_thread(installation.end, day.program, signal.SIGTERM)
    assert code == 0, said
    code, said = await asyncio.to_thread(installation.run, "verify")
    assert code == 0, said


class Day:
    """Volunteers who accept over HTTP, and whoever pulls the plug meanwhile."""

    def __init__(self, installation: Installation, cookie: str) -> None:
        self.installation, self.cookie = installation, cookie
        self.program: subprocess.Popen[str] | None = None
        self.acknowledged: set[str] = set()
        self.marks = {after: asyncio.Event() for after in KILL_AT}
        self.killed = 0

    async def accepts(self, one: dict[str, Any]) -> None:
        """Accept one visit after the other; without an answer, ask again for the same."""
        address = f"http://127.0.0.1:{self.installation.port}"
        async with httpx.AsyncClient(base_url=address, timeout=20) as client:
            client.cookies.set(self.cookie, one["token"])
            for visit in one["visits"]:
                while visit not in self.acknowledged:
                    try:
                        answer = await client.post(
                            f"/time-bank/visits/{visit}/accept",
                            data={"_csrf_token": one["form"]},
                            headers={"accept": "text/html"},
                        )
                    except httpx.TransportError:
                        await asyncio.sleep(0.1)
                        continue
                    if answer.status_code == 503:
                        await asyncio.sleep(0.1)
                        continue
                    assert answer.status_code == 303, answer.text[:2000]
                    assert answer.headers["location"].endswith(visit), answer.headers["location"]
                    self.acknowledged.add(visit)
                    if len(self.acknowledged) in self.marks:
                        self.marks[len(self.acknowledged)].set()

    async def trouble(self) -> None:
        """Kill, let end, and start again, as somebody in operation would."""
        for number, after in enumerate(KILL_AT):
            await self.marks[after].wait()
            await asyncio.to_thread(self._kill, postgres=number % 2 == 1)
            self.killed += 1

    def _kill(self, *, postgres: bool) -> None:
        assert self.program is not None
        family = psutil.Process(self.program.pid).children(recursive=True)
        if postgres:
            [server] = [p for p in self.installation.servers() if p.ppid() == self.program.pid]
            server.send_signal(signal.SIGKILL)
        else:
            self.program.send_signal(signal.SIGKILL)
        self.program.communicate(timeout=60)
        psutil.wait_procs(family, timeout=60)
        self.program = self.installation.serve("--workers", "2")
