"""The part of a form that names a volunteer: by full name, and by a choice among namesakes."""

import re
from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from app.named_field import Asked, Candidates, read_named
from community import Actor, Listed, Role

NAMES_MAX: Final = 12
_BETWEEN: Final = re.compile(r"[,，、;；\n]+")


async def read_volunteer(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the volunteer whose full name stands in `leader`, None with it refused; namesakes too.

    A name that several volunteers have is refused once, and `person` chooses among them.
    """
    asked = Asked(
        field="leader",
        missing=_("Type the volunteer's full name."),
        nobody=_("No volunteer here has exactly this name."),
        several=_("Several volunteers have this name. Choose which one."),
        fits=_volunteers,
    )
    return await read_named(form, asked, community_id=by.community_id)


async def read_volunteers(form: Form, name: str, by: Actor) -> frozenset[UUID]:
    """Return the volunteers whose full names stand in a field, with commas between.

    The field is refused where nobody, or more than one volunteer, has such a name.
    """
    wanted = {one.strip() for one in _BETWEEN.split(form.value(name)) if one.strip()}
    found = set()
    for one in sorted(wanted)[: NAMES_MAX + 1]:
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
    return [one for one in page.members if one.name == name and await _volunteers(one)]


async def _volunteers(one: Listed) -> bool:
    return Role.VOLUNTEER in (await community.member(one.id)).roles
