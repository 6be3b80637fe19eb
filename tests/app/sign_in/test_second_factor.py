"""The second step: codes of the half-minute, never twice; recovery codes; who may take it away."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pyotp
import pytest

import community
from app import keys, sessions
from app.sessions import Begun, How
from app.sign_in import helping, second_factor
from app.sign_in.errors import FactorOff, FactorOn, NotForYou, NotFresh, NotThese
from app.throttle import TrySlower
from community import Role
from tests.app.sign_in.neighbours import Neighbour, acts, neighbour, told

pytestmark = pytest.mark.usefixtures("database")


async def with_second_step() -> tuple[Neighbour, str, list[str]]:
    one = await neighbour()
    secret, codes, _begun = await one.set_up_second_step((await one.signed_in()).session)
    return one, secret, codes


async def confirm(one: Neighbour, begun: Begun, code: str, at: datetime | None = None) -> Begun:
    return await second_factor.confirm(
        code, session=begun.session, member=one.member, by=one.actor, at=at
    )


def soon(seconds: int = 60) -> datetime:
    """Return a moment whose half-minute has not been used by the set-up."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_setting_it_up_gives_the_session_a_new_id_and_ends_the_others() -> None:
    one = await neighbour()
    first, other = await one.signed_in(), await one.signed_in()
    _secret, codes, begun = await one.set_up_second_step(first.session)
    assert begun.session.id != first.session.id
    assert begun.session.opens_staff_roles
    assert await sessions.find(first.token) is None
    assert await sessions.find(other.token) is None
    assert await sessions.find(begun.token) == begun.session
    assert len(set(codes)) == 10
    assert await second_factor.recovery_codes_left(one.member.id) == 10
    assert "second_factor.on" in await acts(one)


async def test_from_then_on_a_session_waits_for_it() -> None:
    one, secret, _codes = await with_second_step()
    waiting = await one.signed_in(How.PASSWORD)
    assert waiting.session.waits_for_second_factor
    assert not waiting.session.opens_staff_roles
    assert waiting.session.idle_seconds == 600
    at = soon()
    begun = await confirm(one, waiting, pyotp.TOTP(secret).at(at), at)
    assert begun.session.id != waiting.session.id
    assert not begun.session.waits_for_second_factor
    assert begun.session.ends_at == waiting.session.begun_at + timedelta(days=180)
    assert await sessions.find(waiting.token) is None
    assert "sign_in.second_step" in await acts(one)


async def test_a_code_counts_half_a_minute_early_and_late_and_no_more() -> None:
    one, secret, _codes = await with_second_step()
    totp, at = pyotp.TOTP(secret), soon(300)
    for steps, taken in ((-2, False), (2, False), (-1, True), (0, True), (1, True)):
        waiting = await one.signed_in()
        code = totp.at(at, counter_offset=steps)
        if taken:
            await confirm(one, waiting, code, at)
        else:
            with pytest.raises(NotThese):
                await confirm(one, waiting, code, at)


async def test_no_code_counts_twice_nor_an_earlier_one_after_it() -> None:
    one, secret, _codes = await with_second_step()
    totp, at = pyotp.TOTP(secret), soon(300)
    await confirm(one, await one.signed_in(), totp.at(at), at)
    for steps in (0, -1):
        with pytest.raises(NotThese):
            await confirm(one, await one.signed_in(), totp.at(at, counter_offset=steps), at)


async def test_a_recovery_code_stands_in_once() -> None:
    one, _secret, codes = await with_second_step()
    written = codes[3].upper().replace("-", " ")
    await confirm(one, await one.signed_in(), written)
    assert await second_factor.recovery_codes_left(one.member.id) == 9
    with pytest.raises(NotThese):
        await confirm(one, await one.signed_in(), codes[3])
    other, _other_secret, _other_codes = await with_second_step()
    with pytest.raises(NotThese):
        await confirm(other, await other.signed_in(), codes[4])


async def test_guessing_is_slowed_down() -> None:
    one, secret, _codes = await with_second_step()
    waiting, at = await one.signed_in(), soon(300)
    for _ in range(6):
        with pytest.raises(NotThese):
            await confirm(one, waiting, "000000", at)
    with pytest.raises(TrySlower):
        await confirm(one, waiting, pyotp.TOTP(secret).at(at), at)
    later = at + timedelta(seconds=1)
    assert await confirm(one, waiting, pyotp.TOTP(secret).at(later), later)


async def test_a_refused_code_leaves_the_session_as_it_was() -> None:
    one, _secret, _codes = await with_second_step()
    waiting = await one.signed_in()
    for wrong in ("", "1", "000000", "abcde-fghjk", "１２３４５６"):
        with pytest.raises(NotThese):
            await confirm(one, waiting, wrong)
    assert await sessions.find(waiting.token) == waiting.session


async def test_a_session_that_has_ended_uses_no_code_up() -> None:
    one, _secret, codes = await with_second_step()
    waiting = await one.signed_in()
    await sessions.end_all(one.member.id)
    with pytest.raises(NotFresh):
        await confirm(one, waiting, codes[0])
    assert await second_factor.recovery_codes_left(one.member.id) == 10


async def test_a_card_needs_none_and_opens_no_staff_role() -> None:
    keeper = await neighbour(Role.COORDINATOR)
    await keeper.set_up_second_step((await keeper.signed_in()).session)
    desk = await sessions.begin(keeper.member, How.DESK, address=None)
    begun = await sessions.begin(keeper.member, How.CARD, address=None, desk_id=desk.session.id)
    assert not begun.session.waits_for_second_factor
    assert not begun.session.opens_staff_roles


async def test_setting_up_needs_a_fresh_sign_in_and_happens_once() -> None:
    one = await neighbour()
    old = await one.signed_in(at=datetime.now(UTC) - timedelta(minutes=16))
    with pytest.raises(NotFresh):
        await second_factor.begin_set_up(session=old.session, by=one.actor)
    _secret, _codes, begun = await one.set_up_second_step((await one.signed_in()).session)
    with pytest.raises(FactorOn):
        await second_factor.begin_set_up(session=begun.session, by=one.actor)


async def test_a_wrong_first_code_switches_nothing_on() -> None:
    one = await neighbour()
    session = (await one.signed_in()).session
    secret = await second_factor.begin_set_up(session=session, by=one.actor)
    with pytest.raises(NotThese):
        await second_factor.finish_set_up(
            "000000", session=session, member=one.member, by=one.actor
        )
    assert await second_factor.pending_secret(one.member.id) == secret
    assert not await second_factor.is_on(one.member.id)
    nobody = await neighbour()
    with pytest.raises(FactorOff):
        await second_factor.finish_set_up(
            "000000", session=session, member=nobody.member, by=nobody.actor
        )


async def test_beginning_anew_replaces_the_secret() -> None:
    one = await neighbour()
    session = (await one.signed_in()).session
    first = await second_factor.begin_set_up(session=session, by=one.actor)
    second = await second_factor.begin_set_up(session=session, by=one.actor)
    with pytest.raises(NotThese):
        await second_factor.finish_set_up(
            pyotp.TOTP(first).now(), session=session, member=one.member, by=one.actor
        )
    assert first != second


async def test_the_secret_is_sealed_for_its_member_alone(owner: asyncpg.Connection) -> None:
    one, secret, codes = await with_second_step()
    sealed = await owner.fetchval(
        "SELECT secret_sealed FROM second_factor WHERE member_id = $1", one.member.id
    )
    assert secret.encode() not in sealed
    assert keys.unseal("second factor", sealed, owner=str(one.member.id)) == secret
    with pytest.raises(keys.Unreadable):
        keys.unseal("second factor", sealed, owner=str((await neighbour()).member.id))
    with pytest.raises(keys.Unreadable):
        keys.unseal("another purpose", sealed, owner=str(one.member.id))
    rows = await owner.fetch("SELECT code_hash FROM recovery_code")
    assert codes[0].replace("-", "").encode() not in b"".join(row["code_hash"] for row in rows)


async def test_a_secret_that_cannot_be_opened_lets_nobody_in(owner: asyncpg.Connection) -> None:
    one, secret, codes = await with_second_step()
    await owner.execute(
        "UPDATE second_factor SET secret_sealed = $2 WHERE member_id = $1",
        one.member.id,
        b"x" * 60,
    )
    at, waiting = soon(), await one.signed_in()
    with pytest.raises(NotThese):
        await confirm(one, waiting, pyotp.TOTP(secret).at(at), at)
    assert await confirm(one, waiting, codes[0], at), "a recovery code still does"


async def test_new_recovery_codes_replace_the_old_ones() -> None:
    one, _secret, codes = await with_second_step()
    fresh = await second_factor.renew_recovery_codes(codes[0], by=one.actor)
    assert set(fresh).isdisjoint(codes)
    with pytest.raises(NotThese):
        await confirm(one, await one.signed_in(), codes[1])
    with pytest.raises(NotThese):
        await second_factor.renew_recovery_codes("000000", by=one.actor)
    assert await second_factor.recovery_codes_left(one.member.id) == 10


async def test_a_member_may_switch_it_off_and_staff_may_not(owner: asyncpg.Connection) -> None:
    one, _secret, codes = await with_second_step()
    with pytest.raises(NotThese):
        await second_factor.turn_off("000000", by=one.actor)
    await community.grant_role(one.member.id, Role.TREASURER, at=one.home.id)
    with pytest.raises(NotForYou):
        await second_factor.turn_off(codes[0], by=one.actor)
    other, _secret, codes = await with_second_step()
    await second_factor.turn_off(codes[0], by=other.actor)
    assert not await second_factor.is_on(other.member.id)
    assert "at" in await told(owner, other, "second_factor.off")
    assert "second_factor.off" in await acts(other)
    with pytest.raises(FactorOff):
        await second_factor.turn_off(codes[1], by=other.actor)


async def test_an_administrator_removes_it_and_nobody_their_own(owner: asyncpg.Connection) -> None:
    one, _secret, _codes = await with_second_step()
    await one.signed_in()
    coordinator = await neighbour(Role.COORDINATOR, home=one.home)
    chief = await neighbour(Role.ADMINISTRATOR, home=one.home)
    await chief.set_up_second_step((await chief.signed_in()).session)
    for by, member in ((coordinator, one), (chief, chief)):
        with pytest.raises(NotForYou):
            await helping.reset_second_factor(member.member.id, by=by.actor)
    await helping.reset_second_factor(one.member.id, by=chief.actor)
    assert not await second_factor.is_on(one.member.id)
    assert await sessions.sessions_of(one.member.id) == []
    assert "at" in await told(owner, one, "second_factor.reset")
    assert "second_factor.reset" in await acts(one)
    with pytest.raises(FactorOff):
        await helping.reset_second_factor(one.member.id, by=chief.actor)
