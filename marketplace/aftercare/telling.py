"""Tells people what happens at a finished project, within the verb's transaction."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, Fill, Role
from marketplace.aftercare import rows, rules
from marketplace.aftercare.values import Aftercare


def page(project_id: UUID) -> str:
    """Return the address of a project's aftercare."""
    return f"/projects/{project_id}/aftercare"


async def today(community_id: UUID, at: datetime) -> date:
    """Return which day it is in a community at a moment."""
    home = await community.community(community_id)
    return at.astimezone(ZoneInfo(home.time_zone)).date()


async def hands(care: Aftercare, at: datetime) -> frozenset[UUID]:
    """Return who are a project's custodians at a moment."""
    found = await rows.custodians_of(care.project_id, community_id=care.community_id)
    return rules.hands(found, await today(care.community_id, at))


async def coordinators(community_id: UUID) -> set[UUID]:
    """Return who coordinates in a community now."""
    found = await community.staff_at(community_id)
    return {one.member_id for one in found if one.role is Role.COORDINATOR}


async def tell(
    members: Iterable[UUID],
    kind: str,
    care: Aftercare,
    *,
    by: Actor,
    fill: Fill | None = None,
    link: str = "",
) -> None:
    """Tell each of these once, but not who did it."""
    await community.tell_all(
        sorted(set(members) - {by.member_id}),
        kind,
        community_id=care.community_id,
        fill={"title": care.title, **(fill or {})},
        link=link or page(care.project_id),
    )
