"""The form in which a need is raised or mended: its choices, and what was typed into it."""

from uuid import UUID

import community
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.member_form import uuid_or_none
from app.wording import number
from marketplace import needs
from marketplace.needs import LENGTHS_MAX, Need, NeedDraft

Options = list[tuple[str, ...]]


async def category_options(community_id: UUID, *, kept: str = "") -> Options:
    """Return the categories to choose from; also `kept`, which may be retired by now."""
    language = current_language()
    return [
        (one.key, one.name(language), "", one.icon)
        for one in await needs.categories(community_id, retired=True)
        if not one.retired or one.key == kept
    ]


async def place_options(community_id: UUID) -> list[tuple[str, str]]:
    """Return the whole community and its grids, to choose where something is missing."""
    home = await community.community(community_id)
    return [
        (str(home.id), _("All of %(place)s") % {"place": home.name}),
        *((str(one.id), one.name) for one in await community.grids(community_id)),
    ]


def read(form: Form) -> NeedDraft | None:
    """Return what was typed; None with every wrong field refused, so that all are said at once."""
    if not form.value("title"):
        form.refuse("title", _("Say in a few words what is missing."))
    if not form.value("story"):
        form.refuse("story", _("Tell what is missing, and whom it would help."))
    for field in ("title", "story", "place"):
        most = LENGTHS_MAX[field]
        if len(form.value(field)) > most:
            too_long = _("This is too long. Use at most %(most)s characters.")
            form.refuse(field, too_long % {"most": number(most)})
    if not form.value("category"):
        form.refuse("category", _("Choose what it is about."))
    area = uuid_or_none(form.value("area"))
    if form.value("area") and area is None:
        form.refuse("area", _("Choose one of the places shown."))
    if not form.ok:
        return None
    return NeedDraft(
        form.value("title"), form.value("story"), form.value("category"), form.value("place"), area
    )


def filled(need: Need) -> Form:
    """Return the form of a need that stands, to be mended."""
    return Form.of(
        {
            "title": need.title,
            "story": need.story,
            "category": need.category,
            "place": need.place,
            "area": str(need.area_id or ""),
            "version": str(need.version),
        }
    )
