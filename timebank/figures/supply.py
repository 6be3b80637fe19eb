"""Supply and demand by care service and grid, and the requests that nobody took. Never writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from timebank.tables import VisitRow

NOT_TAKEN_MAX: Final = 100

# A visit that its elder called off was no demand; one that somebody came to was met.
_DEMAND: Final = """
SELECT care_service_id, grid_id, sum(asked)::bigint AS asked, sum(taken)::bigint AS taken,
    sum(minutes)::bigint AS minutes
FROM (
    SELECT care_service_id, elder_id, count(*) AS asked,
        count(*) FILTER (WHERE state NOT IN ('requested', 'offered', 'expired', 'no_show'))
            AS taken,
        sum(minutes_booked) AS minutes
    FROM visit
    WHERE community_id = {} AND starts_at >= {} AND starts_at < {} AND state <> 'cancelled'
    GROUP BY care_service_id, elder_id
) AS of_elder JOIN member ON member.id = elder_id
GROUP BY care_service_id, grid_id
"""

# Who says nothing of grids comes to all of them, and counts where they live.
_SUPPLY: Final = """
SELECT care_service_id, grid_id, count(*) AS volunteers
FROM volunteer JOIN volunteer_skill USING (community_id, member_id)
CROSS JOIN LATERAL (
    SELECT grid_id FROM volunteer_grid WHERE volunteer_grid.member_id = volunteer.member_id
    UNION ALL
    SELECT member.grid_id FROM member WHERE member.id = volunteer.member_id AND NOT EXISTS (
        SELECT FROM volunteer_grid WHERE volunteer_grid.member_id = volunteer.member_id)
) AS place
WHERE volunteer.community_id = {} AND volunteer.standing = 'active'
GROUP BY care_service_id, grid_id
"""

_NOT_TAKEN: Final = """
SELECT visit.id, care_service_id, elder_id, elder.name AS elder_name, grid_id, starts_at, asked_at,
    minutes_booked, state
FROM visit JOIN member AS elder ON elder.id = elder_id
WHERE visit.community_id = {} AND starts_at >= {} AND starts_at < {}
    AND state IN ('requested', 'offered', 'expired')
ORDER BY starts_at, visit.id LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """Visits asked for and taken of one care service in one grid, and who offers to give it there.

    `grid_id` is None for those whose grid is not known. `minutes` are those asked for.
    """

    care_service_id: UUID
    grid_id: UUID | None
    asked: int = 0
    taken: int = 0
    minutes: int = 0
    volunteers: int = 0

    @property
    def open(self) -> int:
        """How many nobody took."""
        return self.asked - self.taken


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A request that nobody took, or has not taken yet; minutes are those asked for."""

    id: UUID
    care_service_id: UUID
    elder_id: UUID
    elder_name: str
    grid_id: UUID | None
    starts_at: datetime
    asked_at: datetime
    minutes_booked: int
    state: str


async def supply_and_demand(
    community_id: UUID, *, since: datetime, until: datetime
) -> list[SupplyLine]:
    """Return each care service in each grid where something was asked for or is offered.

    Of visits that begin from `since` on and before `until`.
    """
    demand = await VisitRow.raw(_DEMAND, community_id, since, until)
    supply = await VisitRow.raw(_SUPPLY, community_id)
    offered = {(row["care_service_id"], row["grid_id"]): row["volunteers"] for row in supply}
    lines = [
        SupplyLine(**row, volunteers=offered.pop((row["care_service_id"], row["grid_id"]), 0))
        for row in demand
    ]
    return lines + [
        SupplyLine(service, grid, volunteers=volunteers)
        for (service, grid), volunteers in offered.items()
    ]


async def not_taken(
    community_id: UUID, *, since: datetime, until: datetime, most: int = NOT_TAKEN_MAX
) -> list[NotTaken]:
    """Return the requests for a stretch of time that nobody took, the soonest first."""
    rows = await VisitRow.raw(_NOT_TAKEN, community_id, since, until, most)
    return [NotTaken(**row) for row in rows]
