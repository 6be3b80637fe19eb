"""`linli found`: from nothing to an administrator who gets in, all or nothing, once."""

import asyncio
import os
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

import community
import timebank
from app import founding
from app.database import address
from app.exits import Exit
from app.founding import Above, OtherName, areas_above, found_community
from app.sign_in.codes import enter_read_out_code
from community import Actor, CodeTaken, Level, Role
from tests.app.sign_in.neighbours import fresh_phone, neighbour

pytestmark = pytest.mark.usefixtures("database")


def fresh(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:10]}"


async def found(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as it is installed, on the database of the tests."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from app.commands import main; main()", "found", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "DATABASE_URL": address()},
    )


def words(code: str, phone: str, *more: str) -> list[str]:
    whom = ["--administrator", "许志刚", "--phone", phone]
    return ["--code", code, "--name", "八里社区", *whom, *more]


async def test_a_community_is_founded_whole_and_its_administrator_gets_in() -> None:
    code, phone, city = fresh("bali"), fresh_phone(), fresh("suzhou")
    places = ["--city", city, "苏州市", "--street", "jinchang", "金阊街道"]
    ran = await found(*words(code, phone, *places, "--desk-phone", "0512-6700 1234"))
    assert (ran.returncode, ran.stderr) == (Exit.OK, "")
    assert f"八里社区 ({code}) is founded in 苏州市, 金阊街道" in ran.stdout
    assert phone not in ran.stdout

    home = await community.community_by_code(code)
    assert (home.desk_phone, home.time_zone) == ("0512-6700 1234", "Asia/Shanghai")
    path = await community.area_path(home.id)
    assert [one.level for one in path] == [Level.CITY, Level.STREET, Level.COMMUNITY]
    assert len(await timebank.care_services(home.id)) == 12
    [pack] = await community.adopted_packs(home.id)
    assert pack.holds_from <= datetime.now(UTC)

    read_out = re.search(r"this code: (\d{4} \d{4})", ran.stdout)
    assert read_out
    member = await enter_read_out_code(phone, read_out[1], address=None)
    assert (member.community_id, member.roles) == (home.id, {Role.ADMINISTRATOR})

    beside = await found(*words(fresh("meiyuan"), fresh_phone(), *places))
    assert beside.returncode == Exit.OK, beside.stderr
    assert len(await community.communities_below(path[1].id)) == 2, "the street was found again"


async def test_a_community_of_another_country_keeps_its_own_time_and_rules(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text('name = "Ours"\nsource = "The meeting"\n[rounds]\nchoices_max = 7\n')
    code, city = fresh("lane"), fresh("london")
    ran = await found(
        *words(code, fresh_phone(), "--city", city, "London"),
        *("--time-zone", "Europe/London", "--policy", str(pack)),
    )
    assert (ran.returncode, ran.stderr) == (Exit.OK, "")
    home = await community.community_by_code(code)
    assert {one.time_zone for one in await community.area_path(home.id)} == {"Europe/London"}
    [adopted] = await community.adopted_packs(home.id)
    assert (adopted.name, adopted.settings["rounds.choices_max"]) == ("Ours", 7)


async def test_what_cannot_be_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    one = await neighbour()
    city, bad = fresh("city"), tmp_path / "bad.toml"
    await areas_above([Above(Level.CITY, city, "苏州市")])
    bad.write_text('name = "Ours"\nsource = "The meeting"\n[rounds]\nchoices_max = "7"\n')
    for arguments, code, said in (
        (words(one.home.code, fresh_phone()), Exit.MISUSED, "administrator add --community"),
        (words("B!", fresh_phone()), Exit.MISUSED, "'B!' is not 1 to 40 of a-z"),
        (words(fresh("x"), one.phone), Exit.MISUSED, "that of a member elsewhere"),
        (words(fresh("x"), fresh_phone(), "--time-zone", "Mars"), Exit.MISUSED, "'Mars'"),
        (words(fresh("x"), fresh_phone(), "--city", city, "无锡市"), Exit.MISUSED, "苏州市"),
        (words(fresh("x"), fresh_phone(), "--policy", str(bad)), Exit.BAD_FILE, "bad.toml:4"),
    ):
        before = len(await community.communities())
        ran = await found(*arguments)
        assert (ran.returncode, ran.stdout) == (code, ""), ran.stderr
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
        assert len(await community.communities()) == before


async def test_two_who_found_the_same_at_once_found_it_once() -> None:
    code, city = fresh("twice"), Above(Level.CITY, fresh("city"), "苏州市")

    async def once() -> community.Community:
        return await found_community(code=code, name="八里社区", below=await areas_above([city]))

    made = await asyncio.gather(*(once() for _ in range(4)), return_exceptions=True)
    founded = [one for one in made if isinstance(one, community.Community)]
    assert len(founded) == 1
    assert {type(one) for one in made if one not in founded} == {CodeTaken}
    assert len(await community.adopted_packs(founded[0].id)) == 1


async def test_whoever_founds_on_the_site_stands_in_the_trail() -> None:
    street = await community.add_area(level=Level.STREET, code=fresh("s"), name="金阊街道")
    first = await found_community(code=fresh("first"), name="八里社区", below=street.id)
    one = await community.add_member(community_id=first.id, name="高远")
    await community.grant_role(one.id, Role.ADMINISTRATOR, at=street.id)
    by = Actor(one.id, first.id, frozenset({Role.ADMINISTRATOR}), address="192.0.2.7")
    made = await found_community(code=fresh("second"), name="梅园社区", below=street.id, by=by)
    events = await community.audit_events(made.id)
    assert {event.act for event in events} >= {"community.add", "time_bank.open", "policy.adopt"}
    assert {(event.actor, event.address) for event in events} == {(one.id, "192.0.2.7")}


async def test_areas_are_found_by_code_and_never_renamed_by_the_way() -> None:
    city = Above(Level.CITY, fresh("city"), "苏州市")
    first = await areas_above([city])
    assert await areas_above([city]) == first
    with pytest.raises(OtherName):
        await areas_above([Above(Level.CITY, city.code, "无锡市")])
    with pytest.raises(OtherName):
        await areas_above([Above(Level.DISTRICT, city.code, "苏州市")])
    assert await areas_above([]) is None


def test_the_usual_rules_speak_the_language_of_the_community() -> None:
    assert 'name = "通用规则"' in founding.usual_rules().decode()
    assert 'name = "Usual rules"' in founding.usual_rules("en").decode()
