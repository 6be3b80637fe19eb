"""Roles over HTTP: a member's roles and their history, granting and ending, and every refusal."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from litestar import Litestar

import community
from community import Role
from tests.app.town import Town, opened_town
from tests.app.walking import Walker

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest_asyncio.fixture(loop_scope="session")
async def town(app: Litestar) -> AsyncIterator[Town]:
    async with opened_town(app) as opened:
        yield opened


def day(ahead: int) -> str:
    return (datetime.now(SHANGHAI) + timedelta(days=ahead)).date().isoformat()


async def granted(walker: Walker, town: Town, to: str, role: str, **more: str) -> None:
    """Grant a role with the form; `at` is the name of a place."""
    more["at"] = str(town.tree[more["at"]])
    page = f"/members/{town.people[to]}/roles/grant"
    await walker.open(page)
    await walker.send_and_follow(page, role=role, **more)


async def test_a_role_from_its_grant_to_its_end(town: Town) -> None:
    boss = await town.signed_in("boss", "wutong", (Role.ADMINISTRATOR, "street"))
    await town.settle("zhou", "wutong", (Role.RESIDENT, "wutong"))
    roles = f"/members/{town.people['zhou']}/roles"
    await boss.open(roles)
    assert "Resident" in boss.words
    assert "the set-up" in boss.words
    await granted(boss, town, "zhou", "auditor", at="street", until=day(30))
    assert "zhou now has the role: Auditor." in boss.words
    assert await town.roles("zhou", "bali") == {Role.AUDITOR}
    (held, *_rest) = await community.roles_held(town.people["zhou"])
    assert held.until
    assert held.until.astimezone(SHANGHAI).date().isoformat() == day(31)
    assert held.until.astimezone(SHANGHAI).hour == 0, "the last day counts in full"
    end = f"/roles/{held.id}/end"
    assert f'href="{end}"' in boss.page
    await boss.open(end)
    answer = await boss.send(end, why=" ")
    assert answer.status_code == 422
    assert "Say why" in boss.words
    await boss.send_and_follow(end, why="term over")
    assert "zhou no longer has the role: Auditor." in boss.words
    assert "term over (boss)" in boss.words
    answer = await boss.send(end, why="again")
    assert answer.headers["location"] == roles
    assert await town.roles("zhou", "bali") == set()


async def test_a_role_may_begin_on_a_later_day(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    await town.settle("zhou", "bali")
    await granted(boss, town, "zhou", "treasurer", at="bali", since=day(2))
    assert "zhou will have the role: Treasurer." in boss.words
    assert "Roles to come" in boss.words
    assert await town.roles("zhou", "bali") == set()
    await granted(boss, town, "zhou", "auditor", at="bali", since=day(0), until=day(0))
    assert await town.roles("zhou", "bali") == {Role.AUDITOR}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"role": ""}, "role", "Choose a role."),
        ({"role": "king"}, "role", "Choose a role."),
        ({"role": "delegate"}, "at", "does not reach that far"),
        ({"at": ""}, "at", "Choose where"),
        ({"at": "west"}, "at", "does not reach that far"),
        ({"at": "nowhere"}, "at", "Choose one of these places."),
        ({"role": "elder", "at": "wutong"}, "at", "own community"),
        ({"role": "resident"}, "role", "have this role there"),
        ({"since": "tomorrow"}, "since", "Write the day"),
        ({"since": "0001-01-01"}, "since", "between 1900 and 2999"),
        ({"since": "2020-01-01"}, "since", "today or later"),
        ({"until": "2020-01-01"}, "until", "before the first"),
        ({"until": "9999-12-31"}, "until", "between 1900 and 2999"),
    ],
)
async def test_a_grant_that_cannot_be_keeps_what_was_chosen(
    town: Town, changes: dict[str, str], field: str, sentence: str
) -> None:
    boss = await town.signed_in("boss", "wutong", (Role.ADMINISTRATOR, "street"))
    await town.settle("zhou", "bali", (Role.RESIDENT, "bali"))
    await boss.open("/communities")
    await boss.send_and_follow("/work-in", community=str(town.tree["bali"]))
    wanted = {"role": "treasurer", "at": "bali", **changes}
    if wanted["at"]:
        wanted["at"] = str(town.tree.ids.get(wanted["at"], uuid.uuid4()))
    page = f"/members/{town.people['zhou']}/roles/grant"
    await boss.open(page)
    answer = await boss.send(page, **wanted)
    assert answer.status_code == 422
    assert sentence in boss.words
    assert f'href="#field-{field}"' in boss.page
    if wanted["role"] == "treasurer":
        assert 'value="treasurer" checked' in boss.page
    assert len(await community.roles_held(town.people["zhou"])) == 1


async def test_a_coordinator_is_offered_what_a_coordinator_grants(town: Town) -> None:
    desk = await town.signed_in("desk", "bali", (Role.COORDINATOR, "bali"))
    await town.settle("zhou", "bali", grid="grid 1")
    await desk.open(f"/members/{town.people['zhou']}/roles/grant")
    for word in ("Resident", "Volunteer", "Elder", "grid 1", "grid 2"):
        assert word in desk.words
    for word in ("Auditor", "Administrator", "wutong", "street"):
        assert word not in desk.words
    await granted(desk, town, "zhou", "volunteer", at="bali")
    assert await town.roles("zhou", "bali") == {Role.VOLUNTEER}


async def test_nobody_is_offered_a_grant_to_themselves(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    own = f"/members/{town.people['boss']}/roles"
    await boss.open(own)
    assert "My roles" in boss.words
    assert f"{own}/grant" not in boss.page
    assert (await boss.open(f"{own}/grant")).status_code == 404
    await boss.open(own)
    answer = await boss.send(f"{own}/grant", role="auditor", at=str(town.tree["bali"]))
    assert answer.status_code == 404
    assert await town.roles("boss", "bali") == {Role.ADMINISTRATOR}


async def test_the_last_administrator_is_told_why_the_role_stays(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    (held,) = await community.roles_held(town.people["boss"])
    await boss.open(f"/roles/{held.id}/end")
    answer = await boss.send(f"/roles/{held.id}/end", why="enough")
    assert answer.status_code == 422
    assert "last administrator" in boss.words
    assert await town.roles("boss", "bali") == {Role.ADMINISTRATOR}


async def test_a_volunteer_lays_the_own_role_down(town: Town) -> None:
    one = await town.signed_in("one", "bali", (Role.VOLUNTEER, "bali"), (Role.RESIDENT, "bali"))
    held = {role.role: role.id for role in await community.roles_held(town.people["one"])}
    await one.open(f"/members/{town.people['one']}/roles")
    assert f"/roles/{held[Role.RESIDENT]}/end" not in one.page
    assert (await one.open(f"/roles/{held[Role.RESIDENT]}/end")).status_code == 404
    await one.open(f"/roles/{held[Role.VOLUNTEER]}/end")
    answer = await one.send(f"/roles/{held[Role.RESIDENT]}/end", why="")
    assert answer.status_code in {404, 422}
    assert await town.roles("one", "bali") == {Role.VOLUNTEER, Role.RESIDENT}
    await one.open(f"/roles/{held[Role.VOLUNTEER]}/end")
    await one.send_and_follow(f"/roles/{held[Role.VOLUNTEER]}/end", why="moving away")
    assert await town.roles("one", "bali") == {Role.RESIDENT}


async def test_others_roles_are_not_there_for_who_may_not_end_them(town: Town) -> None:
    await town.settle("zhou", "bali", (Role.AUDITOR, "bali"))
    (held,) = await community.roles_held(town.people["zhou"])
    for name, roles in (
        ("neighbour", [(Role.RESIDENT, "bali")]),
        ("desk", [(Role.COORDINATOR, "bali")]),
        ("beside", [(Role.ADMINISTRATOR, "wutong")]),
        ("far", [(Role.ADMINISTRATOR, "west")]),
    ):
        one = await town.signed_in(name, "bali", *roles)
        for why in ("", "because"):
            await one.open("/communities")
            answer = await one.send(f"/roles/{held.id}/end", why=why)
            assert answer.status_code == 404, (name, why)
            assert "zhou" not in one.page
        assert (await one.open(f"/roles/{held.id}/end")).status_code == 404
        assert (await one.open(f"/roles/{uuid.uuid4()}/end")).status_code == 404
    assert await town.roles("zhou", "bali") == {Role.AUDITOR}


async def test_a_member_of_another_community_is_not_there(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    await town.settle("far", "shan", (Role.RESIDENT, "shan"))
    roles = f"/members/{town.people['far']}/roles"
    assert (await boss.open(roles)).status_code == 404
    assert (await boss.open(f"{roles}/grant")).status_code == 404
    await boss.open("/communities")
    answer = await boss.send(f"{roles}/grant", role="auditor", at=str(town.tree["bali"]))
    assert answer.status_code == 404
    assert await town.roles("far", "bali") == set()


@pytest.mark.parametrize("role", [None, *(one for one in Role if one is not Role.DELEGATE)])
async def test_who_sees_and_who_grants_roles(town: Town, role: Role | None) -> None:
    one = await town.signed_in("one", "bali", *([(role, "bali")] if role else []))
    await town.settle("zhou", "bali", (Role.RESIDENT, "bali"))
    roles = f"/members/{town.people['zhou']}/roles"
    reads = {Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR}
    grants = {Role.COORDINATOR, Role.ADMINISTRATOR}
    assert (await one.open(roles)).status_code == (200 if role in reads else 404)
    assert ("Grant a role" in one.words) == (role in grants)
    assert (await one.open(f"{roles}/grant")).status_code == (200 if role in grants else 403)
    assert (await one.open(f"/members/{town.people['one']}/roles")).status_code == 200


async def test_a_guests_role_is_ended_from_the_place(town: Town) -> None:
    boss = await town.signed_in("boss", "bali", (Role.ADMINISTRATOR, "bali"))
    await town.settle("guest", "wutong", (Role.AUDITOR, "bali"))
    (held,) = await community.roles_held(town.people["guest"])
    await boss.open(f"/places/{town.tree['bali']}")
    assert f"/roles/{held.id}/end" in boss.page
    await boss.open(f"/roles/{held.id}/end")
    where = await boss.send_and_follow(f"/roles/{held.id}/end", why="term over")
    assert where == f"/places/{town.tree['bali']}"
    assert await town.roles("guest", "bali") == set()


async def test_the_page_says_when_a_role_was_over_by_itself(town: Town) -> None:
    await town.settle("zhou", "bali")
    past = datetime.now(UTC) - timedelta(days=40)
    await community.grant_role(
        town.people["zhou"],
        Role.VOLUNTEER,
        at=town.tree["bali"],
        since=past,
        until=past + timedelta(days=10),
    )
    zhou = await town.signed_in("zhou", language="zh")
    await zhou.open(f"/members/{town.people['zhou']}/roles")
    assert "现在没有任何身份" in zhou.words
    assert "到期结束" in zhou.words


async def test_a_grid_coordinators_role_holds_for_the_members_of_that_grid_alone(
    town: Town,
) -> None:
    desk = await town.signed_in("desk", "bali", (Role.COORDINATOR, "grid 1"))
    await town.settle("near", "bali", grid="grid 1")
    await town.settle("beside", "bali", grid="grid 2")
    await town.settle("nowhere", "bali")
    assert (await desk.open("/places")).status_code == 403, "not in the whole community"
    near = f"/members/{town.people['near']}/roles"
    assert (await desk.open(near)).status_code == 200
    for name in ("beside", "nowhere"):
        assert (await desk.open(f"/members/{town.people[name]}/roles")).status_code == 404
        assert (await desk.open(f"/members/{town.people[name]}/roles/grant")).status_code == 403
    await desk.open(f"{near}/grant")
    assert "grid 1" in desk.words
    assert "grid 2" not in desk.words
    await granted(desk, town, "near", "volunteer", at="grid 1")
    assert await town.roles("near", "grid 1") == {Role.VOLUNTEER}
    await desk.open(f"{near}/grant")
    answer = await desk.send(f"{near}/grant", role="elder", at=str(town.tree["bali"]))
    assert answer.status_code == 422
    assert "does not reach that far" in desk.words


async def test_where_one_works_is_shown_while_it_is_not_home(town: Town) -> None:
    auditor = await town.signed_in("auditor", "shan", (Role.AUDITOR, "wutong"))
    await auditor.open("/communities")
    assert 'class="switch" href="/communities"' not in auditor.page
    await auditor.send_and_follow("/work-in", community=str(town.tree["wutong"]))
    assert 'class="switch" href="/communities"' in auditor.page
    assert (await auditor.open(f"/members/{town.people['auditor']}/roles")).status_code == 200
