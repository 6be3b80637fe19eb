"""`linli administrator`: who gets in on a new installation, and what is refused in one line."""

import asyncio
import os
import re
import subprocess
import sys

import pytest

from app.database import address
from app.exits import Exit
from app.sign_in import second_factor
from app.sign_in.codes import enter_read_out_code
from app.sign_in.errors import CodeOver
from community import Role
from tests.app.sign_in.neighbours import Neighbour, acts, fresh_phone, neighbour

pytestmark = pytest.mark.usefixtures("database")


async def linli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed, on the database of the tests."""
    return await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-c",
            "from app.commands import main; main()",
            "administrator",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "DATABASE_URL": address()},
    )


async def added(code: str, phone: str) -> str:
    """Run `add`; return the code that it prints."""
    ran = await linli("add", "--community", code, "--name", "沈洁", "--phone", phone)
    assert (ran.returncode, ran.stderr) == (Exit.OK, "")
    assert phone not in ran.stdout
    found = re.search(r"this code: (\d{4} \d{4})", ran.stdout)
    assert found
    return found[1]


async def test_whoever_is_no_member_yet_becomes_one_and_gets_in_once() -> None:
    home, phone = (await neighbour()).home, fresh_phone()
    code = await added(home.code, phone)
    member = await enter_read_out_code(phone, code, address=None)
    assert (member.community_id, member.roles) == (home.id, {Role.ADMINISTRATOR})
    with pytest.raises(CodeOver):
        await enter_read_out_code(phone, code, address=None)


async def test_running_it_again_makes_a_new_code_and_nothing_else() -> None:
    one = await neighbour(Role.RESIDENT)
    first = await added(one.home.code, one.phone)
    second = await added(one.home.code, one.phone)
    member = await enter_read_out_code(one.phone, second, address=None)
    assert member.id == one.member.id
    assert member.roles == {Role.RESIDENT, Role.ADMINISTRATOR}
    assert first != second
    assert (await acts(one)).count("role.grant") == 2


async def test_what_cannot_be_is_refused_in_one_line() -> None:
    one = await neighbour()
    elsewhere = await neighbour()
    for arguments, said in (
        (["nowhere", fresh_phone()], "there is no community nowhere"),
        ([one.home.code, "12"], "--phone: got 2 characters that are no number."),
        ([one.home.code, elsewhere.phone], "The number is that of a member elsewhere."),
    ):
        code, phone = arguments
        ran = await linli("add", "--community", code, "--name", "沈洁", "--phone", phone)
        assert ran.returncode == Exit.MISUSED, ran.stderr
        assert said in ran.stderr
        assert len(ran.stderr.splitlines()) == 1


async def test_the_last_administrator_loses_a_lost_second_step() -> None:
    one: Neighbour = await neighbour(Role.ADMINISTRATOR)
    ran = await linli("reset-second-step", "--phone", one.phone)
    assert (ran.returncode, ran.stderr) == (
        Exit.MISUSED,
        "linli: This member has no second step.\n",
    )
    await one.set_up_second_step((await one.signed_in()).session)
    ran = await linli("reset-second-step", "--phone", one.phone)
    assert (ran.returncode, ran.stderr) == (Exit.OK, "")
    assert not await second_factor.is_on(one.member.id)
    assert "second_factor.reset" in await acts(one)
    ran = await linli("reset-second-step", "--phone", fresh_phone())
    assert ran.returncode == Exit.MISUSED
