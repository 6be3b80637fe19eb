"""Saved hours on their way to the family: one gift is accepted, one lapses and comes back."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

import community
from community import KinKind, Role
from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_time_bank import Day, day, press, site
from tests.timebank.street import street
from timebank import hours

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {
        "give": "赠予这些时间", "set": "已为陈小芳留出 1 小时", "accept": "接受赠予",
        "taken": "已接受", "plus": "+1 小时", "minus": "−1 小时",
        "from": "陈桂芳", "back": "对方没有答复，时间已退回给您", "gone": "没有及时答复，已退回",
        "told": "30 分",
    },
    "en": {
        "give": "Give these hours", "set": "1 h are set aside for 陈小芳",
        "accept": "Accept the gift", "taken": "Accepted", "plus": "+1 h", "minus": "−1 h",
        "from": "陈桂芳", "back": "Not answered: the hours came back to you",
        "gone": "Not answered in time: it went back", "told": "30 min",
    },
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def family(day: Day) -> Day:
    """Give the elder a daughter on record who is old enough to receive help herself."""
    daughter = await community.add_member(
        community_id=day.street.id, name="陈小芳", roles=[Role.ELDER]
    )
    await community.record_kinship(
        day.street.elder.member_id,
        daughter.id,
        KinKind.LINEAL,
        evidence="户口簿，看过原件",
        by=day.street.coordinator,
    )
    return day


async def give(day: Day, parent: Page, amount: tuple[str, str], view: View) -> None:
    """Offer the daughter so many hours and minutes."""
    await parent.goto(f"{day.site}/time-bank/give")
    await parent.locator("#field-person").get_by_text("陈小芳", exact=True).click()
    await parent.locator("[name=hours]").fill(amount[0])
    await parent.locator("[name=minutes]").fill(amount[1])
    await press(parent.get_by_role("button", name=WORDS[view.language]["give"]))


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_one_gift_is_accepted_and_one_comes_back(family: Day, view: View) -> None:
    day, words = family, WORDS[view.language]
    parent = await day.enter("陈桂芳", view)
    await give(day, parent, ("1", ""), view)
    await expect(parent.locator("#notices")).to_contain_text(words["set"])
    first = parent.url
    await assert_sound(parent)
    child = await day.enter("陈小芳", view)
    await child.goto(f"{day.site}/messages")
    await expect(child.locator("main")).to_contain_text(words["from"])
    await child.goto(first)
    await assert_sound(child)
    await press(child.get_by_role("button", name=words["accept"]))
    await expect(child.locator("#notices")).to_contain_text(words["taken"])
    for page, change in ((parent, "minus"), (child, "plus")):
        await page.goto(f"{day.site}/time-bank/passbook")
        await expect(page.locator("tbody tr").filter(has_text=words[change]).first).to_be_visible()
    await assert_sound(child)

    await give(day, parent, ("", "30"), view)
    second = parent.url
    assert await day.street.minutes(day.street.elder) == [(240, 30)]
    await day.owner.execute(
        "UPDATE gift SET offered_at = offered_at - interval '15 days',"
        " lapses_at = lapses_at - interval '15 days' WHERE community_id = $1 AND state = 'offered'",
        day.street.id,
    )
    assert await hours.lapse_gifts() >= 1
    for page, ended in ((parent, "back"), (child, "gone")):
        await page.goto(f"{day.site}/messages")
        await expect(page.locator("main")).to_contain_text(words["told"])
        await page.goto(second)
        await expect(page.locator("main")).to_contain_text(words[ended])
        await assert_sound(page)
    assert await child.get_by_role("button", name=words["accept"]).count() == 0
    assert await day.street.minutes(day.street.elder) == [(240, 0)]
