"""Every page of the route table in English, and by keyboard; in Chinese: `test_every_page.py`."""

import itertools
from collections.abc import Callable
from typing import Final

from playwright.async_api import Browser, Error, Page

from tests.journeys.browsing import View
from tests.journeys.sweeping import PAGES_MIN, Site, site, sweep

__all__ = ["site"]

PRESSES_MAX: Final = 80
PRESSES_AT_ONCE: Final = 8
PARTS_OF_A_DATE: Final = 4  # day, month, year, and the calendar

# Everything that the Tab key reaches. Of buttons of which one is chosen it reaches one alone, and
# it stops at each part of a date. What shows the focus may be a label, or the whole of a door.
# The focus has gone round once it comes to where it came first.
_TAB_STOPS: Final = """
() => {
  const key = (one) => one.type === 'radio' ? one.name : one;
  window.stops = new Set([...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0
    && one.type !== 'hidden')
  .map(key));
  window.hidden = []; window.round = false;
  let first = null, before = null;
  document.addEventListener('focusin', ({ target: one }) => {
    if (one === first && one !== before) window.round = true;
    first ??= one;
    before = one;
    window.stops.delete(key(one));
    const around = [one, ...(one.labels ?? []), one.closest('.door')].filter(Boolean);
    const outlined = around.map(getComputedStyle)
      .some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
    if (!outlined) window.hidden.push(one.outerHTML.slice(0, 120));
  });
  return window.stops.size; }
"""
_DONE: Final = "() => window.round || window.stops.size === 0"
_ROUND: Final = "() => window.round"
_HIDDEN: Final = "() => [...new Set(window.hidden)]"
_MISSED: Final = "() => [...window.stops].map((one) => one.outerHTML?.slice(0, 120) ?? one)"


async def test_every_page_is_sound(
    browser: Browser, site: Site, record_property: Callable[[str, object], None]
) -> None:
    found = await sweep(browser, site, "en")
    record_property("pages in English", found.pages)
    record_property("looks at pages in English", found.looks)
    assert not found.faults, "\n".join([f"{len(found.faults)} faults", *found.faults])
    assert found.pages >= PAGES_MIN


async def test_every_page_is_walked_by_keyboard(browser: Browser, site: Site) -> None:
    """Tab reaches every link, button and field, and each shows its focus, in forced colours too.

    There shadows and backgrounds are gone, so only an outline can show it.
    """
    faults: list[str] = []
    for role, group in itertools.groupby(site.pages(), key=lambda page: page[1]):
        context, _watch = await site.entered(browser, View(1280, "en"), role)
        page = await context.new_page()
        await page.emulate_media(forced_colors="active", reduced_motion="reduce")
        for route, _role in group:
            try:
                await page.goto(f"{site.address}{site.hood.address(route)}")
            except Error:
                continue  # a download: the sweep says so if it was meant to be a page
            faults += [f"{route}: {one}" for one in await _tab_through(page)]
        await context.close()
    assert not faults, "\n".join(faults)


async def _tab_through(page: Page) -> list[str]:
    """Press Tab until the focus comes round; return what hides its focus, or is never reached."""
    stops: int = await page.evaluate(_TAB_STOPS)
    most = min(stops * PARTS_OF_A_DATE, PRESSES_MAX)
    for _some in range(0, most, PRESSES_AT_ONCE):
        for _press in range(PRESSES_AT_ONCE):
            await page.keyboard.press("Tab")
        if await page.evaluate(_DONE):
            break
    hidden: list[str] = await page.evaluate(_HIDDEN)
    wrong = [f"no focus to be seen on {one}" for one in hidden]
    if stops > PRESSES_MAX // PARTS_OF_A_DATE and not await page.evaluate(_ROUND):
        return wrong  # a long list: its beginning stands for the rest
    missed: list[str] = await page.evaluate(_MISSED)
    return [*wrong, *(f"Tab never reached {one}" for one in missed)]
