"""The phone desk over HTTP: from the number to the end of the call, and what is refused."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest
from litestar import Litestar

import timebank
from app.phone_desk.request_form import next_free_half_day
from community import Actor
from tests.app.walking import Walker, walker
from tests.timebank.desk_street import Desk, open_desk
from tests.timebank.street import book_is_sound, open_street
from timebank import desk
from timebank.desk import Did, Outcome, Speakers
from timebank.values import State

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Room:
    """The desk of a street, with telephones and people at their browsers."""

    app: Litestar
    desk: Desk
    owner: asyncpg.Connection
    walkers: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def enter(self, who: Actor) -> Walker:
        """Sign somebody in."""
        visitor = await self.walkers.enter_async_context(walker(self.app))
        return await visitor.sign_in(who.member_id)

    async def number(self, who: Actor) -> str:
        """Give somebody a telephone number of their own; return it as it is typed."""
        phone = f"154{uuid.uuid4().int % 10**8:08d}"
        await self.owner.execute(
            "UPDATE member SET phone = $1 WHERE id = $2", f"+86{phone}", who.member_id
        )
        return phone

    async def answered(self, operator: Walker, phone: str) -> str:
        """Find who calls from a number, take the first one, and open the call: its address."""
        await operator.open("/calls")
        await operator.send("/calls/find", phone=phone)
        who = re.search(r'name="who" value="([0-9a-f:-]{73})"', operator.page)
        assert who, operator.words
        key = operator.hidden("key")
        return await operator.send_and_follow("/calls", who=who[1], key=key, phone="")

    async def spoken(self, operator: Walker, phone: str) -> str:
        """Answer, make sure who it is, and take their word down."""
        call = await self.answered(operator, phone)
        await operator.send_and_follow(
            f"{call}/word", checked=["name", "address"], language="zh", key=operator.hidden("key")
        )
        return call


@pytest.fixture
async def room(app: Litestar, owner: asyncpg.Connection) -> AsyncIterator[Room]:
    street = await open_street()
    opened = Room(app, await open_desk(street), owner)
    async with opened.walkers:
        yield opened
    await book_is_sound(street)


async def test_from_the_number_to_a_request_in_three_forms(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, phone)
    assert "陈桂芳" in operator.words
    assert "你好" in operator.words or "您好" in operator.words  # the script, in her language
    assert "Ask for this visit" not in operator.words
    key = operator.hidden("key")
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "birth_date"], language="zh", key=key
    )
    day = (datetime.now(ZONE).date() + timedelta(days=2)).isoformat()
    await operator.send_and_follow(
        f"{call}/ask", service="cleaning", day=day, time="09:00", minutes="usual",
        place="梧桐里 12 号", wishes="", key=operator.hidden("key"),
    )  # fmt: skip
    assert "Read this out" in operator.words
    (seen,) = await timebank.my_visits(room.desk.street.elder)
    assert (seen.visit.minutes_booked, seen.visit.care_service.code) == (120, "cleaning")
    await operator.send_and_follow(f"{call}/end", outcome="done", note="")
    assert "The call is over" in operator.words
    await operator.open(call)
    assert "Their word was taken down" in operator.words
    consent = await room.owner.fetchrow(
        "SELECT words, channel FROM consent WHERE member_id = $1", seen.visit.elder_id
    )
    assert consent is not None
    assert consent["channel"] == "phone"
    assert "陈桂芳" in consent["words"]
    assert "周颖" in consent["words"]


async def test_what_was_read_back_is_what_was_shown(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, phone)
    await operator.open(f"{call}?read=en")
    shown = re.search(r'<blockquote class="consent-words" lang="en">([^<]+)<', operator.page)
    assert shown
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "voice"], language="en", key=operator.hidden("key")
    )
    kept = await room.owner.fetchval(
        "SELECT words FROM consent WHERE member_id = $1", room.desk.street.elder.member_id
    )
    assert kept == shown[1].replace("&#39;", "'")


async def test_the_form_is_answered_beforehand(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    await room.desk.street.asked(60, place="梧桐里 12 号 302 室")
    operator = await room.enter(room.desk.operator)
    await room.spoken(operator, phone)
    assert 'value="梧桐里 12 号 302 室"' in operator.page
    for chosen in ("companionship", "usual"):
        assert f'<option value="{chosen}" selected>' in operator.page


async def test_a_refused_request_keeps_what_was_typed(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.spoken(operator, phone)
    answer = await operator.send(
        f"{call}/ask", service="", day="", time="10:00", minutes="60", place="东中市 88 号",
        wishes="按两次门铃", key=operator.hidden("key"),
    )  # fmt: skip
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Choose what you need help with" in operator.words
    assert 'value="东中市 88 号"' in operator.page
    assert 'value="按两次门铃"' in operator.page
    day = (datetime.now(ZONE).date() + timedelta(days=2)).isoformat()
    await operator.send(
        f"{call}/ask", service="hospital", day=day, time="10:00", minutes="240", place="东中市",
        wishes="", key=operator.hidden("key"),
    )  # fmt: skip
    await operator.open(call)
    poor = await room.number(room.desk.street.poor_elder)
    call = await room.spoken(operator, poor)
    await operator.send(
        f"{call}/ask", service="hospital", day=day, time="10:00", minutes="240", place="东中市",
        wishes="", key=operator.hidden("key"),
    )  # fmt: skip
    assert "1 h to use" in operator.words
    assert await timebank.my_visits(room.desk.street.poor_elder) == []


async def test_too_few_checks_are_said_at_their_field(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, phone)
    answer = await operator.send(
        f"{call}/word", checked=["number"], language="zh", key=operator.hidden("key")
    )
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "at least 2 checks" in operator.words
    assert re.search(r'value="number" checked', operator.page)


async def test_what_nobody_is_found_by(room: Room) -> None:
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    for typed, words in (
        ({"phone": "12"}, "Type the whole number"),
        ({"born": "gestern"}, "Type the birth date as"),
        ({}, "Type the number that is calling, or a name"),
    ):
        answer = await operator.send("/calls/find", **typed)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert words in operator.words
    await operator.send("/calls/find", phone="13800138000")
    assert "Nobody here is known by that" in operator.words
    key = operator.hidden("key")
    call = await operator.send_and_follow("/calls", who="unknown", phone="+8613800138000", key=key)
    assert "Find out who it is" in operator.words
    await operator.send(f"{call}/find", name="陈桂芳")
    who = room.desk.street.elder.member_id
    await operator.send_and_follow(f"{call}/people", who=f"{who}:{who}")
    assert "They said yes" in operator.words
    assert (await desk.call_seen(uuid.UUID(call[7:]), room.desk.operator)).call.phone is None


async def test_a_shared_telephone_offers_who_else_is_at_home(room: Room) -> None:
    street = room.desk.street
    phone = await room.number(room.desk.daughter)
    home = "h-1"
    for one in (room.desk.daughter, street.elder):
        await room.owner.execute(
            "INSERT INTO household (id, community_id, code) VALUES (gen_random_uuid(), $1, $2)"
            " ON CONFLICT DO NOTHING",
            street.id,
            home,
        )
        await room.owner.execute(
            "UPDATE member SET household_id = (SELECT id FROM household WHERE community_id = $1)"
            " WHERE id = $2",
            street.id,
            one.member_id,
        )
    await room.desk.delegated(at=datetime.now(UTC))
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    await operator.send("/calls/find", phone=phone)
    offered = re.findall(r'name="who" value="([0-9a-f-]{36}):([0-9a-f-]{36})"', operator.page)
    daughter, elder = str(room.desk.daughter.member_id), str(street.elder.member_id)
    assert offered == [(daughter, daughter), (daughter, elder), (elder, elder)]


async def test_by_name_and_birth_date(room: Room) -> None:
    elder = room.desk.street.elder
    await room.owner.execute(
        "UPDATE member SET birth_date = $1 WHERE id = $2", date(1943, 5, 6), elder.member_id
    )
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    await operator.send("/calls/find", name="陈", born="1943-05-06")
    assert operator.page.count('name="who"') == 2  # she, and somebody else
    await operator.send("/calls/find", name="吴", born="1943-05-06")
    assert "Nobody here is known by that" in operator.words


async def test_a_relative_without_leave_is_led_to_the_elder(room: Room) -> None:
    operator = await room.enter(room.desk.operator)
    elder, daughter = room.desk.street.elder.member_id, room.desk.daughter.member_id
    await operator.open("/calls")
    call = await operator.send_and_follow("/calls", who=f"{daughter}:{elder}")
    assert "They may not act for the other here" in operator.words
    answer = await operator.send(f"{call}/word", checked=["name", "voice"], language="zh")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await operator.open(call)
    await operator.send_and_follow(f"{call}/people", who=f"{elder}:{elder}")
    assert "They said yes" in operator.words


async def test_a_call_back_confirms_and_the_queue_is_empty(room: Room) -> None:
    visit = await room.desk.street.finished()
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    assert "To call back 1" in operator.words
    call = await operator.send_and_follow(f"/call-backs/{visit.id}")
    assert "李明" in operator.words
    assert "1 小时 35 分" in operator.words
    colleague = await room.enter(room.desk.colleague)
    await colleague.open("/calls")
    assert "周颖 is calling" in colleague.words
    await colleague.send_and_follow(f"/call-backs/{visit.id}")
    assert "A colleague is calling about this visit" in colleague.words
    await operator.open(call)
    await operator.send_and_follow(
        f"{call}/word", checked=["name", "voice"], language="zh", key=operator.hidden("key")
    )
    await operator.send_and_follow(f"{call}/visits/{visit.id}/confirm", minutes="95")
    assert "Confirmed: 1 h 35 min passed on" in operator.words
    await operator.send_and_follow(f"{call}/end", outcome="done", note="")
    assert "Nobody has to be called back" in operator.words
    assert await room.desk.street.minutes(room.desk.street.volunteer) == [(95, 0)]


async def test_nobody_answers_and_it_is_tried_again(room: Room) -> None:
    visit = await room.desk.street.finished()
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    call = await operator.send_and_follow(f"/call-backs/{visit.id}")
    await operator.send_and_follow(f"{call}/end", outcome="no_answer", note="")
    assert "1 try so far" in operator.words


async def test_an_elder_who_uses_the_site_is_not_called_at_once(room: Room) -> None:
    await room.desk.street.finished()
    await room.enter(room.desk.street.elder)
    await room.owner.execute(
        "UPDATE visit SET checked_out_at = now(), checked_in_at = now() WHERE community_id = $1",
        room.desk.street.id,
    )
    operator = await room.enter(room.desk.operator)
    await operator.open("/calls")
    assert "Nobody has to be called back" in operator.words


async def test_this_is_not_right_freezes_the_minutes(room: Room) -> None:
    visit = await room.desk.street.finished()
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.spoken(operator, phone)
    await operator.send_and_follow(f"{call}/visits/{visit.id}/not-right", reason="")
    assert "Write down what they say" in operator.words
    await operator.send_and_follow(f"{call}/visits/{visit.id}/not-right", reason="没有来那么久")
    (seen,) = await timebank.my_visits(room.desk.street.elder)
    assert seen.visit.state is State.DISPUTED
    await timebank.resolve(visit.id, by=room.desk.street.coordinator, minutes=30, reason="双方同意")


async def test_the_number_for_the_door_stands_on_one_page_alone(room: Room) -> None:
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    request = timebank.Request("meals", begins, 60, "梧桐里 12 号")
    visit = await timebank.ask(request, by=room.desk.street.elder, form_key=uuid.uuid4())
    await timebank.accept(visit.id, by=room.desk.street.volunteer)
    own, _ = await timebank.visit_page(visit.id, room.desk.street.elder)
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.spoken(operator, phone)
    assert f">{own.visit.code}<" not in operator.page
    answer = await operator.send(f"{call}/visits/{visit.id}/code")
    assert answer.status_code == httpx.codes.OK
    assert own.visit.code in operator.words
    await operator.open(call)
    assert "The number for the door was read out" in operator.words
    await timebank.cancel(visit.id, by=room.desk.street.elder)


async def test_what_was_told_is_written_down(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.spoken(operator, phone)
    assert "5 h to use" in operator.words
    for what in ("balance", "visits"):
        await operator.send_and_follow(f"{call}/told", what=what)
    seen = await desk.call_seen(uuid.UUID(call[7:]), room.desk.operator)
    assert [one.act for one in seen.steps] == [Did.WORD, Did.BALANCE, Did.VISITS]


async def test_a_matter_reaches_a_coordinator_who_closes_it(room: Room) -> None:
    phone = await room.number(room.desk.street.elder)
    operator = await room.enter(room.desk.operator)
    call = await room.answered(operator, phone)
    key = operator.hidden("key")
    for typed, words in (
        ({"topic": "", "note": "x"}, "Choose what it is about"),
        ({"topic": "other", "note": ""}, "Say what it is about"),
    ):
        answer = await operator.send(f"{call}/hand-over", key=key, **typed)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert words in operator.words
    await operator.send_and_follow(
        f"{call}/hand-over", topic="safety", note="她说摔了一跤", urgent="yes", key=key
    )
    coordinator = await room.enter(room.desk.street.coordinator)
    await coordinator.open("/")
    assert "Somebody may be in danger" in coordinator.words
    (left,) = await desk.matters(room.desk.street.coordinator)
    matter = f"/hand-overs/{left.matter.id}"
    await coordinator.open(matter)
    assert "她说摔了一跤" in coordinator.words
    await coordinator.send_and_follow(f"{matter}/take")
    answer = await coordinator.send(f"{matter}/close", outcome="", outcome_note="")
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    await coordinator.send_and_follow(
        f"{matter}/close", outcome="settled", outcome_note="去看过，没有大碍"
    )
    assert "没有大碍" in coordinator.words
    await coordinator.open("/hand-overs")
    assert "Closed" in coordinator.words
    await operator.open("/calls")
    answer = await operator.send(f"{matter}/take")
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_calls_are_nobody_elses_business(room: Room) -> None:
    street = room.desk.street
    speakers = Speakers(street.elder.member_id, street.elder.member_id)
    call = await desk.open_call(speakers, by=room.desk.operator, key=uuid.uuid4())
    path = f"/calls/{call.id}"
    for who in (street.elder, street.volunteer, room.desk.daughter):
        walked = await room.enter(who)
        for closed in ("/calls", path, f"/members/{street.elder.member_id}/calls", "/hand-overs"):
            assert (await walked.open(closed)).status_code == httpx.codes.FORBIDDEN, closed
    colleague = await room.enter(room.desk.colleague)
    await colleague.open(path)
    assert "They said yes" not in colleague.words
    assert "is still speaking" in colleague.words
    elsewhere = await open_street()
    stranger = await room.enter(elsewhere.coordinator)
    assert (await stranger.open(path)).status_code == httpx.codes.NOT_FOUND
    operator = await room.enter(room.desk.operator)
    await operator.open(f"/members/{street.elder.member_id}/calls")
    assert "周颖" in operator.words
    assert (await operator.open(f"/calls/{uuid.uuid4()}")).status_code == httpx.codes.NOT_FOUND
    await operator.open(path)
    await operator.send_and_follow(f"{path}/end", outcome="x")
    assert "Choose how the call ended" in operator.words
    over = await desk.end_call(call.id, Outcome.NOTHING, by=room.desk.operator)
    assert over.outcome is Outcome.NOTHING


@pytest.mark.parametrize(
    ("hour", "busy", "expected"),
    [
        (6, (), (0, time(9))),
        (8, (), (0, time(14))),  # less than two hours to nine
        (13, (), (1, time(9))),
        (20, (), (1, time(9))),
        (13, ((1, 8),), (1, time(14))),
        (13, ((1, 8), (1, 15)), (2, time(9))),
        (6, ((0, 11), (0, 12)), (1, time(9))),
    ],
)
def test_the_next_free_half_day(
    hour: int, busy: tuple[tuple[int, int], ...], expected: tuple[int, time]
) -> None:
    now = datetime(2026, 3, 2, hour, 0, tzinfo=ZONE)
    taken = [now.replace(hour=clock) + timedelta(days=days) for days, clock in busy]
    found = next_free_half_day(now, taken, days_max=5)
    assert found == (now.date() + timedelta(days=expected[0]), expected[1])


def test_every_half_day_taken_is_no_dead_end() -> None:
    now = datetime(2026, 3, 2, 6, 0, tzinfo=ZONE)
    taken = [now.replace(hour=clock) + timedelta(days=day) for day in range(3) for clock in (9, 14)]
    assert next_free_half_day(now, taken, days_max=2) == (now.date(), time(9))
    assert next_free_half_day(now.replace(hour=22), [], days_max=0)[0] == now.date() + timedelta(1)
