"""The sweep over every page: who opens it, what must hold, and what is looked at besides.

The list of pages comes from the router, so a new page cannot be forgotten. `READERS` names the
pages that look different to several people, such as everybody's home. A page is loaded once for
each language and looked at in both text sizes and both widths, and in Chinese once in the dark:
sideways scrolling, targets, one heading, and once more with every fold and menu open. axe (WCAG 2.2
AA, contrast as in AAA) looks at each width, in the dark, and in each language, at what can differ
there: large text is the same page but for one class, which `tests/app/test_text_size.py` proves (so
that class is set here without loading the page again), and axe asks less contrast of it, never
more. Nothing may be asked of another host, and the browser may not complain.
`LINLI_SCREENSHOTS=FOLDER` keeps pictures, and `LINLI_EVERY_LOOK=1` has axe look with all eyes.
"""

import itertools
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Error, Page

from app import forgery
from app.database import owner_connection_settings
from app.main import create_app
from app.settings import settings
from community import Role
from tests.journeys.browsing import (
    Language,
    Looking,
    Scheme,
    TextSize,
    View,
    Watch,
    assert_fits,
    assert_sound,
    assert_touchable,
    choose,
    new_context,
)
from tests.journeys.serving import served
from tests.neighbourhood import NAMES, Neighbourhood, open_neighbourhood
from tests.walks import MACHINES, act_of, handlers, right_person, signed_in_token

WIDTHS: Final = (360, 1280)
PAGES_MIN: Final = 70
SCREENSHOTS: Final = os.environ.get("LINLI_SCREENSHOTS")

# Who opens a page, where one right person would not see all of it, or would see it empty.
_DESK: Final = (Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR)
READERS: Final[Mapping[str, tuple[Role | None, ...]]] = {
    "/needs/{need_id:uuid}/plan": (None, Role.RESIDENT, Role.COORDINATOR),
    "/needs/{need_id:uuid}/plan/edit": (Role.RESIDENT,),
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}": (None, Role.RESIDENT, Role.COORDINATOR),
    "/needs/{need_id:uuid}/plan/calls/{call_id:uuid}/offer": (Role.RESIDENT,),
    "/needs/{need_id:uuid}/plan/amendments/{amendment_id:uuid}": (None, Role.RESIDENT),
    "/needs/{need_id:uuid}": (None, Role.RESIDENT, Role.COORDINATOR),
    "/needs/{need_id:uuid}/arguments": (None, Role.RESIDENT, Role.COORDINATOR),
    **dict.fromkeys(
        (
            "/needs/{need_id:uuid}/edit",
            "/needs/{need_id:uuid}/withdraw",
            "/needs/{need_id:uuid}/screening/appeal",
            "/arguments/{argument_id:uuid}/amend",
            "/arguments/{argument_id:uuid}/add",
            "/arguments/{argument_id:uuid}/again",
        ),
        (Role.RESIDENT,),
    ),
    "/rounds/{round_id:uuid}/paper": (None, Role.COORDINATOR),
    "/": (None, *NAMES),
    "/api/time-bank/visits/{visit_id:uuid}": (Role.ELDER,),
    "/calls/{call_id:uuid}": (Role.PHONE_OPERATOR, Role.COORDINATOR),
    "/classes": (None, Role.ELDER, Role.VOLUNTEER, Role.COORDINATOR),
    "/classes/new": (Role.VOLUNTEER, Role.COORDINATOR),
    "/classes/sessions/{group_session_id:uuid}": (
        None,
        Role.ELDER,
        Role.AUDITOR,
        Role.VOLUNTEER,
        Role.COORDINATOR,
    ),
    "/classes/sessions/{group_session_id:uuid}/cancel": (Role.VOLUNTEER,),
    "/classes/sessions/{group_session_id:uuid}/list": (Role.VOLUNTEER, Role.COORDINATOR),
    "/classes/{course_id:uuid}/end": (Role.VOLUNTEER,),
    "/clearing": (Role.AUDITOR, Role.ADMINISTRATOR),
    "/communities": (Role.ADMINISTRATOR,),
    "/desk": (None, Role.PHONE_OPERATOR),
    "/for": (Role.DELEGATE,),
    "/for/{member_id:uuid}/ask": (Role.DELEGATE,),
    "/for/{member_id:uuid}/classes": (Role.DELEGATE,),
    "/for/{member_id:uuid}/door-card": (Role.DELEGATE,),
    "/me/move": (Role.ELDER, Role.RESIDENT),
    "/councils/{council_id:uuid}": (None, Role.COORDINATOR),
    "/meetings": (None, Role.COORDINATOR),
    "/meetings/{meeting_id:uuid}": (None, Role.RESIDENT, Role.COORDINATOR),
    "/meetings/{meeting_id:uuid}/cancel": (Role.COORDINATOR,),
    "/meetings/{meeting_id:uuid}/change": (Role.COORDINATOR,),
    "/meetings/{meeting_id:uuid}/minutes": (Role.COORDINATOR,),
    "/meetings/{meeting_id:uuid}/room": (Role.COORDINATOR,),
    "/members/{member_id:uuid}": _DESK,
    "/members/{member_id:uuid}/door-card": (Role.PHONE_OPERATOR,),
    "/members/{member_id:uuid}/needs": (Role.COORDINATOR, Role.AUDITOR),
    "/organisations/{organisation_id:uuid}": (None, Role.COORDINATOR),
    "/policy": (None, Role.ADMINISTRATOR),
    "/projects": (None, Role.RESIDENT, Role.COORDINATOR),
    "/teams/{team_id:uuid}": (Role.VOLUNTEER, Role.RESIDENT),
    "/teams/{team_id:uuid}/amend": (Role.VOLUNTEER,),
    "/projects/{project_id:uuid}/delivery": (None, Role.RESIDENT, Role.COORDINATOR),
    **dict.fromkeys(
        (
            "/projects/{project_id:uuid}/delivery/ask",
            "/projects/{project_id:uuid}/delivery/finish",
            "/projects/{project_id:uuid}/delivery/milestones/{number:int}/report",
            "/projects/{project_id:uuid}/delivery/news",
        ),
        (Role.RESIDENT,),
    ),
    "/projects/{project_id:uuid}/delivery/stop": (Role.COORDINATOR,),
    "/disbursements/{disbursement_id:uuid}": (None, Role.RESIDENT, Role.TREASURER),
    **dict.fromkeys(
        (
            "/projects/{project_id:uuid}/changes",
            "/projects/{project_id:uuid}/changes/{change_id:uuid}",
            "/projects/{project_id:uuid}/evaluation",
            "/projects/{project_id:uuid}/aftercare",
            "/projects/{project_id:uuid}/attention/{attention_id:uuid}",
            "/projects/{project_id:uuid}/checks/{check_id:uuid}",
        ),
        (None, Role.RESIDENT, Role.COORDINATOR),
    ),
    **dict.fromkeys(
        (
            "/contributions/{contribution_id:uuid}/pay/state",
            "/projects/{project_id:uuid}/changes/new",
            "/projects/{project_id:uuid}/evaluation/reply",
        ),
        (Role.RESIDENT,),
    ),
    "/projects/{project_id:uuid}": (None, Role.RESIDENT, Role.COORDINATOR),
    "/projects/{project_id:uuid}/covenant": (None, Role.RESIDENT),
    "/projects/{project_id:uuid}/covenant/versions/{number:int}": (None, Role.RESIDENT),
    "/projects/{project_id:uuid}/evaluation/sign": (Role.AUDITOR,),
    "/projects/{project_id:uuid}/money": (None, Role.AUDITOR),
    "/projects/{project_id:uuid}/summary/write": (Role.RESIDENT,),
    "/projects/{project_id:uuid}/work": (None, Role.VOLUNTEER, Role.COORDINATOR),
    "/projects/{project_id:uuid}/work/{work_slot_id:uuid}": (
        None,
        Role.VOLUNTEER,
        Role.COORDINATOR,
    ),
    "/projects/{project_id:uuid}/funding": (None, Role.RESIDENT, Role.COORDINATOR, Role.TREASURER),
    "/projects/{project_id:uuid}/funding/open": (Role.COORDINATOR,),
    "/projects/{project_id:uuid}/funding/cancel": (Role.COORDINATOR,),
    "/projects/{project_id:uuid}/funding/pledge": (Role.ELDER, Role.RESIDENT),
    "/funding/funds": (None, Role.TREASURER),
    "/contributions/{contribution_id:uuid}": (Role.RESIDENT, Role.TREASURER),
    "/contributions/{contribution_id:uuid}/pay": (Role.RESIDENT,),
    "/me/contributions": (Role.RESIDENT, Role.ELDER, Role.VOLUNTEER),
    "/time-bank": (None, Role.ELDER, Role.VOLUNTEER),
    "/time-bank/estates/{member_id:uuid}": (Role.COORDINATOR, Role.AUDITOR),
    "/time-bank/give": (Role.ELDER, Role.DELEGATE),
    "/time-bank/gifts/{gift_id:uuid}": (Role.ELDER, Role.DELEGATE, Role.COORDINATOR),
    "/time-bank/giving": (Role.ELDER, Role.RESIDENT),
    "/time-bank/grants": (Role.TREASURER, Role.COORDINATOR),
    "/time-bank/grants/{proposal_id:uuid}": (Role.TREASURER, Role.COORDINATOR),
    "/time-bank/passbook": (Role.ELDER, Role.VOLUNTEER),
    "/time-bank/repeats/{repeat_id:uuid}/end": (Role.ELDER, Role.COORDINATOR),
    "/time-bank/visits": (Role.ELDER, Role.VOLUNTEER),
    "/time-bank/visits/{visit_id:uuid}": (Role.ELDER, Role.VOLUNTEER, Role.COORDINATOR),
    "/time-bank/visits/{visit_id:uuid}/cancel": (Role.ELDER,),
    "/time-bank/visits/{visit_id:uuid}/photo": (Role.ELDER,),
    "/time-bank/visits/{visit_id:uuid}/rate": (Role.ELDER, Role.VOLUNTEER),
    "/time-bank/visits/{visit_id:uuid}/dispute": (Role.ELDER, Role.VOLUNTEER),
    "/time-bank/visits/{visit_id:uuid}/no-show": (Role.ELDER, Role.VOLUNTEER, Role.PHONE_OPERATOR),
}

# Width by width: the browser lays a page out anew for each other one.
EYES: Final[tuple[tuple[int, TextSize, Scheme], ...]] = (
    (360, "normal", "light"),
    (360, "large", "light"),
    (1280, "normal", "light"),
    (1280, "large", "light"),
    (1280, "normal", "dark"),
)
# Where axe looks, and at what: what it finds hangs on the width, the scheme and the language, and
# hardly on two of them together. A scheme changes colours alone, and a language no colour.
# LINLI_EVERY_LOOK=1 has it look everywhere at everything.
_AXE: Final[Mapping[Language, Mapping[tuple[int, TextSize, Scheme], Looking]]] = {
    "zh": {EYES[0]: "all", EYES[4]: "colours"},
    "en": {EYES[2]: "all but colours"},
}
EVERY_LOOK: Final = bool(os.environ.get("LINLI_EVERY_LOOK"))

# As the switch in the header does, by way of the server.
_TEXT_SIZE: Final = "(large) => document.documentElement.classList.toggle('text-large', large)"
_UNFOLD: Final = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


@dataclass(frozen=True)
class Site:
    """The app behind a server, with one neighbourhood in it."""

    app: Litestar
    address: str
    hood: Neighbourhood

    def pages(self) -> list[tuple[str, Role | None]]:
        """Return each GET route that a person may open and what else is looked at, by person."""
        found = [
            (path, reader)
            for (method, path), handler in handlers(self.app).items()
            if method == "GET" and not path.startswith(MACHINES)
            for reader in READERS.get(path, (right_person(act_of(handler)),))
        ]
        found += self.hood.further
        return sorted(found, key=lambda page: (str(page[1]), page[0]))

    async def entered(
        self, browser: Browser, view: View, role: Role | None
    ) -> tuple[BrowserContext, Watch]:
        """Open a browser with the session of the neighbour with this role; None is a visitor."""
        watch = Watch()
        context = await new_context(browser, view)
        watch.over(context)
        await choose(context, self.address, view)
        if role is not None:
            token = await signed_in_token(self.hood.people[role])
            cookie = {"name": forgery.session_cookie(), "value": token, "url": self.address}
            await context.add_cookies([cookie])  # type: ignore[list-item]  # as Playwright spells it
        return context, watch


@dataclass
class Found:
    """What a sweep found: faults with their page, how often it looked, what was a download."""

    looks: int = 0
    pages: int = 0
    faults: list[str] = field(default_factory=list)
    downloads: set[str] = field(default_factory=set)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: object) -> AsyncIterator[Site]:  # noqa: ARG001 (must be migrated)
    """Give the app, served as a demo is, and a neighbourhood that shows something everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        settings.cache_clear()
        app = create_app()
        hood = await open_neighbourhood()
        async with shown_to_visitors(hood), served(app) as address:
            yield Site(app, address, hood)
    settings.cache_clear()


@asynccontextmanager
async def shown_to_visitors(hood: Neighbourhood) -> AsyncIterator[None]:
    """Make this the oldest community for as long as the sweep takes: visitors see that one's."""
    owner = await asyncpg.connect(**owner_connection_settings())
    founded = "UPDATE community SET created_at = $2 WHERE id = $1"
    oldest = await owner.fetchval("SELECT min(created_at) FROM community")
    try:
        await owner.execute(founded, hood.home.id, oldest - timedelta(days=1))
        yield
        await owner.execute(founded, hood.home.id, hood.home.created_at)
    finally:
        await owner.close()


async def sweep(browser: Browser, site: Site, language: Language) -> Found:
    """Look at every page in a language, with all these eyes."""
    found = Found()
    view = View(WIDTHS[0], language)
    for role, group in itertools.groupby(site.pages(), key=lambda page: page[1]):
        context, watch = await site.entered(browser, view, role)
        page = await context.new_page()
        for route, _role in group:
            wrong = await _looked_at(page, site.address + site.hood.address(route), view, role)
            if wrong is None:
                found.downloads.add(route)
                continue
            found.pages += 1
            found.looks += len(_eyes(language))
            found.faults += [f"{route} ({role or 'visitor'}, {one})" for one in wrong]
        await context.close()
        found.faults += [*watch.strayed, *watch.complaints]
    return found


def _eyes(language: Language) -> list[tuple[int, TextSize, Scheme]]:
    """Return how a page is looked at; colours do not depend on the language."""
    return [one for one in EYES if language == "zh" or one[2] == "light"]


async def _looked_at(page: Page, address: str, view: View, role: Role | None) -> list[str] | None:
    """Open a page and look at it; return what is wrong, and None for a download."""
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
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
    wide = 0
    for width, text_size, scheme in _eyes(view.language):
        eyes = View(width, view.language, text_size, scheme)
        if width != wide:
            await page.set_viewport_size({"width": width, "height": 900})
            wide = width
        await page.evaluate(_TEXT_SIZE, text_size == "large")
        if scheme == "dark":
            await page.evaluate(_UNFOLD)
            await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        try:
            seen = (width, text_size, scheme)
            axe = "all" if EVERY_LOOK else _AXE[view.language].get(seen)
            await assert_sound(page, axe=axe)
        except AssertionError as fault:
            wrong.append(f"{eyes}): {fault}")
        await _keep(page, address, eyes, role)
    return wrong + await _unfolded(page, view.language)


async def _unfolded(page: Page, language: Language) -> list[str]:
    """See that the narrow page keeps its shape with every fold and the menu open."""
    wrong = []
    await page.evaluate(_UNFOLD)
    await page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    for large in (False, True):
        await page.evaluate(_TEXT_SIZE, large)
        try:
            await assert_fits(page)
            await assert_touchable(page)
        except AssertionError as fault:
            wrong.append(f"{language}, unfolded{' and large' * large}): {fault}")
    return wrong


async def _keep(page: Page, address: str, view: View, role: Role | None) -> None:
    """Keep a picture, where somebody wants to look themselves."""
    if not SCREENSHOTS:
        return
    path = re.sub(r"[0-9a-f-]{36}", "x", urlsplit(address).path)
    name = re.sub(r"[^a-z0-9]+", "-", f"{path}-{role or 'visitor'}").strip("-")
    look = f"{name}-{view.width}-{view.language}-{view.text_size}-{view.scheme}.png"
    await page.screenshot(path=Path(SCREENSHOTS) / look, full_page=True)
