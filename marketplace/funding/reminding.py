"""Reminds of a drive whose deadline is near, once."""

from datetime import UTC, datetime, timedelta
from typing import Final

import community
from marketplace.funding import rows, rules
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.refusals import verb
from marketplace.funding.tables import DriveRow
from marketplace.funding.telling import followers_of, tell_about
from marketplace.reading import read_project
from marketplace.values import ProjectId

_HERE: Final = """
SELECT DISTINCT community_id FROM drive WHERE state = 'open' AND reminded_at IS NULL
"""

_CLAIM: Final = """
UPDATE drive SET reminded_at = {} WHERE id IN (
    SELECT id FROM drive WHERE community_id = {} AND state = 'open' AND reminded_at IS NULL
        AND deadline > {} AND deadline <= {} FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
"""


async def remind_of_drives(*, at: datetime | None = None) -> int:
    """Remind whoever follows a project, or began a gift for it, that its drive ends soon.

    Return of how many drives this call reminded; each is claimed with its messages.
    """
    now = at or datetime.now(UTC)
    reminded = 0
    for row in await DriveRow.raw(_HERE):
        here = row["community_id"]
        days = (await funding_policy_at(here, now)).reminder_days
        by = community.system(here)
        async with verb():
            until = now + timedelta(days=days)
            for claimed in await DriveRow.raw(_CLAIM, now, here, now, until):
                drive = await rows.drive(claimed["id"], community_id=here)
                project = await read_project(ProjectId(drive.project_id), community_id=here)
                gifts = await rows.contributions("drive_id = {}", drive.id)
                begun = {one.member_id for one in gifts if one.state in rules.WAITING}
                members = (await followers_of(project) | begun) - {None}
                fill = {"until": drive.deadline}
                await tell_about(
                    {one for one in members if one}, "drive.ends_soon", drive, by=by, fill=fill
                )
                await community.record(
                    "drive.remind", by=by, subject_kind="drive", subject_id=drive.id
                )
                reminded += 1
    return reminded
