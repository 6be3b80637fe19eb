"""The page of a need: its way, its words, who stands behind it, and what other parts add to it.

Each later step of the way adds its own link here: a function that looks at the need and says in
one sentence how far it has come there, or nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from app.i18n import current_language
from app.i18n import gettext as _
from app.need_words import HAPPENED, SENTENCES, STATES, STOPPED
from community import Actor, Community, Role
from marketplace import needs
from marketplace.needs import MOVES, Need, NeedCategory, NeedMove, NeedState
from marketplace.needs.policy import seconds_threshold_at
from marketplace.needs.rules import EDITABLE, SECONDABLE

NAMES_SHOWN: Final = 60
BUTTONS: Final = (
    "mine", "behind", "may_second", "may_edit", "may_withdraw", "may_report", "reported",
    "may_hide", "may_show",
)  # fmt: skip
"""What the page asks before it shows a button; nothing of it is for strangers."""


@dataclass(frozen=True, slots=True)
class Section:
    """What another part of the house has to say about a need, and where more of it is."""

    title: str
    sentence: str
    href: str
    icon: str


SectionOf = Callable[[Need, Actor | None], Awaitable[Section | None]]


class Place(IntEnum):
    """Where on a need's page a part stands: in the order of the way, whatever was loaded first."""

    SAME = 1
    SCREENING = 2
    PLAN = 3
    TALK = 4
    MEETINGS = 5
    VOTE = 6
    STORY = 9


SECTIONS: Final[dict[Place, SectionOf]] = {}
"""What the later steps add to the page; each part adds its own."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of a need's history in words."""

    words: str
    move: NeedMove
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a community's needs name by a key or an id: its categories, and its grids by name."""

    home: Community
    categories: Mapping[str, NeedCategory]
    grids: Mapping[UUID, str]

    def category(self, key: str) -> NeedCategory:
        """Return a category, also one that is retired or was made elsewhere."""
        return self.categories.get(key) or NeedCategory(key, key, key, "sprout", 0, retired=True)

    def spot(self, need: Need) -> str:
        """Return where a need is: its part and the words for the spot, as far as they are given."""
        area = self.grids.get(need.area_id, "") if need.area_id else ""
        return " · ".join(part for part in (area, need.place) if part)


async def named(home: Community) -> Named:
    """Return what a community's needs name, looked up once for a whole page."""
    categories = {one.key: one for one in await needs.categories(home.id, retired=True)}
    grids = {one.id: one.name for one in await community.grids(home.id)}
    return Named(home, categories, {home.id: home.name, **grids})


async def spot(need: Need, home: Community) -> str:
    """Return where one need is, in words."""
    return (await named(home)).spot(need)


def title_of(need: Need, *, readable: bool) -> str:
    """Return a need's title, or what stands for one that is hidden."""
    return need.title if readable else _("A hidden need")


async def context(need: Need, by: Actor | None, home: Community) -> dict[str, Any]:
    """Return what the page of a need shows to whoever looks; names to members alone."""
    readable = await needs.sees_words(need, by)
    authors, seconders = (
        await needs.authors(need.id),
        await needs.seconders(need.id, community_id=home.id),
    )
    history = await needs.moves(need.id, community_id=home.id)
    known = await community.named_members(
        {*authors, *seconders, *(one.by for one in history), need.raised_by}
        | ({need.entered_by} if need.entered_by else set()),
        community_id=home.id,
    )
    names = known if by is not None and by.community_id == home.id else {}
    known_here = await named(home)
    last = history[-1] if history else None
    return {
        "need": need,
        "readable": readable,
        "title": title_of(need, readable=readable),
        "category": known_here.category(need.category),
        "category_name": known_here.category(need.category).name(current_language()),
        "spot": known_here.spot(need),
        "state": _(STATES[need.state]),
        "sentence": _(SENTENCES[need.state]),
        "why": last.why if last and need.state in STOPPED else "",
        "step": await step_of(need),
        "stopped": _(STOPPED[need.state]) if need.state in STOPPED else "",
        "authors": [names.get(one, "") for one in authors] if names else [],
        "author_count": len(authors),
        "entered_by": names.get(need.entered_by, "") if need.entered_by else "",
        "seconds": len(seconders),
        "seconders": [names[one] for one in seconders if one in names][:NAMES_SHOWN],
        "threshold": await seconds_threshold_at(home.id),
        "history": _history(history, names),
        "versions": (await needs.versions(need.id, community_id=home.id))[:-1] if readable else [],
        "has_photo": readable and await needs.has_photo(need.id),
        "sections": [
            one
            for place in sorted(SECTIONS)
            if (one := await SECTIONS[place](need, by)) is not None
        ],
        "zone": ZoneInfo(home.time_zone),
        "home": home,
        **await _may(need, by, authors, seconders),
    }


async def step_of(need: Need) -> int:
    """Return at which of the eight steps a need stands; where it stood, if its way has stopped."""
    if need.state.step:
        return need.state.step
    before = await needs.state_before(need.id)
    if need.state is NeedState.WITHDRAWN or before is NeedState.WITHDRAWN:
        history = await needs.moves(need.id, community_id=need.community_id)
        steps = [one.state.step for one in history if one.state.step]
        return steps[-1] if steps else 1
    return before.step if before else 1


async def _may(
    need: Need, by: Actor | None, authors: list[Any], seconders: list[Any]
) -> dict[str, Any]:
    """Return which buttons would work for whoever looks."""
    nothing = dict.fromkeys(BUTTONS, False) | {"is_member": by is not None, "reports": []}
    if by is None:
        return {**nothing, "may_second": need.state in SECONDABLE}
    if by.community_id != need.community_id:
        return nothing
    mine, behind = by.member_id in authors, by.member_id in seconders
    resident, coordinator = Role.RESIDENT in by.roles, Role.COORDINATOR in by.roles
    reported = await needs.reported_by(need.id, by.member_id)
    hideable = NeedState.HIDDEN in MOVES[need.state]
    judges = coordinator and await needs.may_judge(need, by)
    return {
        "is_member": True,
        "mine": mine,
        "behind": behind,
        "may_second": resident and not mine and not behind and need.state in SECONDABLE,
        "may_edit": mine and need.state in EDITABLE,
        "may_withdraw": mine and NeedState.WITHDRAWN in MOVES[need.state],
        "may_report": resident and not mine and not reported and hideable,
        "reported": reported,
        "may_hide": coordinator and hideable,
        "may_show": judges and need.state is NeedState.HIDDEN,
        "reports": await needs.reports_of(need.id, community_id=need.community_id)
        if judges
        else [],
    }


def _history(moves: list[NeedMove], names: dict[Any, str]) -> list[Happened]:
    """Return the steps in words: what follows a hiding or a merge is a coming back."""
    told = []
    for number, one in enumerate(moves):
        was = moves[number - 1].state if number else None
        words = _(HAPPENED[one.state])
        if was is NeedState.HIDDEN:
            words = _("Shown again")
        elif was is NeedState.MERGED:
            words = _("Taken apart from the other need")
        elif was is NeedState.ENTERED:
            words = _("Did not win in its round")
        elif was is NeedState.PLANNED and one.state is NeedState.ACCEPTED:
            words = _("Its plan fell away")
        told.append(Happened(words, one, names.get(one.by, "")))
    return told
