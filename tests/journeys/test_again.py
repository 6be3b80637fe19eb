"""An elder asks by one tap: the same again as last time, from their home."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import expect

import timebank
from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_time_bank import Day, day, press, site
from tests.timebank.street import Street, street
from timebank.values import Request, State

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {"again": "照样再约一次", "asked": "已照上次的再提了一次"},
    "en": {"again": "Ask for the same again", "asked": "Asked for again"},
}  # fmt: skip


async def a_visit_of_last_week(here: Street) -> timebank.Visit:
    """Let companionship be asked for, given and confirmed a few days ago, for an hour."""
    asked = (datetime.now(UTC) - timedelta(days=4)).replace(minute=0, second=0, microsecond=0)
    began = asked + timedelta(hours=2)
    request = Request("companionship", began, 60, "梧桐里 12 号 302 室", "请按两次门铃")
    visit = await timebank.ask(request, by=here.elder, form_key=uuid4(), at=asked)
    await timebank.accept(visit.id, by=here.volunteer, at=asked)
    await timebank.check_in(visit.id, by=here.volunteer, code=visit.code, at=began)
    ended = began + timedelta(hours=1)
    await timebank.check_out(visit.id, by=here.volunteer, at=ended)
    return await timebank.confirm(visit.id, by=here.elder, minutes=60, at=ended)


@pytest.mark.parametrize("view", [View(360, "zh", "large"), View(1280, "en")], ids=str)
async def test_one_tap_asks_for_the_same_again(day: Day, view: View) -> None:
    words, last = WORDS[view.language], await a_visit_of_last_week(day.street)
    elder = await day.enter("陈桂芳", view)
    await assert_sound(elder)
    # What a trembling hand does: the same button twice before the answer is there.
    first = await elder.evaluate(
        """async (action) => {
             const form = document.querySelector(`form[action='${action}']`);
             return (await fetch(form.action, {method: 'POST', body: new FormData(form)})).url;
           }""",
        "/time-bank/again",
    )
    await press(elder.get_by_role("button", name=words["again"]))
    await expect(elder.locator("#notices")).to_contain_text(words["asked"])
    await assert_sound(elder)
    await expect(elder).to_have_url(first)
    (seen, _before) = await timebank.my_visits(day.street.elder)
    assert seen.visit.starts_at == last.starts_at + timedelta(weeks=1)
    assert (seen.visit.state, seen.visit.minutes_booked) == (State.OFFERED, 60)
    assert (seen.volunteer_name, seen.visit.wishes) == ("李明", last.wishes)
    assert await timebank.left_to_ask(day.street.elder) == 300 - 60 - 60
    await elder.goto(day.site)
    await expect(elder.get_by_role("button", name=words["again"])).to_have_count(0)
