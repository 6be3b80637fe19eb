"""How long it takes from the asking until a volunteer says yes. Never writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from timebank.tables import VisitRow

# Of each visit the first time that somebody took it. One that was asked for in the time looked at
# cannot have been taken before it.
_ANSWERED: Final = """
WITH answered AS (
    SELECT extract(epoch FROM accepted.at - asked_at) / 60 AS minutes
    FROM (
        SELECT visit_id, min(at) AS at FROM visit_history
        WHERE community_id = {} AND state = 'booked' AND at >= {} AND at < {} GROUP BY visit_id
    ) AS accepted JOIN visit ON visit.id = visit_id AND asked_at >= {}
)
SELECT count(*) AS visits,
    ceil(percentile_disc(0.5) WITHIN GROUP (ORDER BY minutes))::bigint AS median_minutes,
    ceil(percentile_disc(0.9) WITHIN GROUP (ORDER BY minutes))::bigint AS slow_minutes
FROM answered
"""


@dataclass(frozen=True, slots=True)
class Answering:
    """From asking to yes: of how many visits, and the minutes within which half and 9 of 10 were.

    Both are None where nobody said yes in that time.
    """

    visits: int
    median_minutes: int | None
    slow_minutes: int | None


async def answering(community_id: UUID, *, since: datetime, until: datetime) -> Answering:
    """Return how long it took, of visits that were asked for and taken in a stretch of time."""
    (row,) = await VisitRow.raw(_ANSWERED, community_id, since, until, since)
    return Answering(**row)
