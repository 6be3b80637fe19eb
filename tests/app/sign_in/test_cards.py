"""Cards with a PIN: at an open desk alone, for a short while, one at a time."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
from app import sessions
from app.sessions import How
from app.sign_in import cards, desks, hashing, helping
from app.sign_in.cards import card_of, issue_card, looks_like_a_number, revoke_card, try_card
from app.sign_in.desks import Desk, close_desk, desk_of, enter_with_card, open_desk
from app.sign_in.entering import Browser
from app.sign_in.errors import NoCard, NoDesk, NotForYou, NotThese, WeakSecret
from app.sign_in.weak_secrets import Person
from app.throttle import TrySlower
from community import Role
from tests.app.sign_in.neighbours import Neighbour, acts, neighbour, told

PIN = "7391"

pytestmark = pytest.mark.usefixtures("database")


async def desk_and_card() -> tuple[Desk, Neighbour, cards.Issued, Neighbour]:
    keeper = await neighbour(Role.COORDINATOR)
    one = await neighbour(Role.ELDER, home=keeper.home)
    begun = await open_desk(browser=Browser(keeper.address), by=keeper.actor)
    desk = await desk_of(begun.token)
    assert desk is not None
    issued = await issue_card(one.member.id, PIN, person=Person(), by=keeper.actor)
    return desk, one, issued, keeper


async def entered(desk: Desk, shown: str, pin: str = PIN) -> sessions.Session:
    begun, _member = await enter_with_card(shown, pin, desk=desk, browser=Browser("10.1.1.1"))
    return begun.session


async def test_number_or_pattern_with_the_pin_signs_in_for_a_short_while() -> None:
    desk, one, issued, _keeper = await desk_and_card()
    for shown in (issued.card.number, cards.spaced(issued.card.number), issued.qr.lower()):
        session = await entered(desk, shown)
        assert (session.member_id, session.how) == (one.member.id, How.CARD)
        assert session.desk_id == desk.session.id
        assert session.idle_seconds == 600
        assert session.ends_at - session.begun_at == timedelta(hours=1)
    assert "card.issue" in await acts(one)


async def test_a_wrong_pin_another_card_or_another_community_does_not() -> None:
    desk, _one, issued, _keeper = await desk_and_card()
    far_desk, _other, far, _far_keeper = await desk_and_card()
    for where, shown, pin in (
        (desk, issued.card.number, "7392"),
        (desk, issued.card.number, ""),
        (desk, far.card.number, PIN),
        (far_desk, issued.qr, PIN),
        (desk, "0000000000", PIN),
        (desk, "", PIN),
    ):
        with pytest.raises(NotThese):
            await entered(where, shown, pin)


async def test_every_card_costs_one_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _one, issued, _keeper = await desk_and_card()
    count = 0
    real = hashing._verify  # noqa: SLF001 (where every comparison passes)

    def verify(kept: str, secret: str) -> bool:
        nonlocal count
        count += 1
        return real(kept, secret)

    monkeypatch.setattr(hashing, "_verify", verify)
    for shown in (issued.card.number, "1234567890", "LINLIAAAA"):
        before = count
        with pytest.raises(NotThese):
            await entered(desk, shown, "0000")
        assert count == before + 1


async def test_guessing_a_pin_is_slowed_down_and_told() -> None:
    desk, one, issued, _keeper = await desk_and_card()
    at = datetime.now(UTC)

    async def tried(pin: str, at: datetime) -> None:
        await try_card(
            issued.card.number, pin, desk_id=desk.session.id, community_id=desk.home.id, at=at
        )

    for _ in range(6):
        with pytest.raises(NotThese):
            await tried("0000", at)
    with pytest.raises(TrySlower):
        await tried(PIN, at)
    await tried(PIN, at + timedelta(seconds=1))
    assert (await acts(one)).count("sign_in.failures") == 1


async def test_typed_or_scanned_it_is_one_card_and_the_desk_ends_its_wait() -> None:
    desk, one, issued, keeper = await desk_and_card()
    at = datetime.now(UTC) + timedelta(minutes=1)  # so that the wait outlives the hashing

    async def tried(shown: str, pin: str) -> None:
        await try_card(shown, pin, desk_id=desk.session.id, community_id=desk.home.id, at=at)

    for shown in (issued.card.number, issued.qr) * 3:
        with pytest.raises(NotThese):
            await tried(shown, "0000")
    for shown in (issued.card.number, issued.qr):
        with pytest.raises(TrySlower):
            await tried(shown, PIN)
    assert await helping.end_waits(one.member.id, by=keeper.actor) == 1
    await tried(issued.card.number, PIN)


async def test_a_new_card_ends_the_wait_of_the_old_one_and_its_holder_is_told(
    owner: asyncpg.Connection,
) -> None:
    desk, one, issued, keeper = await desk_and_card()
    for _ in range(6):
        with pytest.raises(NotThese):
            await try_card(
                issued.card.number, "0000", desk_id=desk.session.id, community_id=desk.home.id
            )
    newer = await issue_card(one.member.id, "8264", person=Person(), by=keeper.actor)
    assert await told(owner, one, "card.issued") == {}
    await try_card(newer.card.number, "8264", desk_id=desk.session.id, community_id=desk.home.id)


async def test_a_new_card_replaces_the_old_one_and_ends_what_it_opened() -> None:
    desk, one, issued, keeper = await desk_and_card()
    begun, _member = await enter_with_card(issued.qr, PIN, desk=desk, browser=Browser("10.1.1.1"))
    newer = await issue_card(one.member.id, "8264", person=Person(), by=keeper.actor)
    assert await sessions.find(begun.token) is None
    with pytest.raises(NotThese):
        await entered(desk, issued.card.number)
    assert await entered(desk, newer.card.number, "8264")
    assert await card_of(one.member.id) == newer.card


async def test_a_lost_card_works_no_longer_and_one_s_own_one_may_revoke() -> None:
    desk, one, issued, keeper = await desk_and_card()
    await revoke_card(one.member.id, by=one.actor)
    with pytest.raises(NotThese):
        await entered(desk, issued.qr)
    assert await card_of(one.member.id) is None
    with pytest.raises(NoCard):
        await revoke_card(one.member.id, by=keeper.actor)
    assert "card.revoke" in await acts(one)


async def test_a_pin_that_anybody_would_guess_is_refused() -> None:
    keeper = await neighbour(Role.PHONE_OPERATOR)
    one = await neighbour(home=keeper.home)
    person = Person((), one.phone, None)
    for pin in ("1234", one.phone[-4:], "123", "1234567", "73a1", ""):
        with pytest.raises(WeakSecret):
            await issue_card(one.member.id, pin, person=person, by=keeper.actor)
    assert await card_of(one.member.id) is None


async def test_nobody_issues_a_card_to_staff_or_across_communities() -> None:
    keeper, foreign = await neighbour(Role.COORDINATOR), await neighbour(Role.COORDINATOR)
    chief = await neighbour(Role.ADMINISTRATOR, home=keeper.home)
    one = await neighbour(home=keeper.home)
    for member, by in ((chief, keeper), (keeper, keeper)):
        with pytest.raises(NotForYou):
            await issue_card(member.member.id, PIN, person=Person(), by=by.actor)
    with pytest.raises(community.UnknownMember):
        await issue_card(one.member.id, PIN, person=Person(), by=foreign.actor)
    with pytest.raises(community.UnknownMember):
        await revoke_card(one.member.id, by=foreign.actor)


async def test_neither_pin_nor_pattern_stands_in_the_table(owner: asyncpg.Connection) -> None:
    _desk, one, issued, _keeper = await desk_and_card()
    row = dict(
        await owner.fetchrow("SELECT * FROM sign_in_card WHERE member_id = $1", one.member.id)
    )
    assert issued.qr not in str(row)
    assert not hashing.hasher.check_needs_rehash(row["pin_hash"])
    assert not await hashing.fits(row["pin_hash"], PIN), "it is mixed with the secret first"


async def test_whoever_left_cannot_use_the_card() -> None:
    desk, one, issued, keeper = await desk_and_card()
    await community.member_left(one.member.id, by=keeper.actor)
    with pytest.raises(NotThese):
        await entered(desk, issued.card.number)


async def test_opening_a_desk_signs_the_opener_out_there() -> None:
    keeper = await neighbour(Role.PHONE_OPERATOR)
    mine = await keeper.signed_in()
    begun = await open_desk(browser=Browser(keeper.address, "", mine.session), by=keeper.actor)
    assert await sessions.find(mine.token) is None
    assert (await desk_of(begun.token)) is not None
    resident = await neighbour()
    with pytest.raises(NoDesk):
        await open_desk(browser=Browser(resident.address), by=resident.actor)


async def test_a_desk_ends_with_its_hours_its_closing_and_its_opener_s_role(
    owner: asyncpg.Connection,
) -> None:
    keeper = await neighbour(Role.COORDINATOR)
    now = datetime.now(UTC)
    begun = await open_desk(browser=Browser(keeper.address), by=keeper.actor, at=now)
    assert await desk_of(begun.token, at=now + timedelta(hours=12) - timedelta(seconds=1))
    assert await desk_of(begun.token, at=now + timedelta(hours=12)) is None
    desk = await desk_of(begun.token)
    assert desk is not None
    await close_desk(desk)
    assert await desk_of(begun.token) is None
    again = await open_desk(browser=Browser(keeper.address), by=keeper.actor)
    await owner.execute(
        "UPDATE member_role SET until = clock_timestamp() WHERE member_id = $1",
        keeper.member.id,
    )
    assert await desk_of(again.token) is None


async def test_only_a_desk_s_token_makes_a_desk() -> None:
    keeper = await neighbour(Role.COORDINATOR)
    mine = await keeper.signed_in()
    for token in (None, "", "x", mine.token):
        assert await desk_of(token) is None
    assert {Role.COORDINATOR, Role.PHONE_OPERATOR} == desks.OPENERS


@given(st.integers(0, 10**9 - 1), st.integers(0, 9), st.integers(0, 9))
def test_every_single_slip_of_a_digit_is_noticed(number: int, place: int, digit: int) -> None:
    from stdnum import verhoeff  # noqa: PLC0415 (the reference for this one test)

    body = f"{number:09d}"
    whole = body + verhoeff.calc_check_digit(body)
    assert looks_like_a_number(whole)
    slipped = whole[:place] + str(digit) + whole[place + 1 :]
    assert looks_like_a_number(slipped) == (slipped == whole)
