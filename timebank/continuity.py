"""Who came to an elder before: whom they may wish for again. Never writes."""

from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, Role, Standing
from timebank.tables import VisitRow

OFFERED_MAX: Final = 6

_CAME: Final = """
SELECT volunteer_id FROM visit
WHERE community_id = {} AND elder_id = {} AND state IN ('confirmed', 'resolved')
    AND minutes_confirmed > 0 AND volunteer_id IS NOT NULL
GROUP BY volunteer_id ORDER BY max(starts_at) DESC, volunteer_id LIMIT {}
"""


async def came_before(elder_id: UUID, *, by: Actor) -> list[tuple[UUID, str]]:
    """Return the volunteers who came to an elder and could come again, latest first: id, name.

    For the elder, a delegate who may ask for them, and the desk. Raises `NotDelegated`.
    """
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, frozenset({DelegatedAct.REQUEST}))
    rows = await VisitRow.raw(_CAME, by.community_id, elder_id, OFFERED_MAX)
    found = [await community.member(row["volunteer_id"]) for row in rows]
    return [
        (one.id, one.name)
        for one in found
        if one.standing is Standing.ACTIVE and Role.VOLUNTEER in one.roles
    ]
