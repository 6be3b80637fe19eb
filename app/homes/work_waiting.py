"""What waits at projects under way: who came to help, and changes to decide; for the inbox."""

from datetime import datetime

from app.i18n import gettext as _
from app.i18n import ngettext
from community import Actor
from marketplace import reading, work
from marketplace.delivery import changes

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who or what waits, why, since when, and where it is settled."""


async def came(by: Actor, now: datetime) -> list[Line]:
    """Return the times of helping that are over, where nobody wrote down yet who came."""
    return [
        (
            "hand-helping",
            project.title,
            ngettext(
                "“%(title)s” is over: %(num)s person waits to be written down",
                "“%(title)s” is over: %(num)s people wait to be written down",
                slot.waits,
            )
            % {"title": slot.title, "num": slot.waits},
            slot.ends_at,
            f"/projects/{slot.project_id}/work/{slot.id}",
        )
        for slot, project in await work.waiting_slots(by, at=now)
    ]


async def to_decide(by: Actor, now: datetime) -> list[Line]:
    """Return the changes of projects for which the time for objections is over."""
    due = [
        one for one in await changes.waiting_changes(by.community_id) if one.objections_until <= now
    ]
    ids = {one.project_id for one in due}
    titles = await reading.titles(ids, community_id=by.community_id) if ids else {}
    return [
        (
            "scale",
            titles[one.project_id],
            _("A change is asked for: decide it"),
            one.objections_until,
            f"/projects/{one.project_id}/changes/{one.id}",
        )
        for one in due
    ]
