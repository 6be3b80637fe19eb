"""A lane and its people at browsers of their own, for the journeys of the marketplace."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page

from app import forgery
from community import Actor, Role, add_community, add_member, member
from tests.journeys.browsing import Looking, View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.walks import signed_in_token

SHOTS = os.environ.get("LINLI_SCREENSHOTS")

PEOPLE: Mapping[str, Role] = {
    "周敏": Role.COORDINATOR,
    "孙颖": Role.PHONE_OPERATOR,
    "何进": Role.AUDITOR,
    "沈工": Role.AUDITOR,
    "陈桂芳": Role.RESIDENT,
    "李明": Role.RESIDENT,
    "王晓燕": Role.RESIDENT,
    "赵阿姨": Role.RESIDENT,
    "钱师傅": Role.RESIDENT,
    "吴老师": Role.RESIDENT,
    "郑小兰": Role.RESIDENT,
}


@dataclass
class Lane:
    """A community whose people come to a browser when they are asked for, each to their own."""

    id: uuid.UUID
    people: Mapping[str, Actor]
    site: str
    open_page: OpenPage
    view: View
    pages: dict[str, Page] = field(default_factory=dict)

    async def at(self, name: str, path: str) -> Page:
        """Let somebody open a page of the site, signed in."""
        if name not in self.pages:
            page = await self.open_page(self.site, self.view)
            token = await signed_in_token(await member(self.people[name].member_id))
            cookie = {"name": forgery.session_cookie(), "value": token, "url": self.site}
            await page.context.add_cookies([cookie])  # type: ignore[list-item]  # as Playwright spells it
            self.pages[name] = page
        page = self.pages[name]
        await page.goto(path if path.startswith("http") else self.site + path)
        return page

    async def look(self, page: Page, name: str, *, axe: Looking | None = "all") -> None:
        """See that a page is sound; keep a picture where somebody wants to look themselves.

        Where the sweep over every page has axe look at the same, it need not look again.
        """
        await assert_sound(page, axe=axe)
        if SHOTS:
            path = Path(SHOTS) / f"{name}-{self.view}.png"
            await page.screenshot(path=path, full_page=True)


async def open_lane(
    site: str, open_page: OpenPage, view: View, more: Mapping[str, tuple[Role, ...]] = {}
) -> Lane:
    """Found a community with a coordinator, a phone operator, two auditors and seven residents.

    `more` are people beside these, with their roles.
    """
    home = await add_community(code=f"walk-{uuid.uuid4().hex[:10]}", name="凤池弄")
    people = {}
    for name, roles in ({name: (role,) for name, role in PEOPLE.items()} | dict(more)).items():
        one = await add_member(community_id=home.id, name=name, roles=roles)
        people[name] = Actor(one.id, home.id, one.roles)
    return Lane(home.id, people, site, open_page, view)


async def press(what: Locator) -> None:
    """Press what leads to another page, and wait until that is there."""
    async with what.page.expect_navigation():
        await what.click()


async def send(page: Page) -> None:
    """Press the one primary button of the page."""
    await press(page.locator("main button.button-primary"))


async def follow(page: Page, end: str) -> None:
    """Follow the link whose address ends so."""
    await press(page.locator(f"main a[href$='{end}']").first)


async def do(page: Page, end: str) -> None:
    """Press the button of the form that is sent to an address which ends so."""
    await press(page.locator(f"main form[action$='{end}'] button").first)


async def write(page: Page, fields: Mapping[str, str]) -> None:
    """Fill the boxes of a form by the names of their fields."""
    for name, words in fields.items():
        await page.locator(f"#field-{name}").fill(words)


async def tap(page: Page, name: str, value: str) -> None:
    """Tap one of the large answers to a question."""
    await page.locator(f"input[name='{name}'][value='{value}'] + label").click()
