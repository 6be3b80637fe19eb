"""Reads rounds and their projects for pages and exports. Never writes.

Nothing here tells how a round stands before it is closed: only a voter's own ballot can be read
until then, and that by `voting.own_choices`.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.errors import UnknownProject, UnknownRound
from marketplace.tables import ProjectMoveRow, ProjectRow, RoundMoveRow, RoundRow
from marketplace.values import (
    Electorate,
    Entry,
    Move,
    Project,
    ProjectId,
    ProjectState,
    Round,
    RoundId,
    RoundState,
    Terms,
)

_ROUND = "SELECT * FROM round"

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
        area_id=row["area_id"],
        voting_opens_at=row["voting_opens_at"],
        voting_closes_at=row["voting_closes_at"],
        electorate=Electorate.of(json.loads(row["electorate"])),
        entry=Entry(row["entry"]),
        incompatible=tuple(map(tuple, json.loads(row["incompatible"]))),
        ballot_terms=row["ballot_terms"] or "",
        ballot_hash=row["ballot_hash"] or "",
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


async def ballot_costs(round_id: RoundId) -> dict[int, int]:
    """Return the numbers of a round's projects, each with its cost in fen."""
    rows = await ProjectRow.raw(
        "SELECT number, cost_fen FROM project WHERE round_id = {} AND left_at IS NULL", round_id
    )
    return {row["number"]: row["cost_fen"] for row in rows}


async def projects_of(round_id: RoundId, *, community_id: UUID) -> list[Project]:
    """Return a round's projects in the order of proposing, without those that left it again."""
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE round_id = {{}} AND community_id = {{}} AND left_at IS NULL"
        " ORDER BY number",
        round_id,
        community_id,
    )
    return [_project(row) for row in rows]


async def projects_of_plan(plan_id: UUID, *, community_id: UUID) -> list[Project]:
    """Return where a plan stands or stood on a ballot, the newest first, rounds it left aside."""
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE plan_id = {{}} AND community_id = {{}} AND left_at IS NULL"
        " ORDER BY proposed_at DESC, id",
        plan_id,
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


async def titles(project_ids: Collection[UUID], *, community_id: UUID) -> dict[UUID, str]:
    """Return the titles of projects by their ids; those that are not of this community stay out."""
    rows = await ProjectRow.raw(
        "SELECT id, title FROM project WHERE id = ANY({}) AND community_id = {}",
        list(project_ids),
        community_id,
    )
    return {row["id"]: row["title"] for row in rows}


async def projects_by_id(
    project_ids: Collection[UUID], *, community_id: UUID
) -> dict[UUID, Project]:
    """Return projects by their ids; those that are not of this community stay out."""
    rows = await ProjectRow.raw(
        f"{_PROJECT} WHERE id = ANY({{}}) AND community_id = {{}}", list(project_ids), community_id
    )
    return {row["id"]: _project(row) for row in rows}


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
    return Project(**{**row, "state": ProjectState(row["state"])})


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
