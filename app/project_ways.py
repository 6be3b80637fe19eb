"""What work and changes add to the page of a project's delivery: a sentence each, and the way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from app.delivery_page import Place, SectionOf
from app.i18n import gettext as _
from app.i18n import ngettext
from app.need_page import Section
from app.wording import duration, number
from marketplace import work
from marketplace.delivery import changes


async def work_section(place: Place) -> Section | None:
    """Say where hands are wanted for a project, and what was helped so far."""
    if place.delivery is None:
        return None
    board = await work.board(place.project.id, community_id=place.home.id, by=None)
    free = sum(one.free for one in board.ahead(datetime.now(UTC)))
    if free:
        told = ngettext(
            "%(num)s person can still sign up to help.",
            "%(num)s people can still sign up to help.",
            free,
        ) % {"num": number(free)}
    elif board.hours.paid:
        told = _("Neighbours have helped for %(hours)s.") % {"hours": duration(board.hours.paid)}
    else:
        told = _("When helping hands are needed, the time and the place stand here.")
    return Section(_("Help it"), told, f"/projects/{place.project.id}/work", "hand-helping")


async def changes_section(place: Place) -> Section | None:
    """Say whether something is done otherwise than was promised."""
    if place.delivery is None:
        return None
    found = await changes.changes_of(place.project.id, community_id=place.home.id)
    waiting = len(changes.still_open(found))
    taken = sum(one.state is changes.ChangeState.ACCEPTED for one in found)
    if waiting:
        told = ngettext(
            "%(num)s change is asked for: say what you have against it.",
            "%(num)s changes are asked for: say what you have against them.",
            waiting,
        ) % {"num": number(waiting)}
    elif taken:
        told = ngettext(
            "%(num)s thing is done otherwise than was promised.",
            "%(num)s things are done otherwise than was promised.",
            taken,
        ) % {"num": number(taken)}
    else:
        told = _("Everything is done as it was promised.")
    return Section(_("Promised and now"), told, f"/projects/{place.project.id}/changes", "scale")


WAYS: Final[Mapping[int, SectionOf]] = {10: work_section, 20: changes_section}
"""Their places on the page, in the order of their numbers."""
