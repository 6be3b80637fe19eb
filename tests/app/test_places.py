"""Places over HTTP: what one oversees, adding and renaming, and choosing where one works."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from community import Role
from tests.app.town import Town, opened_town

OVERSEERS = {Role.ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR}


@pytest_asyncio.fixture(loop_scope="session")
async def town(app: Litestar) -> AsyncIterator[Town]:
    async with opened_town(app) as opened:
        yield opened


def grid(**changes: str) -> dict[str, str]:
    """Return a filled-in form for a new grid."""
    return {
        "level": "grid",
        "name": "Plum Court",
        "code": "12",
        "time_zone": "Asia/Shanghai",
        **changes,
    }


async def test_an_administrator_walks_the_tree_and_adds_to_it(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "street"))
    await town.settle("wang", "bali", (Role.AUDITOR, "bali"), grid="grid 1")
    await boss.open("/places")  # one place alone leads on to itself
    answer = await boss.open(f"/places/{town.tree['street']}")
    assert answer.status_code == 200
    assert "2 communities · 2 grids · 2 people" in boss.words
    assert all(name in boss.words for name in ("bali", "wutong", "grid 1", "grid 2"))
    assert f'href="/places/{town.tree["city"]}"' not in boss.page, "above is named, not opened"
    assert "city" in boss.words
    await boss.open(f"/places/{town.tree['bali']}/add")
    where = await boss.send_and_follow(f"/places/{town.tree['bali']}/add", **grid())
    assert "Plum Court is now a place here." in boss.words
    made = await community.area(uuid.UUID(where.rpartition("/")[2]))
    assert (made.level, made.code, made.parent_id) == ("grid", "12", town.tree["bali"])
    await boss.open(f"/places/{town.tree['bali']}")
    assert "wang" in boss.words
    assert "3 grids" in boss.words


async def test_a_community_is_added_with_its_desk(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "street"))
    code = f"new-{uuid.uuid4().hex[:8]}"
    await boss.open(f"/places/{town.tree['street']}/add")
    wanted = grid(level="community", code=code.upper(), desk_phone="0512-1234")
    await boss.send_and_follow(f"/places/{town.tree['street']}/add", **wanted)
    assert "0512-1234" in boss.words
    assert (await community.community_by_code(code)).desk_phone == "0512-1234"
    await boss.send_and_follow(
        "/work-in", community=str((await community.community_by_code(code)).id)
    )
    assert "You now work in Plum Court" in boss.words


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give the place a name."),
        ({"name": "x" * 81}, "name", "at most 80 characters"),
        ({"code": "梅"}, "code", "small letters"),
        ({"code": "1"}, "code", "has this code already"),
        ({"time_zone": "Mars"}, "time_zone", "Choose a time zone"),
        ({"level": "community"}, "level", "what sort of place"),
        ({"level": ""}, "level", "what sort of place"),
    ],
)
async def test_a_place_that_cannot_be_added_keeps_what_was_typed(
    town: Town, wrong: dict[str, str], field: str, sentence: str
) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    below = town.tree["bali"]
    await community.add_area(level=community.Level.GRID, code="1", name="one", below=below)
    await boss.open(f"/places/{below}/add")
    answer = await boss.send(f"/places/{below}/add", **grid(**wrong))
    assert answer.status_code == 422
    assert sentence in boss.words
    assert f'href="#field-{field}"' in boss.page
    assert 'value="12"' in boss.page or "code" in wrong
    assert len(await community.grids(below)) == 3


async def test_a_place_is_renamed(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    page = f"/places/{town.tree['bali']}/rename"
    await boss.open(page)
    assert 'value="bali"' in boss.page
    wanted = {"name": "Eight Li", "time_zone": "Asia/Urumqi", "desk_phone": "call us"}
    answer = await boss.send(page, **wanted)
    assert answer.status_code == 422
    assert "Write a telephone number" in boss.words
    assert 'value="Eight Li"' in boss.page
    answer = await boss.send(page, **{**wanted, "name": ""})
    assert "Give the place a name." in boss.words
    await boss.send_and_follow(page, **{**wanted, "desk_phone": "0512-99"})
    assert "The change is kept." in boss.words
    home = await community.community(town.tree["bali"])
    assert (home.name, home.time_zone, home.desk_phone) == ("Eight Li", "Asia/Urumqi", "0512-99")


@pytest.mark.parametrize("place", ["city", "east", "west", "shan", "nowhere"])
async def test_what_lies_above_beside_or_elsewhere_is_not_there(town: Town, place: str) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "street"))
    area_id = town.tree.ids.get(place, uuid.uuid4())
    before = [await community.area_path(one) for one in town.tree.ids.values()]
    for path in (f"/places/{area_id}", f"/places/{area_id}/add", f"/places/{area_id}/rename"):
        assert (await boss.open(path)).status_code == 404
    await boss.open("/communities")
    for path in (f"/places/{area_id}/add", f"/places/{area_id}/rename"):
        answer = await boss.send(path, **grid())
        assert answer.status_code == 404
        await boss.open("/communities")
    assert [await community.area_path(one) for one in town.tree.ids.values()] == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DELEGATE])
async def test_who_sees_and_who_changes_places(town: Town, role: Role) -> None:
    one = await town.signed_in("one", "bali", (role, "bali"))
    seen = (await one.open(f"/places/{town.tree['bali']}")).status_code
    assert seen == (200 if role in OVERSEERS else 403)
    changes = (await one.open(f"/places/{town.tree['bali']}/add")).status_code
    assert changes == (200 if role is Role.ADMINISTRATOR else 403)
    assert (await one.open("/communities")).status_code == 200


async def test_a_visitor_is_led_to_sign_in(town: Town) -> None:
    visitor = await town.visitor()
    for path in ("/places", f"/places/{town.tree['bali']}", "/communities"):
        answer = await visitor.open(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=")


async def test_a_grid_holds_nothing_more(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    assert (await boss.open(f"/places/{town.tree['grid 1']}")).status_code == 200
    assert "/add" not in boss.page
    assert (await boss.open(f"/places/{town.tree['grid 1']}/add")).status_code == 404


async def test_staff_of_a_district_choose_where_they_work(town: Town) -> None:
    auditor = await town.signed_in("auditor", "shan", (Role.AUDITOR, "east"))
    assert (await auditor.open("/places")).status_code == 403, "at home the role does not hold"
    await auditor.open("/communities")
    assert "bali" in auditor.words
    assert "wutong" in auditor.words
    await auditor.send_and_follow("/work-in", community=str(town.tree["wutong"]))
    assert "You now work in wutong" in auditor.words
    answer = await auditor.open("/places")
    assert answer.headers["location"] == f"/places/{town.tree['east']}"
    assert (await auditor.open(f"/places/{town.tree['east']}")).status_code == 200
    assert (await auditor.open(f"/places/{town.tree['west']}")).status_code == 404
    await auditor.open("/communities")
    await auditor.send_and_follow("/work-in", community=str(town.tree["shan"]))
    assert (await auditor.open("/places")).status_code == 403


async def test_nobody_works_where_no_role_of_theirs_holds(town: Town) -> None:
    one = await town.signed_in("one", "bali", (Role.COORDINATOR, "bali"))
    for where in (town.tree["wutong"], town.tree["shan"], town.tree["street"], uuid.uuid4(), "x"):
        await one.open("/communities")
        assert (await one.send("/work-in", community=str(where))).status_code == 404
    await one.open("/communities")
    assert "nothing to choose" in one.words


async def test_a_role_that_ends_brings_one_home(town: Town) -> None:
    auditor = await town.signed_in("auditor", "shan", (Role.AUDITOR, "wutong"))
    await auditor.open("/communities")
    await auditor.send_and_follow("/work-in", community=str(town.tree["wutong"]))
    (held,) = await community.roles_held(town.people["auditor"])
    system = community.system(town.tree["wutong"])
    await community.end_role(held.id, why="term over", by=system)
    await auditor.open("/communities")
    assert "wutong" not in auditor.words
    assert (await auditor.open(f"/places/{town.tree['wutong']}")).status_code == 403


async def test_a_long_list_of_communities_has_pages(town: Town) -> None:
    for n in range(31):
        await community.add_community(
            code=f"many-{n}-{uuid.uuid4().hex[:6]}", name=f"Lane {n:02}", below=town.tree["west"]
        )
    boss = await town.signed_in("boss", "shan", (Role.ADMINISTRATOR, "west"))
    await boss.open("/communities")
    assert "Page 1 of 2" in boss.words
    assert "Lane 30" not in boss.words
    for page in ("2", "9", "99999999999"):
        await boss.open(f"/communities?page={page}")
        if page != "99999999999":
            assert "Lane 30" in boss.words
    await boss.open("/communities?page=x")
    assert "Page 1 of 2" in boss.words
