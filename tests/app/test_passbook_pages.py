"""The passbook over HTTP: periods, paper, files that agree with the page, and who may have them."""

import csv
import dataclasses
import io
import json
import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import openpyxl  # type: ignore[import-untyped]  # it brings none
import pytest
from litestar import Litestar

import community
import ledger
import timebank
from app import passbook_period
from app.i18n import speaking
from app.passbook_words import sentence
from community import Role
from ledger import MINUTE, CommunityId, Event, Origin
from tests.app.walking import Walker, walker
from tests.timebank.street import NOON, Street, open_street
from timebank import passbooks
from timebank.accounts import gifts_account, member_account, own_account

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def lived(street: Street) -> None:
    """Let the elder receive a visit and a gift, with a name that looks like a formula."""
    visit = await street.finished()
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    giver = await community.add_member(community_id=street.id, name="=1+1")
    origin = Origin(CommunityId(street.id), Event("gift", uuid.uuid4()), giver.id)
    source = await member_account(giver.id, community_id=street.id)
    await ledger.transfer(
        debit=await own_account("issuance", community_id=street.id),
        credit=source,
        amount=40,
        unit=MINUTE,
        origin=origin,
    )
    await ledger.transfer(
        debit=source,
        credit=await gifts_account(street.elder.member_id, community_id=street.id),
        amount=40,
        unit=MINUTE,
        origin=origin,
    )


async def test_the_page_says_what_came_and_went_and_that_it_reconciles(app: Litestar) -> None:
    street = await open_street()
    await lived(street)
    async with walker(app) as elder:
        await elder.sign_in(street.elder.member_id)
        await elder.open("/time-bank/passbook")
        assert "3 lines were added up: they reconcile with the book." in elder.words
        assert "Companionship: you received 1 h 35 min from 李明" in elder.words
        assert "A gift from =1+1" in elder.words
        assert "To be used, not given on" in elder.words
        this_month = datetime.now(UTC).astimezone(SHANGHAI).strftime("%Y-%m")
        await elder.open(f"/time-bank/passbook?period={this_month}")
        assert "they reconcile" in elder.words
        answer = await elder.open("/time-bank/passbook?period=2019-02")
        assert answer.status_code == httpx.codes.OK
        assert "Nothing was booked in this time" in elder.words
        for nonsense in ("2019-13", "x", "9999-01", "2019-02-30", "'"):
            answer = await elder.open(f"/time-bank/passbook?period={nonsense}")
            assert answer.status_code == httpx.codes.OK
            assert "they reconcile" in elder.words


async def test_paper_has_everything_in_order_with_both_balances(app: Litestar) -> None:
    street = await open_street()
    await lived(street)
    async with walker(app) as elder:
        await elder.sign_in(street.elder.member_id)
        await elder.open("/time-bank/passbook/print")
        said = elder.words
    assert said.index("Opening balance") < said.index("you received 1 h 35 min")
    assert said.index("you received 1 h 35 min") < said.index("A gift from")
    assert said.index("A gift from") < said.index("Closing balance")
    assert "梧桐社区" in said
    assert "they reconcile" in said


async def files(reader: Walker, address: str) -> dict[str, httpx.Response]:
    """Take the three files."""
    return {kind: await reader.open(f"{address}?kind={kind}") for kind in ("xlsx", "csv", "json")}


def numbers(found: dict[str, httpx.Response]) -> dict[str, list[tuple[Any, ...]]]:
    """Return day, change and both balances of each line in each file."""
    sheet = openpyxl.load_workbook(io.BytesIO(found["xlsx"].content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    text = found["csv"].content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    lines = json.loads(found["json"].content)["lines"]
    return {
        "xlsx": [(row[0], row[3], row[4], row[5]) for row in rows[5:-2]],
        "csv": [(row[0], int(row[3]), int(row[4]), int(row[5])) for row in table[5:-2]],
        "json": [
            (one["at"][:10], one["change"], one["saved_after"], one["gifts_after"]) for one in lines
        ],
    }


async def test_three_files_say_the_same_as_the_page_and_hold_no_formula(app: Litestar) -> None:
    street = await open_street()
    await lived(street)
    async with walker(app) as elder:
        await elder.sign_in(street.elder.member_id)
        found = await files(elder, "/time-bank/passbook/file")
    for kind, answer in found.items():
        assert answer.status_code == httpx.codes.OK, kind
        assert f'.{kind}"' in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
    page = await timebank.passbook(street.elder)
    expected = [
        (
            one.at.astimezone(SHANGHAI).date().isoformat(),
            one.change,
            one.saved,
            one.gifts,
        )
        for one in reversed(page.lines)
    ]
    assert numbers(found) == dict.fromkeys(("xlsx", "csv", "json"), expected)
    sheet = openpyxl.load_workbook(io.BytesIO(found["xlsx"].content)).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert found["csv"].content.startswith("\N{ZERO WIDTH NO-BREAK SPACE}".encode())
    assert "'=1+1" in found["csv"].content.decode()
    told = json.loads(found["json"].content)
    assert told["reconciles_with_the_book"] is True
    assert told["closing"] == {"saved": 205, "gifts": 40}
    assert told["lines"][1]["visit"]["care_service"] == "companionship"


async def test_there_is_no_other_kind_of_file(app: Litestar) -> None:
    street = await open_street()
    async with walker(app) as elder:
        await elder.sign_in(street.elder.member_id)
        answer = await elder.open("/time-bank/passbook/file?kind=pdf")
        assert answer.status_code == httpx.codes.NOT_FOUND
        empty = await elder.open("/time-bank/passbook/file?kind=json&period=2019")
        assert json.loads(empty.content)["lines"] == []


async def test_staff_sees_it_and_a_copy_is_in_the_trail(app: Litestar) -> None:
    street = await open_street()
    await lived(street)
    theirs = f"/members/{street.elder.member_id}/passbook"
    async with walker(app) as desk, walker(app) as other, walker(app) as operator:
        await desk.sign_in(street.coordinator.member_id)
        await desk.open(theirs)
        assert "Companionship: received 1 h 35 min from 李明" in desk.words
        answer = await desk.send(f"{theirs}/file", file_kind="csv")
        assert answer.status_code == httpx.codes.OK
        assert answer.content.startswith("\N{ZERO WIDTH NO-BREAK SPACE}".encode())
        (event, *_) = await community.audit_events(street.id, size=1)
        assert (event.act, event.actor) == ("passbook.export", street.coordinator.member_id)
        await desk.open(theirs)
        assert (await desk.send(f"{theirs}/file", file_kind="pdf")).status_code == 404
        await other.sign_in(street.volunteer.member_id)
        for address in (theirs, f"{theirs}/print"):
            assert (await other.open(address)).status_code in {403, 404}
        phone = await community.add_member(
            community_id=street.id, name="孙丽", roles=(Role.PHONE_OPERATOR,)
        )
        await operator.sign_in(phone.id)
        assert (await operator.open(theirs)).status_code == httpx.codes.OK
        assert "Excel" not in operator.words
        assert (await operator.send(f"{theirs}/file", file_kind="csv")).status_code == 403


async def test_an_unknown_kind_of_line_can_still_be_read(app: Litestar) -> None:
    street = await open_street()
    origin = Origin(CommunityId(street.id), Event("moon_festival", uuid.uuid4()), uuid.uuid4())
    await ledger.transfer(
        debit=await own_account("issuance", community_id=street.id),
        credit=await member_account(street.elder.member_id, community_id=street.id),
        amount=15,
        unit=MINUTE,
        origin=origin,
    )
    async with walker(app) as elder, walker(app, "zh") as chinese:
        for one in (elder, chinese):
            await one.sign_in(street.elder.member_id)
            await one.open("/time-bank/passbook")
        assert "Came in: moon festival" in elder.words
        assert "收入：moon festival" in chinese.words


@pytest.mark.parametrize("kind", ["gift", "donation", "grant", "estate", "move", "project", "cap"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_kind_has_words_both_ways_in_both_languages(
    database: object,  # noqa: ARG001 (must be migrated)
    kind: str,
    language: Any,
) -> None:
    line = passbooks.PassbookLine(
        1, NOON, NOON, kind, passbooks.Purse.SAVED, 60, 60, 0, None, gave=False, other_name="",
        other_kind="", returned=0, reversal=False, note="",
    )  # fmt: skip
    went = dataclasses.replace(line, change=-60)
    right = dataclasses.replace(went, reversal=True, note="写错了")
    with speaking(language):
        said = {sentence(one, own=True) for one in (line, went, right)}
        assert len(said) == 3
        assert all(kind not in one for one in said) or language == "en"
        assert any("写错了" in one for one in said)


@pytest.mark.parametrize("kind", ["visit", "group_session"])
@pytest.mark.parametrize(
    ("note", "told"),
    [("above the cap", "Above the limit: donated"), ("for the community", "Given by your team")],
)
def test_what_goes_on_to_the_fund_is_not_told_as_help_given(
    kind: str, note: str, told: str
) -> None:
    line = passbooks.PassbookLine(
        1, NOON, NOON, kind, passbooks.Purse.SAVED, -60, 60, 0, None, gave=True,
        other_name="陈桂芳", other_kind="donated", returned=0, reversal=False, note=note,
    )  # fmt: skip
    with speaking("en"):
        assert sentence(line, own=True).startswith(told)


def test_periods_end_where_the_next_begins() -> None:
    december = passbook_period.period_named("2026-12", SHANGHAI)
    year = passbook_period.period_named("2026", SHANGHAI)
    january = passbook_period.period_named("2027-01", SHANGHAI)
    assert december.book.until == january.book.since == year.book.until
    assert december.book.since == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert passbook_period.period_named("", SHANGHAI).book == passbooks.EVER
    with speaking("en"):
        assert december.title == "December 2026"
        assert december.days == "1 December to 31 December 2026"
    with speaking("zh"):
        assert december.title == "2026 年 12 月"
    offered = passbook_period.periods_offered(
        datetime(2026, 10, 3, tzinfo=UTC), datetime(2027, 1, 9, tzinfo=UTC), SHANGHAI
    )
    assert [name for name, _title in offered] == [
        "", "2027-01", "2026-12", "2026-11", "2026-10", "2027", "2026",
    ]  # fmt: skip
