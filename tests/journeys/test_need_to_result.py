"""From a need to the result of a ballot as its people live it, in real browsers and two languages.

Everything is done by the pages. Only the day on which a call closes comes at once: the clock's own
verb is told that it is there.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from app.database import Engine
from app.main import create_app
from marketplace import plans
from tests.app.test_beside_pages import picture
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

AUTHOR, OTHER, UNDERTAKER, CRITIC, DESK = "陈桂芳", "李明", "钱师傅", "吴老师", "周敏"
NEIGHBOURS = ("李明", "王晓燕", "赵阿姨", "吴老师", "郑小兰")

WORDS = {
    "zh": {
        "theirs": "楼梯没有扶手", "theirs story": "老人下楼时没有地方可以扶，很危险。",
        "title": "楼道里装扶手", "story": "三号楼没有电梯，老人上楼没有扶手可扶，要歇三次。",
        "place": "三号楼楼道", "plan": "三号楼楼道扶手",
        "summary": "每层楼梯装不锈钢扶手。", "line": "不锈钢扶手", "help": "搬运和清扫",
        "for": "我妈妈八十岁，有扶手她才敢下楼。", "against": "楼道窄，装了扶手搬家具不方便。",
        "question": "扶手多高？孩子够得着吗？", "answer": "八十五厘米，下面再加一根矮的。",
        "why": "矮的一根给孩子用，不能少。", "amended": "矮扶手", "rival": "弄堂口的长椅",
        "seconded": "等待初选", "chosen": "入选", "round": "秋季微实事",
    },
    "en": {
        "theirs": "No handrail on the stairs", "theirs story": "Elders have nothing to hold on to.",
        "title": "A handrail on the stairs of house 3",
        "story": "House 3 has no lift. Elders have nothing to hold on to and rest three times.",
        "place": "House 3", "plan": "Handrails in house 3",
        "summary": "A steel handrail along the stairs of every floor.", "line": "Steel handrails",
        "help": "Carrying and sweeping",
        "for": "My mother is eighty. With a rail she dares to go down.",
        "against": "The stairs are narrow. Furniture will hardly pass.",
        "question": "How high is it? Can children reach it?",
        "answer": "85 centimetres, and a lower one below.",
        "why": "The lower one is for children.", "amended": "A lower rail",
        "rival": "A bench at the gate", "seconded": "Waits for screening", "chosen": "chosen",
        "round": "Autumn projects",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port."""
    async with served(create_app()) as address:
        yield address


async def raise_theirs(lane: Lane, words: dict[str, str]) -> None:
    """Let a neighbour raise a need of the like before."""
    page = await lane.at(OTHER, "/needs")
    await follow(page, "/needs/new")
    await write(page, {"title": words["theirs"], "story": words["theirs story"]})
    await tap(page, "category", "elder_care")
    await send(page)


async def raise_ours(lane: Lane, words: dict[str, str]) -> str:
    """Raise a need with a photograph; the like of it is seen while typing. Return its address."""
    page = await lane.at(AUTHOR, "/needs")
    await follow(page, "/needs/new")
    await page.locator("#field-title").press_sequentially(words["title"], delay=10)
    await expect(page.locator("#similar")).to_contain_text(words["theirs"])
    await lane.look(page, "typing")
    await write(page, {"story": words["story"], "place": words["place"]})
    await tap(page, "category", "elder_care")
    photo = {"name": "stairs.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    await page.locator("#field-photo").set_input_files(photo)  # type: ignore[arg-type]  # as Playwright spells it
    await send(page)
    await expect(page.locator("h1")).to_have_text(words["title"])
    await expect(page.locator("figure.photo img")).to_be_visible()
    await lane.look(page, "need", axe=None)
    return page.url


async def stand_behind(lane: Lane, need: str, words: dict[str, str]) -> None:
    """Let neighbours stand behind it until there are enough."""
    for name in NEIGHBOURS:
        page = await lane.at(name, need)
        await do(page, "/second")
    await expect(page.locator("main")).to_contain_text(words["seconded"])


async def screen(lane: Lane, need: str) -> None:
    """Let the coordinator answer the checklist, and accept."""
    page = await lane.at(DESK, "/screenings")
    await follow(page, f"{need[-36:]}/screening")
    await follow(page, "/checklist")
    for one in await page.locator("input[name^=point_][value=yes] + label").all():
        await one.click()
    await send(page)
    assert page.url.endswith("/checklist"), "the cost is still missing"
    assert await page.evaluate("document.activeElement.id") == "field-least"
    await lane.look(page, "checklist-refused")
    await write(page, {"least": "6000", "most": "9000"})
    await send(page)
    await tap(page, "outcome", "accepted")
    await write(page, {"reason": "OK"})
    await send(page)
    await lane.look(page, "screened", axe=None)


async def find_an_undertaker(lane: Lane, need: str) -> None:
    """Open a call, answer it, let its day come, and choose."""
    desk = await lane.at(DESK, f"{need}/plan")
    await follow(desk, "/plan/call")
    await write(desk, {"seeking": "找会装扶手的人"})
    await send(desk)
    hand = await lane.at(UNDERTAKER, f"{need}/plan")
    await press(hand.locator("main a[href*='/plan/calls/']").first)
    await follow(hand, "/offer")
    await tap(hand, "organisation", "alone")
    await write(hand, {"words": "我装过六幢楼。", "brings": "电钻和梯子", "cost": "7500"})
    await tap(hand, "close", "no")
    await send(hand)
    await lane.look(hand, "offer", axe=None)
    await plans.close_due_calls(at=datetime.now(UTC) + timedelta(days=16))
    await desk.goto(hand.url)
    await follow(desk, "/choose")
    await write(desk, {"reason": "他做过，邻居都说好。"})
    await send(desk)
    await expect(desk.locator("#undertaker + .card")).to_contain_text(UNDERTAKER)


async def write_the_plan(lane: Lane, need: str, words: dict[str, str]) -> None:
    """Let the author write the plan with lines in money and in hours."""
    page = await lane.at(AUTHOR, need)
    await follow(page, "/plan")
    await follow(page, "/plan/edit")
    await write(
        page,
        {
            "title": words["plan"],
            "summary": words["summary"],
            "place": words["place"],
            "line-1-label": words["line"],
            "line-1-yuan": "7500",
            "line-2-label": words["help"],
            "line-2-hours": "10",
            "milestone-1-title": words["line"],
            "milestone-1-day": (datetime.now(UTC) + timedelta(days=90)).date().isoformat(),
            "who": UNDERTAKER,
            "months": "24",
        },
    )
    await send(page)
    await expect(page.locator("main")).to_contain_text("¥7,500")
    await lane.look(page, "plan", axe=None)


async def talk(lane: Lane, need: str, words: dict[str, str]) -> None:
    """Speak for it and against it, ask, and answer."""
    for name, side in (("王晓燕", "for"), (CRITIC, "against"), ("郑小兰", "question")):
        page = await lane.at(name, need)
        await follow(page, "/arguments")
        await follow(page, f"?side={side}")
        await write(page, {"words": words[side]})
        await tap(page, "agreed", "yes")
        await send(page)
    page = await lane.at(AUTHOR, f"{need}/arguments")
    await press(page.locator(".talk-question a[href*='?to=']").first)
    await write(page, {"words": words["answer"]})
    await tap(page, "agreed", "yes")
    await send(page)
    await expect(page.locator(".talk-question")).to_contain_text(words["answer"])
    await lane.look(page, "talk", axe=None)


async def amend(lane: Lane, need: str, words: dict[str, str]) -> None:
    """Propose a change to the budget, accept it, and read what is new."""
    page = await lane.at(CRITIC, f"{need}/plan")
    await follow(page, "/amendments/new")
    await follow(page, "?part=lines")
    await write(
        page, {"line-3-label": words["amended"], "line-3-yuan": "800", "reason": words["why"]}
    )
    await send(page)
    await lane.look(page, "amendment", axe=None)
    proposed = page.url
    author = await lane.at(AUTHOR, proposed)
    await do(author, "/accept")
    await expect(author.locator("main")).to_contain_text("¥8,300")
    await follow(author, "/compare")
    await expect(author.locator("main table")).to_contain_text(words["amended"])
    await expect(author.locator("main table")).to_contain_text("¥800")
    await lane.look(author, "compare", axe=None)


async def to_the_ballot(lane: Lane, need: str, words: dict[str, str]) -> str:
    """Open a round, enter the plan beside another project, open the ballot; return the round."""
    desk = await lane.at(DESK, "/projects")
    await follow(desk, "/rounds/new")
    await write(desk, {"name": words["round"], "budget": "9000", "choices_max": "2"})
    await tap(desk, "entry", "open")
    await send(desk)
    where = desk.url
    author = await lane.at(AUTHOR, need)
    await follow(author, "/round")
    await do(author, "/enter")
    await expect(author.locator("h1")).to_have_text(words["plan"])
    other = await lane.at(OTHER, where)
    await follow(other, "/propose")
    await write(
        other, {"title": words["rival"], "purpose": words["why"], "place": "3", "cost": "2000"}
    )
    await tap(other, "category", "environment")
    await send(other)
    await desk.goto(where)
    await do(desk, "/open-ballot")
    return where


async def vote(page: Page, where: str, *, change: bool) -> str:
    """Tick, and where somebody thinks again, tick otherwise; return the receipt."""
    await page.goto(where)
    await follow(page, "/ballot")
    told = page.locator("#ballot-told .notice-done")
    if change:
        await page.locator("#choice-2 + label").click()
        await expect(told).to_be_visible()
        receipt = await page.locator("#ballot-told .receipt").inner_text()
        await page.locator("#choice-2 + label").click()
        await expect(told).not_to_be_visible()
    await page.locator("#choice-1 + label").click()
    await expect(told).to_be_visible()
    kept = await page.locator("#ballot-told .receipt").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", kept)
    assert not change or kept == receipt, "the receipt stays the same"
    return kept


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_from_a_need_to_the_result(site: str, open_page: OpenPage, view: View) -> None:
    words, lane = WORDS[view.language], await open_lane(site, open_page, view)
    await raise_theirs(lane, words)
    need = await raise_ours(lane, words)
    await stand_behind(lane, need, words)
    await screen(lane, need)
    await find_an_undertaker(lane, need)
    await write_the_plan(lane, need, words)
    await talk(lane, need, words)
    await amend(lane, need, words)
    where = await to_the_ballot(lane, need, words)
    voter = await lane.at("王晓燕", where)
    receipt = await vote(voter, where, change=True)
    await lane.look(voter, "ballot")
    await vote(await lane.at("赵阿姨", where), where, change=False)

    desk = await lane.at(DESK, where)
    await follow(desk, "/close")
    await press(desk.locator("main .button-grave"))
    await expect(desk.locator(".bar-won")).to_have_count(1)
    await expect(desk.locator(".bar-won")).to_contain_text(words["plan"])
    await lane.look(desk, "result")
    await voter.goto(where)
    await follow(voter, "/receipt")
    await write(voter, {"code": receipt.lower()})
    await send(voter)
    found = voter.locator("[aria-labelledby=as-counted]")
    await expect(found).to_contain_text(words["plan"])
    await expect(found).not_to_contain_text(words["rival"])
    await lane.look(voter, "receipt-found")
    await voter.goto(need)
    await expect(voter.locator("main")).to_contain_text(words["round"])
