"""The part of a form that names a volunteer: by full name, and by a choice among namesakes."""

from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from community import Actor, Role

NAMESAKES_MAX: Final = 12

Candidates = list[tuple[str, str, str]]


async def read_volunteer(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the volunteer whose full name stands in `leader`, None with it refused; namesakes too.

    A name that several volunteers have is refused once, and `person` chooses among them.
    """
    name = form.value("leader")
    if not name:
        form.refuse("leader", _("Type the volunteer's full name."))
        return None, []
    page = await community.directory_page(by.community_id, name=name)
    found = [
        one
        for one in page.members
        if one.name == name and Role.VOLUNTEER in (await community.member(one.id)).roles
    ]
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
