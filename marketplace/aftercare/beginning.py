"""Begins to look after a project when it is delivered: its row, and the days of its checks."""

from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, system
from marketplace import plans
from marketplace.aftercare import rows, rules
from marketplace.aftercare.errors import NotDelivered
from marketplace.aftercare.policy import aftercare_policy_at
from marketplace.aftercare.tables import AftercareRow, CheckRow
from marketplace.aftercare.values import Aftercare
from marketplace.delivery.errors import NotBegun
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.reading import delivery_moves
from marketplace.delivery.values import DeliveryState
from marketplace.reading import read_project
from marketplace.refusals import verb
from marketplace.values import Project, ProjectId

FINISHED: Final = frozenset({DeliveryState.DELIVERED, DeliveryState.JUDGED, DeliveryState.CLOSED})

_BEGIN: Final = """
INSERT INTO aftercare (project_id, community_id, delivered_on, months) VALUES ({}, {}, {}, {})
ON CONFLICT (project_id) DO NOTHING RETURNING project_id
"""

_PLAN: Final = """
INSERT INTO follow_up (id, community_id, project_id, number, due_on) VALUES ({}, {}, {}, {}, {})
"""

_WAITING: Final = """
SELECT delivery.project_id, delivery.community_id FROM delivery
WHERE delivery.state IN ('delivered', 'judged', 'closed')
    AND NOT EXISTS (SELECT FROM aftercare WHERE aftercare.project_id = delivery.project_id)
ORDER BY delivery.project_id
"""


async def begun(project_id: UUID, *, by: Actor) -> Aftercare:
    """Return a finished project's aftercare, locked; begin it where nobody has.

    Within a verb's transaction. Raises `NotDelivered`, `UnknownProject`.
    """
    project = await read_project(ProjectId(project_id), community_id=by.community_id)
    try:
        delivery = await locked_delivery(project.id, community_id=by.community_id)
    except NotBegun:
        raise NotDelivered from None
    if delivery.state not in FINISHED:
        raise NotDelivered
    one = await rows.held(project.id, community_id=by.community_id)
    return one if one is not None else await _begin(project, by=by)


async def _begin(project: Project, *, by: Actor) -> Aftercare:
    policy = await aftercare_policy_at(project.community_id)
    months = policy.care_months
    if project.plan_id is not None and project.plan_version is not None:
        version = await plans.version(
            project.plan_id, project.plan_version, community_id=project.community_id
        )
        months = version.content.maintenance.months or months
    delivered_on = await _delivered_on(project)
    await AftercareRow.raw(_BEGIN, project.id, project.community_id, delivered_on, months)
    days = rules.check_days(delivered_on, months=months, every=policy.check_months)
    for number, day in enumerate(days, start=1):
        await CheckRow.raw(_PLAN, ledger.new_id(), project.community_id, project.id, number, day)
    await community.record(
        "aftercare.begin",
        by=by,
        subject_kind="project",
        subject_id=project.id,
        details={"checks": len(days), "months": months},
    )
    return await rows.locked(project.id, community_id=project.community_id)


async def _delivered_on(project: Project) -> date:
    moves = await delivery_moves(project.id, community_id=project.community_id)
    home = await community.community(project.community_id)
    moment = [one.at for one in moves if one.state is DeliveryState.DELIVERED][-1]
    return moment.astimezone(ZoneInfo(home.time_zone)).date()


async def begin_aftercare() -> int:
    """Begin to look after every project that was delivered meanwhile; return how many; a job."""
    begun_now = 0
    for row in await AftercareRow.raw(_WAITING):
        async with verb():
            try:
                await begun(row["project_id"], by=system(row["community_id"]))
            except NotDelivered:
                continue
            begun_now += 1
    return begun_now
