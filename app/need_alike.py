"""Needs that are like others, as whoever types one sees them and a coordinator compares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app import need_page
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import ngettext
from app.member_form import uuid_or_none
from app.need_words import STATES
from app.wording import number
from community import Actor, Community, Role
from marketplace import needs
from marketplace.needs import Need, NeedDraft
from marketplace.needs.alike import Sought, alike_needs
from marketplace.needs.rules import LENGTHS_MAX, SECONDABLE


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """A need that is like what was typed, as a list shows it; `likeness` in hundredths."""

    id: UUID
    title: str
    spot: str
    state: str
    support: str
    href: str
    likeness: int
    may_second: bool
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is like some words; `ids` are the lines' in one text, for a form to send back."""

    lines: tuple[AlikeLine, ...]
    typed: bool

    @property
    def ids(self) -> str:
        """The ids of the lines in one text."""
        return ",".join(str(one.id) for one in self.lines)


def sought(asked: Mapping[str, str]) -> Sought:
    """Return the words of an address, cut to what a need may have."""
    title, story, place = (
        asked.get(name, "")[: LENGTHS_MAX[name]] for name in ("title", "story", "place")
    )
    return Sought(
        title,
        story,
        place,
        uuid_or_none(asked.get("area", "")),
        uuid_or_none(asked.get("need", "")),
    )


async def found(words: Sought, by: Actor | None, home: Community) -> Found:
    """Return the open needs that are like some words, in lines."""
    if not words.title.strip() and not words.story.strip():
        return Found((), typed=False)
    lines = [
        await line(await needs.read_need(one.need_id, community_id=home.id), by, home, one.likeness)
        for one in await alike_needs(words, community_id=home.id)
    ]
    return Found(tuple(lines), typed=True)


async def line(need: Need, by: Actor | None, home: Community, likeness: float = 0.0) -> AlikeLine:
    """Return a need as a list of needs that are alike shows it."""
    mine = by is not None and by.member_id in await needs.authors(need.id)
    behind = by is not None and await needs.seconded_by(need.id, by.member_id)
    seconds = await needs.count_seconds(need.id)
    readable = await needs.sees_words(need, by)
    return AlikeLine(
        need.id,
        need_page.title_of(need, readable=readable),
        await need_page.spot(need, home) if readable else "",
        _(STATES[need.state]),
        ngettext("%(count)s neighbour supports it", "%(count)s neighbours support it", seconds)
        % {"count": number(seconds)},
        f"/needs/{need.id}",
        round(likeness * 100),
        may_second=by is not None
        and not mine
        and not behind
        and Role.RESIDENT in by.roles
        and need.state in SECONDABLE,
        note=_("You raised this one.") if mine else _("You support it already.") if behind else "",
    )


async def before_raising(draft: NeedDraft, form: Form, by: Actor, home: Community) -> Found | None:
    """Return needs to look at before another is raised; None where there are none, or all are seen.

    What was shown once is named in the form that comes back (`despite`), and is not shown again.
    """
    words = Sought(draft.title, draft.story, draft.place, draft.area_id)
    there = await found(words, by, home)
    seen = set(form.value("despite").split(","))
    new = [one for one in there.lines if str(one.id) not in seen]
    return there if new else None
