"""The reserve beside what is owed, and the projection: for whom, with what, and how refused."""

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import uuid4
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import pytest_asyncio
from litestar import Litestar

import community
import ledger
import timebank
from app.main import create_app, running
from app.settings import settings
from app.solvency import assumptions
from app.solvency.chart import BOTTOM, TOP, chart
from community import Community, Member, Role
from community.policy import read_pack
from ledger import CommunityId
from tests.app.walking import walker
from timebank.policy import SETTINGS
from timebank.solvency import BOUNDS, Scenario


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app()
    async with running(made):
        yield made


@pytest.fixture(autouse=True)
def demo(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (built before)
    monkeypatch.setattr(
        "app.routes.signin.settings", lambda: settings().model_copy(update={"demo": True})
    )


async def founded(*, minutes: int = 6_000, reserve_fen: int = 0) -> tuple[Community, Member]:
    """Return a community whose one elder has so many minutes, and its auditor."""
    home = await community.add_community(code=f"s-{uuid4().hex[:12]}", name="梧桐社区")
    await timebank.open_time_bank(home.id)
    elder = await community.add_member(
        community_id=home.id, name="Gui", roles=(Role.ELDER,), birth_date=date(1946, 5, 1)
    )
    auditor = await community.add_member(community_id=home.id, name="Tang", roles=(Role.AUDITOR,))
    if minutes:
        await timebank.opening_grant(elder.id, minutes, community_id=home.id)
    text = f'name = "N"\nsource = "S"\n[time_bank]\nreserve_fen = {reserve_fen}\n'
    pack = read_pack(text.encode(), settings=SETTINGS, zone=ZoneInfo("UTC"))
    await community.adopt_policy(pack, by=community.system(home.id))
    return home, auditor


async def test_the_reserve_stands_beside_what_the_book_owes(app: Litestar) -> None:
    home, auditor = await founded(minutes=6_000, reserve_fen=200_000)
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        assert (await one.open("/time-bank/reserve")).status_code == 200
        assert "100 h" in one.words
        assert "¥2,000" in one.words
        assert "50 % of what is owed" in one.words
        assert "This agrees with the book" in one.words
        told = (await one.client.get("/api/time-bank/reserve")).json()
        book = await ledger.trial_balance(CommunityId(home.id))
        owes = -sum(line.balance.posted for line in book.lines if line.account.kind == "issuance")
        assert told["owed_minutes"] == owes == 6_000
        assert sum(told["by_kind_of_account"].values()) == 6_000
        assert told["reconciles_with_the_book"] is True
        assert told["covered_minutes"] == 3_000


async def test_without_a_reserve_the_page_says_who_stands_behind_the_hours(app: Litestar) -> None:
    _home, auditor = await founded()
    async with walker(app, "zh") as one:
        await one.sign_in(auditor.id)
        await one.open("/time-bank/reserve")
        assert "没有准备金" in one.words


async def test_the_projection_answers_first_and_names_what_it_rests_on(app: Litestar) -> None:
    _home, auditor = await founded(reserve_fen=100_000_000)
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        assert (await one.open("/time-bank/solvency")).status_code == 200
        assert "In 100 of 100 trials" in one.words
        assert "The reserve lasts in every trial." in one.words
        assert "China Statistical Yearbook 2002" in one.words
        assert one.page.count('class="band-middle"') >= 6
        assert "<script>" not in one.page
        assert "style=" not in one.page
        for svg in re.findall(r"<svg viewBox.*?</svg>", one.page, re.DOTALL):
            ET.fromstring(svg)  # noqa: S314 (our own page)
        year = datetime.now(UTC).year
        assert f"{year + 1}" in one.words
        assert f"{year + 20}" in one.words


async def test_what_is_tried_stands_in_the_address_and_changes_the_answer(app: Litestar) -> None:
    _home, auditor = await founded()
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        asked = (
            "years=5&uncertainty=0&joining=0&giving_percent=0&redeemed_well=100&redeemed_need=100"
        )
        await one.open(f"/time-bank/solvency?{asked}")
        assert "In 0 of 100 trials" in one.words
        assert "tried here" in one.words
        assert f"/time-bank/solvency.xlsx?{asked.split('&', maxsplit=1)[0]}" in one.page
        told = (await one.client.get(f"/api/time-bank/solvency?{asked}")).json()
        assert told["assumptions"]["redeemed_need"] == 100
        assert told["owed_hours_now"] == 100
        assert [len(row) for row in told["percentiles"]["shortfall"].values()] == [5] * 5
        assert told["percentiles"]["shortfall"]["50"][0] == pytest.approx(100)
        again = (await one.client.get(f"/api/time-bank/solvency?{asked}")).json()
        assert again["percentiles"] == told["percentiles"]


@pytest.mark.parametrize("turn", assumptions.TURNS)
async def test_another_turn_is_one_tap_away(app: Litestar, turn: str) -> None:
    _home, auditor = await founded()
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        await one.open("/time-bank/solvency")
        assert f"/time-bank/solvency?turn={turn}" in one.page
        await one.open(f"/time-bank/solvency?turn={turn}")
        assert "tried here" in one.words
        assert "As it is usually assumed" in one.words


@pytest.mark.parametrize(
    "wrong", ["years=31", "years=4", "joining=-1", "hour_cost=many", "reserve=-5"]
)
async def test_an_assumption_that_cannot_be_is_refused_at_its_field(
    app: Litestar, wrong: str
) -> None:
    _home, auditor = await founded()
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        answer = await one.open(f"/time-bank/solvency?{wrong}")
        assert answer.status_code == 422
        name, text = wrong.split("=")
        assert "Write a whole number from" in one.words
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', one.page)
        assert field
        assert f'value="{text}"' in field[0]
        assert 'aria-invalid="true"' in field[0]
        assert f'href="#field-{name}"' in one.page


async def test_the_workbook_has_every_figure_as_a_number(app: Litestar) -> None:
    home, auditor = await founded(reserve_fen=50_000)
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        answer = await one.client.get("/time-bank/solvency.xlsx?years=6")
        assert answer.status_code == 200
        assert f"{home.code}-solvency-" in answer.headers["content-disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        rows = [[cell for cell in row if cell is not None] for row in sheet.values]
        owed = next(row for row in rows if row and row[0] == "Hours that are owed")
        assert len(owed) == 7
        assert all(isinstance(year, int) for year in owed[1:])
        middle = rows[rows.index(owed) + 3]
        assert middle[0] == "50 of 100 trials are at or below"
        assert all(isinstance(figure, int | float) for figure in middle[1:])


async def test_only_who_answers_for_the_hours_sees_the_projection(app: Litestar) -> None:
    home, _auditor = await founded()
    for role in (Role.COORDINATOR, Role.TREASURER, Role.ADMINISTRATOR, Role.RESIDENT, Role.ELDER):
        member = await community.add_member(community_id=home.id, name=role.value, roles=(role,))
        allowed = role not in {Role.RESIDENT, Role.ELDER}
        async with walker(app, "en") as one:
            await one.sign_in(member.id)
            for path in ("/time-bank/solvency", "/api/time-bank/solvency"):
                answer = await one.client.get(path)
                assert answer.status_code == (200 if allowed else 403), (role, path)
            await one.open("/time-bank/reserve")
            assert ("/time-bank/solvency" in one.page) is allowed


async def test_an_empty_time_bank_says_that_nothing_is_owed(app: Litestar) -> None:
    _home, auditor = await founded(minutes=0)
    async with walker(app, "en") as one:
        await one.sign_in(auditor.id)
        await one.open("/time-bank/solvency?joining=0")
        assert "Nothing is owed yet" in one.words
        await one.open("/time-bank/reserve")
        assert "This agrees with the book" in one.words


# --- pieces --------------------------------------------------------------------------------------


def test_a_chart_keeps_within_its_picture_and_rounds_its_axis_up() -> None:
    rows = {5: [0.0, 10.0], 25: [0, 20], 50: [0, 30], 75: [0, 40], 95: [0, 97]}
    drawn = chart(rows, begins=2026)
    assert [one.value for one in drawn.heights] == [0, 25, 50, 75, 100]
    assert [one.value for one in drawn.years] == [2026, 2026, 2027]
    ys = [float(point.split(",")[1]) for point in drawn.outer.split()]
    assert min(ys) >= TOP
    assert max(ys) <= BOTTOM
    flat = chart({one: [0.0] * 5 for one in rows})
    assert flat.heights[-1].value >= 1


def test_the_form_asks_for_numbers_within_the_bounds_of_the_model() -> None:
    for name, one in assumptions.EVERY.items():
        if name != assumptions.RESERVE:
            assert (one.least, one.most) == BOUNDS[name]
            assert one.least <= getattr(Scenario(), name) <= one.most
