"""Ballots over HTTP: four kinds with and without JavaScript, receipts, and voting at the desk."""

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from app import forgery
from app.database import Engine
from app.main import create_app
from community import Actor, Role, TrailSearch, add_member, inbox, member, search_trail
from marketplace import (
    BallotForm,
    Electorate,
    Marks,
    Setup,
    Terms,
    close_and_count,
    deliberation,
    entering,
    open_ballot,
    open_round,
    own_ballot,
    own_choices,
    vote,
)
from marketplace.counting import Rule
from marketplace.desk_voting import Checked, clear_desk_ballots, enter_code, open_at_desk
from marketplace.errors import (
    DeskCodeWrong,
    KeyMissing,
    NotAtTheDesk,
    NotInTheElectorate,
    VotesAlone,
    VotingClosed,
)
from marketplace.result_reading import round_result
from marketplace.secrecy import as_receipt, round_keys
from tests.marketplace.ballot_examples import Poll, open_poll
from tests.marketplace.conftest import settle
from tests.marketplace.plans_examples import planned_need
from tests.marketplace.rounds_examples import opened, project, voting
from tests.walks import signed_in_client, visiting

HTML = {"accept": "text/html", "accept-language": "en"}
HTMX = {**HTML, "hx-request": "true"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> Litestar:  # noqa: ARG001 (the app needs it)
    """Give the app without its jobs: what is written is written by a request."""
    return create_app()


@dataclass
class Person:
    """Somebody at a browser of their own; None is a visitor."""

    client: httpx.AsyncClient
    token: dict[str, str]

    async def see(self, address: str) -> httpx.Response:
        return await self.client.get(address, headers=HTML)

    async def send(
        self, address: str, fields: dict[str, Any], headers: dict[str, str] = HTML
    ) -> httpx.Response:
        return await self.client.post(address, data={**self.token, **fields}, headers=headers)


@pytest_asyncio.fixture(loop_scope="session")
async def person(app: Litestar) -> AsyncIterator[Callable[[Actor | None], Awaitable[Person]]]:
    """Give a way to sit down at a browser as somebody."""
    clients = []

    async def sit(who: Actor | None) -> Person:
        found = await member(who.member_id) if who else None
        client, token = await signed_in_client(app, found)
        clients.append(client)
        return Person(client, token)

    yield sit
    for client in clients:
        await client.aclose()


async def kept(poll: Poll, voter: int = 0) -> Marks | None:
    own = await own_ballot(poll.round.id, by=poll.voters[voter])
    return own.marks if own else None


async def test_a_knapsack_ballot_fits_the_money_and_says_what_else_does(person: Any) -> None:
    poll = await open_poll(kind=BallotForm.KNAPSACK, choices=7)
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    saved = await sitting.send(where, {"choice": ["2", "7"]}, HTMX)
    assert saved.status_code == 200
    assert "Saved: ¥900 of ¥1,000 used" in saved.text
    assert "¥100 is left. This still fits: Lamp" in " ".join(saved.text.split())
    assert "<html" not in saved.text
    refused = await sitting.send(where, {"choice": ["2", "7", "5"]}, HTMX)
    assert refused.status_code == 422
    assert "together these cost ¥400 more than there is. Untick something." in refused.text
    assert "Your choice from before still stands" in refused.text
    assert await kept(poll) == Marks((2, 7))
    again = (await sitting.see(where)).text
    assert again.count(" checked") == 2
    assert "Used of the money" in again


async def test_points_are_given_with_buttons_and_by_number(person: Any) -> None:
    poll = await open_poll(kind=BallotForm.CUMULATIVE, choices=7, points=5)
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    page = (await sitting.see(where)).text
    assert "You have 5 points" in page
    assert page.count('inputmode="numeric"') == 7
    answer = await sitting.send(where, {"points-3": "2", "more": "1"})
    assert answer.headers["location"] == f"{where}#project-1"
    assert await kept(poll) == Marks((1, 3), (1, 2))
    await sitting.send(where, {"points-3": "2", "points-1": "1", "less": "1"})
    assert await kept(poll) == Marks((3,), (2,))
    told = await sitting.send(where, {"points-3": "2", "points-2": "2"}, HTMX)
    assert "Saved: 4 of 5 points given" in told.text
    assert "Points left: 1" in told.text
    for typed, sentence in (
        ({"points-3": "9"}, "one project can have at most 5 points"),
        ({"points-3": "4", "points-2": "4"}, "you gave 8 points and have 5"),
        ({"points-3": "two"}, "write whole numbers only"),
        ({"points-3": "-1"}, "write whole numbers only"),
    ):
        refused = await sitting.send(where, typed, HTMX)
        assert refused.status_code == 422, typed
        assert sentence in refused.text
        assert await kept(poll) == Marks((2, 3), (2, 2))


async def test_projects_are_put_in_order_by_places_and_by_up_and_down(person: Any) -> None:
    poll = await open_poll(kind=BallotForm.ORDINAL, choices=3)
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    steps: list[tuple[dict[str, str], tuple[int, ...]]] = [
        ({"place-4": "1"}, (4,)),
        ({"place-4": "1", "up": "6"}, (4, 6)),
        ({"place-4": "1", "place-6": "2", "place-2": "1"}, (2, 4, 6)),
        ({"place-2": "1", "place-4": "2", "place-6": "3", "up": "6"}, (2, 6, 4)),
        ({"place-2": "3", "place-6": "2", "place-4": "3"}, (6, 4, 2)),
        ({"place-6": "1", "place-4": "2", "place-2": "3", "down": "6"}, (4, 6, 2)),
        ({"place-4": "1", "place-6": "2", "place-2": "3", "down": "2"}, (4, 6)),
        ({"place-4": "1", "place-6": "2", "up": "4"}, (4, 6)),
    ]
    for fields, order in steps:
        answer = await sitting.send(where, fields)
        assert answer.status_code == 303, answer.text
        found = await kept(poll)
        assert found is not None
        assert found.choices == order, fields
    page = (await sitting.send(where, {"place-4": "1", "place-6": "2"}, HTMX)).text
    assert re.findall(r'id="project-(\d)"', page)[:2] == ["4", "6"], "those with a place come first"
    assert "1. Garden, 2. Library" in " ".join(page.split())
    full = {"place-1": "1", "place-2": "2", "place-3": "3", "up": "5"}
    refused = await sitting.send(where, full, HTMX)
    assert refused.status_code == 422
    assert await kept(poll) == Marks((4, 6))


@pytest.mark.parametrize("kind", list(BallotForm))
async def test_a_ballot_is_withdrawn_and_given_again(person: Any, kind: BallotForm) -> None:
    poll = await open_poll(kind=kind, points=5 if kind is BallotForm.CUMULATIVE else 0)
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    fields = {"choice": "1", "points-1": "1", "place-1": "1"}
    await sitting.send(where, fields)
    assert (await kept(poll)) is not None
    assert "Withdraw my ballot" in (await sitting.see(where)).text
    assert (await sitting.send(where, {"withdraw": "1"})).status_code == 303
    assert "withdrawn" in (await sitting.see(where)).text
    assert await kept(poll) is None
    await sitting.send(where, fields)
    found = await kept(poll)
    assert found is not None
    assert found.choices == (1,)


async def test_nonsense_never_takes_a_ballot_away(person: Any) -> None:
    poll = await open_poll()
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    await sitting.send(where, {"choice": "2"})
    for nonsense in ("x", "-1", "99", "²", "1" * 40, ""):
        answer = await sitting.send(where, {"choice": nonsense})
        assert answer.status_code == 422, nonsense
        assert await kept(poll) == Marks((2,))


@pytest.mark.parametrize("headers", [HTMX, HTML], ids=["htmx", "plain"])
async def test_a_vote_s_request_writes_its_ballot_and_no_other_row(
    person: Any, owner: asyncpg.Connection, headers: dict[str, str]
) -> None:
    """Nor locks one: a row lock stands in xmax. The session was last seen an hour ago."""
    poll = await open_poll()
    sitting = await person(poll.voters[0])
    where = f"/rounds/{poll.round.id}/ballot"
    await owner.execute(
        "UPDATE web_session SET seen_at = seen_at - interval '1 hour' WHERE member_id = $1",
        poll.voters[0].member_id,
    )

    async def written() -> set[str]:
        now = await _rows(owner)
        changed = {name for name in now if now[name] != before.get(name)}
        before.update(now)
        return changed

    before: dict[str, str] = await _rows(owner)
    for choices in (["1"], ["1", "3"], ["2"]):
        assert (await sitting.send(where, {"choice": choices}, headers)).status_code in {200, 303}
        assert await written() == {"ballot"}
    assert (await sitting.see(where)).status_code == 200
    assert await written() == set(), "looking at it writes nothing at all"
    await sitting.see(f"/rounds/{poll.round.id}")
    assert await written() == {"web_session"}, "the control: other pages note that one was seen"
    await sitting.send(f"/rounds/{poll.round.id}/propose", {"title": ""})
    assert "request_pace" in await written(), "the control: other forms are counted"


async def _rows(owner: asyncpg.Connection) -> dict[str, str]:
    names = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        name: await owner.fetchval(
            "SELECT coalesce(md5(string_agg(ctid::text || ' ' || xmin || ' ' || xmax, ','"
            f" ORDER BY ctid)), '') FROM {name}"
        )
        for (name,) in names
    }


async def test_log_lines_of_a_vote_name_neither_voter_nor_choice(
    person: Any, caplog: pytest.LogCaptureFixture
) -> None:
    poll = await open_poll()
    sitting = await person(poll.voters[0])
    caplog.clear()
    await sitting.send(f"/rounds/{poll.round.id}/ballot", {"choice": ["1", "3"]})
    own = await own_ballot(poll.round.id, by=poll.voters[0])
    assert own is not None
    said = caplog.text
    assert "/rounds/{round_id}/ballot" in said, "the control: the request was logged"
    for secret in (poll.voters[0].member_id, poll.round.id, own.receipt, poll.id):
        assert str(secret) not in said


async def test_too_many_votes_in_a_row_are_slowed_down_without_a_trace(
    person: Any, monkeypatch: pytest.MonkeyPatch, owner: asyncpg.Connection
) -> None:
    from app import pacing  # noqa: PLC0415 (patched here alone)

    few = pacing.Paces(pacing.Pace(3, 600), pacing.Pace(30, 600))
    monkeypatch.setattr(pacing, "PACES", {**pacing.PACES, "round.vote": few})
    poll = await open_poll()
    sitting = await person(poll.voters[0])
    before = await owner.fetchval("SELECT count(*) FROM request_pace")
    answers = [
        (await sitting.send(f"/rounds/{poll.round.id}/ballot", {"choice": "1"})).status_code
        for _ in range(5)
    ]
    assert answers == [303, 303, 303, 429, 429]
    assert await owner.fetchval("SELECT count(*) FROM request_pace") == before


async def test_a_receipt_stays_the_same_and_finds_the_ballot_after_closing(person: Any) -> None:
    poll = await open_poll()
    where = f"/rounds/{poll.round.id}"
    sitting, visitor = await person(poll.voters[0]), await person(poll.operator)
    assert (await sitting.see(f"{where}/ballot/receipt")).status_code == 303
    seen = set()
    for choices in (["1"], ["2", "3"], ["3"]):
        await sitting.send(f"{where}/ballot", {"choice": choices})
        seen |= set(
            re.findall(
                r"(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])",
                (await sitting.see(f"{where}/ballot")).text,
            )
        )
    (receipt,) = seen
    assert receipt in (await sitting.see(f"{where}/ballot/receipt")).text
    early = await visitor.see(f"{where}/receipt?code={receipt}")
    assert "Keep your receipt until then" in early.text
    assert "Stage" not in early.text
    await vote(poll.round.id, [1, 2], by=poll.voters[1])
    await close_and_count(poll.round.id, by=poll.coordinator)
    typed = receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    found = (await visitor.see(f"{where}/receipt?code={typed}")).text
    assert "Your ballot as it was counted" in found
    assert "Stage" in found
    assert "Lamp" not in found
    for wrong, sentence in (
        ("AAAA-AAAA-AAAA", "No ballot of this round has this receipt"),
        ("AAAA", "twelve letters and digits"),
        ("../../etc", "twelve letters and digits"),
    ):
        answer = await visitor.see(f"{where}/receipt?code={wrong}")
        assert answer.status_code == 422
        assert sentence in answer.text
    assert "Find my ballot" in (await visitor.see(where)).text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7k3m90txb2wq", "7K3M-90TX-B2WQ"),
        (" 7K3M 90TX B2WQ ", "7K3M-90TX-B2WQ"),
        ("IL00-OOOO-1111", "1100-0000-1111"),
        ("7K3M-90TX-B2W", None),
        ("7K3M-90TX-B2WU", None),
        ("七七七七-90TX-B2WQ", None),
        ("", None),
    ],
)
def test_how_a_receipt_is_read(typed: str, read: str | None) -> None:
    assert as_receipt(typed) == read


async def test_without_its_key_a_round_rests_and_loses_nothing(person: Any) -> None:
    poll = await open_poll()
    where = f"/rounds/{poll.round.id}/ballot"
    sitting = await person(poll.voters[0])
    await sitting.send(where, {"choice": "1"})
    kept_in = round_keys()
    file = kept_in.path / f"{poll.round.id}.key"  # type: ignore[attr-defined]  # a folder here
    away = file.rename(file.with_suffix(".away"))
    try:
        refused = await sitting.send(where, {"choice": "2"})
        assert refused.status_code == 422
        assert "Voting rests for a moment" in refused.text
        assert (await sitting.see(where)).status_code == 200
        assert (await sitting.see("/")).status_code == 200
        with pytest.raises(KeyMissing):
            await close_and_count(poll.round.id, by=poll.coordinator)
    finally:
        away.rename(file)
    assert await kept(poll) == Marks((1,))
    await close_and_count(poll.round.id, by=poll.coordinator)


async def test_what_a_program_may_ask_of_a_ballot(person: Any) -> None:
    poll = await open_poll(kind=BallotForm.CUMULATIVE, points=5, choices=4)
    visitor = await person(poll.operator)
    answer = await visitor.client.get(f"/api/rounds/{poll.round.id}/ballot-form")
    told = answer.json()
    assert (told["kind"], told["points"], told["choices_max"]) == ("cumulative", 5, 4)
    assert [one["cost_fen"] for one in told["projects"]] == [n * 10_000 for n in range(1, 8)]
    assert "votes" not in told
    gone = await visitor.client.get(f"/api/rounds/{uuid.uuid4()}/ballot-form")
    assert gone.status_code == 404


async def test_a_sample_ballot_is_for_everybody_and_says_that_it_does_not_count(
    person: Any,
) -> None:
    poll = await open_poll()
    page = (await (await person(poll.operator)).see(f"/rounds/{poll.round.id}/ballot/sample")).text
    assert "It does not count when it is handed in" in page
    assert page.count('class="sample-box"') == 7


async def test_a_project_from_a_plan_leads_to_it_and_shows_both_sides(person: Any) -> None:
    home = await settle()
    need, version = await planned_need(home)
    sides = (
        "Nobody falls on the dark stairs any more.",
        "The rail makes narrow stairs narrower.",
    )
    await deliberation.sum_up(need.id, *sides, number=0, by=home.coordinator)
    terms = Terms(100_000_00, 2, Rule.GREEDY)
    opened = await open_round(by=home.coordinator, name="Autumn", terms=terms)
    await entering.enter(opened.id, version.plan_id, by=home.residents[0])
    await open_ballot(opened.id, by=home.coordinator)
    sitting = await person(home.residents[1])
    page = (await sitting.see(f"/rounds/{opened.id}/ballot")).text
    assert f'href="/needs/{need.id}/plan"' in page
    for words in ("For it", "Against it", *sides):
        assert words in page


# --- at the desk -------------------------------------------------------------------------------


async def test_a_resident_votes_alone_at_the_desk(person: Any, owner: asyncpg.Connection) -> None:
    poll = await open_poll()
    staff, tablet = await person(poll.operator), await person(None)
    where = f"/rounds/{poll.round.id}"
    assert "Somebody came to the desk to vote" in (await staff.see(where)).text
    assert "By telephone nobody can vote" in (await staff.see(f"{where}/desk")).text
    answer = await staff.send(f"{where}/desk", {"name": "Voter 1", "checked": "id_card"})
    code = re.search(r'class="digits">(\d{4}) (\d{4})<', answer.text)
    assert code, answer.text
    opened = await tablet.send("/ballot-desk", {"code": f"{code[1]} {code[2]}"})
    assert opened.headers["location"] == "/ballot-desk/ballot"
    page = await tablet.see("/ballot-desk/ballot")
    assert 'class="text-large"' in page.text
    assert int(page.headers["refresh"].split(";")[0]) <= 900
    assert [one for one in re.findall(r'href="(/[^"]*)"', page.text) if "static" not in one] in (
        [],
        [one for one in re.findall(r'href="(/[^"]*)"', page.text) if "manifest" in one],
    )
    before = await _rows(owner)
    saved = await tablet.send("/ballot-desk/ballot", {"choice": ["2", "3"]}, HTMX)
    assert "Saved: 2 of at most 3" in saved.text
    after = await _rows(owner)
    assert {name for name in after if after[name] != before[name]} == {"ballot"}
    assert await kept(poll, 1) == Marks((2, 3))
    own = await own_ballot(poll.round.id, by=poll.voters[1])
    assert own is not None
    assert own.receipt in (await tablet.see("/ballot-desk/ballot")).text
    for address in ("/me", where + "/ballot", f"/members/{poll.voters[1].member_id}"):
        assert (await tablet.see(address)).status_code in {302, 303, 401, 403, 404}, address
    done = await tablet.send("/ballot-desk/done", {})
    assert "Thank you for voting" in done.text
    assert own.receipt not in done.text
    assert (await tablet.see("/ballot-desk/ballot")).headers["location"] == "/ballot-desk"
    late = await tablet.send("/ballot-desk/ballot", {"choice": "1"}, HTMX)
    assert late.headers["hx-redirect"] == "/ballot-desk"
    again = await tablet.send("/ballot-desk", {"code": code[1] + code[2]})
    assert again.status_code == 422
    (event,) = await search_trail((poll.id,), TrailSearch(acts=("ballot.desk",)), size=9)
    assert event.subject_id == poll.voters[1].member_id
    assert event.details == {"round": str(poll.round.id), "checked": "id_card"}
    assert await kept(poll, 1) == Marks((2, 3))


async def test_on_staff_s_own_device_they_are_signed_out_first(person: Any, app: Litestar) -> None:
    poll = await open_poll()
    staff = await person(poll.coordinator)
    session = staff.client.cookies[forgery.session_cookie()]
    code = await open_at_desk(
        poll.round.id, poll.voters[0].member_id, checked=Checked.KNOWN, by=poll.coordinator
    )
    answer = await staff.send("/ballot-desk", {"code": code})
    told = answer.headers.get_list("set-cookie")
    assert any(one.startswith(f'{forgery.session_cookie()}=""') for one in told), told
    staff.client.cookies.delete(forgery.session_cookie())
    assert (await staff.see(f"/rounds/{poll.round.id}/close")).status_code in {302, 303, 401}
    cookies = httpx.Cookies({forgery.session_cookie(): session})
    async with visiting(app, cookies) as thief:
        answer = await thief.get("/me", headers=HTML)
        assert answer.status_code in {302, 303, 401}, "the session itself has ended"
    assert (await staff.see("/ballot-desk/ballot")).status_code == 200


async def test_whom_a_round_asks_can_vote_whatever_they_are_besides(person: Any) -> None:
    """A round of elders: one who is no more than that votes on a screen, and at the desk."""
    neighbourhood = await settle()
    elders = [
        await add_member(community_id=neighbourhood.id, name=name, roles=(Role.ELDER,))
        for name in ("Ni", "Qin")
    ]
    asked = Setup(electorate=Electorate(roles=frozenset({"elder"})))
    current = await opened(neighbourhood, setup=asked)
    await project(neighbourhood, current, "Lamp", 200)
    await voting(neighbourhood, current)
    where = f"/rounds/{current.id}/ballot"
    for who in (neighbourhood.residents[0], neighbourhood.outsider):
        outside = await (await person(who)).see(where)
        assert outside.headers["location"] == f"/rounds/{current.id}", "told why there"
    ni = Actor(elders[0].id, neighbourhood.id, elders[0].roles)
    sitting = await person(ni)
    assert (await sitting.see(where)).status_code == 200
    await sitting.send(where, {"choice": "1"})
    assert await own_choices(current.id, by=ni) == (1,)
    staff = await person(neighbourhood.coordinator)
    told = await staff.send(f"/rounds/{current.id}/desk", {"name": "Qin", "checked": "known"})
    assert told.status_code == 200
    code = await open_at_desk(
        current.id, elders[1].id, checked=Checked.KNOWN, by=neighbourhood.coordinator
    )
    tablet = await person(None)
    await tablet.send("/ballot-desk", {"code": code})
    await tablet.send("/ballot-desk/ballot", {"choice": "1"})
    closed = await close_and_count(current.id, by=neighbourhood.coordinator)
    assert (await round_result(closed)).votes == 2


async def test_a_ballot_that_was_damaged_is_mended_by_marking_it_anew(
    person: Any, owner: asyncpg.Connection
) -> None:
    """Else one changed row would keep its voter out and the round from ever being counted."""
    poll = await open_poll(kind=BallotForm.ORDINAL)
    voter = poll.voters[0]
    await vote(poll.round.id, [1, 2], by=voter)
    await owner.execute(
        "UPDATE ballot SET sealed = set_byte(sealed, 20, 1 # get_byte(sealed, 20))"
        " WHERE round_id = $1",
        poll.round.id,
    )
    sitting = await person(voter)
    where = f"/rounds/{poll.round.id}/ballot"
    assert (await sitting.see(where)).status_code == 200
    assert await own_choices(poll.round.id, by=voter) == ()
    assert (await sitting.send(where, {"place-3": "1"})).status_code == 303
    assert await kept(poll) == Marks((3,))
    await close_and_count(poll.round.id, by=poll.coordinator)


async def test_what_the_desk_refuses(person: Any) -> None:
    poll = await open_poll()
    where = f"/rounds/{poll.round.id}/desk"
    staff, resident = await person(poll.coordinator), await person(poll.voters[0])
    assert (await resident.see(where)).status_code == 403
    for fields, sentence in (
        ({"checked": "known"}, "Type the full name"),
        ({"name": "Nobody", "checked": "known"}, "Nobody here has exactly this name"),
        ({"name": "Sun", "checked": "known"}, "Only those whom this round asks can vote"),
        ({"name": "Voter 1"}, "Say how you know who it is"),
        ({"name": "Voter 1", "checked": "guess"}, "Say how you know who it is"),
    ):
        answer = await staff.send(where, fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    for code in ("", "00000000", "x"):
        assert (await staff.send("/ballot-desk", {"code": code})).status_code == 422


async def test_a_code_counts_once_for_a_while_and_the_last_one_alone(
    database: Engine,  # noqa: ARG001 (must be migrated)
) -> None:
    poll = await open_poll()
    somebody = poll.voters[0].member_id
    given = {"checked": Checked.KNOWN, "by": poll.coordinator}
    first = await open_at_desk(poll.round.id, somebody, **given)
    second = await open_at_desk(poll.round.id, somebody, **given)
    told = await inbox(somebody, community_id=poll.id)
    assert [one.kind for one in told] == ["ballot.opened_at_desk"] * 2, "not behind their back"
    with pytest.raises(DeskCodeWrong):
        await enter_code(first)
    with pytest.raises(DeskCodeWrong):
        await enter_code(second, at=datetime.now(UTC) + timedelta(minutes=11))
    await enter_code(second)
    with pytest.raises(DeskCodeWrong):
        await enter_code(second)
    await clear_desk_ballots(at=datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(NotAtTheDesk):
        await open_at_desk(poll.round.id, poll.coordinator.member_id, **given)
    with pytest.raises(NotAtTheDesk):
        await open_at_desk(poll.round.id, somebody, checked=Checked.KNOWN, by=poll.voters[1])
    with pytest.raises(NotInTheElectorate):
        await open_at_desk(poll.round.id, poll.operator.member_id, **given)
    await close_and_count(poll.round.id, by=poll.coordinator)
    with pytest.raises(VotingClosed):
        await open_at_desk(poll.round.id, somebody, **given)


async def test_nobody_votes_for_another() -> None:
    poll = await open_poll()
    one, two = poll.voters[:2]
    acting = one.acting_for(two.member_id, uuid.uuid4())
    with pytest.raises(VotesAlone):
        await vote(poll.round.id, [1], by=acting)
    with pytest.raises(NotInTheElectorate):
        await vote(poll.round.id, [1], by=poll.operator)
    assert await kept(poll, 0) is None
    assert await kept(poll, 1) is None
