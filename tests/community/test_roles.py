"""Roles on a real database: who grants and ends what where, its times, and two at once."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

import community
from community import STAFF, Role
from tests.community.places import Tree, grown

pytestmark = pytest.mark.usefixtures("database")

SOON = timedelta(hours=1)
PERSONAL = (Role.RESIDENT, Role.VOLUNTEER, Role.ELDER)


@pytest_asyncio.fixture(loop_scope="session")
async def tree(database: object) -> Tree:  # noqa: ARG001 (must be migrated)
    return await grown()


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_role_holds_where_it_is_held_and_below(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali", (Role.AUDITOR, "east"), (Role.COORDINATOR, "grid 1"))
    held = {
        name: await community.roles_over(one, tree[name])
        for name in ("city", "east", "street", "bali", "wutong", "grid 1", "grid 2", "west", "shan")
    }
    assert held == {
        "city": set(),
        "east": {Role.AUDITOR},
        "street": {Role.AUDITOR},
        "bali": {Role.AUDITOR},
        "wutong": {Role.AUDITOR},
        "grid 1": {Role.AUDITOR, Role.COORDINATOR},
        "grid 2": {Role.AUDITOR},
        "west": set(),
        "shan": set(),
    }
    assert await community.roles_over(uuid.uuid4(), tree["bali"]) == set()
    assert await community.roles_over(one, uuid.uuid4()) == set()


async def test_an_actor_has_exactly_the_roles_that_hold_there(tree: Tree) -> None:
    one = await tree.settle(
        "周敏", "bali", (Role.VOLUNTEER, "bali"), (Role.AUDITOR, "east"), (Role.TREASURER, "bali")
    )
    at_home = await tree.acting(one)
    assert at_home.community_id == tree["bali"]
    assert at_home.roles == {Role.VOLUNTEER, Role.AUDITOR, Role.TREASURER}
    elsewhere = await tree.acting(one, "wutong")
    assert elsewhere.community_id == tree["wutong"]
    assert elsewhere.roles == {Role.AUDITOR}
    assert await community.actor(one, tree["shan"]) is None
    assert await community.actor(one, tree["street"]) is None, "a street is no community"
    assert await community.actor(one, uuid.uuid4()) is None
    nobody = await tree.settle("李明", "bali")
    assert (await tree.acting(nobody)).roles == set()
    assert (await community.member(one)).roles == at_home.roles


async def test_a_role_at_a_grid_reaches_the_members_of_that_grid(tree: Tree) -> None:
    desk = await tree.settle("沈洁", "bali", (Role.COORDINATOR, "grid 1"), (Role.AUDITOR, "east"))
    by = await tree.acting(desk)
    near = await tree.settle("周敏", "bali", grid="grid 1")
    beside = await tree.settle("李明", "bali", grid="grid 2")
    away = await tree.settle("王芳", "wutong")
    assert await community.roles_towards(by, near) == {Role.COORDINATOR, Role.AUDITOR}
    assert await community.roles_towards(by, beside) == {Role.AUDITOR}
    assert await community.roles_towards(by, desk) == {Role.AUDITOR}
    assert await community.roles_towards(by, away) == set(), "the actor works in bali"
    there = await tree.acting(desk, "wutong")
    assert await community.roles_towards(there, away) == {Role.AUDITOR}
    assert await community.roles_towards(by, uuid.uuid4()) == set()


async def test_a_member_who_is_not_active_has_no_role(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali", (Role.ADMINISTRATOR, "bali"))
    await community.tables.MemberRow.raw("UPDATE member SET standing = 'left' WHERE id = {}", one)
    assert await community.roles_over(one, tree["bali"]) == set()
    assert (await tree.acting(one)).roles == set()
    with pytest.raises(community.InvalidRole, match="no longer a member"):
        await community.grant_role(one, Role.RESIDENT, at=tree["bali"])


async def test_a_role_holds_from_its_first_moment_until_its_last(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali")
    await community.grant_role(one, Role.AUDITOR, at=tree["bali"], since=now() + SOON)
    past = now() - timedelta(days=9)
    await community.grant_role(one, Role.ELDER, at=tree["bali"], since=past, until=past + SOON)
    await community.grant_role(one, Role.VOLUNTEER, at=tree["bali"], until=now() + SOON)
    assert await community.roles_over(one, tree["bali"]) == {Role.VOLUNTEER}
    held = {role.role: role for role in await community.roles_held(one)}
    assert [held[role].holds() for role in (Role.AUDITOR, Role.ELDER, Role.VOLUNTEER)] == [
        False,
        False,
        True,
    ]
    assert [held[role].over() for role in (Role.AUDITOR, Role.ELDER, Role.VOLUNTEER)] == [
        False,
        True,
        False,
    ]
    assert held[Role.AUDITOR].holds(now() + SOON)


@pytest.mark.parametrize(
    ("since", "until", "overlaps"),
    [
        (0, 10, True),
        (-5, 1, True),
        (9, None, True),
        (-5, None, True),
        (3, 4, True),
        (10, None, False),
        (10, 20, False),
        (-5, 0, False),
    ],
)
async def test_times_of_one_role_at_one_area_do_not_overlap(
    tree: Tree, since: int, until: int | None, *, overlaps: bool
) -> None:
    start = now() + SOON
    one = await tree.settle("周敏", "bali")

    def days(count: int) -> datetime:
        return start + timedelta(days=count)

    await community.grant_role(one, Role.VOLUNTEER, at=tree["bali"], since=start, until=days(10))
    end = days(until) if until is not None else None
    again = community.grant_role(one, Role.VOLUNTEER, at=tree["bali"], since=days(since), until=end)
    if overlaps:
        with pytest.raises(community.RoleHeld):
            await again
    else:
        await again
    await community.grant_role(one, Role.ELDER, at=tree["bali"], since=start)
    await community.grant_role(one, Role.VOLUNTEER, at=tree["grid 1"], since=start)
    count = len(await community.roles_held(one))
    assert count == (3 if overlaps else 4)


async def test_a_role_ends_after_it_began(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali")
    for until in (now() - SOON, now()):
        with pytest.raises(community.InvalidTime, match="after it began"):
            await community.grant_role(
                one, Role.VOLUNTEER, at=tree["bali"], since=now() + SOON, until=until
            )
    assert await community.roles_held(one) == []


async def test_personal_roles_are_held_at_home(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali", (Role.VOLUNTEER, "grid 1"))
    for at in ("street", "wutong", "city"):
        for role in PERSONAL:
            with pytest.raises(community.RoleNotThere):
                await community.grant_role(one, role, at=tree[at])
    with pytest.raises(community.InvalidRole, match="delegation"):
        await community.grant_role(one, Role.DELEGATE, at=tree["bali"])
    with pytest.raises(community.UnknownArea):
        await community.grant_role(one, Role.AUDITOR, at=uuid.uuid4())
    with pytest.raises(community.UnknownMember):
        await community.grant_role(uuid.uuid4(), Role.AUDITOR, at=tree["bali"])


async def test_an_administrator_grants_every_role_at_the_own_area_and_below(tree: Tree) -> None:
    boss = await tree.settle("马国强", "wutong", (Role.ADMINISTRATOR, "street"))
    one = await tree.settle("周敏", "bali")
    far = await tree.settle("赵一", "shan")
    by = await tree.acting(boss)
    for at in ("city", "east", "west", "shan"):
        with pytest.raises(community.MayNotGrant):
            await community.grant_role(one, Role.AUDITOR, at=tree[at], by=by)
    with pytest.raises(community.MayNotGrant):  # for a person they reach into no other street
        await community.grant_role(far, Role.AUDITOR, at=tree["bali"], by=by)
    for at in ("street", "wutong", "bali", "grid 1"):
        for role in sorted(STAFF):
            await community.grant_role(one, role, at=tree[at], by=by)
    for role in PERSONAL:
        await community.grant_role(one, role, at=tree["bali"], by=by)
    held = await community.roles_held(one)
    assert len(held) == 4 * len(STAFF) + len(PERSONAL)
    assert {role.granted_by_name for role in held} == {"马国强"}


async def test_a_coordinator_grants_what_somebody_is_at_home(tree: Tree) -> None:
    boss = await tree.settle("沈洁", "bali", (Role.COORDINATOR, "bali"))
    one = await tree.settle("周敏", "bali", grid="grid 1")
    beside = await tree.settle("李明", "wutong")
    by = await tree.acting(boss)
    for role in sorted(STAFF):
        with pytest.raises(community.MayNotGrant):
            await community.grant_role(one, role, at=tree["bali"], by=by)
    for role in PERSONAL:
        with pytest.raises(community.MayNotGrant):
            await community.grant_role(beside, role, at=tree["wutong"], by=by)
        await community.grant_role(one, role, at=tree["bali"], by=by)
        await community.grant_role(one, role, at=tree["grid 1"], by=by)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DELEGATE])
@pytest.mark.parametrize(
    "own", [None, *(r for r in Role if r not in {Role.COORDINATOR, Role.ADMINISTRATOR, "delegate"})]
)
async def test_nobody_else_grants_anything(tree: Tree, own: Role | None, role: Role) -> None:
    boss = await tree.settle("沈洁", "bali", *([(own, "bali")] if own else []))
    one = await tree.settle("周敏", "bali")
    with pytest.raises(community.MayNotGrant):
        await community.grant_role(one, role, at=tree["bali"], by=await tree.acting(boss))
    assert await community.roles_held(one) == []


async def test_nobody_grants_themselves_a_role(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "city"))
    with pytest.raises(community.OwnRole):
        await community.grant_role(
            boss, Role.TREASURER, at=tree["bali"], by=await tree.acting(boss)
        )


async def test_a_role_that_ended_or_rests_grants_nothing(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    other = await tree.settle("王芳", "bali", (Role.ADMINISTRATOR, "bali"))
    one = await tree.settle("周敏", "bali")
    by = await tree.acting(boss)
    resting = community.Actor(boss, tree["bali"], by.roles - STAFF)
    with pytest.raises(community.MayNotGrant):
        await community.grant_role(one, Role.AUDITOR, at=tree["bali"], by=resting)
    held = (await community.roles_held(boss))[0]
    await community.end_role(held.id, why="handed over", by=await tree.acting(other))
    with pytest.raises(community.MayNotGrant):  # `by` still says administrator, the rows do not
        await community.grant_role(one, Role.AUDITOR, at=tree["bali"], by=by)


async def test_a_staff_role_granted_by_a_person_does_not_begin_in_the_past(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    one = await tree.settle("周敏", "bali")
    by, past = await tree.acting(boss), now() - SOON
    with pytest.raises(community.InvalidTime, match="past"):
        await community.grant_role(one, Role.TREASURER, at=tree["bali"], since=past, by=by)
    await community.grant_role(one, Role.RESIDENT, at=tree["bali"], since=past, by=by)
    await community.grant_role(one, Role.TREASURER, at=tree["bali"], by=by)


async def test_who_may_grant_a_role_ends_it_with_a_reason(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    guest = await tree.settle("赵一", "wutong", (Role.AUDITOR, "bali"))
    by, (held,) = await tree.acting(boss), await community.roles_held(guest)
    for why in ("", "   ", "x" * 201):
        with pytest.raises(community.BadReason):
            await community.end_role(held.id, why=why, by=by)
    await community.end_role(held.id, why=" term over ", by=by)
    (ended,) = await community.roles_held(guest)
    assert (ended.ended_by_name, ended.ended_why, ended.over()) == ("马国强", "term over", True)
    assert await community.roles_over(guest, tree["bali"]) == set()
    with pytest.raises(community.RoleEnded):
        await community.end_role(held.id, why="again", by=by)
    with pytest.raises(community.UnknownRole):
        await community.end_role(uuid.uuid4(), why="none", by=by)
    again = await community.grant_role(guest, Role.AUDITOR, at=tree["bali"])
    assert again != held.id
    event, *_others = await community.audit_events(tree["bali"])
    assert event.act == "role.grant"
    ending = next(e for e in await community.audit_events(tree["bali"]) if e.act == "role.end")
    assert (ending.actor, ending.subject_id) == (boss, guest)
    assert ending.details == {"role": "auditor", "why": "term over"}


async def test_a_role_that_has_yet_to_begin_can_be_called_off(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    one = await tree.settle("周敏", "bali")
    start = now() + SOON
    held = await community.grant_role(one, Role.AUDITOR, at=tree["bali"], since=start)
    by = await tree.acting(boss)
    await community.end_role(held, why="not needed", by=by)
    assert (await community.roles_held(one))[0].over()
    assert not (await community.roles_held(one))[0].holds(start)
    with pytest.raises(community.RoleEnded):
        await community.end_role(held, why="twice", by=by)
    await community.grant_role(one, Role.AUDITOR, at=tree["bali"], since=start)


async def test_who_may_not_grant_a_role_does_not_end_it(tree: Tree) -> None:
    boss = await tree.settle("沈洁", "bali", (Role.COORDINATOR, "bali"))
    beside = await tree.settle("王芳", "wutong", (Role.ADMINISTRATOR, "wutong"))
    one = await tree.settle("周敏", "bali", (Role.AUDITOR, "bali"), (Role.RESIDENT, "bali"))
    held = {role.role: role.id for role in await community.roles_held(one)}
    for member in (boss, beside):
        with pytest.raises(community.MayNotGrant):
            await community.end_role(held[Role.AUDITOR], why="no", by=await tree.acting(member))
    await community.end_role(held[Role.RESIDENT], why="moved", by=await tree.acting(boss))


async def test_one_may_lay_down_work_but_not_what_one_is(tree: Tree) -> None:
    one = await tree.settle(
        "周敏",
        "bali",
        *((role, "bali") for role in (*PERSONAL, Role.AUDITOR, Role.COORDINATOR)),
    )
    by = await tree.acting(one)
    for role in await community.roles_held(one):
        if role.role in {Role.RESIDENT, Role.ELDER}:
            with pytest.raises(community.OwnRole):
                await community.end_role(role.id, why="mine", by=by)
        else:
            await community.end_role(role.id, why="mine", by=by)
    assert (await community.member(one)).roles == {Role.RESIDENT, Role.ELDER}


async def test_the_last_administrator_stays(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    (own,) = await community.roles_held(boss)
    by = await tree.acting(boss)
    with pytest.raises(community.LastAdministrator):
        await community.end_role(own.id, why="enough", by=by)
    later = await tree.settle("王芳", "bali")
    await community.grant_role(later, Role.ADMINISTRATOR, at=tree["bali"], since=now() + SOON)
    below = await tree.settle("李明", "bali", (Role.ADMINISTRATOR, "grid 1"))
    gone = await tree.settle("赵一", "bali", (Role.ADMINISTRATOR, "bali"))
    await community.tables.MemberRow.raw("UPDATE member SET standing = 'left' WHERE id = {}", gone)
    with pytest.raises(community.LastAdministrator):
        await community.end_role(own.id, why="enough", by=by)
    (of_grid,) = await community.roles_held(below)
    await community.end_role(of_grid.id, why="the community's stays", by=by)
    await tree.settle("钱二", "shan", (Role.ADMINISTRATOR, "east"))
    await community.end_role(own.id, why="the district's stays", by=by)
    assert (await tree.acting(boss)).roles == set()


async def test_two_administrators_who_end_each_other_do_not_both_succeed(tree: Tree) -> None:
    for _attempt in range(5):
        at = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="x")
        tree.ids["x"] = at.id
        pair = [await tree.settle(name, "x", (Role.ADMINISTRATOR, "x")) for name in "ab"]
        roles = [(await community.roles_held(one))[0].id for one in pair]
        actors = [await tree.acting(one) for one in pair]
        ends = [
            community.end_role(role, why="you go", by=by)
            for role, by in zip(roles, reversed(actors), strict=True)
        ]
        outcomes = await asyncio.gather(*ends, return_exceptions=True)
        refused = [one for one in outcomes if one is not None]
        assert len(refused) == 1, outcomes
        assert isinstance(refused[0], community.LastAdministrator | community.MayNotGrant)
        left = [one for one in pair if Role.ADMINISTRATOR in (await tree.acting(one)).roles]
        assert len(left) == 1


async def test_of_many_grants_at_once_one_is_made(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali")
    start = now()
    outcomes = await asyncio.gather(
        *(
            community.grant_role(
                one,
                Role.VOLUNTEER,
                at=tree["bali"],
                since=start + timedelta(minutes=n),
                until=start + timedelta(days=1),
            )
            for n in range(8)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, uuid.UUID) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, community.RoleHeld) for outcome in outcomes) == 7
    assert len(await community.roles_held(one)) == 1


async def test_two_who_end_one_role_at_once_end_it_once(tree: Tree) -> None:
    boss = await tree.settle("马国强", "bali", (Role.ADMINISTRATOR, "bali"))
    one = await tree.settle("周敏", "bali", (Role.AUDITOR, "bali"))
    by, (held,) = await tree.acting(boss), await community.roles_held(one)
    outcomes = await asyncio.gather(
        *(community.end_role(held.id, why=f"reason {n}", by=by) for n in range(4)),
        return_exceptions=True,
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, community.RoleEnded) for outcome in outcomes) == 3
    ends = [e for e in await community.audit_events(tree["bali"]) if e.act == "role.end"]
    assert len(ends) == 1


async def test_a_refused_grant_leaves_no_trace(tree: Tree) -> None:
    one = await tree.settle("周敏", "bali", (Role.VOLUNTEER, "bali"))
    before = await community.audit_events(tree["bali"])
    with pytest.raises(community.RoleHeld):
        await community.grant_role(one, Role.VOLUNTEER, at=tree["bali"])
    assert await community.audit_events(tree["bali"]) == before


async def test_what_is_offered_is_what_may_be_granted(tree: Tree) -> None:
    boss = await tree.settle("马国强", "wutong", (Role.ADMINISTRATOR, "street"))
    desk = await tree.settle("沈洁", "bali", (Role.COORDINATOR, "bali"))
    one = await tree.settle("周敏", "bali")

    async def offered(by: uuid.UUID, to: uuid.UUID = one) -> dict[Role, set[uuid.UUID]]:
        offers = await community.grants_open(to, by=await tree.acting(by))
        return {offer.role: {area.id for area in offer.areas} for offer in offers}

    home = {tree[name] for name in ("bali", "grid 1", "grid 2")}
    assert await offered(desk) == dict.fromkeys(PERSONAL, home)
    staff = dict.fromkeys(STAFF, home | {tree["street"], tree["wutong"]})
    assert await offered(boss) == {**dict.fromkeys(PERSONAL, home), **staff}
    assert await offered(one, desk) == {}
    assert await offered(boss, boss) == {}
    assert await offered(boss, await tree.settle("赵一", "shan")) == {}
    assert await community.grants_open(uuid.uuid4(), by=await tree.acting(boss)) == []
    for role, areas in (await offered(boss)).items():
        for area in areas:
            await community.grant_role(one, role, at=area, by=await tree.acting(boss))


async def test_the_staff_of_an_area_and_the_places_where_one_may_work(tree: Tree) -> None:
    boss = await tree.settle("马国强", "wutong", (Role.ADMINISTRATOR, "street"))
    one = await tree.settle("周敏", "bali", (Role.AUDITOR, "bali"), (Role.ELDER, "bali"))
    assert [held.member_name for held in await community.staff_at(tree["street"])] == ["马国强"]
    assert [held.member_name for held in await community.staff_at(tree["bali"])] == ["周敏"]
    places = await community.workplaces(boss)
    assert [(place.community.name, place.place, place.home) for place in places] == [
        ("wutong", "street", True),
        ("bali", "street", False),
    ]
    assert all(place.roles == {Role.ADMINISTRATOR} for place in places)
    (home,) = await community.workplaces(one)
    assert home.roles == {Role.AUDITOR, Role.ELDER}
    city = await tree.settle("钱二", "shan", (Role.AUDITOR, "city"))
    names = [place.community.name for place in await community.workplaces(city)]
    assert names == ["shan", "bali", "wutong"]
    assert await community.workplaces(uuid.uuid4()) == []
