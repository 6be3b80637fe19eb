"""Supply and demand by care service and grid, and the requests that nobody took. Never writes."""

from collections.abc import Mapping
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

# Who says nothing of grids comes to all of them, and counts where they live. A volunteer counts
# once under each name: of a care service, of a grid, of one in the other.
_SUPPLY: Final = """
WITH active AS (
    SELECT member_id FROM volunteer WHERE community_id = {} AND standing = 'active'
), place AS (
    SELECT member_id, grid_id FROM active JOIN volunteer_grid USING (member_id)
    UNION ALL
    SELECT member_id, member.grid_id FROM active JOIN member ON member.id = member_id
    WHERE NOT EXISTS (SELECT FROM volunteer_grid WHERE volunteer_grid.member_id = active.member_id)
), skill AS (
    SELECT member_id, care_service_id FROM active JOIN volunteer_skill USING (member_id)
)
SELECT care_service_id, grid_id, count(*) AS volunteers, false AS of_service, false AS of_grid
FROM place JOIN skill USING (member_id) GROUP BY care_service_id, grid_id
UNION ALL SELECT care_service_id, NULL, count(*), true, false FROM skill GROUP BY care_service_id
UNION ALL SELECT NULL, grid_id, count(*), false, true FROM place GROUP BY grid_id
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
class DemandLine:
    """Visits asked for and taken of one care service in one grid; minutes are those asked for.

    `grid_id` is None for those whose grid is not known.
    """

    care_service_id: UUID
    grid_id: UUID | None
    asked: int
    taken: int
    minutes: int

    @property
    def open(self) -> int:
        """How many nobody took."""
        return self.asked - self.taken


@dataclass(frozen=True, slots=True)
class Supply:
    """How many active volunteers offer a care service, come to a grid, or do one in the other.

    Whoever offers several, or comes to several grids, counts once in each.
    """

    by_service: Mapping[UUID, int]
    by_grid: Mapping[UUID | None, int]
    by_both: Mapping[tuple[UUID, UUID | None], int]


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


async def demand(community_id: UUID, *, since: datetime, until: datetime) -> list[DemandLine]:
    """Return what was asked for by care service and grid, of visits in a stretch of time.

    Those that begin from `since` on and before `until`, but for those that were called off.
    """
    rows = await VisitRow.raw(_DEMAND, community_id, since, until)
    return [DemandLine(**row) for row in rows]


async def supply(community_id: UUID) -> Supply:
    """Return how many volunteers offer what, and where."""
    by_service: dict[UUID, int] = {}
    by_grid: dict[UUID | None, int] = {}
    by_both: dict[tuple[UUID, UUID | None], int] = {}
    for row in await VisitRow.raw(_SUPPLY, community_id):
        if row["of_service"]:
            by_service[row["care_service_id"]] = row["volunteers"]
        elif row["of_grid"]:
            by_grid[row["grid_id"]] = row["volunteers"]
        else:
            by_both[row["care_service_id"], row["grid_id"]] = row["volunteers"]
    return Supply(by_service, by_grid, by_both)


async def not_taken(
    community_id: UUID, *, since: datetime, until: datetime, most: int = NOT_TAKEN_MAX
) -> list[NotTaken]:
    """Return the requests for a stretch of time that nobody took, the soonest first."""
    rows = await VisitRow.raw(_NOT_TAKEN, community_id, since, until, most)
    return [NotTaken(**row) for row in rows]
