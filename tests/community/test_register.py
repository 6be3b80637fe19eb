"""The register on a real database: communities, members, roles, and the trace of each act."""

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from app.database import Engine
from community import Role

pytestmark = pytest.mark.usefixtures("database")


def code() -> str:
    return f"t-{uuid.uuid4().hex[:12]}"


async def test_a_community_is_found_by_id_and_by_code() -> None:
    added = await community.add_community(
        code=code(), name=" 凤池社区 ", desk_phone="0512-6700 1234"
    )
    assert added.name == "凤池社区"
    assert await community.community(added.id) == added
    assert await community.community_by_code(added.code) == added
    assert added in await community.communities()


@pytest.mark.parametrize("bad", ["", "A", "a b", "凤池", "-ab", "x" * 41])
async def test_a_code_is_short_and_plain(bad: str) -> None:
    with pytest.raises(community.InvalidCommunity):
        await community.add_community(code=bad, name="凤池社区")


async def test_a_community_needs_a_name_a_real_time_zone_and_a_code_of_its_own() -> None:
    with pytest.raises(community.InvalidCommunity, match="name"):
        await community.add_community(code=code(), name="  ")
    with pytest.raises(community.InvalidCommunity, match="time zone"):
        await community.add_community(code=code(), name="凤池", time_zone="Asia/Fengchi")
    with pytest.raises(community.InvalidCommunity, match="telephone"):
        await community.add_community(code=code(), name="凤池", desk_phone="call us")
    first = await community.add_community(code=code(), name="凤池社区")
    with pytest.raises(community.CodeTaken):
        await community.add_community(code=first.code, name="另一个")


async def test_a_member_has_roles_from_joining_on() -> None:
    place = await community.add_community(code=code(), name="凤池社区")
    since = datetime.now(UTC) - timedelta(days=400)
    elder = await community.add_member(
        community_id=place.id, name="陈桂芳", roles=(Role.ELDER, Role.RESIDENT), joined_at=since
    )
    found = await community.member(elder.id)
    assert found == elder
    assert await community.actor(elder.id) == community.Actor(elder.id, place.id, elder.roles)
    other = await community.add_member(community_id=place.id, name="李明", roles=(Role.VOLUNTEER,))
    assert await community.members(place.id) == [elder, other]
    assert await community.members(place.id, Role.VOLUNTEER) == [other]
    names = await community.named_members({elder.id, uuid.uuid4()}, community_id=place.id)
    assert names == {elder.id: "陈桂芳"}


async def test_what_no_member_can_be_is_refused() -> None:
    place = await community.add_community(code=code(), name="凤池社区")
    with pytest.raises(community.InvalidMember):
        await community.add_member(community_id=place.id, name=" ")
    with pytest.raises(community.InvalidMember):
        await community.add_member(community_id=place.id, name="李明", language="xx")
    with pytest.raises(community.InvalidMember):
        await community.add_member(community_id=place.id, name="李明", text_size="huge")
    with pytest.raises(community.UnknownCommunity):
        await community.add_member(community_id=uuid.uuid4(), name="李明")
    with pytest.raises(community.UnknownMember):
        await community.member(uuid.uuid4())
    assert await community.actor(uuid.uuid4()) is None


async def test_a_role_is_held_once_and_only_in_ones_own_community() -> None:
    here = await community.add_community(code=code(), name="凤池社区")
    there = await community.add_community(code=code(), name="梧桐社区")
    one = await community.add_member(community_id=here.id, name="李明", roles=(Role.VOLUNTEER,))
    with pytest.raises(community.RoleHeld):
        await community.grant_role(one.id, Role.VOLUNTEER, at=here.id)
    with pytest.raises(community.RoleNotThere):
        await community.grant_role(one.id, Role.RESIDENT, at=there.id)
    with pytest.raises(community.UnknownMember):
        await community.grant_role(uuid.uuid4(), Role.RESIDENT, at=there.id)
    assert (await community.member(one.id)).roles == {Role.VOLUNTEER}


async def test_every_act_leaves_a_trace_and_a_refused_one_leaves_none() -> None:
    place = await community.add_community(code=code(), name="凤池社区")
    one = await community.add_member(community_id=place.id, name="李明", roles=(Role.VOLUNTEER,))
    with pytest.raises(community.RoleHeld):
        await community.grant_role(one.id, Role.VOLUNTEER, at=place.id)
    events = await community.audit_events(place.id)
    assert [event.act for event in events] == ["role.grant", "member.add", "community.add"]
    assert events[0].details == {"role": "volunteer"}
    assert events[0].subject_id == one.id
    assert await community.audit_events(place.id, before=events[1].seq) == events[2:]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET act = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DELETE FROM member",
        "DELETE FROM member_role",
        "UPDATE member SET community_id = id",
    ],
)
async def test_the_app_cannot_edit_the_trace(database: Engine, sql: str) -> None:
    await community.add_community(code=code(), name="凤池社区")
    with pytest.raises(asyncpg.PostgresError):
        await database._run_in_pool(sql)  # noqa: SLF001 (any statement, as the app's role)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET details = '{}'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
async def test_nor_can_the_owner_by_mistake(owner: asyncpg.Connection, sql: str) -> None:
    await community.add_community(code=code(), name="凤池社区")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
        await owner.execute(sql)
