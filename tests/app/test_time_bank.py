"""The time bank over HTTP: one true journey, and every wrong turn on the way."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar

import community
import ledger
import timebank
from community import Actor
from tests.app.walking import Walker, walker
from tests.timebank.street import Street, open_street, street

__all__ = ["street"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Site:
    """The site with a street behind it, and people who walk through it."""

    app: Litestar
    street: Street
    owner: asyncpg.Connection
    stack: AsyncExitStack

    async def visitor(self, language: str = "en") -> Walker:
        return await self.stack.enter_async_context(walker(self.app, language))

    async def signed_in(self, who: Actor, language: str = "en") -> Walker:
        return await (await self.visitor(language)).sign_in(who.member_id)

    async def move(self, visit_id: UUID, column: str, minutes: int) -> None:
        """Let time pass: what is in the column happened so many minutes before now."""
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        at -= timedelta(minutes=at.minute % 15 if column == "starts_at" else 0)
        at = at.replace(second=0, microsecond=0) if column == "starts_at" else at
        await self.owner.execute(f"UPDATE visit SET {column} = $1 WHERE id = $2", at, visit_id)


@pytest_asyncio.fixture(loop_scope="session")
async def site(app: Litestar, street: Street, owner: asyncpg.Connection) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        yield Site(app, street, owner, stack)


def wish(walker: Walker, **changes: str) -> dict[str, str]:
    """Fill the form in for tomorrow at ten."""
    day = (datetime.now(SHANGHAI) + timedelta(days=1)).date().isoformat()
    return {
        "key": walker.hidden("key"),
        "service": "companionship",
        "day": day,
        "time": "10:00",
        "minutes": "120",
        "place": "梧桐里 12 号 302 室",
        "wishes": "",
        **changes,
    }


async def asked(site: Site) -> tuple[Walker, UUID]:
    """Let the elder ask for 120 minutes; return the elder and the visit's id."""
    elder = await site.signed_in(site.street.elder)
    await elder.open("/time-bank/ask")
    where = await elder.send_and_follow("/time-bank/ask", **wish(elder))
    return elder, UUID(where.rpartition("/")[2])


async def under_way(site: Site) -> tuple[Walker, Walker, UUID]:
    """Let the volunteer accept and check in with the number that the elder's page shows."""
    elder, visit_id = await asked(site)
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open("/time-bank/requests")
    page = await volunteer.send_and_follow(f"/time-bank/visits/{visit_id}/accept")
    assert page == f"/time-bank/visits/{visit_id}"
    await site.move(visit_id, "starts_at", 0)
    await elder.open("/time-bank")
    code = re.search(r'class="digits">(\d{4})<', elder.page)
    assert code
    await volunteer.open(page)
    await volunteer.send_and_follow(f"{page}/check-in", code=code[1])
    assert "You are checked in" in volunteer.words
    return elder, volunteer, visit_id


async def finished(site: Site, minutes: int = 93) -> tuple[Walker, Walker, UUID]:
    """Let the volunteer check out after so many minutes."""
    elder, volunteer, visit_id = await under_way(site)
    await site.move(visit_id, "checked_in_at", minutes)
    await volunteer.send_and_follow(f"/time-bank/visits/{visit_id}/check-out", minutes="")
    return elder, volunteer, visit_id


async def test_the_journey(site: Site) -> None:
    elder, volunteer, visit_id = await finished(site)
    assert "Checked out after 1 h 35 min" in volunteer.words
    await elder.open("/time-bank")
    assert "Please confirm" in elder.words
    page = f"/time-bank/visits/{visit_id}"
    await elder.open(page)
    assert "1 h 35 min" in elder.words
    await elder.send_and_follow(f"{page}/confirm", minutes=elder.hidden("minutes"))
    assert "1 h 35 min passed to the volunteer, 25 min came back to you" in elder.words
    await elder.open("/time-bank/passbook")
    assert "Companionship: you received 1 h 35 min from 李明" in elder.words
    assert "25 min of the 2 h set aside came back −1 h 35 min 3 h 25 min" in elder.words
    assert "they reconcile with the book" in elder.words
    await volunteer.open("/time-bank/passbook")
    assert "Companionship: you gave 1 h 35 min to 陈桂芳" in volunteer.words
    assert "+1 h 35 min 1 h 35 min" in volunteer.words
    home = await community.community(site.street.id)
    visitor = await site.visitor()
    await visitor.open(f"/book/{home.code}")
    assert "The book balances" in visitor.words
    assert "What all have 6 h = equals What it was made from 6 h" in visitor.words
    assert "Together Must be zero: every line in the book has two equal sides 0 min" in (
        visitor.words
    )


async def test_the_journey_reads_in_chinese_too(site: Site) -> None:
    elder, _, visit_id = await finished(site)
    reader = await site.signed_in(site.street.elder, "zh")
    await reader.open(f"/time-bank/visits/{visit_id}")
    for words in ("请您确认", "1 小时 35 分", "对，我确认", "冻结的其余时间会退还给您"):
        assert words in reader.words
    await reader.send_and_follow(f"/time-bank/visits/{visit_id}/confirm", minutes="95")
    assert "1 小时 35 分 转给了志愿者，25 分 退还给您" in reader.words
    await elder.open("/time-bank/passbook")
    assert "1 h 35 min" in elder.words


async def test_asking_for_more_than_saved_keeps_the_form(site: Site) -> None:
    elder = await site.signed_in(site.street.poor_elder)
    await elder.open("/time-bank/ask")
    answer = await elder.send("/time-bank/ask", **wish(elder, wishes="请按两次门铃"))
    assert answer.status_code == 422
    assert "This needs 2 h, and you have 1 h to use." in elder.words
    assert "请按两次门铃" in elder.page
    fieldset = elder.page[elder.page.index('id="field-minutes"') :]
    assert "autofocus" in fieldset[: fieldset.index("</fieldset>")]
    assert elder.page.count("autofocus") == 1
    assert 'value="120" checked' in " ".join(elder.page.split())
    assert await site.street.minutes(site.street.poor_elder) == [(60, 0)]
    await elder.send_and_follow("/time-bank/ask", **wish(elder, minutes="60"))
    assert "Once somebody comes, 1 h are set aside" in elder.words
    assert await site.street.minutes(site.street.poor_elder) == [(60, 0)]
    await elder.open("/time-bank/ask")
    assert "You have 0 min to use. That is too little for a visit." in elder.words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("service", "", "Choose what you need help with."),
        ("service", "gardening", "Choose one of the kinds of help shown."),
        ("day", "", "Choose the day."),
        ("day", "2026-02-30", "Choose the day."),
        ("time", "", "Choose the time of day."),
        ("time", "10:07", "Choose one of the times in the list."),
        ("time", "10:00+08:00", "Choose the time of day."),
        ("minutes", "", "Choose about how long it will take."),
        ("minutes", "-60", "Choose about how long it will take."),
        ("minutes", "50", "Choose one of the lengths shown."),
        ("place", "  ", "Say where the volunteer should come."),
        ("place", "里" * 121, "Say the place in at most 120 characters."),
        ("wishes", "好" * 501, "Say it in at most 500 characters."),
        ("day", "2020-01-01", "That time is already over."),
        ("day", "9999-12-31", "Choose a day within the next 60 days."),
    ],
)
async def test_each_wrong_answer_is_named(site: Site, field: str, value: str, words: str) -> None:
    elder = await site.signed_in(site.street.elder)
    await elder.open("/time-bank/ask")
    answer = await elder.send("/time-bank/ask", **wish(elder, **{field: value}))
    assert answer.status_code == 422
    assert elder.words.count(words) == 2  # above the form, and at the field
    assert elder.page.count("autofocus") == 1
    assert await site.street.minutes(site.street.elder) == [(300, 0)]


async def test_the_same_form_twice_asks_once(site: Site) -> None:
    elder = await site.signed_in(site.street.elder)
    await elder.open("/time-bank/ask")
    fields = wish(elder)
    first = (await elder.send("/time-bank/ask", **fields)).headers["location"]
    again = (await elder.send("/time-bank/ask", **fields)).headers["location"]
    assert first == again
    assert await timebank.left_to_ask(site.street.elder) == 180
    where = await elder.send_and_follow("/time-bank/ask", **{**fields, "minutes": "60"})
    assert where == first
    assert "You had asked for this before" in elder.words
    assert await timebank.left_to_ask(site.street.elder) == 180


async def test_the_volunteer_cannot_confirm(site: Site) -> None:
    elder, volunteer, visit_id = await finished(site)
    await volunteer.open(f"/time-bank/visits/{visit_id}")
    assert "is asked to confirm" in volunteer.words
    assert "/confirm" not in volunteer.page
    await volunteer.open("/time-bank/requests")
    answer = await volunteer.send(f"/time-bank/visits/{visit_id}/confirm", minutes="95")
    assert answer.status_code == 403
    assert await site.street.minutes(site.street.volunteer) == [(0, 0)]
    await elder.open(f"/time-bank/visits/{visit_id}")
    assert "Please confirm" in elder.words


async def test_confirming_twice_passes_the_minutes_once(site: Site) -> None:
    elder, _, visit_id = await finished(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open(path)
    for _ in range(2):
        assert (await elder.send(f"{path}/confirm", minutes="95")).status_code == 303
    assert await site.street.minutes(site.street.elder, site.street.volunteer) == [
        (205, 0), (95, 0)
    ]  # fmt: skip


async def test_a_visit_that_took_longer_asks_the_elder(site: Site) -> None:
    elder, _, visit_id = await finished(site, 128)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open(path)
    assert "It took 2 h 10 min, longer than the 2 h you had set aside." in elder.words
    assert "I agree to give 10 min more than I had set aside." in elder.words
    answer = await elder.send(f"{path}/confirm")
    assert (answer.status_code, "Choose one of the lengths shown." in elder.words) == (422, True)
    answer = await elder.send(f"{path}/confirm", minutes="135")
    assert answer.status_code == 422
    await elder.send_and_follow(f"{path}/confirm", minutes="130")
    assert await site.street.minutes(site.street.elder, site.street.volunteer) == [
        (170, 0), (130, 0)
    ]  # fmt: skip


async def test_the_word_for_more_than_is_left_is_refused_in_words(site: Site) -> None:
    elder, volunteer, visit_id = await finished(site, 128)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open("/time-bank/ask")
    day = (datetime.now(SHANGHAI) + timedelta(days=3)).date().isoformat()
    other = await elder.send_and_follow("/time-bank/ask", **wish(elder, day=day, minutes="180"))
    await volunteer.open(other)
    await volunteer.send_and_follow(f"{other}/accept")
    await elder.open(path)
    answer = await elder.send(f"{path}/confirm", minutes="130")
    assert answer.status_code == 422
    assert "That is 10 min more than you had set aside, and you have 0 min to use." in elder.words
    await elder.send_and_follow(f"{path}/confirm", minutes="120")
    assert await site.street.minutes(site.street.elder) == [(180, 180)]


async def test_a_wrong_number_at_the_door(site: Site) -> None:
    elder, visit_id = await asked(site)
    volunteer = await site.signed_in(site.street.volunteer)
    path = f"/time-bank/visits/{visit_id}"
    await volunteer.open(path)
    await volunteer.send_and_follow(f"{path}/accept")
    assert "You can check in from tomorrow at 9:30 am on" in volunteer.words
    await volunteer.send_and_follow(f"{path}/check-in", code="0000")
    assert "You can check in from tomorrow at 9:30 am on" in volunteer.words
    await site.move(visit_id, "starts_at", 0)
    await elder.open(path)
    code = re.search(r'class="digits">(\d{4})<', elder.page)
    assert code
    assert code[1] not in (await volunteer.open(path)).text.replace(str(visit_id), "")
    answer = await volunteer.send(f"{path}/check-in", code=f"{(int(code[1]) + 1) % 10_000:04d}")
    assert answer.status_code == 422
    assert "That is not the number on the elder's page." in volunteer.words
    assert 'aria-invalid="true"' in volunteer.page
    await volunteer.send_and_follow(f"{path}/check-in", code=f"{code[1][:2]} {code[1][2:]}")
    assert "You are checked in" in volunteer.words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("125", "By the clock it was 1 h 35 min."),
        ("0", "Choose one of the lengths shown."),
        ("an hour", "Type the minutes as a whole number, such as 95."),
        ("1.5", "Type the minutes as a whole number, such as 95."),
    ],
)
async def test_minutes_that_cannot_be(site: Site, typed: str, words: str) -> None:
    _, volunteer, visit_id = await under_way(site)
    await site.move(visit_id, "checked_in_at", 93)
    path = f"/time-bank/visits/{visit_id}"
    answer = await volunteer.send(f"{path}/check-out", minutes=typed)
    assert answer.status_code == 422
    assert words in volunteer.words
    assert f'value="{typed}"' in volunteer.page
    await volunteer.send_and_follow(f"{path}/check-out", minutes="58")
    assert "Checked out after 1 h." in volunteer.words


async def test_the_second_volunteer_is_told(site: Site) -> None:
    _, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    first = await site.signed_in(site.street.volunteer)
    second = await site.signed_in(site.street.other_volunteer)
    await first.open(path)
    await second.open(path)
    await first.send_and_follow(f"{path}/accept")
    assert await second.send_and_follow(f"{path}/accept") == "/time-bank/requests"
    assert "Somebody was quicker" in second.words
    assert "Nobody is waiting just now" in second.words
    await first.open(path)
    assert await first.send_and_follow(f"{path}/withdraw") == "/time-bank/requests"
    await second.open("/time-bank/requests")
    assert "Companionship" in second.words


async def test_calling_off_asks_once_more(site: Site) -> None:
    elder, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    await elder.open(f"{path}/cancel")
    assert "Nothing has been set aside for it yet." in elder.words
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open(path)
    await volunteer.send_and_follow(f"{path}/accept")
    assert await site.street.minutes(site.street.elder) == [(300, 120)]
    await elder.open(f"{path}/cancel")
    assert "Of what was set aside, 2 h come back at once." in elder.words
    assert "李明 is told at once" in elder.words
    await elder.send_and_follow(f"{path}/cancel", reason="女儿来了")
    assert "The visit is called off. Nothing is taken for it." in elder.words
    assert await site.street.minutes(site.street.elder) == [(300, 0)]
    answer = await elder.open(f"{path}/cancel")
    assert answer.status_code == 303


async def test_who_may_enter(site: Site) -> None:
    _, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    visitor = await site.visitor()
    for closed in ("/time-bank/ask", "/time-bank/requests", "/time-bank/passbook", path):
        answer = await visitor.open(closed)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={closed}")
    volunteer = await site.signed_in(site.street.volunteer)
    assert (await volunteer.open("/time-bank/ask")).status_code == 403
    neighbour = await site.signed_in(site.street.poor_elder)
    assert (await neighbour.open(path)).status_code == 403
    assert (await neighbour.open("/time-bank/requests")).status_code == 403
    assert (await neighbour.open(f"/time-bank/visits/{uuid4()}")).status_code == 404
    elsewhere = await open_street()
    stranger = await site.signed_in(elsewhere.coordinator)
    assert (await stranger.open(path)).status_code == 404
    await stranger.open("/time-bank")
    assert (await stranger.send(f"{path}/cancel")).status_code == 404
    coordinator = await site.signed_in(site.street.coordinator)
    assert (await coordinator.open(path)).status_code == 200
    assert "Call the visit off" in coordinator.words


async def test_a_form_without_its_seal_does_nothing(site: Site) -> None:
    elder, visit_id = await asked(site)
    answer = await elder.client.post(f"/time-bank/visits/{visit_id}/cancel", data={"reason": ""})
    assert answer.status_code == 403
    assert await timebank.left_to_ask(site.street.elder) == 180


async def test_a_request_that_nobody_took_ends_by_itself(site: Site) -> None:
    elder, visit_id = await asked(site)
    await site.move(visit_id, "starts_at", 30)
    await elder.open(f"/time-bank/visits/{visit_id}")
    assert "nobody could take this visit" in elder.words
    await timebank.expire_requests()
    await elder.open(f"/time-bank/visits/{visit_id}")
    for words in ("Nobody could come", "Nothing was taken from your hours.", "Choose another"):
        assert words in elder.words
    assert await site.street.minutes(site.street.elder) == [(300, 0)]


async def test_a_volunteer_is_told_that_the_hours_lack_and_so_is_the_desk(site: Site) -> None:
    elder, first = await asked(site)
    await elder.open("/time-bank/ask")
    day = (datetime.now(SHANGHAI) + timedelta(days=3)).date().isoformat()
    second = await elder.send_and_follow("/time-bank/ask", **wish(elder, day=day, minutes="180"))
    volunteer = await site.signed_in(site.street.volunteer)
    await volunteer.open(second)
    await volunteer.send_and_follow(f"{second}/accept")
    coordinator = site.street.coordinator
    origin = ledger.Origin(
        ledger.CommunityId(site.street.id),
        ledger.Event("test", first),
        coordinator.member_id,
    )
    await ledger.transfer(
        debit=await timebank.member_account(
            site.street.elder.member_id, community_id=site.street.id
        ),
        credit=await timebank.member_account(
            site.street.poor_elder.member_id, community_id=site.street.id
        ),
        amount=60,
        unit=ledger.MINUTE,
        origin=origin,
    )
    for _again in range(2):
        await volunteer.open("/time-bank/requests")
        where = await volunteer.send_and_follow(f"/time-bank/visits/{first}/accept")
        assert where == "/time-bank/requests"
        assert "Nothing was booked, and the desk has been told" in volunteer.words
    assert await site.street.minutes(site.street.elder) == [(240, 180)]
    told = await community.inbox(coordinator.member_id, community_id=site.street.id)
    assert [one.kind for one in told] == ["visit.uncovered"]


async def test_an_offer_is_answered(site: Site) -> None:
    elder, visit_id = await asked(site)
    path = f"/time-bank/visits/{visit_id}"
    volunteer = await site.signed_in(site.street.volunteer)
    await timebank.offer(visit_id, site.street.volunteer.member_id, by=site.street.coordinator)
    await elder.open(path)
    assert "We have asked somebody" in elder.words
    assert "李明 is asked and can answer until" in elder.words
    stranger = await site.signed_in(site.street.other_volunteer)
    assert (await stranger.open(path)).status_code == 403
    await stranger.open("/time-bank/requests")
    assert (await stranger.send(f"{path}/decline")).status_code == 403
    await volunteer.open("/time-bank")
    assert "Say yes or no" in volunteer.words
    await volunteer.open(path)
    await volunteer.send_and_follow(f"{path}/decline")
    assert "Others are asked" in volunteer.words
    await elder.open(path)
    for words in ("We are looking for somebody", "Open to all again", "A volunteer was asked"):
        assert words in elder.words
    await timebank.offer(visit_id, site.street.volunteer.member_id, by=site.street.coordinator)
    await volunteer.open(path)
    await volunteer.send_and_follow(f"{path}/accept")
    assert "The visit is yours" in volunteer.words


async def test_htmx_gets_only_the_part_that_changes(site: Site) -> None:
    elder, visit_id = await asked(site)
    part = await elder.client.get(f"/time-bank/visits/{visit_id}", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div class="visit" id="visit"')
    volunteer = await site.signed_in(site.street.volunteer)
    board = await volunteer.client.get("/time-bank/requests", headers={"HX-Request": "true"})
    assert "<html" not in board.text
    assert "I will come" in board.text


async def test_every_home_says_what_to_do_first(site: Site) -> None:
    for who, words in (
        (site.street.elder, "I need help"),
        (site.street.volunteer, "I can help"),
        (site.street.coordinator, "My visits"),
    ):
        member = await site.signed_in(who)
        await member.open("/time-bank")
        assert words in member.words
    visitor = await site.visitor()
    await visitor.open("/time-bank")
    assert "an hour is an hour" in visitor.words


async def test_an_odd_page_number_in_the_passbook_is_no_error(site: Site) -> None:
    elder = await site.signed_in(site.street.elder)
    for before in ("1", "0", "-1", "x", "9" * 30, "²"):
        assert (await elder.open(f"/time-bank/passbook?before={before}")).status_code == 200


async def test_an_unknown_book(site: Site) -> None:
    visitor = await site.visitor()
    assert (await visitor.open("/book/nowhere")).status_code == 404


async def test_balances_are_read_from_the_book(site: Site) -> None:
    home = await community.community(site.street.id)
    visitor = await site.visitor()
    await visitor.open(f"/book/{home.code}")
    assert "Saved by members" in visitor.words
    assert "2 accounts" in visitor.words
    await timebank.opening_grant(site.street.volunteer.member_id, 60, community_id=site.street.id)
    site.street.granted += 60
    await visitor.open(f"/book/{home.code}")
    assert "3 accounts" in visitor.words
    assert "What all have 7 h" in visitor.words
