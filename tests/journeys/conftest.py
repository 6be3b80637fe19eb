"""One browser for all journeys; a fresh context, watched, for each."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.journeys.browsing import PATIENCE_MS, View, Watch, choose, new_context
from tests.quick_jobs import without_rounds

# A page that is slow because the machine is busy is no fault.
expect.set_options(timeout=PATIENCE_MS)

OpenPage = Callable[[str, View], Awaitable[Page]]

# Debian's Chromium, which must neither ask for updates nor for a first run, and which finds no
# other machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session", autouse=True)
def quick_jobs() -> Iterator[None]:
    """Let every served app begin without going round all communities."""
    with without_rounds():
        yield


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give Chromium, started once."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("The journeys need Chromium; `make setup` says how to install it.")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Give a function that opens an address with a view's eyes, each in a browser of its own.

    At the end of the test no request may have tried to leave this machine, and no page may have
    complained: a blocked style, a script error.
    """
    contexts: list[BrowserContext] = []
    watch = Watch()

    async def opened(address: str, view: View) -> Page:
        context = await new_context(browser, view)
        contexts.append(context)
        await choose(context, address, view)
        watch.over(context)
        page = await context.new_page()
        await page.goto(address)
        return page

    yield opened
    for context in contexts:
        await context.close()
    watch.settle()
