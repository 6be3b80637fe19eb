"""The ground of a journey with money: a chosen project, its people, and a card processor."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from playwright.async_api import Page, expect

import marketplace
import timebank
from app.card_payments.standing_in import SETTINGS, standing_in
from app.main import create_app
from app.settings import settings
from community import Role
from marketplace import ProjectId, entering, needs, plans
from marketplace.counting import Rule
from marketplace.needs.raising import raise_need
from marketplace.plans import BudgetLine, Maintenance, Milestone, PlanContent
from marketplace.refusals import verb
from tests.app.test_beside_pages import picture
from tests.journeys.marketplace_walk import Lane, send
from tests.journeys.serving import served

AUTHOR, DESK, UNDERTAKER, TREASURER = "陈桂芳", "周敏", "顾师傅", "方会计"
VOTERS: Final = ("李明", "王晓燕", "赵阿姨")
MORE: Final[Mapping[str, tuple[Role, ...]]] = {
    # He coordinates elsewhere in the lane, and still has no say about money he asks for.
    UNDERTAKER: (Role.RESIDENT, Role.COORDINATOR),
    TREASURER: (Role.TREASURER,),
}

DECLINED: Final = "4000000000000341"
ASKS_THE_BANK: Final = "4000002500003155"
"""Card numbers that Stripe names for trying things out; its stand-in declines the first."""

TRIES: Final = 40

PAPER: Final = {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": picture()}


@asynccontextmanager
async def served_with_cards() -> AsyncIterator[str]:
    """Serve the whole app with a stand-in for Stripe beside it, which tells the app of payments."""
    with standing_in() as stripe, pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "LINLI_STRIPE_API": stripe.address}.items():
            patch.setenv(name, value)
        settings.cache_clear()
        async with served(create_app()) as address:
            stripe.tell(f"{address}/webhooks/stripe")
            yield address
    settings.cache_clear()


async def chosen_project(lane: Lane, words: Mapping[str, str]) -> ProjectId:
    """Let residents choose a plan of ¥6,000 and two milestones, with somebody to carry it out.

    How neighbours come so far is a journey of its own.
    """
    author, desk = lane.people[AUTHOR], lane.people[DESK]
    draft = needs.NeedDraft(words["need"], words["story"], "elder_care", words["place"])
    need = await raise_need(draft, by=author)
    async with verb():
        for state in (needs.NeedState.SECONDED, needs.NeedState.ACCEPTED):
            found = await needs.locked(need.id, community_id=lane.id)
            await needs.move(found, state, by=desk)
    now = datetime.now(UTC)
    call = await plans.open_call(need.id, words["plan"], now + timedelta(days=7), by=desk)
    offer = plans.OfferDraft(words["offer"], words["brings"], 600_000, 600, "")
    offered = await plans.offer_to_undertake(call.id, offer, by=lane.people[UNDERTAKER])
    await plans.close_due_calls(at=now + timedelta(days=8))
    await plans.choose(call.id, offered.id, by=desk, reason=words["offer"])
    day = now.date()
    content = PlanContent(
        title=words["plan"],
        summary=words["summary"],
        lines=(
            BudgetLine(words["rails"], 480_000),
            BudgetLine(words["seats"], 120_000),
            BudgetLine(words["help"], 0, 600),
        ),
        milestones=(
            Milestone(words["first"], day + timedelta(days=30)),
            Milestone(words["second"], day + timedelta(days=60)),
        ),
        maintenance=Maintenance(UNDERTAKER, 24, 20_000),
        place=words["place"],
    )
    version = await plans.write_plan(need.id, content, by=author, note="", base=0)
    terms = marketplace.Terms(600_000, 1, Rule.GREEDY)
    opened = await marketplace.open_round(by=desk, name=words["round"], terms=terms)
    entered = await entering.enter(opened.id, version.plan_id, by=desk)
    await marketplace.open_ballot(opened.id, by=desk)
    for name in VOTERS:
        await marketplace.vote(opened.id, (1,), by=lane.people[name])
    await marketplace.close_and_count(opened.id, by=desk)
    return entered.id


async def with_saved_hours(lane: Lane, minutes: Mapping[str, int]) -> None:
    """Let people have saved so many minutes; how they do is a journey of the time bank."""
    for name, saved in minutes.items():
        await timebank.opening_grant(lane.people[name].member_id, saved, community_id=lane.id)


async def pay_by_card(page: Page, number: str) -> None:
    """Fill the field that the stand-in draws, and pay."""
    card = page.locator("#card-field input")
    await expect(card.first).to_be_visible()
    for place, typed in (("number", number), ("exp_month", "12"), ("exp_year", "34"),
                         ("cvc", "123")):  # fmt: skip
        await page.locator(f"#card-field input[placeholder={place}]").fill(typed)
    await page.locator("#card-form button").click()


async def hand_in(page: Page, box: str, *files: Mapping[str, object]) -> None:
    """Choose files for a form's box, and send the form."""
    await page.locator(f"#field-{box}").set_input_files(list(files))  # type: ignore[arg-type]  # as Playwright spells it
    await send(page)


async def row(page: Page, caption: str, first: str) -> list[str]:
    """Return the cells of the row that begins so, of the table with this caption."""
    return await page.evaluate(  # type: ignore[no-any-return]  # texts, as asked
        """([caption, first]) => {
            const table = [...document.querySelectorAll('main table')]
              .find((one) => one.caption.firstChild.textContent.trim() === caption);
            const row = [...(table?.tBodies[0].rows ?? [])]
              .find((one) => one.cells[0].textContent.trim() === first);
            return [...(row?.cells ?? [])].map((one) => one.textContent.trim());
        }""",
        [caption, first],
    )


async def figure(page: Page, name: str) -> str:
    """Return what stands beside a name, in a page's figures or facts."""
    return await page.evaluate(  # type: ignore[no-any-return]  # a text, as asked
        """(name) => {
            const term = [...document.querySelectorAll('main dt')]
              .find((one) => one.textContent.trim() === name);
            const told = term?.parentElement.querySelector('dd .figure, dd');
            return told?.textContent.trim() ?? '(nothing)';
        }""",
        name,
    )


async def until_told(page: Page, words: str) -> None:
    """Look at a page again until it says so; what it waits for comes by itself."""
    for _ in range(TRIES):
        if words in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.3)
        await page.reload()
    await expect(page.locator("main")).to_contain_text(words)
