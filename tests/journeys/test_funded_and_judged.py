"""A project with money and hours from many sources, to the last fen, in browsers and languages.

Everything is done by the pages, each by whom it falls to. Only time is helped: the clock's own
verbs are told that a day is there, and the afternoon of helping is moved to this morning.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from app.database import Engine
from app.delivery_words import TIES, wrong_field
from app.evaluation_words import SOURCES as ON_SUMMARY
from app.evaluation_words import WHY_NOT, refusal_words
from app.funding_words import SOURCES
from app.i18n import gettext as said
from app.i18n import speaking
from app.wording import duration, money
from marketplace import evaluation
from marketplace.delivery import Tie
from marketplace.delivery.errors import BeyondBalance, BeyondLine, DeliveryError
from marketplace.evaluation import Aspect, Check, MoneyOnItsWay
from marketplace.evaluation.values import WhyNot
from marketplace.funding import reading
from marketplace.funding.settling import settle_due
from marketplace.funding.values import DriveState, Source
from tests.journeys.browsing import View
from tests.journeys.conftest import OpenPage
from tests.journeys.funded_walk import (
    AUTHOR,
    DESK,
    MORE,
    PAPER,
    TREASURER,
    UNDERTAKER,
    chosen_project,
    figure,
    hand_in,
    row,
    served_with_cards,
    until_told,
    with_saved_hours,
)
from tests.journeys.giving_walk import (
    BACK,
    BY_CARD,
    CAME,
    FIRST,
    FREE_AT_FIRST,
    GAVE,
    GOAL,
    IN_CASH,
    INSPECTOR,
    LAST,
    LEFT,
    MATCHED,
    MINUTES_BACK,
    PLEDGED,
    RAILS,
    RATERS,
    RECEIVED,
    SECOND,
    WORDS,
    enter_cash,
    fill_a_fund,
    give_by_card,
    open_the_drive,
    pledge_hours,
)
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


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(database: Engine) -> AsyncIterator[str]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app on a free port, with a card processor."""
    async with served_with_cards() as address:
        yield address


async def reach_the_goal(lane: Lane, where: str) -> None:
    """See every source on the drive's page, and let its last day come."""
    page = await lane.at(BY_CARD, f"{where}/funding")
    for source, fen in GAVE.items():
        assert (await row(page, said("By source"), said(SOURCES[source])))[2] == money(fen), source
    raised = await row(page, said("By source"), said("Raised in all"))
    assert raised[2:] == [money(GOAL), "100%"]
    await lane.look(page, "drive-full", axe=None)
    await settle_due(at=datetime.now(UTC) + timedelta(days=32))
    (drive,) = await reading.drives(lane.id)
    assert drive.state is DriveState.REACHED
    await page.reload()
    await lane.look(page, "drive-reached", axe=None)
    await page.goto(f"{where}/money")
    whole = await row(page, said("By source"), said("All together"))
    assert whole[1:] == exactly(RECEIVED, 0, 0, RECEIVED)


def exactly(*amounts: int) -> list[str]:
    """Return amounts to the fen, as a column of the open book shows them."""
    return [money(one, exact=True) for one in amounts]


async def begin(lane: Lane, where: str) -> None:
    """Let who carries it out begin."""
    page = await lane.at(UNDERTAKER, where)
    await follow(page, "/delivery")
    await do(page, "/begin")
    assert await figure(page, said("Received")) == money(RECEIVED)
    assert await figure(page, said("Still free")) == money(FREE_AT_FIRST)
    await lane.look(page, "begun", axe=None)


async def report(lane: Lane, where: str, number: int, words: str) -> None:
    """Report a milestone with a photograph."""
    page = await lane.at(UNDERTAKER, f"{where}/delivery")
    await follow(page, f"/milestones/{number}/report")
    await write(page, {"words": words})
    await hand_in(page, "photos", PAPER)
    await expect(page.locator(".delivery-photos img")).to_have_count(number)
    await lane.look(page, f"milestone-{number}", axe=None)


async def ask(lane: Lane, where: str, which: str, fen: int) -> str:
    """Ask for money with a receipt; return the address of the request, empty where refused."""
    words = WORDS[lane.view.language]
    purpose, line = words[f"ask {which}"], {"first": "rails", "last": "seats"}.get(which)
    page = await lane.at(UNDERTAKER, f"{where}/delivery")
    await follow(page, "/delivery/ask")
    await write(page, {"amount": f"{fen / 100:.2f}", "purpose": purpose})
    if line is not None:
        await page.locator("#field-line").select_option(words[line])
    await hand_in(page, "receipts", PAPER)
    if page.url.endswith("/ask"):
        return ""
    await press(page.locator(".requests a", has_text=purpose))
    return page.url


async def approve(lane: Lane, request: str, name: str) -> Page:
    """Press the button that approves, as somebody who may."""
    page = await lane.at(name, request)
    await do(page, "/approve")
    return page


async def ask_for_too_much(lane: Lane, where: str, which: str, why: DeliveryError) -> None:
    """Ask for more than there is: refused, with how much there is and what waits."""
    fen = {"first": RECEIVED, "last": LAST}[which]
    assert not await ask(lane, where, which, fen)
    told = wrong_field(why)
    assert told is not None
    await expect(lane.pages[UNDERTAKER].locator("#field-amount-error")).to_have_text(told[1])
    await lane.look(lane.pages[UNDERTAKER], f"asked-too-much-{which}", axe=None)


async def approved_by_two(lane: Lane, where: str) -> None:
    """Pay the first milestone: neither who asked nor the same person twice makes two approvals."""
    request = await ask(lane, where, "first", FIRST)
    asker = lane.pages[UNDERTAKER]
    await expect(asker.locator("main")).to_contain_text(said(TIES[Tie.ASKER]))
    await lane.look(asker, "request-of-asker", axe=None)
    # There is no button for him. A form that he alters says the same.
    await asker.locator("form[action$='/withdraw']").evaluate(
        "(form) => { form.action = form.action.replace('withdraw', 'approve'); }"
    )
    await do(asker, "/approve")
    await expect(asker.locator(".notice-wrong")).to_contain_text(said(TIES[Tie.ASKER]))
    page = await lane.at(TREASURER, request)
    twin = await page.context.new_page()
    await twin.goto(request)
    await do(page, "/approve")
    await expect(page.locator("main")).to_contain_text(
        said("You have approved it. Somebody else has to approve it as well.")
    )
    await lane.look(page, "request-approved-once", axe=None)
    await do(twin, "/approve")
    await expect(twin.locator(".notice-wrong")).to_be_visible()
    await lane.look(twin, "request-approved-twice", axe=None)
    await twin.close()
    page = await approve(lane, request, DESK)
    await lane.look(page, "request-paid", axe=None)
    page = await lane.at(BY_CARD, f"{where}/delivery")
    assert await figure(page, said("Paid out")) == money(FIRST)
    assert await figure(page, said("Still free")) == money(FREE_AT_FIRST - FIRST)


async def help_with_hands(lane: Lane, where: str, owner: asyncpg.Connection) -> None:
    """Look for hands, sign up, come, and have the hours written down."""
    words = WORDS[lane.view.language]
    page = await lane.at(UNDERTAKER, f"{where}/work")
    await follow(page, "/work/new")
    day = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    await write(
        page, {"title": words["work"], "about": words["about"], "place": words["place"], "day": day}
    )
    await page.locator("#field-time").select_option("14:00")
    await page.locator("#field-minutes").select_option("120")
    await send(page)
    slot = page.url
    for name in CAME:
        helper = await lane.at(name, slot)
        await do(helper, "/sign-up")
    await lane.look(helper, "signed-up", axe=None)
    moved = "UPDATE work_slot SET starts_at = now() - interval '3 hours' WHERE id = $1"
    await owner.execute(moved, slot[-36:])
    for name, minutes in CAME.items():
        await page.goto(slot)
        card = page.locator("form.card", has_text=name)
        await card.locator("input[name=minutes]").fill(str(minutes))
        await lane.look(page, f"who-came-{minutes}", axe=None)
        await press(card.locator("button[value=came]"))
    await page.goto(f"{where}/work")
    paid = sum(CAME.values())
    assert await figure(page, said("Passed to those who helped")) == duration(paid)
    assert await figure(page, said("Left to promise")) == duration(sum(PLEDGED.values()) - paid)
    await lane.look(page, "work-board", axe=None)
    helper = await lane.at("吴老师", "/time-bank/passbook")
    await expect(helper.locator("main")).to_contain_text(duration(CAME["吴老师"]))
    await lane.look(helper, "helper-passbook", axe=None)


async def hand_over(lane: Lane, where: str) -> None:
    """Say that all of it is done; the job then asks residents to judge."""
    page = await lane.at(UNDERTAKER, f"{where}/delivery")
    await follow(page, "/finish")
    await write(page, {"words": WORDS[lane.view.language]["finish"]})
    await send(page)
    await lane.look(page, "finished", axe=None)
    await evaluation.open_due()


async def judge(lane: Lane, where: str) -> None:
    """Let invited residents rate by aspect, and an inspector sign; who approved money may not."""
    words = WORDS[lane.view.language]
    page = await lane.at(RATERS[0], "/messages")
    await lane.look(page, "messages", axe=None)
    for number, name in enumerate(RATERS):
        page = await lane.at(name, f"{where}/evaluation")
        await follow(page, "/rate")
        for aspect in Aspect:
            await tap(page, aspect.value, "5" if number % 2 else "4")
        await write(page, {"comment": words["comment"] if number == 0 else ""})
        if number == 0:
            await lane.look(page, "rating", axe=None)
        await send(page)
    await lane.look(page, "rated", axe=None)
    page = await lane.at(DESK, f"{where}/evaluation")
    await expect(page.locator("main")).to_contain_text(said(WHY_NOT[WhyNot.APPROVER]))
    page = await lane.at(INSPECTOR, f"{where}/evaluation")
    await follow(page, "/sign")
    for check in Check:
        await tap(page, check.value, "yes")
    await write(page, {"words": words["inspected"], "photo_words": words["seats"]})
    await lane.look(page, "inspecting", axe=None)
    await hand_in(page, "photos", PAPER)
    await evaluation.close_due(at=datetime.now(UTC) + timedelta(days=16))


async def read_the_score(lane: Lane, where: str) -> None:
    """Read score and words without names, and let the undertaker reply."""
    words = WORDS[lane.view.language]
    page = await lane.at(UNDERTAKER, f"{where}/evaluation")
    await follow(page, "/reply")
    await write(page, {"reply": words["reply"]})
    await send(page)
    page = await lane.at(BY_CARD, f"{where}/evaluation")
    scores = await row(page, said("How often each mark was given"), said("All together"))
    assert scores[1] == "4.5", "three found it a five, three a four"
    for told in (words["comment"], words["reply"], words["inspected"]):
        await expect(page.locator("main")).to_contain_text(told)
    await expect(page.locator("[aria-labelledby=comments]")).not_to_contain_text(AUTHOR)
    await lane.look(page, "judged", axe=None)


async def sum_up(lane: Lane, where: str) -> None:
    """Pay the last part, then sum up: not before, while somebody waits for money."""
    words = WORDS[lane.view.language]
    request = await ask(lane, where, "last", LAST)
    page = await lane.at(UNDERTAKER, f"{where}/summary")
    await follow(page, "/summary/write")
    await write(page, {"summary": words["last word"]})
    await send(page)
    await expect(page.locator(".notice-wrong")).to_contain_text(refusal_words(MoneyOnItsWay()))
    await approve(lane, request, DESK)
    await approve(lane, request, TREASURER)
    await page.goto(f"{where}/summary/write")
    assert await figure(page, said("Left, and returned to its sources now")) == money(LEFT)
    await write(page, {"summary": words["last word"]})
    await lane.look(page, "summing-up", axe=None)
    await send(page)
    for source, fen in BACK.items():
        returned = await row(page, said("What was left and returned"), said(ON_SUMMARY[source]))
        assert returned[1:] == exactly(fen), source
    hours = await row(page, said("What was left and returned"), said("Pledged hours"))
    assert hours[1:] == [duration(sum(MINUTES_BACK.values()))]
    await lane.look(page, "summary")


async def get_it_back(lane: Lane) -> None:
    """See each part come home: by Stripe, out of the treasurer's hand, to the fund, in hours."""
    words = WORDS[lane.view.language]
    page = await lane.at(TREASURER, "/funding/desk")
    await lane.look(page, "desk-to-hand-back", axe=None)
    await press(page.locator("[aria-labelledby=hand-back] a", has_text=IN_CASH))
    await write(page, {"words": words["back"]})
    await send(page)
    await lane.look(page, "handed-back", axe=None)
    await page.goto(lane.site + "/funding/funds")
    assert await figure(page, said("Free")) == money(200_000 - MATCHED + BACK[Source.MATCHING])
    giver = await lane.at(BY_CARD, "/me/contributions")
    told = said("%(money)s of it was given back.") % {"money": money(BACK[Source.CARD])}
    await until_told(giver, told)
    await expect(giver.locator("main a[href$='/pay']")).to_have_count(0)  # not for what failed
    failed = giver.locator("article", has_text=said("The payment did not go through"))
    await expect(failed).to_contain_text(said("Nothing was taken."))
    await lane.look(giver, "my-gifts", axe=None)
    for name, minutes in MINUTES_BACK.items():
        page = await lane.at(name, "/me/contributions")
        await expect(page.locator("main")).to_contain_text(duration(minutes))


async def read_the_open_book(lane: Lane, where: str) -> None:
    """Find every source with what it gave, what went back and was spent, and nothing left."""
    page = await lane.at(BY_CARD, f"{where}/money")
    await expect(page.locator("main .notice-done").first).to_contain_text(
        said("The book balances now")
    )
    by_source = said("By source")
    for source, gave in GAVE.items():
        told = await row(page, by_source, said(SOURCES[source]))
        back = BACK[source]
        assert told[1:] == exactly(gave, back, gave - back, 0), source
    spent = FIRST + SECOND + LAST
    whole = await row(page, by_source, said("All together"))
    assert whole[1:] == exactly(RECEIVED, LEFT, spent, 0)
    if lane.view.width > 800:  # else the table stands for it
        await expect(page.locator("[data-sankey=CNY] canvas")).to_be_visible()
    await page.locator("details.more").last.locator("summary").click()
    await lane.look(page, "open-book")
    for kind in ("csv", "json", "xlsx"):
        async with page.expect_download() as coming:
            await page.locator(f"main a[href$='transfers.{kind}']").click()
        taken = await coming.value
        body = (await taken.path()).read_bytes()
        if kind == "json":
            (book,) = [one for one in json.loads(body)["books"] if one["unit"] == "CNY"]
            assert (book["given"], book["returned"], book["spent"], book["held"]) == (
                RECEIVED, LEFT, spent, 0
            )  # fmt: skip
            assert book["balanced"]
        assert body
    await page.goto(lane.site + "/open-books")
    await lane.look(page, "open-books", axe=None)


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_funded_delivered_judged_and_returned(
    site: str, open_page: OpenPage, view: View, owner: asyncpg.Connection
) -> None:
    words = WORDS[view.language]
    with speaking(view.language):
        lane = await open_lane(site, open_page, view, MORE)
        where = f"{site}/projects/{await chosen_project(lane, words)}"
        await with_saved_hours(lane, PLEDGED)
        await fill_a_fund(lane, words)
        await open_the_drive(lane, where)
        await give_by_card(lane, where)
        await enter_cash(lane, where)
        await pledge_hours(lane, where)
        await reach_the_goal(lane, where)

        await begin(lane, where)
        await ask_for_too_much(lane, where, "first", BeyondLine(words["rails"], RAILS))
        await report(lane, where, 1, words["first done"])
        await approved_by_two(lane, where)
        await help_with_hands(lane, where, owner)
        await report(lane, where, 2, words["second done"])
        request = await ask(lane, where, "second", SECOND)
        await approve(lane, request, DESK)
        await approve(lane, request, TREASURER)
        free, waits = FREE_AT_FIRST - FIRST - SECOND, RECEIVED // 10
        await ask_for_too_much(lane, where, "last", BeyondBalance(free, waits))
        await hand_over(lane, where)

        await judge(lane, where)
        await read_the_score(lane, where)
        await sum_up(lane, where)
        await get_it_back(lane)
        await read_the_open_book(lane, where)
        page = await lane.at(BY_CARD, where)
        await lane.look(page, "project", axe=None)
