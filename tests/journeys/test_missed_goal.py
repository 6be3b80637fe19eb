"""A project that misses its goal: every card refunded, every hour back, in browsers and languages.

Everything is done by the pages, each by whom it falls to. Only time is helped: what a drive was is
made so much older that its last day is over, and then the app's own job ends it.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, expect

from app.card_payments.standing_in import SETTINGS, StandIn, standing_in
from app.database import Engine
from app.database import address as database_address
from app.i18n import gettext as said
from app.i18n import speaking
from app.main import create_app, jobs
from app.settings import settings
from app.wording import duration, money
from marketplace.funding import reading
from marketplace.funding.matching import add_to_fund, found_fund
from marketplace.funding.values import Contribution, ContributionState, Drive
from tests.journeys.browsing import View
from tests.journeys.conftest import OpenPage
from tests.journeys.funded_walk import (
    ASKS_THE_BANK,
    DESK,
    MORE,
    PAPER,
    TREASURER,
    chosen_project,
    figure,
    hand_in,
    pay_by_card,
    with_saved_hours,
)
from tests.journeys.marketplace_walk import SHOTS, Lane, open_lane, press, send, tap, write
from tests.journeys.serving import served
from tests.marketplace.funding_examples import has_minutes, lies, past_deadline

GOOD, DECLINED = "4242424242424242", "4000000000000341"
ASKED, TWICE, NEVER, UNDECIDED, LATE, IN_CASH = (
    "李明", "王晓燕", "赵阿姨", "钱师傅", "陈桂芳", "吴老师",
)  # fmt: skip
GIVES: Final = {ASKED: 20_000, TWICE: 15_050, NEVER: 9_000, UNDECIDED: 7_700, LATE: 12_300}
CASH: Final = 8_808
PLEDGES: Final = {"郑小兰": 240, IN_CASH: 120}
SAVED: Final = {"郑小兰": 300, IN_CASH: 180}
FUND, CAP = 300_000, 100_000

THANKS = (
    "Thank you. Your gift has arrived and stands on the project's page. If the goal is not "
    "reached, you get all of it back on the same card or account."
)
MISSED = "The goal was not reached, so everybody gets everything back (%(day)s)."
AGREE = "They agree: every payment, everything given back, every fee."

WORDS = {
    "zh": {
        "need": "楼道没有扶手", "story": "老人上楼要歇三次。", "place": "凤池弄 3 号楼",
        "plan": "三号楼扶手和座椅", "summary": "每层装扶手，二楼和四楼装折叠座椅。",
        "offer": "我装过六幢楼的扶手。", "brings": "电钻和梯子", "rails": "不锈钢扶手",
        "seats": "折叠座椅", "help": "搬运和清扫", "first": "扶手装好", "second": "座椅装好",
        "round": "秋季微实事", "fund": "物业互助基金", "why": "再加一排矮扶手，给孩子用。",
        "to": "吴老师本人，已签字",
    },
    "en": {
        "need": "No handrail on the stairs", "story": "Elders rest three times on the way up.",
        "place": "House 3", "plan": "Rails and seats in house 3",
        "summary": "A rail on every floor, folding seats on the second and fourth.",
        "offer": "I have put rails into six houses.", "brings": "A drill and ladders",
        "rails": "Steel rails", "seats": "Folding seats", "help": "Carrying and sweeping",
        "first": "The rails are up", "second": "The seats are up", "round": "Autumn projects",
        "fund": "Property company's fund", "why": "A lower rail as well, for children.",
        "to": "Wu himself, signed",
    },
}  # fmt: skip


@dataclass
class Post:
    """Carries what Stripe tells to the app, unless it is to keep it for a while."""

    to: str = ""
    keeps: bool = False
    kept: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        letter = (await request.read(), {"Stripe-Signature": request.headers["Stripe-Signature"]})
        if self.keeps:
            self.kept.append(letter)
            self.came.set()
        else:
            await self._carry(letter)
        return web.Response()

    async def _carry(self, letter: tuple[bytes, dict[str, str]]) -> None:
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(self.to, content=letter[0], headers=letter[1])
        kind = json.loads(letter[0])["type"]
        self.answers.append(f"{kind} {answer.status_code} {answer.text.strip()}")

    async def bring(self, times: int = 1) -> list[str]:
        """Bring what was kept, so many times; return how it was answered."""
        async with asyncio.timeout(20):
            await self.came.wait()
        self.came.clear()
        before, self.keeps = len(self.answers), False
        for _ in range(times):
            for letter in self.kept:
                await self._carry(letter)
        self.kept.clear()
        return self.answers[before:]


@dataclass(frozen=True)
class Ground:
    """The served app, the stand-in for Stripe, and the post between them."""

    site: str
    stripe: StandIn
    post: Post


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(database: Engine) -> AsyncIterator[Ground]:  # noqa: ARG001 (the app needs it)
    """Serve the whole app with a stand-in for Stripe, and a post that can be slow."""
    with standing_in() as stripe, pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "LINLI_STRIPE_API": stripe.address}.items():
            patch.setenv(name, value)
        settings.cache_clear()
        async with served(create_app()) as site, carrying(site) as (post, address):
            stripe.tell(address)
            yield Ground(site, stripe, post)
    settings.cache_clear()


@asynccontextmanager
async def carrying(site: str) -> AsyncIterator[tuple[Post, str]]:
    """Run the post on a free port; give it and where to hand things in."""
    post = Post(f"{site}/webhooks/stripe")
    app = web.Application()
    app.router.add_post("/", post.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield post, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def look(lane: Lane, page: Page, name: str, *, sound: bool = True) -> None:
    """See that a page is sound, save for what the stand-in draws; keep a picture if wished."""
    if sound:
        await lane.look(page, name, axe=None)
    elif SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}-{lane.view}.png", full_page=True)


async def told(page: Page, words: str) -> None:
    """Wait until the page says so: it goes on by itself once the site knows of the payment."""
    await expect(page.locator("main")).to_contain_text(words, timeout=30_000)


async def open_the_drive(lane: Lane, page: str, words: dict[str, str]) -> None:
    """Let the coordinator ask for ¥5,000 and 20 hours, with a fund that adds half of each gift."""
    treasurer = lane.people[TREASURER]
    fund = await found_fund(words["fund"], by=treasurer)
    await add_to_fund(fund.id, FUND, by=treasurer, came_from="public_budget", id=uuid4())
    desk = await lane.at(DESK, f"{page}/open")
    last = datetime.now(UTC) + timedelta(days=12)
    await write(
        desk,
        {"goal": "5000", "hours": "20", "words": words["why"], "deadline": last.date().isoformat()},
    )
    await tap(desk, "matching", "ratio")
    await desk.locator("#field-fund").select_option(str(fund.id))
    await write(desk, {"ratio": "50", "cap": "1000"})
    await send(desk)
    await look(lane, desk, "01-open")


async def begin(lane: Lane, name: str, page: str) -> Page:
    """Let somebody begin a gift by card, and come to where it is paid."""
    at = await lane.at(name, f"{page}/give")
    await write(at, {"amount": f"{GIVES[name] / 100:.2f}"})
    await tap(at, "way", "card")
    await tap(at, "named", "yes")
    await send(at)
    await expect(at.locator("#card-field input").first).to_be_visible()
    return at


async def give_by_cards(lane: Lane, page: str) -> None:
    """Let five people give by card: each in another way."""
    at = await begin(lane, ASKED, page)
    await look(lane, at, "02-pay", sound=False)
    await pay_by_card(at, ASKS_THE_BANK)
    await expect(at.get_by_role("button", name="Complete authentication")).to_be_visible()
    await look(lane, at, "03-bank-asks", sound=False)
    await at.get_by_role("button", name="Complete authentication").click()
    await told(at, said(THANKS))
    await look(lane, at, "04-paid")

    at = await begin(lane, TWICE, page)
    await pay_by_card(at, DECLINED)
    await told(at, said("The payment did not go through"))
    await look(lane, at, "05-declined")
    await press(at.locator("main a.button"))
    await begin(lane, TWICE, page)
    await pay_by_card(at, GOOD)
    await told(at, said(THANKS))

    at = await begin(lane, NEVER, page)
    await pay_by_card(at, DECLINED)
    await told(at, said("The payment did not go through"))
    await at.goto(f"{lane.site}/me/contributions")
    await look(lane, at, "06-gave-up")

    at = await begin(lane, UNDECIDED, page)
    await at.goto(f"{lane.site}/me/contributions")
    await press(at.locator("main form[action$='/cancel'] button"))
    await expect(at.locator("#notices")).to_contain_text(
        said("Cancelled. Nothing is taken from you.")
    )
    await look(lane, at, "07-cancelled")


async def give_otherwise(lane: Lane, page: str) -> None:
    """Let two pledge hours, and the treasurer enter cash."""
    for name, minutes in PLEDGES.items():
        at = await lane.at(name, f"{page}/pledge")
        await write(at, {"hours": str(minutes // 60)})
        await send(at)
    await look(lane, at, "08-pledged")
    at = await lane.at(TREASURER, f"{page}/receipts")
    await tap(at, "source", "cash")
    await tap(at, "giver", "member")
    await tap(at, "named", "yes")
    await write(at, {"amount": "88.08", "member_name": IN_CASH})
    await hand_in(at, "paper", PAPER)
    await expect(at.locator("main .badge")).to_have_text(said("Received"))
    await look(lane, at, "09-cash")


async def end_it(lane: Lane, owner: asyncpg.Connection, drive: Drive) -> None:
    """Let the last day be over, and the app's own job end the drive."""
    await past_deadline(owner, drive)
    (job,) = [one for one in jobs if one.name == "settle drives at their deadlines"]
    await job.run()
    (ended,) = await reading.drives(lane.id)
    assert ended.state.value == "missed"
    assert await lies_of(lane, "matching_fund", await _fund(lane)) == FUND


async def lies_of(lane: Lane, kind: str, owner: UUID | None = None) -> int:
    return await lies(lane, kind, owner)  # type: ignore[arg-type]  # it only asks for its id


async def _fund(lane: Lane) -> UUID:
    (fund,) = await reading.funds(lane.id)
    assert (fund.balance_fen, fund.reserved_fen) in {(FUND, CAP), (FUND, 0)}
    return fund.id


async def gifts_of(lane: Lane, drive: Drive) -> dict[tuple[str, str], Contribution]:
    """Return the gifts by who gave and in which state they are."""
    names = {one.member_id: name for name, one in lane.people.items()}
    found = await reading.contributions(drive.id, community_id=lane.id)
    return {(names[one.member_id], one.state.value): one for one in found if one.member_id}


async def all_back(lane: Lane, drive: Drive) -> dict[tuple[str, str], Contribution]:
    """Wait until nothing is on its way any more; the jobs of the app do it."""
    async with asyncio.timeout(60):
        while True:
            found = await gifts_of(lane, drive)
            waits = [one for one in found.values() if one.online and one.due_fen]
            if not waits and (LATE, "refunded") in found:
                return found
            await asyncio.sleep(0.3)


def at_stripe(ground: Ground, path: str) -> list[dict[str, Any]]:
    """Return what the stand-in itself lists."""
    key = {"Authorization": f"Bearer {SETTINGS['LINLI_STRIPE_SECRET_KEY']}"}
    asked = httpx.get(f"{ground.stripe.address}/v1/{path}", params={"limit": 100}, headers=key)
    found: list[dict[str, Any]] = asked.json()["data"]
    return found


async def linli_reconcile() -> tuple[int, dict[str, Any]]:
    """Run the command as an administrator does; return how it ended and what it said."""
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from app.commands import main; main()", "reconcile", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "DATABASE_URL": database_address()},
    )
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


async def see_it(lane: Lane, page: str) -> None:
    """See on the pages of each what became of everything."""
    at = await lane.at(ASKED, page)
    gone = sum(GIVES[name] for name in (ASKED, TWICE)) + CASH
    await expect(at.locator("main")).to_contain_text(said(MISSED).split("%")[0].rstrip("(（ "))
    await expect(at.locator("main")).to_contain_text(money(gone))
    await look(lane, at, "10-missed")
    for name in (ASKED, TWICE, LATE):
        # They come back later: a page that still waits for its payment would go on by itself.
        await lane.pages.pop(name).close()
        at = await lane.at(name, "/me/contributions")
        await expect(at.locator("main .badge").first).to_have_text(said("Given back"))
        await look(lane, at, f"11-mine-{GIVES[name]}")
        await at.goto(f"{lane.site}/messages")
        inbox = at.locator("main")
        await expect(inbox).to_contain_text(said("Money went back to you"))
        why = "Your payment came too late" if name == LATE else "The goal was missed"
        await expect(inbox).to_contain_text(said(why))
        await expect(inbox).to_contain_text(money(GIVES[name]))
        await expect(inbox).to_contain_text(money(gone))
        await look(lane, at, f"12-told-{GIVES[name]}")
    for name, minutes in SAVED.items():
        at = await lane.at(name, "/messages")
        await expect(at.locator("main")).to_contain_text(said("The goal was missed"))
        await at.goto(f"{lane.site}/me/contributions")
        await expect(at.locator("main")).to_contain_text(
            said("Yours again: the goal was not reached")
        )
        await at.goto(f"{lane.site}/time-bank/passbook")
        await expect(at.locator("main")).to_contain_text(duration(minutes))
        await look(lane, at, f"13-passbook-{minutes}")
    at = await lane.at(TREASURER, "/funding/funds")
    assert await figure(at, said("Free")) == money(FUND)
    await look(lane, at, "14-fund")


async def hand_the_cash_back(lane: Lane, words: dict[str, str]) -> None:
    """Let the treasurer see what is to be handed back, and confirm that it was."""
    at = await lane.at(TREASURER, "/funding/desk")
    waits = at.locator("section[aria-labelledby=hand-back] tr", has_text=IN_CASH)
    await expect(waits).to_contain_text(money(CASH))
    await look(lane, at, "15-to-hand-back")
    await press(waits.locator("a"))
    await at.locator("#field-through").select_option("cash_box")
    await write(at, {"words": words["to"]})
    await press(at.locator("main form[action$='/returned'] button"))
    await expect(at.locator("main .badge")).to_have_text(said("Given back"))
    await expect(at.locator("main")).to_contain_text(words["to"])
    await look(lane, at, "16-handed-back")
    at = await lane.at(IN_CASH, "/messages")
    await expect(at.locator("main")).to_contain_text(said("Money went back to you"))
    assert await lies_of(lane, "cash_box") == 0


async def compare(lane: Lane) -> None:
    """Compare with Stripe by the command and by the page: nothing of this lane differs."""
    code, result = await linli_reconcile()
    ours = [one for one in result["differences"] if one["community_id"] in {str(lane.id), None}]
    assert ours == []
    assert code == (0 if result["agree"] else 1)
    at = await lane.at(TREASURER, "/funding/card-payments")
    await expect(at.locator("main")).to_contain_text(said(AGREE))
    await press(at.locator("main form[action='/funding/card-payments'] button"))
    await expect(at.locator("main")).to_contain_text(said(AGREE))
    await look(lane, at, "17-agrees")


@pytest.mark.parametrize("view", [View(360, "zh"), View(1280, "en")], ids=str)
async def test_a_missed_goal_gives_everything_back(
    ground: Ground, open_page: OpenPage, owner: asyncpg.Connection, view: View
) -> None:
    words, lane = WORDS[view.language], await open_lane(ground.site, open_page, view, MORE)
    project = await chosen_project(lane, words)
    await with_saved_hours(lane, SAVED)
    page = f"/projects/{project}/funding"
    with speaking(view.language):
        await open_the_drive(lane, page, words)
        (drive,) = await reading.drives(lane.id)
        await give_by_cards(lane, page)
        await give_otherwise(lane, page)
        for name, minutes in PLEDGES.items():
            assert await has_minutes(lane.people[name]) == (SAVED[name], minutes)

        # One pays in the last minute, and Stripe's word of it is on its way for long.
        ground.post.keeps = True
        at = await begin(lane, LATE, page)
        await pay_by_card(at, GOOD)
        await expect(at.locator("#pay-waiting")).to_be_visible()
        await look(lane, at, "18-waiting")
        await end_it(lane, owner, drive)
        answers = await ground.post.bring(times=2)
        assert answers[0].startswith("payment_intent.succeeded 200"), answers
        assert answers[-1] == "payment_intent.succeeded 200 repeated", answers

        found = await all_back(lane, drive)
        assert {who for who, state in found if state == "refunded"} == {ASKED, TWICE, LATE}
        ended = {who for who, state in found if state == "cancelled"}
        assert ended == {TWICE, NEVER, UNDECIDED}, "of these nothing was ever taken"
        assert all(found[who, "cancelled"].paid_at is None for who in ended)
        assert found[IN_CASH, "refund_due"].due_fen == CASH
        assert found[LATE, "refunded"].state is ContributionState.REFUNDED
        for name in PLEDGES:
            assert await has_minutes(lane.people[name]) == (SAVED[name], 0)

        ours = {one.intent_id: one for one in found.values() if one.intent_id}
        back = [one for one in at_stripe(ground, "refunds") if one["payment_intent"] in ours]
        assert sorted(one["amount"] for one in back) == sorted(
            GIVES[name] for name in (ASKED, TWICE, LATE)
        )
        assert await lies_of(lane, "escrow", drive.id) == CASH
        assert await lies_of(lane, "card_processor") == 0

        await see_it(lane, page)
        await hand_the_cash_back(lane, words)
        await compare(lane)
        assert await lies_of(lane, "escrow", drive.id) == 0
