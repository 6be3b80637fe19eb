"""Kinship on a real database: who may record it, what it must be, how it ends."""

import dataclasses
import uuid

import asyncpg
import pytest

import community
from app.database import Engine
from community import Actor, KinKind, Kinship
from tests.community.kinsfolk import Kinsfolk, open_kinsfolk

SEEN = "户口簿，在社区服务站看过原件"


@pytest.fixture
async def folk(database: Engine) -> Kinsfolk:  # noqa: ARG001 (must be migrated)
    return await open_kinsfolk()


async def recorded(
    folk: Kinsfolk, one: Actor, other: Actor, kind: KinKind = KinKind.LINEAL
) -> Kinship:
    return await community.record_kinship(
        one.member_id, other.member_id, kind, evidence=SEEN, by=folk.coordinator
    )


async def test_both_sides_and_the_desk_see_it(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    assert (made.kind, made.evidence) == (KinKind.LINEAL, SEEN)
    assert made.verified_by == folk.coordinator.member_id
    for side in (folk.elder, folk.daughter):
        assert await community.kin_of(side.member_id, side) == [made]
        assert await community.kinship(made.id, side) == made
    assert made.other(folk.elder.member_id) == folk.daughter.member_id
    assert made.other(folk.daughter.member_id) == folk.elder.member_id
    for staff in (folk.coordinator, folk.operator, folk.auditor):
        assert await community.kin_of(folk.elder.member_id, staff) == [made]


async def test_nobody_else_sees_it(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    elsewhere = await open_kinsfolk()
    for nosy in (folk.neighbour, folk.son):
        with pytest.raises(community.UnknownMember):
            await community.kin_of(folk.elder.member_id, nosy)
        with pytest.raises(community.UnknownKinship):
            await community.kinship(made.id, nosy)
    assert await community.kin_of(folk.elder.member_id, elsewhere.coordinator) == []
    for verb in (
        community.kinship(made.id, elsewhere.coordinator),
        community.end_kinship(made.id, why="登记错误", by=elsewhere.coordinator),
    ):
        with pytest.raises(community.UnknownKinship):
            await verb


async def test_only_a_coordinator_records_and_ends(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    for by in (folk.elder, folk.daughter, folk.operator, folk.auditor):
        with pytest.raises(community.NotForYou):
            await community.record_kinship(
                folk.elder.member_id, folk.son.member_id, KinKind.LINEAL, evidence=SEEN, by=by
            )
        with pytest.raises(community.NotForYou):
            await community.end_kinship(made.id, why="登记错误", by=by)


async def test_nobody_records_or_ends_their_own(folk: Kinsfolk) -> None:
    with pytest.raises(community.OwnKin):
        await recorded(folk, folk.coordinator, folk.elder)
    other = dataclasses.replace(folk.operator, roles=folk.coordinator.roles)
    made = await community.record_kinship(
        folk.coordinator.member_id,
        folk.elder.member_id,
        KinKind.OTHER,
        evidence=SEEN,
        by=other,
    )
    with pytest.raises(community.OwnKin):
        await community.end_kinship(made.id, why="登记错误", by=folk.coordinator)


async def test_what_no_kinship_can_be(folk: Kinsfolk) -> None:
    elder, daughter = folk.elder.member_id, folk.daughter.member_id

    async def refused(one: uuid.UUID, other: uuid.UUID, evidence: str) -> community.InvalidBond:
        with pytest.raises(community.InvalidBond) as refusal:
            await community.record_kinship(
                one, other, KinKind.OTHER, evidence=evidence, by=folk.coordinator
            )
        return refusal.value

    assert (await refused(elder, elder, SEEN)).field == "relative"
    for evidence, why in ((" ", "missing"), ("证" * 501, "too long"), ("a\0b", "unreadable")):
        found = await refused(elder, daughter, evidence)
        assert (found.field, found.why) == ("evidence", why)
    elsewhere = await open_kinsfolk()
    for stranger in (elsewhere.elder.member_id, uuid.uuid4()):
        with pytest.raises(community.UnknownMember):
            await community.record_kinship(
                elder, stranger, KinKind.OTHER, evidence=SEEN, by=folk.coordinator
            )
    assert await community.kin_of(elder, folk.elder) == []


async def test_who_has_left_is_nobodys_new_kin(folk: Kinsfolk, owner: asyncpg.Connection) -> None:
    await owner.execute(
        "UPDATE member SET standing = 'left', left_at = now() WHERE id = $1", folk.son.member_id
    )
    with pytest.raises(community.NotActive):
        await recorded(folk, folk.elder, folk.son)


async def test_one_kinship_of_two_at_a_time(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    assert await recorded(folk, folk.daughter, folk.elder) == made
    with pytest.raises(community.AlreadyKin) as refused:
        await recorded(folk, folk.daughter, folk.elder, KinKind.OTHER)
    assert refused.value.kinship == made.id
    acts = [event.act for event in await community.audit_events(folk.id)]
    assert acts.count("kin.record") == 1


async def test_one_spouse_at_a_time_on_either_side(folk: Kinsfolk) -> None:
    elder, neighbour, son = folk.elder, folk.neighbour, folk.son
    married = await recorded(folk, elder, neighbour, KinKind.SPOUSE)
    for one, other, taken in ((elder, son, elder), (son, neighbour, neighbour)):
        with pytest.raises(community.AlreadyMarried) as refused:
            await recorded(folk, one, other, KinKind.SPOUSE)
        assert refused.value.member == taken.member_id
    await recorded(folk, elder, son, KinKind.LINEAL)
    await community.end_kinship(married.id, why="离婚", by=folk.coordinator)
    again = await recorded(folk, elder, neighbour, KinKind.SPOUSE)
    assert again.id != married.id


async def test_it_ends_with_a_reason_and_stays_on_record(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    for why in ("", "因" * 501):
        with pytest.raises(community.InvalidBond) as refused:
            await community.end_kinship(made.id, why=why, by=folk.coordinator)
        assert refused.value.field == "why"
    ended = await community.end_kinship(made.id, why=" 登记错误 ", by=folk.coordinator)
    assert (ended.ended_by, ended.ended_why) == (folk.coordinator.member_id, "登记错误")
    again = await community.end_kinship(made.id, why="另一个原因", by=folk.coordinator)
    assert again == ended
    assert await community.kin_of(folk.elder.member_id, folk.elder) == []
    assert await community.kin_of(folk.daughter.member_id, folk.daughter, ended=True) == [ended]
    with pytest.raises(community.UnknownKinship):
        await community.end_kinship(uuid.uuid4(), why="登记错误", by=folk.coordinator)


async def test_each_act_leaves_a_trace(folk: Kinsfolk) -> None:
    made = await recorded(folk, folk.elder, folk.daughter)
    await community.end_kinship(made.id, why="登记错误", by=folk.coordinator)
    end, record = (await community.audit_events(folk.id))[:2]
    assert (end.act, record.act) == ("kin.end", "kin.record")
    assert record.actor == folk.coordinator.member_id
    assert record.details["kinship"] == str(made.id)
    assert record.details["evidence"] == SEEN
    assert end.details["why"] == "登记错误"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM kinship",
        "UPDATE kinship SET kind = 'other'",
        "UPDATE kinship SET verified_by = relative_id",
    ],
)
async def test_what_was_verified_cannot_be_edited(
    database: Engine, folk: Kinsfolk, sql: str
) -> None:
    await recorded(folk, folk.elder, folk.daughter)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database._run_in_pool(sql)  # noqa: SLF001 (any statement, as the app's role)
