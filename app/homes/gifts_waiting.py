"""What waits in the inbox about money given to projects: gifts to hand back.

Each is a tuple of an inbox's line: icon, who, why, since when, and where it is settled.
"""

from datetime import datetime

from app import funding_page
from app.i18n import gettext as _
from app.wording import money
from community import Actor
from marketplace.funding import reading

Line = tuple[str, str, str, datetime | None, str]


async def to_hand_back(by: Actor) -> list[Line]:
    """Return each gift that the treasurer hands back to its giver."""
    due = [one for one in await reading.refunds_due(by.community_id) if not one.online]
    if not due:
        return []
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
