"""Plans over HTTP, without JavaScript: calls, writing, comparing, amendments, files, refusals."""

import html
import io
import re
import uuid
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from PIL import Image

import community
from app.database import Engine
from app.main import create_app, running
from community import Actor
from marketplace import needs, plans
from marketplace.needs import NeedState
from tests.marketplace.conftest import Neighbourhood, settle
from tests.marketplace.plans_examples import (
    RAIL,
    accepted_need,
    changed,
    freeze,
    moved,
    planned_need,
)
from tests.walks import signed_in_client

HTML = {"accept": "text/html", "accept-language": "en"}
FIELDS: dict[str, Any] = {
    "base": "0",
    "title": "Rails & <seats>",
    "summary": "A rail on each floor.\nSeats on two.",
    "place": "Lane 3",
    "area": "",
    "lines": "4",
    "line-1-label": "Rails",
    "line-1-yuan": "12,000.50",
    "line-2-label": "",
    "line-3-label": "Carrying",
    "line-3-hours": "10",
    "line-3-minutes": "30",
    "milestones": "2",
    "milestone-1-title": "Measured",
    "milestone-1-day": "2027-03-01",
    "who": "The head of building 3",
    "months": "24",
    "yearly": "300",
    "note": "First words",
}


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


async def test_a_call_from_opening_to_stepping_back(app: Litestar, home: Neighbourhood) -> None:
    need = await accepted_need(home)
    plan = f"/needs/{need.id}/plan"
    desk, author = await person(app, home.coordinator), await person(app, home.residents[0])
    one, two = await person(app, home.residents[1]), await person(app, home.residents[2])
    assert "Nobody has written a plan yet" in await desk.words(plan)
    day = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    assert (await author.see(f"{plan}/call")).status_code == 403
    wrong = await desk.send(f"{plan}/call", {"seeking": "", "closes_on": day})
    assert wrong.status_code == 422
    assert "Say what kind of group is looked for" in said(wrong)
    soon = await desk.send(f"{plan}/call", {"seeking": "A team", "closes_on": "2020-01-01"})
    assert "at least 3 days" in said(soon)
    key = str(uuid.uuid4())
    for _twice in range(2):
        fields = {"seeking": "A team with drills", "closes_on": day, "key": key}
        assert await desk.led(f"{plan}/call", fields) == plan
    call = f"{plan}/calls/{key}"
    assert "A call is open" in await author.words(f"/needs/{need.id}")
    offer = {
        "organisation": "alone",
        "words": "We have done six",
        "brings": "Two drills",
        "cost": "15000",
        "hours": "10",
        "close": "yes",
    }
    refused = await one.send(f"{call}/offer", offer)
    assert refused.status_code == 422
    assert "Say which" in said(refused)
    assert "We have done six" in refused.text
    await one.led(f"{call}/offer", {**offer, "conflict": "My cousin sells rails"})
    await two.led(f"{call}/offer", {**offer, "words": "We are two", "close": "no"})
    assert "We have done six" in await one.words(call)
    assert "We have done six" not in await two.words(call)
    assert "2 answers so far" in await desk.words(call)
    await plans.close_due_calls(at=datetime.now(UTC) + timedelta(days=12))
    shown = await author.words(call)
    assert "My cousin sells rails" in shown
    assert "None, they say" in shown
    offers = await plans.offers(plans.CallId(uuid.UUID(key)), community_id=home.id)
    chosen = f"{call}/offers/{offers[0].id}/choose"
    assert (await one.see(chosen)).status_code == 404
    assert "the reason" in said(await desk.send(chosen, {"reason": ""}))
    assert await desk.led(chosen, {"reason": "They have done it six times"}) == plan
    assert "They have done it six times" in await two.words(plan)
    assert (await desk.send(chosen, {"reason": "Again"})).status_code == 303
    assert (await two.see(f"{plan}/step-back")).status_code == 404
    await one.led(f"{plan}/step-back", {"why": "Too few hands"})
    assert "Too few hands" in await author.words(plan)


async def test_a_plan_is_written_read_and_compared(app: Litestar, home: Neighbourhood) -> None:
    need = await accepted_need(home)
    plan = f"/needs/{need.id}/plan"
    author, other = await person(app, home.residents[0]), await person(app, home.residents[1])
    visitor = await person(app, None)
    assert (await other.see(f"{plan}/edit")).status_code == 404
    assert (await other.send(f"{plan}/edit", FIELDS)).status_code == 404
    assert (await visitor.see(f"{plan}/edit")).status_code in {303, 401}
    assert "Write the plan" in await author.words(f"{plan}/edit")
    assert await author.led(f"{plan}/edit", FIELDS) == plan
    shown = await other.words(plan)
    assert "Rails & <seats>" in shown
    assert "¥12,000.50" in shown
    assert "10 h 30 min" in shown
    assert (await needs.read_need(need.id, community_id=home.id)).state is NeedState.PLANNED
    second = {**FIELDS, "base": "1", "line-1-yuan": "13000", "title": "Rails and seats"}
    await author.led(f"{plan}/edit", second)
    compared = await other.see(f"{plan}/compare?from=1&to=2")
    assert "<del>" in compared.text
    assert "<ins>" in compared.text
    assert "¥12,000.50 → ¥13,000" in said(compared)
    assert "changed" in said(compared)
    assert "version 1" in await other.words(f"{plan}/versions/1")
    for missing in (f"{plan}/versions/9", f"{plan}/versions/0"):
        assert (await other.see(missing)).status_code == 404


async def test_wrong_answers_keep_all_that_was_typed(app: Litestar, home: Neighbourhood) -> None:
    need = await accepted_need(home)
    author = await person(app, home.residents[0])
    wrong = {
        **FIELDS,
        "title": "",
        "line-1-yuan": "much",
        "line-3-hours": "many",
        "milestone-1-day": "soon",
    }
    answer = await author.send(f"/needs/{need.id}/plan/edit", wrong)
    assert answer.status_code == 422
    for kept in ("much", "many", "soon", "A rail on each floor.", "Carrying"):
        assert kept in answer.text
    assert "Write an amount in yuan" in said(answer)
    again = await author.send(f"/needs/{need.id}/plan/edit", {**FIELDS, "title": ""})
    assert "Give the plan a title" in said(again)
    dear = {**FIELDS, "line-1-yuan": "600000"}
    assert "more than a plan may ask for" in said(
        await author.send(f"/needs/{need.id}/plan/edit", dear)
    )
    more = await author.send(f"/needs/{need.id}/plan/edit", {**FIELDS, "more": "lines"})
    assert more.status_code == 200
    assert 'name="line-7-label"' in more.text
    assert await plans.plan_of_need(need.id, community_id=home.id) is None


async def test_who_comes_second_sees_what_differs_and_goes_on(
    app: Litestar, home: Neighbourhood
) -> None:
    need = await accepted_need(home)
    plan = f"/needs/{need.id}/plan"
    author = await person(app, home.residents[0])
    await author.led(f"{plan}/edit", FIELDS)
    await author.led(f"{plan}/edit", {**FIELDS, "base": "1", "title": "Theirs"})
    mine = {**FIELDS, "base": "1", "title": "Mine", "summary": "My own words."}
    endless = await author.send(f"{plan}/edit", {**mine, "base": "9" * 5000})
    assert endless.status_code == 422
    answer = await author.send(f"{plan}/edit", mine)
    assert answer.status_code == 422
    words = said(answer)
    assert "Version 2 was written meanwhile" in words
    assert "My own words." in answer.text
    assert "Theirs" in words
    assert 'name="base" value="2"' in answer.text
    await author.led(f"{plan}/edit", {**mine, "base": "2"})
    assert "Mine" in await author.words(plan)


def word_file(*, macros: bool = False) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
        if macros:
            archive.writestr("word/vbaProject.bin", b"x")
    return body.getvalue()


def picture() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(body, "PNG")
    return body.getvalue()


async def test_files_are_told_by_their_content_kept_and_given(
    app: Litestar, home: Neighbourhood
) -> None:
    need = await accepted_need(home)
    plan = f"/needs/{need.id}/plan"
    author = await person(app, home.residents[0])
    for name, body in (
        ("drawing.pdf", b"MZ this is a program"),
        ("letter.docx", word_file(macros=True)),
        ("photo.png", b"\x89PNG\r\n\x1a\n broken"),
        ("empty.pdf", b""),
    ):
        answer = await author.send(f"{plan}/edit", FIELDS, {"new_file": (name, body)})
        assert answer.status_code == 422, name
        assert name in said(answer)
    files = [
        ("new_file", ("图纸 1.pdf", b"%PDF-1.4\n%drawing\n")),
        ("new_file", ("letter.docx", word_file())),
        ("new_file", ("photo.png", picture())),
    ]
    half = await author.send(f"{plan}/edit", {**FIELDS, "title": ""}, files)
    assert half.status_code == 422
    kept = re.findall(r'name="file" value="([0-9a-f]{64})"', half.text)
    names = re.findall(r'name="name-[0-9a-f]{64}" value="([^"]+)"', half.text)
    assert names == ["图纸 1.pdf", "letter.docx", "photo.jpg"]
    chosen = {"file": kept, "keep": kept[::2]}
    named = {f"name-{sha}": name for sha, name in zip(kept, names, strict=True)}
    await author.led(f"{plan}/edit", {**FIELDS, **chosen, **named})
    given = await author.see(f"{plan}/versions/1/files/{kept[2]}")
    assert given.status_code == 200
    assert given.headers["content-type"] == "image/jpeg"
    assert given.content.startswith(b"\xff\xd8")
    assert given.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in given.headers["content-security-policy"]
    assert given.headers["x-content-type-options"] == "nosniff"
    drawing = await author.see(f"{plan}/versions/1/files/{kept[0]}")
    assert drawing.headers["content-type"] == "application/pdf"
    for missing in (f"1/files/{kept[1]}", f"2/files/{kept[0]}", f"1/files/{'f' * 64}"):
        assert (await author.see(f"{plan}/versions/{missing}")).status_code == 404


async def test_an_amendment_from_proposal_to_answer(app: Litestar, home: Neighbourhood) -> None:
    need, _first = await planned_need(home)
    plan = f"/needs/{need.id}/plan"
    author, one = await person(app, home.residents[0]), await person(app, home.residents[1])
    two, desk = await person(app, home.residents[2]), await person(app, home.coordinator)
    new = f"{plan}/amendments/new"
    assert (await desk.see(new)).status_code == 403
    assert "What should change?" in await one.words(new)
    form = await one.see(f"{new}?part=lines")
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', form.text))
    fields = {name: value for name, value in fields.items() if not name.startswith("_")}
    fields.pop("more", None)
    same = await one.send(new, {**fields, "reason": "Why not"})
    assert same.status_code == 422
    assert "Nothing is different" in said(same)
    wanted = {**fields, "line-2-yuan": "4800"}
    assert (await one.send(new, {**wanted, "reason": ""})).status_code == 422
    page = await one.led(new, {**wanted, "reason": "A seat on floor three"})
    assert await one.led(new, {**wanted, "reason": "A seat on floor three"}) == page
    shown = await two.words(page)
    assert "¥3,600 → ¥4,800" in shown
    await two.led(f"{page}/support")
    assert "1 neighbour supports it" in await desk.words(page)
    await two.led(f"{page}/support", {"wanted": "no"})
    assert (await one.send(f"{page}/accept")).status_code == 404
    assert (await two.send(f"{page}/withdraw")).status_code == 404
    empty = await author.send(f"{page}/decline", {"reason": ""})
    assert empty.status_code == 422
    assert await author.led(f"{page}/accept") == plan
    assert "Takes in a proposed change" in await one.words(plan)
    assert "Accepted" in await one.words(page)


async def test_a_clash_leads_to_where_both_are_brought_together(
    app: Litestar, home: Neighbourhood
) -> None:
    need, _first = await planned_need(home)
    plan = f"/needs/{need.id}/plan"
    author = await person(app, home.residents[0])
    mine = await plans.propose_amendment(
        need.id, changed(title="甲"), by=home.residents[1], base=1, reason="甲好听"
    )
    await plans.write_plan(need.id, changed(title="乙"), by=home.residents[0], note="", base=1)
    page = f"{plan}/amendments/{mine.id}"
    assert "changed in the same place since" in await author.words(page)
    leads = await author.led(f"{page}/accept")
    assert leads == f"{plan}/edit?amendment={mine.id}"
    form = await author.see(leads)
    assert "甲好听" in said(form)
    fields = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', form.text))
    fields = {k: v for k, v in fields.items() if not k.startswith("_") and k != "more"}
    fields |= {"title": "甲和乙", "summary": RAIL.summary}
    assert await author.led(f"{plan}/edit", fields) == plan
    after = await plans.amendment(mine.id, community_id=home.id)
    assert (after.state, after.version) == (plans.AmendmentState.ACCEPTED, 3)


async def test_a_frozen_plan_says_so_and_changes_no_more(
    app: Litestar, home: Neighbourhood
) -> None:
    need, first = await planned_need(home)
    plan = f"/needs/{need.id}/plan"
    await freeze(home, first)
    author, one = await person(app, home.residents[0]), await person(app, home.residents[1])
    assert "The ballot on this plan is open" in await author.words(plan)
    assert (await author.see(f"{plan}/edit")).status_code == 303
    answer = await author.send(f"{plan}/edit", {**FIELDS, "base": "1"})
    assert answer.status_code == 303
    assert (await one.see(f"{plan}/amendments/new")).status_code == 303
    assert len(await plans.versions(first.plan_id, community_id=home.id)) == 1


async def test_lists_and_data_name_nobody_to_visitors(app: Litestar, home: Neighbourhood) -> None:
    need, first = await planned_need(home)
    member = await person(app, home.residents[3])
    names = await community.named_members({home.residents[0].member_id}, community_id=home.id)
    name = names[home.residents[0].member_id]
    assert name in await member.words(f"/needs/{need.id}/plan")
    assert RAIL.title in await member.words("/plans")
    assert RAIL.title not in await member.words("/plans?page=2")
    every = (await member.client.get("/api/plans")).json()
    assert [one["id"] for one in every["plans"]] == [str(first.plan_id)]
    one = (await member.client.get(f"/api/plans/{first.plan_id}")).json()
    assert one["version"]["cost_fen"] == RAIL.cost_fen
    assert one["version"]["lines"][0] == {
        "label": "不锈钢扶手", "amount_fen": 1_200_000, "minutes": 0,
    }  # fmt: skip
    told = await member.client.get(f"/api/plans/{first.plan_id}/versions")
    assert [each["number"] for each in told.json()["versions"]] == [1]
    assert str(home.residents[0].member_id) not in told.text
    assert name not in told.text
    for wrong in (uuid.uuid4(), need.id):
        assert (await member.client.get(f"/api/plans/{wrong}")).status_code == 404


async def test_the_plan_of_a_hidden_need_and_of_another_community_is_not_there(
    app: Litestar, home: Neighbourhood
) -> None:
    need, first = await planned_need(home)
    elsewhere = await person(app, (await settle()).residents[0])
    for address in (f"/needs/{need.id}/plan", f"/api/plans/{first.plan_id}"):
        assert (await elsewhere.see(address)).status_code == 404
    await moved(need.id, home, NeedState.HIDDEN)
    other = await person(app, home.residents[4])
    assert (await other.see(f"/needs/{need.id}/plan")).status_code == 404
    assert (await other.client.get(f"/api/plans/{first.plan_id}")).status_code == 404
    assert RAIL.title not in await other.words("/plans")


@pytest.mark.parametrize(
    "part", ["title", "summary", "place", "lines", "milestones", "maintenance"]
)
async def test_every_part_can_be_amended(app: Litestar, home: Neighbourhood, part: str) -> None:
    need, _first = await planned_need(home)
    one = await person(app, home.residents[1])
    answer = await one.see(f"/needs/{need.id}/plan/amendments/new?part={part}")
    assert answer.status_code == 200
    assert "Propose this change" in said(answer)
