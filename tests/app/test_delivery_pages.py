"""A project's work and money over HTTP, without JavaScript: begun, reported, asked for, decided."""

import html
import io
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from litestar import Litestar
from PIL import Image

import community
from app.database import Engine
from app.main import create_app, running
from community import Actor, Role
from marketplace import delivery, evaluation
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.delivery_examples import (
    TODAY,
    Chosen,
    apart,
    chosen,
    chosen_with_plan,
    kin,
)
from tests.marketplace.evaluation_examples import FINE, delivered, over
from tests.marketplace.plans_examples import member
from tests.walks import signed_in_client

HTML = {"accept": "text/html", "accept-language": "en"}
PDF = ("receipts", ("Wang's receipt.pdf", b"%PDF-1.4 a receipt", "application/pdf"))


def picture() -> bytes:
    body = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (90, 60), "darkseagreen").save(body, "JPEG", exif=exif)
    return body.getvalue()


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

    async def refused(
        self, address: str, fields: dict[str, Any] | None = None, files: Any = None
    ) -> str:
        """Send a form that comes back, and return what it says."""
        answer = await self.send(address, fields, files)
        assert answer.status_code == 422, answer.status_code
        return said(answer)


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
    found = await community.member(who.member_id) if who else None
    return Person(*await signed_in_client(app, found))


async def test_a_project_from_its_beginning_to_its_end(app: Litestar, home: Neighbourhood) -> None:
    here = await chosen_with_plan(home)
    work = f"/projects/{here.project.id}/delivery"
    desk, doer = await person(app, home.coordinator), await person(app, here.undertaker)
    other, visitor = await person(app, home.residents[3]), await person(app, home.residents[4])
    stranger = await person(app, None)
    assert "The work has not begun yet" in await other.words(work)
    assert "Begin the work" not in await other.words(work)
    assert "The work has not begun yet" in await other.words(f"/projects/{here.project.id}")
    assert (await stranger.send(f"{work}/begin")).status_code in {303, 401}
    await other.led(f"{work}/begin")
    assert "The work has not begun yet" in await other.words(work)
    assert "Begin the work" in await desk.words(work)
    assert "Raise more for it" in await desk.words(f"/projects/{here.project.id}")
    assert await desk.led(f"{work}/begin") == work
    assert "Raise more for it" not in await desk.words(f"/projects/{here.project.id}")
    assert "The work is under way. Nothing was changed." not in await other.words(work)
    assert "0 of 2 milestones are reached" in await other.words(f"/projects/{here.project.id}")
    report = f"{work}/milestones/1/report"
    assert (await other.see(report)).status_code == 404
    assert (await doer.see(f"{work}/milestones/9/report")).status_code == 404
    fields = {"done_on": TODAY.isoformat(), "words": "Measured <all> floors."}
    ahead = await doer.refused(report, {**fields, "done_on": "2090-01-01"})
    assert "That day lies ahead" in ahead
    assert "Measured <all> floors." in ahead
    unread = [("photos", ("x.jpg", b"no picture", "image/jpeg"))]
    assert "no photograph that we can read" in await doer.refused(report, fields, unread)
    await doer.led(report, fields, [("photos", ("x.jpg", picture(), "image/jpeg"))])
    assert "Done in time" in await visitor.words(work)
    assert "Measured <all> floors." in await visitor.words(work)
    (photo,) = await delivery.photos(here.project.id, community_id=home.id)
    kept = await other.see(f"{work}/photos/{photo.id}")
    assert kept.headers["content-type"] == "image/jpeg"
    assert b"taken at home" not in kept.content
    assert (await other.see(f"{work}/photos/{uuid.uuid4()}")).status_code == 404
    assert "was reported already" in said(await _follow(doer, report))
    assert "Write something first" in await doer.refused(f"{work}/news", {"words": ""})
    key = str(uuid.uuid4())
    for _twice in range(2):
        await doer.led(f"{work}/news", {"words": "The rails came.", "key": key})
    assert (await other.words(work)).count("The rails came.") == 1
    assert (await doer.see(f"{work}/finish")).headers["location"] == work  # not asked in vain
    assert "not reported yet" in said(await _led_to(doer, f"{work}/finish"))
    await doer.led(f"{work}/milestones/2/report", fields)
    await doer.led(f"{work}/finish", {"words": "Come and look."})
    assert "Now the residents judge what was done" in await visitor.words(work)
    assert "The work on projects" in await visitor.words("/deliveries")


async def _follow(one: Person, address: str) -> httpx.Response:
    answer = await one.see(address)
    assert answer.status_code == 303
    return await one.see(answer.headers["location"])


async def _led_to(one: Person, address: str) -> httpx.Response:
    return await one.see(await one.led(address))


async def under_way(home: Neighbourhood) -> tuple[Chosen, str]:
    here = await chosen(home)
    await here.begun()
    return here, f"/projects/{here.project.id}/delivery"


async def test_money_is_asked_for_approved_by_two_and_shown(
    app: Litestar, home: Neighbourhood
) -> None:
    here, work = await under_way(home)
    doer, desk = await person(app, here.undertaker), await person(app, home.coordinator)
    till, visitor = await person(app, here.treasurer), await person(app, home.residents[3])
    resident = await person(app, home.residents[4])
    assert "¥900" in await doer.words(f"{work}/ask")
    assert (await resident.see(f"{work}/ask")).status_code == 404
    fields = {"amount": "1200", "purpose": "Wood & screws", "key": str(uuid.uuid4())}
    too_much = await doer.refused(f"{work}/ask", fields, [PDF])
    assert "At most ¥900 can be asked for now" in too_much
    assert "The last part, ¥100, waits" in too_much
    assert "Add the paper" in await doer.refused(f"{work}/ask", {**fields, "amount": "300"})
    wrong = [("receipts", ("x.pdf", b"MZ a program", "application/pdf"))]
    assert "choose a PDF" in await doer.refused(f"{work}/ask", fields, wrong)
    for _twice in range(2):
        await doer.led(f"{work}/ask", {**fields, "amount": "300.50"}, [PDF])
    (asked,) = await delivery.disbursements(here.project.id, community_id=home.id)
    request = f"/disbursements/{asked.id}"
    assert "¥300.50" in await till.words("/disbursements")
    assert "Asks for ¥300.50: Wood & screws" in await till.words("/")
    assert "Asks for ¥300.50: Wood & screws" in await desk.words("/")
    shown = await visitor.words(request)
    assert "Wood & screws" in shown
    assert "1 paper may hold names" in shown
    assert "Wang's receipt" not in shown
    paper = f"{request}/receipts/{asked.receipts[0].id}"
    for stranger in (visitor, resident):
        assert (await stranger.see(paper)).status_code == 404
    for reader in (doer, desk, till):
        given = await reader.see(paper)
        assert given.content == PDF[1][1]
        assert given.headers["content-disposition"].startswith("attachment")
    assert "Approve it" not in await doer.words(request)
    assert (await resident.send(f"{request}/approve")).status_code == 403
    await till.led(f"{request}/approve")
    assert "You have approved it" in await till.words(request)
    assert "approved this request already" in said(await _led_to(till, f"{request}/approve"))
    assert "Asks for" not in await till.words("/")
    await desk.led(f"{request}/approve")
    assert "Paid out" in await visitor.words(request)
    assert "settled meanwhile: Paid out" in said(await _led_to(desk, f"{request}/approve"))
    assert "Treasurer" in await resident.words(request)
    data = (await visitor.client.get(f"/api{work}")).json()
    assert data["money"]["paid_fen"] == 30_050
    assert data["disbursements"][0]["approvals"] == 2
    assert "Wang" not in str(data)


async def test_a_refusal_needs_a_reason_and_a_tie_says_why_not(
    app: Litestar, home: Neighbourhood
) -> None:
    here, _work = await under_way(home)
    await apart(home)
    first, second = await here.ask(100), await here.ask(200)
    await kin(home, here.undertaker, here.treasurer)
    till, desk = await person(app, here.treasurer), await person(app, home.coordinator)
    request = f"/disbursements/{first.id}"
    assert "You are kin to who asks" in await till.words(request)
    assert "Approve it" not in await till.words(request)
    assert "You are kin to who asks" in said(await _led_to(till, f"{request}/approve"))
    assert "Asks for" not in await till.words("/")
    assert "Say why" in await desk.refused(f"{request}/refuse", {"why": " "})
    await desk.led(f"{request}/refuse", {"why": "The paper is of another shop."})
    assert "The paper is of another shop." in await desk.words(request)
    doer = await person(app, here.undertaker)
    await doer.led(f"/disbursements/{second.id}/withdraw")
    assert "Taken back" in await doer.words(f"/disbursements/{second.id}")


async def test_a_tie_is_shown_before_an_approval_and_beside_it_for_everybody(
    app: Litestar, home: Neighbourhood
) -> None:
    here, _work = await under_way(home)
    asked = await here.ask(100)
    await kin(home, here.undertaker, here.treasurer)
    till, visitor = await person(app, here.treasurer), await person(app, home.residents[3])
    request = f"/disbursements/{asked.id}"
    shown = await till.words(request)
    assert "related to somebody who carries it out" in shown
    assert "everybody reads this beside your name" in shown
    assert "related to" not in await visitor.words(request)
    await till.led(f"{request}/approve")
    told = await visitor.words(request)
    assert "Two roles or a tie: related to somebody who carries it out" in told
    assert "kin" not in told


async def test_who_inspects_cannot_approve_where_the_rules_say_so(
    app: Litestar, home: Neighbourhood
) -> None:
    here = await delivered(home)
    await evaluation.sign(here.project.id, FINE, by=home.coordinator)
    await evaluation.close_due(at=over())
    await apart(home)
    asked = await here.ask(100)
    desk, request = await person(app, home.coordinator), f"/disbursements/{asked.id}"
    shown = await desk.words(request)
    assert "also inspected it" in shown
    assert "By this community’s rules somebody else approves it." in shown
    assert "Approve it" not in shown
    refused = said(await _led_to(desk, f"{request}/approve"))
    assert "By this community's rules somebody else approves it." in refused


async def test_a_coordinator_stops_a_project_in_public(app: Litestar, home: Neighbourhood) -> None:
    here, work = await under_way(home)
    doer, desk = await person(app, here.undertaker), await person(app, home.coordinator)
    visitor = await person(app, home.residents[3])
    assert (await doer.see(f"{work}/stop")).status_code == 403
    assert "¥1,000" in await desk.words(f"{work}/stop")
    assert "Say why" in await desk.refused(f"{work}/stop", {"why": ""})
    await desk.led(f"{work}/stop", {"why": "The wall is unsafe."})
    assert "The reason: The wall is unsafe." in await visitor.words(work)
    assert "was stopped. Nothing was changed" in said(
        await desk.see(await desk.led(f"{work}/stop", {"why": "Again"}))
    )
    data = (await visitor.client.get("/api/deliveries")).json()
    assert [one["state"] for one in data["deliveries"]] == ["stopped"]
    assert (await visitor.client.get(f"/api/projects/{uuid.uuid4()}/delivery")).status_code == 404


async def test_one_community_does_not_see_anothers_requests(
    app: Litestar, home: Neighbourhood
) -> None:
    here, work = await under_way(home)
    asked = await here.ask(100)
    away = await settle()
    stranger = await person(app, await member(away, "Treasurer", Role.TREASURER))
    assert (await stranger.see(work)).status_code == 404
    assert (await stranger.see(f"/disbursements/{asked.id}")).status_code == 404
    assert (await stranger.send(f"/disbursements/{asked.id}/approve")).status_code == 404
