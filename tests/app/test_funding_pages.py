"""Drives over HTTP, without JavaScript: opening, giving, pledging, entering, handing back."""

import html
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.database import Engine
from app.main import create_app, running
from app.settings import settings
from community import Actor, Role
from marketplace.funding import reading
from marketplace.funding.drives import open_drive
from marketplace.funding.values import ContributionState, Drive, Matching, MatchingKind
from tests.marketplace.conftest import Neighbourhood, actor, settle
from tests.marketplace.funding_examples import (
    PAPER,
    card,
    cash,
    chosen,
    draft,
    fund_of,
    has_minutes,
    minutes_for,
    opened,
    treasurer,
)
from tests.walks import signed_in_client

HTML = {"accept": "text/html", "accept-language": "en"}


@dataclass
class Person:
    """Somebody at a browser that runs no script."""

    client: httpx.AsyncClient
    form: dict[str, str]

    async def see(self, address: str) -> httpx.Response:
        return await self.client.get(address, headers=HTML)

    async def words(self, address: str) -> str:
        answer = await self.see(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return said(answer)

    async def send(
        self, address: str, fields: dict[str, Any] | None = None, files: Any = None
    ) -> httpx.Response:
        return await self.client.post(
            address, data={**self.form, **(fields or {})}, files=files, headers=HTML
        )

    async def led(
        self, address: str, fields: dict[str, Any] | None = None, files: Any = None
    ) -> str:
        """Send a form that is taken, and return where it leads."""
        answer = await self.send(address, fields, files)
        assert answer.status_code == 303, said(answer)[:900]
        return str(answer.headers["location"])


def said(answer: httpx.Response) -> str:
    page = answer.text
    main = page[page.index("<main") : page.index("</main>")]
    notices = page[page.index('id="notices"') : page.index("<main")]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", notices + main).split()))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def home(app: Litestar) -> Neighbourhood:  # noqa: ARG001 (must be running)
    return await settle()


async def person(app: Litestar, who: Actor | None) -> Person:
    member = await community.member(who.member_id) if who else None
    return Person(*await signed_in_client(app, member))


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def test_a_drive_is_opened_and_said_in_figures(app: Litestar, home: Neighbourhood) -> None:
    project = await chosen(home)
    page = f"/projects/{project.id}/funding"
    desk, neighbour = await person(app, home.coordinator), await person(app, home.residents[1])
    assert "Nothing is raised for this project" in await neighbour.words(page)
    assert (await neighbour.see(f"{page}/open")).status_code == 404
    assert "Raise more for it" in await desk.words(f"/projects/{project.id}")
    asked = {
        "goal": "1,200.50",
        "hours": "10",
        "deadline": in_days(12),
        "part": "whole",
        "matching": "none",
        "words": "For <good> wood.",
    }
    refused = await desk.send(f"{page}/open", {**asked, "goal": "many", "deadline": "soon"})
    assert refused.status_code == 422
    assert "Write an amount in yuan" in said(refused)
    assert 'value="many"' in refused.text
    refused = await desk.send(f"{page}/open", {**asked, "goal": "", "hours": ""})
    assert "Say how much money or how many hours are needed." in said(refused)
    refused = await desk.send(f"{page}/open", {**asked, "deadline": in_days(900)})
    assert "Choose an earlier day" in said(refused)
    assert await desk.led(f"{page}/open", asked) == page
    shown = await neighbour.words(page)
    assert "¥0 of ¥1,200.50: 0%" in shown
    assert "0 min of 10 h pledged" in shown
    assert "For <good> wood." in shown
    assert "All or nothing" in shown
    assert "days left" in await neighbour.words(f"/projects/{project.id}")
    assert "More is raised for this project already" in await desk.words(
        await desk.led(f"{page}/open", asked)
    )
    told = (await neighbour.client.get(f"/api/projects/{project.id}/funding")).json()
    assert told["drives"][0]["goal_fen"] == 120_050
    assert told["drives"][0]["goal_minutes"] == 600


async def test_hours_are_pledged_and_taken_back(app: Litestar, home: Neighbourhood) -> None:
    drive = await opened(home, draft(0, goal_minutes=600))
    page = f"/projects/{drive.project_id}/funding"
    giver = home.residents[0]
    neighbour = await person(app, giver)
    assert "You have no free hours" in await neighbour.words(f"{page}/pledge")
    await minutes_for(giver, 90)
    assert "1 h 30 min" in await neighbour.words(f"{page}/pledge")
    refused = await neighbour.send(f"{page}/pledge", {"hours": "2", "minutes": ""})
    assert "You have 1 h 30 min free" in said(refused)
    refused = await neighbour.send(f"{page}/pledge", {"hours": "x", "minutes": ""})
    assert "Type whole numbers" in said(refused)
    key = str(uuid.uuid4())
    for typed in ("1", "１"):  # on a Chinese keyboard, and sent once more
        assert await neighbour.led(f"{page}/pledge", {"hours": typed, "key": key}) == page
    assert await has_minutes(giver) == (90, 60)
    assert "1 h of 10 h pledged: 10%" in await neighbour.words(page)
    again = await neighbour.led(f"{page}/pledge", {"hours": "0", "minutes": "5"})
    assert "You have pledged hours for it already" in await neighbour.words(again)
    (pledge,) = await reading.own_pledges(giver.member_id, community_id=home.id)
    other = await person(app, home.residents[1])
    assert (await other.send(f"/pledges/{pledge.id}/withdraw")).status_code == 404
    assert "Set aside for the project" in await neighbour.words("/me/contributions")
    assert await neighbour.led(f"/pledges/{pledge.id}/withdraw") == "/me/contributions"
    assert await has_minutes(giver) == (90, 0)
    assert "Taken back by you" in await neighbour.words("/me/contributions")


async def test_without_keys_the_page_says_why_and_how_else(
    app: Litestar, home: Neighbourhood
) -> None:
    drive = await opened(home)
    page = f"/projects/{drive.project_id}/funding"
    neighbour = await person(app, home.residents[0])
    shown = await neighbour.words(f"{page}/give")
    assert "Paying online is not possible here now" in shown
    assert "no card processor set up" in shown
    assert "Bring cash to the desk" in shown
    refused = await neighbour.send(f"{page}/give", {"amount": "10", "way": "card", "named": "yes"})
    assert refused.status_code == 422
    assert await reading.contributions(drive.id, community_id=home.id) == []
    visitor = await person(app, None)
    assert (await visitor.see(f"{page}/give")).status_code in {302, 303, 401}


async def test_the_treasurer_enters_what_came_in(app: Litestar, home: Neighbourhood) -> None:
    drive, keeper = await opened(home), await treasurer(home)
    page = f"/projects/{drive.project_id}/funding"
    giver = await community.member(home.residents[0].member_id)
    desk = await person(app, keeper)
    entry = {
        "key": str(uuid.uuid4()),
        "source": "cash",
        "amount": "30",
        "received_on": in_days(-1),
        "giver": "member",
        "member_name": giver.name,
        "named": "yes",
    }
    paper = {"paper": ("r.pdf", PAPER, "application/pdf")}
    refused = await desk.send(f"{page}/receipts", entry)
    assert "Choose the scanned paper." in said(refused)
    refused = await desk.send(f"{page}/receipts", {**entry, "member_name": "Nobody"}, paper)
    assert "Nobody here has exactly this name." in said(refused)
    kept = re.search(r'name="kept" value="([0-9a-f]{64})"', refused.text)
    assert kept, "the paper is kept though a field was wrong"
    refused = await desk.send(f"{page}/receipts", {**entry, "received_on": in_days(3)}, paper)
    assert "Choose a day that has come already." in said(refused)
    bad = {"paper": ("r.exe", b"MZ\x90\x00" * 40, "application/pdf")}
    assert (await desk.send(f"{page}/receipts", entry, bad)).status_code == 422
    receipt = await desk.led(f"{page}/receipts", {**entry, "kept": kept[1]})
    assert await desk.led(f"{page}/receipts", {**entry, "kept": kept[1]}) == receipt
    assert "¥30" in await desk.words(receipt)
    neighbour = await person(app, home.residents[1])
    assert giver.name in await neighbour.words(page)
    assert (await neighbour.see(receipt)).status_code == 404
    assert (await neighbour.see(f"{page}/receipts")).status_code == 403
    own = await person(app, home.residents[0])
    assert "¥30" in await own.words(receipt)
    sent = await own.see(f"{receipt}/paper")
    assert sent.content == PAPER
    assert sent.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in sent.headers["content-security-policy"]
    assert (await neighbour.see(f"{receipt}/paper")).status_code == 404


async def test_a_giver_who_wishes_no_name_has_none_in_public(
    app: Litestar, home: Neighbourhood
) -> None:
    drive, keeper = await opened(home), await treasurer(home)
    giver = home.residents[0]
    await cash(drive, 4_000, by=keeper, giver=giver, anonymous=True)
    name = (await community.member(giver.member_id)).name
    public = await person(app, home.residents[1])
    for address in (
        f"/projects/{drive.project_id}/funding",
        f"/api/projects/{drive.project_id}/contributions",
        f"/api/projects/{drive.project_id}/funding",
    ):
        answer = await public.see(address)
        assert answer.status_code == 200
        assert name not in answer.text.split("<main")[-1], address
        assert str(giver.member_id) not in answer.text, address
    auditor = actor(
        await community.add_member(community_id=home.id, name="Tang", roles=(Role.AUDITOR,))
    )
    for who in (keeper, auditor):
        assert name in await (await person(app, who)).words("/funding/desk")
    assert (await public.see("/funding/desk")).status_code == 403


async def test_cancelling_says_why_and_what_was_given_is_handed_back(
    app: Litestar, home: Neighbourhood
) -> None:
    drive, keeper = await opened(home), await treasurer(home)
    gift = await cash(drive, 4_000, by=keeper, giver=home.residents[0])
    page = f"/projects/{drive.project_id}/funding"
    desk, keeping = await person(app, home.coordinator), await person(app, keeper)
    assert "¥40" in await desk.words(f"{page}/cancel")
    assert "Give the reason." in said(await desk.send(f"{page}/cancel", {"why": " "}))
    assert await desk.led(f"{page}/cancel", {"why": "The wall is to be torn down."}) == page
    shown = await keeping.words(page)
    assert "The wall is to be torn down." in shown
    assert "Is being given back" in shown
    assert "¥40" in await keeping.words("/funding/desk")
    assert "¥40 to hand back" in await keeping.words("/")
    assert "to hand back" not in await desk.words("/")
    receipt = f"/contributions/{gift.id}"
    assert "When the giver has the money again" in await keeping.words(receipt)
    key = str(uuid.uuid4())
    for _twice in range(2):
        assert await keeping.led(f"{receipt}/returned", {"key": key}) == receipt
    back = await reading.read_contribution(gift.id, community_id=home.id)
    assert back.state is ContributionState.REFUNDED
    assert "Nothing waits to be handed back." in await keeping.words("/funding/desk")
    own = await person(app, home.residents[0])
    assert (await own.send(f"{receipt}/returned", {"key": key})).status_code == 403
    late = await own.led(f"{page}/pledge", {"hours": "1"})
    assert "It was cancelled, and everything goes back." in await own.words(late)


async def test_a_fund_is_founded_filled_and_worked_out_on_the_page(
    app: Litestar, home: Neighbourhood
) -> None:
    keeper = await treasurer(home)
    keeping, neighbour = await person(app, keeper), await person(app, home.residents[0])
    assert "Give" not in said(await keeping.send("/funding/funds/new", {"name": ""}))
    assert await keeping.led("/funding/funds/new", {"name": "Plum fund"}) == "/funding/funds"
    (fund,) = await reading.funds(home.id)
    fill = f"/funding/funds/{fund.id}/top-up"
    refused = await keeping.send(fill, {"amount": "5000", "came_from": "bank", "words": "Gift"})
    assert "Choose the scanned paper." in said(refused)
    given = {"amount": "5000", "came_from": "public_budget", "words": "Gift"}
    assert await keeping.led(fill, given) == "/funding/funds"
    assert "¥5,000" in await neighbour.words("/funding/funds")
    assert (await neighbour.see(fill)).status_code == 403
    project = await chosen(home)
    desk = await person(app, home.coordinator)
    page = f"/projects/{project.id}/funding"
    asked = {
        "goal": "2000",
        "deadline": in_days(9),
        "part": "whole",
        "matching": "ratio",
        "fund": str(fund.id),
        "ratio": "50",
        "cap": "6000",
    }
    assert "At most ¥2,000." in said(await desk.send(f"{page}/open", asked))
    assert await desk.led(f"{page}/open", {**asked, "cap": "1000"}) == page
    drive = await reading.drive_of_project(project.id, community_id=home.id)
    assert drive is not None
    await cash(drive, 30_000, by=keeper)
    shown = await neighbour.words(page)
    assert "“Plum fund” adds ¥50 to each ¥100 that is given, at most ¥1,000 in all." in shown
    assert "Added = all gifts × 50 ÷ 100" in shown
    assert "¥300 × 50 ÷ 100 = ¥150" in shown
    assert "The fund adds now: ¥150." in shown
    assert "¥450 of ¥2,000: 22.5%. ¥1,550 still lacking." in shown


async def test_many_small_gifts_are_worked_out_by_the_square_of_their_roots(
    app: Litestar, home: Neighbourhood
) -> None:
    keeper, project = await treasurer(home), await chosen(home)
    fund = await fund_of(500_000, keeper)
    matching = Matching(fund.id, MatchingKind.QUADRATIC, 300_000)
    drive = await open_drive(project.id, draft(400_000, matching=matching), by=home.coordinator)
    page = f"/projects/{project.id}/funding"
    visitor = await person(app, home.residents[0])
    assert "If five neighbours gave ¥100 each" in await visitor.words(page)
    for giver in home.residents[:2]:
        await cash(drive, 10_000, by=keeper, giver=giver)
    shown = await visitor.words(page)
    assert "2 givers gave ¥200 in all." in shown
    assert "The roots added up and squared: ¥400" in shown
    assert "¥400 − ¥200 = ¥200" in shown


async def test_a_gift_that_is_not_paid_can_be_given_up(app: Litestar, home: Neighbourhood) -> None:
    drive = await opened(home)
    gift = await card(drive, 2_000, home.residents[0])
    own, other = await person(app, home.residents[0]), await person(app, home.residents[1])
    shown = await own.words("/me/contributions")
    assert "Not paid yet" in shown
    assert "Cancel this gift" in shown
    assert (await other.send(f"/contributions/{gift.id}/cancel")).status_code == 404
    assert await own.led(f"/contributions/{gift.id}/cancel") == "/me/contributions"
    assert "Nothing is taken from you" in await own.words("/me/contributions")
    assert "Nobody yet" in await own.words(f"/projects/{drive.project_id}/funding")


async def test_a_drive_at_its_goal_is_ended_early_by_who_leads_it(
    app: Litestar, home: Neighbourhood
) -> None:
    drive, keeper = await opened(home, draft(5_000)), await treasurer(home)
    page = f"/projects/{drive.project_id}/funding"
    desk, neighbour = await person(app, home.coordinator), await person(app, home.residents[1])
    early = await desk.led(f"{page}/settle")
    assert "The last day is not over yet" in await desk.words(early)
    await cash(drive, 6_000, by=keeper, giver=home.residents[1])
    assert "End the drive now" in await desk.words(page)
    assert "End the drive now" not in await neighbour.words(page)
    assert (await neighbour.send(f"{page}/settle")).status_code == 404
    assert await desk.led(f"{page}/settle") == page
    shown = await neighbour.words(page)
    assert "The goal was reached" in shown
    assert "¥60 of ¥50: 120%" in shown
    assert "The goal was reached" in await neighbour.words(f"/projects/{drive.project_id}")
    assert "Received" in await neighbour.words("/me/contributions")
    over = await neighbour.see(f"{page}/pledge")
    assert over.status_code == 303


async def test_a_drive_that_another_followed_keeps_its_page(
    app: Litestar, home: Neighbourhood
) -> None:
    first: Drive = await opened(home)
    page = f"/projects/{first.project_id}/funding"
    neighbour, desk = await person(app, home.residents[0]), await person(app, home.coordinator)
    assert (await neighbour.see(f"/drives/{first.id}")).headers["location"] == page
    await desk.led(f"{page}/cancel", {"why": "Too dear."})
    await open_drive(first.project_id, draft(7_000), by=home.coordinator)
    assert "Too dear." in await neighbour.words(f"/drives/{first.id}")
    assert f"/drives/{first.id}" in (await neighbour.see(page)).text
    assert (await neighbour.see(f"/drives/{uuid.uuid4()}")).status_code == 404
    listed = await neighbour.words("/funding")
    assert "Collecting now" in listed
    assert "Cancelled" in listed


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let cards be taken, of a processor that nobody reaches."""
    for name, value in {
        "SECRET_KEY": "sk_test_123",
        "PUBLIC_KEY": "pk_test_123",
        "WEBHOOK_SECRET": "whsec_123",
        "METHODS": "card,wechat_pay",
        "API": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(f"LINLI_STRIPE_{name}", value)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("cards")
async def test_money_is_given_by_a_way_that_is_open(app: Litestar, home: Neighbourhood) -> None:
    drive = await opened(home)
    page = f"/projects/{drive.project_id}/funding"
    neighbour = await person(app, home.residents[0])
    shown = await neighbour.words(f"{page}/give")
    assert "WeChat Pay" in shown
    assert "Alipay: This neighbourhood has not switched it on." in shown
    given = {"key": str(uuid.uuid4()), "amount": "20", "way": "card", "named": "no"}
    for wrong, said_so in (
        ({"amount": ""}, "Say how much, in yuan."),
        ({"amount": "0.5"}, "At least ¥1."),
        ({"amount": "9999999"}, "At most ¥50,000."),
        ({"way": "alipay"}, "Choose how you want to pay."),
        ({"way": "cash"}, "Choose how you want to pay."),
        ({"named": ""}, "Say yes or no."),
        ({"organisation": "x"}, "Choose for whom you give."),
    ):
        refused = await neighbour.send(f"{page}/give", {**given, **wrong})
        assert refused.status_code == 422
        assert said_so in said(refused)
    assert await reading.contributions(drive.id, community_id=home.id) == []
    paying = await neighbour.led(f"{page}/give", given)
    assert await neighbour.led(f"{page}/give", given) == paying
    again = await neighbour.words(f"{page}/give")
    assert "You began to give ¥20 here and have not paid it." in again, "gone back from paying"
    other = await person(app, home.residents[1])
    assert "You began to give" not in await other.words(f"{page}/give")
    otherwise = await neighbour.led(f"{page}/give", {**given, "amount": "30"})  # gone back to it
    assert otherwise == "/me/contributions"
    assert "You have begun this gift before, otherwise." in await neighbour.words(otherwise)
    (gift,) = await reading.contributions(drive.id, community_id=home.id)
    assert paying == f"/contributions/{gift.id}/pay"
    assert (gift.amount_fen, gift.anonymous, gift.member_id) == (
        2_000,
        True,
        home.residents[0].member_id,
    )
    assert "¥0 of ¥100" in await neighbour.words(page)
    choir = community.OrganisationDraft(
        community.OrganisationKind.RESIDENTS_GROUP, "Choir", "Sings on Tuesdays."
    )
    group = await community.add_organisation(choir, by=home.coordinator)
    for_choir = {**given, "key": str(uuid.uuid4()), "organisation": str(group.id)}
    refused_at = await neighbour.led(f"{page}/give", for_choir)
    assert "This is for somebody else to do." in await neighbour.words(refused_at)
