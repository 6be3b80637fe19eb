"""The finished visits that wait for a word: how many, and since when. Never writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from timebank.tables import VisitRow

_WAITING: Final = """
SELECT count(*) AS visits, count(*) FILTER (WHERE checked_out_at < {}) AS over_a_day,
    count(*) FILTER (WHERE checked_out_at < {}) AS over_three_days, min(checked_out_at) AS oldest,
    coalesce(sum(minutes_measured), 0)::bigint AS minutes
FROM visit WHERE community_id = {} AND state = 'finished'
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Visits that are over and not confirmed: how many, how old, how many minutes hang on them."""

    visits: int
    over_a_day: int
    over_three_days: int
    oldest: datetime | None
    minutes: int


async def waiting_confirmations(community_id: UUID, *, at: datetime) -> Waiting:
    """Return what waits for an elder's word at this moment."""
    (row,) = await VisitRow.raw(
        _WAITING, at - timedelta(days=1), at - timedelta(days=3), community_id
    )
    return Waiting(**row)
