"""The form for a volunteer's usual week: parts of the day to tick, and other hours to choose."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from app.care_words import WEEKDAYS
from app.forms import Form
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import spoken_clock
from timebank.care import Hours

DAY_MINUTES: Final = 1440
STEP: Final = 30
SPARE_ROWS: Final = 2
ROWS_MAX: Final = 42

# The parts of a day as most people think of them: a name, the first minute, and the one after.
PARTS: Final = (
    ("morning", mark("Morning, 8 to 12"), 480, 720),
    ("afternoon", mark("Afternoon, 1 to 5"), 780, 1020),
    ("evening", mark("Evening, 6 to 8"), 1080, 1200),
)


def clock_words(minute: int) -> str:
    """Return a minute of the day as a clock says it; the last is midnight."""
    if minute == DAY_MINUTES:
        return _("midnight")
    return spoken_clock(datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))


def clocks(kept: Iterable[int] = ()) -> list[tuple[str, str]]:
    """Return every half-hour of a day, and other times that are kept already, to choose from."""
    minutes = {*range(0, DAY_MINUTES + 1, STEP), *kept}
    return [(str(minute), clock_words(minute)) for minute in sorted(minutes)]


def parts() -> list[tuple[str, str]]:
    """Return the parts of a day with their words."""
    return [(name, _(words)) for name, words, _first, _last in PARTS]


def filled(hours: Iterable[Hours]) -> Form:
    """Return the form for what is kept: a part of the day that fits exactly is ticked."""
    ticked: list[str] = []
    values: dict[str, object] = {}
    row = 0
    for one in hours:
        part = next((name for name, _w, first, last in PARTS
                     if (first, last) == (one.from_minute, one.until_minute)), None)  # fmt: skip
        if part is not None:
            ticked.append(f"{one.weekday}-{part}")
            continue
        values |= {
            f"day_{row}": str(one.weekday),
            f"from_{row}": str(one.from_minute),
            f"until_{row}": str(one.until_minute),
        }
        row += 1
    return Form.of({**values, "weekly": ticked})


def rows(form: Form) -> list[int]:
    """Return the numbers of the rows for other hours: those in use, and some to spare."""
    used = [row for row in range(ROWS_MAX) if any(_row(form, row))]
    return list(range(min(ROWS_MAX, max(used, default=-1) + 1 + SPARE_ROWS)))


def read(form: Form) -> list[Hours] | None:
    """Return the hours of the week that a form says; None with the first wrong row refused."""
    found = [
        Hours(weekday, first, last)
        for weekday in range(1, len(WEEKDAYS) + 1)
        for name, _words, first, last in PARTS
        if form.chosen("weekly", f"{weekday}-{name}")
    ]
    for row in range(ROWS_MAX):
        given = _row(form, row)
        if not any(given):
            continue
        numbers = [whole(one) for one in given]
        if None in numbers:
            form.refuse(f"day_{row}", _("Choose the day, from when and until when."))
            continue
        weekday, first, last = (one or 0 for one in numbers)
        if first >= last:
            form.refuse(f"until_{row}", _("The time must end after it begins."))
        found.append(Hours(weekday, first, last))
    return found if form.ok else None


def whole(text: str) -> int | None:
    """Return a typed minute of the day or number of a day; None for what is none."""
    usable = text.isascii() and text.isdigit() and len(text) <= len(str(DAY_MINUTES))
    return int(text) if usable else None


def _row(form: Form, row: int) -> tuple[str, str, str]:
    return form.value(f"day_{row}"), form.value(f"from_{row}"), form.value(f"until_{row}")
