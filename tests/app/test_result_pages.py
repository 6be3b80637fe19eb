"""Results over HTTP: the page of each kind of round, files, counting again, feeds, imports."""

import asyncio
import csv
import hashlib
import io
import json
import re
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import httpx
import openpyxl  # type: ignore[import-untyped]  # it brings none
import pytest
import pytest_asyncio
from litestar import Litestar

import community
from app.database import Engine
from app.main import create_app, running
from app.results.feed import ATOM
from app.results.names import file_name
from app.wording import money
from community import Role
from marketplace import BallotForm, close_and_count, import_election, reading, vote
from marketplace.pabulib import read_election
from marketplace.uploading import FILE_BYTES_MAX, import_waiting
from tests.app.test_marketplace_pages import HTML, Person, become
from tests.marketplace.ballot_examples import Poll, open_poll
from tests.marketplace.test_elections import LANE

COMMANDS = Path(sys.executable).parent
CODE = re.compile(r'<p class="code">(.*?)</p>')
HREF = re.compile(r'href="([^"]+)"')


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: Engine) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    made = create_app([become])
    async with running(made):
        yield made


async def browser(app: Litestar, member_id: uuid.UUID, community_id: uuid.UUID) -> Person:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # ASGI in other words
    client = httpx.AsyncClient(transport=transport, base_url="http://site.test")
    await client.get(f"/test/become/{member_id}")
    return Person(client, community_id, member_id)


async def counted(kind: BallotForm = BallotForm.APPROVAL) -> Poll:
    """Count a round of a kind with three ballots."""
    poll = await open_poll(5, kind, points=10 if kind is BallotForm.CUMULATIVE else 0)
    points = (6, 4) if kind is BallotForm.CUMULATIVE else ()
    for voter, choices in zip(poll.voters, ((1, 2), (1, 2), (3, 1)), strict=False):
        await vote(poll.round.id, choices, points=points, by=voter)
    await close_and_count(poll.round.id, by=poll.coordinator)
    return poll


@pytest_asyncio.fixture(loop_scope="session")
async def seen(app: Litestar) -> AsyncIterator[tuple[Poll, Person]]:
    """Give a counted round, and one of its residents at a browser."""
    poll = await counted()
    person = await browser(app, poll.voters[0].member_id, poll.id)
    yield poll, person
    await person.client.aclose()


@pytest.mark.parametrize(
    ("kind", "told", "support"),
    [
        (BallotForm.APPROVAL, "ticked the projects", "3 votes"),
        (BallotForm.KNAPSACK, "filled a bag", "3 votes"),
        (BallotForm.CUMULATIVE, "handed out points", "16 points"),
        (BallotForm.ORDINAL, "put projects in order", "8 points"),
    ],
)
async def test_the_page_of_each_kind_of_round(
    app: Litestar, kind: BallotForm, told: str, support: str
) -> None:
    poll = await counted(kind)
    person = await browser(app, poll.voters[0].member_id, poll.id)
    page = (await person.see(f"/rounds/{poll.round.id}")).text
    assert told in page
    assert support in page
    assert "The rules side by side" in page
    assert "Whose voice decided about the money" in page
    assert "3 of 5" in page
    other = (await person.see(f"/rounds/{poll.round.id}?rule=mes")).text
    assert 'aria-current="true"' in other
    projects = await reading.projects_of(poll.round.id, community_id=poll.id)
    own = (await person.see(f"/projects/{projects[0].id}")).text
    assert "How the vote went for it" in own
    assert support in own
    await person.client.aclose()


async def test_nothing_can_be_had_before_closing(app: Litestar) -> None:
    poll = await open_poll(2)
    await vote(poll.round.id, (1,), by=poll.voters[0])
    person = await browser(app, poll.voters[0].member_id, poll.id)
    base = f"/rounds/{poll.round.id}"
    for address in (
        "result.pb", "result.json", "result.xlsx", "projects.csv", "ballots.csv", "recount",
    ):  # fmt: skip
        assert (await person.see(f"{base}/{address}")).status_code == 404
    assert (await person.see(f"/api{base}/result")).status_code == 404
    await person.client.aclose()


async def test_every_file_says_the_same(seen: tuple[Poll, Person]) -> None:
    poll, person = seen
    base = f"/rounds/{poll.round.id}"
    page = (await person.see(base)).text
    links = {link for link in HREF.findall(page) if link.startswith(f"{base}/")}
    assert links >= {
        f"{base}/{end}"
        for end in ("result.pb", "result.xlsx", "projects.csv", "ballots.csv", "result.json")
    }
    told = (await person.see(f"{base}/result.json")).json()
    published = await person.see(f"{base}/result.pb")
    assert "Autumn-round-result.pb" in published.headers["content-disposition"]
    election = read_election(published.content)
    winners = [one.id for one in election.projects if one.selected == "1"]
    assert sorted(told["counts"]["greedy"]["winners"]) == sorted(winners)
    assert hashlib.sha256(published.content).hexdigest() == told["file_sha256"]
    assert {voter.cells[0] for voter in election.voters} == {
        one["receipt"] for one in told["ballots"]
    }
    rows = _csv(await person.see(f"{base}/projects.csv"))
    assert [row[0] for row in rows[1:]] == [line["id"] for line in told["projects"]]
    assert {row[0] for row in rows[1:] if row[6] == "Chosen"} == set(winners)
    ballots = _csv(await person.see(f"{base}/ballots.csv"))
    assert {row[1]: row[2] for row in ballots[1:]} == {
        one["receipt"]: " ".join(one["projects"]) for one in told["ballots"]
    }
    book = openpyxl.load_workbook(
        io.BytesIO((await person.see(f"{base}/result.xlsx")).content), read_only=True
    )
    cells = [[str(cell) if cell is not None else "" for cell in row] for row in
             next(iter(book)).iter_rows(values_only=True)]  # fmt: skip
    assert [row[:6] for row in cells] == [row[:6] for row in rows]
    data = (await person.see(f"/api{base}/result")).json()
    assert data == {name: value for name, value in told.items() if name != "ballots"}


def _csv(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_receipt_shows_what_its_share_paid_for(seen: tuple[Poll, Person]) -> None:
    poll, person = seen
    base = f"/rounds/{poll.round.id}"
    told = (await person.see(f"{base}/result.json")).json()
    costs = {one["id"]: one["cost"] for one in told["projects"]}
    voices = {one["id"]: one["votes"] for one in told["projects"]}
    for ballot in told["ballots"]:
        page = (await person.see(f"{base}/receipt?code={ballot['receipt']}")).text
        part = page.partition("What your voice paid for")[2]
        for project in set(ballot["projects"]) & set(told["counts"]["greedy"]["winners"]):
            fen = (2 * costs[project] + voices[project]) // (2 * voices[project])
            assert money(fen) in part


async def test_no_cell_of_a_published_election_becomes_a_formula(app: Litestar) -> None:
    content = LANE.replace("A lamp on the stairs", "=HYPERLINK(1)").encode()
    poll = await open_poll(1, is_open=False)
    imported = await import_election(content, community_id=poll.id, file_name="=x.pb")
    person = await browser(app, poll.voters[0].member_id, poll.id)
    rows = _csv(await person.see(f"/elections/{imported.id}/projects.csv"))
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}
    answer = await person.see(f"/elections/{imported.id}/result.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    kinds = {cell.data_type for row in next(iter(book)).iter_rows() for cell in row if cell.value}
    assert "f" not in kinds
    assert (await person.see(f"/elections/{imported.id}/result.json")).json()["votes"] == 4
    assert (await person.see(f"/api/elections/{imported.id}")).json()["votes"] == 4
    await person.client.aclose()


def test_a_file_s_name_is_harmless_in_a_shell() -> None:
    assert (
        file_name("八里 $(rm -rf x) `y` 'z';& 春季-result.pb") == "八里-rm-rf-x-y-z-春季-result.pb"
    )
    assert file_name("--official.pb") == "official.pb"
    assert file_name("../$") == "file"


@pytest.mark.parametrize("kind", BallotForm)
async def test_counting_it_again_as_the_page_says(
    app: Litestar, tmp_path: Path, kind: BallotForm
) -> None:
    """Follow the instructions to the letter: download, compare the fingerprint, run the command."""
    poll = await counted(kind)
    person = await browser(app, poll.voters[0].member_id, poll.id)
    page = (await person.see(f"/rounds/{poll.round.id}/recount")).text
    shown = [re.sub("<[^>]+>", "", code) for code in CODE.findall(page)]
    (fingerprint, command, file_digest, *_others) = shown
    (download,) = [link for link in HREF.findall(page) if link.endswith("result.pb")]
    published = await person.see(download)
    name = unquote(published.headers["content-disposition"].partition("UTF-8''")[2])
    (tmp_path / name).write_bytes(published.content)
    printed = await _run(fingerprint, tmp_path)
    assert printed.split()[0] == file_digest
    assert command == "linli count Autumn-round-result.pb --official"
    assert "The file records the same " in await _run(command, tmp_path)
    told = json.loads(await _run(f"{command} --json", tmp_path))
    assert told["recorded"]["same"] is True
    data = (await person.see(f"/api/rounds/{poll.round.id}/result")).json()
    assert told["winners"] == data["counts"]["greedy"]["winners"]
    assert told["rules_sha256"] == data["counts"]["greedy"]["rules_sha256"]
    assert told["rules_sha256"] in page
    await person.client.aclose()


async def _run(command: str, folder: Path) -> str:
    name, *arguments = command.split()
    program = str(COMMANDS / name) if name == "linli" else name
    running_it = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await running_it.communicate()
    assert running_it.returncode == 0, printed.decode()
    return printed.decode()


async def test_the_feeds_are_well_formed_and_each_entry_has_its_own_id(
    seen: tuple[Poll, Person],
) -> None:
    poll, person = seen
    for address, owner in (
        ("/feed.xml", poll.id),
        (f"/rounds/{poll.round.id}/feed.xml", poll.round.id),
    ):
        answer = await person.see(address)
        assert answer.headers["content-type"].startswith("application/atom+xml")
        feed = ET.fromstring(answer.content)  # noqa: S314 (our own)
        assert feed.tag == f"{{{ATOM}}}feed"
        assert _of(feed, "id") == [f"urn:uuid:{owner}"]
        entries = feed.findall(f"{{{ATOM}}}entry")
        assert len(entries) == 3
        ids = [_of(entry, "id")[0] for entry in entries]
        assert len(set(ids)) == 3
        for entry in entries:
            uuid.UUID(_of(entry, "id")[0].removeprefix("urn:uuid:"))
            assert re.fullmatch(r"[-\d]{10}T[:\d]{8}Z", _of(entry, "updated")[0])
            (link,) = entry.findall(f"{{{ATOM}}}link")
            assert (await person.see(link.attrib["href"])).status_code == 200
        assert _of(entries[0], "title") == ["Autumn round: the result"]
        again = ET.fromstring((await person.see(address)).content)  # noqa: S314 (our own)
        assert [_of(one, "id")[0] for one in again.findall(f"{{{ATOM}}}entry")] == ids
    assert 'type="application/atom+xml"' in (await person.see("/projects")).text
    assert 'type="application/atom+xml"' in (await person.see(f"/rounds/{poll.round.id}")).text
    assert (await person.see(f"/rounds/{uuid.uuid4()}/feed.xml")).status_code == 404


def _of(element: ET.Element, name: str) -> list[str]:
    return [one.text or "" for one in element.findall(f"{{{ATOM}}}{name}")]


@pytest_asyncio.fixture(loop_scope="session")
async def importer(app: Litestar) -> AsyncIterator[Person]:
    home = await community.add_community(code=f"imp-{uuid.uuid4().hex[:10]}", name="Lane")
    member = await community.add_member(
        community_id=home.id, name="Zhou", roles=(Role.COORDINATOR,)
    )
    person = await browser(app, member.id, home.id)
    yield person
    await person.client.aclose()


async def _upload(person: Person, content: bytes, key: str = "") -> httpx.Response:
    form = (await person.see("/elections/new")).text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', form)
    asked = re.search(r'name="key" value="([^"]+)"', form)
    assert token
    assert asked
    files = {"file": ("lane.pb", content, "application/octet-stream")} if content else {}
    return await person.client.post(
        "/elections",
        data={"_csrf_token": token[1], "key": key or asked[1]},
        files=files or {"file": ("", b"", "application/octet-stream")},
        headers=HTML,
    )


async def test_a_coordinator_takes_an_election_in(importer: Person) -> None:
    assert "Take in an election" in (await importer.see("/elections")).text
    answer = await _upload(importer, LANE.encode())
    assert answer.status_code == 303
    where = answer.headers["location"]
    waiting = (await importer.see(where)).text
    assert "See its result" in waiting or 'hx-trigger="every 1s"' in waiting
    await import_waiting()
    done = (await importer.see(where)).text
    assert "The election is here" in done
    (result,) = [
        link for link in HREF.findall(done) if re.fullmatch(r"/elections/[-0-9a-f]+", link)
    ]
    assert "A lamp on the stairs" in (await importer.see(result)).text
    again = (await _upload(importer, LANE.encode())).headers["location"]
    await import_waiting()
    assert "was here already" in (await importer.see(again)).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose the file first."),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "another kind of file"),
    ],
)
async def test_what_is_no_election_is_refused_at_once(
    importer: Person, content: bytes, words: str
) -> None:
    answer = await _upload(importer, content)
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_file_that_is_too_large_is_refused(importer: Person) -> None:
    answer = await _upload(importer, b"META\n" + b"x" * (FILE_BYTES_MAX + 200_000))
    assert answer.status_code == 413


async def test_a_broken_file_names_line_and_cause(importer: Person) -> None:
    broken = LANE.replace("4;bench", "4;<b>beach").encode()
    where = (await _upload(importer, broken)).headers["location"]
    await import_waiting()
    page = (await importer.see(where)).text
    assert "This file could give a wrong result" in page
    assert "line 20:" in page
    assert "<b>beach" not in page
    assert "Nothing was stored" in page


async def test_only_a_coordinator_may(seen: tuple[Poll, Person]) -> None:
    _poll, resident = seen
    assert (await resident.see("/elections/new")).status_code == 403
    assert "Take in an election" not in (await resident.see("/elections")).text
