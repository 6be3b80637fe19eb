"""A daughter acts for her mother: she asks, somebody comes, she confirms, and all of it says so."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

import community
from community import Role
from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_time_bank import WORDS as PLAIN
from tests.journeys.test_time_bank import Day, day, press, site
from tests.timebank.desk_street import open_desk
from tests.timebank.street import street

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {
        "ask": "替 陈桂芳 提需求", "yes": "对，我确认", "hand": "经手人：陈晓",
        "for": "陈晓 替 陈桂芳", "again": "照样再约一次", "asked": "已照上次的再提了一次",
        "trail": "代 陈桂芳 办理",
    },
    "en": {
        "ask": "Ask for help for 陈桂芳", "yes": "Yes, that is right",
        "hand": "By the hand of 陈晓", "for": "陈晓 for 陈桂芳", "again": "Ask for the same again",
        "asked": "Asked for again", "trail": "On behalf of 陈桂芳",
    },
}  # fmt: skip


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_a_daughter_asks_and_confirms_for_her_mother(day: Day, view: View) -> None:
    plain, words, here = PLAIN[view.language], WORDS[view.language], await open_desk(day.street)
    await here.delegated(datetime.now(UTC))
    mother = day.street.elder.member_id
    daughter = await day.enter("陈晓", view)
    await press(daughter.get_by_role("link", name=words["ask"]).first)
    await assert_sound(daughter)
    await daughter.get_by_text(plain["companionship"], exact=True).click()
    await daughter.locator("#field-day").select_option(label=plain["tomorrow"])
    await daughter.locator("#field-time").select_option(label=plain["ten"])
    await daughter.locator("#field-minutes").get_by_text(plain["two hours"], exact=True).click()
    await daughter.locator("#field-place").fill("梧桐里 12 号 302 室")
    await press(daughter.get_by_role("button", name=plain["send"]))
    visit = daughter.url
    assert f"/for/{mother}/visits/" in visit

    volunteer = await day.enter("李明", view)
    await volunteer.goto(f"{day.site}/time-bank/requests")
    await press(volunteer.get_by_text(plain["come"]))
    await day.begin_now()
    await daughter.goto(visit)
    code = await daughter.locator(".digits").inner_text()
    await assert_sound(daughter)
    await volunteer.reload()
    await volunteer.locator("#field-code").fill(code)
    await press(volunteer.get_by_role("button", name=plain["in"], exact=True))
    await day.wait(93)
    await volunteer.reload()
    await press(volunteer.get_by_role("button", name=plain["out"], exact=True))

    await daughter.goto(day.site)
    await press(daughter.locator(".card-persimmon .button-primary"))
    await press(daughter.get_by_role("button", name=words["yes"]))
    await daughter.locator("details.history").last.evaluate("one => { one.open = true }")
    await expect(daughter.locator(".history-list").last).to_contain_text(words["for"])
    await daughter.goto(f"{day.site}/for/{mother}/passbook")
    line = daughter.locator("tbody tr").filter(has_text=words["hand"])
    await expect(line).to_contain_text(plain["minus"])
    await assert_sound(daughter)
    await volunteer.goto(f"{day.site}/time-bank/passbook")
    await expect(volunteer.locator("tbody tr").first).to_contain_text(plain["plus"])
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [(205, 0), (95, 0)]

    # The same again for her, with one tap.
    await daughter.goto(f"{day.site}/for/{mother}")
    await assert_sound(daughter)
    await press(daughter.get_by_role("button", name=words["again"]))
    await expect(daughter.locator("#notices")).to_contain_text(words["asked"])

    watcher = await day.enter((await auditor(day)).name, view)
    await watcher.goto(f"{day.site}/audit?who={here.daughter.member_id}")
    lines = watcher.locator(".trail-line").filter(has_text=words["trail"])
    await expect(lines).to_have_count(3)
    await assert_sound(watcher)
    assert await acts_for(day, mother, here.daughter.member_id) == [
        "visit.ask", "visit.confirm", "visit.ask"
    ]  # fmt: skip


async def auditor(day: Day) -> community.Member:
    """Let somebody watch over the street."""
    return await community.add_member(
        community_id=day.street.id, name="唐雅琴", roles=[Role.AUDITOR]
    )


async def acts_for(day: Day, mother: object, daughter: object) -> list[str]:
    """Return which acts the trail has of the daughter for her mother."""
    rows = await day.owner.fetch(
        "SELECT act FROM audit_event WHERE actor = $1 AND on_behalf_of = $2 ORDER BY seq",
        daughter,
        mother,
    )
    return [row["act"] for row in rows]
