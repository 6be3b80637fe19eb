"""Ballots of each kind in a real browser: by touch, by keyboard alone, and at the desk."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from app import forgery
from app.database import Engine
from app.main import create_app
from community import Actor, member
from marketplace import BallotForm, Marks, close_and_count, own_ballot
from tests.journeys.browsing import View, assert_accessible, assert_sound
from tests.journeys.conftest import OpenPage
from tests.journeys.serving import served
from tests.marketplace.ballot_examples import Poll, open_poll
from tests.walks import signed_in_token

SHOTS = os.environ.get("LINLI_SCREENSHOTS")
POINTS = {BallotForm.CUMULATIVE: 5}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port."""
    async with served(create_app()) as address:
        yield address


async def _as(open_page: OpenPage, address: str, who: Actor | None, view: View) -> Page:
    root = address[: address.index("/", 8)]  # choices and sign-in hold for the whole site
    page = await open_page(root, view)
    if who is not None:
        token = await signed_in_token(await member(who.member_id))
        cookie = {"name": forgery.session_cookie(), "value": token, "url": root}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]  # as Playwright spells it
    await page.goto(address)
    return page


async def _shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def _kept(poll: Poll) -> Marks | None:
    own = await own_ballot(poll.round.id, by=poll.voters[0])
    return own.marks if own else None


async def _poll(kind: BallotForm) -> Poll:
    return await open_poll(1, kind, choices=3, points=POINTS.get(kind, 0))


@dataclass(frozen=True)
class Hand:
    """What a voter does: marks, changes the mind, and asks for more than the rules allow."""

    marks: tuple[str, ...]
    marked: Marks
    changes: tuple[str, ...]
    changed: Marks
    told: str
    too_much: str


# `choice-2` is ticked or unticked, `up-4` pressed; `points-5=9` and `place-6=1` are filled in.
HANDS = {
    BallotForm.APPROVAL: Hand(
        ("choice-2", "choice-7", "choice-4"),
        Marks((2, 4, 7)),
        ("choice-7", "choice-5"),
        Marks((2, 4, 5)),
        "3",
        "choice-1",
    ),
    BallotForm.KNAPSACK: Hand(
        ("choice-2", "choice-7"),
        Marks((2, 7)),
        ("choice-7", "choice-5"),
        Marks((2, 5)),
        "700",
        "choice-6",
    ),
    BallotForm.CUMULATIVE: Hand(
        ("more-3", "more-3", "more-1"),
        Marks((1, 3), (1, 2)),
        ("less-3", "more-5", "more-5"),
        Marks((1, 3, 5), (1, 1, 2)),
        "(2)",
        "points-5=9",
    ),
    BallotForm.ORDINAL: Hand(
        ("up-4", "place-6=1"),
        Marks((6, 4)),
        ("down-6", "up-2"),
        Marks((4, 6, 2)),
        "3",
        "up-1",
    ),
}


async def _do(page: Page, deeds: Sequence[str]) -> None:
    for deed in deeds:
        place, _is, filled = deed.partition("=")
        if place.startswith("choice"):
            await page.locator(f"#{place} + label").click()
        elif place.startswith("place"):
            await page.locator(f"#{place}").select_option(filled)
        elif filled:
            await page.locator(f"#{place}").fill(filled)
            await page.locator(f"#{place}").blur()
        else:
            await page.locator(f"#{place}").click()
        if place.startswith(("up", "down")):  # these put the whole list in order anew
            await expect(page.locator(".htmx-request")).to_have_count(0)
            await expect(page.locator(f"#{place}")).to_be_focused()


async def _is_kept(poll: Poll, marks: Marks) -> None:
    for _look in range(100):
        if await _kept(poll) == marks:
            return
        await asyncio.sleep(0.05)
    assert await _kept(poll) == marks


@pytest.mark.parametrize(
    ("kind", "view"),
    [
        (BallotForm.APPROVAL, View(360, "en")),
        (BallotForm.KNAPSACK, View(360)),
        (BallotForm.KNAPSACK, View(1280, "en", scheme="dark")),
        (BallotForm.CUMULATIVE, View(360, "en", "large")),
        (BallotForm.ORDINAL, View(360)),
        (BallotForm.ORDINAL, View(1280, "en")),
    ],
    ids=str,
)
async def test_each_kind_is_marked_changed_kept_and_refused(
    site: str, open_page: OpenPage, kind: BallotForm, view: View
) -> None:
    poll, hand = await _poll(kind), HANDS[kind]
    page = await _as(open_page, f"{site}/rounds/{poll.round.id}/ballot", poll.voters[0], view)
    await assert_sound(page)
    await _do(page, hand.marks)
    await _is_kept(poll, hand.marked)
    await _do(page, hand.changes)
    await _is_kept(poll, hand.changed)
    done = page.locator("#ballot-told .notice-done")
    await expect(done).to_contain_text(hand.told)
    await assert_sound(page)
    await _shot(page, f"ballot-{kind.value}-{view}".replace(" ", "-"))

    before = await done.inner_text()
    await _do(page, [hand.too_much])
    await expect(page.locator("#ballot-told .notice-wrong")).to_be_visible()
    await assert_accessible(page)
    await _shot(page, f"ballot-refused-{kind.value}-{view}")
    assert await _kept(poll) == hand.changed, "the ballot before stands"
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())[1])
    await page.reload()
    assert asked == ["beforeunload"], "nobody leaves a refused choice without a word"
    assert await done.inner_text() == before


async def _tab_to(page: Page, id: str) -> None:  # noqa: A002 (as HTML calls it)
    for _key in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == id:
            return
    pytest.fail(f"Tab never reaches {id}")


async def test_a_ballot_is_put_in_order_by_keyboard_alone(site: str, open_page: OpenPage) -> None:
    poll = await _poll(BallotForm.ORDINAL)
    address = f"{site}/rounds/{poll.round.id}/ballot"
    page = await _as(open_page, address, poll.voters[0], View(1280, "en"))
    for number in (3, 5):
        await page.reload()
        await _tab_to(page, f"up-{number}")
        await page.keyboard.press("Enter")
        await expect(page.locator(f"#place-{number}")).not_to_have_value("")
        await expect(page.locator(".htmx-request")).to_have_count(0)
    await expect(page.locator("#up-5")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.locator("#place-5")).to_have_value("1")
    await _is_kept(poll, Marks((5, 3)))


async def test_points_are_given_without_java_script(site: str, open_page: OpenPage) -> None:
    poll = await _poll(BallotForm.CUMULATIVE)
    address = f"{site}/rounds/{poll.round.id}/ballot"
    page = await _as(open_page, address, poll.voters[0], View(360, java_script=False))
    await page.locator("#points-2").fill("4")
    async with page.expect_navigation():
        await page.locator("#points-2").press("Enter")
    await expect(page.locator("#points-2")).to_have_value("4")
    async with page.expect_navigation():
        await page.locator("#less-2").click()
    assert await _kept(poll) == Marks((2,), (3,))
    await page.locator("#points-1").fill("3")
    async with page.expect_navigation():
        await page.locator("main .button-primary").click()
    await expect(page.locator("#ballot-told .notice-wrong")).to_be_visible()
    await expect(page.locator("#points-1")).to_have_value("3")
    assert await _kept(poll) == Marks((2,), (3,))


async def test_an_elder_votes_at_the_desk_and_finds_the_ballot_later(
    site: str, open_page: OpenPage
) -> None:
    poll = await _poll(BallotForm.APPROVAL)
    where = f"{site}/rounds/{poll.round.id}"
    page = await _as(open_page, f"{where}/desk", poll.coordinator, View(1280))
    await assert_sound(page)
    await _shot(page, "desk")
    await page.locator("#field-name").fill("Voter 0")
    await page.locator("#field-checked-1 + label").click()
    await page.locator("main .button-primary").click()
    await expect(page.locator(".digits")).to_be_visible()
    await assert_sound(page)
    await _shot(page, "desk-code")
    await page.locator("main .button-primary").click()
    await page.wait_for_url("**/ballot-desk/ballot")
    await assert_sound(page)
    assert await page.locator("a:visible:not(.skip)").count() == 0, "nothing leads away"
    await page.locator("#choice-3 + label").click()
    await expect(page.locator("#ballot-told .notice-done")).to_be_visible()
    receipt = await page.locator("#ballot-told .receipt").inner_text()
    await _shot(page, "desk-ballot")
    await page.locator("main .button-primary").click()
    await expect(page.locator("main")).not_to_contain_text(receipt)
    await assert_sound(page)
    await page.goto(f"{where}/close")
    assert "/sign-in" in page.url, "whoever opened it is signed out"
    await close_and_count(poll.round.id, by=poll.coordinator)
    page = await _as(open_page, f"{where}/receipt", poll.voters[0], View(360))
    await page.locator("#field-code").fill(receipt.lower())
    await page.locator("main .button-primary").click()
    await expect(page.locator("main")).to_contain_text("Stage")
    await assert_sound(page)
    await _shot(page, "receipt-found")
    for name in ("ballot/sample",):
        await page.goto(f"{where}/{name}")
        await assert_sound(page)
        await _shot(page, "sample")
