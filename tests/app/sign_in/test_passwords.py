"""Number and password: who gets in, what nobody learns, who is slowed down and who is not."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher

import community
from app import sessions
from app.sessions import How
from app.sign_in import hashing, passwords
from app.sign_in.errors import ChangedMeanwhile, NotFresh, NotThese, WeakSecret
from app.sign_in.hashing import TooBusy
from app.sign_in.lanes import password_lanes
from app.sign_in.passwords import try_password
from app.sign_in.weak_secrets import Person
from app.tables import MemberPasswordRow
from app.throttle import Lane, TrySlower, count_try
from tests.app.sign_in.neighbours import (
    NEW_PHRASE,
    PHRASE,
    acts,
    fresh_address,
    fresh_phone,
    neighbour,
    told,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


class Counting:
    """Counts how often a hash is worked out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = hashing._verify  # noqa: SLF001 (where every comparison passes)

        def verify(kept: str, secret: str) -> bool:
            self.count += 1
            return real(kept, secret)

        monkeypatch.setattr(hashing, "_verify", verify)


async def wrong(phone: str, times: int, *, address: str, at: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(NotThese):
            await try_password(phone, "not this one", address=address, at=at)


async def test_the_right_password_lets_in_and_the_wrong_one_does_not() -> None:
    one = await neighbour(password=PHRASE)
    assert (await try_password(one.phone, PHRASE, address=one.address)).id == one.member.id
    for other in ("", PHRASE.upper(), f"{PHRASE}x", NEW_PHRASE):
        with pytest.raises(NotThese):
            await try_password(one.phone, other, address=one.address)


async def test_a_keyboard_s_own_way_of_writing_does_not_matter() -> None:
    one = await neighbour()
    await one.choose_password("ｐａｓｓａｇｅ　桂花 1")
    assert await try_password(one.phone, "passage 桂花 １", address=one.address)


async def test_every_number_costs_one_hash_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, bare = await neighbour(password=PHRASE), await neighbour()
    gone = await neighbour(home=known.home, password=PHRASE)
    await community.member_left(gone.member.id, by=known.actor)
    counting, said = Counting(monkeypatch), set()
    for phone in (known.phone, bare.phone, gone.phone, fresh_phone()):
        before = counting.count
        with pytest.raises(NotThese) as refused:
            await try_password(phone, "not this one", address=known.address)
        assert counting.count == before + 1
        said.add(str(refused.value))
    assert len(said) == 1


async def test_every_number_waits_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    known, nobody = await neighbour(password=PHRASE), fresh_phone()
    counting = Counting(monkeypatch)
    for phone in (known.phone, nobody):
        await wrong(phone, 6, address=known.address)
        before = counting.count
        with pytest.raises(TrySlower) as slower:
            await try_password(phone, PHRASE, address=known.address, at=NOW)
        assert slower.value.seconds == 1
        assert counting.count == before, "a try that has to wait is not looked at"


async def test_after_the_wait_the_right_password_gets_in() -> None:
    one = await neighbour(password=PHRASE)
    at = NOW
    await wrong(one.phone, 5, address=one.address)
    for wait in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        at += timedelta(seconds=wait)
        await wrong(one.phone, 1, address=one.address, at=at)
    with pytest.raises(TrySlower):
        await try_password(one.phone, PHRASE, address=one.address, at=at + timedelta(seconds=899))
    at += timedelta(seconds=900)
    assert await try_password(one.phone, PHRASE, address=one.address, at=at)
    assert await try_password(one.phone, PHRASE, address=one.address, at=at), (
        "and is not waiting now"
    )


async def test_strangers_who_guess_do_not_keep_the_owner_out() -> None:
    """From other places, through many addresses, for as long as they like."""
    one = await neighbour(password=PHRASE)
    await wrong(one.phone, 6, address=fresh_address())
    assert await try_password(one.phone, PHRASE, address=one.address, at=NOW)
    at = NOW
    for _ in range(40):
        at += timedelta(seconds=901)
        await count_try(lanes_of(one.phone, fresh_address()), at=at)
    with pytest.raises(TrySlower):
        await try_password(one.phone, PHRASE, address=one.address, at=at)
    assert await try_password(one.phone, PHRASE, address=one.address, mark="known-here", at=at)


async def test_a_known_browser_that_guesses_is_slowed_as_well() -> None:
    one = await neighbour(password=PHRASE)
    for _ in range(6):
        with pytest.raises(NotThese):
            await try_password(one.phone, "no", address=one.address, mark="stolen", at=NOW)
    with pytest.raises(TrySlower):
        await try_password(one.phone, PHRASE, address=one.address, mark="stolen", at=NOW)


async def test_one_place_that_tries_many_numbers_is_slowed() -> None:
    one, house = await neighbour(password=PHRASE), f"2001:db8:{secrets.token_hex(2)}"
    lanes = [lanes_of(fresh_phone(), f"{house}:1::{index + 1:x}") for index in range(61)]
    for tried in lanes:
        await count_try(tried, at=NOW)
    with pytest.raises(TrySlower):
        await try_password(one.phone, PHRASE, address=f"{house}:1::ffff", at=NOW)
    assert await try_password(one.phone, PHRASE, address=f"{house}:2::1", at=NOW)


def lanes_of(phone: str, address: str) -> list[Lane]:
    return password_lanes(phone, address, None, free=5)


async def test_the_trail_tells_of_streaks_and_not_of_each_try() -> None:
    one = await neighbour(password=PHRASE)
    await wrong(one.phone, 4, address=one.address)
    assert "sign_in.failures" not in await acts(one)
    await wrong(one.phone, 2, address=one.address)
    assert (await acts(one)).count("sign_in.failures") == 1
    events = await community.audit_events(one.home.id)
    event = next(event for event in events if event.act == "sign_in.failures")
    assert event.details == {"in_a_row": 5}
    assert event.address == one.address


async def test_a_password_is_hashed_anew_when_the_parameters_grow(
    owner: asyncpg.Connection,
) -> None:
    one = await neighbour()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    await MemberPasswordRow.raw(
        "INSERT INTO member_password (member_id, hash, changed_at) VALUES ({}, {}, {})",
        one.member.id,
        weak.hash(PHRASE),
        NOW,
    )
    kept = "SELECT hash FROM member_password WHERE member_id = $1"
    with pytest.raises(NotThese):
        await try_password(one.phone, "not this one", address=one.address)
    assert "m=8192" in await owner.fetchval(kept, one.member.id)
    assert await try_password(one.phone, PHRASE, address=one.address)
    assert f"m={hashing.hasher.memory_cost}" in await owner.fetchval(kept, one.member.id)
    assert await try_password(one.phone, PHRASE, address=one.address)


async def test_so_many_at_once_are_turned_away_rather_than_kept_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hashing, "IN_LINE_MAX", 0)
    with pytest.raises(TooBusy):
        await try_password(fresh_phone(), PHRASE, address=fresh_address())


async def test_a_change_ends_the_other_sessions_and_tells(owner: asyncpg.Connection) -> None:
    one = await neighbour(password=PHRASE)
    here, there = await one.signed_in(), await one.signed_in()
    assert await one.change_password(here.session) == 1
    assert await sessions.find(here.token)
    assert await sessions.find(there.token) is None
    assert await try_password(one.phone, NEW_PHRASE, address=one.address)
    with pytest.raises(NotThese):
        await try_password(one.phone, PHRASE, address=one.address)
    assert "at" in await told(owner, one, "password.changed")
    assert "password.change" in await acts(one)


async def test_a_wrong_old_password_changes_nothing_and_is_slowed() -> None:
    one = await neighbour(password=PHRASE)
    session = (await one.signed_in()).session
    for old in ("wrong", "", None, "wrong", "wrong", "wrong"):
        with pytest.raises(NotThese):
            await one.change_password(session, old=old)
    with pytest.raises(TrySlower):
        await one.change_password(session)
    assert await try_password(one.phone, PHRASE, address=one.address)


async def test_a_first_password_needs_a_fresh_sign_in_at_a_device_of_one_s_own() -> None:
    one = await neighbour()
    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    with pytest.raises(NotFresh):
        await one.change_password((await one.signed_in(at=long_ago)).session, old=None)
    keeper = await neighbour(community.Role.COORDINATOR, home=one.home)
    desk = (await keeper.signed_in(How.DESK)).session
    card = await sessions.begin(one.member, How.CARD, address=one.address, desk_id=desk.id)
    with pytest.raises(NotFresh):
        await one.change_password(card.session, old=None)
    await one.change_password((await one.signed_in()).session, old=None)
    assert await try_password(one.phone, NEW_PHRASE, address=one.address)


async def test_a_fresh_code_replaces_a_forgotten_password_and_an_old_one_does_not() -> None:
    one = await neighbour(password=PHRASE)
    stale = await one.signed_in(How.CODE, at=datetime.now(UTC) - timedelta(minutes=16))
    with pytest.raises(NotThese):
        await one.change_password(stale.session, old=None)
    fresh = await one.signed_in(How.CODE)
    await one.change_password(fresh.session, old=None)
    assert await try_password(one.phone, NEW_PHRASE, address=one.address)


async def test_a_weak_password_is_refused_and_the_old_one_stays() -> None:
    one = await neighbour(password=PHRASE)
    session = (await one.signed_in()).session
    person = Person((one.member.name,), one.phone)
    for weak in ("12345678", one.phone[3:], "短短短"):
        with pytest.raises(WeakSecret):
            await passwords.set_password(
                weak, old=PHRASE, session=session, person=person, by=one.actor
            )
    assert await try_password(one.phone, PHRASE, address=one.address)


async def test_of_two_changes_the_second_sees_that_it_came_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await neighbour(password=PHRASE)
    session = (await one.signed_in()).session
    real = hashing.hashed

    async def interrupted(secret: str) -> str:
        made = await real(secret)
        monkeypatch.setattr(hashing, "hashed", real)
        await one.change_password(session)
        return made

    monkeypatch.setattr(hashing, "hashed", interrupted)
    with pytest.raises(ChangedMeanwhile):
        await passwords.set_password(
            "a fourth thing entirely", old=PHRASE, session=session, person=Person(), by=one.actor
        )
    assert await try_password(one.phone, NEW_PHRASE, address=one.address)


async def test_no_log_line_and_no_trail_holds_a_number_or_a_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = await neighbour(password=PHRASE)
    await wrong(one.phone, 5, address=one.address)
    await try_password(one.phone, PHRASE, address=one.address)
    await one.change_password((await one.signed_in()).session)
    events: list[Any] = await community.audit_events(one.home.id)
    for text in (caplog.text, str([event for event in events if event.act != "member.add"])):
        assert one.phone[3:] not in text
        assert PHRASE not in text
