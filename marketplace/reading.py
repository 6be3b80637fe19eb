"""Reads the marketplace for pages and exports: rounds, projects, elections, results. Never writes.

Nothing here tells how a round stands before it is closed: only a voter's own ballot can be read
until then, and that by `voting.own_choices`.
"""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.counting import Rule
from marketplace.errors import NotYetCounted, UnknownElection, UnknownProject, UnknownRound
from marketplace.results import BallotLine, Counted, Result, ranked
from marketplace.tables import (
    CastBallotRow,
    CountRow,
    ElectionRow,
    ProjectMoveRow,
    ProjectRow,
    RoundMoveRow,
    RoundRow,
    VoterRollRow,
)
from marketplace.values import (
    Category,
    ElectionId,
    Move,
    Project,
    ProjectId,
    ProjectState,
    Round,
    RoundId,
    RoundState,
    Terms,
)

_ROUND = "SELECT id, community_id, name, terms, terms_hash, state, opened_at FROM round"

_PROJECT = """
SELECT project.*, (SELECT state FROM project_move WHERE project_id = project.id
                   ORDER BY seq DESC LIMIT 1) AS state
FROM project
"""


async def read_round(round_id: RoundId, *, community_id: UUID) -> Round:
    """Return a round of this community. Raises `UnknownRound`."""
    rows = await RoundRow.raw(
        f"{_ROUND} WHERE id = {{}} AND community_id = {{}}", round_id, community_id
    )
    if not rows:
        raise UnknownRound
    return _round(rows[0])


async def rounds(community_id: UUID) -> list[Round]:
    """Return a community's rounds, the newest first."""
    rows = await RoundRow.raw(
        f"{_ROUND} WHERE community_id = {{}} ORDER BY opened_at DESC, id", community_id
    )
    return [_round(row) for row in rows]


def _round(row: dict[str, Any]) -> Round:
    return Round(
        id=row["id"],
        community_id=row["community_id"],
        name=row["name"],
        terms=Terms.of(row["terms"]),
        terms_text=row["terms"],
        terms_hash=row["terms_hash"],
        state=RoundState(row["state"]),
        opened_at=row["opened_at"],
    )


async def round_moves(round_id: RoundId, *, community_id: UUID) -> list[Move]:
    """Return the steps that a round took, oldest first."""
    rows = await RoundMoveRow.raw(
        "SELECT round_move.state, moved_by, moved_at FROM round_move"
        " JOIN round ON round.id = round_id"
        " WHERE round_id = {} AND community_id = {} ORDER BY seq",
        round_id,
        community_id,
    )
    return [Move(row["state"], row["moved_by"], row["moved_at"], "") for row in rows]


async def ballot_numbers(round_id: RoundId) -> list[int]:
    """Return the numbers of a round's projects."""
    rows = await ProjectRow.raw("SELECT number FROM project WHERE round_id = {}", round_id)
    return [row["number"] for row in rows]


async def projects_of(round_id: RoundId, *, community_id: UUID) -> list[Project]:
    """Return a round's projects in the order of proposing."""
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE round_id = {{}} AND community_id = {{}} ORDER BY number",
        round_id,
        community_id,
    )
    return [_project(row) for row in rows]


async def read_project(project_id: ProjectId, *, community_id: UUID) -> Project:
    """Return a project of this community. Raises `UnknownProject`."""
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE id = {{}} AND community_id = {{}}", project_id, community_id
    )
    if not rows:
        raise UnknownProject
    return _project(rows[0])


async def projects_proposed(
    belonging: Iterable[tuple[UUID, datetime, datetime | None]], *, community_id: UUID
) -> list[Project]:
    """Return the projects that these members proposed while they belonged, the newest first.

    `belonging` names a member with a first and a last moment, or none.
    """
    spans = list(belonging)
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE community_id = {{}} AND EXISTS ("
        " SELECT FROM unnest({}::uuid[], {}::timestamptz[], {}::timestamptz[])"
        " AS span (member_id, since, until)"
        " WHERE span.member_id = proposed_by AND tstzrange(since, until) @> proposed_at)"
        " ORDER BY proposed_at DESC, id",
        community_id,
        *([span[part] for span in spans] for part in range(3)),
    )
    return [_project(row) for row in rows]


def _project(row: dict[str, Any]) -> Project:
    return Project(
        **{**row, "category": Category(row["category"]), "state": ProjectState(row["state"])}
    )


async def project_moves(project_id: ProjectId, *, community_id: UUID) -> list[Move]:
    """Return the steps that a project took, oldest first."""
    rows = await ProjectMoveRow.raw(
        "SELECT state, moved_by, moved_at, why FROM project_move"
        " JOIN project ON project.id = project_id"
        " WHERE project_id = {} AND community_id = {} ORDER BY seq",
        project_id,
        community_id,
    )
    return [Move(row["state"], row["moved_by"], row["moved_at"], row["why"]) for row in rows]


async def round_result(current: Round) -> Result:
    """Return the result of a closed round. Raises `NotYetCounted` before it is closed."""
    rows = await CountRow.raw("SELECT * FROM count_result WHERE round_id = {}", current.id)
    if not rows:
        raise NotYetCounted
    counts = {Rule(row["rule"]): Counted.of(row) for row in rows}
    outcomes = counts[current.terms.rule].outcomes
    roll = await VoterRollRow.raw(
        "SELECT count(*) AS voters FROM voter_roll WHERE round_id = {}", current.id
    )
    votes = await CastBallotRow.raw(
        "SELECT count(*) AS votes FROM cast_ballot WHERE round_id = {}", current.id
    )
    projects = await projects_of(current.id, community_id=current.community_id)
    return Result(
        budget=current.terms.budget_fen,
        scale=2,
        currency="CNY",
        votes=votes[0]["votes"],
        voters=roll[0]["voters"] or None,
        lines=ranked(
            [
                BallotLine(
                    id=project.ballot_id,
                    name=project.title,
                    cost=project.cost_fen,
                    votes=outcomes[project.ballot_id].votes,
                    category=project.category.value,
                )
                for project in projects
            ]
        ),
        counts=counts,
        decides=current.terms.rule,
    )


async def cast_ballots(current: Round) -> list[tuple[tuple[int, ...], int]]:
    """Return the ballots of a closed round in the order of their random numbers, each once."""
    rows = await CastBallotRow.raw(
        "SELECT choices FROM cast_ballot WHERE round_id = {} ORDER BY number", current.id
    )
    return [(tuple(row["choices"]), 1) for row in rows]


@dataclass(frozen=True, slots=True)
class ElectionCard:
    """A published election as a list shows it."""

    id: ElectionId
    name: str
    kind: str
    projects: int
    votes: int
    budget: int
    scale: int
    currency: str


async def elections(community_id: UUID) -> list[ElectionCard]:
    """Return the published elections of a community, the newest import first."""
    rows = await ElectionRow.raw(
        "SELECT id, name, summary->>'kind' AS kind, summary->>'currency' AS currency,"
        " jsonb_array_length(summary->'projects') AS projects, summary->>'votes' AS votes,"
        " summary->>'budget' AS budget, summary->>'scale' AS scale"
        " FROM election WHERE community_id = {} ORDER BY imported_at DESC, id",
        community_id,
    )
    figures = ("votes", "budget", "scale")
    return [ElectionCard(**{**row, **{name: int(row[name]) for name in figures}}) for row in rows]


@dataclass(frozen=True, slots=True)
class PublishedElection:
    """A published election with its result, and what its reader should know of the file."""

    id: ElectionId
    name: str
    file_name: str
    file_sha256: str
    imported_at: datetime
    kind: str
    description: str
    country: str
    begins: str
    ends: str
    threshold: int | None
    warnings: tuple[str, ...]
    result: Result


async def election(election_id: ElectionId, *, community_id: UUID) -> PublishedElection:
    """Return a published election of this community. Raises `UnknownElection`."""
    rows = await ElectionRow.raw(
        "SELECT id, name, file_name, file_sha256, imported_at, summary FROM election"
        " WHERE id = {} AND community_id = {}",
        election_id,
        community_id,
    )
    if not rows:
        raise UnknownElection
    (row,) = rows
    told = json.loads(row.pop("summary"))
    counts = await CountRow.raw("SELECT * FROM count_result WHERE election_id = {}", election_id)
    result = Result(
        budget=told["budget"],
        scale=told["scale"],
        currency=told["currency"],
        votes=told["votes"],
        voters=told["voters"],
        lines=ranked([BallotLine(**line) for line in told["projects"]]),
        counts={Rule(one["rule"]): Counted.of(one) for one in counts},
    )
    texts = {name: told[name] for name in ("kind", "description", "country", "begins", "ends")}
    return PublishedElection(
        **row,
        **texts,
        threshold=told["threshold"],
        warnings=tuple(told["warnings"]),
        result=result,
    )


async def election_file(election_id: ElectionId, *, community_id: UUID) -> tuple[str, bytes]:
    """Return a published election's file name and its bytes, exactly as they came.

    Raises `UnknownElection`.
    """
    rows = await ElectionRow.raw(
        "SELECT file_name, file FROM election WHERE id = {} AND community_id = {}",
        election_id,
        community_id,
    )
    if not rows:
        raise UnknownElection
    return rows[0]["file_name"], gzip.decompress(rows[0]["file"])
