"""The part of a form that names another member: one of a few, or a full name with a phone number.

Whoever types must know both, so nobody learns a name from a number or a number from a name.
"""

from uuid import UUID

import community
from app.forms import Form
from app.i18n import gettext as _
from app.phones import e164
from community import Member

ANOTHER = "another"


async def read_person(form: Form, offered: set[UUID], *, community_id: UUID) -> Member | None:
    """Return the member whom the form names, None with the field refused.

    `person` is the id of one of those offered, or `another`; then `name` and `phone` both have to
    be those of an active member of the community.
    """
    chosen = form.value("person")
    if chosen and chosen != ANOTHER:
        return await _offered(form, chosen, offered)
    name, phone = form.value("name"), form.value("phone")
    if not name and not phone and not chosen and offered:
        form.refuse("person", _("Choose who it is."))
        return None
    if not name:
        form.refuse("name", _("Type the full name."))
    if not phone:
        form.refuse("phone", _("Type the telephone number that they have here."))
    if not form.ok:
        return None
    number = e164(phone)
    found = await community.active_member_by_phone(number) if number else None
    same = found is not None and _plain(found.name) == _plain(name)
    if found is None or not same or found.community_id != community_id:
        form.refuse(
            "name",
            _(
                "There is no member here with this name and this number. Check both; the desk can "
                "help."
            ),
        )
        return None
    return found


async def _offered(form: Form, chosen: str, offered: set[UUID]) -> Member | None:
    try:
        wanted = UUID(chosen)
    except ValueError:
        wanted = None
    if wanted not in offered or wanted is None:
        form.refuse("person", _("Choose one of the people shown."))
        return None
    return await community.member(wanted)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()
