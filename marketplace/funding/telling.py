"""Tells people what happened to a drive, to what they gave, and to the hours they pledged."""

from collections.abc import Iterable
from uuid import UUID

import community
from community import Actor, Role
from community.messages import Fill
from marketplace import needs, plans
from marketplace.funding.values import Contribution, Drive
from marketplace.reading import read_project
from marketplace.values import Project, ProjectId


def page(drive_id: UUID) -> str:
    """Return the address of a drive."""
    return f"/drives/{drive_id}"


async def hands_of(project: Project) -> set[UUID]:
    """Return who carries a project out: its plan's undertaker, else who proposed it."""
    if project.plan_id is None:
        return {project.proposed_by}
    plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
    found = await plans.hands_of(plan.undertaker, community_id=project.community_id)
    return found or {project.proposed_by}


async def followers_of(project: Project) -> set[UUID]:
    """Return who follows a project: who carries it out, and who raised or seconded its need."""
    found = await hands_of(project) | {project.proposed_by}
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
        found |= set(await needs.followers(plan.need_id, project.community_id))
    return found


async def tell_giver(kind: str, gift: Contribution, *, fen: int | None = None) -> None:
    """Tell the member who gave, if one did, what became of the gift."""
    if gift.member_id is None:
        return
    title = await _title(gift.project_id, community_id=gift.community_id)
    await community.tell(
        gift.member_id,
        kind,
        community_id=gift.community_id,
        fill={"title": title, "fen": gift.amount_fen if fen is None else fen},
        link=page(gift.drive_id),
    )


async def tell_treasurers(kind: str, gift: Contribution, *, fen: int) -> None:
    """Tell whoever keeps the money what they have to see to about a gift."""
    keepers = await community.members(gift.community_id, Role.TREASURER)
    title = await _title(gift.project_id, community_id=gift.community_id)
    await community.tell_all(
        [one.id for one in keepers],
        kind,
        community_id=gift.community_id,
        fill={"title": title, "fen": fen},
        link=f"/contributions/{gift.id}",
    )


async def tell_about(
    members: Iterable[UUID], kind: str, drive: Drive, *, by: Actor, fill: Fill | None = None
) -> None:
    """Tell each of these once about a drive, but not who did it."""
    told = sorted(set(members) - {by.member_id})
    if not told:
        return
    title = await _title(drive.project_id, community_id=drive.community_id)
    await community.tell_all(
        told,
        kind,
        community_id=drive.community_id,
        fill={"title": title, **(fill or {})},
        link=page(drive.id),
    )


async def _title(project_id: UUID, *, community_id: UUID) -> str:
    return (await read_project(ProjectId(project_id), community_id=community_id)).title
