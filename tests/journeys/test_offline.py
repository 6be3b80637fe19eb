"""Without a network, in a real browser: check-in and check-out are kept, and sent once, with words.

And what belongs to a telephone: the site as an app, the QR at the door, and pages read aloud.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, expect

import community
import timebank
from app.doorstep import picture, visit_address
from app.forgery import session_cookie
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.test_time_bank import Day, day, press, site
from tests.timebank.street import street
from timebank import Request, State, Visit

__all__ = ["day", "site", "street"]

WORDS = {
    "zh": {
        "away": "现在没有网络", "in": "签到", "out": "签退", "kept": "已经存在这台设备上",
        "sent": "已经发出", "wrong": "还没有算数", "throw": "丢掉这一条", "leave": "退出",
    },
    "en": {
        "away": "There is no network just now", "in": "Check in", "out": "Check out",
        "kept": "Kept on this device", "sent": "Sent.", "wrong": "It does not count yet",
        "throw": "Throw this away", "leave": "Sign out",
    },
}  # fmt: skip
PHONE = View(360, "zh", worker=True)
ENGLISH = View(360, "en", "large", worker=True)

_LISTEN = """
(() => {
  window.spoken = [];
  class Piece extends EventTarget { constructor(text) { super(); this.text = text; } }
  window.SpeechSynthesisUtterance = Piece;
  Object.defineProperty(window, 'speechSynthesis', {value: {
    getVoices: () => [], cancel: () => {},
    speak: (piece) => { window.spoken.push([piece.lang, piece.text]);
                        setTimeout(() => piece.onend(), 0); },
  }});
})()
"""


_CACHED = """
async () => {
  const caught = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const kept = await Promise.all(caught.map((cache) => cache.keys()));
  return kept.flat().map((one) => new URL(one.url).pathname);
}
"""


async def booked_now(day: Day) -> Visit:
    """Book a visit, let its hour come, and return it as its elder sees it."""
    tomorrow = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0)
    wish = Request("companionship", tomorrow + timedelta(days=1), 60, "梧桐里 12 号 302 室", "")
    asked = await timebank.ask(wish, by=day.street.elder, form_key=uuid4())
    await timebank.accept(asked.id, by=day.street.volunteer)
    await day.begin_now()
    return await seen(day, asked.id)


async def seen(day: Day, visit_id: UUID) -> Visit:
    return (await timebank.visit_page(visit_id, day.street.elder))[0].visit


async def comes(day: Day, view: View) -> Page:
    """Sign the volunteer in on a telephone, until it knows what it needs without a network."""
    page = await day.enter("李明", view)
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await page.wait_for_function("() => linliKept.day().then((day) => day?.visits.length === 1)")
    return page


async def steps(day: Day, visit: Visit) -> list[str]:
    rows = await day.owner.fetch(
        "SELECT state FROM visit_history WHERE visit_id = $1 ORDER BY seq", visit.id
    )
    return [row["state"] for row in rows]


@pytest.mark.parametrize("view", [PHONE, ENGLISH], ids=str)
async def test_in_and_out_without_a_network(day: Day, view: View) -> None:
    words, visit = WORDS[view.language], await booked_now(day)
    path = f"{day.site}/time-bank/visits/{visit.id}"
    page = await comes(day, view)
    await page.goto(path)
    await page.context.set_offline(offline=True)
    # The page that was open before, and its own form.
    await page.locator("#field-code").fill(visit.code)
    await press(page.get_by_role("button", name=words["in"], exact=True))
    await expect(page.locator("#kept-away")).to_contain_text(words["away"])
    await expect(page.locator("#kept-visits .notice-wait")).to_contain_text(words["kept"])
    assert page.url == f"{day.site}/offline"
    await assert_sound(page)
    # Any page without a network is this one: here one that was never opened before.
    await page.goto(f"{day.site}/time-bank/passbook")
    await page.get_by_role("button", name=words["out"], exact=True).click()
    await expect(page.locator("#kept-visits .notice-wait")).to_have_count(2)
    assert await steps(day, visit) == ["requested", "booked"]

    await page.context.set_offline(offline=False)
    await expect(page.locator("#kept .notice-done")).to_have_count(2)
    await expect(page.locator("#kept")).to_contain_text(words["sent"])
    await expect(page.locator("#kept-visits .notice-wait")).to_have_count(0)
    await page.goto(path)
    await expect(page.locator("#kept")).to_be_empty()
    assert await steps(day, visit) == ["requested", "booked", "under_way", "finished"]
    closed = await timebank.confirm(visit.id, by=day.street.elder, minutes=5)
    assert closed.state is State.CONFIRMED
    assert await day.street.minutes(day.street.elder, day.street.volunteer) == [(295, 0), (5, 0)]


async def test_a_wrong_number_is_told_and_mended_and_signing_out_leaves_nothing(day: Day) -> None:
    words, visit = WORDS["en"], await booked_now(day)
    page = await comes(day, ENGLISH)
    await page.context.set_offline(offline=True)
    wrong = "0000" if visit.code != "0000" else "1111"
    # The pattern at the door brings the number along, also without a network.
    await page.goto(f"{day.site}/time-bank/visits/{visit.id}?code={wrong}")
    await expect(page.locator("[name=code]")).to_have_value(wrong)
    await page.get_by_role("button", name=words["in"], exact=True).click()
    await page.context.set_offline(offline=False)
    await expect(page.locator("#kept-visits .notice-wrong")).to_contain_text("not the number")
    await expect(page.locator("#kept-visits .notice-wrong")).to_contain_text(words["wrong"])
    await page.goto(f"{day.site}/nowhere")  # such a page says nothing of who is there
    await expect(page.locator("#kept")).to_contain_text("not the number")
    await page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    await expect(page.locator("#kept")).to_contain_text("Sign out once more")
    await page.goto(f"{day.site}/")
    await expect(page.locator("#kept")).to_contain_text("not the number")
    await press(page.locator("#kept").get_by_role("link"))
    await assert_sound(page)
    await page.locator("[name=code]").fill(visit.code)
    await page.get_by_role("button", name=words["in"], exact=True).click()
    await expect(page.locator("#kept .notice-done")).to_contain_text(words["sent"])
    assert (await seen(day, visit.id)).state is State.UNDER_WAY

    await page.context.set_offline(offline=True)
    await page.get_by_role("button", name=words["out"], exact=True).click()
    await expect(page.locator("#kept-visits")).to_contain_text(words["kept"])
    await page.context.clear_cookies(name=session_cookie())  # meanwhile the session is over
    await page.context.set_offline(offline=False)
    await expect(page.locator("#kept-visits")).to_contain_text("Sign in, and it is sent.")
    assert (await seen(day, visit.id)).state is State.UNDER_WAY
    home = await community.community(day.street.id)
    await page.goto(f"{day.site}/sign-in?community={home.code}")
    await expect(page.locator("#kept")).to_contain_text("Sign in, and it is sent.")
    await press(page.get_by_role("button", name="李明", exact=True))
    await expect(page.locator("#kept .notice-done")).to_contain_text("Checked out after")
    await page.goto(f"{day.site}/me")
    await press(page.locator("main").get_by_role("button", name=words["leave"]))
    left = "Promise.all([linliKept.known('day'), linliKept.moments()])"
    assert await page.evaluate(left) == [None, []]
    pages = [path for path in await page.evaluate(_CACHED) if not path.startswith("/static/")]
    assert pages == ["/offline"]


async def test_the_pattern_at_the_door_fills_the_number_in(day: Day) -> None:
    visit = await booked_now(day)
    elder = await day.enter("陈桂芳", replace(PHONE, worker=False))
    address = visit_address(day.site, visit)
    await expect(elder.locator(".large-code .qr")).to_have_attribute("src", picture(address))
    await assert_sound(elder)
    volunteer = await day.enter("李明", replace(PHONE, worker=False))
    await volunteer.goto(address)
    await expect(volunteer.locator("#field-code")).to_have_value(visit.code)
    await press(volunteer.get_by_role("button", name="签到", exact=True))
    assert (await seen(day, visit.id)).state is State.UNDER_WAY


async def test_it_installs_and_reads_aloud(site: str, open_page: OpenPage) -> None:
    page = await open_page(f"{site}/book", ENGLISH)
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    registration = await page.evaluate(
        "navigator.serviceWorker.ready.then((one) => [one.scope, one.active.scriptURL])"
    )
    assert registration == [f"{site}/", f"{site}/worker.js"]
    browser: Any = await page.context.new_cdp_session(page)
    found = await browser.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["name"] == "Linli"
    errors = (await browser.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []

    await page.context.add_init_script(_LISTEN)
    await page.reload()
    button = page.get_by_role("button", name="Listen to this page")
    await assert_sound(page)
    await button.click()
    await page.wait_for_function("() => window.spoken.length > 8")
    await expect(button).to_be_visible(timeout=60_000)  # however long the book is
    said = [text for _language, text in await page.evaluate("window.spoken")]
    assert said[0] == await page.locator("h1").inner_text()
    assert {language for language, _text in await page.evaluate("window.spoken")} == {"en-GB"}
    assert any("minutes" in text or "hour" in text for text in said), "as one says it"
    assert not any(text.endswith((" min", " h")) for text in said)
    headings = await page.locator("main h2:visible").all_inner_texts()
    assert [one for one in said if one in headings] == headings
