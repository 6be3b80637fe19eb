"""The form of a member: filled from what is known, and read back into what is to be stored.

The form carries beside each field what it showed, so that a change made meanwhile by somebody else
is told instead of overwritten.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from app import identity
from app.field_words import told as in_words
from app.forms import Form
from app.i18n import gettext as _
from app.phones import e164, spoken
from app.templating import DEFAULT_ZONE
from community import Details, Household, Member, Registration, Role

AT_HOME: Final = (Role.RESIDENT, Role.VOLUNTEER, Role.ELDER)
"""The roles that a coordinator gives a new member."""

PLAIN: Final = ("name", "email", "household", "address", "roster_number", "language")
WAS: Final = "was-"

_DAY: Final = re.compile(r"(\d{4})\D*?(\d{1,2})\D+(\d{1,2})\D*|(\d{4})(\d{2})(\d{2})")


def filled(member: Member, known: Details, home: Household | None) -> Form:
    """Return the form as it is first shown, with what it shows beside each field."""
    stored = {
        "name": member.name,
        "language": member.language,
        "phone": known.phone or "",
        "email": known.email or "",
        "birth_date": known.birth_date.isoformat() if known.birth_date else "",
        "grid_id": str(known.grid_id) if known.grid_id else "",
        "household": home.code if home else "",
        "address": home.address if home else "",
        "registration": known.registration.value if known.registration else "",
        "roster_number": known.roster_number or "",
    }
    shown = {**stored, "phone": spoken(stored["phone"]) if stored["phone"] else ""}
    return Form.of({**shown, **{WAS + name: value for name, value in stored.items()}})


def read(form: Form) -> dict[str, Any] | None:
    """Return what is to be stored, None where a field cannot be read, which the form then says."""
    said: dict[str, Any] = {name: form.value(name) or None for name in PLAIN}
    said["name"] = form.value("name")
    said["address"] = form.value("address")
    said["language"] = form.value("language") or "zh"
    if not said["name"]:
        form.refuse("name", _("Write the person's name."))
    if said["language"] not in ("zh", "en"):
        form.refuse("language", _("Choose one of the two."))
    said["phone"] = e164(form.value("phone")) if form.value("phone") else None
    if form.value("phone") and said["phone"] is None:
        form.refuse(
            "phone",
            _("This is not a telephone number. Write it as 138 1234 5678 or 0512-6700 1234."),
        )
    said["birth_date"] = day(form.value("birth_date")) if form.value("birth_date") else None
    if form.value("birth_date") and said["birth_date"] is None:
        form.refuse("birth_date", _("Write year, month and day, as 1943-05-06."))
    said["grid_id"] = uuid_or_none(form.value("grid_id"))
    registration = form.value("registration")
    if registration and registration not in set(Registration):
        form.refuse("registration", _("Choose one of the two."))
    elif registration:
        said["registration"] = Registration(registration)
    else:
        said["registration"] = None
    _read_identity(form, said)
    return said if form.ok else None


def shown(form: Form) -> dict[str, Any]:
    """Return what the form showed when it was opened, in the form in which it is stored."""
    was: dict[str, Any] = {
        name.removeprefix(WAS): form.value(name) or None
        for name in form.values
        if name.startswith(WAS)
    }
    was["birth_date"] = day(was.get("birth_date") or "")
    was["grid_id"] = uuid_or_none(was.get("grid_id") or "")
    return {field: value for field, value in was.items() if WAS + field in form.values}


def tell_changed(form: Form, now: Mapping[str, Any], grids: Mapping[str, str]) -> Form:
    """Return the form with what was typed, told what others changed; it shows that from now on.

    `grids` are the grids' names by their ids.
    """
    values = dict(form.values)
    told = Form(values, dict(form.errors))
    for field, value in now.items():
        plain = value.isoformat() if isinstance(value, date) else str(value or "")
        values[WAS + field] = (plain,)
        read_out = spoken(plain) if field == "phone" and plain else grids.get(plain, plain)
        told.refuse(
            field,
            _("Somebody changed this meanwhile to: %(now)s. Keep yours, or type theirs; then save.")
            % {"now": in_words(field, read_out, DEFAULT_ZONE)},
        )
    return told


def roles_of(form: Form) -> tuple[Role, ...]:
    """Return the roles that were ticked for a new member."""
    return tuple(role for role in AT_HOME if form.chosen("roles", role.value))


def day(written: str) -> date | None:
    """Return a day written as 1943-05-06, 1943年5月6日, 1943.5.6 or 19430506; None for none."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if found is None:
        return None
    year, month, number = (part for part in found.groups() if part is not None)
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def uuid_or_none(written: str) -> UUID | None:
    """Return the id that a field holds; None where it holds none."""
    try:
        return UUID(written)
    except ValueError:
        return None


def _read_identity(form: Form, said: dict[str, Any]) -> None:
    """Read the identity number: an empty field leaves what is kept, a tick takes it out."""
    if not identity.kept():
        return
    if form.chosen("identity_out", "yes"):
        said["identity"] = None
        return
    if not form.value("identity"):
        return
    number = identity.compact(form.value("identity"))
    if number is None:
        form.refuse("identity", _("This is not an identity number: check its 18 characters."))
        return
    born = identity.birth_date_in(number)
    if said["birth_date"] is None and not form.value("birth_date"):
        said["birth_date"] = born
    elif said["birth_date"] != born:
        words = _("The identity number says %(day)s, the birth date something else.")
        form.refuse("identity", words % {"day": born.isoformat()})
    said["identity"] = identity.seal(number)
