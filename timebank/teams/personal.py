"""What teams keep of a person, and what becomes of it when they leave, are erased, or merged."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from community import Actor, Kept
from timebank.refusals import one_transaction
from timebank.teams.tables import TeamMemberRow, TeamRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "teams",
        ("team_member.member_id", "team_member.invited_by", "team.leader_id", "team.founded_by"),
        """
        SELECT team.name, whose.name AS member, team_member.invited_at, team_member.asked_at, since,
            until,
            team.leader_id = me.id AS leads
        FROM me JOIN team_member ON me.id IN (member_id, invited_by)
        JOIN team ON team.id = team_id JOIN member AS whose ON whose.id = member_id
        UNION
        SELECT team.name, NULL, NULL, NULL, founded_at, closed_at, team.leader_id = me.id
        FROM me JOIN team ON me.id IN (team.leader_id, team.founded_by)
        ORDER BY 1, since
        """,
    ),
)
"""What teams keep of a member."""

_LEAVE: Final = """
UPDATE team_member SET until = {} WHERE community_id = {} AND member_id = ANY({}) AND until IS NULL
"""

_HAND_ON: Final = """
UPDATE team_member AS other SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND until IS NULL AND NOT EXISTS (
        SELECT FROM team_member AS kept WHERE kept.team_id = other.team_id
            AND kept.member_id = {} AND kept.until IS NULL)
"""


async def leave_teams(
    members: Collection[UUID], *, community_id: UUID, at: datetime | None = None
) -> None:
    """Let members go who leave or are erased, within the transaction that does so.

    A team that they lead keeps their name until a coordinator hands it over.
    """
    await TeamMemberRow.raw(_LEAVE, at or datetime.now(UTC), community_id, list(members))


async def take_over_teams(
    other: UUID, survivor: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Hand a former membership's teams on to the one that stays, within the merge's transaction."""
    async with one_transaction():
        await TeamMemberRow.raw(_HAND_ON, survivor, by.community_id, other, survivor)
        await leave_teams([other], community_id=by.community_id, at=at)
        await TeamRow.raw(
            "UPDATE team SET leader_id = {} WHERE community_id = {} AND leader_id = {}",
            survivor,
            by.community_id,
            other,
        )
