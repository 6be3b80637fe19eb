"""One-time codes: sent or read out, once, in time, five tries, and the same for every number."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import community
from app.sign_in import codes, helping
from app.sign_in.codes import enter_read_out_code, enter_sent_code, send_code
from app.sign_in.errors import CodeOver, NoPhone, NotForYou, TooManyCodes, WrongCode
from app.throttle import TrySlower
from community import Role
from tests.app.sign_in.neighbours import (
    Neighbour,
    acts,
    fresh_address,
    fresh_phone,
    neighbour,
    told,
)

TICK = timedelta(milliseconds=1)

pytestmark = pytest.mark.usefixtures("database")


def other_than(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


async def sent(
    owner: asyncpg.Connection, one: Neighbour, at: datetime, **more: str
) -> tuple[str, str]:
    asked = await send_code(one.phone, address=one.address, at=at, **more)
    fill = await told(owner, one, "sign_in.code")
    return asked, str(fill["code"])


async def test_a_code_signs_in_once(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    assert len(code) == 6
    member = await enter_sent_code(asked, f" {code[:3]} {code[3:]}", address=one.address, at=now)
    assert member.id == one.member.id
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, code, address=one.address, at=now)


async def test_it_works_for_ten_minutes_to_the_moment(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    late = now + timedelta(minutes=10)
    for at, works in ((late - TICK, True), (late, False)):
        asked, code = await sent(owner, one, now)
        if works:
            assert await enter_sent_code(asked, code, address=one.address, at=at)
        else:
            with pytest.raises(CodeOver):
                await enter_sent_code(asked, code, address=one.address, at=at)


async def test_five_wrong_tries_end_it(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    left = []
    for _ in range(4):
        with pytest.raises(WrongCode) as wrong:
            await enter_sent_code(asked, other_than(code), address=one.address, at=now)
        left.append(wrong.value.tries_left)
    assert left == [4, 3, 2, 1]
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, other_than(code), address=one.address, at=now)
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, code, address=one.address, at=now)


async def test_the_fifth_try_may_be_the_right_one(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    for _ in range(4):
        with pytest.raises(WrongCode):
            await enter_sent_code(asked, other_than(code), address=one.address, at=now)
    assert await enter_sent_code(asked, code, address=one.address, at=now)


async def test_a_new_code_ends_the_earlier_one_of_the_same_browser(
    owner: asyncpg.Connection,
) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    first, code = await sent(owner, one, now)
    second, newer = await sent(owner, one, now, before=first)
    for asked, typed in ((first, code), (first, newer)):
        with pytest.raises(CodeOver):
            await enter_sent_code(asked, typed, address=one.address, at=now)
    assert await enter_sent_code(second, newer, address=one.address, at=now)


async def test_whoever_asks_for_another_s_number_ends_none_of_theirs(
    owner: asyncpg.Connection,
) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    strangers = await send_code(one.phone, address=fresh_address(), at=now)
    with pytest.raises(WrongCode):
        await enter_sent_code(strangers, other_than(code), address=fresh_address(), at=now)
    assert await enter_sent_code(asked, code, address=one.address, at=now)
    with pytest.raises(CodeOver):  # once the owner is in, all codes of the number are over
        await enter_sent_code(strangers, code, address=fresh_address(), at=now)


async def test_guessing_code_after_code_is_slow_but_not_for_the_owner_s_browser(
    owner: asyncpg.Connection,
) -> None:
    """Twenty wrong codes of a number, wherever from, and the next has to wait."""
    one, now = await neighbour(), datetime.now(UTC)
    wrong = 0
    for _ in range(5):
        asked = await send_code(one.phone, address=fresh_address(), at=now)
        for _ in range(4):
            with pytest.raises(WrongCode):
                await enter_sent_code(asked, "no", address=fresh_address(), at=now)
            wrong += 1
    assert wrong == 20
    asked, code = await sent(owner, one, now)
    with pytest.raises(WrongCode):
        await enter_sent_code(asked, other_than(code), address=one.address, at=now)
    with pytest.raises(TrySlower) as slower:
        await enter_sent_code(asked, code, address=one.address, at=now)
    assert slower.value.seconds == 1
    known, newer = await sent(owner, one, now, mark="a browser of theirs")
    assert await enter_sent_code(known, newer, address=one.address, at=now)


async def test_the_desk_ends_the_wait_that_others_guesses_made(owner: asyncpg.Connection) -> None:
    one = await neighbour()
    now = datetime.now(UTC) + timedelta(minutes=1)  # so that the wait outlives the hashing
    operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
    for _ in range(5):
        asked = await send_code(one.phone, address=fresh_address(), at=now)
        for _ in range(5):
            with pytest.raises((WrongCode, CodeOver, TrySlower)):
                await enter_sent_code(asked, "no", address=fresh_address(), at=now)
    asked, code = await sent(owner, one, now)
    with pytest.raises(TrySlower):
        await enter_sent_code(asked, code, address=one.address, at=now)
    assert await helping.end_waits(one.member.id, by=operator.actor) == 1
    assert await enter_sent_code(asked, code, address=one.address, at=now)


async def test_a_number_that_passed_on_signs_its_former_owner_in_no_more(
    owner: asyncpg.Connection,
) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    await community.amend_member(
        one.member.id, {"phone": fresh_phone()}, shown={}, by=community.system(one.home.id)
    )
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, code, address=one.address, at=now)


async def test_it_works_only_in_the_browser_that_asked(owner: asyncpg.Connection) -> None:
    one, thief, now = await neighbour(), await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    others, _code = await sent(owner, thief, now)
    for elsewhere in ("", "x", others):
        with pytest.raises((WrongCode, CodeOver)):
            await enter_sent_code(elsewhere, code, address=thief.address, at=now)
    with pytest.raises(CodeOver):
        await enter_read_out_code(one.phone, code, address=thief.address, at=now)
    assert await enter_sent_code(asked, code, address=one.address, at=now), "no try was used up"


async def test_a_number_that_nobody_has_is_answered_the_same(owner: asyncpg.Connection) -> None:
    phone, address, now = fresh_phone(), fresh_address(), datetime.now(UTC)
    before = await owner.fetchval("SELECT count(*) FROM message")
    asked = await send_code(phone, address=address, at=now)
    assert await owner.fetchval("SELECT count(*) FROM message") == before
    left = []
    for _ in range(4):
        with pytest.raises(WrongCode) as wrong:
            await enter_sent_code(asked, "000000", address=address, at=now)
        left.append(wrong.value.tries_left)
    assert left == [4, 3, 2, 1]
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, "000000", address=address, at=now)


async def test_even_a_lucky_guess_signs_in_nobody_where_nobody_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codes.secrets, "choice", lambda _digits: "7")
    asked = await send_code(fresh_phone(), address=fresh_address())
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, "777777", address=fresh_address())


async def test_whoever_left_meanwhile_does_not_come_in(owner: asyncpg.Connection) -> None:
    one, now = await neighbour(), datetime.now(UTC)
    asked, code = await sent(owner, one, now)
    await community.member_left(one.member.id, by=community.system(one.home.id))
    with pytest.raises(CodeOver):
        await enter_sent_code(asked, code, address=one.address, at=now)


async def test_a_number_is_sent_a_few_codes_an_hour_whoever_has_it() -> None:
    one, now = await neighbour(), datetime.now(UTC)
    for phone in (one.phone, fresh_phone()):
        for _ in range(8):
            await send_code(phone, address=fresh_address(), at=now)
        with pytest.raises(TooManyCodes) as many:
            await send_code(phone, address=fresh_address(), at=now + timedelta(seconds=449))
        assert many.value.seconds == 1
        assert await send_code(phone, address=fresh_address(), at=now + timedelta(seconds=450))


async def test_who_uses_up_a_number_s_codes_leaves_its_owner_some() -> None:
    """One place takes five of eight; in a browser of the owner's there are five of their own."""
    one, now, stranger = await neighbour(), datetime.now(UTC), fresh_address()
    for _ in range(5):
        await send_code(one.phone, address=stranger, at=now)
    with pytest.raises(TooManyCodes):
        await send_code(one.phone, address=stranger, at=now)
    assert await send_code(one.phone, address=one.address, at=now)
    for _ in range(2):
        await send_code(one.phone, address=fresh_address(), at=now)
    with pytest.raises(TooManyCodes):
        await send_code(one.phone, address=one.address, at=now)
    for _ in range(5):
        assert await send_code(one.phone, address=one.address, mark="theirs", at=now)
    with pytest.raises(TooManyCodes):
        await send_code(one.phone, address=one.address, mark="theirs", at=now)


async def test_a_place_asks_for_a_limited_number_of_codes() -> None:
    address, now = fresh_address(), datetime.now(UTC)
    for _ in range(60):
        await send_code(fresh_phone(), address=address, at=now)
    with pytest.raises(TooManyCodes):
        await send_code(fresh_phone(), address=address, at=now)


async def test_neither_number_nor_code_stands_in_the_table(owner: asyncpg.Connection) -> None:
    one = await neighbour()
    _asked, code = await sent(owner, one, datetime.now(UTC))
    row = await owner.fetchrow("SELECT * FROM one_time_code WHERE member_id = $1", one.member.id)
    assert one.phone[3:] not in str(dict(row))
    assert code not in str({name: row[name] for name in ("code_hash", "asked_hash")})


class TestReadOut:
    async def test_the_desk_reads_a_code_out_and_the_caller_comes_in(
        self, owner: asyncpg.Connection
    ) -> None:
        one = await neighbour()
        operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
        code = await helping.make_read_out_code(
            one.member.id, checked="birth_date", by=operator.actor
        )
        assert len(code) == 8
        found = await enter_read_out_code(one.phone, code, address=one.address)
        assert found.id == one.member.id
        with pytest.raises(CodeOver):
            await enter_read_out_code(one.phone, code, address=one.address)
        events = await community.audit_events(one.home.id)
        event = next(event for event in events if event.act == "sign_in.read_out_code")
        assert (event.actor, event.details) == (operator.member.id, {"checked": "birth_date"})
        assert code not in str(events)
        assert await told(owner, one, "sign_in.helped") == {}

    async def test_a_wrong_one_does_not_tell_that_the_desk_has_helped(self) -> None:
        """Else whoever types numbers would learn which are members'."""
        one = await neighbour()
        operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
        code = await helping.make_read_out_code(
            one.member.id, checked="birth_date", by=operator.actor
        )
        for phone in (one.phone, fresh_phone()):
            with pytest.raises(CodeOver):
                await enter_read_out_code(phone, other_than(code), address=fresh_address())
        assert await enter_read_out_code(one.phone, code, address=one.address)

    async def test_it_works_for_a_quarter_of_an_hour(self) -> None:
        one, now = await neighbour(), datetime.now(UTC)
        operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
        late = now + timedelta(minutes=15)
        for at, works in ((late - TICK, True), (late, False)):
            code = await helping.make_read_out_code(
                one.member.id, checked="birth_date", by=operator.actor, at=now
            )
            if works:
                assert await enter_read_out_code(one.phone, code, address=one.address, at=at)
            else:
                with pytest.raises(CodeOver):
                    await enter_read_out_code(one.phone, code, address=one.address, at=at)

    async def test_a_code_by_message_does_not_end_it(self, owner: asyncpg.Connection) -> None:
        one = await neighbour()
        operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
        code = await helping.make_read_out_code(
            one.member.id, checked="birth_date", by=operator.actor
        )
        await sent(owner, one, datetime.now(UTC))
        assert await enter_read_out_code(one.phone, code, address=one.address)

    async def test_nobody_reads_one_out_for_themselves_or_for_staff(self) -> None:
        operator = await neighbour(Role.PHONE_OPERATOR)
        coordinator = await neighbour(Role.COORDINATOR, home=operator.home)
        chief = await neighbour(Role.ADMINISTRATOR, home=operator.home)
        other_chief = await neighbour(Role.ADMINISTRATOR, home=operator.home)

        async def make(member: Neighbour, by: Neighbour) -> str:
            return await helping.make_read_out_code(
                member.member.id, checked="known_voice", by=by.actor
            )

        for member, by in (
            (operator, operator),
            (coordinator, operator),
            (chief, coordinator),
            (chief, chief),
        ):
            with pytest.raises(NotForYou):
                await make(member, by)
        assert await make(coordinator, chief)
        assert await make(other_chief, chief)

    async def test_nobody_is_helped_across_communities(self) -> None:
        one, foreign = await neighbour(), await neighbour(Role.ADMINISTRATOR)
        for verb in (
            helping.end_waits(one.member.id, by=foreign.actor),
            helping.make_read_out_code(one.member.id, checked="birth_date", by=foreign.actor),
            helping.end_sessions(one.member.id, by=foreign.actor),
            helping.reset_second_factor(one.member.id, by=foreign.actor),
            helping.ways_in(one.member.id, by=foreign.actor),
        ):
            with pytest.raises(community.UnknownMember):
                await verb

    async def test_a_role_above_the_community_is_out_of_its_administrators_reach(self) -> None:
        street = await community.add_area(
            level=community.Level.STREET, code=f"st-{fresh_phone()[-8:]}", name="桃源街道"
        )
        home = await community.add_community(
            code=f"s-{fresh_phone()[-8:]}", name="八里社区", below=street.id
        )
        chief = await neighbour(Role.ADMINISTRATOR, home=home)
        above = await neighbour(Role.RESIDENT, home=home)
        await community.grant_role(above.member.id, Role.AUDITOR, at=street.id)
        with pytest.raises(NotForYou):
            await helping.make_read_out_code(above.member.id, checked="known_voice", by=chief.actor)

    async def test_without_a_number_there_is_no_code(self) -> None:
        operator = await neighbour(Role.PHONE_OPERATOR)
        member = await community.add_member(community_id=operator.home.id, name="无电话")
        with pytest.raises(NoPhone):
            await helping.make_read_out_code(member.id, checked="known_voice", by=operator.actor)

    async def test_it_needs_one_of_the_known_checks(self) -> None:
        one = await neighbour()
        operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
        with pytest.raises(ValueError, match="because"):
            await helping.make_read_out_code(one.member.id, checked="because", by=operator.actor)


async def test_the_desk_ends_waits_and_sessions() -> None:
    one = await neighbour(password="")
    operator = await neighbour(Role.PHONE_OPERATOR, home=one.home)
    await one.signed_in()
    await one.signed_in()
    assert await helping.end_sessions(one.member.id, by=operator.actor) == 2
    ways = await helping.ways_in(one.member.id, by=operator.actor)
    assert (ways.phone, ways.sessions, ways.may_help) == (one.phone, (), True)
    assert await helping.end_waits(one.member.id, by=operator.actor) == 0
    assert {"session.end_all", "sign_in.end_waits"} <= set(await acts(one))
