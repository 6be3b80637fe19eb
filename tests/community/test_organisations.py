"""Organisations on a real database: who keeps the register, who belongs when, and two at once."""

import asyncio
import dataclasses
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

import community
from community import OrganisationDraft, OrganisationKind, Post, Role
from tests.community.places import Tree, grown

pytestmark = pytest.mark.usefixtures("database")

GROUP = OrganisationDraft(
    OrganisationKind.RESIDENTS_GROUP,
    " 梧桐里互助组 ",
    " 每周三包馄饨 ",
    "51320500MJ1234567X",
    "0512-6700 1234",
)
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def tree(database: object) -> Tree:  # noqa: ARG001 (must be migrated)
    return await grown()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tree: Tree) -> community.Actor:
    return await tree.acting(await tree.settle("沈洁", "bali", (Role.COORDINATOR, "bali")))


@pytest_asyncio.fixture(loop_scope="session")
async def group(desk: community.Actor) -> community.Organisation:
    return await community.add_organisation(GROUP, by=desk)


async def test_an_organisation_is_entered_in_the_register(
    tree: Tree, desk: community.Actor
) -> None:
    added = await community.add_organisation(GROUP, by=desk)
    assert (added.name, added.purpose, added.people) == ("梧桐里互助组", "每周三包馄饨", 0)
    assert (added.community_id, added.closed) == (tree["bali"], False)
    assert await community.organisations_of(tree["bali"]) == [added]
    assert await community.organisation(added.id, community_id=tree["bali"]) == added
    event = (await community.audit_events(tree["bali"]))[0]
    assert (event.act, event.actor, event.subject_id) == (
        "organisation.add", desk.member_id, added.id,
    )  # fmt: skip
    assert event.after
    assert event.after["name"] == "梧桐里互助组"


async def test_the_same_form_sent_twice_enters_one(tree: Tree, desk: community.Actor) -> None:
    key = uuid.uuid4()
    outcomes = await asyncio.gather(
        *(community.add_organisation(GROUP, by=desk, id=key) for _ in range(4))
    )
    assert len(set(outcomes)) == 1
    assert len(await community.organisations_of(tree["bali"])) == 1
    other = dataclasses.replace(GROUP, name="另一个", registration_number=None)
    with pytest.raises(community.OrganisationNameTaken):
        await community.add_organisation(other, by=desk, id=key)
    away = await tree.acting(await tree.settle("钱二", "shan", (Role.COORDINATOR, "shan")))
    with pytest.raises(community.OrganisationNameTaken):
        await community.add_organisation(GROUP, by=away, id=key)
    assert await community.organisations_of(tree["shan"]) == []


@pytest.mark.parametrize("role", [None, *(r for r in Role if r is not Role.DELEGATE)])
async def test_coordinators_and_administrators_keep_the_register(
    tree: Tree, group: community.Organisation, role: Role | None
) -> None:
    one = await tree.settle("周敏", "bali", *([(role, "bali")] if role else []))
    by = await tree.acting(one)
    other = dataclasses.replace(GROUP, name="太极队", registration_number=None)
    if role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        assert (await community.add_organisation(other, by=by)).name == "太极队"
        return
    with pytest.raises(community.NotYourOrganisation):
        await community.add_organisation(other, by=by)
    with pytest.raises(community.NotYourOrganisation):
        await community.amend_organisation(group.id, other, by=by)
    with pytest.raises(community.NotYourOrganisation):
        await community.close_organisation(group.id, why="x", by=by)
    with pytest.raises(community.NotYourOrganisation):
        await community.give_post(group.id, one, Post.MEMBER, by=by)
    assert await community.organisations_of(tree["bali"]) == [group]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"phone": "call us"}, "phone"),
        ({"registration_number": "x" * 41}, "registration_number"),
        ({"purpose": "x" * 1001}, "purpose"),
    ],
)
async def test_what_no_organisation_can_be_is_refused(
    desk: community.Actor, group: community.Organisation, changes: dict[str, str], field: str
) -> None:
    wanted = dataclasses.replace(GROUP, **changes)  # type: ignore[arg-type] # a test's own
    with pytest.raises(community.InvalidOrganisation) as refusal:
        await community.amend_organisation(group.id, wanted, by=desk)
    assert refusal.value.field == field
    assert await community.organisation(group.id, community_id=desk.community_id) == group


async def test_a_name_and_a_number_are_had_once_in_a_community(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    with pytest.raises(community.OrganisationNameTaken):
        await community.add_organisation(
            dataclasses.replace(GROUP, registration_number=None), by=desk
        )
    with pytest.raises(community.RegistrationNumberTaken):
        await community.add_organisation(dataclasses.replace(GROUP, name="太极队"), by=desk)
    away = await tree.acting(await tree.settle("钱二", "shan", (Role.COORDINATOR, "shan")))
    assert (await community.add_organisation(GROUP, by=away)).id != group.id


async def test_another_communitys_organisation_is_unknown(
    tree: Tree, group: community.Organisation
) -> None:
    one = await tree.settle("钱二", "shan", (Role.COORDINATOR, "shan"))
    away = await tree.acting(one)
    with pytest.raises(community.UnknownOrganisation):
        await community.organisation(group.id, community_id=tree["shan"])
    with pytest.raises(community.UnknownOrganisation):
        await community.amend_organisation(group.id, GROUP, by=away)
    with pytest.raises(community.UnknownOrganisation):
        await community.close_organisation(group.id, why="x", by=away)
    with pytest.raises(community.UnknownOrganisation):
        await community.give_post(group.id, one, Post.LEADER, by=away)
    with pytest.raises(community.UnknownOrganisation):
        await community.end_post(uuid.uuid4(), organisation_id=group.id, by=away)
    assert await community.posts_in(group.id, community_id=tree["shan"]) == []


async def test_what_is_amended_is_written_down(
    desk: community.Actor, group: community.Organisation
) -> None:
    amended = await community.amend_organisation(
        group.id, dataclasses.replace(GROUP, phone="", name="互助组"), by=desk
    )
    assert (amended.phone, amended.name) == (None, "互助组")
    event = (await community.audit_events(desk.community_id))[0]
    assert event.before
    assert event.after
    assert (event.before["name"], event.after["name"]) == ("梧桐里互助组", "互助组")
    with pytest.raises(community.UnknownOrganisation):
        await community.amend_organisation(uuid.uuid4(), GROUP, by=desk)


async def test_a_closed_organisation_changes_no_more(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    one = await tree.settle("周敏", "bali")
    post = await community.give_post(group.id, one, Post.MEMBER, by=desk)
    soon = await community.give_post(group.id, one, Post.STAFF, since=now() + DAY, by=desk)
    with pytest.raises(community.BadReason):
        await community.close_organisation(group.id, why=" ", by=desk)
    await community.close_organisation(group.id, why="merged into another", by=desk)
    found = await community.organisation(group.id, community_id=tree["bali"])
    assert (found.closed, found.people) == (True, 0)
    posts = await community.posts_in(group.id, community_id=tree["bali"])
    held = {given.id: given.over() for given in posts}
    assert held == {post: True, soon: True}
    for late in (
        community.amend_organisation(group.id, GROUP, by=desk),
        community.close_organisation(group.id, why="twice", by=desk),
        community.give_post(group.id, one, Post.MEMBER, by=desk),
        community.end_post(post, organisation_id=group.id, by=desk),
    ):
        with pytest.raises(community.OrganisationClosed):
            await late


async def test_people_have_posts_with_dates(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    ann, ben = await tree.settle("安", "bali"), await tree.settle("本", "bali")
    past = now() - 30 * DAY
    await community.give_post(group.id, ben, Post.MEMBER, since=past, until=past + DAY, by=desk)
    await community.give_post(group.id, ben, Post.MEMBER, since=past + DAY, by=desk)
    await community.give_post(group.id, ann, Post.CONTACT, by=desk)
    await community.give_post(group.id, ann, Post.LEADER, by=desk)
    posts = await community.posts_in(group.id, community_id=tree["bali"])
    assert [(one.name, one.post, one.over()) for one in posts] == [
        ("安", Post.LEADER, False),
        ("安", Post.CONTACT, False),
        ("本", Post.MEMBER, True),
        ("本", Post.MEMBER, False),
    ]
    assert (await community.organisation(group.id, community_id=tree["bali"])).people == 2
    assert len(await community.posts_of(ben, community_id=tree["bali"])) == 2
    spans = await community.belonging(group.id, community_id=tree["bali"])
    assert (ben, community.Span(past, past + DAY)) in spans
    event = (await community.audit_events(tree["bali"]))[0]
    assert event.act == "post.give"
    assert event.subject_id == ann
    assert event.details == {"organisation": "梧桐里互助组", "post": "leader"}


async def test_a_post_is_refused_where_it_cannot_be(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    one, away = await tree.settle("周敏", "bali"), await tree.settle("钱二", "shan")
    await community.give_post(group.id, one, Post.MEMBER, since=now() - DAY, by=desk)
    with pytest.raises(community.PostHeld):
        await community.give_post(group.id, one, Post.MEMBER, by=desk)
    with pytest.raises(community.InvalidTime):
        await community.give_post(group.id, one, Post.STAFF, until=now() - DAY, by=desk)
    for stranger in (away, uuid.uuid4()):
        with pytest.raises(community.UnknownMember):
            await community.give_post(group.id, stranger, Post.MEMBER, by=desk)
    left = await tree.settle("走", "bali")
    await community.tables.MemberRow.raw("UPDATE member SET standing = 'left' WHERE id = {}", left)
    with pytest.raises(community.UnknownMember):
        await community.give_post(group.id, left, Post.MEMBER, by=desk)


async def test_of_many_same_posts_at_once_one_is_given(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    one = await tree.settle("周敏", "bali")
    outcomes = await asyncio.gather(
        *(community.give_post(group.id, one, Post.MEMBER, by=desk) for _ in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, uuid.UUID) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, community.PostHeld) for outcome in outcomes) == 5


async def test_a_leader_adds_and_ends_ordinary_members_from_now_on(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    head, one = await tree.settle("组长", "bali"), await tree.settle("周敏", "bali")
    leading = await community.give_post(group.id, head, Post.LEADER, by=desk)
    by = await tree.acting(head)
    assert await community.leads(head, group.id)
    for post in (Post.LEADER, Post.CONTACT, Post.STAFF):
        with pytest.raises(community.NotYourOrganisation):
            await community.give_post(group.id, one, post, by=by)
    with pytest.raises(community.InvalidTime):
        await community.give_post(group.id, one, Post.MEMBER, since=now() - DAY, by=by)
    post = await community.give_post(group.id, one, Post.MEMBER, by=by)
    staff = await community.give_post(group.id, one, Post.STAFF, by=desk)
    with pytest.raises(community.NotYourOrganisation):
        await community.end_post(staff, organisation_id=group.id, by=by)
    await community.end_post(post, organisation_id=group.id, why="moved away", by=by)
    event = (await community.audit_events(tree["bali"]))[0]
    assert event.subject_id == one
    assert event.details == {
        "organisation": "梧桐里互助组", "post": "member", "why": "moved away",
    }  # fmt: skip
    with pytest.raises(community.PostEnded):
        await community.end_post(post, organisation_id=group.id, by=by)
    with pytest.raises(community.NotYourOrganisation):
        await community.end_post(leading, organisation_id=group.id, by=by)
    await community.end_post(leading, organisation_id=group.id, by=desk)
    with pytest.raises(community.NotYourOrganisation):
        await community.give_post(group.id, one, Post.MEMBER, by=by)


async def test_a_leader_leads_the_own_organisation_alone(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    other = await community.add_organisation(
        dataclasses.replace(GROUP, name="太极队", registration_number=None), by=desk
    )
    head, one = await tree.settle("组长", "bali"), await tree.settle("周敏", "bali")
    await community.give_post(other.id, head, Post.LEADER, by=desk)
    by = await tree.acting(head)
    post = await community.give_post(group.id, one, Post.MEMBER, by=desk)
    with pytest.raises(community.NotYourOrganisation):
        await community.give_post(group.id, one, Post.MEMBER, by=by)
    with pytest.raises(community.NotYourOrganisation):
        await community.end_post(post, organisation_id=group.id, by=by)
    with pytest.raises(community.UnknownPost):  # a post of another organisation
        await community.end_post(post, organisation_id=other.id, by=by)


async def test_members_end_their_own_ordinary_post(
    tree: Tree, desk: community.Actor, group: community.Organisation
) -> None:
    one = await tree.settle("周敏", "bali")
    by = await tree.acting(one)
    post = await community.give_post(group.id, one, Post.MEMBER, by=desk)
    contact = await community.give_post(group.id, one, Post.CONTACT, by=desk)
    with pytest.raises(community.NotYourOrganisation):
        await community.end_post(contact, organisation_id=group.id, by=by)
    with pytest.raises(community.BadReason):
        await community.end_post(post, organisation_id=group.id, why="x" * 201, by=by)
    await community.end_post(post, organisation_id=group.id, by=by)
    found = {one.id: one.over() for one in await community.posts_of(one, community_id=tree["bali"])}
    assert found == {post: True, contact: False}


async def test_members_are_found_by_their_whole_name_alone(tree: Tree) -> None:
    first = await tree.settle("王芳", "bali", grid="grid 1")
    second = await tree.settle("王芳", "bali")
    await tree.settle("王芳菲", "bali")
    await tree.settle("王芳", "shan")
    found = await community.candidates(" 王芳 ", community_id=tree["bali"])
    assert [(one.id, one.grid) for one in found] == [(first, "grid 1"), (second, "")]
    assert await community.candidates("王", community_id=tree["bali"]) == []
