"""Results to take away: files of a round or an election, how to count them again, and for programs.

One path for both: what is asked of a `Source` is the same whether it is a round of our own or an
election that another town published.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response, Stream, Template

from app.acts import act
from app.i18n import gettext as _
from app.neighbourhood import community_shown
from app.passbook_file import csv_row, workbook_pieces
from app.results.gathering import around_round
from app.results.names import file_name, kept_as
from app.results.page import Around
from app.results.told import as_json, ballot_rows, ballots_as_json, project_rows
from marketplace import ElectionId, Round, RoundId, reading, result_reading
from marketplace.errors import NotYetCounted, UnknownElection, UnknownRound
from marketplace.published import published_file
from marketplace.results import OWN, Result

AnyRequest = Request[Any, Any, Any]
SMALL: Final = 40
"""Ballots that somebody can still count by hand on a table."""

_WIDTHS: Final = (10, 40, 24, 14, 10, 10, 14, 60, 16, 16, 14, 60, 16, 16, 14, 60, 16, 16)
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pb": "text/plain; charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A counted election with what its files are made of."""

    name: str
    base: str
    pb: str
    result: Result
    around: Around
    round: Round | None


async def _round(request: AnyRequest, round_id: UUID) -> Source:
    home = await community_shown(request)
    try:
        current = await reading.read_round(RoundId(round_id), community_id=home.id)
        result = await result_reading.round_result(current)
    except (UnknownRound, NotYetCounted) as error:
        raise NotFoundException from error
    projects = await reading.projects_of(current.id, community_id=home.id)
    base = f"/rounds/{current.id}"
    around = await around_round(current, projects)
    return Source(current.name, base, f"{base}/result.pb", result, around, current)


async def _election(request: AnyRequest, election_id: UUID) -> Source:
    home = await community_shown(request)
    try:
        found = await result_reading.election(ElectionId(election_id), community_id=home.id)
    except UnknownElection as error:
        raise NotFoundException from error
    base = f"/elections/{found.id}"
    around = Around({}, {}, {}, knapsack=found.knapsack)
    return Source(found.name, base, f"{base}/file", found.result, around, None)


def _headers(source: Source, what: str, end: str) -> dict[str, str]:
    """Return under which name a browser keeps the file: the election's own, and what it holds."""
    return kept_as(f"{source.name}-{what}.{end}")


@get("/rounds/{round_id:uuid}/result.pb", opt=act("round.read"))
async def round_pb(request: AnyRequest, round_id: FromPath[UUID]) -> Response[bytes]:
    """Give a closed round as a `.pb` file: terms, projects, and every anonymous ballot."""
    source = await _round(request, round_id)
    assert source.round is not None  # noqa: S101 (it is one)
    file = await published_file(source.round)
    return Response(file.content, media_type=_TYPES["pb"], headers=_headers(source, "result", "pb"))


@get("/rounds/{round_id:uuid}/projects.csv", opt=act("round.read"))
async def round_projects(request: AnyRequest, round_id: FromPath[UUID]) -> Response[bytes]:
    """Give a round's projects with votes, cost, outcome and reason."""
    return _projects_csv(await _round(request, round_id))


@get("/elections/{election_id:uuid}/projects.csv", opt=act("election.read"))
async def election_projects(request: AnyRequest, election_id: FromPath[UUID]) -> Response[bytes]:
    """Give an election's projects with votes, cost, outcome and reason."""
    return _projects_csv(await _election(request, election_id))


def _projects_csv(source: Source) -> Response[bytes]:
    return _csv(source, "projects", project_rows(source.result, source.around))


def _csv(source: Source, what: str, rows: Iterable[list[str | int | float]]) -> Response[bytes]:
    """Return rows as CSV as Excel reads it: UTF-8 with a mark, and no cell a formula."""
    content = "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + b"".join(csv_row(row) for row in rows)
    return Response(content, media_type=_TYPES["csv"], headers=_headers(source, what, "csv"))


@get("/rounds/{round_id:uuid}/ballots.csv", opt=act("round.read"))
async def round_ballots(request: AnyRequest, round_id: FromPath[UUID]) -> Response[bytes]:
    """Give every ballot of a closed round, with its receipt and without a name."""
    source = await _round(request, round_id)
    assert source.round is not None  # noqa: S101 (it is one)
    ballots = await result_reading.numbered_ballots(source.round)
    return _csv(source, "ballots", ballot_rows(ballots))


@get("/rounds/{round_id:uuid}/result.xlsx", opt=act("round.read"))
async def round_workbook(request: AnyRequest, round_id: FromPath[UUID]) -> Stream:
    """Give a round's projects with votes, cost, outcome and reason, as a workbook."""
    return _workbook(await _round(request, round_id))


@get("/elections/{election_id:uuid}/result.xlsx", opt=act("election.read"))
async def election_workbook(request: AnyRequest, election_id: FromPath[UUID]) -> Stream:
    """Give an election's projects with votes, cost, outcome and reason, as a workbook."""
    return _workbook(await _election(request, election_id))


def _workbook(source: Source) -> Stream:
    rows = list(project_rows(source.result, source.around))

    async def each() -> AsyncIterator[list[str | int | float]]:
        for row in rows:
            yield row

    return Stream(
        workbook_pieces(_("Result"), _WIDTHS, each()),
        media_type=_TYPES["xlsx"],
        headers=_headers(source, "result", "xlsx"),
    )


@get("/rounds/{round_id:uuid}/result.json", opt=act("round.read"))
async def round_json(request: AnyRequest, round_id: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Give everything of a closed round as one JSON object, its anonymous ballots included."""
    source = await _round(request, round_id)
    assert source.round is not None  # noqa: S101 (it is one)
    ballots = await result_reading.numbered_ballots(source.round)
    told = {**await _told(source), "ballots": ballots_as_json(ballots)}
    return Response(told, media_type=_TYPES["json"], headers=_headers(source, "result", "json"))


@get("/elections/{election_id:uuid}/result.json", opt=act("election.read"))
async def election_json(
    request: AnyRequest, election_id: FromPath[UUID]
) -> Response[dict[str, Any]]:
    """Give an election's result as one JSON object."""
    source = await _election(request, election_id)
    told = await _told(source)
    return Response(told, media_type=_TYPES["json"], headers=_headers(source, "result", "json"))


@get("/api/rounds/{round_id:uuid}/result", name="api.round.result", opt=act("round.read"))
async def round_data(request: AnyRequest, round_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a closed round's result, without its ballots."""
    return await _told(await _round(request, round_id))


@get("/api/elections/{election_id:uuid}", name="api.election", opt=act("election.read"))
async def election_data(request: AnyRequest, election_id: FromPath[UUID]) -> dict[str, Any]:
    """Answer a published election's result."""
    return await _told(await _election(request, election_id))


async def _told(source: Source) -> dict[str, Any]:
    told: dict[str, Any] = {"name": source.name, "page": source.base, "file": source.pb}
    if source.round is not None:
        told |= {
            "id": str(source.round.id),
            "terms": source.round.terms_text,
            "terms_sha256": source.round.terms_hash,
            "ballot_terms_sha256": source.round.ballot_hash or None,
            "file_sha256": (await published_file(source.round)).sha256,
        }
    return {**told, **as_json(source.result)}


@get("/rounds/{round_id:uuid}/recount", name="round.recount", opt=act("round.read"))
async def round_recount(request: AnyRequest, round_id: FromPath[UUID]) -> Template:
    """Say how anybody can count a closed round again, and what must come out."""
    source = await _round(request, round_id)
    assert source.round is not None  # noqa: S101 (it is one)
    file = await published_file(source.round)
    hashes = [
        (_("The file"), file.sha256),
        (_("The terms, published when the round was opened"), source.round.terms_hash),
        (_("The rules as they were counted"), source.result.deciding.rules_hash),
    ]
    if source.round.ballot_hash:
        hashes.insert(
            2, (_("The ballot as it was frozen before the first vote"), source.round.ballot_hash)
        )
    return _recount(source, file_name(f"{source.name}-result.pb"), hashes)


@get("/elections/{election_id:uuid}/recount", name="election.recount", opt=act("election.read"))
async def election_recount(request: AnyRequest, election_id: FromPath[UUID]) -> Template:
    """Say how anybody can count a published election again, and what must come out."""
    source = await _election(request, election_id)
    home = await community_shown(request)
    name, content = await result_reading.election_file(
        ElectionId(election_id), community_id=home.id
    )
    hashes = [
        (_("The file"), hashlib.sha256(content).hexdigest()),
        (_("The rules as they were counted"), source.result.deciding.rules_hash),
    ]
    return _recount(source, file_name(name), hashes)


def _recount(source: Source, name: str, hashes: list[tuple[str, str]]) -> Template:
    result = source.result
    decided = result.deciding
    official = result.decides is not None
    context = {
        "source": source,
        "fingerprint": f"sha256sum {name}",
        "command": f"linli count {name}",
        "option": "--official",
        "hashes": hashes,
        "official": official,
        "of_file": result.decides == OWN,
        "winners": len(decided.winners),
        "rule": decided.rule.value,
        "by_hand": result.votes <= SMALL,
    }
    return Template("marketplace/recount.html", context=context)


handlers = [
    round_pb,
    round_projects,
    round_ballots,
    round_workbook,
    round_json,
    round_data,
    round_recount,
    election_projects,
    election_workbook,
    election_json,
    election_data,
    election_recount,
]
