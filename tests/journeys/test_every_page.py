"""Every page of the route table, as the right person, in a browser, through every pair of eyes.

The list comes from the router, so a new page cannot be forgotten. Each page is opened in both
languages and both text sizes and looked at in both widths: axe (WCAG 2.2 AA, contrast as in AAA),
sideways scrolling, targets, one heading, and a walk with the Tab key. Nothing may be asked of
another host, and the browser may not complain. `LINLI_SCREENSHOTS=FOLDER` keeps a picture of each.
"""

import itertools
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Error, Page

from app import forgery
from app.main import create_app
from app.settings import settings
from community import Role
from tests.journeys.browsing import View, Watch, assert_sound, choose, new_context
from tests.journeys.serving import served
from tests.neighbourhood import Neighbourhood, open_neighbourhood
from tests.walks import MACHINES, act_of, handlers, right_person, signed_in_token

WIDTHS = (360, 1280)
LANGUAGES = ("zh", "en")
TEXT_SIZES = ("normal", "large")
SCREENSHOTS = os.environ.get("LINLI_SCREENSHOTS")

# Everything the Tab key reaches, in its order, and whether each shows that it has the focus.
_TAB_STOPS = """
() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0
    && one.type !== 'hidden' && !(one.type === 'radio' && !one.checked
      && document.querySelector(`input[name="${one.name}"]:checked`)))
  .length
"""
_FOCUSED = """
() => { const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const label = one.closest('label'), around = label ? getComputedStyle(label) : style;
  return { html: one.outerHTML.slice(0, 120),
    shown: [style, around].some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0
      || s.boxShadow !== 'none') }; }
"""


@pytest.fixture(scope="module", name="app")
def whole_app() -> Litestar:
    return create_app()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object, app: Litestar) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        settings.cache_clear()
        async with served(app) as address:
            yield address
    settings.cache_clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hood(database: object) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await open_neighbourhood()


async def enter(context: BrowserContext, site: str, role: Role | None, hood: Neighbourhood) -> None:
    """Give a browser the session of the neighbour with this role; none for a visitor."""
    if role is not None:
        token = await signed_in_token(hood.people[role])
        await context.add_cookies([{"name": forgery.session_cookie(), "value": token, "url": site}])


def pages(app: Litestar) -> list[tuple[str, Role | None]]:
    """Return each GET route that a person may open, with who is right for it."""
    return sorted(
        (
            (path, right_person(act_of(handler)))
            for (method, path), handler in handlers(app).items()
            if method == "GET" and not path.startswith(MACHINES)
        ),
        key=lambda page: (str(page[1]), page[0]),
    )


async def test_every_page_is_sound_for_every_pair_of_eyes(
    browser: Browser,
    site: str,
    app: Litestar,
    hood: Neighbourhood,
    *,
    record_property: Callable[[str, object], None],
) -> None:
    faults: list[str] = []
    downloads: set[str] = set()
    looked = 0
    for role, group in itertools.groupby(pages(app), key=lambda page: page[1]):
        routes = [path for path, _role in group]
        for language, text_size in itertools.product(LANGUAGES, TEXT_SIZES):
            view = View(WIDTHS[0], language, text_size)  # type: ignore[arg-type]  # the words above
            watch = Watch()
            context = await new_context(browser, view)
            await watch.over(context)
            await choose(context, site, view)
            await enter(context, site, role, hood)
            page = await context.new_page()
            for route in routes:
                if route in downloads:
                    continue
                wrong = await _look(page, f"{site}{hood.address(route)}", view)
                if wrong is None:
                    downloads.add(route)
                else:
                    looked += len(WIDTHS)
                    faults += [f"{route} ({role or 'visitor'}, {view}): {one}" for one in wrong]
            await context.close()
            faults += [*watch.strayed, *watch.complaints]
    record_property("looks at pages", looked)
    record_property("pages", looked // len(LANGUAGES) // len(TEXT_SIZES) // len(WIDTHS))
    record_property("downloads opened", sorted(downloads))
    assert not faults, "\n".join([f"{len(faults)} faults", *faults])
    assert looked > len(LANGUAGES) * len(TEXT_SIZES) * len(WIDTHS) * 20


async def _look(page: Page, address: str, view: View) -> list[str] | None:
    """Open a page and look at it in each width; return what is wrong, and None for a download."""
    try:
        answer = await page.goto(address)
    except Error as error:
        if "Download is starting" in error.message:
            return None
        raise
    if answer is None or not answer.ok:
        return [f"answered {answer and answer.status}"]
    if "text/html" not in answer.headers["content-type"]:
        return None
    wrong: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        try:
            await assert_sound(page)
        except AssertionError as fault:
            wrong.append(f"at {width} px: {fault}")
        if SCREENSHOTS:
            path = re.sub(r"[0-9a-f-]{36}", "x", urlsplit(address).path)
            name = re.sub(r"[^a-z0-9]+", "-", path).strip("-") or "home"
            look = f"{name}-{width}-{view.language}-{view.text_size}.png"
            await page.screenshot(path=Path(SCREENSHOTS) / look, full_page=True)
    return wrong


async def test_every_page_is_walked_by_keyboard(
    browser: Browser, site: str, app: Litestar, hood: Neighbourhood
) -> None:
    """Tab reaches every link, button and field, and each shows that it has the focus."""
    faults: list[str] = []
    for role, group in itertools.groupby(pages(app), key=lambda page: page[1]):
        view = View(1280, "en")
        context = await new_context(browser, view)
        await choose(context, site, view)
        await enter(context, site, role, hood)
        page = await context.new_page()
        for route, _role in group:
            try:
                await page.goto(f"{site}{hood.address(route)}")
            except Error:
                continue  # a download: the test above says so if it was meant to be a page
            faults += [f"{route}: {one}" for one in await _tab_through(page)]
        await context.close()
    assert not faults, "\n".join(faults)


async def _tab_through(page: Page) -> list[str]:
    """Press Tab until the focus comes round; return what hides its focus, or is never reached."""
    stops: int = await page.evaluate(_TAB_STOPS)
    reached, wrong = 0, []
    for _press in range(min(stops, 60)):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        if focused is None:
            break
        reached += 1
        if not focused["shown"]:
            wrong.append(f"no focus to be seen on {focused['html']}")
    if reached < min(stops, 60):
        wrong.append(f"Tab reached {reached} of {stops}")
    return wrong
