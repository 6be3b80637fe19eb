"""The part of a staff form that names a member by the full name, and tells namesakes apart.

Where a few have the same name, one is chosen among them. Where many have it, as in a large town
many do, the telephone number behind the name says which one: "王伟 138 1234 5678".
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from app.phones import e164
from community import Actor, Listed

NAMESAKES_MAX: Final = 12

Candidates = list[tuple[str, str, str]]

_WITH_NUMBER: Final = re.compile(r"(?P<name>.*?[^\d+\s])\W*(?P<number>\+?\d[\d\s-]{5,})")


async def _anybody(_one: Listed) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: its two fields, and what to say, already in the reader's language.

    `missing` is said where nothing was typed; where it is empty the field may be left so.
    """

    nobody: str
    several: str
    missing: str = ""
    field: str = "name"
    chooser: str = "person"
    fits: Callable[[Listed], Awaitable[bool]] = _anybody


async def read_named(
    form: Form, asked: Asked, *, community_id: UUID
) -> tuple[UUID | None, Candidates]:
    """Return the active member whose full name was typed, None with the field refused; namesakes.

    A name that several have is refused once, and `asked.chooser` chooses among them.
    """
    typed = form.value(asked.field)
    if not typed:
        if asked.missing:
            form.refuse(asked.field, asked.missing)
        return None, []
    found = [one for one in await _called(typed, community_id) if await asked.fits(one)]
    if not found:
        form.refuse(asked.field, asked.nobody)
        return None, []
    if len(found) == 1:
        return found[0].id, []
    if len(found) > NAMESAKES_MAX:
        words = _("Many people here have this name. Write the telephone number behind it.")
        form.refuse(asked.field, words)
        return None, []
    candidates = [(str(one.id), one.name, one.grid) for one in found]
    chosen = form.value(asked.chooser)
    if chosen not in {one for one, _name, _hint in candidates}:
        form.refuse(asked.chooser, asked.several)
        return None, candidates
    return UUID(chosen), candidates


async def read_resident(form: Form, by: Actor) -> tuple[UUID | None, Candidates]:
    """Return the member who came to the desk, None with the field `name` refused; namesakes."""
    asked = Asked(
        missing=_("Type the full name."),
        nobody=_("Nobody here has exactly this name."),
        several=_("Several residents have this name. Choose which one."),
    )
    return await read_named(form, asked, community_id=by.community_id)


async def _called(typed: str, community_id: UUID) -> list[Listed]:
    """Return the members with exactly this name, and with the number behind it if there is one."""
    split = _WITH_NUMBER.fullmatch(typed)
    if split is None:
        page = await community.directory_page(community_id, name=typed)
        return [one for one in page.members if one.name == typed]
    number = e164(split["number"])
    known = await community.active_member_by_phone(number) if number else None
    if known is None or known.name != split["name"].strip() or known.community_id != community_id:
        return []
    return [*(await community.listed([known.id], community_id=community_id)).values()]
