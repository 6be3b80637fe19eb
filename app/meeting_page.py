"""What the pages of a meeting show, and where they lead."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect

import community
from app.i18n import gettext as _
from app.meeting_words import (
    ACCESS,
    ANSWERS,
    CHOICES,
    KINDS,
    MINUTES_STATES,
    STATES,
    decision_number,
    refusal_words,
)
from app.need_page import Section
from app.notices import NoticeKind, noticed
from community import Actor, Community, Role
from marketplace import councils, meetings
from marketplace.errors import MarketplaceError
from marketplace.meetings import Meeting, MeetingState, MinutesState, SeenMeeting
from marketplace.meetings import rules as meeting_rules
from marketplace.needs import Need, UnknownNeed, read_need, sees_words


async def meeting_of(meeting_id: UUID, community_id: UUID) -> Meeting:
    """Return a meeting, or answer that there is none."""
    try:
        return await meetings.meeting(meeting_id, community_id=community_id)
    except meetings.UnknownMeeting as error:
        raise NotFoundException from error


async def seen_by(meeting_id: UUID, community_id: UUID, by: Actor | None) -> SeenMeeting:
    """Return a meeting as a reader sees it, or answer that there is none."""
    try:
        return await meetings.meeting_page(meeting_id, community_id=community_id, by=by)
    except meetings.UnknownMeeting as error:
        raise NotFoundException from error


async def shown(meeting_id: UUID, home: Community, by: Actor | None) -> dict[str, Any]:
    """Return what a meeting's page shows to a reader, with what they can do."""
    seen = await seen_by(meeting_id, home.id, by)
    one, now = seen.meeting, datetime.now(UTC)
    policy = await meetings.meeting_policy_at(home.id, one.starts_at)
    announced = one.state is MeetingState.ANNOUNCED
    here = by is not None and by.community_id == home.id
    opens = meeting_rules.opens_at(one, policy)
    window = announced and opens <= now <= meeting_rules.closes_at(one, policy)
    council = (
        await councils.council(one.council_id, community_id=home.id) if one.council_id else None
    )
    return {
        "home": home,
        "zone": ZoneInfo(home.time_zone),
        "seen": seen,
        "one": one,
        "council": council,
        "kind": _(KINDS[one.kind]),
        "state": _(STATES[one.state]),
        "minutes_state": _(MINUTES_STATES[one.minutes_state]),
        "access": [_(ACCESS[found]) for found in ACCESS if found in one.access],
        "answers": [(found.value, _(words)) for found, words in ANSWERS.items()],
        "choices": [(found.value, _(words)) for found, words in CHOICES.items()],
        "member": here,
        "needs": await _titles(seen.needs, home.id, by),
        "decisions": await decision_lines(seen, home.id),
        "announced": announced,
        "can_answer": here and announced and one.ends_at > now,
        "window": here and window and (seen.there is None or seen.there.way.value == "online"),
        "online": here and window and seen.there is None and bool(one.link or one.phone),
        "opens": opens,
        "begun": one.starts_at <= now,
        "items_until": meeting_rules.items_until(one, policy),
        "can_propose": by is not None
        and announced
        and (
            (Role.RESIDENT in by.roles and now < meeting_rules.items_until(one, policy))
            or (seen.runs and now < one.starts_at)
        ),
        "can_object": seen.there is not None and one.minutes_state is MinutesState.SHARED,
        "decides": bool(seen.quorum.of) or seen.motion is not None,
    }


async def _titles(
    need_ids: list[UUID], community_id: UUID, by: Actor | None
) -> list[tuple[UUID, str]]:
    """Return needs with their titles; one that is hidden from this reader is left out."""
    found = []
    for need_id in need_ids:
        try:
            need = await read_need(need_id, community_id=community_id)
        except UnknownNeed:
            continue
        if await sees_words(need, by):
            found.append((need_id, need.title))
    return found


async def decision_lines(seen: SeenMeeting, community_id: UUID) -> list[dict[str, Any]]:
    """Return a meeting's decisions with their number in words and, where by name, who voted how."""
    return [
        {
            "decision": one,
            "number": decision_number(one.year, one.number),
            "names": [
                (name, _(CHOICES[meetings.Choice(choice)]))
                for name, choice in await meetings.names_of_votes(one, community_id=community_id)
            ],
            "replaced_by": await _cited(one.replaced_by, community_id),
            "replaces": await _cited(one.replaces_id, community_id),
        }
        for one in seen.decisions
    ]


async def _cited(decision_id: UUID | None, community_id: UUID) -> tuple[str, str] | None:
    """Return where another decision is and what it is called."""
    if decision_id is None:
        return None
    found = await meetings.decision(decision_id, community_id=community_id)
    words = decision_number(found.year, found.number)
    return f"/meetings/{found.meeting_id}#decision-{found.id}", words


def data_of(one: Meeting) -> dict[str, Any]:
    """Return a meeting for a program: what everybody may know."""
    return {
        "id": str(one.id),
        "kind": one.kind.value,
        "title": one.title,
        "about": one.about,
        "starts_at": one.starts_at.astimezone(UTC).isoformat(),
        "ends_at": one.ends_at.astimezone(UTC).isoformat(),
        "place": one.place,
        "access": sorted(found.value for found in one.access),
        "online": bool(one.link or one.phone),
        "seats": one.seats,
        "coming": one.coming,
        "state": one.state.value,
        "reason": one.reason,
        "minutes": one.minutes_state.value,
    }


def lead(meeting_id: UUID, told: str, kind: NoticeKind = "done", *, page: str = "") -> Redirect:
    """Lead to a meeting's page, or one below it, with a sentence at its top."""
    answer = Redirect(f"/meetings/{meeting_id}{page}", status_code=303)
    return noticed(answer, told, kind)


async def refused(
    meeting_id: UUID, by: Actor, refusal: MarketplaceError, *, page: str = ""
) -> Redirect:
    """Lead to a meeting's page with why not; 404 and 403 for whoever has no business with it."""
    if isinstance(refusal, meetings.UnknownMeeting):
        raise NotFoundException from refusal
    if isinstance(refusal, meetings.NotYourMeeting):
        raise PermissionDeniedException from refusal
    home = await community.community(by.community_id)
    told = refusal_words(refusal, ZoneInfo(home.time_zone))
    return lead(meeting_id, told, "wrong", page=page)


async def need_section(need: Need, by: Actor | None) -> Section | None:
    """Return what a need's page says of meetings: what was decided, or when it is talked about.

    Nothing of a need whose words are hidden from who looks: a decision often says them again.
    """
    if not await sees_words(need, by):
        return None
    found = await meetings.meetings_about(need.id, community_id=need.community_id)
    standing = [one for one in found if one.state is not MeetingState.CANCELLED]
    if not standing:
        return None
    decided = await meetings.decisions_about(need.id, community_id=need.community_id)
    carried = [one for one in decided if one.carried and one.replaced_by is None]
    if carried:
        latest = carried[0]
        sentence = f"{decision_number(latest.year, latest.number)}: {latest.words}"
        href = f"/meetings/{latest.meeting_id}#decision-{latest.id}"
        return Section(_("Meetings"), sentence, href, "messages-square")
    coming = [one for one in standing if one.state is MeetingState.ANNOUNCED]
    one = coming[0] if coming else standing[-1]
    sentence = (
        _("A meeting talks about it: %(title)s.")
        if coming
        else _("It was talked about: %(title)s.")
    )
    return Section(
        _("Meetings"), sentence % {"title": one.title}, f"/meetings/{one.id}", "messages-square"
    )
