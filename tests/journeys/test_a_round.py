"""A round as its people live it: proposed, voted on, closed and paid, in real browsers."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

import ledger
from app import forgery
from app.database import Engine
from app.main import create_app
from community import Actor, Role, add_community, add_member, member
from marketplace import (
    Category,
    Draft,
    Marks,
    Terms,
    close_and_count,
    import_election,
    open_ballot,
    open_round,
    propose,
    reading,
    result_reading,
    vote,
)
from marketplace.counting import Completion, Rule
from tests.journeys.browsing import View, assert_accessible, assert_fits, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.walks import signed_in_token


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port."""
    async with served(create_app()) as address:
        yield address


@dataclass(frozen=True)
class Lane:
    """The people of one community."""

    id: uuid.UUID
    coordinator: Actor
    residents: list[Actor]


@pytest_asyncio.fixture(loop_scope="session")
async def lane(database: Engine) -> Lane:  # noqa: ARG001 (must be migrated)
    """Give a new community with a coordinator and three residents."""
    home = await add_community(code=f"walk-{uuid.uuid4().hex[:10]}", name="凤池弄")
    people = [
        await add_member(community_id=home.id, name=name, roles=(role,))
        for name, role in (
            ("周敏", Role.COORDINATOR),
            ("陈桂芳", Role.RESIDENT),
            ("李明", Role.RESIDENT),
            ("王晓燕", Role.RESIDENT),
        )
    ]
    actors = [Actor(one.id, one.community_id, one.roles) for one in people]
    return Lane(home.id, actors[0], actors[1:])


async def _as(open_page: OpenPage, site: str, who: Actor, view: View) -> Page:
    page = await open_page(f"{site}/projects", view)
    token = await signed_in_token(await member(who.member_id))
    cookie = {"name": forgery.session_cookie(), "value": token, "url": site}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]  # as Playwright spells it
    await page.reload()
    return page


async def _sound(page: Page, view: View) -> None:
    if view.java_script:  # axe is a script itself
        await assert_sound(page)
    else:
        await assert_fits(page)


async def _send(page: Page) -> None:
    """Press the page's one primary button and wait for the next page."""
    async with page.expect_navigation():
        await page.locator("main .button-primary, main .button-grave").last.click()


@pytest.mark.parametrize(
    "view", [View(360), View(1280, "en"), View(360, "en", "large", java_script=False)], ids=str
)
async def test_from_an_idea_to_its_money(
    site: str, open_page: OpenPage, lane: Lane, view: View
) -> None:
    desk = await _as(open_page, site, lane.coordinator, view)
    where = await _open(desk, site, view)
    chen = await _as(open_page, site, lane.residents[0], view)
    await _propose(chen, where, ("楼道扶手", "1000.01"))
    await _is_told_and_mends(chen, view)
    for said in (("晾衣架更新", "500"), ("弄堂评弹角", "600")):
        await _propose(chen, where, said)
        assert "/projects/" in chen.url
    await _sound(chen, view)

    await desk.goto(where)
    await _send(desk)
    await _sound(desk, view)
    for place, resident in enumerate(lane.residents):
        page = await _as(open_page, site, resident, view)
        await page.goto(f"{where}/ballot")
        await _tick(page, [1, 2] if place < 2 else [1, 3], view)
    if view.java_script:
        await _one_too_many(page)
    await page.reload()
    assert await page.locator("input:checked").count() == 2

    await desk.goto(f"{where}/close")
    await _send(desk)
    assert desk.url == where
    text = await desk.locator("main").inner_text()
    assert "¥900" in text
    assert "楼道扶手" in text
    await page.goto(f"{where}/ballot")
    assert page.url == where, "a closed ballot leads to the result"

    await desk.locator(".bar-won a").first.click()
    await desk.wait_for_url("**/projects/*")
    assert "¥400" in await desk.locator("main").inner_text()
    await _book_agrees(lane, where)


async def _open(desk: Page, site: str, view: View) -> str:
    """Let the coordinator open a round; return where it is."""
    await desk.goto(f"{site}/rounds/new")
    await desk.locator("#field-name").fill("秋季微实事")
    await desk.locator("#field-budget").fill("1000")
    await desk.locator("#field-choices_max").fill("2")
    await _send(desk)
    assert re.search(r"/rounds/[0-9a-f-]{36}$", desk.url)
    await expect(desk.locator("#notices")).not_to_be_empty()
    await _sound(desk, view)
    return desk.url


async def _propose(page: Page, where: str, said: tuple[str, str]) -> None:
    await page.goto(f"{where}/propose")
    await page.locator("#field-title").fill(said[0])
    await page.locator("#field-purpose").fill("老人走得稳，大家都方便。")
    await page.locator("#field-place").fill("凤池弄 3 号")
    await page.locator("#field-category-1 + label").click()
    await page.locator("#field-cost").fill(said[1])
    await _send(page)


async def _is_told_and_mends(page: Page, view: View) -> None:
    """See what a project dearer than the round meets: nothing typed is lost."""
    assert await page.evaluate("document.activeElement.id") == "field-cost"
    assert await page.locator("#field-title").input_value() == "楼道扶手"
    assert await page.locator("#field-category-1").is_checked()
    await _sound(page, view)
    await page.locator("#field-cost").fill("400")
    await _send(page)
    assert "/projects/" in page.url


async def _book_agrees(lane: Lane, where: str) -> None:
    """See that the winners' accounts hold exactly their cost, and the book sums to zero."""
    trial = await ledger.trial_balance(ledger.CommunityId(lane.id))
    held = {
        line.account.owner: line.balance.posted
        for line in trial.lines
        if line.account.kind == "project"
    }
    projects = await reading.projects_of(
        uuid.UUID(where[-36:]),  # type: ignore[arg-type] # a round's id
        community_id=lane.id,
    )
    assert held == {one.id: one.cost_fen for one in projects if one.state == "chosen"}
    assert sorted(held.values()) == [40_000, 50_000]
    assert trial.balanced


async def _tick(page: Page, numbers: list[int], view: View) -> None:
    """Tick projects: with scripts each tick is saved by itself, without them the button saves."""
    for done, number in enumerate(numbers, 1):
        await page.locator(f"#choice-{number} + label").click()
        if view.java_script:
            await expect(page.locator("#ballot-told .notice-done")).to_contain_text(str(done))
    if not view.java_script:
        await _send(page)
        await expect(page.locator("#ballot-told .notice-done")).to_be_visible()


async def _one_too_many(page: Page) -> None:
    await page.locator("#choice-2 + label").click()
    await expect(page.locator("#ballot-told .notice-wrong")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "choice-2"
    await assert_accessible(page)


async def test_quick_ticks_all_arrive(site: str, open_page: OpenPage, lane: Lane) -> None:
    """Whoever ticks faster than the network answers has the last state saved."""
    terms = Terms(100_000, 5, Rule.GREEDY)
    opened = await open_round(by=lane.coordinator, name="快", terms=terms)
    for number in range(5):
        draft = Draft(f"项目 {number}", "大家", "弄堂", Category.CULTURE, 10_000)
        await propose(opened.id, draft, by=lane.residents[0])
    await open_ballot(opened.id, by=lane.coordinator)
    page = await _as(open_page, site, lane.residents[0], View())
    await page.goto(f"{site}/rounds/{opened.id}/ballot")
    await page.evaluate(
        "for (const box of document.querySelectorAll('input[name=choice]')) box.click()"
    )
    await expect(page.locator("#ballot-told .notice-done")).to_contain_text("勾选了 5 个")
    await close_and_count(opened.id, by=lane.coordinator)
    closed = await reading.read_round(opened.id, community_id=lane.id)
    assert await result_reading.cast_ballots(closed) == [(Marks((1, 2, 3, 4, 5)), 1)]


@pytest.mark.parametrize(
    "view",
    [View(360), View(360, "en", "large"), View(1280, "en"), View(1280, scheme="dark")],
    ids=str,
)
async def test_results_are_sound_for_every_pair_of_eyes(
    site: str, open_page: OpenPage, lane: Lane, view: View
) -> None:
    terms = Terms(90_000, 2, Rule.MES, completion=Completion.ADD1_GREEDY)
    opened = await open_round(by=lane.coordinator, name="春季微实事", terms=terms)
    for title, fen in (("戏台", 60_000), ("长椅", 30_000), ("路灯", 30_000)):
        draft = Draft(title, "大家", "弄堂", Category.ELDER_CARE, fen)
        await propose(opened.id, draft, by=lane.residents[0])
    await open_ballot(opened.id, by=lane.coordinator)
    for resident, choices in zip(lane.residents, ([1, 2], [1, 2], [3]), strict=True):
        await vote(opened.id, choices, by=resident)
    await close_and_count(opened.id, by=lane.coordinator)
    imported = await import_election(_wide().encode(), community_id=lane.id, file_name="hill.pb")
    page = await _as(open_page, site, lane.residents[0], view)
    await assert_sound(page)
    for address in (f"/rounds/{opened.id}", f"/elections/{imported.id}", "/elections"):
        await page.goto(site + address)
        for fold in await page.locator("details").all():
            await fold.evaluate("one => { one.open = true }")
        await assert_sound(page)


def _wide() -> str:
    """Return an election of forty projects, some with names that do not break well."""
    lines = ["META", "key;value", "unit;Hill", "budget;1000", "vote_type;approval"]
    lines += ["num_votes;31", "currency;PLN", "PROJECTS", "project_id;cost;name"]
    lines += [f"p{n:02d};300;Rewitalizacja{'-terenów' * (n % 6)} {n}" for n in range(40)]
    lines += ["VOTES", "voter_id;vote"]
    lines += [f"{n};{','.join(f'p{p:02d}' for p in range(40) if p <= n)}" for n in range(30)]
    return "\n".join(lines) + "\n"
