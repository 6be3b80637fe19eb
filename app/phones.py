"""Telephone numbers as people write them, as they are kept, and as they are read out."""

import re
from functools import cache
from typing import Any, Final

HOME_REGION: Final = "CN"
DIGITS_MAX: Final = 40

# Carriers get new beginnings faster than any list of them is read: eleven digits do.
_MOBILE_AT_HOME: Final = re.compile(r"\+861[3-9][0-9]{9}")


def e164(written: str) -> str | None:
    """Return a number as it is kept, `+8613812345678`; None for what cannot be one.

    Spaces, hyphens, brackets and full-width digits do not matter. A number without its country is
    one of mainland China, where a landline needs its area code: `0512-6700 1234`.
    """
    library = _library()
    try:
        read = library.parse(written[:DIGITS_MAX], HOME_REGION)
    except library.NumberParseException:
        return None
    if read.extension:
        return None
    kept: str = library.format_number(read, library.PhoneNumberFormat.E164)
    return kept if _MOBILE_AT_HOME.fullmatch(kept) or library.is_valid_number(read) else None


def spoken(phone: str) -> str:
    """Return a kept number in groups as it is read out: `138 1234 5678`, `+44 7400 123456`."""
    library = _library()
    try:
        read = library.parse(phone, None)
    except library.NumberParseException:
        return phone
    if _MOBILE_AT_HOME.fullmatch(phone):
        digits = phone.removeprefix("+86")
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    home = library.country_code_for_region(HOME_REGION)
    form = library.PhoneNumberFormat
    wanted = form.NATIONAL if read.country_code == home else form.INTERNATIONAL
    return str(library.format_number(read, wanted))


@cache
def _library() -> Any:
    import phonenumbers  # noqa: PLC0415 (slow to import, and few requests need it)

    return phonenumbers
