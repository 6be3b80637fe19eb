"""Who sees how much of what is known of a member: one table of field × role, next to `acts`.

- `FULL`: as it is, and only on one member's own page; a list never shows more than `MASKED`.
- `MASKED`: enough to tell two people apart (`community/masking.py`).
- `HIDDEN`: not at all. So is whatever the table does not name.

Who has several roles sees the most that one of them allows. Whoever sees a field at all may find a
member by it, the whole of it typed: nobody can feel their way to a number digit by digit.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import IntEnum
from typing import Any, Final

import community
from app.phones import spoken
from community import Role

COORDINATOR, PHONE_OPERATOR = Role.COORDINATOR, Role.PHONE_OPERATOR
AUDITOR, ADMINISTRATOR = Role.AUDITOR, Role.ADMINISTRATOR


class Sight(IntEnum):
    """How much of a field somebody sees; more is greater."""

    HIDDEN = 0
    MASKED = 1
    FULL = 2


HIDDEN, MASKED, FULL = Sight.HIDDEN, Sight.MASKED, Sight.FULL

SIGHT: Final[Mapping[str, Mapping[Role, Sight]]] = {
    # A coordinator keeps the register; an operator calls people back and sends somebody to a door.
    "phone": {COORDINATOR: FULL, PHONE_OPERATOR: FULL, AUDITOR: MASKED, ADMINISTRATOR: MASKED},
    "address": {COORDINATOR: FULL, PHONE_OPERATOR: FULL, AUDITOR: MASKED, ADMINISTRATOR: MASKED},
    "email": {COORDINATOR: FULL, PHONE_OPERATOR: MASKED, AUDITOR: MASKED, ADMINISTRATOR: MASKED},
    "birth_date": {
        COORDINATOR: FULL,
        PHONE_OPERATOR: MASKED,
        AUDITOR: MASKED,
        ADMINISTRATOR: MASKED,
    },
    "roster_number": {COORDINATOR: FULL, AUDITOR: MASKED, ADMINISTRATOR: MASKED},
    # Kept to tell two people apart and to check a card that is shown: nobody needs to read it out.
    "identity": {COORDINATOR: MASKED, AUDITOR: MASKED},
    # A coordinator has seen how an elder lives; the telephone needs to know whether the fund helps.
    "needs": {COORDINATOR: FULL, PHONE_OPERATOR: MASKED, AUDITOR: MASKED},
}

_MASKS: Final[Mapping[str, Callable[[Any], str]]] = {
    "phone": community.mask_phone,
    "address": community.mask_address,
    "email": community.mask_email,
    "birth_date": community.mask_birth_date,
    "roster_number": lambda _number: community.HIDDEN,
    "identity": community.mask_identity,
    "needs": lambda _told: community.HIDDEN,
}


def sight(field: str, roles: Iterable[Role]) -> Sight:
    """Return how much of a field somebody with these roles sees on a member's own page."""
    held = SIGHT.get(field, {})
    return max((held.get(role, HIDDEN) for role in roles), default=HIDDEN)


def seen(
    field: str, value: str | date | None, roles: Iterable[Role], *, listed: bool = False
) -> Any:
    """Return a value as somebody with these roles sees it: whole, masked, or None for not at all.

    `listed` is for a list of members, where nothing is whole. An empty value is the empty text to
    whoever may see the field.
    """
    how = sight(field, roles)
    if how is HIDDEN:
        return None
    if value is None or value == "":
        return ""
    if how is FULL and not listed:
        return spoken(str(value)) if field == "phone" else value
    return _MASKS[field](value)
