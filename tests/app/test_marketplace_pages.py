"""The marketplace over HTTP, without JavaScript: its pages, forms, and what they refuse."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar, Request, Response, get
from litestar.params import FromPath

import community
import ledger
from app import sessions
from app.acts import act
from app.addresses import address_of
from app.amounts import fen_of_yuan, yuan_of_fen
from app.database import Engine
from app.main import create_app, running
from community import Role
from marketplace import import_election, reading
from marketplace.counting import CountRules, Rule, count
from marketplace.pabulib import read_election

HTML = {"accept": "text/html", "accept-language": "en"}
HTMX = {**HTML, "hx-request": "true", "hx-request-type": "partial"}
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
ROUND = {
    "name": "Autumn",
    "budget": "1,000.50",
    "choices_max": "2",
    "rule": "greedy",
    "satisfaction": "cost",
    "completion": "none",
}
LAMP = {
    "title": "A lamp & a <bench>",
    "purpose": "Light on the stairs",
    "place": "Lane 3",
    "category": "environment",
    "cost": "400",
}


@get("/test/become/{member_id:uuid}", opt=act("home.read"))
async def become(request: Request[Any, Any, Any], member_id: FromPath[uuid.UUID]) -> Response[str]:
    found = await community.member(member_id)
    begun = await sessions.begin(found, sessions.How.DEMO, address=address_of(request))
    return Response("in", cookies=[sessions.cookie(begun)])


@dataclass
class Person:
    """A member at a browser that keeps cookies and runs no script."""

    client: httpx.AsyncClient
    community_id: uuid.UUID
    member_id: uuid.UUID
    answers: list[int] = field(default_factory=list)

    async def see(self, address: str) -> httpx.Response:
        return await self.client.get(address, headers=HTML)

    async def send(
        self, address: str, fields: dict[str, Any], headers: dict[str, str] = HTML
    ) -> httpx.Response:
        token = TOKEN.search((await self.see("/")).text)
        assert token
        return await self.client.post(
            address, data={"_csrf_token": token[1], **fields}, headers=headers
        )

    async def at(self, address: str, fields: dict[str, Any]) -> str:
        """Send a form that is taken, and return where it leads."""
        answer = await self.send(address, fields)
        assert answer.status_code == 303, answer.text[-3000:]
        return answer.headers["location"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app([become])
    async with running(made):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def lane(app: Litestar) -> AsyncIterator[dict[str, Person]]:
    """Give a coordinator, two residents and a volunteer of one community, each signed in."""
    home = await community.add_community(code=f"page-{uuid.uuid4().hex[:10]}", name="Lane")
    people = {}
    for name, role in (
        ("coordinator", Role.COORDINATOR),
        ("resident", Role.RESIDENT),
        ("neighbour", Role.RESIDENT),
        ("volunteer", Role.VOLUNTEER),
    ):
        member = await community.add_member(community_id=home.id, name=name, roles=(role,))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # ASGI in other words
        client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
        await client.get(f"/test/become/{member.id}")
        people[name] = Person(client, home.id, member.id)
    yield people
    for person in people.values():
        await person.client.aclose()


async def test_a_round_from_its_first_form_to_the_book(lane: dict[str, Person]) -> None:
    coordinator, resident, neighbour = (lane[n] for n in ("coordinator", "resident", "neighbour"))
    assert "No round has been opened yet" in (await resident.see("/projects")).text
    form = await coordinator.see("/rounds/new")
    key = re.search(r'name="key" value="([^"]+)"', form.text)
    assert key
    where = await coordinator.at("/rounds", {**ROUND, "key": key[1]})
    assert await coordinator.at("/rounds", {**ROUND, "key": key[1]}) == where
    assert len(await reading.rounds(coordinator.community_id)) == 1
    page = await resident.see(where)
    assert "¥1,000.50" in page.text
    terms = (await reading.rounds(coordinator.community_id))[0]
    assert terms.terms_hash in page.text

    lamp = await resident.at(f"{where}/propose", LAMP)
    await neighbour.at(f"{where}/propose", {**LAMP, "title": "A stage", "cost": "700"})
    told = (await resident.see(lamp)).text
    assert "A lamp &amp; a &lt;bench&gt;" in told
    assert "<bench>" not in told

    await coordinator.at(f"{where}/open-ballot", {})
    late = await resident.send(f"{where}/propose", LAMP)
    assert late.headers["location"] == where
    onlooker = lane["volunteer"]
    seen_before = [_plain(await onlooker.see(address)) for address in (where, lamp, "/projects")]
    assert await resident.at(f"{where}/ballot", {"choice": ["1", "2"]}) == f"{where}/ballot"
    await neighbour.at(f"{where}/ballot", {"choice": "1"})
    ballot = (await resident.see(f"{where}/ballot")).text
    assert ballot.count(" checked") == 2
    seen_after = [_plain(await onlooker.see(address)) for address in (where, lamp, "/projects")]
    assert seen_after == seen_before, "a vote may leave no trace before the count"
    assert (await resident.see(f"{where}/result.pb")).status_code == 404

    assert "cannot be undone" in (await coordinator.see(f"{where}/close")).text
    assert await coordinator.at(f"{where}/close", {}) == where
    assert await coordinator.at(f"{where}/close", {}) == where
    assert "already" in (await coordinator.see(where)).text
    result = (await resident.see(where)).text
    assert "2 votes" in result
    assert "Short by ¥99.50 or 2 votes" in result
    assert terms.terms_hash in result
    money = (await resident.see(lamp)).text
    assert "¥400.00" in money
    assert "From the round" in money

    published = await resident.see(f"{where}/result.pb")
    again = count(read_election(published.content), CountRules(Rule.GREEDY))
    assert again.winners == ("001",)
    assert again.votes == 2
    trial = await ledger.trial_balance(ledger.CommunityId(coordinator.community_id))
    assert trial.balanced


def _plain(answer: httpx.Response) -> str:
    assert answer.status_code == 200
    return TOKEN.sub("", answer.text)


@pytest.mark.parametrize(
    ("wrong", "field_", "sentence"),
    [
        ({"name": " "}, "name", "Give the round a name."),
        ({"name": "x" * 81}, "name", "at most 80 characters"),
        ({"budget": "plenty"}, "budget", "Write an amount in yuan"),
        ({"budget": "0"}, "budget", "more than nothing"),
        ({"budget": "1.005"}, "budget", "Write an amount in yuan"),
        ({"choices_max": "0"}, "choices_max", "from 1 to 20"),
        ({"choices_max": "many"}, "choices_max", "whole number"),
        ({"rule": "coin"}, "rule", "Choose one of these."),
        ({"rule": "greedy-no-skip"}, "rule", "Choose one of these."),
        ({"satisfaction": "points"}, "satisfaction", "Choose one of these."),
        ({"completion": "add1"}, "completion", "Only equal shares"),
    ],
)
async def test_a_round_that_cannot_be_opened_keeps_what_was_typed(
    lane: dict[str, Person], wrong: dict[str, str], field_: str, sentence: str
) -> None:
    answer = await lane["coordinator"].send("/rounds", {**ROUND, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'href="#field-{field_}"' in answer.text
    assert answer.text.count(" autofocus") == 1
    assert 'value="1,000.50"' in answer.text or "budget" in wrong
    assert await reading.rounds(lane["coordinator"].community_id) == []


@pytest.mark.parametrize(
    ("wrong", "field_", "sentence"),
    [
        ({"title": ""}, "title", "Give the project a title."),
        ({"purpose": "  "}, "purpose", "what the project is for"),
        ({"place": ""}, "place", "where it would be"),
        ({"category": "war"}, "category", "what it is about"),
        ({"cost": "cheap"}, "cost", "Write an amount in yuan"),
        ({"cost": "0"}, "cost", "at least one fen"),
        ({"cost": "1000.51"}, "cost", "The whole round has ¥1,000.50"),
        ({"purpose": "x" * 2001}, "purpose", "at most 2,000 characters"),
    ],
)
async def test_a_proposal_that_cannot_be_taken_keeps_what_was_typed(
    lane: dict[str, Person], wrong: dict[str, str], field_: str, sentence: str
) -> None:
    where = await lane["coordinator"].at("/rounds", ROUND)
    answer = await lane["resident"].send(f"{where}/propose", {**LAMP, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'href="#field-{field_}"' in answer.text
    assert answer.text.count(" autofocus") == 1
    assert "Lane 3" in answer.text or "place" in wrong
    round_id = where.rpartition("/")[2]
    found = await reading.projects_of(
        uuid.UUID(round_id), community_id=lane["resident"].community_id
    )
    assert found == []


async def test_a_tick_is_saved_at_once_and_one_too_many_is_refused(
    lane: dict[str, Person],
) -> None:
    resident = lane["resident"]
    where = await lane["coordinator"].at("/rounds", ROUND)
    for title in ("Lamp", "Bench", "Stage"):
        await resident.at(f"{where}/propose", {**LAMP, "title": title})
    early = await resident.send(f"{where}/ballot", {"choice": "1"})
    assert early.headers["location"] == where
    await lane["coordinator"].at(f"{where}/open-ballot", {})
    saved = await resident.send(f"{where}/ballot", {"choice": ["1", "3"]}, HTMX)
    assert saved.status_code == 200
    assert "Saved: 2 of at most 2" in saved.text
    assert "<html" not in saved.text
    for headers in (HTMX, HTML):
        refused = await resident.send(f"{where}/ballot", {"choice": ["1", "2", "3"]}, headers)
        assert refused.status_code == 422
        assert "Not saved: 3 are ticked and at most 2 may be" in refused.text
        assert refused.text.count(" checked") == 3
    for nonsense in ("99", "-1", "x"):
        await resident.send(f"{where}/ballot", {"choice": nonsense})
    kept = (await resident.see(f"{where}/ballot")).text
    assert kept.count(" checked") in {0, 2}
    emptied = await resident.send(f"{where}/ballot", {}, HTMX)
    assert "not voted yet" in emptied.text
    await lane["coordinator"].at(f"{where}/close", {})
    late = await resident.send(f"{where}/ballot", {"choice": "1"})
    assert late.headers["location"] == where
    assert "not kept" in (await resident.see(where)).text


async def test_each_act_is_for_its_role_alone(lane: dict[str, Person], app: Litestar) -> None:
    where = await lane["coordinator"].at("/rounds", ROUND)
    await lane["resident"].at(f"{where}/propose", LAMP)
    for who in ("resident", "volunteer"):
        for address in ("/rounds", f"{where}/open-ballot", f"{where}/close"):
            assert (await lane[who].send(address, ROUND)).status_code == 403
        for address in ("/rounds/new", f"{where}/close"):
            assert (await lane[who].see(address)).status_code == 403
    for who in ("coordinator", "volunteer"):
        assert (await lane[who].send(f"{where}/propose", LAMP)).status_code == 403
        assert (await lane[who].see(f"{where}/propose")).status_code == 403
    await lane["coordinator"].at(f"{where}/open-ballot", {})
    for who in ("coordinator", "volunteer"):
        led = await lane[who].see(f"{where}/ballot")
        assert led.headers["location"] == where, "whom a round does not ask is told so there"
        refused = await lane[who].send(f"{where}/ballot", {"choice": "1"})
        assert refused.status_code == 422
        assert "Only those whom this round asks can vote" in refused.text
    forged = await lane["coordinator"].client.post(f"{where}/close", headers=HTML)
    assert forged.status_code == 403
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # ASGI in other words
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as visitor:
        assert (await visitor.get("/projects", headers=HTML)).status_code == 200
        assert (await visitor.get("/elections", headers=HTML)).status_code == 200
        ballot = await visitor.get(f"{where}/ballot", headers=HTML)
        assert ballot.status_code in {302, 303, 401}


async def test_another_community_s_round_is_nowhere(lane: dict[str, Person], app: Litestar) -> None:
    where = await lane["coordinator"].at("/rounds", ROUND)
    project = await lane["resident"].at(f"{where}/propose", LAMP)
    home = await community.add_community(code=f"else-{uuid.uuid4().hex[:10]}", name="Elsewhere")
    member = await community.add_member(
        community_id=home.id, name="Stranger", roles=(Role.COORDINATOR, Role.RESIDENT)
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # ASGI in other words
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        stranger = Person(client, home.id, member.id)
        await client.get(f"/test/become/{member.id}")
        for address in (where, f"{where}/ballot", f"{where}/close", f"{where}/propose", project):
            assert (await stranger.see(address)).status_code == 404
        for address in (f"{where}/ballot", f"{where}/close", f"{where}/open-ballot"):
            assert (await stranger.send(address, {"choice": "1"})).status_code == 404


async def test_an_election_s_page_shows_both_rules_and_its_file(lane: dict[str, Person]) -> None:
    content = _large().encode()
    imported = await import_election(
        content, community_id=lane["resident"].community_id, file_name="大.pb"
    )
    where = f"/elections/{imported.id}"
    assert where in (await lane["resident"].see("/elections")).text
    page = (await lane["resident"].see(where)).text
    assert "30% of 100 who could vote" in page
    assert "Show 12 more projects" in page
    assert "num_votes says 31" in page
    assert page.count("bar-row") == 42
    assert page.count("budget-line") == 1
    assert imported.id.hex not in page
    by_shares = (await lane["resident"].see(f"{where}?rule=mes")).text
    assert by_shares != page
    assert page.count("badge-won") == 3
    assert (await lane["resident"].see(f"{where}?rule=coin")).text.count("badge-won") == 3
    file = await lane["resident"].see(f"{where}/file")
    assert file.content == content
    assert "%E5%A4%A7.pb" in file.headers["content-disposition"]
    assert (await lane["resident"].see(f"/elections/{uuid.uuid4()}")).status_code == 404


def _large() -> str:
    """Return an election of 42 projects and 30 ballots; the budget reaches to the third."""
    lines = ["META", "key;value", "unit;Hill", "budget;1000", "vote_type;approval"]
    lines += ["electorate;100", "num_votes;31", "PROJECTS", "project_id;cost;name"]
    lines += [f"p{n:02d};300;Project {n}" for n in range(42)]
    lines += ["VOTES", "voter_id;vote"]
    lines += [f"{n};{','.join(f'p{p:02d}' for p in range(42) if p <= n)}" for n in range(30)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("50000", 5_000_000),
        ("1,200.50", 120_050),
        ("¥ 1200.5", 120_050),
        ("１２００元", 120_000),
        ("0.01", 1),
        ("0", 0),
        ("", None),
        ("1.005", None),
        ("-3", None),
        ("1,20", None),
        ("1e5", None),
        ("九", None),
        ("1" * 13, None),
    ],
)
def test_yuan_are_read_exactly(typed: str, fen: int | None) -> None:
    assert fen_of_yuan(typed) == fen
    if fen is not None:
        assert fen_of_yuan(yuan_of_fen(fen)) == fen
