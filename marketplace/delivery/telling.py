"""Tells people what happened to a project's work and money, within the verb's transaction."""

from collections.abc import Iterable
from uuid import UUID

import community
from community import Actor, Role
from community.messages import Fill
from marketplace import needs, plans
from marketplace.values import Project


def page(project: Project) -> str:
    """Return the address of a project's delivery."""
    return f"/projects/{project.id}/delivery"


async def followers(project: Project) -> set[UUID]:
    """Return whom to tell of a project: who proposed it, who raised its need or stands behind."""
    found = {project.proposed_by}
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
        found |= set(await needs.followers(plan.need_id, project.community_id))
    return found


async def tell(
    members: Iterable[UUID],
    kind: str,
    project: Project,
    *,
    by: Actor,
    fill: Fill | None = None,
    link: str | None = None,
) -> None:
    """Tell each of these once, but not who did it."""
    await community.tell_all(
        sorted(set(members) - {by.member_id}),
        kind,
        community_id=project.community_id,
        fill={"title": project.title, **(fill or {})},
        link=link or page(project),
    )


async def holding(roles: Iterable[Role], *, community_id: UUID) -> set[UUID]:
    """Return who holds one of these roles in a community now."""
    wanted = set(roles)
    found = await community.staff_at(community_id)
    return {one.member_id for one in found if one.role in wanted}
