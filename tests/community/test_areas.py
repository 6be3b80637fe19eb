"""The tree of places on a real database: who adds and renames what, and what lies where."""

import asyncio
import uuid

import pytest
import pytest_asyncio

import community
from community import Counts, Level, Role
from tests.community.places import Tree, code, grown

pytestmark = pytest.mark.usefixtures("database")


@pytest_asyncio.fixture(loop_scope="session")
async def tree(database: object) -> Tree:  # noqa: ARG001 (must be migrated)
    return await grown()


def names(*areas: community.Area) -> list[str]:
    return [one.name for one in areas]


async def test_the_tree_is_read_from_the_top_and_downwards(tree: Tree) -> None:
    assert names(*await community.area_path(tree["grid 2"])) == [
        "city", "east", "street", "bali", "grid 2",
    ]  # fmt: skip
    assert names(*await community.area_path(tree["city"])) == ["city"]
    below = await community.areas_below(tree["east"])
    assert below[0].name == "street"
    assert {one.name for one in below} == {"street", "bali", "wutong", "grid 1", "grid 2"}
    order = [one.name for one in below]
    assert abs(order.index("grid 1") - order.index("grid 2")) == 1
    assert order.index("bali") < min(order.index("grid 1"), order.index("grid 2"))
    two_down = await community.areas_below(tree["city"], steps=2)
    assert {one.name for one in two_down} == {"east", "west", "street", "shan"}
    assert {one.name for one in await community.grids(tree["bali"])} == {"grid 1", "grid 2"}
    assert await community.grids(tree["shan"]) == []
    assert {one.name for one in await community.communities_below(tree["city"])} == {
        "bali", "wutong", "shan",
    }  # fmt: skip
    assert names(*await community.communities_below(tree["bali"])) == ["bali"]
    with pytest.raises(community.UnknownArea):
        await community.area_path(uuid.uuid4())


async def test_siblings_stand_in_the_order_of_their_codes() -> None:
    home = await community.add_community(code=code(), name="凤池社区")
    for wanted in ("10", "b", "2", "a", "1"):
        await community.add_area(level=Level.GRID, code=wanted, name=wanted, below=home.id)
    assert [one.code for one in await community.grids(home.id)] == ["1", "2", "10", "a", "b"]


async def test_what_lies_at_an_area_is_counted(tree: Tree) -> None:
    await tree.settle("a", "bali", grid="grid 1")
    await tree.settle("b", "bali")
    await tree.settle("c", "shan")
    gone = await tree.settle("d", "bali", grid="grid 1")
    await community.tables.MemberRow.raw("UPDATE member SET standing = 'left' WHERE id = {}", gone)
    found = await community.area_counts(list(tree.ids.values()))
    counted = {name: found[area_id] for name, area_id in tree.ids.items()}
    assert counted == {
        "city": Counts(3, 2, 3),
        "east": Counts(2, 2, 2),
        "west": Counts(1, 0, 1),
        "street": Counts(2, 2, 2),
        "bali": Counts(1, 2, 2),
        "wutong": Counts(1, 0, 0),
        "shan": Counts(1, 0, 1),
        "grid 1": Counts(0, 1, 1),
        "grid 2": Counts(0, 1, 0),
    }
    assert await community.area_counts([]) == {}


async def test_whoever_administers_the_area_adds_below_it(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "street"))
    by = await tree.acting(boss)
    grid = await community.add_area(
        level=Level.GRID, code="3", name=" grid 3 ", below=tree["wutong"], by=by
    )
    assert (grid.name, grid.time_zone) == ("grid 3", "Asia/Shanghai")
    assert grid.lineage[1:] == (tree["wutong"], tree["street"], tree["east"], tree["city"])
    added = await community.add_community(
        code=code(), name="新村", below=tree["street"], time_zone="Asia/Urumqi", by=by
    )
    assert (await community.area(added.id)).lineage[1] == tree["street"]
    event = (await community.audit_events(tree["wutong"]))[0]
    assert (event.act, event.actor, event.subject_id) == ("area.add", boss, grid.id)
    assert event.details == {"level": "grid", "code": "3", "name": "grid 3"}
    assert (await community.audit_events(added.id))[0].actor == boss


@pytest.mark.parametrize("at", ["city", "east", "west", "shan", None])
async def test_above_beside_and_elsewhere_is_out_of_reach(tree: Tree, at: str | None) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "street"))
    by, below = await tree.acting(boss), tree[at] if at else None
    with pytest.raises(community.UnknownArea):
        await community.add_community(code=code(), name="新村", below=below, by=by)
    with pytest.raises(community.UnknownArea):
        await community.add_area(level=Level.DISTRICT, code=code(), name="x", below=below, by=by)
    area_id = below or uuid.uuid4()
    with pytest.raises(community.UnknownArea):
        await community.rename_area(area_id, name="x", time_zone="Asia/Shanghai", by=by)
    if below:
        assert (await community.area(below)).name == at


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMINISTRATOR, Role.DELEGATE}])
async def test_no_other_role_changes_the_tree(tree: Tree, role: Role) -> None:
    one = await tree.settle("周敏", "bali", (role, "bali"))
    by = await tree.acting(one)
    with pytest.raises(community.UnknownArea):
        await community.add_area(level=Level.GRID, code="9", name="x", below=tree["bali"], by=by)
    with pytest.raises(community.UnknownArea):
        await community.rename_area(tree["bali"], name="x", time_zone="Asia/Shanghai", by=by)
    assert len(await community.grids(tree["bali"])) == 2


async def test_a_resting_role_changes_nothing(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "street"))
    by = community.Actor(boss, tree["bali"])
    with pytest.raises(community.UnknownArea):
        await community.add_area(level=Level.GRID, code="9", name="x", below=tree["bali"], by=by)


async def test_an_area_lies_in_one_of_a_level_above_it(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "city"))
    by = await tree.acting(boss)
    for level, below in (
        (Level.CITY, "city"),
        (Level.CITY, "east"),
        (Level.STREET, "bali"),
        (Level.GRID, "street"),
        (Level.GRID, "grid 1"),
    ):
        with pytest.raises(community.InvalidArea):
            await community.add_area(level=level, code=code(), name="x", below=tree[below], by=by)
    with pytest.raises(community.InvalidArea, match="its book"):
        await community.add_area(level=Level.COMMUNITY, code=code(), name="x")
    with pytest.raises(community.InvalidArea, match="grid"):
        await community.add_area(level=Level.GRID, code=code(), name="x")
    with pytest.raises(community.InvalidCommunity):
        await community.add_community(code=code(), name="x", below=tree["bali"], by=by)
    assert community.levels_below(Level.CITY) == (Level.DISTRICT, Level.STREET, Level.COMMUNITY)
    assert community.levels_below(Level.STREET) == (Level.COMMUNITY,)
    assert community.levels_below(Level.COMMUNITY) == (Level.GRID,)
    assert community.levels_below(Level.GRID) == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": "A"}, "a-z"),
        ({"code": "x" * 41}, "40"),
        ({"code": ""}, "a-z"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "80"),
        ({"time_zone": "Asia/Fengchi"}, "time zone"),
        ({"time_zone": "../etc/passwd"}, "time zone"),
        ({"time_zone": "x" * 300}, "time zone"),
    ],
)
async def test_what_no_area_can_be_is_refused(
    tree: Tree, changes: dict[str, str], says: str
) -> None:
    wanted = {"code": code(), "name": "x", **changes}
    with pytest.raises(community.InvalidArea, match=says):
        await community.add_area(level=Level.GRID, below=tree["bali"], **wanted)  # type: ignore[arg-type] # a test's own
    assert len(await community.grids(tree["bali"])) == 2


async def test_of_two_siblings_with_one_code_one_is_added(tree: Tree) -> None:
    outcomes = await asyncio.gather(
        *(
            community.add_area(level=Level.GRID, code="7", name=f"{n}", below=tree["bali"])
            for n in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, community.Area) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, community.CodeTaken) for outcome in outcomes) == 3
    await community.add_area(level=Level.GRID, code="7", name="elsewhere", below=tree["shan"])


async def test_an_area_is_renamed_and_its_grids_keep_its_time(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    by = await tree.acting(boss)
    renamed = await community.rename_area(
        tree["bali"], name=" 八里 ", time_zone="Asia/Urumqi", desk_phone="0512-1234", by=by
    )
    assert (renamed.name, renamed.time_zone) == ("八里", "Asia/Urumqi")
    home = await community.community(tree["bali"])
    assert (home.name, home.time_zone, home.desk_phone) == ("八里", "Asia/Urumqi", "0512-1234")
    assert {one.time_zone for one in await community.grids(tree["bali"])} == {"Asia/Urumqi"}
    assert (await community.area(tree["street"])).time_zone == "Asia/Shanghai"
    event = (await community.audit_events(tree["bali"]))[0]
    assert event.act == "area.rename"
    assert event.details["name"] == "八里"
    again = await community.rename_area(tree["bali"], name="八里", time_zone="Asia/Shanghai", by=by)
    assert again.name == "八里"
    assert (await community.community(tree["bali"])).desk_phone == "0512-1234"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars"}, "time zone"),
        ({"desk_phone": "call"}, "telephone"),
    ],
)
async def test_a_new_name_that_no_area_can_have_is_refused(
    tree: Tree, changes: dict[str, str], says: str
) -> None:
    wanted = {"name": "x", "time_zone": "Asia/Shanghai", "desk_phone": "", **changes}
    with pytest.raises(community.InvalidArea, match=says):
        await community.rename_area(tree["bali"], **wanted)
    assert (await community.area(tree["bali"])).name == "bali"
    with pytest.raises(community.UnknownArea):
        await community.rename_area(uuid.uuid4(), name="x", time_zone="Asia/Shanghai")


async def test_what_an_actor_oversees_leaves_out_what_lies_below_it(tree: Tree) -> None:
    boss = await tree.settle(
        "马国强",
        "bali",
        (Role.ADMINISTRATOR, "street"),
        (Role.ADMINISTRATOR, "wutong"),
        (Role.AUDITOR, "city"),
        (Role.ADMINISTRATOR, "shan"),
    )
    by = await tree.acting(boss)
    roles = frozenset({Role.ADMINISTRATOR})
    assert names(*await community.areas_held(by, roles)) == ["shan", "street"]
    assert names(*await community.areas_held(by, roles | {Role.AUDITOR})) == ["city"]
    assert await community.areas_held(by, frozenset({Role.TREASURER})) == []
