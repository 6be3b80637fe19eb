"""Who came to an elder before: whom they may wish for again. Never writes."""

from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, Member, Role, Standing
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
    found = [await still_helps(row["volunteer_id"], community_id=by.community_id) for row in rows]
    return list(dict.fromkeys((one.id, one.name) for one in found if one is not None))


async def still_helps(volunteer_id: UUID | None, *, community_id: UUID) -> Member | None:
    """Return the volunteer whom an elder knows, as they stand here now, if they still help.

    A membership that was merged stands for the one it was merged into.
    """
    if volunteer_id is None:
        return None
    stands = await community.standing_membership(volunteer_id, community_id=community_id)
    one = await community.member(stands)
    return one if one.standing is Standing.ACTIVE and Role.VOLUNTEER in one.roles else None
