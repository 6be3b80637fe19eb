"""By telephone, with no browser on the elder's side: asked for, given, confirmed, in both books.

The elder only ever speaks with the desk: once to ask, once to hear the number for the door, once
when she is called back. In the other language the volunteer telephones as well: the operator checks
them in and out.
"""

import asyncpg
import pytest
from playwright.async_api import Page, expect

from app.phones import spoken
from community import Channel
from tests.journeys.browsing import View, assert_sound
from tests.journeys.test_phone_desk import Hand, with_phone
from tests.journeys.test_time_bank import Day, day, press, site
from tests.timebank.desk_street import open_desk
from tests.timebank.street import street

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {
        "yes": "对方说“对”", "read": "请读给对方听", "over": "通话结束", "come": "我来应约",
        "number": "读签到码", "in": "签到", "out": "签退", "took": "1 小时 35 分",
        "sure": "已确认", "minus": "−1 小时 35 分", "plus": "+1 小时 35 分",
        "hand": "经手人：周颖", "balances": "账是平的", "desk in": "替志愿者签到",
        "desk out": "替志愿者签退",
    },
    "en": {
        "yes": "They said yes", "read": "Read this out", "over": "The call is over",
        "come": "I will come", "number": "Read out the number for the door", "in": "Check in",
        "out": "Check out", "took": "1 h 35 min", "sure": "Confirmed", "minus": "−1 h 35 min",
        "plus": "+1 h 35 min", "hand": "By the hand of 周颖", "balances": "The book balances",
        "desk in": "Check in for the volunteer", "desk out": "Check out for the volunteer",
    },
}  # fmt: skip


async def call_of(hand: Hand, phone: str, words: dict[str, str]) -> None:
    """Answer a call: find who it is by the number, read back, hear a yes."""
    await hand.page.locator("#field-phone").fill(phone)
    await hand.go("Enter")
    await expect(hand.page.locator("main")).to_contain_text(spoken(f"+86{phone}"))
    await hand.go("Enter")
    await say_yes(hand, words)


async def say_yes(hand: Hand, words: dict[str, str]) -> None:
    """Make sure who it is in two ways, read the sentence out, and write the yes down."""
    await expect(hand.page.locator(".consent-words").first).to_be_visible()
    await hand.page.locator("input[name=checked]").nth(0).check()
    await hand.page.locator("input[name=checked]").nth(1).check()
    await press(hand.page.get_by_role("button", name=words["yes"]))


async def hang_up(hand: Hand, words: dict[str, str]) -> None:
    await hand.leap("x")
    await expect(hand.page.locator("#notices")).to_contain_text(words["over"])


async def asked_by_telephone(day: Day, hand: Hand, phone: str, words: dict[str, str]) -> None:
    """Take a request down by keyboard, from the number that calls to the end of the call."""
    await hand.page.goto(f"{day.site}/calls")
    await call_of(hand, phone, words)
    await hand.write("1")
    await hand.leap("s")
    await expect(hand.page.locator("#field-place")).to_be_focused()
    await hand.page.locator("#field-place").fill("梧桐里 12 号 302 室")
    await hand.page.locator("#field-minutes").select_option("120")
    await hand.go("Enter")
    await expect(hand.page.locator("#notices")).to_contain_text(words["read"])
    await assert_sound(hand.page)
    await hang_up(hand, words)


async def told_the_number(hand: Hand, phone: str, words: dict[str, str]) -> str:
    """Let her call again and hear the number for the door."""
    await call_of(hand, phone, words)
    await press(hand.page.get_by_role("button", name=words["number"]))
    code = await hand.page.locator(".digits").inner_text()
    await assert_sound(hand.page)
    await hand.leap("s")
    await hang_up(hand, words)
    return code


async def by_the_number(day: Day, volunteer: Page, code: str, words: dict[str, str]) -> None:
    """Check in with the number that she tells at the door, and out by one's own page."""
    await volunteer.reload()
    await volunteer.locator("#field-code").fill(code)
    await press(volunteer.get_by_role("button", name=words["in"], exact=True))
    await day.wait(93)
    await volunteer.reload()
    await press(volunteer.get_by_role("button", name=words["out"], exact=True))


async def by_the_desk(day: Day, hand: Hand, visit: str, words: dict[str, str]) -> None:
    """Let the operator check a volunteer in and out who telephones as well."""
    await hand.page.goto(visit)
    await press(hand.page.get_by_role("button", name=words["desk in"]))
    await day.wait(93)
    await hand.page.reload()
    await press(hand.page.get_by_role("button", name=words["desk out"]))


async def called_back(day: Day, hand: Hand, words: dict[str, str]) -> None:
    """Call her, and write down that it was right."""
    await hand.page.goto(f"{day.site}/calls")
    await hand.leap("c")
    await say_yes(hand, words)
    await expect(hand.page.locator("main")).to_contain_text(words["took"])
    await hand.leap("c")
    await expect(hand.page.locator("#notices")).to_contain_text(words["sure"])
    await hand.leap("x")


async def both_passbooks(day: Day, hand: Hand, volunteer: Page, words: dict[str, str]) -> None:
    """See hers as the desk shows and prints it, the volunteer's own, and that the book balances."""
    hers = f"{day.site}/members/{day.street.elder.member_id}/passbook"
    await hand.page.goto(hers)
    line = hand.page.locator("tbody tr").filter(has_text=words["hand"])
    await expect(line).to_contain_text(words["minus"])
    await assert_sound(hand.page)
    await hand.page.goto(f"{hers}/print")
    await expect(hand.page.locator("table")).to_contain_text(words["minus"])
    await volunteer.goto(f"{day.site}/time-bank/passbook")
    await expect(volunteer.locator("tbody tr").first).to_contain_text(words["plus"])
    await volunteer.goto(f"{day.site}/book")
    await expect(volunteer.locator("h1")).to_have_text(words["balances"])


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_a_visit_by_telephone_alone(day: Day, view: View, owner: asyncpg.Connection) -> None:
    words, here = WORDS[view.language], await open_desk(day.street)
    phone, elder = await with_phone(here, owner), day.street.elder.member_id
    hand = Hand(await day.enter("周颖", view))
    await asked_by_telephone(day, hand, phone, words)

    volunteer = await day.enter("李明", view)
    await volunteer.goto(f"{day.site}/time-bank/requests")
    await press(volunteer.get_by_text(words["come"]))
    await day.begin_now()
    if view.language == "zh":
        code = await told_the_number(hand, phone, words)
        await by_the_number(day, volunteer, code, words)
    else:
        await by_the_desk(day, hand, volunteer.url, words)

    await called_back(day, hand, words)
    await both_passbooks(day, hand, volunteer, words)
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [(205, 0), (95, 0)]
    was_here = "SELECT count(*) FROM web_session WHERE member_id = $1"
    assert await owner.fetchval(was_here, elder) == 0
    given = await owner.fetch("SELECT channel, witness_id FROM consent WHERE member_id = $1", elder)
    assert {tuple(one) for one in given} == {(Channel.PHONE.value, here.operator.member_id)}
