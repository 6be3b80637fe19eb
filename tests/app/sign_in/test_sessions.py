"""Sessions: limits at their very moment, new ids, and ends that count at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

import community
from app import sessions
from app.database import Engine
from app.sessions import How
from app.sign_in import entering
from app.sign_in.entering import Browser
from community import Role
from community.policy import Policy, policy_in_force
from tests.app.sign_in.neighbours import acts, neighbour

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TICK = timedelta(milliseconds=1)

pytestmark = pytest.mark.usefixtures("database")


async def test_a_token_is_found_and_only_its_hash_is_stored(owner: asyncpg.Connection) -> None:
    begun = await (await neighbour()).signed_in()
    assert await sessions.find(begun.token) == begun.session
    for wrong in ("", "x", begun.token[:-1], begun.token + "x", str(begun.session.id)):
        assert await sessions.find(wrong) is None
    row = await owner.fetchrow("SELECT * FROM web_session WHERE id = $1", begun.session.id)
    assert begun.token not in str(dict(row))
    assert len(begun.token) >= 43, "256 bits"


@pytest.mark.parametrize(
    ("roles", "how", "idle", "whole"),
    [
        ((Role.RESIDENT,), How.PASSWORD, timedelta(days=30), timedelta(days=180)),
        ((Role.COORDINATOR,), How.PASSWORD, timedelta(hours=1), timedelta(hours=12)),
        ((Role.ELDER,), How.CARD, timedelta(minutes=10), timedelta(hours=1)),
    ],
)
async def test_both_limits_hold_to_the_moment(
    roles: tuple[Role, ...], how: How, idle: timedelta, whole: timedelta
) -> None:
    one = await neighbour(*roles)
    desk = None
    if how is How.CARD:
        keeper = await neighbour(Role.COORDINATOR, home=one.home)
        desk = (await sessions.begin(keeper.member, How.DESK, address=None, at=NOW)).session.id
    begun = await sessions.begin(one.member, how, address=one.address, desk_id=desk, at=NOW)
    assert await sessions.find(begun.token, at=NOW + idle - TICK)
    assert await sessions.find(begun.token, at=NOW + idle) is None
    session, at = begun.session, NOW
    while at < NOW + whole - idle:
        at += idle - TICK
        await sessions.touch(session, at=at)
        session = await sessions.find(begun.token, at=at) or session
        assert session.seen_at == at
    assert await sessions.find(begun.token, at=NOW + whole - TICK)
    assert await sessions.find(begun.token, at=NOW + whole) is None


async def test_whoever_becomes_staff_has_the_limits_of_staff_at_once() -> None:
    one = await neighbour()
    session = (await one.signed_in(at=NOW)).session
    staff, hour = frozenset({Role.AUDITOR}), timedelta(hours=1)
    assert not await sessions.over_for_staff(session, one.member, one.member.roles, at=NOW + hour)
    assert await sessions.over_for_staff(session, one.member, staff, at=NOW + hour)
    assert not await sessions.over_for_staff(session, one.member, staff, at=NOW + hour - TICK)
    seen = replace(session, seen_at=NOW + timedelta(hours=12))
    assert await sessions.over_for_staff(seen, one.member, staff, at=seen.seen_at)


async def test_a_community_may_shorten_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = await neighbour()

    async def short(community_id: object, at: datetime | None = None) -> Policy:
        assert community_id == one.home.id
        assert (await policy_in_force(one.home.id, at)).pack_id is None
        return Policy({"sign_in.idle_days": 1})

    monkeypatch.setattr(sessions, "policy_in_force", short)
    begun = await one.signed_in(at=NOW)
    assert await sessions.find(begun.token, at=NOW + timedelta(days=1) - TICK)
    assert await sessions.find(begun.token, at=NOW + timedelta(days=1)) is None


async def test_reading_touches_only_now_and_then(owner: asyncpg.Connection) -> None:
    begun = await (await neighbour()).signed_in(at=NOW)

    async def seen() -> object:
        return await owner.fetchval(
            "SELECT seen_at FROM web_session WHERE id = $1", begun.session.id
        )

    await sessions.touch(begun.session, at=NOW + timedelta(minutes=5) - TICK)
    assert await seen() == NOW
    await sessions.touch(begun.session, at=NOW + timedelta(minutes=5))
    assert await seen() == NOW + timedelta(minutes=5)


async def test_a_database_that_only_reads_signs_nobody_out(database: Engine) -> None:
    begun = await (await neighbour()).signed_in(at=NOW)
    later = NOW + timedelta(hours=1)
    async with database.transaction() as transaction:
        await transaction.connection.execute("SET TRANSACTION READ ONLY")
        await sessions.touch(begun.session, at=later)
        await transaction.rollback()  # type: ignore[no-untyped-call]  # Piccolo's
    assert await sessions.find(begun.token, at=later)


async def test_signing_in_again_ends_the_browser_s_former_session() -> None:
    one = await neighbour()
    first = await one.signed_in()
    again = await entering.enter(
        one.member, How.CODE, browser=Browser(one.address, "", first.session)
    )
    assert again.session.id != first.session.id
    assert await sessions.find(first.token) is None
    assert await sessions.find(again.token)


async def test_one_ends_one_s_own_sessions_and_nobody_else_s() -> None:
    one, other = await neighbour(), await neighbour()
    here, there = await one.signed_in(), await one.signed_in()
    foreign = await other.signed_in()
    assert not await entering.end_session(foreign.session.id, by=one.actor)
    assert not await entering.end_session(uuid4(), by=one.actor)
    assert await entering.end_session(there.session.id, by=one.actor)
    assert not await entering.end_session(there.session.id, by=one.actor)
    third = await one.signed_in()
    assert await entering.end_other_sessions(one.member.id, by=one.actor, but=here.session.id) == 1
    assert await sessions.find(third.token) is None
    assert await sessions.find(here.token)
    assert await sessions.find(foreign.token)
    assert (await acts(one)).count("session.end") == 1
    assert "session.end_all" in await acts(one)


async def test_a_desk_takes_the_sessions_by_card_with_it() -> None:
    keeper = await neighbour(Role.COORDINATOR)
    one = await neighbour(home=keeper.home)
    desk = await keeper.signed_in(How.DESK)
    by_card = await sessions.begin(
        one.member, How.CARD, address=one.address, desk_id=desk.session.id
    )
    assert await sessions.find(by_card.token)
    over = desk.session.ends_at
    assert await sessions.find(by_card.token, at=over) is None
    assert await sessions.end(desk.session.id, member_id=keeper.member.id)
    assert await sessions.find(by_card.token) is None


async def test_what_has_ended_is_deleted(owner: asyncpg.Connection) -> None:
    one = await neighbour()
    old = await one.signed_in(at=NOW)
    idle = await one.signed_in(at=NOW + timedelta(days=100))
    kept = await one.signed_in(at=NOW + timedelta(days=179))
    await sessions.clear_ended(at=NOW + timedelta(days=180))
    left = await owner.fetch("SELECT id FROM web_session WHERE member_id = $1", one.member.id)
    assert {row["id"] for row in left} == {kept.session.id}
    assert old.session.id != idle.session.id


async def test_the_trail_keeps_who_came_in_and_how() -> None:
    one = await neighbour()
    await one.signed_in(How.CODE)
    event = next(iter(await community.audit_events(one.home.id)))
    assert (event.act, event.actor, event.address) == ("sign_in", one.member.id, one.address)
    assert event.details == {"how": "code", "second_factor_wanted": False}
