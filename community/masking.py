"""Hides most of a piece of personal data, and leaves just enough to tell one from another.

What is hidden does not come back: a masked value may be written into the audit trail and shown to
people whose work does not need the whole. Pure functions of text; an unknown shape is hidden
wholly.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

HIDDEN: Final = "****"
"""Stands for whatever is hidden, however long that was."""

_CHINA: Final = "+86"
_HIDDEN_MIN: Final = 4
_ADDRESS_SHOWN_MAX: Final = 6


def mask_name(name: str) -> str:
    """Keep the first character: `王****`."""
    return name[:1] + HIDDEN


def mask_phone(phone: str) -> str:
    """Keep the first three and the last four digits of an E.164 number: `+86 138****5678`.

    China's country code is not counted among the three. At least four digits are always hidden:
    of a shorter number only the last two stay, or none.
    """
    code, digits = (_CHINA + " ", phone[3:]) if phone.startswith(_CHINA) else ("", phone[1:])
    if not (phone.startswith("+") and digits.isascii() and digits.isdigit()):
        return HIDDEN
    plus = code or "+"
    if len(digits) - 3 - 4 >= _HIDDEN_MIN:
        return f"{plus}{digits[:3]}{HIDDEN}{digits[-4:]}"
    return f"{plus}{HIDDEN}{digits[-2:]}" if len(digits) - 2 >= _HIDDEN_MIN else HIDDEN


def mask_birth_date(birth_date: date | str) -> str:
    """Keep the year alone: `1943`. Text is read as ISO 8601."""
    try:
        born = date.fromisoformat(birth_date) if isinstance(birth_date, str) else birth_date
    except ValueError:
        return HIDDEN
    return f"{born.year:04d}"


def mask_identity(number: str) -> str:
    """Keep the first and the last character of an identity number: `3****X`."""
    return f"{number[0]}{HIDDEN}{number[-1]}" if len(number) - 2 >= _HIDDEN_MIN else HIDDEN


def mask_email(email: str) -> str:
    """Keep the first letter and the domain: `w****@example.org`."""
    name, at, domain = email.rpartition("@")
    return f"{name[0]}{HIDDEN}@{domain}" if at and name and domain else HIDDEN


def mask_address(address: str) -> str:
    """Keep the street, before any number, and never more than half: `八里新村****`."""
    number = next((at for at, sign in enumerate(address) if sign.isdigit()), len(address))
    return address[: min(number, len(address) // 2, _ADDRESS_SHOWN_MAX)].rstrip() + HIDDEN


def _hide(_value: Any) -> str:
    return HIDDEN


_MASKS: Final[Mapping[str, Callable[[Any], str]]] = {
    "name": mask_name,
    "phone": mask_phone,
    "email": mask_email,
    "birth_date": mask_birth_date,
    "identity": mask_identity,
    "address": mask_address,
    "identity_sealed": _hide,
    "identity_lookup": _hide,
    "roster_number": _hide,
}


def masked(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as an audit event may keep them: as JSON, the sensitive ones masked.

    The sensitive ones are known by their names: `name`, `phone`, `email`, `birth_date`, `identity`,
    `identity_sealed`, `identity_lookup`, `roster_number`, `address`. An empty one stays None.
    """
    return {name: _kept(name, value) for name, value in details.items()}


def _kept(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MASKS:
        return _MASKS[name](value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
