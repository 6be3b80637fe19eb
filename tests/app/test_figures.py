"""Figures, reports and reminders over HTTP: who sees what, and what adds up."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import openpyxl  # type: ignore[import-untyped]  # it brings none
import pytest
from litestar import Litestar

import community
import timebank
from tests.app.walking import Walker, walker
from tests.timebank.street import NOON, Street, book_is_sound, open_street
from timebank import figures
from timebank.figures.months import after, first_of

MARCH = "/time-bank/reports/2026-03"


@pytest.fixture
async def street(database: object) -> AsyncIterator[Street]:  # noqa: ARG001 (must be migrated)
    opened = await open_street()
    yield opened
    await book_is_sound(opened)


@pytest.fixture
async def coordinator(app: Litestar, street: Street) -> AsyncIterator[Walker]:
    async with walker(app) as visitor:
        yield await visitor.sign_in(street.coordinator.member_id)


async def given(street: Street) -> None:
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95, at=NOON)


async def test_a_report_is_made_read_and_taken_away(street: Street, coordinator: Walker) -> None:
    await given(street)
    assert (await coordinator.open(MARCH)).status_code == httpx.codes.NOT_FOUND
    await coordinator.open("/time-bank/figures")
    await coordinator.open("/me/reminders")  # any page with a form
    await coordinator.send_and_follow(MARCH)
    assert "agrees with the book" in coordinator.words
    assert "Companionship 1 1 1 h 35 min" in coordinator.words
    answer = await coordinator.client.get(f"{MARCH}/excel")
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]
    assert ("Visits", "On its way", "Saved by members", 95, 1) in [row[:5] for row in rows]
    (together,) = [row for row in rows if row[0] == "All together"]
    assert together[1:4] == (0, 0, 0)
    told = (await coordinator.client.get("/api/time-bank/reports/2026-03")).json()
    assert told["agrees_with_the_book"]
    assert {one["minutes"] for one in told["flows"]} == {95}


async def test_a_month_that_is_not_over_has_no_report(street: Street, coordinator: Walker) -> None:
    home = await community.community(street.id)
    this = first_of(datetime.now(UTC), ZoneInfo(home.time_zone))
    await coordinator.open("/me/reminders")
    await coordinator.send_and_follow(f"/time-bank/reports/{this:%Y-%m}")
    assert "That month is not over yet" in coordinator.words
    await coordinator.open("/time-bank/reports")
    assert "No report yet" in coordinator.words
    last = after(this, -1)
    await coordinator.send_and_follow(f"/time-bank/reports/{last:%Y-%m}")
    assert (await figures.month_report(last, community_id=street.id)).balanced


@pytest.mark.parametrize("month", ["2026-13", "march", "2026-3", "9999-01", "2026-00"])
async def test_what_no_month_is(coordinator: Walker, month: str) -> None:
    answer = await coordinator.open(f"/time-bank/reports/{month}")
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_a_book_that_differs_is_said_aloud(
    street: Street, coordinator: Walker, owner: asyncpg.Connection
) -> None:
    await given(street)
    account = await timebank.member_account(street.elder.member_id, community_id=street.id)
    change = "UPDATE account SET credits_posted = credits_posted + $1 WHERE id = $2"
    await owner.execute(change, 7, account)
    await coordinator.open("/me/reminders")
    await coordinator.send_and_follow(MARCH)
    assert "differs from the book: tell the auditor" in coordinator.words
    assert "Saved by members: 7 min" in coordinator.words
    await owner.execute(change, -7, account)


async def test_the_dashboard_and_its_data_say_the_same(street: Street, coordinator: Walker) -> None:
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    await coordinator.open("/time-bank/figures")
    assert "No visits yet" in coordinator.words
    request = timebank.Request("meals", begins + timedelta(days=3), 60, "3 号")
    await timebank.ask(request, by=street.elder, form_key=street.id)
    await coordinator.open("/time-bank/figures")
    assert "Meals 0 0 0 min 1 1 0" in coordinator.words
    assert "陈桂芳" in coordinator.words
    told = (await coordinator.client.get("/api/time-bank/figures")).json()
    assert told["services"]["labels"] == ["Meals"]
    assert told["services"]["series"][2]["values"] == [1]
    assert told["not_taken_ahead"] == 1


async def test_figures_are_for_those_who_answer_for_them(app: Litestar, street: Street) -> None:
    for who in (street.elder, street.volunteer):
        async with walker(app) as visitor:
            member = await visitor.sign_in(who.member_id)
            for path in ("/time-bank/figures", "/time-bank/figures/unspent", MARCH):
                assert (await member.open(path)).status_code == httpx.codes.FORBIDDEN
            await member.open("/me/reminders")
            assert (await member.send(MARCH)).status_code == httpx.codes.FORBIDDEN
    async with walker(app) as visitor:
        assert (await visitor.open("/time-bank/figures")).status_code == httpx.codes.SEE_OTHER


async def test_reminders_are_declined_and_wished_again(app: Litestar, street: Street) -> None:
    async with walker(app) as visitor:
        elder = await visitor.sign_in(street.elder.member_id)
        await elder.open("/me/reminders")
        assert "5 h" in elder.words
        await elder.send_and_follow("/me/reminders", wanted="no")
        assert "You get no more such reminders" in elder.words
        assert not await figures.wants_prompts(street.elder.member_id)
        await elder.send_and_follow("/me/reminders", wanted="yes")
        assert await figures.wants_prompts(street.elder.member_id)
