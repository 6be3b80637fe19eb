"""What is kept for a time goes when the time is over, to the moment, and not before."""

import uuid
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

import community
import timebank
from app import retention
from app.main import jobs
from community import Actor, Role, Standing
from tests.timebank.street import NOON, Street, open_street

TICK = timedelta(microseconds=1)
MESSAGES, APPLICATIONS, FORMER, SIGN_INS = (timedelta(days=days) for days in (365, 90, 365, 180))


@pytest.fixture
async def street(database: object) -> Street:  # noqa: ARG001 (must be migrated)
    return await open_street()


async def told(street: Street, who: Actor) -> uuid.UUID:
    made = await community.tell(who.member_id, "test", community_id=street.id)
    assert made
    return made


async def test_messages_go_to_the_moment_and_in_batches(
    street: Street, owner: asyncpg.Connection
) -> None:
    old = [await told(street, street.elder) for _ in range(5)]
    young = await told(street, street.elder)
    now = datetime.now(UTC)
    age = "UPDATE message SET created_at = $1 WHERE id = ANY($2)"
    await owner.execute(age, now - MESSAGES - TICK, old)
    await owner.execute(age, now - MESSAGES, [young])
    await retention.clear(street.id, at=now, size=2)
    rows = await owner.fetch("SELECT id FROM message WHERE community_id = $1", street.id)
    assert [row["id"] for row in rows] == [young]
    cleared = [
        event.details["messages"]
        for event in await community.audit_events(street.id)
        if event.act == "retention.clear"
    ]
    assert cleared == [1, 2, 2]
    await retention.clear(street.id, at=now, size=2)
    assert len(await owner.fetch("SELECT FROM message WHERE id = $1", young)) == 1
    await retention.clear(street.id, at=now + TICK)
    assert await owner.fetch("SELECT FROM message WHERE id = $1", young) == []


async def test_a_community_s_own_policy_counts(street: Street, owner: asyncpg.Connection) -> None:
    elsewhere = await open_street()
    for place in (street, elsewhere):
        await told(place, place.elder)
    now = datetime.now(UTC)
    await owner.execute(
        "INSERT INTO policy_pack (id, community_id, holds_from, name, source, settings, file,"
        " adopted_by) VALUES ($1, $2, $3, 'short', 'x', $4, 'x', $1)",
        uuid.uuid4(),
        street.id,
        now - timedelta(days=900),
        '{"retention.message_days": 30}',
    )
    assert (await community.policy_in_force(street.id, now))[retention.MESSAGE_DAYS] == 30
    later = now + timedelta(days=31)
    for place in (street, elsewhere):
        await retention.clear(place.id, at=later)
    left = [row["community_id"] for row in await owner.fetch(
        "SELECT community_id FROM message WHERE community_id = ANY($1)", [street.id, elsewhere.id]
    )]  # fmt: skip
    assert left == [elsewhere.id]


async def test_who_left_is_forgotten_when_the_time_is_over(
    street: Street, owner: asyncpg.Connection
) -> None:
    who = street.poor_elder.member_id
    await community.amend_member(
        who, {"birth_date": date(1939, 2, 3)}, shown={}, by=street.coordinator
    )
    await community.member_left(who, by=street.coordinator)
    left = await owner.fetchval("SELECT left_at FROM member WHERE id = $1", who)
    await retention.clear(street.id, at=left + FORMER)
    assert (await community.member(who)).standing is Standing.LEFT
    await retention.clear(street.id, at=left + FORMER + TICK)
    gone = await community.member(who)
    assert gone.standing is Standing.ERASED
    assert gone.name.startswith("已注销成员")
    assert await owner.fetchval("SELECT birth_date FROM member WHERE id = $1", who) is None
    events = await community.audit_events(street.id, size=2)
    assert [event.act for event in events] == ["erasure.carry_out", "erasure.ask"]
    assert {event.actor for event in events} == {community.SYSTEM}
    await retention.clear(street.id, at=left + FORMER + TICK)
    assert await community.audit_events(street.id, size=2) == events
    assert await street.minutes(street.poor_elder) == [(60, 0)]


async def test_one_who_still_has_a_visit_waits_and_holds_up_nobody(
    street: Street, owner: asyncpg.Connection
) -> None:
    visit = await street.asked()
    first, second = sorted((street.elder.member_id, street.volunteer.member_id))
    await owner.execute(
        "UPDATE member SET standing = 'left', left_at = now() - interval '2 years'"
        " WHERE id = ANY($1)",
        [first, second],
    )
    now = datetime.now(UTC)
    await retention.clear(street.id, at=now)
    assert (await community.member(street.elder.member_id)).standing is Standing.LEFT
    assert (await community.member(street.volunteer.member_id)).standing is Standing.ERASED
    assert await community.waiting_erasures(street.id) == []
    await timebank.cancel(visit.id, by=street.coordinator, at=NOON)
    await retention.clear(street.id, at=now)
    assert (await community.member(street.elder.member_id)).standing is Standing.ERASED


async def test_who_was_declined_is_forgotten_sooner(
    street: Street, owner: asyncpg.Connection
) -> None:
    member = await community.add_member(
        community_id=street.id, name="范进", standing=Standing.APPLIED
    )
    now = datetime.now(UTC)
    await owner.execute("UPDATE member SET standing = 'declined' WHERE id = $1", member.id)
    await owner.execute(
        "INSERT INTO application (id, community_id, member_id, address, decision, decided_at,"
        " decided_by, reason) VALUES ($1, $2, $3, '桂花里 1 号', 'declined', $4, $5, '不住这里')",
        uuid.uuid4(),
        street.id,
        member.id,
        now - APPLICATIONS,
        street.coordinator.member_id,
    )
    await retention.clear(street.id, at=now)
    assert (await community.member(member.id)).name == "范进"
    await retention.clear(street.id, at=now + TICK)
    assert (await community.member(member.id)).standing is Standing.ERASED
    row = await owner.fetchrow(
        "SELECT address, reason FROM application WHERE member_id = $1", member.id
    )
    assert tuple(row) == ("", "–")


async def test_cards_that_sign_nobody_in_go_too(street: Street, owner: asyncpg.Connection) -> None:
    now = datetime.now(UTC)
    for number, revoked in enumerate((now - SIGN_INS - TICK, now - SIGN_INS, None)):
        await owner.execute(
            "INSERT INTO sign_in_card (id, community_id, member_id, number, qr_hash, pin_hash,"
            " issued_at, issued_by, revoked_at, revoked_by)"
            " VALUES ($1, $2, $3, $4, $5, '$argon2id$x', $6, $3, $7, $8)",
            uuid.uuid4(),
            street.id,
            street.elder.member_id,
            f"{uuid.uuid4().int % 10**9:09d}{number}",
            uuid.uuid4().bytes,
            now - timedelta(days=400),
            revoked,
            street.elder.member_id if revoked else None,
        )
    await retention.clear(street.id, at=now)
    rows = await owner.fetch(
        "SELECT revoked_at FROM sign_in_card WHERE community_id = $1", street.id
    )
    assert {row["revoked_at"] for row in rows} == {now - SIGN_INS, None}


async def test_it_is_a_job_of_the_app_and_reaches_every_community(
    street: Street, owner: asyncpg.Connection
) -> None:
    (job,) = [one for one in jobs if one.run is retention.clear_everywhere]
    made = await told(street, street.elder)
    await owner.execute(
        "UPDATE message SET created_at = now() - interval '3 years' WHERE id = $1", made
    )
    await job.run()
    assert await owner.fetch("SELECT FROM message WHERE id = $1", made) == []
    assert Role.ELDER in (await community.member(street.elder.member_id)).roles
