"""The dashboard in a real browser: charts from JSON, each beside its table, and the reports."""

from collections.abc import AsyncIterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest_asyncio
from playwright.async_api import Page, expect

import community
import timebank
from app import forgery
from app.main import create_app
from community import Role
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.timebank.street import NOON, Street, street
from tests.walks import signed_in_token
from timebank import figures
from timebank.figures.months import after, first_of

__all__ = ["street"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    async with served(create_app()) as address:
        yield address


async def opened(site: str, street: Street, view: View, open_page: OpenPage) -> Page:
    """Look at the figures as a coordinator, after a month in which something happened."""
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95, at=NOON)
    page = await open_page(f"{site}/sign-in", view)
    token = await signed_in_token(await community.member(street.coordinator.member_id))
    await page.context.add_cookies(
        [{"name": forgery.session_cookie(), "value": token, "url": site}]  # type: ignore[list-item]  # as Playwright spells it
    )
    await page.goto(f"{site}/time-bank/figures")
    return page


async def test_charts_are_drawn_beside_their_tables(
    site: str, street: Street, open_page: OpenPage
) -> None:
    page = await opened(site, street, View(1280, "en"), open_page)
    await expect(page.locator('[data-chart="hours"] canvas')).to_be_visible()
    painted = await page.locator('[data-chart="hours"] canvas').evaluate(
        "(one) => one.getContext('2d').getImageData(0, 0, one.width, one.height).data"
        ".some((byte) => byte !== 0)"
    )
    assert painted
    await expect(page.get_by_role("table").first).to_contain_text("6 h")  # given to begin with
    await assert_sound(page)


async def test_without_scripts_the_tables_say_it_all(
    site: str, street: Street, open_page: OpenPage
) -> None:
    page = await opened(site, street, View(360, "zh", java_script=False), open_page)
    assert await page.locator("[data-chart]:visible").count() == 0
    await expect(page.get_by_role("table").first).to_contain_text("6 小时")


async def test_a_report_is_read_and_printed(site: str, street: Street, open_page: OpenPage) -> None:
    page = await opened(site, street, View(360, "zh", "large"), open_page)
    home = await community.community(street.id)
    month = after(first_of(home.created_at, SHANGHAI), -1)
    by = replace(street.coordinator, roles=frozenset({Role.COORDINATOR}))
    await figures.make_report(month, by=by)
    await page.goto(f"{site}/time-bank/reports/{month:%Y-%m}")
    await expect(page.locator("main")).to_contain_text("月报与账本一致")
    await assert_sound(page)
    await page.emulate_media(media="print")
    assert await page.locator("main .actions:visible").count() == 0
