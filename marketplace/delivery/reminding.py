"""Reminds who undertakes a project of milestones that come near, and tells when one is late; jobs.

Each milestone is told of once for each due day: one that was moved is told of anew.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import community
import ledger
from community import Role, system
from marketplace.delivery import telling
from marketplace.delivery.beginning import local_day
from marketplace.delivery.policy import delivery_policy_at
from marketplace.delivery.reading import milestone
from marketplace.delivery.tables import MilestoneRow
from marketplace.delivery.undertaking import undertaking_of
from marketplace.reading import read_project
from marketplace.values import ProjectId

_OPEN: Final = """
EXISTS (SELECT FROM delivery WHERE delivery.project_id = milestone.project_id
    AND state = 'under_way')
AND NOT EXISTS (SELECT FROM milestone_report AS report
    WHERE report.project_id = milestone.project_id AND report.number = milestone.number)
"""

_SOON: Final = f"""
SELECT project_id, number FROM milestone WHERE community_id = {{}}
    AND due_on BETWEEN {{}} AND {{}} AND reminded_for IS DISTINCT FROM due_on AND {_OPEN}
ORDER BY project_id, number
"""  # noqa: S608 (a piece of our own)

_LATE: Final = f"""
SELECT project_id, number FROM milestone WHERE community_id = {{}}
    AND due_on < {{}} AND late_told_for IS DISTINCT FROM due_on AND {_OPEN}
ORDER BY project_id, number
"""  # noqa: S608 (a piece of our own)

_CLAIM: Final = """
UPDATE milestone SET {column} = due_on WHERE (project_id, number) IN (
    SELECT project_id, number FROM milestone WHERE project_id = {{}} AND number = {{}}
        AND {column} IS DISTINCT FROM due_on AND {still_open}
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING due_on
"""
_CLAIM_SOON: Final = _CLAIM.format(column="reminded_for", still_open=_OPEN)
_CLAIM_LATE: Final = _CLAIM.format(column="late_told_for", still_open=_OPEN)


async def remind_of_milestones(*, at: datetime | None = None) -> int:
    """Tell who undertakes of milestones that come near, and with the coordinators of late ones.

    Each milestone is a transaction of its own. Return of how many was told.
    """
    moment, told = at or datetime.now(UTC), 0
    for home in await community.communities():
        today = await local_day(home.id, moment)
        ahead = (await delivery_policy_at(home.id, moment)).reminder_days
        if ahead:
            until = today + timedelta(days=ahead)
            for row in await MilestoneRow.raw(_SOON, home.id, today, until):
                told += await _tell(home.id, row["project_id"], row["number"], None)
        for row in await MilestoneRow.raw(_LATE, home.id, today):
            told += await _tell(home.id, row["project_id"], row["number"], today)
    return told


async def _tell(community_id: UUID, project_id: UUID, number: int, late_on: date | None) -> bool:
    """Tell of one milestone, as coming near or late on a day; whether it was not told before."""
    async with ledger.transaction():
        claim = _CLAIM_LATE if late_on else _CLAIM_SOON
        if not await MilestoneRow.raw(claim, project_id, number):
            return False
        project = await read_project(ProjectId(project_id), community_id=community_id)
        found = await milestone(project_id, number, community_id=community_id)
        whom = set((await undertaking_of(project)).hands)
        if late_on:
            whom |= await telling.holding({Role.COORDINATOR}, community_id=community_id)
        await community.record(
            "delivery.remind",
            by=system(community_id),
            subject_kind="project",
            subject_id=project_id,
            details={"milestone": number, "late": late_on is not None},
        )
        await telling.tell(
            whom,
            "delivery.milestone_late" if late_on else "delivery.milestone_soon",
            project,
            by=system(community_id),
            fill={"milestone": found.title, "day": found.due_on.isoformat()},
        )
    return True
