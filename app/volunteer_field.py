"""The part of a form that names a volunteer: by full name, and by a choice among namesakes."""

import re
from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from community import Actor, Listed, Role

NAMESAKES_MAX: Final = 12
_BETWEEN: Final = re.compile(r"[,，、;；\n]+")

Candidates = list[tuple[str, str, str]]


async def read_volunteer(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the volunteer whose full name stands in `leader`, None with it refused; namesakes too.

    A name that several volunteers have is refused once, and `person` chooses among them.
    """
    name = form.value("leader")
    if not name:
        form.refuse("leader", _("Type the volunteer's full name."))
        return None, []
    found = await _called(name, by)
    if not found:
        form.refuse("leader", _("No volunteer here has exactly this name."))
        return None, []
    if len(found) == 1:
        return found[0].id, []
    candidates = [(str(one.id), one.name, one.grid) for one in found[:NAMESAKES_MAX]]
    chosen = form.value("person")
    if chosen not in {one for one, _name, _hint in candidates}:
        form.refuse("person", _("Several volunteers have this name. Choose which one."))
        return None, candidates
    return UUID(chosen), candidates


async def read_volunteers(form: Form, name: str, by: Actor) -> frozenset[UUID]:
    """Return the volunteers whose full names stand in a field, with commas between.

    The field is refused where nobody, or more than one volunteer, has such a name.
    """
    wanted = {one.strip() for one in _BETWEEN.split(form.value(name)) if one.strip()}
    found = set()
    for one in sorted(wanted)[: NAMESAKES_MAX + 1]:
        same = await _called(one, by)
        if len(same) != 1:
            form.refuse(
                name, _("There is not exactly one volunteer here called %(name)s.") % {"name": one}
            )
        found |= {person.id for person in same}
    return frozenset(found)


async def _called(name: str, by: Actor) -> list[Listed]:
    """Return the volunteers with exactly this name."""
    page = await community.directory_page(by.community_id, name=name)
    return [
        one
        for one in page.members
        if one.name == name and Role.VOLUNTEER in (await community.member(one.id)).roles
    ]
