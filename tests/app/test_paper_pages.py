"""Voting on paper over HTTP, without JavaScript: a batch with two differences, to the count."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.database import Engine
from app.main import create_app, running
from community import Actor, Role
from marketplace import (
    Category,
    Draft,
    Terms,
    open_ballot,
    open_round,
    own_choices,
    paper,
    propose,
    vote,
)
from marketplace.counting import Rule
from marketplace.paper.values import Paper
from marketplace.values import Round
from tests.app.test_marketplace_pages import Person, become

THROWN = "415263"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app([become])
    async with running(made):
        yield made


@dataclass
class Desk:
    """A round whose ballot is open, with staff at browsers of their own and six papers."""

    people: dict[str, Person]
    round: Round
    papers: list[Paper]

    @property
    def where(self) -> str:
        return f"/rounds/{self.round.id}/paper"

    def actor(self, name: str) -> Actor:
        person = self.people[name]
        role = Role.COORDINATOR if name == "coordinator" else Role.RESIDENT
        return Actor(person.member_id, person.community_id, frozenset({role}))

    async def key(self, who: str, place: int, marks: str) -> str:
        """Let somebody key a paper in, and return what they are told."""
        person = self.people[who]
        fields = {"serial": self.papers[place].serial, "marks": marks}
        led = await person.at(f"{self.where}/key", fields)
        return (await person.see(led)).text


@pytest_asyncio.fixture(loop_scope="session")
async def desk(app: Litestar) -> AsyncIterator[Desk]:
    home = await community.add_community(code=f"paper-{uuid.uuid4().hex[:10]}", name="Lane")
    people = {}
    for name, role in (
        ("coordinator", Role.COORDINATOR),
        ("operator", Role.PHONE_OPERATOR),
        ("auditor", Role.AUDITOR),
        ("resident", Role.RESIDENT),
        ("neighbour", Role.RESIDENT),
        ("lodger", Role.RESIDENT),
    ):
        member = await community.add_member(community_id=home.id, name=name, roles=(role,))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # ASGI in other words
        client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
        await client.get(f"/test/become/{member.id}")
        people[name] = Person(client, home.id, member.id)
    found = Desk(people, None, [])  # type: ignore[arg-type]  # opened on the next lines
    coordinator, resident = found.actor("coordinator"), found.actor("resident")
    terms = Terms(100_000, 2, Rule.GREEDY)
    opened = await open_round(by=coordinator, name="Autumn", terms=terms)
    for title, fen in (("Bench", 60_000), ("Lamp", 50_000), ("Swing", 40_000)):
        draft = Draft(title, f"{title}, for all", "Lane 3", Category.ENVIRONMENT, fen)
        await propose(opened.id, draft, by=resident)
    found.round = await open_ballot(opened.id, by=coordinator)
    await paper.print_ballots(opened.id, 6, by=coordinator, number=1)
    found.papers = await paper.papers_of(opened.id, 1)
    yield found
    for person in people.values():
        await person.client.aclose()


async def test_a_batch_with_two_differences_comes_to_its_count(desk: Desk) -> None:
    coordinator, operator, auditor = (
        desk.people[name] for name in ("coordinator", "operator", "auditor")
    )
    told = await operator.at(f"{desk.where}/hand-out", {"name": "resident"})
    assert "Written down: resident votes on paper" in (await operator.see(told)).text
    await operator.at(f"{desk.where}/hand-out", {"name": "neighbour"})
    await desk.key("operator", 0, "1 2")
    await desk.key("operator", 1, "3")
    too_many = await operator.send(
        f"{desk.where}/key", {"serial": desk.papers[2].serial, "marks": "1"}
    )
    assert too_many.status_code == 422
    assert "this one is nobody’s" in too_many.text
    await operator.at(f"{desk.where}/hand-out", {"name": "lodger"})

    assert "a second time" in await desk.key("operator", 0, "1 2")
    assert "it is settled" in await desk.key("coordinator", 0, "2 1")
    await desk.key("operator", 1, "3")
    assert "a third person" in await desk.key("coordinator", 1, "2")
    await desk.key("operator", 2, "1")
    await desk.key("coordinator", 2, "")

    own = (await operator.see(f"{desk.where}/differences")).text
    assert "2 more wait for somebody else" in own
    queue = (await auditor.see(f"{desk.where}/differences")).text
    assert desk.papers[1].serial in queue
    assert desk.papers[2].serial in queue
    assert "Nothing is marked" in queue

    close = f"/rounds/{desk.round.id}/close"
    refused = await coordinator.send(close, {})
    page = (await coordinator.see(refused.headers["location"])).text
    assert "2 were read differently and wait for a third person." in page

    for place, marks in ((1, "3"), (2, "1")):
        serial = desk.papers[place].serial
        form = (await auditor.see(f"{desk.where}/differences/{serial}")).text
        assert serial in form
        await auditor.at(f"{desk.where}/differences/{serial}", {"marks": marks})
    await coordinator.at(f"{desk.where}/draw", {"seed": THROWN})
    assert await auditor.at(
        f"{desk.where}/audit", {"serial": desk.papers[0].serial, "marks": "1 2"}
    )
    report = (await auditor.see(desk.where)).text
    assert "2 of them have not been looked at yet" in report
    for place, marks in ((1, "3"), (2, "2")):
        refused = await auditor.send(
            f"{desk.where}/audit", {"serial": desk.papers[place].serial, "marks": marks}
        )
        assert refused.status_code == 422, "whoever decided does not look again"
        person = desk.people["manager"] = await _another(desk, f"checker {place}")
        await person.at(
            f"{desk.where}/audit", {"serial": desk.papers[place].serial, "marks": marks}
        )
    report = (await auditor.see(desk.where)).text
    assert "Keyed in otherwise than they are marked: 1" in report
    await coordinator.at(close, {})
    found = await operator.see(f"/rounds/{desk.round.id}/receipt?code={desk.papers[1].code}")
    assert "Swing" in found.text
    after = (await desk.people["resident"].see(desk.where)).text
    assert "Key ballots in" not in after
    assert "at most" in after or "every ballot had to be looked at" in after


async def _another(desk: Desk, name: str) -> Person:
    home = desk.people["coordinator"].community_id
    member = await community.add_member(community_id=home, name=name, roles=(Role.AUDITOR,))
    transport = desk.people["coordinator"].client._transport  # noqa: SLF001 (the same app)
    client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
    await client.get(f"/test/become/{member.id}")
    return Person(client, home, member.id)


async def test_the_print_has_each_ballot_with_its_number_and_its_stub(desk: Desk) -> None:
    page = (await desk.people["coordinator"].see(f"{desk.where}/prints/1")).text
    for one in desk.papers:
        assert one.serial in page
        assert one.code in page
    assert page.count('class="paper-sheet stack"') == 6
    orders = {
        tuple(re.findall(r'mark-title">(\d)\.', sheet))
        for sheet in page.split('class="paper-sheet stack"')[1:]
    }
    assert {tuple(sorted(one)) for one in orders} == {("1", "2", "3")}
    assert (await desk.people["coordinator"].see(f"{desk.where}/prints/9")).status_code == 404


async def test_a_print_is_made_once_however_often_it_is_sent(desk: Desk) -> None:
    coordinator = desk.people["coordinator"]
    fields = {"size": "3", "number": "2"}
    first = await coordinator.at(f"{desk.where}/print", fields)
    assert await coordinator.at(f"{desk.where}/print", fields) == first == f"{desk.where}/prints/2"
    for size in ("0", "301", "x", "-1", ""):
        led = await coordinator.at(f"{desk.where}/print", {"size": size, "number": "3"})
        assert "Print 1 to 300 ballots" in (await coordinator.see(led)).text
    assert len(await paper.batches(desk.round.id)) == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"serial": "9", "marks": "1"}, "No ballot of this round has this number"),
        ({"serial": "01-001-0", "marks": "1"}, "A digit is wrong"),
        ({"serial": "{0}", "marks": "bench"}, "is no project number"),
    ],
)
async def test_what_cannot_be_keyed_in_is_said_and_kept(
    desk: Desk, fields: dict[str, str], says: str
) -> None:
    serial = desk.papers[0].serial
    typed = {name: told.format(serial) for name, told in fields.items()}
    answer = await desk.people["operator"].send(f"{desk.where}/key", typed)
    assert answer.status_code == 422
    assert says in answer.text
    for told in typed.values():
        assert f'value="{told}"' in answer.text


async def test_whoever_read_a_ballot_cannot_read_it_again(desk: Desk) -> None:
    await desk.people["operator"].at(f"{desk.where}/hand-out", {"name": "resident"})
    await desk.key("operator", 0, "1")
    again = await desk.people["operator"].send(
        f"{desk.where}/key", {"serial": desk.papers[0].serial, "marks": "2"}
    )
    assert again.status_code == 422
    assert "Somebody else has to" in again.text


async def test_paper_instead_of_a_ballot_online(desk: Desk) -> None:
    resident, operator = desk.actor("resident"), desk.people["operator"]
    await vote(desk.round.id, [1], by=resident)
    refused = await operator.send(f"{desk.where}/hand-out", {"name": "resident"})
    assert refused.status_code == 422
    assert 'name="withdraw"' in refused.text
    assert await own_choices(desk.round.id, by=resident) == (1,)
    await operator.at(f"{desk.where}/hand-out", {"name": "resident", "withdraw": "yes"})
    assert await own_choices(desk.round.id, by=resident) == ()
    late = await desk.people["resident"].send(f"/rounds/{desk.round.id}/ballot", {"choice": "1"})
    assert late.status_code == 422
    assert "paper" in late.text


async def test_a_spoiled_ballot_is_taken_out(desk: Desk) -> None:
    operator = desk.people["operator"]
    serial = desk.papers[0].serial
    empty = await operator.send(f"{desk.where}/spoil", {"serial": serial, "why": ""})
    assert empty.status_code == 422
    await operator.at(f"{desk.where}/spoil", {"serial": serial, "why": "Torn"})
    answer = await operator.send(f"{desk.where}/key", {"serial": serial, "marks": "1"})
    assert "taken out as spoiled" in answer.text


async def test_everybody_sees_the_figures_and_nobody_a_ballot(desk: Desk) -> None:
    await desk.people["operator"].at(f"{desk.where}/hand-out", {"name": "resident"})
    await desk.key("operator", 0, "1")
    page = (await desk.people["resident"].see(desk.where)).text
    assert "Waiting for the second reading" in page
    assert desk.papers[0].serial not in page
    assert desk.papers[0].code not in page
    assert "Key ballots in" not in page
    for path in ("key", "differences", "audit", "hand-out", "spoil", "prints/1"):
        assert (await desk.people["resident"].see(f"{desk.where}/{path}")).status_code == 403
