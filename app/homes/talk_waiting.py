"""What waits for coordinators about needs: screenings, appeals, reported words; for the inbox."""

from datetime import datetime

from app.i18n import gettext as _
from app.i18n import ngettext
from community import Actor
from marketplace import deliberation, needs, screening

Line = tuple[str, str, str, datetime | None, str]
"""Icon, who or what waits, why, since when, and where it is settled."""


async def screenings(by: Actor) -> list[Line]:
    """Return the needs that wait for screening or for the decision of an appeal."""
    return [
        (
            "scale" if one.appeal else "search-check",
            one.title,
            _("Somebody appealed against its refusal") if one.appeal else _("Waits for screening"),
            one.since,
            f"/needs/{one.need_id}/screening",
        )
        for one in await screening.waiting_screenings(by.community_id)
    ]


async def reported(by: Actor) -> list[Line]:
    """Return the words that somebody reported, or that are to be looked at again."""
    lines: list[Line] = []
    cases = await deliberation.waiting_cases(by.community_id)
    ids = {one.argument.need_id for one in cases}
    titles = await needs.titles_of(ids, community_id=by.community_id) if ids else {}
    for case in cases:
        reports = len(case.reports)
        told = ngettext(
            "Words were reported: %(num)s report", "Words were reported: %(num)s reports", reports
        ) % {"num": reports}
        why = _("Its author asks for a second look at hidden words") if case.again else told
        title = titles[case.argument.need_id]
        lines.append(("flag", title, why, case.since, f"/arguments/{case.argument.id}/rule"))
    return lines
