"""The phone desk in a real browser, with the keyboard alone: no pointer is ever touched."""

import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg
import pytest_asyncio
from playwright.async_api import Page, expect

import community
import timebank
from app import forgery
from app.main import create_app
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.timebank.desk_street import Desk, open_desk
from tests.timebank.street import Street, street
from tests.walks import signed_in_token
from timebank.values import State

__all__ = ["street"]

REQUEST_SECONDS_MAX = 60
KEY_SECONDS = 0.15  # a hand that is at home on the keyboard, but in no hurry

WORDS = {
    "zh": {"word": "对方说“对”", "read": "请读给对方听", "over": "通话结束", "told": "已记下",
           "sure": "已确认", "empty": "没有要回访的", "confirm": "确认"},
    "en": {"word": "They said yes", "read": "Read this out", "over": "The call is over",
           "told": "Written down", "sure": "Confirmed", "empty": "Nobody has to be called back",
           "confirm": "Confirm"},
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    async with served(create_app()) as address:
        yield address


@dataclass
class Hand:
    """An operator's hand on the keyboard: counts its keys, and waits as a person would."""

    page: Page
    keys: int = 0

    async def look(self) -> None:
        """Wait until the cursor stands where the page puts it, before anything is typed."""
        await self.page.wait_for_function(
            "() => !document.querySelector('[autofocus]')"
            " || document.activeElement !== document.body"
        )

    async def press(self, *keys: str) -> None:
        """Press keys one after another."""
        await self.look()
        for key in keys:
            self.keys += 1
            await self.page.wait_for_timeout(KEY_SECONDS * 1000)
            await self.page.keyboard.press(key)

    async def access(self, key: str) -> None:
        """Press Alt and an access key, as a real keyboard tells the browser of it."""
        self.keys += 2
        await self.page.wait_for_timeout(KEY_SECONDS * 1000)
        browser = await self.page.context.new_cdp_session(self.page)
        number = ord(key.upper())
        for kind in ("rawKeyDown", "char", "keyUp"):
            await browser.send(
                "Input.dispatchKeyEvent",
                {
                    "type": kind, "modifiers": 1, "key": key, "text": key if kind == "char" else "",
                    "unmodifiedText": "" if kind == "keyUp" else key,
                    "windowsVirtualKeyCode": number, "nativeVirtualKeyCode": number,
                },
            )  # fmt: skip
        await browser.detach()

    async def leap(self, key: str) -> None:
        """Press an access key that leads to another page."""
        async with self.page.expect_navigation():
            await self.access(key)

    async def write(self, text: str) -> None:
        """Type text where the cursor stands."""
        await self.look()
        self.keys += len(text)
        await self.page.keyboard.type(text, delay=KEY_SECONDS * 1000)

    async def go(self, *keys: str) -> None:
        """Press keys of which the last leads to another page."""
        await self.press(*keys[:-1])
        async with self.page.expect_navigation():
            await self.press(keys[-1])


@pytest_asyncio.fixture(loop_scope="session")
async def here(street: Street) -> Desk:
    return await open_desk(street)


async def at_the_desk(site: str, here: Desk, view: View, open_page: OpenPage) -> Hand:
    """Sit down at the desk: signed in, the cursor where the number is typed."""
    page = await open_page(f"{site}/sign-in", view)
    token = await signed_in_token(await community.member(here.operator.member_id))
    await page.context.add_cookies(
        [{"name": forgery.session_cookie(), "value": token, "url": site}]  # type: ignore[list-item]  # as Playwright spells it
    )
    await page.goto(f"{site}/calls")
    return Hand(page)


async def with_phone(here: Desk, owner: asyncpg.Connection) -> str:
    phone = f"154{uuid.uuid4().int % 10**8:08d}"
    elder = here.street.elder.member_id
    await owner.execute("UPDATE member SET phone = $1 WHERE id = $2", f"+86{phone}", elder)
    return phone


async def test_a_request_in_under_a_minute_from_the_keyboard_alone(  # noqa: PLR0917 (fixtures)
    site: str,
    here: Desk,
    owner: asyncpg.Connection,
    open_page: OpenPage,
    record_property: Callable[[str, object], None],
) -> None:
    view = View(1280, "zh")
    phone, words = await with_phone(here, owner), WORDS["zh"]
    hand = await at_the_desk(site, here, view, open_page)
    began = time.monotonic()
    await expect(hand.page.locator("#field-phone")).to_be_focused()
    await hand.write(phone)
    await hand.go("Enter")  # found: the first one is chosen
    await hand.go("Enter")  # the call is open: the cursor is at the checks
    await assert_sound(hand.page)
    await hand.press("Space", "Tab", "Space")
    await hand.leap("y")
    await expect(hand.page.locator("#field-service")).to_be_focused()
    await hand.write("2")  # the second kind of help: everything else is answered beforehand
    await hand.leap("s")
    if await hand.page.locator("#field-place").input_value() == "":
        await expect(hand.page.locator(".field-error").first).to_be_visible()
        await hand.write("梧桐里 12 号 302 室")
        await hand.go("Enter")
    await expect(hand.page.locator("#notices")).to_contain_text(words["read"])
    seconds = time.monotonic() - began
    record_property("a request by telephone", f"{hand.keys} keys, {seconds:.1f} s")
    await assert_sound(hand.page)
    await hand.leap("h")
    await expect(hand.page.locator("#notices")).to_contain_text(words["told"])
    await hand.leap("x")
    await expect(hand.page.locator("#notices")).to_contain_text(words["over"])
    (seen,) = await timebank.my_visits(here.street.elder)
    assert seen.visit.care_service.code == "cleaning"
    assert seen.visit.minutes_booked == seen.visit.care_service.usual_minutes
    assert seconds < REQUEST_SECONDS_MAX


async def test_a_call_back_from_the_keyboard_alone(
    site: str, here: Desk, open_page: OpenPage
) -> None:
    visit = await here.street.finished()
    words = WORDS["en"]
    hand = await at_the_desk(site, here, View(1280, "en"), open_page)
    await hand.leap("c")
    await hand.access("a")
    await hand.press("Tab", "Space", "Tab", "Space")
    await hand.leap("y")
    await assert_sound(hand.page)
    await hand.press("Tab")  # from the length that is proposed to its button
    await expect(hand.page.get_by_role("button", name=words["confirm"]).first).to_be_focused()
    await hand.go("Enter")
    await expect(hand.page.locator("#notices")).to_contain_text(words["sure"])
    await hand.leap("x")
    await expect(hand.page.locator("main")).to_contain_text(words["empty"])
    ended, _steps = await timebank.visit_page(visit.id, here.street.elder)
    assert ended.visit.state is State.CONFIRMED


async def test_tab_reaches_everything_that_can_be_pressed(
    site: str, here: Desk, open_page: OpenPage
) -> None:
    await here.street.finished()
    hand = await at_the_desk(site, here, View(1280, "en"), open_page)
    wanted = await hand.page.evaluate(
        "[...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]),"
        " main summary')].filter((one) => one.checkVisibility()).length"
    )
    reached: set[str] = set()
    await hand.page.evaluate("document.querySelector('main').focus()")
    for _key in range(wanted + 2):
        await hand.page.keyboard.press("Tab")
        reached.add(
            await hand.page.evaluate(
                "document.activeElement.closest('main') ? document.activeElement.outerHTML : ''"
            )
        )
    assert len(reached - {""}) == wanted
    assert any("Call 陈桂芳" in one for one in reached)
