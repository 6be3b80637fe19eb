"""Every component in a real browser, through every pair of eyes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.async_api import Browser, Page

from app.watching import watched
from tests.app.gallery import make_app
from tests.journeys.browsing import (
    VIEWS,
    ZOOMED,
    View,
    Watch,
    assert_accessible,
    assert_fits,
    assert_sound,
    assert_touchable,
    new_context,
)
from tests.journeys.conftest import OpenPage


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[str]:
    """Serve the page of all components, with the headers of the real app around it."""
    app = make_app()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await watched(app, scope, receive, send, over_tls=False)
        else:
            await app(scope, receive, send)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(
        answer, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    serving = asyncio.create_task(server.serve())
    await until_open(port)
    yield f"http://127.0.0.1:{port}"
    server.stop()
    await serving


async def until_open(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the site did not open")


async def press(page: Page, name: str) -> None:
    """Press a button that leads to a page, and wait until that page is there."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


async def focused(page: Page) -> str:
    found: str = await page.evaluate(
        "document.activeElement.id || document.activeElement.className"
    )
    return found


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize("path", ["/", "/gallery"])
async def test_every_component_is_sound(
    site: str, open_page: OpenPage, path: str, view: View
) -> None:
    await assert_sound(await open_page(site + path, view))


@pytest.mark.parametrize("view", ZOOMED, ids=str)
@pytest.mark.parametrize("path", ["/", "/gallery"])
async def test_four_hundred_per_cent_needs_no_sideways_scrolling(
    site: str, open_page: OpenPage, path: str, view: View
) -> None:
    await assert_fits(await open_page(site + path, view))


@pytest.mark.parametrize(
    "view", [View(360), View(1280, "en", "large", "dark"), View(java_script=False)], ids=str
)
async def test_a_refused_form_puts_the_cursor_where_it_belongs(
    site: str, open_page: OpenPage, view: View
) -> None:
    page = await open_page(f"{site}/gallery", view)
    await page.locator("#field-minutes").fill("500")
    await page.locator("#field-grid").select_option("2")
    await page.locator("form.form button[type=submit]").click()
    await page.wait_for_url("**/visits")
    assert await focused(page) == "field-minutes"
    assert await page.locator("#field-minutes").input_value() == "500"
    assert await page.locator("#field-grid").input_value() == "2"
    assert await page.get_by_role("alert").is_visible()
    await assert_fits(page)
    if view.java_script:  # axe is a script itself
        await assert_accessible(page)


@pytest.mark.parametrize("view", [View(), View(java_script=False)], ids=str)
async def test_the_switches_come_back_to_the_page(
    site: str, open_page: OpenPage, view: View
) -> None:
    page = await open_page(f"{site}/gallery?from=switch", view)
    size = "() => parseFloat(getComputedStyle(document.body).fontSize)"
    assert await page.evaluate(size) == 18
    await press(page, "English")
    assert page.url == f"{site}/gallery?from=switch"
    assert await page.locator("html").get_attribute("lang") == "en"
    await press(page, "Larger text")
    assert page.url == f"{site}/gallery?from=switch"
    assert await page.evaluate(size) == 24
    await press(page, "中文")
    await press(page, "标准字")
    assert await page.evaluate(size) == 18


async def test_the_keyboard_alone_skips_to_the_page(site: str, open_page: OpenPage) -> None:
    page = await open_page(f"{site}/gallery", View())
    await page.keyboard.press("Tab")
    assert await focused(page) == "skip"
    assert await page.locator(".skip").evaluate("one => one.getBoundingClientRect().top") >= 0
    await page.keyboard.press("Enter")
    assert await focused(page) == "main"


async def test_the_keyboard_reaches_every_answer_and_shows_where_it_is(
    site: str, open_page: OpenPage
) -> None:
    page = await open_page(f"{site}/gallery", View())
    await page.locator("#field-service-1").focus()
    await page.keyboard.press("ArrowDown")
    assert await focused(page) == "field-service-2"
    outline = "one => getComputedStyle(one.nextElementSibling).outlineStyle"
    assert await page.locator("#field-service-2").evaluate(outline) == "solid"
    await page.keyboard.press("Tab")
    assert await focused(page) == "field-minutes"


async def test_forced_colours_keep_every_edge(site: str, open_page: OpenPage) -> None:
    page = await open_page(f"{site}/gallery", View())
    await page.emulate_media(forced_colors="active")
    borders = await page.locator(".button").evaluate_all(
        "all => all.map(one => getComputedStyle(one).borderTopWidth)"
    )
    assert borders
    assert all(width == "2px" for width in borders)
    assert await page.locator(".bar-part").first.is_visible()


async def test_paper_has_the_page_and_not_the_switches(site: str, open_page: OpenPage) -> None:
    page = await open_page(f"{site}/gallery", View())
    await page.emulate_media(media="print")
    assert await page.locator(".switches").is_hidden()
    assert await page.locator("nav.doors").is_hidden()
    assert await page.locator("table").is_visible()
    body = await page.evaluate("getComputedStyle(document.body).fontSize")
    assert float(body.removesuffix("px")) >= 21  # 16 point
    assert len(await page.pdf(format="A4")) > 10_000


async def test_a_fault_planted_in_the_page_is_found(site: str, open_page: OpenPage) -> None:
    """The checks themselves are checked: each finds the fault that it is for."""
    page = await open_page(f"{site}/", View(360))
    await page.evaluate(
        """() => document.querySelector('main').insertAdjacentHTML('beforeend',
          '<p class="hint" id="pale">pale words</p>' +
          '<button id="small"></button><div id="wide">w</div>')"""
    )
    for pale in ("#606060", "#bbbbbb"):  # below 7:1, and below 4.5:1
        await page.evaluate("(pale) => document.querySelector('#pale').style.color = pale", pale)
        for looking in ("all", "colours"):
            with pytest.raises(AssertionError, match="color-contrast-enhanced"):
                await assert_accessible(page, looking)
    await page.evaluate("document.querySelector('#small').innerHTML = '<img src=x>'")
    for looking in ("all", "all but colours"):
        with pytest.raises(AssertionError, match="image-alt"):
            await assert_accessible(page, looking)
    await page.evaluate("document.querySelector('#wide').style.width = '900px'")
    with pytest.raises(AssertionError, match="wide"):
        await assert_fits(page)
    await page.evaluate("document.querySelector('#small').style.width = '9px'")
    with pytest.raises(AssertionError, match="small"):
        await assert_touchable(page)


async def test_what_a_page_asks_of_another_host_is_noted_and_goes_nowhere(browser: Browser) -> None:
    """The watch over all journeys would else find nothing, for ever."""
    watch = Watch()
    context = await new_context(browser, View())
    watch.over(context)
    page = await context.new_page()
    await page.set_content(
        '<img src="http://neighbour.test/a.png" alt=""><img src="data:," alt="">'
    )
    await page.wait_for_load_state("networkidle")
    assert watch.strayed == ["http://neighbour.test/a.png"]
    with pytest.raises(AssertionError, match="leave this machine"):
        watch.settle()
    await context.close()
