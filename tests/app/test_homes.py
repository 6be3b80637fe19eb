"""Each role's home, and a member's own page: what stands there, in which order, in few queries."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar

import community
import timebank
from app import sessions
from app.database import Engine
from app.forgery import session_cookie
from app.homes import inbox, parts_of
from community import Actor, Role
from marketplace import aftercare, delivery, evaluation
from marketplace.deliberation import ReportReason
from marketplace.delivery import DisbursementDraft
from tests.app.walking import Walker, walker
from tests.delivery_walks import PAPER
from tests.neighbourhood import Neighbourhood, open_neighbourhood

# For anybody with one role, whatever the size of the community (a resident has the most: ballots,
# needs, a meeting, what to judge and what to pay for), and beside them what the desk's
# inbox asks: in the mean three questions for each kind of what may wait (who, what, their names);
# and none asks more than money does, with its papers, approvals, undertakers and who is kin.
QUERIES_MAX, QUERIES_OF_KIND_MAX, QUERIES_OF_KIND_USUAL = 14, 7, 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hood(database: Engine) -> Neighbourhood:  # noqa: ARG001 (must be migrated)
    return await open_neighbourhood()


@dataclass
class Lane:
    """The neighbourhood, and browsers for its people."""

    app: Litestar
    hood: Neighbourhood
    stack: AsyncExitStack

    async def home(self, role: Role | None, language: str = "en") -> Walker:
        """Open the front door as the neighbour with this role, or as a visitor."""
        found = await self.stack.enter_async_context(walker(self.app, language))
        if role is not None:
            await found.sign_in(self.hood.people[role].id)
        await found.open("/")
        return found

    async def home_of(self, member_id: Any, how: sessions.How = sessions.How.DEMO) -> Walker:
        """Open the front door as somebody who signed in this way, in English."""
        found = await self.stack.enter_async_context(walker(self.app))
        desk = None
        if how is sessions.How.CARD:
            clerk = self.hood.people[Role.COORDINATOR]
            desk = (await sessions.begin(clerk, sessions.How.DESK, address=None)).session.id
        member = await community.member(member_id)
        begun = await sessions.begin(member, how, address=None, desk_id=desk)
        found.client.cookies.set(session_cookie(), begun.token, domain="site.test")
        await found.open("/")
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def lane(app: Litestar, hood: Neighbourhood) -> AsyncIterator[Lane]:
    async with AsyncExitStack() as stack:
        yield Lane(app, hood, stack)


def headings(page: Walker) -> list[str]:
    main = page.page[page.page.index("<main") : page.page.index("</main>")]
    found = re.findall(r"<h2[^>]*>(.*?)</h2>", main, re.DOTALL)
    return [re.sub(r"<span.*|<[^>]+>", "", one).strip() for one in found]


async def test_a_visitor_sees_what_this_is_and_figures_of_this_moment(lane: Lane) -> None:
    visitor = await lane.home(None)
    assert "A neighbour close by is worth more than a cousin far away" in visitor.words
    assert "at this moment" in visitor.words
    assert "Good to see you" not in visitor.page
    assert 'href="/sign-in"' in visitor.page


async def test_signing_in_leads_home(lane: Lane) -> None:
    elder = await lane.home(Role.ELDER)
    assert "Good to see you, 陈桂芳" in elder.words
    await elder.send_and_follow("/sign-out")
    assert "Good to see you" not in elder.page


async def test_an_elder_s_home(lane: Lane) -> None:
    elder = await lane.home(Role.ELDER)
    buttons = re.findall(r'big-button-label">([^<]+)<', elder.page)
    assert buttons == ["I need help", "My visits", "My hours", "Call the desk"]
    assert headings(elder) == [
        "This waits for you", "Your next visit", "The same as last time?"
    ]  # fmt: skip
    assert "See and confirm" in elder.words
    visits = await timebank.my_visits(lane.hood.actor(Role.ELDER))
    now = datetime.now(UTC)
    (booked,) = [
        one.visit
        for one in visits
        if one.visit.state is timebank.State.BOOKED and one.visit.starts_at > now
    ]
    assert f'class="digits">{booked.code}<' in elder.page
    assert "李明" in elder.words


async def test_a_volunteer_s_home(lane: Lane) -> None:
    volunteer = await lane.home(Role.VOLUNTEER)
    assert headings(volunteer) == ["My week", "Who could use you, while you are free"]
    assert "I can help" in volunteer.words
    assert 'class="digits"' not in volunteer.page


async def test_a_delegate_s_home_leads_to_the_act_in_one_click(lane: Lane) -> None:
    daughter = await lane.home(Role.DELEGATE)
    assert "The people I act for" in headings(daughter)
    elder = lane.hood.people[Role.ELDER].id
    href = re.search(rf'href="(/for/{elder}/visits/[0-9a-f-]+)"[^>]*See and confirm', daughter.page)
    assert href
    assert (await daughter.open(href[1])).status_code == 200
    assert "You are acting for 陈桂芳" in daughter.words


async def test_a_resident_s_home_has_the_open_ballot_first(lane: Lane) -> None:
    resident = await lane.home(Role.RESIDENT)
    assert headings(resident) == [
        "What we decide together",
        "How did it turn out?",
        "What we pay for together",
        "What we need here",
        "The next meeting",
    ]
    titles = re.findall(r'card-title"><a href="/rounds/[^"]+">([^<]+)<', resident.page)
    assert titles[:2] == ["今年", "明年"], "the open ballot first, then what takes proposals"
    assert "Vote now" in resident.words
    assert "chosen, for" in resident.words
    judge = re.findall(r'href="(/projects/[^"]+/evaluation/rate)"', resident.page)
    assert judge, "asked to judge, and not done yet"
    assert (await resident.open(judge[0])).status_code == 200
    await resident.open("/")
    drives = re.findall(r'<li><strong><a href="(/projects/[^"]+/funding)">', resident.page)
    assert drives, "what collects now"
    assert "left, until" in resident.words
    assert "Collecting now" in (await resident.open("/funding")).text


async def test_the_coordinator_s_inbox(lane: Lane) -> None:
    coordinator = await lane.home(Role.COORDINATOR)
    assert headings(coordinator) == ["What waits", "Find a member"]
    inbox = coordinator.page[coordinator.page.index('class="inbox"') :]
    lines = re.findall(r'inbox-what"><a href="([^"]+)">([^<]+)</a><br>([^<]+)<', inbox)
    whys = [why for _href, _who, why in lines]
    for why in (
        "Meals by 李明 is not confirmed yet",
        "Cleaning by 李明: somebody says this is not right",
        "Phone and internet help: 李明 has not checked in",
        "Was not content with a visit: 李明",
    ):
        assert why in whys
    assert "May be one and the same person" in whys
    assert "Wishes to have their data erased" in whys
    assert "The ballot is open; next it is closed and counted" in whys
    assert "Ideas are collected; next the ballot opens" in whys
    moments = re.findall(r'inbox-since">since <time datetime="([^"]+)"', inbox)
    assert moments == sorted(moments)
    assert len(moments) < len(lines), "a pair waits since no known moment, and stands last"
    for href, _who, _why in lines:
        assert (await coordinator.open(href)).status_code == 200, href


async def test_a_phone_operator_finds_the_caller_first(lane: Lane) -> None:
    operator = await lane.home(Role.PHONE_OPERATOR)
    assert headings(operator) == ["Who is calling?", "What waits"]
    assert "is not confirmed yet" in operator.words
    assert "data erased" not in operator.words, "that is not theirs to settle"
    answer = await operator.open("/members?name=陈桂")
    assert (answer.status_code, "陈桂芳" in operator.words) == (200, True)
    await operator.open("/")
    phone = await community.phone_of(
        lane.hood.people[Role.ELDER].id, community_id=lane.hood.home.id
    )
    where = await operator.send_and_follow("/members/find", whole=phone)
    assert where == f"/members/{lane.hood.people[Role.ELDER].id}"


async def test_a_treasurer_s_home(lane: Lane) -> None:
    treasurer = await lane.home(Role.TREASURER)
    assert headings(treasurer) == ["What waits", "The money"]
    assert "The book balances" in treasurer.words
    assert "前年 ¥20,000 ¥6,000 ¥14,000" in treasurer.words


async def test_an_auditor_s_home(lane: Lane) -> None:
    auditor = await lane.home(Role.AUDITOR)
    assert headings(auditor) == ["The book", "What was done last"]
    assert "The book balances" in auditor.words
    said = re.findall(r'trail-said">([^<]+)<', auditor.page)
    assert len(said) == 5
    assert not any("signed in" in one for one in said)
    assert (await auditor.open("/audit?who=沈洁")).status_code == 200


async def test_an_administrator_s_home(lane: Lane) -> None:
    administrator = await lane.home(Role.ADMINISTRATOR)
    assert headings(administrator) == ["What waits", "The house"]
    assert "Coordinator 沈洁" in administrator.words
    assert "data erased" in administrator.words
    assert "is not confirmed yet" not in administrator.words
    for href in re.findall(r'class="big-button [^"]+" href="(/[^"]*)"', administrator.page):
        assert (await administrator.open(href)).status_code in {200, 303}, href


async def test_whoever_has_many_roles_sees_the_personal_parts_first(lane: Lane) -> None:
    everything = await community.add_member(
        community_id=lane.hood.home.id, name="万能", roles=tuple(frozenset(Role) - {Role.DELEGATE})
    )
    page = await lane.home_of(everything.id)
    assert headings(page) == [
        "Your next visit", "Nothing is planned yet", "My week",
        "Who could use you, while you are free", "What we decide together",
        "What we pay for together", "What we need here", "The next meeting", "What waits",
        "Find a member", "The money", "What was done last", "The house",
    ]  # fmt: skip
    assert page.words.count("The book balances") == 1


@pytest.mark.parametrize(
    ("how", "way"),
    [
        (sessions.How.PASSWORD, "Set up the second step"),
        (sessions.How.CARD, "You came in with your card"),
    ],
)
async def test_staff_without_the_second_step_are_told_kindly(
    lane: Lane, how: sessions.How, way: str
) -> None:
    page = await lane.home_of(lane.hood.people[Role.COORDINATOR].id, how)
    assert "Resting for now: Coordinator" in page.words
    assert way in page.words
    assert "What waits" not in page.words
    assert 'href="/members"' not in page.page, "no door to a room that is closed"
    await page.open("/me")
    assert "Resting for now: Coordinator" in page.words


async def test_homes_read_in_chinese_too(lane: Lane) -> None:
    for role, words in (
        (Role.ELDER, "我要帮忙"),
        (Role.COORDINATOR, "待办"),
        (Role.PHONE_OPERATOR, "是谁来电？"),
        (Role.AUDITOR, "最近的操作"),
    ):
        page = await lane.home(role, "zh")
        assert words in page.words
        assert "您好" in page.words


async def test_my_page_leads_to_all_that_is_mine(lane: Lane) -> None:
    elder = await lane.home(Role.ELDER)
    await elder.open("/me")
    assert "陈桂芳 梧桐社区" in elder.words
    assert "What I am here Elder" in elder.words
    main = elder.page[elder.page.index("<main") :]
    ways = re.findall(r'way-title"><a href="([^"]+)"', main)
    assert {"/me/security", "/me/data", "/me/delegations", "/me/kin", "/me/messages"} <= set(ways)
    assert "/for" not in ways
    for href in ways:
        assert (await elder.open(href)).status_code == 200, href
    assert (await lane.home(None)).client.cookies.get(session_cookie()) is None
    visitor = await lane.home(None)
    assert (await visitor.open("/me")).status_code == 303


async def test_a_home_shows_nothing_of_another_community(lane: Lane) -> None:
    there = await open_neighbourhood("·彼岸")
    for role in (None, *lane.hood.people):
        page = await lane.home(role)
        assert there.home.name not in page.page or role is None
        assert "·彼岸" not in page.page or role is None, role


async def test_homes_ask_little_however_much_there_is(
    hood: Neighbourhood, database: Engine, owner: asyncpg.Connection
) -> None:
    """More visits, members and wishes make no more queries."""

    async def asked(by: Actor) -> int:
        with counted(database) as queries:
            await parts_of(by, hood.home)
        return len(queries)

    before = {role: await asked(hood.actor(role)) for role in hood.people}
    for role, queries in before.items():
        by, of_kinds = hood.actor(role), []
        for kind in inbox.kinds(by):
            with counted(database) as asked_for:
                await kind(by, datetime.now(UTC))
            of_kinds.append(len(asked_for))
        assert max(of_kinds, default=0) <= QUERIES_OF_KIND_MAX, role
        assert queries - sum(of_kinds) <= QUERIES_MAX, before
        if role is Role.COORDINATOR:
            assert sum(of_kinds) <= QUERIES_OF_KIND_USUAL * len(of_kinds)
    await _more_about_projects(hood, owner)
    elder = hood.actor(Role.ELDER)
    noon = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
    for number in range(4):
        request = timebank.Request("digital", noon + timedelta(days=9 + number), 60, "梧桐里")
        await timebank.ask(request, by=elder, form_key=uuid4())
        gone = await community.add_member(community_id=hood.home.id, name=f"告别 {number}")
        await community.ask_erasure(gone.id, by=Actor(gone.id, hood.home.id))
    await owner.execute(
        "UPDATE visit SET starts_at = starts_at - interval '15 days'"
        " WHERE community_id = $1 AND state = 'requested'",
        hood.home.id,
    )
    after = {role: await asked(hood.actor(role)) for role in hood.people}
    assert {role: after[role] for role in before if after[role] > before[role]} == {}, before


async def _more_about_projects(hood: Neighbourhood, owner: asyncpg.Connection) -> None:
    """Let more money be asked for, more be broken, and more words about projects be reported."""
    resident = hood.actor(Role.RESIDENT)
    work = "/projects/{project_id:uuid}/delivery"
    for part in ("", "/finish"):
        project_id = UUID(str(hood.by_route[work + part]["project_id"]))
        await delivery.ask(project_id, DisbursementDraft(1_000, "钉子"), [PAPER], by=resident)
    rated = await owner.fetch(
        "SELECT rating.id FROM evaluation_rating AS rating"
        " WHERE community_id = $1 AND words <> '' AND NOT EXISTS ("
        " SELECT FROM comment_report WHERE rating_id = rating.id)",
        hood.home.id,
    )
    assert rated
    for row in rated:
        await evaluation.report_comment(row["id"], ReportReason.OTHER, "看一下", by=resident)
    finished = UUID(str(hood.by_route["/projects/{project_id:uuid}/attention"]["project_id"]))
    await aftercare.raise_attention(finished, "绳子断了", by=resident)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Give a list to which every query of the block is added; the app's own jobs are left out."""
    queries: list[str] = []
    run = engine.run_querystring
    here = asyncio.current_task()

    async def noted(querystring: Any, *args: Any, **more: Any) -> Any:
        if asyncio.current_task() is here:
            queries.append(str(querystring))
        return await run(querystring, *args, **more)

    engine.run_querystring = noted  # type: ignore[method-assign] # put back below
    try:
        yield queries
    finally:
        engine.run_querystring = run  # type: ignore[method-assign] # as it was
