"""The part of the kinship form that names the other one: by name, and by a choice among namesakes.

Only coordinators see it. Full members without a telephone are found too.
"""

from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from community import Member

NAMESAKES_MAX: Final = 12

Candidates = list[tuple[str, str, str]]


async def read_relative(form: Form, member: Member) -> tuple[Member | None, Candidates]:
    """Return the member whom the form names, or None with the field refused; and the namesakes.

    A name that several have is refused once, and all of them are offered to choose from, with what
    tells them apart.
    """
    name = form.value("name")
    if not name:
        form.refuse("name", _("Type the full name."))
        return None, []
    page = await community.directory_page(member.community_id, name=name)
    found = [one for one in page.members if one.name == name and one.id != member.id]
    if not found:
        form.refuse("name", _("Nobody here has exactly this name."))
        return None, []
    if len(found) == 1:
        return await community.member(found[0].id), []
    candidates = [(str(one.id), one.name, _told_apart(one)) for one in found[:NAMESAKES_MAX]]
    chosen = form.value("person")
    if chosen not in {one for one, _name, _hint in candidates}:
        form.refuse("person", _("Several people have this name. Choose which one."))
        return None, candidates
    return await community.member(UUID(chosen)), candidates


def _told_apart(one: community.Listed) -> str:
    known = [
        community.mask_birth_date(one.birth_date) if one.birth_date else "",
        community.mask_phone(one.phone) if one.phone else "",
        one.grid,
    ]
    return _(", ").join(part for part in known if part) or _("Nothing else is known.")
