"""Organisations over HTTP: the public register, keeping it, its people, and its service record."""

import dataclasses
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from litestar import Litestar

import community
import marketplace
import timebank
from app.service_record import service_record
from community import Actor, OrganisationDraft, OrganisationKind, Post, Role
from tests.app.town import Town, opened_town
from tests.marketplace.conftest import Neighbourhood, neighbourhood
from tests.timebank.street import Street, street

__all__ = ["neighbourhood", "street"]

GROUP = OrganisationDraft(
    OrganisationKind.RESIDENTS_GROUP, "Dumplings", "We cook on Wednesdays.", "51-320", "0512-77"
)
DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def town(app: Litestar) -> AsyncIterator[Town]:
    async with opened_town(app) as opened:
        await opened.settle("desk", "bali", (Role.COORDINATOR, "bali"))
        yield opened


async def entered(town: Town, **changes: object) -> community.Organisation:
    """Let the desk enter an organisation."""
    draft = dataclasses.replace(GROUP, **changes)  # type: ignore[arg-type] # a test's own
    by = await town.tree.acting(town.people["desk"])
    return await community.add_organisation(draft, by=by)


async def post(town: Town, group: community.Organisation, name: str, what: Post) -> uuid.UUID:
    """Let the desk give a member of the town a post."""
    by = await town.tree.acting(town.people["desk"])
    return await community.give_post(group.id, town.people[name], what, by=by)


def filled(**changes: str) -> dict[str, str]:
    """Return a filled-in form for an organisation."""
    return {
        "kind": "school",
        "name": "Lane School",
        "purpose": "Teaches",
        "registration_number": "12-34",
        "phone": "0512-88",
        **changes,
    }


async def test_an_organisation_from_its_entry_to_its_end(town: Town) -> None:
    desk = await town.signed_in("desk")
    await desk.open("/organisations")
    assert "No organisation has been entered yet" in desk.words
    await desk.open("/organisations/new")
    key = desk.hidden("key")
    page = await desk.send_and_follow("/organisations", **filled(key=key))
    assert "Lane School stands in the register." in desk.words
    await desk.open("/organisations/new")
    assert await desk.send_and_follow("/organisations", **filled(key=key)) == page
    assert len(await community.organisations_of(town.tree["bali"])) == 1
    await desk.open(f"{page}/amend")
    assert 'value="Lane School"' in desk.page
    await desk.send_and_follow(f"{page}/amend", **filled(name="School of the Lane"))
    assert "School of the Lane" in desk.words
    await desk.open(f"{page}/close")
    answer = await desk.send(f"{page}/close", why="")
    assert answer.status_code == 422
    assert "Say why" in desk.words
    await desk.send_and_follow(f"{page}/close", why="moved")
    assert "This organisation is closed" in desk.words
    assert "/amend" not in desk.page
    for late in ("amend", "close", "people/add"):
        answer = await desk.open(f"{page}/{late}")
        assert answer.headers["location"] == page
    await desk.open("/organisations")
    for late in ("amend", "close"):
        answer = await desk.send(f"{page}/{late}", **filled(why="again"))
        assert answer.headers["location"] == page
        await desk.open("/organisations")
    assert "Organisations that are closed" in desk.words


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"kind": "army"}, "kind", "Choose what sort"),
        ({"name": " "}, "name", "Give it a name"),
        ({"name": "x" * 81}, "name", "Give it a name"),
        ({"name": "Dumplings"}, "name", "has this name already"),
        ({"registration_number": "51-320"}, "registration_number", "under this number"),
        ({"registration_number": "x" * 41}, "registration_number", "at most 40"),
        ({"phone": "call us"}, "phone", "Write a telephone number"),
        ({"purpose": "x" * 1001}, "purpose", "at most 1,000"),
    ],
)
async def test_what_cannot_be_entered_keeps_what_was_typed(
    town: Town, wrong: dict[str, str], field: str, sentence: str
) -> None:
    await entered(town)
    other = await entered(town, name="Chess", registration_number=None)
    desk = await town.signed_in("desk")
    await desk.open("/organisations/new")
    for page in ("/organisations", f"/organisations/{other.id}/amend"):
        answer = await desk.send(page, **filled(**wrong))
        assert answer.status_code == 422
        assert sentence in desk.words
        assert f'href="#field-{field}"' in desk.page
        assert 'value="0512-88"' in desk.page or "phone" in wrong
    found = await community.organisations_of(town.tree["bali"])
    assert sorted(one.name for one in found) == ["Chess", "Dumplings"]


async def test_what_each_reader_sees(town: Town) -> None:
    group = await entered(town)
    await town.settle("wang", "bali", (Role.RESIDENT, "bali"))
    await post(town, group, "wang", Post.LEADER)
    page = f"/organisations/{group.id}"
    neighbour = await town.signed_in("neighbour", "bali", (Role.RESIDENT, "bali"))
    desk = await town.signed_in("desk")
    treasurer = await town.signed_in("treasurer", "bali", (Role.TREASURER, "bali"))
    for one, sees_phone in ((neighbour, False), (desk, True), (treasurer, True)):
        await one.open("/organisations")
        assert "Dumplings" in one.words
        assert "1 person" in one.words
        assert ("0512-77" in one.page) == sees_phone
        await one.open(page)
        assert "wang" in one.words
        assert ("0512-77" in one.page) == sees_phone
    assert "/amend" not in neighbour.page
    assert "/people/add" not in treasurer.page


async def test_a_visitor_sees_no_names_and_no_numbers(town: Town) -> None:
    by = await _first_community_desk()
    name = f"Open group {uuid.uuid4().hex[:8]}"
    group = await community.add_organisation(
        dataclasses.replace(GROUP, name=name, registration_number=None), by=by
    )
    someone = await community.add_member(community_id=by.community_id, name="Zhang San-feng")
    await community.give_post(group.id, someone.id, Post.CONTACT, by=by)
    visitor = await town.visitor()
    await visitor.open("/organisations")
    assert name in visitor.words
    answer = await visitor.open(f"/organisations/{group.id}")
    assert answer.status_code == 200
    assert "1 person" in visitor.words
    assert "Zhang San-feng" not in visitor.page
    assert "0512-77" not in visitor.page


async def _first_community_desk() -> Actor:
    """Return a coordinator of the community that visitors are shown."""
    first = (await community.communities())[0]
    desk = await community.add_member(community_id=first.id, name="desk", roles=(Role.COORDINATOR,))
    return Actor(desk.id, first.id, desk.roles)


@pytest.mark.parametrize("role", [None, *(one for one in Role if one is not Role.DELEGATE)])
async def test_who_keeps_the_register(town: Town, role: Role | None) -> None:
    group = await entered(town)
    one = await town.signed_in("one", "bali", *([(role, "bali")] if role else []))
    expected = 200 if role in {Role.COORDINATOR, Role.ADMINISTRATOR} else 403
    for path in ("new", f"{group.id}/amend", f"{group.id}/close", f"{group.id}/people/add"):
        assert (await one.open(f"/organisations/{path}")).status_code == expected, path
    await one.open("/organisations")
    assert ("Add an organisation" in one.words) == (expected == 200)
    if expected == 403:
        answer = await one.send(
            f"/organisations/{group.id}/people/add",
            member=str(town.people["one"]),
            post="member",
        )
        assert answer.status_code == 403
        assert await community.posts_in(group.id, community_id=town.tree["bali"]) == []


async def test_another_communitys_organisation_is_not_there(town: Town) -> None:
    group = await entered(town)
    held = await post(town, group, "desk", Post.MEMBER)
    away = await town.signed_in("away", "shan", (Role.ADMINISTRATOR, "shan"))
    for path in ("", "/amend", "/close", "/people/add", f"/people/{held}/end"):
        assert (await away.open(f"/organisations/{group.id}{path}")).status_code == 404, path
    for path in ("/amend", "/close", "/people/add", f"/people/{held}/end"):
        await away.open("/communities")
        fields = filled(why="x", member=str(town.people["away"]), post="member")
        answer = await away.send(f"/organisations/{group.id}{path}", **fields)
        assert answer.status_code == 404, path
    own = await town.signed_in("desk")
    assert (await own.open(f"/organisations/{uuid.uuid4()}")).status_code == 404
    assert not (await community.organisation(group.id, community_id=town.tree["bali"])).closed


async def test_people_are_found_by_name_and_given_a_post(town: Town) -> None:
    group = await entered(town)
    await town.settle("Li Na", "bali", grid="grid 1")
    first = town.people["Li Na"]
    await town.settle("Li Na", "bali")
    desk = await town.signed_in("desk")
    add = f"/organisations/{group.id}/people/add"
    await desk.open(f"{add}?name=Li")
    assert "No member here has exactly this name" in desk.words
    await desk.open(f"{add}?name=Li+Na")
    assert desk.page.count('name="member"') == 2
    assert "grid 1" in desk.words
    past = (datetime.now(UTC) - 30 * DAY).date().isoformat()
    await desk.send_and_follow(
        add, name="Li Na", member=str(first), post="staff", since=past, until=""
    )
    assert "Li Na now belongs to Dumplings." in desk.words
    (held,) = await community.posts_in(group.id, community_id=town.tree["bali"])
    assert (held.member_id, held.post) == (first, Post.STAFF)
    assert held.since < datetime.now(UTC) - 29 * DAY
    page = f"/organisations/{group.id}/people/{held.id}/end"
    await desk.open(page)
    answer = await desk.send(page, why="x" * 201)
    assert answer.status_code == 422
    await desk.send_and_follow(page, why="")
    assert "Li Na is no longer Staff of Dumplings." in desk.words
    assert "Who belonged to it earlier" in desk.words
    answer = await desk.send(page, why="")
    assert answer.status_code == 303
    await desk.open(answer.headers["location"])
    assert "has ended already" in desk.words


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"member": ""}, "member", "Choose one of the people"),
        ({"member": str(uuid.uuid4())}, "member", "Choose one of the people"),
        ({"post": ""}, "post", "Choose a post"),
        ({"post": "king"}, "post", "Choose a post"),
        ({"post": "member"}, "post", "this post at that time already"),
        ({"since": "soon"}, "since", "Write the day"),
        ({"until": "2001-01-01"}, "until", "before the first"),
    ],
)
async def test_a_post_that_cannot_be_given_keeps_what_was_chosen(
    town: Town, changes: dict[str, str], field: str, sentence: str
) -> None:
    group = await entered(town)
    await town.settle("wang", "bali")
    await post(town, group, "wang", Post.MEMBER)
    desk = await town.signed_in("desk")
    add = f"/organisations/{group.id}/people/add"
    await desk.open(f"{add}?name=wang")
    wanted = {"name": "wang", "member": str(town.people["wang"]), "post": "staff", **changes}
    answer = await desk.send(add, **wanted)
    assert answer.status_code == 422
    assert sentence in desk.words
    assert f'href="#field-{field}"' in desk.page
    assert len(await community.posts_in(group.id, community_id=town.tree["bali"])) == 1


async def test_a_leader_adds_ordinary_members_and_no_others(town: Town) -> None:
    group = await entered(town)
    await town.settle("head", "bali", (Role.RESIDENT, "bali"))
    await town.settle("wang", "bali")
    leading = await post(town, group, "head", Post.LEADER)
    head = await town.signed_in("head")
    await head.open(f"/organisations/{group.id}")
    assert "Add somebody" in head.words
    assert "/amend" not in head.page
    add = f"/organisations/{group.id}/people/add"
    await head.open(f"{add}?name=wang")
    assert 'value="member"' in head.page
    assert 'value="staff"' not in head.page
    assert 'name="since"' not in head.page
    wang = str(town.people["wang"])
    for wanted in ("staff", "leader"):
        answer = await head.send(add, name="wang", member=wang, post=wanted)
        assert answer.status_code == 422
        assert "A leader adds and removes ordinary members" in head.words
    answer = await head.send(add, name="wang", member=wang, post="member", since="2020-01-01")
    assert answer.status_code == 422
    assert "today or later" in head.words
    await head.send_and_follow(add, name="wang", member=wang, post="member")
    (held,) = [
        one
        for one in await community.posts_in(group.id, community_id=town.tree["bali"])
        if one.post is Post.MEMBER
    ]
    assert (await head.open(f"/organisations/{group.id}/people/{leading}/end")).status_code == 403
    await head.open(f"/organisations/{group.id}/people/{held.id}/end")
    await head.send_and_follow(f"/organisations/{group.id}/people/{held.id}/end")
    assert "wang is no longer Member of Dumplings." in head.words


async def test_a_member_leaves_and_ends_nobody_elses_post(town: Town) -> None:
    group = await entered(town)
    await town.settle("wang", "bali")
    await town.settle("zhao", "bali")
    own = await post(town, group, "wang", Post.MEMBER)
    others = await post(town, group, "zhao", Post.MEMBER)
    wang = await town.signed_in("wang")
    await wang.open(f"/organisations/{group.id}")
    assert f"/people/{own}/end" in wang.page
    assert f"/people/{others}/end" not in wang.page
    assert (await wang.open(f"/organisations/{group.id}/people/{others}/end")).status_code == 403
    assert (
        await wang.open(f"/organisations/{group.id}/people/{uuid.uuid4()}/end")
    ).status_code == 404
    await wang.open(f"/organisations/{group.id}/people/{own}/end")
    assert "Leave Dumplings" in wang.words
    answer = await wang.send(f"/organisations/{group.id}/people/{others}/end")
    assert answer.status_code == 403
    await wang.open(f"/organisations/{group.id}")
    await wang.send_and_follow(f"/organisations/{group.id}/people/{own}/end", why="no time")
    posts = await community.posts_in(group.id, community_id=town.tree["bali"])
    assert {one.id: one.over() for one in posts} == {own: True, others: False}


async def test_the_service_record_counts_what_was_given_while_belonging(
    street: Street,
) -> None:
    group = await community.add_organisation(GROUP, by=street.coordinator)

    async def record() -> tuple[int, int]:
        found = await service_record(group.id, community_id=street.id)
        return found.visits, found.minutes

    visit = await street.finished(taken=95)
    began = visit.checked_in_at
    assert began
    who, by = street.volunteer.member_id, street.coordinator
    before, after = began - DAY, began + timedelta(minutes=1)
    await community.give_post(group.id, who, Post.STAFF, since=before - DAY, until=before, by=by)
    await community.give_post(group.id, who, Post.STAFF, since=after, by=by)
    other = street.other_volunteer.member_id
    await community.give_post(group.id, other, Post.MEMBER, since=before, by=by)
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    assert await record() == (0, 0), "not while they belonged"
    await community.give_post(group.id, who, Post.MEMBER, since=before, until=after, by=by)
    await community.give_post(group.id, who, Post.LEADER, since=before, by=by)
    assert await record() == (1, 95), "once, though under two posts"
    elsewhere = await service_record(group.id, community_id=uuid.uuid4())
    assert (elsewhere.visits, elsewhere.projects) == (0, ())


async def test_a_visit_counts_once_it_is_confirmed(street: Street) -> None:
    group = await community.add_organisation(GROUP, by=street.coordinator)
    visit = await street.finished(taken=95)
    began = visit.checked_in_at
    assert began
    who, by = street.volunteer.member_id, street.coordinator
    await community.give_post(group.id, who, Post.MEMBER, since=began - DAY, by=by)
    assert (await service_record(group.id, community_id=street.id)).visits == 0
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    found = await service_record(group.id, community_id=street.id)
    assert (found.visits, found.minutes) == (1, 95)


async def test_the_service_record_names_projects_proposed_while_belonging(
    neighbourhood: Neighbourhood,
) -> None:
    by = neighbourhood.coordinator
    group = await community.add_organisation(GROUP, by=by)
    opened = await neighbourhood.round()
    early = await neighbourhood.project(opened, "Before", 100)
    await community.give_post(group.id, neighbourhood.residents[0].member_id, Post.MEMBER, by=by)
    lamp = await neighbourhood.project(opened, "Lamp", 100)
    await marketplace.propose(
        opened.id,
        dataclasses.replace(_draft(), title="Bench"),
        by=neighbourhood.residents[1],
    )
    found = await service_record(group.id, community_id=neighbourhood.id)
    assert [one.id for one in found.projects] == [lamp.id]
    assert early.id != lamp.id


def _draft() -> marketplace.Draft:
    return marketplace.Draft("x", "x", "Lane 3", marketplace.Category.ENVIRONMENT, 100)
