"""Every page of the route table in Chinese, by the right person, through every pair of eyes.

What is looked at, `sweeping` says. The same in English, and by keyboard, is in
`test_every_page_in_english.py`: two files, so that two workers share the work.
"""

from collections.abc import Callable

from playwright.async_api import Browser

from tests.journeys.sweeping import PAGES_MIN, Site, site, sweep

__all__ = ["site"]


async def test_every_page_is_sound(
    browser: Browser, site: Site, record_property: Callable[[str, object], None]
) -> None:
    found = await sweep(browser, site, "zh")
    record_property("pages in Chinese", found.pages)
    record_property("looks at pages in Chinese", found.looks)
    record_property("downloads", sorted(found.downloads))
    assert not found.faults, "\n".join([f"{len(found.faults)} faults", *found.faults])
    assert found.pages >= PAGES_MIN
