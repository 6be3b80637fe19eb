"""The time bank in a real browser: the true journey, wrong turns, and each state of a visit.

Time passes by moving a visit's moments back in the database; everything else is done by hand.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

import community
import timebank
from app.main import create_app
from app.settings import settings
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.timebank.street import Street, street

__all__ = ["street"]

WORDS = {
    "zh": {
        "help": "我要帮忙", "companionship": "陪伴", "tomorrow": "明天", "ten": "上午 10 点",
        "two hours": "2 小时", "send": "提交需求", "come": "我来应约", "in": "签到", "out": "签退",
        "took": "1 小时 35 分", "yes": "对，我确认", "back": "25 分 退还给您",
        "minus": "−1 小时 35 分", "plus": "+1 小时 35 分", "balances": "账是平的",
        "together": "合计", "zero": "0 分",
        "needs": "这次需要 2 小时，您可用 1 小时", "sent": "您已经提过这个需求",
    },
    "en": {
        "help": "I need help", "companionship": "Companionship", "tomorrow": "tomorrow",
        "ten": "10 am", "two hours": "2 h", "send": "Ask for this visit", "come": "I will come",
        "in": "Check in", "out": "Check out", "took": "1 h 35 min", "yes": "Yes, that is right",
        "back": "25 min came back to you", "minus": "−1 h 35 min", "plus": "+1 h 35 min",
        "balances": "The book balances", "together": "Together", "zero": "0 min",
        "needs": "This needs 2 h, and you have 1 h to use", "sent": "You had asked for this before",
    },
}  # fmt: skip

PHONE, DESK = View(360, "zh"), View(1280, "en")
PLAIN = View(360, "zh", java_script=False)
EYES = [PHONE, View(360, "en", "large"), View(1280, "zh", "large", "dark"), DESK]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        settings.cache_clear()
        async with served(create_app()) as address:
            yield address
    settings.cache_clear()


@dataclass
class Day:
    """One day in the street, as seen in a browser."""

    site: str
    street: Street
    owner: asyncpg.Connection
    open_page: OpenPage

    async def enter(self, name: str, view: View) -> Page:
        """Sign in as somebody of the street."""
        home = await community.community(self.street.id)
        page = await self.open_page(f"{self.site}/sign-in?community={home.code}", view)
        await press(page.get_by_role("button", name=name, exact=True))
        await expect(page.locator("h1")).to_contain_text(name)
        return page

    async def begin_now(self) -> None:
        """Let the hour of every visit in the street come."""
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        now -= timedelta(minutes=now.minute % 15)
        await self.owner.execute(
            "UPDATE visit SET starts_at = $1 WHERE community_id = $2", now, self.street.id
        )

    async def wait(self, minutes: int) -> None:
        """Let so many minutes pass since the check-in."""
        await self.owner.execute(
            "UPDATE visit SET checked_in_at = checked_in_at - make_interval(mins => $1)"
            " WHERE community_id = $2",
            minutes,
            self.street.id,
        )


@pytest_asyncio.fixture(loop_scope="session")
async def day(site: str, street: Street, owner: asyncpg.Connection, open_page: OpenPage) -> Day:
    return Day(site, street, owner, open_page)


async def press(what: Locator) -> None:
    """Press what leads to another page, and wait until that is there."""
    async with what.page.expect_navigation():
        await what.click()


async def ask(page: Page, view: View, minutes: str = "two hours") -> None:
    """Ask for companionship, tomorrow at ten."""
    words = WORDS[view.language]
    await press(page.locator("main").get_by_role("link", name=words["help"]).first)
    await page.get_by_text(words["companionship"], exact=True).click()
    await page.locator("#field-day").select_option(label=words["tomorrow"])
    await page.locator("#field-time").select_option(label=words["ten"])
    await page.locator("#field-minutes").get_by_text(words[minutes], exact=True).click()
    await page.locator("#field-place").fill("梧桐里 12 号 302 室")
    await press(page.get_by_role("button", name=words["send"]))


async def to_the_end(day: Day, elder: Page, volunteer: Page, view: View) -> None:
    """Accept, come, check in with the number, stay, and check out."""
    words = WORDS[view.language]
    await volunteer.goto(f"{day.site}/time-bank/requests")
    await press(volunteer.get_by_text(words["come"]))
    await day.begin_now()
    await elder.goto(f"{day.site}/time-bank")
    code = await elder.locator(".digits").inner_text()
    assert re.fullmatch(r"\d{4}", code)
    await volunteer.reload()
    await volunteer.locator("#field-code").fill(code)
    await press(volunteer.get_by_role("button", name=words["in"], exact=True))
    await day.wait(93)
    await volunteer.reload()
    await expect(volunteer.locator(".figure")).to_have_text(words["took"])
    await press(volunteer.get_by_role("button", name=words["out"], exact=True))
    await expect(volunteer.locator("#notices")).to_contain_text(words["took"])


@pytest.mark.parametrize("view", [PHONE, DESK, PLAIN, View(360, "en", "large")], ids=str)
async def test_the_true_journey(day: Day, view: View) -> None:
    words = WORDS[view.language]
    elder = await day.enter("陈桂芳", view)
    await ask(elder, view)
    await expect(elder.locator("#notices")).to_contain_text(words["two hours"])
    volunteer = await day.enter("李明", view)
    await to_the_end(day, elder, volunteer, view)

    await elder.goto(f"{day.site}/time-bank")
    await press(elder.locator(".card-persimmon .button-primary"))
    await expect(elder.locator(".figure")).to_have_text(words["took"])
    await press(elder.get_by_role("button", name=words["yes"]))
    await expect(elder.locator("#notices")).to_contain_text(words["back"])

    for page, change in ((elder, "minus"), (volunteer, "plus")):
        await page.goto(f"{day.site}/time-bank/passbook")
        await expect(page.locator("tbody tr").first).to_contain_text(words[change])
    await elder.goto(f"{day.site}/book")
    await expect(elder.locator("h1")).to_have_text(words["balances"])
    last = elder.locator("table").first.locator("tr").last
    await expect(last).to_contain_text(words["together"])
    await expect(last.locator("td").last).to_have_text(words["zero"])
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [(205, 0), (95, 0)]


@pytest.mark.parametrize("view", [PHONE, DESK, PLAIN], ids=str)
async def test_asking_for_more_than_saved(day: Day, view: View) -> None:
    words = WORDS[view.language]
    elder = await day.enter("吴德明", view)
    await ask(elder, view)
    await expect(elder.locator("#field-minutes-error")).to_contain_text(words["needs"])
    await expect(elder.locator("#field-place")).to_have_value("梧桐里 12 号 302 室")
    await expect(elder.locator("[name=minutes]:focus")).to_have_count(1)
    assert await day.street.minutes(day.street.poor_elder) == [(60, 0)]


@pytest.mark.parametrize("view", [PHONE, PLAIN], ids=str)
async def test_going_back_and_sending_again(day: Day, view: View) -> None:
    words = WORDS[view.language]
    elder = await day.enter("陈桂芳", view)
    await ask(elder, view)
    first = elder.url
    assert "/time-bank/visits/" in first
    await elder.go_back()
    await press(elder.get_by_role("button", name=words["send"]))
    await expect(elder).to_have_url(first)
    await expect(elder.locator("#notices")).to_contain_text(words["sent"])
    assert await timebank.left_to_ask(day.street.elder) == 180


async def test_an_impatient_hand_presses_twice(day: Day) -> None:
    elder = await day.enter("陈桂芳", DESK)
    await ask(elder, DESK)
    await elder.go_back()
    # What a double click does where nothing stops it: two requests from one form.
    answers = await elder.evaluate(
        """async () => {
             const form = document.querySelector('main form');
             const send = () => fetch(form.action, {method: 'POST', body: new FormData(form)});
             return (await Promise.all([send(), send(), send()])).map((answer) => answer.url);
           }"""
    )
    assert len(set(answers)) == 1
    assert await timebank.left_to_ask(day.street.elder) == 180


async def test_the_volunteer_is_never_offered_to_confirm(day: Day) -> None:
    elder = await day.enter("陈桂芳", DESK)
    await ask(elder, DESK)
    volunteer = await day.enter("李明", DESK)
    await to_the_end(day, elder, volunteer, DESK)
    assert await volunteer.get_by_role("button", name=WORDS["en"]["yes"]).count() == 0
    token = await volunteer.locator("input[name=_csrf_token]").first.input_value()
    answer = await volunteer.request.post(
        f"{volunteer.url}/confirm", form={"minutes": "95", "_csrf_token": token}
    )
    assert answer.status == 403
    assert await day.street.minutes(day.street.volunteer) == [(0, 0)]


async def test_an_elder_who_waits_sees_the_name_without_reloading(day: Day) -> None:
    elder = await day.enter("陈桂芳", DESK)
    await ask(elder, DESK)
    await elder.clock.install()
    await elder.reload()
    volunteer = await day.enter("李明", DESK)
    await volunteer.goto(f"{day.site}/time-bank/requests")
    await press(volunteer.get_by_text(WORDS["en"]["come"]))
    await expect(volunteer.locator("#notices")).to_contain_text("yours")
    await elder.clock.run_for(21_000)
    await expect(elder.locator("#visit .person-name")).to_have_text("李明")
    await expect(elder.locator("#visit .digits")).to_be_visible()
    assert await elder.locator("main").count() == 1


@pytest.mark.parametrize("view", EYES, ids=str)
async def test_what_the_sweep_does_not_reach_is_sound(day: Day, view: View) -> None:
    """A visit in its other states, to both sides; a passbook that was used; a refused form."""
    elder = await day.enter("陈桂芳", view)
    await ask(elder, view)
    visit = elder.url
    await assert_sound(elder)
    volunteer = await day.enter("李明", view)
    await to_the_end(day, elder, volunteer, view)
    await assert_sound(volunteer)
    await elder.goto(visit)
    await assert_sound(elder)
    await press(elder.get_by_role("button", name=WORDS[view.language]["yes"]))
    await elder.goto(f"{day.site}/time-bank/passbook")
    await assert_sound(elder)
    await elder.goto(f"{day.site}/time-bank/ask")
    await elder.locator("#field-place").fill("")
    await elder.evaluate("document.querySelector('main form').noValidate = true")
    await press(elder.get_by_role("button", name=WORDS[view.language]["send"]))
    await expect(elder.locator(".error-summary")).to_be_visible()
    await assert_sound(elder)
