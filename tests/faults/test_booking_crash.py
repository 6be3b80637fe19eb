"""Program and PostgreSQL killed in the middle of a thousand bookings over HTTP.

LINLI_BOOKINGS says how many: 200 unless told, for the sake of time, and a thousand take no other
way. Volunteers accept visits through the site, signed in and with their form's token, and whoever
got no answer or a 503 asks again for the same. At a moment that chance chooses the whole program is
killed and started again, and at another its PostgreSQL: then the program ends by itself, says so by
its exit code, and is started again, as systemd would.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from typing import Any

import httpx
import psutil

from app.exits import Exit
from tests.faults.installation import Installation
from tests.faults.thousand_requests import MINUTES, VOLUNTEERS

BOOKINGS = int(os.environ.get("LINLI_BOOKINGS", "200")) // VOLUNTEERS * VOLUNTEERS
SECONDS_MAX = 60

# What a booking is made of: volunteer, hold, quarter-hour, message and audit event; all or none.
PARTS = f"""
SELECT visit.id::text, volunteer_id::text AS volunteer, state,
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
HELD = "SELECT sum(debits_pending)::int AS held FROM account WHERE kind = 'member'"


def prepared(installation: Installation) -> dict[str, Any]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LINLI_")}
    kept.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.thousand_requests", str(BOOKINGS)],
        env=kept | {"LINLI_VAR": str(installation.var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def test_nothing_acknowledged_is_lost_and_nothing_is_booked_by_half(
    installation: Installation,
) -> None:
    installation.busy = True
    program = await asyncio.to_thread(installation.serve)
    made = await asyncio.to_thread(prepared, installation)
    day = Day(installation, made, program)
    async with asyncio.timeout(SECONDS_MAX + BOOKINGS / 10), asyncio.TaskGroup() as all_at_once:
        all_at_once.create_task(day.trouble())
        for one in made["volunteers"]:
            all_at_once.create_task(day.accepts(one))

    await day.look()
    assert day.acknowledged == set(day.wanted)
    assert await installation.sql(HELD) == [(MINUTES * BOOKINGS,)]
    code, said = await asyncio.to_thread(installation.end, day.program, signal.SIGTERM)
    assert code == Exit.OK, said
    code, said = await asyncio.to_thread(installation.run, "verify")
    assert code == Exit.OK, said


class Day:
    """Volunteers who accept over HTTP, and whoever pulls the plug meanwhile."""

    def __init__(
        self, installation: Installation, made: dict[str, Any], program: subprocess.Popen[str]
    ) -> None:
        self.installation, self.cookie, self.program = installation, made["cookie"], program
        self.wanted = {visit: one["id"] for one in made["volunteers"] for visit in one["visits"]}
        self.acknowledged: set[str] = set()

    async def accepts(self, one: dict[str, Any]) -> None:
        """Accept one visit after the other; what was acknowledged is never asked for again."""
        address = f"http://127.0.0.1:{self.installation.port}"
        async with httpx.AsyncClient(base_url=address, timeout=20) as client:
            client.cookies.set(self.cookie, one["token"])
            for visit in one["visits"]:
                while not await self.accepted(client, visit, one["form"]):  # noqa: ASYNC110 (another process is waited for)
                    await asyncio.sleep(0.25)
                self.acknowledged.add(visit)

    async def accepted(self, client: httpx.AsyncClient, visit: str, form: str) -> bool:
        """Ask once; return whether the answer says that the visit is booked."""
        try:
            answer = await client.post(
                f"/time-bank/visits/{visit}/accept",
                data={"_csrf_token": form},
                headers={"accept": "text/html"},
            )
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "10"
            return False
        assert answer.status_code == 303, answer.text[:2000]
        assert answer.headers["location"].endswith(visit), answer.headers["location"]
        return True

    async def trouble(self) -> None:
        """Pull a plug, let everything end, start again and look, twice."""
        for victim, earliest, latest in (("program", 0.1, 0.4), ("postgres", 0.5, 0.8)):
            moment = random.uniform(earliest, latest) * BOOKINGS  # noqa: S311 (no secret)
            while len(self.acknowledged) < moment:  # noqa: ASYNC110 (chance is to hit any place)
                await asyncio.sleep(0.005)
            await asyncio.to_thread(self.kill, victim)
            self.program = await asyncio.to_thread(self.installation.serve)
            await self.look()

    def kill(self, victim: str) -> None:
        """Kill -9, and wait until nobody of the family is left."""
        main = psutil.Process(self.program.pid)
        family = main.children(recursive=True)
        if victim == "postgres":
            [main] = [p for p in self.installation.servers() if p.ppid() == self.program.pid]
        main.send_signal(signal.SIGKILL)
        _out, said = self.program.communicate(timeout=SECONDS_MAX)
        expected = Exit.DATABASE if victim == "postgres" else -signal.SIGKILL
        assert self.program.returncode == expected, said
        _gone, alive = psutil.wait_procs(family, timeout=SECONDS_MAX)
        assert alive == []

    async def look(self) -> None:
        """Assert that what was acknowledged by now is there, and that nothing is there by half."""
        acknowledged = set(self.acknowledged)
        rows = {visit: parts for visit, *parts in await self.installation.sql(PARTS)}
        assert set(rows) == set(self.wanted)
        for visit, (volunteer, *parts) in rows.items():
            if volunteer is None:
                assert parts == ["requested", 0, 0, 0, 0, 0], "nothing of a booking"
                assert visit not in acknowledged, "what was acknowledged is there"
            else:
                assert parts == ["booked", 1, 1, 1, 1, 1], "all of a booking, once"
                assert volunteer == self.wanted[visit]
