"""The open books over HTTP: pages, files and data; who sees which name; undertakers; conflicts."""

import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import openpyxl  # type: ignore[import-untyped]  # it brings none
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.database import Engine
from app.main import create_app, running
from community import Actor, Role
from tests.marketplace.conftest import YUAN, Neighbourhood, settle
from tests.marketplace.delivery_examples import Chosen, chosen, kin
from tests.marketplace.plans_examples import member
from tests.marketplace.test_open_books import funded
from tests.walks import signed_in_client


@dataclass
class Reader:
    """Somebody at a browser that runs no script; a visitor without a form."""

    client: httpx.AsyncClient

    async def get(self, address: str, **headers: str) -> httpx.Response:
        kind = {"accept": "text/html", "accept-language": "en", **headers}
        return await self.client.get(address, headers=kind)

    async def words(self, address: str) -> str:
        answer = await self.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        page = answer.text
        main = page[page.index("<main") : page.index("</main>")]
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))

    async def data(self, address: str) -> Any:
        answer = await self.get(address, accept="application/json")
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def found(app: Litestar) -> Chosen:  # noqa: ARG001 (must be running)
    home: Neighbourhood = await settle()
    made = await chosen(home, 1000)
    await funded(made)
    await made.begun()
    asked = await made.ask(300, "=cmd|' /C calc'!A0")
    from marketplace import delivery  # noqa: PLC0415 (beside its only use)

    await delivery.approve(asked.id, by=made.treasurer)
    await delivery.approve(asked.id, by=made.coordinator)
    return made


async def reader(app: Litestar, who: Actor) -> Reader:
    client, _form = await signed_in_client(app, await community.member(who.member_id))
    return Reader(client)


async def test_a_project_says_where_its_money_came_from_and_went(
    app: Litestar, found: Chosen
) -> None:
    resident = await reader(app, found.home.residents[4])
    page = f"/projects/{found.project.id}/money"
    told = await resident.words(page)
    for words in (
        "The book balances now",
        "Public budget, from the round",
        "WeChat Pay",
        "¥1,000.00",
        "¥300.01",
        "The same as a table",
        "Request for money: =cmd",
        "anonymous",
    ):
        assert words in told, words
    assert "does not balance" not in told
    answer = await resident.get(page)
    assert "sankey.js" in answer.text
    assert "<script>" not in answer.text
    assert (
        f"/projects/{found.project.id}/money"
        in (await resident.get(f"/projects/{found.project.id}")).text
    )


async def test_the_picture_and_its_table_say_the_same(app: Litestar, found: Chosen) -> None:
    resident = await reader(app, found.home.residents[4])
    data = await resident.data(f"/api/projects/{found.project.id}/money")
    told = await resident.words(f"/projects/{found.project.id}/money")
    links = data["charts"]["CNY"]["links"]
    for one in links:
        assert f"{one['source']} {one['target']} {one['told']}" in told
    nodes = {one["name"] for one in data["charts"]["CNY"]["nodes"]}
    assert nodes == {end for one in links for end in (one["source"], one["target"])}
    for node in nodes:
        came = sum(round(one["value"] * 100) for one in links if one["target"] == node)
        went = sum(round(one["value"] * 100) for one in links if one["source"] == node)
        assert came == went or not came or not went, node
    money = data["books"][0]
    assert money["balanced"]
    assert money["given"] == 1600 * YUAN + 1 == sum(one["given"] for one in money["sources"])
    assert money["spent"] == 300 * YUAN


async def test_who_gave_without_a_name_is_told_to_treasurer_and_auditor_alone(
    app: Litestar, found: Chosen
) -> None:
    address = f"/api/projects/{found.project.id}/money"
    auditor = await member(found.home, "Auditor", Role.AUDITOR)
    giver = (await community.member(found.home.residents[2].member_id)).name

    async def names(who: Actor) -> list[str]:
        data = await (await reader(app, who)).data(address)
        gifts = [one for one in data["transfers"] if one["document"]["kind"] == "contribution"]
        return sorted(one["document"]["who"] for one in gifts)

    assert await names(auditor) == await names(found.treasurer) == [giver] * 3
    for who in (found.home.residents[4], found.coordinator):
        assert await names(who) == [giver, giver, "anonymous"]
    listed = await (await reader(app, found.home.residents[4])).get(
        f"/projects/{found.project.id}/money/transfers.csv"
    )
    assert "anonymous" in listed.text
    assert (await (await reader(app, auditor)).words(f"/projects/{found.project.id}/money")).count(
        "anonymous"
    ) == 0


async def test_files_hold_every_transfer_and_no_formula(app: Litestar, found: Chosen) -> None:
    resident = await reader(app, found.home.residents[4])
    base = f"/projects/{found.project.id}/money"
    data = await resident.data(f"/api/projects/{found.project.id}/money")
    taken = await resident.get(f"{base}/transfers.json")
    assert json.loads(taken.text)["transfers"] == data["transfers"]
    assert data["older"] is None
    written = (await resident.get(f"{base}/transfers.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    ids = {one["id"] for one in data["transfers"]}
    assert {row[-1] for row in rows if len(row) == 10 and row[-1] in ids} == ids
    book = openpyxl.load_workbook(
        io.BytesIO((await resident.get(f"{base}/transfers.xlsx")).content)
    )
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("Request for money: =cmd") for cell in cells)
    for wrong in ("transfers.pdf", "other.csv", "transfers"):
        assert (await resident.get(f"{base}/{wrong}")).status_code == 404


async def test_pages_of_a_trail_go_on_from_the_last_line(app: Litestar, found: Chosen) -> None:
    resident = await reader(app, found.home.residents[4])
    address = f"/api/projects/{found.project.id}/money"
    whole = (await resident.data(address))["transfers"]
    for odd in ("-1", "abc", "9" * 40, "0"):
        assert (await resident.data(f"{address}?before={odd}"))["transfers"] in ([], whole)
    assert (await resident.data(f"{address}?before=1"))["transfers"] == []


async def test_a_community_of_another_place_has_no_such_page(app: Litestar, found: Chosen) -> None:
    stranger = await reader(app, (await settle()).residents[0])
    for address in ("money", "money/transfers.csv"):
        page = f"/projects/{found.project.id}/{address}"
        assert (await stranger.get(page)).status_code == 404
    assert (await stranger.get(f"/undertakers/{found.undertaker.member_id}")).status_code == 404


@pytest.mark.parametrize("query", ["", "?period=2026", "?period=1999", "?period=2001-01"])
async def test_a_community_over_all_its_projects(app: Litestar, found: Chosen, query: str) -> None:
    resident = await reader(app, found.home.residents[4])
    told = await resident.words(f"/open-books{query}")
    assert found.project.title in told
    assert "does not balance" not in told
    data = await resident.data(f"/api/open-books{query}")
    assert all(one["balanced"] for one in data["books"])
    if query == "?period=2001-01":
        assert data["transfers"] == []
    else:
        assert data["books"][0]["spent"] == 300 * YUAN
        assert "With the card processor" in told
    for kind in ("csv", "json", "xlsx"):
        assert (await resident.get(f"/open-books/transfers.{kind}{query}")).status_code == 200


async def test_the_register_names_who_carried_out_what(app: Litestar, found: Chosen) -> None:
    resident = await reader(app, found.home.residents[4])
    name = (await community.member(found.undertaker.member_id)).name
    assert name in await resident.words("/undertakers")
    told = await resident.words(f"/undertakers/{found.undertaker.member_id}")
    for words in (found.project.title, "Work under way", "¥1,000", "¥300", "not judged yet"):
        assert words in told, words
    data = await resident.data(f"/api/undertakers/{found.undertaker.member_id}")
    assert data["projects"][0]["spent_fen"] == 300 * YUAN
    assert (await resident.get(f"/undertakers/{found.treasurer.member_id}")).status_code == 404


async def test_a_tie_is_told_to_all_and_its_kind_to_the_auditor(
    app: Litestar, found: Chosen
) -> None:
    giver = found.home.residents[2]
    await kin(found.home, found.undertaker, giver)
    resident = await reader(app, found.home.residents[4])
    told = await resident.words(f"/projects/{found.project.id}/money")
    assert "Somebody gave money, and somebody carries it out: related." in told
    assert "straight line" not in told
    assert (await resident.get("/conflicts")).status_code == 403
    auditor = await reader(app, await member(found.home, "Auditor", Role.AUDITOR))
    listed = await auditor.words("/conflicts")
    for words in ("gave money", (await community.member(giver.member_id)).name, "straight line"):
        assert words in listed, words
