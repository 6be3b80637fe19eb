"""The lines of the inbox about projects under way: money asked for, milestones that are late.

Whoever is tied to who asks is not shown a request: they could not decide it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import community
from app.i18n import gettext as _
from app.wording import money
from community import Actor
from marketplace import delivery, reading

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who, why, since when, and where it is settled."""


async def requests(by: Actor, _now: datetime) -> list[Line]:
    """Return the requests that wait for this member's decision."""
    lines: list[Line] = []
    for one in await delivery.waiting_disbursements(by.community_id):
        if by.member_id in one.approvers:
            continue
        project = await reading.read_project(one.project_id, community_id=by.community_id)
        bound = await delivery.tie(
            await delivery.undertaking_of(project),
            one.asked_by,
            by.member_id,
            community_id=by.community_id,
        )
        if bound is None:
            why = _("Asks for %(amount)s: %(purpose)s") % {
                "amount": money(one.amount_fen),
                "purpose": one.purpose,
            }
            lines.append(("wallet", project.title, why, one.asked_at, f"/disbursements/{one.id}"))
    return lines


async def late(by: Actor, now: datetime) -> list[Line]:
    """Return the milestones whose day is past and that nobody has reported."""
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    lines: list[Line] = []
    for one in await delivery.overdue(by.community_id, now.astimezone(zone).date()):
        project = await reading.read_project(one.project_id, community_id=by.community_id)
        since = datetime(one.due_on.year, one.due_on.month, one.due_on.day, tzinfo=zone)
        why = _("Late: %(milestone)s") % {"milestone": one.title}
        lines.append(("hammer", project.title, why, since, f"/projects/{project.id}/delivery"))
    return lines
