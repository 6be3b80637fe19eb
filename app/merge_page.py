"""The pages of merging: two needs side by side, who was asked and what they said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import community
from app import need_alike, need_page
from app.i18n import gettext as _
from app.i18n import ngettext
from app.merge_words import SILENCE, STATES
from app.need_page import Section
from app.wording import number
from community import Actor, Role
from marketplace import needs
from marketplace.needs import Need, NeedState
from marketplace.needs.merging import (
    Merge,
    MergeState,
    joined_into,
    merges_of,
    open_merges_of,
)

_STAFF = frozenset({Role.COORDINATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Said:
    """What one of those who were asked said, in words."""

    name: str
    which: str
    words: str
    reason: str
    at: datetime | None


def may_see(merge: Merge, by: Actor) -> bool:
    """Whether a merge's page is for this member: they are asked, asked for it, or look after it."""
    asked = {merge.asked_by, *(one.member_id for one in merge.answers)}
    return by.member_id in asked or not _STAFF.isdisjoint(by.roles)


async def may_ask(need: Need, by: Actor | None) -> bool:
    """Whether this member may ask that a need go on in another."""
    if by is None or by.community_id != need.community_id:
        return False
    return Role.COORDINATOR in by.roles or by.member_id in await needs.authors(need.id)


async def context(merge: Merge, by: Actor) -> dict[str, Any]:
    """Return what the page of a merge shows to one who may see it."""
    home = await community.community(by.community_id)
    need = await needs.read_need(merge.need_id, community_id=home.id)
    into = await needs.read_need(merge.into_id, community_id=home.id)
    names = await community.named_members(
        {merge.asked_by, *(one.member_id for one in merge.answers)}, community_id=home.id
    )
    titles = {
        one.id: need_page.title_of(one, readable=await needs.sees_words(one, by))
        for one in (need, into)
    }
    mine = [one for one in merge.answers if one.member_id == by.member_id]
    authors = {*await needs.authors(need.id), *await needs.authors(into.id)}
    asked = merge.state is MergeState.ASKED
    return {
        "merge": merge,
        "need": need,
        "into": into,
        "lines": [await need_alike.line(one, by, home) for one in (need, into)],
        "stories": [one.story if await needs.sees_words(one, by) else "" for one in (need, into)],
        "title_of_need": titles[need.id],
        "title_of_into": titles[into.id],
        "state": _(STATES[merge.state]),
        "asked": asked,
        "silence": _(SILENCE[merge.silence]),
        "asker": names.get(merge.asked_by, _("a former member")),
        "said": [
            Said(
                names.get(one.member_id, _("a former member")),
                titles[one.need_id],
                _("has not answered yet")
                if one.agreed is None
                else _("agrees")
                if one.agreed
                else _("declines"),
                one.reason,
                one.answered_at,
            )
            for one in merge.answers
        ],
        "may_answer": asked and bool(mine) and by.member_id in authors,
        "answered": bool(mine) and all(one.agreed is not None for one in mine),
        "may_take_back": asked and (by.member_id == merge.asked_by or Role.COORDINATOR in by.roles),
        "may_undo": merge.state is MergeState.DONE and Role.COORDINATOR in by.roles,
        "zone": ZoneInfo(home.time_zone),
    }


async def section(need: Need, by: Actor | None) -> Section | None:
    """Say on a need's page what it was joined with, or what is being asked about it."""
    title, href = _("Needs that ask for the same"), f"/needs/{need.id}/joined"
    if need.state is NeedState.MERGED:
        return Section(
            title, _("It was joined with another one. See how, and with whom."), href, "users"
        )
    joined = await joined_into(need.id, community_id=need.community_id)
    if joined:
        words = ngettext(
            "%(count)s need goes on in this one, with everybody who stood behind it.",
            "%(count)s needs go on in this one, with everybody who stood behind them.",
            len(joined),
        )
        return Section(title, words % {"count": number(len(joined))}, href, "users")
    if by is not None and by.community_id == need.community_id:
        for merge in await open_merges_of(need.id, community_id=need.community_id):
            if may_see(merge, by):
                words = _("Shall it be one with another? Those who raised them are asked.")
                return Section(title, words, f"/needs/merges/{merge.id}", "users")
    if await may_ask(need, by) and NeedState.MERGED in needs.MOVES[need.state]:
        words = _("Does another need ask for the same? Together they have more voices.")
        return Section(title, words, f"/needs/{need.id}/merge", "users")
    return None


async def joined_context(need: Need, by: Actor | None) -> dict[str, Any]:
    """Return what the page shows of what a need was joined with, and of what goes on in it."""
    home = await community.community(need.community_id)
    joined = await joined_into(need.id, community_id=home.id)
    into = (
        await needs.read_need(need.merged_into, community_id=home.id) if need.merged_into else None
    )
    past = await merges_of(need.id, community_id=home.id)
    return {
        "need": need,
        "title": need_page.title_of(need, readable=await needs.sees_words(need, by)),
        "joined": [await need_alike.line(one, by, home) for one in joined],
        "into": await need_alike.line(into, by, home) if into else None,
        "past": [
            (one, _(STATES[one.state]), f"/needs/merges/{one.id}")
            for one in past
            if by is not None and may_see(one, by)
        ],
        "may_undo": by is not None and by.community_id == home.id and Role.COORDINATOR in by.roles,
        "may_ask": await may_ask(need, by) and NeedState.MERGED in needs.MOVES[need.state],
        "zone": ZoneInfo(home.time_zone),
    }
