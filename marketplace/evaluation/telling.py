"""Tells people of an evaluation, within the verb's transaction."""

from collections.abc import Iterable
from uuid import UUID

import community
from community import Fill, Role
from marketplace.delivery.telling import holding
from marketplace.delivery.undertaking import undertaking_of
from marketplace.evaluation.values import Evaluation
from marketplace.values import Project


def page(project_id: UUID) -> str:
    """Return where a project's evaluation is."""
    return f"/projects/{project_id}/evaluation"


async def tell(
    project: Project,
    members: Iterable[UUID],
    kind: str,
    *,
    fill: Fill | None = None,
    link: str | None = None,
    settles: bool = False,
) -> None:
    """Tell these members; with `settles`, what they were told of the page before is no news."""
    whom, where = sorted(set(members)), link or page(project.id)
    if settles:
        await community.settle_messages_of(whom, where, community_id=project.community_id)
    await community.tell_all(
        whom,
        kind,
        community_id=project.community_id,
        fill={"title": project.title, **(fill or {})},
        link=where,
    )


async def undertaker(project: Project) -> set[UUID]:
    """Return who carries the project out and speaks for it."""
    return set((await undertaking_of(project)).hands)


async def inspectors(found: Evaluation, named: Iterable[UUID]) -> set[UUID]:
    """Return who may sign an evaluation: coordinators, auditors, and the residents named."""
    staff = await holding((Role.COORDINATOR, Role.AUDITOR), community_id=found.community_id)
    return staff | set(named)


async def coordinators(community_id: UUID) -> set[UUID]:
    """Return a community's coordinators."""
    return await holding((Role.COORDINATOR,), community_id=community_id)
