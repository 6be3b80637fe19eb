"""Every page of the route table in Chinese, by the right person, through every pair of eyes.

What is looked at, `sweeping` says. The same in English, and by keyboard, is in
`test_every_page_in_english.py`: two files, so that two workers share the work.
"""

from collections.abc import Callable

import pytest
from playwright.async_api import Browser

from tests.journeys.browsing import View
from tests.journeys.sweeping import PAGES_MIN, Site, site, sweep

__all__ = ["site"]

EYES = [
    View(360, "zh", "normal"),
    View(360, "zh", "large"),
    View(1280, "zh", "normal", scheme="dark"),
]


@pytest.mark.parametrize("view", EYES, ids=str)
async def test_every_page_is_sound(
    browser: Browser, site: Site, view: View, record_property: Callable[[str, object], None]
) -> None:
    found = await sweep(browser, site, view)
    record_property(f"{view}: pages", found.pages)
    record_property(f"{view}: looks at pages", found.looks)
    record_property(f"{view}: downloads", sorted(found.downloads))
    assert not found.faults, "\n".join([f"{len(found.faults)} faults", *found.faults])
    assert found.pages >= PAGES_MIN
