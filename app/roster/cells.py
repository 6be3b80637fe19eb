"""What stands in a cell, whoever typed it: full-width digits, dates in many forms, bare numbers."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

CELL_CHARACTERS_MAX: Final = 500
BORN_FIRST: Final = date(1890, 1, 1)

_SPACES: Final = re.compile(r"\s+")
_WHOLE_FLOAT: Final = re.compile(r"(-?[0-9]+)\.0+")
_DAY: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?(?:\s+0?0:00(?::00)?)?"
)
_EIGHT_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_NO_CONTROLS: Final = dict.fromkeys(n for n in range(32) if chr(n) not in "\t\n\r")
# A text that a spreadsheet would take for a formula is written with an apostrophe before it.
_GUARDED: Final = re.compile(r"'(?=['=+\-@\t\r])")


def text_of(value: Any) -> str:
    """Return a cell as text on one line, without spaces around it; nothing for an empty one.

    Full-width letters, digits and signs become plain ones (NFKC), `13812345678.0` becomes
    `13812345678`, a moment at midnight becomes its day, and the apostrophe that guards against
    formulas goes.
    """
    text = value if isinstance(value, str) else _bare(value)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _SPACES.sub(" ", text.translate(_NO_CONTROLS)).strip()
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text


def _bare(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case _:
            return str(value)


def digits_of(text: str) -> str:
    """Return a number that a spreadsheet may have kept as one: `13812345678.0` without its end."""
    found = _WHOLE_FLOAT.fullmatch(text)
    return found[1] if found else text


def is_home_mobile(text: str) -> bool:
    """Say whether this is a mobile number of mainland China, as most cells hold one."""
    return _MOBILE.fullmatch(text) is not None


def day_of(value: Any) -> date | None:
    """Return the day that a cell names, None where it names none that was ever lived.

    Besides a spreadsheet's own dates: `1950-03-07`, `1950/3/7`, `1950.3.7`, `1950年3月7日`,
    `19500307`, as text or number.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = digits_of(text_of(value))
    found = _DAY.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def is_birth_date(day: date, today: date | None = None) -> bool:
    """Say whether somebody alive can have been born on this day."""
    # A day of grace: somewhere it is tomorrow already.
    latest = today or (datetime.now(UTC) + timedelta(days=1)).date()
    return BORN_FIRST <= day <= latest
