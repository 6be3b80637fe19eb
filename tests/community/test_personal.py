"""What is held of a person, and being forgotten: the register's part, on a real database."""

import asyncio
import json
import uuid
from dataclasses import dataclass, replace
from datetime import date

import asyncpg
import pytest

import community
import ledger
from app.database import Engine
from community import Actor, Role, SealedIdentity

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Lane:
    """A community of its own with a desk of two, and a member of whom everything is known."""

    id: uuid.UUID
    coordinator: Actor
    other: Actor
    one: Actor

    async def erased(self, who: Actor | None = None) -> community.Erased:
        """Let the member ask and the coordinator carry it out."""
        who = who or self.one
        await community.ask_erasure(who.member_id, by=who)
        async with ledger.transaction():
            return await community.erase_member(who.member_id, by=self.coordinator)


async def join(place: uuid.UUID, name: str, *roles: Role, **more: object) -> Actor:
    member = await community.add_member(community_id=place, name=name, roles=roles, **more)  # type: ignore[arg-type]  # a test's own
    return Actor(member.id, place, member.roles)


@pytest.fixture
async def lane() -> Lane:
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="凤池社区")
    return Lane(
        place.id,
        await join(place.id, "沈洁", Role.COORDINATOR),
        await join(place.id, "周宁", Role.COORDINATOR),
        await join(
            place.id,
            "欧阳若兰",
            Role.RESIDENT,
            phone=f"+86139{uuid.uuid4().int % 10**8:08d}",
            email="ouyang@example.org",
            birth_date=date(1948, 5, 17),
            household="7-1-201",
            address="桂花里 7 号 201 室",
            registration="registered",
            roster_number=f"R{uuid.uuid4().hex[:8]}",
            identity=SealedIdentity("sealed", uuid.uuid4().bytes, frozenset()),
        ),
    )


async def test_the_register_tells_all_it_knows(lane: Lane) -> None:
    who = await community.memberships(lane.one.member_id, community_id=lane.id)
    held = await community.read_kept(community.REGISTER, who)
    (known,) = held["register"]
    assert known["name"] == "欧阳若兰"
    assert known["birth_date"] == date(1948, 5, 17)
    assert (known["household"], known["household_address"]) == ("7-1-201", "桂花里 7 号 201 室")
    assert known["identity_kept"] is True
    assert "sealed" not in json.dumps(held, default=str)
    assert [row["role"] for row in held["roles"]] == ["resident"]


async def test_a_wish_waits_until_it_is_taken_back_or_carried_out(lane: Lane) -> None:
    me = lane.one.member_id
    first = await community.ask_erasure(me, by=lane.one)
    assert await community.ask_erasure(me, by=lane.coordinator) == first
    assert await community.waiting_erasures(lane.id) == [first]
    await community.withdraw_erasure(me, by=lane.one)
    await community.withdraw_erasure(me, by=lane.one)
    assert await community.waiting_erasures(lane.id) == []
    with pytest.raises(community.NotAskedFor):
        await community.erase_member(me, by=lane.coordinator)
    await community.ask_erasure(me, by=lane.one)
    acts = [event.act for event in await community.audit_events(lane.id, size=3)]
    assert acts == ["erasure.ask", "erasure.withdraw", "erasure.ask"]


async def test_two_people_look_at_it(lane: Lane) -> None:
    me = lane.one.member_id
    with pytest.raises(community.NotForYou):
        await community.ask_erasure(lane.other.member_id, by=lane.one)
    with pytest.raises(community.NotForYou):
        await community.withdraw_erasure(me, by=await join(lane.id, "赵四", Role.VOLUNTEER))
    await community.ask_erasure(me, by=lane.coordinator)
    with pytest.raises(community.AskedYourself):
        await community.erase_member(me, by=lane.coordinator)
    with pytest.raises(community.NotForYou):
        await community.erase_member(me, by=replace(lane.one, roles=frozenset({Role.COORDINATOR})))
    with pytest.raises(community.NotForYou):
        await community.erase_member(me, by=await join(lane.id, "钱五", Role.AUDITOR))
    assert (await community.member(me)).name == "欧阳若兰"
    erased = await community.erase_member(me, by=lane.other)
    assert erased.now


async def test_one_of_the_staff_is_not_erased(lane: Lane) -> None:
    await community.ask_erasure(lane.other.member_id, by=lane.other)
    with pytest.raises(community.StaffRoleHeld):
        await community.erase_member(lane.other.member_id, by=lane.coordinator)
    assert (await community.member(lane.other.member_id)).roles == {Role.COORDINATOR}


async def test_another_community_reaches_nobody(lane: Lane) -> None:
    elsewhere = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="别处")
    stranger = await join(elsewhere.id, "别人", Role.COORDINATOR)
    await community.ask_erasure(lane.one.member_id, by=lane.one)
    for verb in (
        community.ask_erasure(lane.one.member_id, by=stranger),
        community.erase_member(lane.one.member_id, by=stranger),
    ):
        with pytest.raises(community.UnknownMember):
            await verb
    await community.withdraw_erasure(lane.one.member_id, by=stranger)
    assert await community.waiting_erasures(elsewhere.id) == []
    assert len(await community.waiting_erasures(lane.id)) == 1


async def test_nothing_of_the_person_is_left_in_the_register(
    lane: Lane, owner: asyncpg.Connection
) -> None:
    before = await owner.fetchrow("SELECT * FROM member WHERE id = $1", lane.one.member_id)
    erased = await lane.erased()
    row = await owner.fetchrow("SELECT * FROM member WHERE id = $1", lane.one.member_id)
    kept = {"id", "community_id", "joined_at"}
    told = {"name", "standing", "left_at", "language", "text_size"}
    assert {name for name in row.keys() if row[name] is not None} == kept | told  # noqa: SIM118 (a record's columns)
    assert all(row[name] == before[name] for name in kept)
    assert row["standing"] == "erased"
    assert row["name"] == erased.pseudonym
    assert erased.pseudonym.startswith("已注销成员 ")
    address = "SELECT address FROM household WHERE id = $1"
    assert await owner.fetchval(address, before["household_id"]) == ""
    assert (await community.member(lane.one.member_id)).roles == frozenset()


async def test_housemates_keep_their_address(lane: Lane, owner: asyncpg.Connection) -> None:
    mate = await join(lane.id, "欧阳明", Role.RESIDENT, household="7-1-201", address="x")
    await lane.erased()
    assert (
        await owner.fetchval(
            "SELECT address FROM household JOIN member ON household_id = household.id"
            " WHERE member.id = $1",
            mate.member_id,
        )
        == "桂花里 7 号 201 室"
    )


async def test_a_second_time_changes_nothing(lane: Lane) -> None:
    first = await lane.erased()
    events = await community.audit_events(lane.id)
    again = await community.erase_member(lane.one.member_id, by=lane.coordinator)
    assert (again.now, again.pseudonym) == (False, first.pseudonym)
    assert await community.audit_events(lane.id) == events
    with pytest.raises(community.NotActive):
        await community.ask_erasure(lane.one.member_id, by=lane.coordinator)


async def test_of_many_at_once_one_erases(lane: Lane) -> None:
    await community.ask_erasure(lane.one.member_id, by=lane.one)
    found = await asyncio.gather(
        *(community.erase_member(lane.one.member_id, by=lane.coordinator) for _ in range(8))
    )
    assert [one.now for one in found].count(True) == 1
    assert len({one.pseudonym for one in found}) == 1


async def test_former_memberships_are_erased_with_the_one_that_stands(
    lane: Lane, owner: asyncpg.Connection
) -> None:
    twin = await join(lane.id, "欧阳若兰（旧）", Role.RESIDENT)
    await community.merge_members(lane.one.member_id, twin.member_id, by=lane.coordinator)
    with pytest.raises(community.NotActive):
        await community.erase_member(twin.member_id, by=lane.coordinator)
    erased = await lane.erased()
    assert set(erased.ids) == {lane.one.member_id, twin.member_id}
    names = await owner.fetch("SELECT name FROM member WHERE id = ANY($1)", list(erased.ids))
    assert {row["name"] for row in names} == {erased.pseudonym}
    merged = await owner.fetchval("SELECT merged_into FROM member WHERE id = $1", twin.member_id)
    assert merged == lane.one.member_id


async def test_words_in_history_give_way_for_the_erased_alone(
    lane: Lane, database: Engine, owner: asyncpg.Connection
) -> None:
    me, other = lane.one.member_id, (await join(lane.id, "吴六", Role.RESIDENT)).member_id
    insert = (
        "INSERT INTO consent (id, community_id, member_id, channel, words, language, witness_id,"
        " recorded_by, given_at) VALUES ($1, $2, $3, 'phone', '我同意', 'zh', $4, $4,"
        " now() - interval '1 day')"
    )
    for member in (me, other):
        await owner.execute(insert, uuid.uuid4(), lane.id, member, lane.coordinator.member_id)
    blank = "UPDATE consent SET words = '–' WHERE member_id = '{}'"
    for connection in (database._run_in_pool, owner.execute):  # noqa: SLF001 (as the app's role)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            await connection(blank.format(me))
    await lane.erased()
    rows = await owner.fetch("SELECT words FROM consent WHERE member_id = $1", me)
    assert [row["words"] for row in rows] == ["–"]
    rows = await owner.fetch("SELECT words FROM consent WHERE member_id = $1", other)
    assert [row["words"] for row in rows] == ["我同意"]
    for change in ("words = 'x'", "channel = 'paper', words = '–'", "given_at = now()"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="history only grows"):
            await owner.execute(f"UPDATE consent SET {change} WHERE member_id = $1", me)
