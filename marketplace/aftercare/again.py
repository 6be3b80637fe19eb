"""Lets a project begin anew: a need is raised that refers to it, with its whole story."""

from typing import Final
from uuid import UUID

import community
from community import Actor
from marketplace import needs, plans
from marketplace.aftercare import rules
from marketplace.aftercare.errors import BegunAgain, NotOver, StandsAsPlan
from marketplace.aftercare.tables import NeedOriginRow
from marketplace.aftercare.values import Again, Origin
from marketplace.delivery.reading import find_delivery
from marketplace.delivery.values import DeliveryState
from marketplace.needs import Need, NeedDraft, NeedState
from marketplace.reading import read_project
from marketplace.refusals import verb
from marketplace.tables import ProjectRow
from marketplace.values import Project, ProjectId, ProjectState

GONE: Final = frozenset({NeedState.WITHDRAWN, NeedState.REFUSED, NeedState.HIDDEN})
"""Needs in these states are no longer on their way: another may take their place."""

_ORIGINS: Final = """
SELECT need_id, project_id, again, words, raised_at AS at FROM need_origin WHERE community_id = {}
    AND """


async def why_again(project: Project) -> Again:
    """Return why a project may begin anew.

    Raises `NotOver` while it is on its way, and `StandsAsPlan` where it was not chosen but its plan
    can enter another round as it is.
    """
    if project.state in {ProjectState.NOT_CHOSEN, ProjectState.LEFT}:
        if project.plan_id is not None:
            plan = await plans.read_plan(project.plan_id, community_id=project.community_id)
            need = await needs.read_need(plan.need_id, community_id=project.community_id)
            if need.state not in GONE:
                raise StandsAsPlan(need.id)
        return Again.NOT_CHOSEN
    if project.state is not ProjectState.CHOSEN:
        raise NotOver
    delivery = await find_delivery(project.id, community_id=project.community_id)
    if delivery is None or delivery.state is DeliveryState.UNDER_WAY:
        raise NotOver
    return Again.STOPPED if delivery.state is DeliveryState.STOPPED else Again.WORN_OUT


async def raise_again(
    project_id: UUID,
    said: NeedDraft,
    why: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    photo: bytes | None = None,
) -> Need:
    """Raise a need that refers to a project which was not chosen, stopped, or is worn out.

    The same `id` again returns the need. Raises `NotOver`, `StandsAsPlan`, `BegunAgain` while
    another need from it is on its way, `UnknownProject`, and what `needs.raise_need` raises.
    """
    words = rules.text("why", why)
    async with verb():
        await ProjectRow.raw(
            "SELECT id FROM project WHERE community_id = {} AND id = {} FOR NO KEY UPDATE",
            by.community_id,
            project_id,
        )
        project = await read_project(ProjectId(project_id), community_id=by.community_id)
        before = await origins_of_project(project.id, community_id=by.community_id)
        if id is not None and id in {one.need_id for one in before}:
            return await needs.read_need(id, community_id=by.community_id)
        again = await why_again(project)
        for one in before:
            standing = await needs.read_need(one.need_id, community_id=by.community_id)
            if standing.state not in GONE:
                raise BegunAgain(standing.id)
        raised = await needs.raise_need(said, by=by, id=id, photo=photo)
        await NeedOriginRow.raw(
            "INSERT INTO need_origin (need_id, community_id, project_id, again, words)"
            " VALUES ({}, {}, {}, {}, {})",
            raised.id,
            by.community_id,
            project.id,
            again.value,
            words,
        )
        await community.record(
            "project.again",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"need": raised.id, "why": again.value},
        )
        return raised


async def origins_of_project(project_id: UUID, *, community_id: UUID) -> list[Origin]:
    """Return the needs that came from a project, the first first."""
    found = await NeedOriginRow.raw(
        _ORIGINS + "project_id = {} ORDER BY raised_at, need_id", community_id, project_id
    )
    return [Origin(**{**row, "again": Again(row["again"])}) for row in found]


async def origin_of_need(need_id: UUID, *, community_id: UUID) -> Origin | None:
    """Return the project from which a need came, if it did."""
    found = await NeedOriginRow.raw(_ORIGINS + "need_id = {}", community_id, need_id)
    return Origin(**{**found[0], "again": Again(found[0]["again"])}) if found else None
