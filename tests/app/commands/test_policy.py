"""`linli policy` as an operator meets it: what is in order, what would change, what is refused."""

import asyncio
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest_asyncio

import community
from app.database import Engine, address
from app.exits import Exit
from community import Community
from timebank.policy import ROUND_UP_MINUTES

PACK = 'name = "Spring"\nsource = "Assembly"\n[time_bank]\nround_up_minutes = 15\n'


@pytest_asyncio.fixture(loop_scope="session")
async def home(database: Engine) -> Community:  # noqa: ARG001 (must be migrated)
    return await community.add_community(code=f"pack-{uuid.uuid4().hex[:10]}", name="Lane")


async def linli(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed, on the database of the tests."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from app.commands import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "DATABASE_URL": address(), **environment},
    )


async def test_a_file_is_checked_without_a_database(tmp_path: Path) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(PACK)
    ran = await linli(
        "policy", "check", str(file), DATABASE_URL="postgresql://nobody@localhost:1/x"
    )
    assert (ran.returncode, ran.stderr) == (Exit.OK, "")
    assert ran.stdout == f"{file}: 'Spring' is in order.\n"


async def test_every_fault_is_a_line_that_an_editor_can_jump_to(
    home: Community, tmp_path: Path
) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(PACK.replace("15", "90").replace('source = "Assembly"', "sorce = 1"))
    bounds = f"{file}:4: time_bank.round_up_minutes is 90. Allowed: a whole number of minutes"
    bounds += " from 1 to 60."
    for arguments in (["check"], ["check", "--community", home.code], ["adopt", home.code]):
        ran = await linli("policy", *arguments, str(file))
        assert ran.returncode == Exit.BAD_FILE
        assert ran.stderr.splitlines() == [
            f'linli: {file}:1: source is missing. Write source = "..." above the first table.',
            f"{file}:2: There is no rule sorce. source stands at the top, above the first table.",
            bounds,
            "Nothing was adopted.",
        ]
    assert await community.adopted_packs(home.id) == []


async def test_a_pack_is_looked_at_and_adopted_once(home: Community, tmp_path: Path) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(PACK)
    ran = await linli("policy", "check", "--community", home.code, str(file))
    assert ran.returncode == Exit.OK, ran.stderr
    assert "it would change 1 of the " in ran.stdout
    assert "time_bank.round_up_minutes: 5 -> 15" in ran.stdout
    assert await community.adopted_packs(home.id) == []
    ran = await linli("policy", "adopt", home.code, str(file))
    assert ran.returncode == Exit.OK, ran.stderr
    assert "time_bank.round_up_minutes: 5 -> 15" in ran.stderr
    assert "'Spring' holds from" in ran.stdout
    assert (await community.policy_in_force(home.id))[ROUND_UP_MINUTES] == 15
    ran = await linli("policy", "adopt", home.code, str(file))
    assert ran.returncode == Exit.OK
    assert "nothing was changed" in ran.stderr
    assert len(await community.adopted_packs(home.id)) == 1


async def test_an_unknown_community_and_a_taken_moment(home: Community, tmp_path: Path) -> None:
    file = tmp_path / "pack.toml"
    file.write_text(f"holds_from = 2190-01-01\n{PACK}")
    ran = await linli("policy", "adopt", "nowhere", str(file))
    assert ran.returncode == Exit.MISUSED
    assert "There is no community 'nowhere' here, but:" in ran.stderr
    assert (await linli("policy", "adopt", home.code, str(file))).returncode == Exit.OK
    file.write_text(f"holds_from = 2190-01-01\n{PACK}# other\n")
    ran = await linli("policy", "adopt", home.code, str(file))
    assert ran.returncode == Exit.MISUSED
    assert "Another pack of Lane holds from 2189-12-31T16:00:00+00:00 already." in ran.stderr
