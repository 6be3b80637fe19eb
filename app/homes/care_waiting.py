"""What of finished projects waits for coordinators: what is broken, checks not done, volunteers."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import community
from app.i18n import gettext as _
from app.wording import printed_day
from community import Actor
from marketplace import aftercare, reading

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who or what waits, why, since when, and where it is settled."""


async def lines(by: Actor, now: datetime) -> list[Line]:
    """Return what needs attention, checks whose day has come, and who offers to look after one."""
    home = await community.community(by.community_id)
    zone = ZoneInfo(home.time_zone)
    today = now.astimezone(zone).date()
    said = await aftercare.open_attentions(home.id)
    due = await aftercare.checks_to_do(home.id, today)
    offers = await aftercare.custodian_offers(home.id)
    ids = {
        *(one.project_id for one in said),
        *(one.project_id for one in due),
        *(one.project_id for one in offers),
    }
    titles = await reading.titles(ids, community_id=home.id) if ids else {}
    names = await community.named_members({one.member_id for one in offers}, community_id=home.id)
    return [
        *(
            (
                "hammer",
                titles[one.project_id],
                _("Needs attention: %(words)s") % {"words": one.words},
                one.raised_at,
                f"/projects/{one.project_id}/attention/{one.id}",
            )
            for one in said
        ),
        *(
            (
                "search-check",
                titles[one.project_id],
                (_("The check of %(day)s was missed") if one.missed_at else _("To check: %(day)s"))
                % {"day": printed_day(one.due_on)},
                datetime.combine(one.due_on, time(), zone),
                f"/projects/{one.project_id}/checks/{one.id}",
            )
            for one in due
        ),
        *(
            (
                "hand-heart",
                names.get(one.member_id, ""),
                _("Offers to look after “%(title)s”") % {"title": titles[one.project_id]},
                one.asked_at,
                f"/projects/{one.project_id}/aftercare",
            )
            for one in offers
        ),
    ]
