"""The page of a need's talk, and its line on the page of the need."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.deliberation_words import CHANNELS, CLOSED, SIDES
from app.i18n import gettext as _
from app.need_page import Section
from app.wording import number
from community import Actor, Community, Role
from marketplace import deliberation, needs
from marketplace.deliberation import Argument, Channel, Deliberation
from marketplace.deliberation.talking import MAY_ENTER
from marketplace.needs import Need

THREADS_ON_A_PAGE: Final = 20


async def context(need: Need, by: Actor | None, home: Community, page: int) -> dict[str, Any]:
    """Return what the page of a talk shows to whoever looks; names to members alone."""
    here = by is not None and by.community_id == home.id
    viewer = by.member_id if here and by is not None else None
    found = await deliberation.deliberation_of(need, viewer=viewer)
    names = await community.named_members(set(found.speakers), community_id=home.id) if here else {}
    policy = await deliberation.deliberation_policy(home.id)
    roles = by.roles if here and by is not None else frozenset()
    pages = max(1, -(-len(found.talk.sides) // THREADS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    summary = await deliberation.two_sides(need.id, community_id=home.id)
    return {
        "need": need,
        "talk": found.talk,
        "sides": found.talk.sides[(page - 1) * THREADS_ON_A_PAGE : page * THREADS_ON_A_PAGE],
        "page": page,
        "pages": pages,
        "figures": found.figures,
        "summary": summary,
        "versions": (await deliberation.summaries(need.id, community_id=home.id))[1:]
        if summary
        else [],
        "closed": _(CLOSED[found.closed]) if found.closed else "",
        "helpful": found.helpful,
        "me": viewer,
        "speaks": Role.RESIDENT in roles and not found.closed,
        "member_here": here,
        "enters": bool(MAY_ENTER & roles) and not found.closed,
        "sums_up": Role.COORDINATOR in roles and not found.closed,
        "told": _Told(names, found, policy.amend_minutes),
        "zone": ZoneInfo(home.time_zone),
    }


class _Told:
    """What the page says of one argument."""

    def __init__(self, names: dict[UUID, str], found: Deliberation, amend_minutes: int) -> None:
        self._names = names
        self._amend = timedelta(minutes=amend_minutes)
        self._closed = bool(found.closed)

    def who(self, one: Argument) -> str:
        """Return who said it: a name for members, a neighbour for everybody else."""
        return self._names.get(one.said_by, "") if one.said_by else ""

    def how(self, one: Argument) -> str:
        """Return how it came here, where it was not typed by whoever said it."""
        return _(CHANNELS[one.channel]) if one.channel is not Channel.ONLINE else ""

    def side(self, one: Argument) -> str:
        """Return on which side it stands."""
        return _(SIDES[one.side])

    def amendable(self, one: Argument) -> bool:
        """Whether whoever said it can still put it right."""
        return not self._closed and datetime.now(UTC) <= one.said_at + self._amend


async def section(need: Need, by: Actor | None) -> Section | None:
    """Say on a need's page how much is said about it; nothing before it may be talked of."""
    if not await needs.sees_words(need, by):
        return None
    figures = await deliberation.figures_of(need.id, community_id=need.community_id)
    if not any((figures.in_favour, figures.against, figures.questions)):
        if await deliberation.closed_because(need):
            return None
        sentence = _("Nobody has said anything yet. Begin with an argument or a question.")
    else:
        sentence = _("%(for)s for it, %(against)s against it, %(questions)s questions") % {
            "for": number(figures.in_favour),
            "against": number(figures.against),
            "questions": number(figures.questions),
        }
    return Section(_("For and against"), sentence, f"/needs/{need.id}/arguments", "messages-square")
