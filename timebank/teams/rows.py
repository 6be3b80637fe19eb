"""Reads, locks and writes the rows of teams: the only place that knows their columns."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from timebank.teams.errors import UnknownTeam
from timebank.teams.tables import TeamMemberRow, TeamRow
from timebank.teams.values import Team, TeamMember

_TEAM: Final = """
SELECT id, community_id, organisation_id, name, about, leader_id, founded_at, closed_at,
    (SELECT count(*)::int FROM team_member WHERE team_id = team.id AND since IS NOT NULL
        AND until IS NULL) AS people
FROM team WHERE community_id = {} AND """

_LINE: Final = """
SELECT id, team_id, member_id, invited_at, asked_at, since, until FROM team_member
WHERE community_id = {} AND """


async def teams(condition: str, *values: Any, community_id: UUID) -> list[Team]:
    """Return a community's teams that fit a condition written in this package."""
    return [Team(**row) for row in await TeamRow.raw(_TEAM + condition, community_id, *values)]


async def one(team_id: UUID, *, community_id: UUID) -> Team:
    """Return a team. Raises `UnknownTeam`."""
    found = await teams("id = {}", team_id, community_id=community_id)
    if not found:
        raise UnknownTeam(team_id)
    return found[0]


async def locked(team_id: UUID, *, community_id: UUID) -> Team:
    """Return a team that nobody else can change until the transaction ends."""
    await TeamRow.raw(
        "SELECT id FROM team WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
        community_id,
        team_id,
    )
    return await one(team_id, community_id=community_id)


async def lines(condition: str, *values: Any, community_id: UUID) -> list[TeamMember]:
    """Return people's lines in teams that fit a condition written in this package."""
    rows = await TeamMemberRow.raw(_LINE + condition, community_id, *values)
    return [TeamMember(**row) for row in rows]


async def line_of(team: Team, member_id: UUID) -> TeamMember | None:
    """Return somebody's line in a team that is not over; None where there is none."""
    found = await lines(
        "team_id = {} AND member_id = {} AND until IS NULL",
        team.id,
        member_id,
        community_id=team.community_id,
    )
    return found[0] if found else None


async def add_line(line: TeamMember, *, by: Actor) -> None:
    """Store a new line."""
    await TeamMemberRow.raw(
        "INSERT INTO team_member (id, community_id, team_id, member_id, invited_at, invited_by,"
        " asked_at, since) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
        line.id,
        by.community_id,
        line.team_id,
        line.member_id,
        line.invited_at,
        by.member_id if line.invited_at else None,
        line.asked_at,
        line.since,
    )


async def set_line(line: TeamMember, *, community_id: UUID, **fields: Any) -> None:
    """Change fields of a line; their names are this package's own."""
    await _set(TeamMemberRow, line.id, community_id, fields)


async def set_team(team: Team, **fields: Any) -> None:
    """Change fields of a team; their names are this package's own."""
    await _set(TeamRow, team.id, team.community_id, fields)


async def _set(
    table: type[TeamRow | TeamMemberRow], row_id: UUID, community_id: UUID, fields: dict[str, Any]
) -> None:
    names = ", ".join(f"{name} = {{}}" for name in fields)
    await table.raw(
        f"UPDATE {table._meta.tablename} SET {names} WHERE community_id = {{}} AND id = {{}}",  # noqa: S608, SLF001 (names of ours)
        *fields.values(),
        community_id,
        row_id,
    )


async def note_team(
    act: str, team: Team, *, by: Actor, details: Mapping[str, Any] | None = None
) -> None:
    """Add what was done to the community's audit trail."""
    await community.record(
        f"team.{act}", by=by, subject_kind="team", subject_id=team.id, details=details
    )
