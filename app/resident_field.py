"""The part of a staff form that names a resident by the full name, and tells namesakes apart."""

from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from community import Actor

NAMESAKES_MAX: Final = 12

Candidates = list[tuple[str, str, str]]


async def read_resident(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the member with the full name that was typed, None with it refused; namesakes."""
    name = form.value("name")
    if not name:
        form.refuse("name", _("Type the full name."))
        return None, []
    page = await community.directory_page(by.community_id, name=name)
    found = [one for one in page.members if one.name == name]
    if not found:
        form.refuse("name", _("Nobody here has exactly this name."))
        return None, []
    if len(found) == 1:
        return found[0].id, []
    candidates = [(str(one.id), one.name, one.grid) for one in found[:NAMESAKES_MAX]]
    chosen = form.value("person")
    if chosen not in {one for one, _name, _grid in candidates}:
        form.refuse("person", _("Several residents have this name. Choose which one."))
        return None, candidates
    return UUID(chosen), candidates
