"""`linli demo`: in full or not at all, the same however often it starts, and never a real book."""

import asyncio
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable

from app.demo_cast import ELDERS
from app.demo_people import HOUSEHOLDS, RESIDENTS
from app.exits import Exit
from tests.faults.installation import Installation

SECONDS_MAX = 180  # also beside other tests on a slow machine

# Of the trail, what people did: the jobs of the running demo begin their own work at once.
FIGURES = """
SELECT json_build_object(
    'residents', (SELECT count(*) FROM member_role JOIN member ON member.id = member_id
        WHERE role = 'resident' AND member.community_id = home.id AND standing = 'active'),
    'households', (SELECT count(*) FROM household WHERE community_id = home.id),
    'groups', (SELECT count(*) FROM organisation
        WHERE community_id = home.id AND kind = 'residents_group'),
    'roles', (SELECT count(DISTINCT role) FROM member_role),
    'above', (SELECT array_agg(level ORDER BY level) FROM member_role
        JOIN area ON area.id = area_id WHERE level NOT IN ('community', 'grid')),
    'communities', (SELECT count(*) FROM community),
    'states', (SELECT array_agg(DISTINCT state ORDER BY state) FROM visit),
    'rounds', (SELECT array_agg(state ORDER BY state) FROM round),
    'ballots', (SELECT count(*) FROM cast_ballot),
    'packs', (SELECT count(*) FROM policy_pack WHERE community_id = home.id),
    'delegations', (SELECT count(*) FROM delegation WHERE revoked_at IS NULL),
    'waiting', (SELECT count(*) FROM application JOIN member ON member.id = member_id
        WHERE standing = 'applied' AND decision IS NULL),
    'verified', (SELECT count(DISTINCT verified_how) FROM member),
    'members', (SELECT count(*) FROM member),
    'transfers', (SELECT count(*) FROM transfer),
    'events', (SELECT count(*) FROM audit_event
        WHERE actor <> '00000000-0000-0000-0000-000000000000'))
FROM community AS home WHERE code = 'bali'
"""


def said(program: subprocess.Popen[str], what: str) -> list[str]:
    """Return the lines that a program says until one has `what` in it."""
    assert program.stderr
    lines: list[str] = []
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until and (line := program.stderr.readline()):
        lines.append(line)
        if what in line:
            return lines
    raise AssertionError("".join(lines))


async def test_a_demo_killed_on_its_way_is_whole_after_the_next_start(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    first = installation.start("demo")
    await asyncio.to_thread(said, first, "weeks of visits")
    installation.end(first, signal.SIGKILL)

    began = time.monotonic()
    again = installation.start("demo")
    lines = await asyncio.to_thread(said, again, "Ctrl-C")
    assert any("bringing in 5,573 residents" in line for line in lines), "it begins anew"
    record_property("demo's first start", f"{time.monotonic() - began:.1f} s")
    [row] = await installation.sql(FIGURES)
    found = json.loads(row[0])
    assert (found["residents"], found["households"], found["groups"]) == (
        RESIDENTS,
        HOUSEHOLDS,
        11,
    )
    assert found["roles"] == 8
    assert found["above"] == ["district", "street"]
    assert found["communities"] == found["packs"] == 2
    assert found["states"] == [
        "booked", "cancelled", "confirmed", "disputed", "finished", "requested", "under_way",
    ]  # fmt: skip
    # Three were closed a while ago, so that their projects have come further; one of each ballot
    # kind is open.
    assert found["rounds"] == [*["closed"] * 4, "proposing", *["voting"] * 4]
    assert found["ballots"] == 343
    assert found["delegations"] == 6
    assert found["waiting"] == 4
    assert found["verified"] == 4
    [row] = await installation.sql("SELECT reltuples FROM pg_class WHERE relname = 'member'")
    assert row["reltuples"] == found["members"], "the server knows of the rows, and plans for them"
    code, verdict = await asyncio.to_thread(installation.run, "verify", "--quiet")
    assert (code, f"is sound: {found['transfers']} transfers" in verdict) == (Exit.OK, True), (
        verdict
    )
    doors = [line for line in lines if line.startswith("  ")]
    page = installation.get("/sign-in")
    for door in doors:
        [name] = re.findall(r"[一-鿿]{2,3}", door)
        assert f"<span>{name}<" in page, f"{door!r} is a door on the page"
    assert ELDERS[0][0] in doors[0]

    assert installation.end(again, signal.SIGTERM)[0] == 0
    third = installation.start("demo")
    lines = await asyncio.to_thread(said, third, "Ctrl-C")
    assert not any("first start" in line for line in lines)
    [row] = await installation.sql(FIGURES)
    assert json.loads(row[0]) == found, "filling again changes nothing"


def test_a_real_book_is_never_opened_to_everybody(installation: Installation) -> None:
    assert installation.run("migrate")[0] == Exit.OK
    code, words = installation.run("demo")
    assert code == Exit.MISUSED
    assert "is no demo's" in words
    assert len(words.splitlines()) == 1
    assert not (installation.var / "demo").exists()
