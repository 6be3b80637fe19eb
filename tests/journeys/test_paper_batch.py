"""A batch of paper ballots with two differences in real browsers, from the print to the receipt."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from playwright.async_api import Page, expect

from app.database import Engine
from app.main import create_app
from marketplace import Category, Draft, Terms, open_ballot, open_round, propose
from marketplace.counting import Rule
from tests.journeys.browsing import View
from tests.journeys.conftest import OpenPage
from tests.journeys.marketplace_walk import (
    Lane,
    do,
    follow,
    open_lane,
    press,
    send,
    tap,
    write,
)
from tests.journeys.serving import served

DESK, OPERATOR, THIRD, CHECKER = "周敏", "孙颖", "何进", "沈工"
LAMP, BENCH, SWING = "路灯", "长椅", "秋千"
# What is on the papers, what the first reads and the second reads.
PAPERS = (("1 2", "1 2", "2 1"), ("3", "2", "3"), ("1", "1", ""))


@dataclass(frozen=True)
class Paper:
    """A ballot in somebody's hand: its serial number, and the code on its stub."""

    serial: str
    code: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port."""
    async with served(create_app()) as address:
        yield address


async def open_ballot_in(lane: Lane) -> str:
    """Open the ballot of a round with three projects; return where it is."""
    desk, resident = lane.people[DESK], lane.people["陈桂芳"]
    opened = await open_round(by=desk, name="秋季微实事", terms=Terms(100_000, 2, Rule.GREEDY))
    for title, fen in ((LAMP, 60_000), (BENCH, 50_000), (SWING, 40_000)):
        draft = Draft(title, "给大家", "三号弄", Category.ENVIRONMENT, fen)
        await propose(opened.id, draft, by=resident)
    await open_ballot(opened.id, by=desk)
    return f"/rounds/{opened.id}"


async def print_them(lane: Lane, where: str) -> list[Paper]:
    """Print four ballots; return them as they come out of the printer."""
    desk = await lane.at(DESK, where)
    await follow(desk, "/paper")
    await lane.look(desk, "paper-empty")
    await write(desk, {"size": "4"})
    await do(desk, "/paper/print")
    assert desk.url.endswith("/prints/1")
    await lane.look(desk, "paper-print")
    sheets = await desk.locator(".paper-sheet").all_inner_texts()
    assert len(sheets) == 4
    found = []
    for sheet in sheets:
        serial = re.search(r"\b\d{2}-\d{3}-\d\b", sheet)
        code = re.search(r"(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])", sheet)
        assert serial, sheet
        assert code, sheet
        assert all(title in sheet for title in (LAMP, BENCH, SWING))
        found.append(Paper(serial[0], code[0]))
    return found


async def hand_out(lane: Lane, where: str) -> None:
    """Give three residents a ballot; a name that nobody has is asked for again."""
    page = await lane.at(OPERATOR, f"{where}/paper")
    await follow(page, "/hand-out")
    await write(page, {"name": "赵大爷"})
    await send(page)
    await expect(page.locator("#field-name")).to_be_focused()
    await lane.look(page, "paper-nobody")
    for name in ("陈桂芳", "李明", "赵阿姨"):
        await write(page, {"name": name})
        await send(page)
        await expect(page.locator("#notices")).to_contain_text(name)


async def key_in(page: Page, paper: Paper, marks: str) -> None:
    """Key what one reads on a ballot; the cursor stands where the number is typed."""
    await expect(page.locator("#field-serial")).to_be_focused()
    await page.keyboard.type(paper.serial)
    await page.keyboard.press("Tab")
    await page.keyboard.type(marks)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def settle(lane: Lane, where: str, papers: list[Paper]) -> None:
    """Let a third person look at the two ballots that were read differently."""
    own = await lane.at(OPERATOR, f"{where}/paper/differences")
    assert await own.locator("main .card").count() == 0, "who keyed them does not settle them"
    third = await lane.at(THIRD, f"{where}/paper")
    await follow(third, "/paper/differences")
    await expect(third.locator("main .card")).to_have_count(2)
    await lane.look(third, "paper-differences")
    for paper, (marked, *_read) in list(zip(papers, PAPERS, strict=False))[1:]:
        await follow(third, f"/differences/{paper.serial}")
        await write(third, {"marks": marked})
        await send(third)
    await expect(third.locator("main .card")).to_have_count(0)


async def audit(lane: Lane, where: str, papers: list[Paper]) -> None:
    """Throw the dice, and look again at what was drawn: each by somebody who has not read it."""
    desk = await lane.at(DESK, f"{where}/paper")
    await follow(desk, "/paper/audit")
    await write(desk, {"seed": "4152"})
    await send(desk)
    await expect(desk.locator("#field-seed")).to_be_focused()
    await write(desk, {"seed": "415263"})
    await send(desk)
    for place, who in ((0, THIRD), (1, CHECKER), (2, CHECKER)):
        page = await lane.at(who, f"{where}/paper/audit")
        await tap(page, "serial", papers[place].serial)
        await write(page, {"marks": PAPERS[place][0]})
        if not place:
            await lane.look(page, "paper-audit")
        await send(page)
    await page.goto(f"{lane.site}{where}/paper")
    await expect(page.locator("main")).not_to_contain_text("95 %")  # all were looked at
    await lane.look(page, "paper-report")


async def test_a_batch_with_two_differences(site: str, open_page: OpenPage) -> None:
    lane = await open_lane(site, open_page, View(360, "zh"))
    where = await open_ballot_in(lane)
    papers = await print_them(lane, where)
    await hand_out(lane, where)
    for who, reading in ((OPERATOR, 1), (DESK, 2)):
        page = await lane.at(who, f"{where}/paper")
        await follow(page, "/paper/key")
        for paper, marks in zip(papers, PAPERS, strict=False):
            await key_in(page, paper, marks[reading])
    await lane.look(page, "paper-keyed")

    await page.goto(f"{site}{where}/close")
    await press(page.locator("main .button-grave"))
    await expect(page.locator("#notices .notice-wrong")).to_contain_text("2")
    await settle(lane, where, papers)
    await audit(lane, where, papers)
    desk = await lane.at(DESK, f"{where}/close")
    await press(desk.locator("main .button-grave"))
    await expect(desk.locator(".bar-won")).to_have_count(2)

    voter = await lane.at("李明", where)
    await follow(voter, "/receipt")
    await write(voter, {"code": papers[1].code.lower()})
    await send(voter)
    found = voter.locator("[aria-labelledby=as-counted]")
    await expect(found).to_contain_text(SWING)
    await expect(found).not_to_contain_text(BENCH)
    await lane.look(voter, "paper-receipt")
    await voter.goto(f"{site}{where}")
    await follow(voter, "/paper")
    await expect(voter.locator("main")).to_contain_text("415263")
