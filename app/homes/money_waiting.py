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
from marketplace.delivery.values import FORBIDDEN

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who, why, since when, and where it is settled."""


async def requests(by: Actor, _now: datetime) -> list[Line]:
    """Return the requests that wait for this member's decision."""
    found = [
        one
        for one in await delivery.waiting_disbursements(by.community_id)
        if by.member_id not in one.approvers
    ]
    ids = {one.project_id for one in found}
    projects = await reading.projects_by_id(ids, community_id=by.community_id) if ids else {}
    asked = [(projects[one.project_id], one.asked_by) for one in found]
    bound = await delivery.ties(asked, by.member_id, community_id=by.community_id)
    lenient = (await delivery.delivery_policy_at(by.community_id)).tied_decide
    return [
        (
            "wallet",
            projects[one.project_id].title,
            _("Asks for %(amount)s: %(purpose)s")
            % {"amount": money(one.amount_fen), "purpose": one.purpose},
            one.asked_at,
            f"/disbursements/{one.id}",
        )
        for one, tied in zip(found, bound, strict=True)
        if tied is None or (lenient and tied not in FORBIDDEN)
    ]


async def late(by: Actor, now: datetime) -> list[Line]:
    """Return the milestones whose day is past and that nobody has reported."""
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    lines: list[Line] = []
    found = await delivery.overdue(by.community_id, now.astimezone(zone).date())
    ids = {one.project_id for one in found}
    titles = await reading.titles(ids, community_id=by.community_id) if ids else {}
    for one in found:
        since = datetime(one.due_on.year, one.due_on.month, one.due_on.day, tzinfo=zone)
        why = _("Late: %(milestone)s") % {"milestone": one.title}
        href = f"/projects/{one.project_id}/delivery"
        lines.append(("hammer", titles[one.project_id], why, since, href))
    return lines
