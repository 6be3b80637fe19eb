"""What waits in the inbox about money given to projects: gifts to hand back, drives at their goal.

Each is a tuple of an inbox's line: icon, who, why, since when, and where it is settled.
"""

from datetime import datetime
from typing import Final

from app import funding_page
from app.funding_page import Shown
from app.i18n import gettext as _
from app.wording import money
from community import Actor, Community
from marketplace import ProjectId
from marketplace import reading as projects
from marketplace.funding import reading
from marketplace.funding.values import DriveState

Line = tuple[str, str, str, datetime | None, str]
OPEN_AT_ONCE: Final = 50


async def to_hand_back(by: Actor) -> list[Line]:
    """Return each gift that the treasurer hands back to its giver."""
    due = [one for one in await reading.refunds_due(by.community_id) if not one.online]
    names = await funding_page.givers_named(due, community_id=by.community_id)
    return [
        (
            "undo-2",
            funding_page.giver_words(one, names),
            _("%(money)s to hand back") % {"money": money(one.due_fen)},
            one.ended_at or one.made_at,
            f"/contributions/{one.id}",
        )
        for one in due
    ]


async def at_their_goal(home: Community) -> list[Line]:
    """Return each drive whose whole goal is there before its last day: it can end now."""
    found: list[Line] = []
    drives = await reading.drives(home.id, states=(DriveState.OPEN,), size=OPEN_AT_ONCE)
    for one in drives:
        project = await projects.read_project(ProjectId(one.project_id), community_id=home.id)
        shown = Shown(one, project.title, await reading.progress(one), funding_page.zone_of(home))
        if funding_page.whole_goal(shown):
            why = _("Has reached its goal before the last day: the drive can end now")
            found.append(("sprout", project.title, why, one.opened_at, shown.address))
    return found
