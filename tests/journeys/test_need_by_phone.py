"""A need on the telephone: an operator files it for a caller, with the keyboard alone."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import expect

import community
from app.database import Engine
from app.main import create_app
from community import Role
from marketplace import needs
from tests.journeys.browsing import View, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.journeys.test_phone_desk import at_the_desk, with_phone
from tests.timebank.desk_street import open_desk
from tests.timebank.street import Street, street

__all__ = ["street"]

WORDS = {
    "zh": {
        "title": "电梯口的扶手", "story": "我怕那个台阶。", "read": "请读给对方听",
        "by": "提出人", "hand": "服务台记录人", "over": "通话结束",
    },
    "en": {
        "title": "A rail at the lift", "story": "I fear the step.", "read": "Read this out",
        "by": "Raised by", "hand": "Written down at the desk by", "over": "The call is over",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port."""
    async with served(create_app()) as address:
        yield address


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_a_need_is_filed_for_a_caller_from_the_keyboard_alone(  # noqa: PLR0917 (fixtures)
    site: str, street: Street, owner: asyncpg.Connection, open_page: OpenPage, view: View
) -> None:
    words, here = WORDS[view.language], await open_desk(street)
    await community.grant_role(street.elder.member_id, Role.RESIDENT, at=street.id)
    phone = await with_phone(here, owner)
    hand = await at_the_desk(site, here, view, open_page)
    await hand.write(phone)
    await hand.go("Enter")  # found: the first one is chosen
    await hand.go("Enter")  # the call is open: the cursor is at the checks
    call = hand.page.url
    await hand.press("Space", "Tab", "Space")
    await hand.leap("y")
    await hand.leap("n")
    assert hand.page.url == f"{call}/needs"
    await expect(hand.page.locator("#field-title")).to_be_focused()
    await hand.write(words["title"])
    await hand.press("Tab", "ArrowDown", "Tab")
    await hand.leap("s")
    await expect(hand.page.locator("#field-story")).to_be_focused()
    await assert_sound(hand.page)
    await expect(hand.page.locator("#field-title")).to_have_value(words["title"])
    await hand.write(words["story"])
    await hand.leap("s")
    await expect(hand.page.locator("#notices")).to_contain_text(words["read"])
    await expect(hand.page.locator("#notices")).to_contain_text(words["title"])
    await assert_sound(hand.page)
    link = hand.page.locator(".script a[href^='/needs/']")
    need_id = needs.NeedId(uuid.UUID((await link.get_attribute("href") or "")[-36:]))
    await link.focus()
    await hand.go("Enter")
    facts = hand.page.locator("[aria-labelledby=what]")
    name = (await community.member(street.elder.member_id)).name
    await expect(facts.locator("dt", has_text=words["by"]).locator("+ dd")).to_have_text(name)
    await expect(facts.locator("dt", has_text=words["hand"]).locator("+ dd")).to_have_text("周颖")
    raised = await needs.read_need(need_id, community_id=street.id)
    assert (raised.raised_by, raised.entered_by) == (
        street.elder.member_id,
        here.operator.member_id,
    )
    await hand.page.goto(call)
    await hand.leap("x")
    await expect(hand.page.locator("#notices")).to_contain_text(words["over"])
