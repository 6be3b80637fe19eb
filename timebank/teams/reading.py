"""Reads teams for pages, matching and offers. Never writes."""

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor
from timebank import visit_rows
from timebank.teams import rows
from timebank.teams.tables import TeamMemberRow, TeamOfferRow
from timebank.teams.values import Team, TeamLine
from timebank.values import Visit

_OFFERED: Final = """
visit.id IN (SELECT visit_id FROM team_offer WHERE team_id = {}) AND visit.state = 'requested'
    AND starts_at > {} ORDER BY starts_at, visit.id
"""

_OF_MEMBERS: Final = """
SELECT member_id, team_id FROM team_member JOIN team ON team.id = team_id
WHERE team_member.community_id = {} AND member_id = ANY({}) AND since IS NOT NULL
    AND until IS NULL AND closed_at IS NULL
"""

_SPANS: Final = """
SELECT member_id, since, until FROM team_member
WHERE community_id = {} AND team_id = {} AND since IS NOT NULL
"""

_TO_TEAMS: Final = """
SELECT visit_id, team_id FROM team_offer WHERE community_id = {} AND visit_id = ANY({})
"""


async def teams(community_id: UUID, *, closed: bool = False) -> list[Team]:
    """Return a community's teams by name; with `closed`, those that are closed."""
    state = "IS NOT NULL" if closed else "IS NULL"
    return await rows.teams(
        f"closed_at {state} ORDER BY lower(name), id", community_id=community_id
    )


async def team(team_id: UUID, *, community_id: UUID) -> Team:
    """Return a team. Raises `UnknownTeam`."""
    return await rows.one(team_id, community_id=community_id)


async def teams_of(member_id: UUID, *, community_id: UUID) -> list[Team]:
    """Return the open teams that a volunteer belongs to now, by name."""
    return await rows.teams(
        "closed_at IS NULL AND id IN (SELECT team_id FROM team_member WHERE member_id = {}"
        " AND since IS NOT NULL AND until IS NULL) ORDER BY lower(name), id",
        member_id,
        community_id=community_id,
    )


async def teams_of_many(
    members: Collection[UUID], *, community_id: UUID
) -> dict[UUID, frozenset[UUID]]:
    """Return the ids of the open teams of each of these volunteers: what matching asks."""
    found: dict[UUID, set[UUID]] = {member_id: set() for member_id in members}
    for row in await TeamMemberRow.raw(_OF_MEMBERS, community_id, list(members)):
        found[row["member_id"]].add(row["team_id"])
    return {member_id: frozenset(ids) for member_id, ids in found.items()}


async def teams_offered(
    visits: Collection[UUID], *, community_id: UUID
) -> dict[UUID, frozenset[UUID]]:
    """Return to which teams each of these requests was offered; one offered to none is left out."""
    found: dict[UUID, set[UUID]] = {}
    for row in await TeamOfferRow.raw(_TO_TEAMS, community_id, list(visits)):
        found.setdefault(row["visit_id"], set()).add(row["team_id"])
    return {visit_id: frozenset(ids) for visit_id, ids in found.items()}


async def people_of_team(found: Team) -> list[TeamLine]:
    """Return who belongs to a team, was invited or asks to join, the leader first, then by name."""
    lines = await rows.lines(
        "team_id = {} AND until IS NULL", found.id, community_id=found.community_id
    )
    names = await community.named_members(
        {one.member_id for one in lines}, community_id=found.community_id
    )
    people = [TeamLine(one, names.get(one.member_id, "")) for one in lines]
    return sorted(
        people, key=lambda one: (one.line.member_id != found.leader_id, one.name, one.line.id)
    )


async def belonging_to_team(
    found: Team,
) -> list[tuple[UUID, datetime, datetime | None]]:
    """Return who belonged to a team, each with the first and the last moment."""
    rows_found = await TeamMemberRow.raw(_SPANS, found.community_id, found.id)
    return [(row["member_id"], row["since"], row["until"]) for row in rows_found]


async def invitations(by: Actor) -> list[Team]:
    """Return the teams that invited a volunteer and wait for an answer."""
    return await rows.teams(
        "closed_at IS NULL AND id IN (SELECT team_id FROM team_member WHERE member_id = {}"
        " AND invited_at IS NOT NULL AND since IS NULL AND until IS NULL) ORDER BY lower(name), id",
        by.member_id,
        community_id=by.community_id,
    )


async def offered_to_team(found: Team, *, at: datetime | None = None) -> list[Visit]:
    """Return the requests offered to a team that still wait for a volunteer, soonest first.

    Without their codes.
    """
    visits = await visit_rows.find(
        _OFFERED, found.id, at or datetime.now(UTC), community_id=found.community_id
    )
    return [dataclasses.replace(visit, code="") for visit in visits]
