"""`linli import-election` as an operator meets it: what is stored, said, and refused."""

import asyncio
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import pytest_asyncio

from app.database import Engine, address
from app.exits import Exit
from community import Community, add_community
from marketplace import result_reading

ELECTION = """META
key;value
unit;Plum Lane
budget;1000
vote_type;approval
PROJECTS
project_id;cost
lamp;400
VOTES
voter_id;vote
1;lamp
"""


@pytest_asyncio.fixture(loop_scope="session")
async def home(database: Engine) -> Community:  # noqa: ARG001 (must be migrated)
    return await add_community(code=f"desk-{uuid.uuid4().hex[:10]}", name="Lane")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plum-lane.pb"
    path.write_text(ELECTION, encoding="utf-8")
    return path


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    path = tmp_path / "bad.pb"
    path.write_text(ELECTION.replace("1;lamp", "1;moon"), encoding="utf-8")
    return path


async def linli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed, on the database of the tests."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from app.commands import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "DATABASE_URL": address()},
    )


async def test_it_is_stored_once_and_says_where(home: Community, file: Path) -> None:
    ran = await linli("import-election", str(file), "--community", home.code)
    assert ran.returncode == Exit.OK, ran.stderr
    assert re.search(
        r"Reading the file.*Equal Shares.*Stored and counted in", ran.stderr, re.DOTALL
    )
    (stored,) = await result_reading.elections(home.id)
    assert ran.stdout == f"/elections/{stored.id}\n"
    again = await linli("import-election", str(file), "--community", home.code)
    assert again.returncode == Exit.OK
    assert again.stdout == ran.stdout
    assert "nothing was changed" in again.stderr
    assert len(await result_reading.elections(home.id)) == 1


async def test_a_bad_file_is_refused_with_its_line(home: Community, bad_file: Path) -> None:
    ran = await linli("import-election", str(bad_file), "--community", home.code)
    assert ran.returncode == Exit.BAD_FILE
    assert "line 11" in ran.stderr
    assert "moon" in ran.stderr
    assert "Nothing was stored." in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    assert await result_reading.elections(home.id) == []


async def test_an_unknown_community_and_a_missing_file_are_misuse(
    home: Community, file: Path
) -> None:
    unknown = await linli("import-election", str(file), "--community", "nowhere")
    assert unknown.returncode == Exit.MISUSED
    assert "no community 'nowhere'" in unknown.stderr
    assert home.code in unknown.stderr
    missing = await linli("import-election", str(file.parent / "none.pb"))
    assert missing.returncode == Exit.MISUSED
    assert "does not exist" in missing.stderr
