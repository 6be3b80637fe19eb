"""Reads screenings for pages, the inbox and programs. Never writes."""

from typing import Final
from uuid import UUID

from marketplace.needs import NeedState, read_need
from marketplace.screening import rows
from marketplace.screening.errors import UnknownScreening
from marketplace.screening.tables import ScreeningRow
from marketplace.screening.values import (
    Appeal,
    Draft,
    Screening,
    ScreeningList,
    Waiting,
)

_WAITING: Final = """
SELECT need.id AS need_id, title, seconded_at AS since, due_at, coalesce(revision, 0) > 0 AS begun
FROM need LEFT JOIN screening ON screening.need_id = need.id
WHERE need.community_id = {} AND need.state = 'seconded'
"""

_APPEALS: Final = """
SELECT need.id AS need_id, title, appealed_at AS since, due_at
FROM screening_appeal JOIN need ON need.id = need_id
WHERE screening_appeal.community_id = {} AND granted IS NULL AND need.state = 'refused'
"""


async def screening_of(need_id: UUID, *, community_id: UUID) -> Screening:
    """Return a need's screening, also one that nobody has begun.

    Raises `UnknownNeed`, and `UnknownScreening` for a need that does not wait for one.
    """
    need = await read_need(need_id, community_id=community_id)
    found = await rows.find(need_id, community_id=community_id)
    if found is not None:
        return found
    if need.state is not NeedState.SECONDED:
        raise UnknownScreening
    since, due_at = await rows.term(need_id, community_id=community_id)
    asked = await rows.current_list(community_id)
    return Screening(
        need_id=need_id,
        community_id=community_id,
        list_number=asked.number,
        seconded_at=since,
        due_at=due_at,
        revision=0,
        draft=Draft(),
        saved_by=None,
        saved_at=None,
        outcome=None,
        reason="",
        decided_by=None,
        decided_at=None,
        appeal_until=None,
    )


async def appeal_of(need_id: UUID, *, community_id: UUID) -> Appeal | None:
    """Return the appeal about a need; None where nobody appealed."""
    return await rows.find_appeal(need_id, community_id=community_id)


async def screening_list(community_id: UUID) -> ScreeningList:
    """Return what a community screens by now."""
    return await rows.current_list(community_id)


async def list_of(screening: Screening) -> ScreeningList:
    """Return what a need was screened by; what holds now while it has no outcome."""
    if not screening.decided:
        return await rows.current_list(screening.community_id)
    return await rows.list_numbered(screening.list_number, community_id=screening.community_id)


async def waiting_screenings(community_id: UUID) -> list[Waiting]:
    """Return the needs that wait for screening or for their appeal, the first due first."""
    found = []
    for row in await ScreeningRow.raw(_WAITING, community_id):
        if row["due_at"] is None:
            row["since"], row["due_at"] = await rows.term(row["need_id"], community_id=community_id)
        found.append(Waiting(**row, appeal=False))
    appeals = await ScreeningRow.raw(_APPEALS, community_id)
    found += [Waiting(**row, appeal=True, begun=False) for row in appeals]
    return sorted(found, key=lambda one: (one.due_at, one.need_id))
