"""The roster over HTTP, without JavaScript: upload, plan, confirm, faults, export, and refusals."""

import asyncio
import csv
import io
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import IO

import httpx
import openpyxl
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.roster import working
from community import Actor, Role, Standing
from community.roster import roster_import
from tests.app.roster.making import text, workbook
from tests.app.walking import HTML, TOKEN, Walker, walker


def a_mobile() -> str:
    return f"154{uuid.uuid4().int % 10**8:08d}"


@dataclass
class Desk:
    """A coordinator at a browser, and how to send a file."""

    home: community.Community
    at: Walker
    by: Actor

    async def upload(self, file: IO[bytes], name: str = "roster.csv") -> str:
        """Send a file, let a worker read it, and return where its page is."""
        answer = await self.send(file, name)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[-2000:]
        await self.settled(answer.headers["location"])
        return str(answer.headers["location"])

    async def confirm(self, here: str) -> None:
        await self.at.send_and_follow(f"{here}/confirm")
        await self.settled(here)

    async def settled(self, here: str) -> None:
        """Work, or wait while the app's own worker has it in hand, until a person is asked."""
        found = uuid.UUID(here.rpartition("/")[2])
        async with asyncio.timeout(20):
            while (await roster_import(found, community_id=self.home.id)).status.working:
                await working.work()
        await self.at.open(here)

    async def send(self, file: IO[bytes], name: str = "roster.csv") -> httpx.Response:
        await self.at.open("/roster")
        token = TOKEN.search(self.at.page)
        assert token
        file.seek(0)
        return await self.at.client.post(
            "/roster",
            data={"_csrf_token": token[1], "key": self.at.hidden("key")},
            files={"file": (name, file.read())},
            headers=HTML,
        )

    async def names(self) -> set[str]:
        return {one.name for one in await community.members(self.home.id)}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(app: Litestar) -> AsyncIterator[Desk]:
    home = await community.add_community(code=f"rp-{uuid.uuid4().hex[:10]}", name="Lane")
    clerk = await community.add_member(
        community_id=home.id, name="Clerk", roles=(Role.COORDINATOR,)
    )
    async with AsyncExitStack() as stack:
        at = await (await stack.enter_async_context(walker(app))).sign_in(clerk.id)
        yield Desk(home, at, Actor(clerk.id, home.id, clerk.roles))


async def test_a_workbook_from_the_form_to_the_register(desk: Desk) -> None:
    number = a_mobile()
    file = workbook(
        [
            ["姓名", "手机", "网格", "角色"],
            ["陈桂芳", number, "一网格", "长者"],
            ["李明", "", "", ""],
        ]
    )
    await desk.upload(file, "street.xlsx")
    assert "1 row has faults" in desk.at.words, "only a name is no key"
    assert "Leave these out, take in 1 row" in desk.at.words
    assert number not in desk.at.page
    assert await desk.names() == {"Clerk"}
    here = await desk.upload(
        workbook([["姓名", "手机", "网格", "角色"], ["陈桂芳", number, "一网格", "长者"]]),
        "street.xlsx",
    )
    assert "Every row fits" in desk.at.words
    assert "Grids that will be made: 一网格" in desk.at.words
    await desk.confirm(here)
    assert "Everything was taken in 1 new, 0 changed" in desk.at.words
    assert "What each row does" in desk.at.words
    assert await desk.names() == {"Clerk", "陈桂芳"}
    await desk.at.open("/roster")
    assert "street.xlsx" in desk.at.words
    assert "taken in" in desk.at.words


async def test_a_second_click_does_nothing_more(desk: Desk) -> None:
    here = await desk.upload(text([["姓名", "编号"], ["李明", "1"]]))
    page = desk.at.page
    await desk.at.send_and_follow(f"{here}/confirm")
    desk.at.page = page
    await desk.settled(here)
    desk.at.page = page
    await desk.at.send_and_follow(f"{here}/drop")
    assert "Everything was taken in" in desk.at.words
    assert len(await community.members(desk.home.id)) == 2


async def test_what_cannot_be_read_says_why_and_what_to_do(desk: Desk) -> None:
    answer = await desk.send(io.BytesIO(b"%PDF-1.7 roster"), "roster.xlsx")
    assert answer.status_code == 422
    assert "This is a pdf file, whatever its name says" in answer.text
    await desk.upload(io.BytesIO(b"PK\x03\x04 no workbook"), "roster.xlsx")
    assert "Nothing was stored" in desk.at.words
    answer = await desk.send(io.BytesIO(b""), "empty.csv")
    assert answer.status_code == 422
    assert "This file is empty" in answer.text
    await desk.at.open("/roster")
    assert (await desk.at.send("/roster", key=str(uuid.uuid4()))).status_code == 422
    assert "Choose the file first" in desk.at.words


async def test_a_file_larger_than_allowed_is_refused(desk: Desk) -> None:
    answer = await desk.send(io.BytesIO(b"x" * (33 * 1024 * 1024)))
    assert answer.status_code == 413


async def test_the_report_gives_the_faulty_rows_back(desk: Desk) -> None:
    rows = [["姓名", "手机", "备注"], ["=陈桂芳", "12345", "a"], ["李明", a_mobile(), "b"]]
    here = await desk.upload(text(rows, "gb18030"))
    answer = await desk.at.client.get(f"{here}/faults.csv", headers=HTML)
    assert answer.headers["content-disposition"].startswith("attachment")
    told = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert told[0] == ["Row", "What is wrong", "姓名", "手机", "备注"]
    assert len(told) == 2
    assert told[1][0] == "2"
    assert told[1][1].startswith("Phone: This is no telephone number")
    assert told[1][2:] == ["'=陈桂芳", "12345", "a"], "the file's own words, and no formula"
    answer = await desk.at.client.get(f"{here}/faults.xlsx", headers=HTML)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet["C2"].value == "=陈桂芳"
    assert sheet["C2"].data_type == "s"
    assert (await desk.at.client.get(f"{here}/faults.pdf", headers=HTML)).status_code == 404
    good = await desk.upload(text([["姓名", "编号"], ["李明", "1"]]))
    assert (await desk.at.client.get(f"{good}/faults.csv", headers=HTML)).status_code == 404


async def test_the_example_can_be_brought_in(desk: Desk) -> None:
    for kind in ("xlsx", "csv"):
        answer = await desk.at.client.get(f"/roster/example.{kind}", headers=HTML)
        await desk.upload(io.BytesIO(answer.content), f"example.{kind}")
        assert "Every row fits" in desk.at.words, desk.at.words


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_an_export_brought_in_again_changes_nothing(desk: Desk, kind: str) -> None:
    number = a_mobile()
    rows = [
        [
            "编号",
            "姓名",
            "手机",
            "出生日期",
            "户籍",
            "网格",
            "户号",
            "地址",
            "角色",
            "语言",
            "邮箱",
        ],
        [
            "A1",
            "陈桂芳",
            number,
            "1943-05-06",
            "户籍",
            "一网格",
            "1",
            "东街1号",
            "长者",
            "中文",
            "a@b.c",
        ],
        [
            "",
            "=HYPERLINK(1)",
            f"+447400{uuid.uuid4().int % 10**6:06d}",
            "",
            "非户籍",
            "",
            "",
            "",
            "",
            "English",
            "",
        ],
    ]
    here = await desk.upload(text(rows))
    await desk.confirm(here)
    await desk.at.open("/roster/export")
    answer = await desk.at.send("/roster/export", kind=kind)
    assert answer.status_code == 200
    content = answer.content
    if kind == "csv":
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert not any(cell.startswith(("=", "+", "-", "@")) for line in table for cell in line)
        assert number in content.decode()
    await desk.upload(io.BytesIO(content), f"again.{kind}")
    assert "Everybody is in the register just as the file says" in desk.at.words, desk.at.words
    [told] = [e for e in await community.audit_events(desk.home.id) if e.act == "roster.export"]
    assert told.actor == desk.by.member_id
    assert "phone" in told.details["columns"]


async def test_an_export_holds_what_the_role_may_see(desk: Desk, app: Litestar) -> None:
    number = a_mobile()
    auditor = await community.add_member(
        community_id=desk.home.id, name="Watcher", roles=(Role.AUDITOR,), phone=f"+86{number}"
    )
    async with walker(app) as at:
        await at.sign_in(auditor.id)
        await at.open("/roster/export")
        page = at.page
        answer = await at.send("/roster/export", kind="csv", role="resident")
        assert answer.content.decode("utf-8-sig").split("\r\n")[1:] == [""]
        at.page = page
        answer = await at.send("/roster/export", kind="csv")
        assert "Watcher" in answer.text
        assert number not in answer.text
        assert "Phone" not in answer.text
        assert (await at.open("/roster")).status_code == 403


async def test_an_export_of_one_grid(desk: Desk) -> None:
    here = await desk.upload(text([["姓名", "编号", "网格"], ["甲", "1", "一"], ["乙", "2", "二"]]))
    await desk.confirm(here)
    grids = {grid.name: grid.id for grid in await community.grids(desk.home.id)}
    await desk.at.open("/roster/export")
    page = desk.at.page
    answer = await desk.at.send("/roster/export", kind="csv", grid=str(grids["一"]))
    assert "甲" in answer.text
    assert "乙" not in answer.text
    desk.at.page = page
    answer = await desk.at.send("/roster/export", kind="pdf", grid=str(uuid.uuid4()))
    assert answer.status_code == 422


async def test_another_community_sees_nothing_of_it(desk: Desk, app: Litestar) -> None:
    here = await desk.upload(text([["姓名", "编号"], ["李明", "1"]]))
    other = await community.add_community(code=f"rp-{uuid.uuid4().hex[:10]}", name="Other")
    clerk = await community.add_member(
        community_id=other.id, name="Stranger", roles=(Role.COORDINATOR, Role.ADMINISTRATOR)
    )
    async with walker(app) as at:
        await at.sign_in(clerk.id)
        await at.open("/roster")
        page = at.page
        for path in (here, f"{here}/faults.csv"):
            assert (await at.client.get(path, headers=HTML)).status_code == 404
        for path in (f"{here}/confirm", f"{here}/drop"):
            at.page = page
            assert (await at.send(path)).status_code == 404
        await at.open("/roster")
        assert "roster.csv" not in at.words


async def test_left_members_are_told_and_not_exported(desk: Desk) -> None:
    gone = await community.add_member(community_id=desk.home.id, name="走了的人", roster_number="9")
    await community.member_left(gone.id, by=desk.by)
    assert (await community.member(gone.id)).standing is Standing.LEFT
    await desk.upload(text([["姓名", "编号"], ["走了的人", "9"]]))
    assert "This member has left" in desk.at.words
    await desk.at.open("/roster/export")
    answer = await desk.at.send("/roster/export", kind="csv")
    assert "走了的人" not in answer.text
