"""The public page of a screening, and its line on the page of the need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar.exceptions import NotFoundException

import community
from app.i18n import gettext as _
from app.need_page import Section
from app.screening_words import VERDICTS, question
from app.wording import money, printed_day
from community import Actor, Community, Role
from marketplace import needs, screening
from marketplace.needs import Need, NeedState, authors, followers
from marketplace.needs.alike import Sought, alike_needs
from marketplace.needs.errors import UnknownNeed
from marketplace.screening import Outcome, Screening, ScreeningList, UnknownScreening

ALIKE_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A point of the checklist as everybody reads it."""

    question: str
    answer: str
    note: str


async def need_shown(need_id: UUID, home: Community, by: Actor | None) -> Need:
    """Return a need whose words whoever looks may read. Raises 404 for any other."""
    try:
        need = await needs.read_need(need_id, community_id=home.id)
    except UnknownNeed as error:
        raise NotFoundException from error
    if not await needs.sees_words(need, by):
        raise NotFoundException
    return need


def checklist(found: Screening, asked: ScreeningList) -> list[Line]:
    """Return the points in the order in which they are asked, with their answers."""
    return [
        Line(
            question(point, asked.questions),
            _(VERDICTS[found.draft.answers[point].verdict]),
            found.draft.answers[point].note,
        )
        for point in asked.points
        if point in found.draft.answers
    ]


async def alike_to(need: Need, chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return needs like this one as a choice, those chosen before first."""
    sought = Sought(need.title, need.story, need.place, need.area_id, need.id)
    found = await alike_needs(sought, community_id=need.community_id, most=ALIKE_SHOWN)
    offered = dict.fromkeys([*chosen, *(str(one.need_id) for one in found)])
    return await _titles(offered, need.community_id)


async def _titles(ids: Iterable[str], community_id: UUID) -> list[tuple[str, str]]:
    told = []
    for one in ids:
        try:
            other = await needs.read_need(UUID(one), community_id=community_id)
        except (UnknownNeed, ValueError):
            continue
        hidden = other.state is NeedState.HIDDEN
        told.append((one, _("A hidden need") if hidden else other.title))
    return told


async def page_context(need: Need, by: Actor | None, home: Community) -> dict[str, Any]:
    """Return what the page of a screening shows to whoever looks."""
    here = by is not None and by.community_id == home.id
    context: dict[str, Any] = {"need": need, "zone": ZoneInfo(home.time_zone), "found": None}
    try:
        found = await screening.screening_of(need.id, community_id=home.id)
    except UnknownScreening:
        return context
    asked = await screening.list_of(found)
    appeal = await screening.appeal_of(need.id, community_id=home.id)
    now = datetime.now(UTC)
    coordinator = here and by is not None and Role.COORDINATOR in by.roles
    involved = here and by is not None and by.member_id in await followers(need.id, home.id)
    refused = found.outcome is Outcome.REFUSED and need.state is NeedState.REFUSED
    mine = here and by is not None and by.member_id in await authors(need.id)
    return context | {
        "found": found,
        "waits": need.state is NeedState.SECONDED and not found.decided,
        "late": now > found.due_at,
        "lines": checklist(found, asked) if found.decided else [],
        "band": _band(found) if found.decided else "",
        "alike": await _titles(map(str, found.draft.alike), home.id) if found.decided else [],
        "appeal": appeal,
        "may_screen": coordinator and not involved,
        "own": coordinator and involved,
        "begun_by": await _name(found.saved_by, home.id) if coordinator else "",
        "may_appeal": mine
        and refused
        and appeal is None
        and found.appeal_until is not None
        and now <= found.appeal_until,
        "may_decide": coordinator and not involved and appeal is not None and not appeal.decided,
    }


def _band(found: Screening) -> str:
    if found.draft.band is None:
        return ""
    band = found.draft.band
    words = _("%(least)s to %(most)s")
    return words % {"least": money(band.least_fen), "most": money(band.most_fen)}


async def _name(member_id: UUID | None, community_id: UUID) -> str:
    if member_id is None:
        return ""
    names = await community.named_members({member_id}, community_id=community_id)
    return names.get(member_id, "")


async def section(need: Need, by: Actor | None) -> Section | None:
    """Say on a need's page how far its screening has come; nothing before it waits for one."""
    if not await needs.sees_words(need, by):
        return None
    try:
        found = await screening.screening_of(need.id, community_id=need.community_id)
    except UnknownScreening:
        return None
    home = await community.community(need.community_id)
    appeal = await screening.appeal_of(need.id, community_id=home.id)
    due = appeal.due_at if appeal is not None else found.due_at
    day = {"day": printed_day(due.astimezone(ZoneInfo(home.time_zone)).date())}
    if appeal is not None and not appeal.decided:
        sentence = _("Somebody appealed. It is decided until %(day)s.") % day
    elif appeal is not None and appeal.granted:
        sentence = _("It was refused first, and accepted after an appeal.")
    elif found.outcome is Outcome.ACCEPTED:
        sentence = _("It was accepted. Read the checklist.")
    elif found.outcome is Outcome.REFUSED:
        sentence = _("It was refused. Read why.")
    elif need.state is NeedState.SECONDED:
        sentence = _("A coordinator looks at it until %(day)s.") % day
    else:
        return None
    return Section(_("Screening"), sentence, f"/needs/{need.id}/screening", "search-check")
