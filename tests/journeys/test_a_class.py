"""A class of twenty in a real browser: begun, filled, one who waits, held, and its hours saved.

The first and the last on the list act by hand, the others by the same verbs; time passes by moving
the session's moment back in the database.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

import community
from app.main import create_app
from app.settings import settings
from community import Actor
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.journeys.test_time_bank import press
from tests.timebank.classes import neighbours, posted
from tests.timebank.street import Street, street
from timebank import group_sessions
from timebank.group_sessions import GroupSession, SessionState

__all__ = ["street"]

WORDS = {
    "zh": {
        "begin": "开这门课", "begun": "课已排进课表", "kind": "数字助老", "hour": "1 小时",
        "ten": "上午 10 点", "sign up": "报名", "placed": "报上名了", "wait": "候补",
        "number": "您排在候补第 1 位", "list": "名单和签到码", "here": "我到了",
        "welcome": "您的到场已登记", "keep": "保存名单", "came": "到场 20 人",
        "over": "课上完了", "written": "会请到场的人确认", "yes": "是的，上了",
        "one": "再有人确认", "saved": "已确认，存入 1 小时", "plus": "+1 小时",
    },
    "en": {
        "begin": "Begin this class", "begun": "The class stands in the timetable",
        "kind": "Phone and internet help", "hour": "1 h", "ten": "10 am", "sign up": "Sign up",
        "placed": "You have a place. See you there!", "wait": "Wait for a place",
        "number": "You are number 1 on the waiting list", "list": "List and number for the room",
        "here": "I am here", "welcome": "It is written down that you are here",
        "keep": "Keep the list", "came": "20 people came", "over": "It took place",
        "written": "Those who came are asked to confirm it", "yes": "Yes, it took place",
        "one": "Once somebody else says so", "saved": "Confirmed. 1 h are saved", "plus": "+1 h",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        settings.cache_clear()
        async with served(create_app()) as address:
            yield address
    settings.cache_clear()


@dataclass
class School:
    """A street as seen in a browser, its class, and the words of one language."""

    site: str
    street: Street
    open_page: OpenPage
    view: View

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.view.language]

    async def enter(self, who: Actor) -> Page:
        """Sign in as somebody of the street."""
        home = await community.community(self.street.id)
        name = (await community.member(who.member_id)).name
        page = await self.open_page(f"{self.site}/sign-in?community={home.code}", self.view)
        button = page.get_by_role("button", name=name, exact=True)
        if not await button.count():
            await page.goto(f"{self.site}/sign-in?community={home.code}&name={name}")
        await press(button.first)
        return page

    async def go(self, page: Page, path: str) -> None:
        await page.goto(self.site + path)

    async def session(self) -> GroupSession:
        (first,) = await group_sessions.timetable(self.street.id, by=self.street.coordinator)
        return first.session


async def begin(school: School, desk: Page) -> None:
    """Fill in the form that begins a class, once and for all on one day."""
    words, day = school.words, (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    await school.go(desk, "/classes/new")
    await assert_sound(desk)
    await desk.locator("#field-title").fill("智能手机课堂")
    await desk.get_by_text(words["kind"], exact=True).click()
    await desk.locator("#field-leader").fill("李明")
    await desk.locator("#field-day").fill(day)
    await desk.locator("#field-until").fill(day)
    await desk.locator("#field-time").select_option(label=words["ten"])
    await desk.locator("#field-minutes").get_by_text(words["hour"], exact=True).click()
    await desk.locator("#field-capacity").fill("20")
    await desk.locator("#field-place").fill("社区活动室二楼")
    await press(desk.get_by_role("button", name=words["begin"]))
    await expect(desk.locator("#notices")).to_contain_text(words["begun"])


async def confirm(school: School, page: Page, path: str, said: str) -> None:
    await school.go(page, path)
    await press(page.get_by_role("button", name=school.words["yes"]))
    await expect(page.locator("#notices")).to_contain_text(school.words[said])


@pytest_asyncio.fixture(loop_scope="session", params=[View(360, "zh"), View(1280, "en")], ids=str)
async def school(
    site: str, street: Street, open_page: OpenPage, request: pytest.FixtureRequest
) -> School:
    return School(site, street, open_page, request.param)


async def test_a_class_of_twenty(school: School, owner: asyncpg.Connection) -> None:
    street, words = school.street, school.words
    people = await neighbours(street, 20)
    await begin(school, await school.enter(street.coordinator))
    session = await school.session()
    path = f"/classes/sessions/{session.id}"

    first = await school.enter(street.elder)
    await school.go(first, path)
    await assert_sound(first)
    await press(first.get_by_role("button", name=words["sign up"]))
    await expect(first.locator("#notices")).to_contain_text(words["placed"])
    for one in people[:19]:
        await group_sessions.sign_up(session.id, by=one)
    last = await school.enter(street.poor_elder)
    await school.go(last, path)
    await press(last.get_by_role("button", name=words["wait"]))
    await expect(last.locator("main")).to_contain_text(words["number"])
    await assert_sound(last)

    now = datetime.now(UTC).replace(second=0, microsecond=0)
    begun = now - timedelta(minutes=now.minute % 15)
    await owner.execute("UPDATE group_session SET starts_at = $1 WHERE id = $2", begun, session.id)
    leader = await school.enter(street.volunteer)
    await school.go(leader, path)
    await press(leader.get_by_role("link", name=words["list"]))
    code = (await leader.locator(".digits").inner_text()).strip()
    await assert_sound(leader)
    await school.go(first, f"{path}/here?code={code}")
    await press(first.get_by_role("button", name=words["here"]))
    await expect(first.locator("#notices")).to_contain_text(words["welcome"])
    await school.go(leader, f"{path}/list")
    boxes = leader.locator("input[name=came]")
    await expect(boxes).to_have_count(21)
    for number in range(1, 20):
        await boxes.nth(number).check()
    await press(leader.get_by_role("button", name=words["keep"]))
    await expect(leader.locator("#notices")).to_contain_text(words["came"])
    await press(leader.get_by_role("button", name=words["over"]))
    await expect(leader.locator("#notices")).to_contain_text(words["written"])

    await confirm(school, first, path, "one")
    second = await school.enter(street.coordinator)
    await confirm(school, second, path, "saved")
    seen = await group_sessions.session_page(session.id, community_id=street.id)
    assert (seen.session.state, seen.session.attended) == (SessionState.CONFIRMED, 20)
    assert await posted(street.volunteer, street.elder) == [60, 300]
    street.granted += 60
    await school.go(leader, "/time-bank/passbook")
    await expect(leader.locator("main")).to_contain_text(words["plus"])
