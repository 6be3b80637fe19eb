"""The verb that begins a project's work, with the milestones of the plan that was chosen."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, Role
from marketplace import plans
from marketplace.delivery import rules, telling
from marketplace.delivery.errors import Begun, NotChosen, NotFunded, NotYourProject
from marketplace.delivery.moving import step
from marketplace.delivery.policy import delivery_policy_at
from marketplace.delivery.reading import find_delivery, read_delivery
from marketplace.delivery.refusals import verb
from marketplace.delivery.tables import DeliveryRow, MilestoneRow
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import Delivery, DeliveryState
from marketplace.funding.rows import drives, locked_project
from marketplace.funding.values import DriveState
from marketplace.values import Project, ProjectState

_BEGIN: Final = """
INSERT INTO delivery (project_id, community_id, last_part_percent, began_by, began_at)
VALUES ({}, {}, {}, {}, {})
"""

_MILESTONE: Final = """
INSERT INTO milestone (project_id, number, community_id, title, promised_on, due_on)
VALUES ({}, {}, {}, {}, {}, {})
"""


async def begin(project_id: UUID, *, by: Actor, at: datetime | None = None) -> Delivery:
    """Begin the work on a project that was chosen and, if it raised more, reached its goal.

    By who undertakes it, or a coordinator. A project whose plan names no milestones has one: the
    whole of it, within the days that the community's rules say. Raises `UnknownProject`,
    `NotChosen`, `NotFunded`, `NotYourProject`, `Begun`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        project = await locked_project(project_id, community_id=by.community_id)
        await _may_begin(project, by)
        if await find_delivery(project.id, community_id=by.community_id) is not None:
            raise Begun
        await _want_funded(project)
        policy = await delivery_policy_at(by.community_id)
        await DeliveryRow.raw(
            _BEGIN,
            project.id,
            by.community_id,
            policy.last_part_percent,
            by.member_id,
            moment,
        )
        planned = await _milestones(project, moment, policy.whole_days)
        for number, (title, day) in enumerate(planned, start=1):
            await MilestoneRow.raw(_MILESTONE, project.id, number, by.community_id, title, day, day)
        begun = await read_delivery(project.id, community_id=by.community_id)
        await step(begun, DeliveryState.UNDER_WAY, by=by)
        await community.record(
            "delivery.begin",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"milestones": len(planned), "last_part_percent": policy.last_part_percent},
        )
        whom = await telling.followers(project) | (await undertaking_of(project)).hands
        await telling.tell(whom, "delivery.begun", project, by=by)
    return begun


async def _may_begin(project: Project, by: Actor) -> None:
    if project.state is not ProjectState.CHOSEN:
        raise NotChosen
    if by.on_behalf_of is not None:
        raise NotYourProject
    if Role.COORDINATOR not in by.roles:
        rules.undertakes(await undertaking_of(project), by)


async def _want_funded(project: Project) -> None:
    """Refuse to begin while a drive is open, or after the last one missed its goal."""
    latest = await drives(
        "project_id = {} AND community_id = {} ORDER BY opened_at DESC, id DESC LIMIT 1",
        project.id,
        project.community_id,
    )
    if latest and latest[0].state in (DriveState.OPEN, DriveState.MISSED):
        raise NotFunded(latest[0].state)


async def _milestones(
    project: Project, moment: datetime, whole_days: int
) -> Sequence[tuple[str, date]]:
    if project.plan_id is not None and project.plan_version is not None:
        found = await plans.version(
            project.plan_id, project.plan_version, community_id=project.community_id
        )
        if found.content.milestones:
            return [(one.title, one.due_on) for one in found.content.milestones]
    return [(project.title, await local_day(project.community_id, moment, whole_days))]


async def local_day(community_id: UUID, moment: datetime, days: int = 0) -> date:
    """Return the day of a moment where the community is, or so many days later."""
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    return moment.astimezone(zone).date() + timedelta(days=days)
