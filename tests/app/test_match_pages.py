"""The match board over HTTP: who could go and why, a week matched, offers sent, what is refused."""

import re
import uuid

import httpx
import pytest_asyncio
from litestar import Litestar

import timebank
from app.database import Engine
from community import Role
from tests.app.walking import Walker
from tests.app.walking import walker as walking
from tests.neighbourhood import Neighbourhood, open_neighbourhood
from timebank import State, matching


@pytest_asyncio.fixture(loop_scope="session")
async def hood(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await open_neighbourhood()


async def signed_in(walker: Walker, hood: Neighbourhood, role: Role) -> Walker:
    return await walker.sign_in(hood.people[role].id)


async def open_request(hood: Neighbourhood) -> timebank.Visit:
    page = await matching.match_board(hood.actor(Role.COORDINATOR))
    return page.lines[0].visit


async def test_the_board_says_who_and_why_and_offers(app: Litestar, hood: Neighbourhood) -> None:
    visit = await open_request(hood)
    volunteer = hood.people[Role.VOLUNTEER]
    async with walking(app, "zh") as walker:
        await signed_in(walker, hood, Role.COORDINATOR)
        await walker.open("/match?week=0&order=oldest")
        assert "李明" in walker.words
        assert "近 30 天" in walker.words
        assert "先问一问： 选的是别的服务项目" in walker.words
        where = await walker.send_and_follow(
            f"/match/visits/{visit.id}/offer",
            volunteer=str(volunteer.id),
            query="order=oldest&evil=1",
        )
        assert where == "/match?order=oldest"
        assert "已询问这位志愿者" in walker.words
        # Offered once more, from another window.
        await walker.send_and_follow(
            f"/match/visits/{visit.id}/offer", volunteer=str(hood.people[Role.ELDER].id)
        )
        assert "什么都没有" in walker.words or "别人" in walker.words
    seen, _steps = await timebank.visit_page(visit.id, hood.actor(Role.COORDINATOR))
    assert (seen.visit.state, seen.visit.volunteer_id) == (State.OFFERED, volunteer.id)


async def test_whoever_said_yes_on_the_telephone_is_booked(
    app: Litestar, hood: Neighbourhood
) -> None:
    visit = await open_request(hood)
    async with walking(app, "zh") as walker:
        await signed_in(walker, hood, Role.PHONE_OPERATOR)
        await walker.open("/match")
        assert "/match/week" not in walker.page
        await walker.send_and_follow(
            f"/match/visits/{visit.id}/book", volunteer=str(hood.people[Role.VOLUNTEER].id)
        )
        assert "已预约" in walker.words
        answer = await walker.send(f"/match/visits/{uuid.uuid4()}/book", volunteer="nobody")
        assert answer.status_code == httpx.codes.NOT_FOUND
    seen, _steps = await timebank.visit_page(visit.id, hood.actor(Role.COORDINATOR))
    assert seen.visit.state is State.BOOKED


async def test_a_week_is_matched_and_its_lines_are_sent(app: Litestar, hood: Neighbourhood) -> None:
    async with walking(app, "zh") as walker:
        await signed_in(walker, hood, Role.COORDINATOR)
        await walker.open("/match/week")
        answer = await walker.send(
            "/match/week", availability="must", day_most="99", week_most="4", key=str(uuid.uuid4())
        )
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "请填 1 到 8 之间的整数" in walker.words
        assert 'value="99"' in walker.page
        where = await walker.send_and_follow(
            "/match/week", availability="prefer", day_most="2", week_most="4", key=str(uuid.uuid4())
        )
        await matching.match_waiting()
        await walker.open(where)
        assert re.search(r"(李明|何静\d\S*) 去 陈桂芳 家", walker.words)
        await walker.send_and_follow(f"{where}/offer", which="ticked")
        assert "没有询问任何人" in walker.words
        await walker.send_and_follow(f"{where}/offer", which="all")
        assert re.search(r"已发出 [1-9] 份邀约", walker.words)
        assert "每一行都已处理" in walker.words
        await walker.open("/match")
        assert "人人都有人帮" in walker.words
        answer = await walker.open(f"/match/runs/{uuid.uuid4()}")
        assert answer.status_code == httpx.codes.NOT_FOUND


async def test_a_volunteer_reads_why_a_request_suits_them(
    app: Litestar, hood: Neighbourhood
) -> None:
    services = {one.code: one.id for one in await timebank.care_services(hood.home.id)}
    profile = timebank.care.Profile(
        skills=frozenset({services["companionship"]}),
        languages=frozenset({timebank.care.Speech.MANDARIN}),
    )
    await timebank.care.save_profile(profile, by=hood.actor(Role.VOLUNTEER))
    async with walking(app, "zh") as walker:
        await signed_in(walker, hood, Role.VOLUNTEER)
        await walker.open("/time-bank/requests")
        assert "是您喜欢做的服务" in walker.words


async def test_a_program_reads_the_board(app: Litestar, hood: Neighbourhood) -> None:
    async with walking(app, "zh") as walker:
        await signed_in(walker, hood, Role.COORDINATOR)
        told = (await walker.open("/api/match?service=no-such&week=77")).json()
        assert (told["requests"], told["pages"]) == (len(told["lines"]), 1)
        suggested = told["lines"][0]["volunteers"]
        best = suggested[0]
        assert "李明" in {one["name"] for one in suggested}
        assert best["points"] == max(one["points"] for one in suggested) > 0
        assert "lately" in best["why"]
