"""A volunteer just under the cap gives a visit: what is above helps others, with thanks."""

import pytest
from playwright.async_api import expect

from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_time_bank import WORDS as PLAIN
from tests.journeys.test_time_bank import Day, ask, day, press, site, to_the_end
from tests.timebank.street import street
from tests.timebank.test_policy import adopt

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {
        "plus": "+1 小时 35 分", "above": "−1 小时 5 分",
        "donated": "超出上限：已捐入公益时间池，没有丢失",
        "adds": "与账本相符", "saved": "2 小时", "thanks": "谢谢", "over": "1 小时 5 分",
    },
    "en": {
        "plus": "+1 h 35 min", "above": "−1 h 5 min",
        "donated": "Above the limit: donated, not lost", "adds": "reconcile with the book",
        "saved": "2 h", "thanks": "Thank you", "over": "1 h 5 min",
    },
}  # fmt: skip


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_what_is_above_the_cap_helps_others(day: Day, view: View) -> None:
    words = WORDS[view.language]
    await adopt(day.street.id, -2, cap_minutes=120)
    await day.street.grant(day.street.volunteer, 90)
    elder = await day.enter("陈桂芳", view)
    await ask(elder, view)
    visit = elder.url
    volunteer = await day.enter("李明", view)
    await to_the_end(day, elder, volunteer, view)
    await elder.goto(visit)
    await press(elder.get_by_role("button", name=PLAIN[view.language]["yes"]))

    await volunteer.goto(f"{day.site}/messages")
    await expect(volunteer.locator("main")).to_contain_text(words["over"])
    await expect(volunteer.locator("main")).to_contain_text(words["thanks"])
    await volunteer.goto(f"{day.site}/time-bank/passbook")
    lines = volunteer.locator("tbody tr")
    above = lines.filter(has_text=words["donated"])
    await expect(above).to_contain_text(words["above"])
    await expect(above).to_contain_text(words["saved"])
    await expect(lines.filter(has_text=words["plus"]).first).to_be_visible()
    await expect(volunteer.locator("main")).to_contain_text(words["adds"])
    await assert_sound(volunteer)
    await volunteer.goto(f"{day.site}/time-bank/giving")
    await expect(volunteer.locator("tbody tr")).to_contain_text(words["over"])
    await assert_sound(volunteer)
    await volunteer.goto(f"{day.site}/time-bank/fund")
    await expect(volunteer.locator("main")).to_contain_text(words["over"])
    await assert_sound(volunteer)
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [(205, 0), (120, 0)]
