"""From "this is not right" to a coordinator's decision, in a real browser, on all screens."""

import os

import pytest
from playwright.async_api import Page, expect

from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_time_bank import Day, ask, day, press, site, to_the_end
from tests.timebank.street import street

__all__ = ["day", "site", "street"]

SCREENSHOTS = os.environ.get("LINLI_SCREENSHOTS")
REASON, WHY = "只待了半个小时，地没有拖完。", "两边都问过，楼下邻居也看见了。"
WORDS = {
    "zh": {
        "wrong": "这不对", "looks": "社区专员正在了解情况", "line": "有人说不对",
        "decide": "裁定算多少", "other": "另外填一个数", "end": "作出决定", "half": "30 分",
        "decided": "专员已作决定", "paid": "您自己的时间",
    },
    "en": {
        "wrong": "This is not right", "looks": "A coordinator looks into it",
        "line": "somebody says this is not right", "decide": "Decide what counts",
        "other": "Another figure", "end": "Decide", "half": "30 min",
        "decided": "Decided by a coordinator", "paid": "your own hours",
    },
}  # fmt: skip


async def look(page: Page, view: View, name: str) -> None:
    """Look at a page as every page is looked at; keep a picture where one is asked for."""
    await assert_sound(page)
    if SCREENSHOTS:
        shot = f"{SCREENSHOTS}/dispute-{name}-{view}.png"
        await page.screenshot(path=shot, full_page=True)


@pytest.mark.parametrize(
    "view",
    [View(360, "zh"), View(1280, "zh"), View(360, "en", "large"), View(1280, "en")],
    ids=str,
)
async def test_from_not_right_to_a_decision(day: Day, view: View) -> None:
    words = WORDS[view.language]
    elder = await day.enter("陈桂芳", view)
    await ask(elder, view)
    visit = elder.url
    volunteer = await day.enter("李明", view)
    await to_the_end(day, elder, volunteer, view)

    await elder.goto(visit)
    await look(elder, view, "finished")
    await press(elder.get_by_role("link", name=words["wrong"]))
    await elder.locator("#field-reason").fill(REASON)
    await look(elder, view, "not-right")
    await press(elder.get_by_role("button", name=words["wrong"]))
    await expect(elder.locator("main")).to_contain_text(words["looks"])
    assert await day.street.minutes(day.street.elder) == [(300, 120)], "all stays set aside"

    desk = await day.enter("沈洁", view)
    await expect(desk.locator("main")).to_contain_text(words["line"])
    await desk.goto(visit)
    await look(desk, view, "at-the-desk")
    await press(desk.get_by_role("link", name=words["decide"]))
    await expect(desk.locator("main")).to_contain_text(REASON)
    await desk.locator("#field-how").get_by_text(words["other"], exact=True).click()
    await desk.locator("#field-minutes").fill("30")
    await desk.locator("#field-reason").fill(WHY)
    await look(desk, view, "decision")
    await press(desk.get_by_role("button", name=words["end"], exact=True))
    await expect(desk.locator("#notices")).to_contain_text(words["half"])

    for side in (elder, volunteer):
        await side.goto(visit)
        await side.locator("details.history").last.evaluate("one => { one.open = true }")
        await expect(side.locator("main")).to_contain_text(WHY)
        await expect(side.locator("h2").first).to_have_text(words["decided"])
    await expect(elder.locator("main")).to_contain_text(words["paid"])
    await look(elder, view, "decided")
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [
        (270, 0), (30, 0)
    ]  # fmt: skip
