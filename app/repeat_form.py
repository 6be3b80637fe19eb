"""The part of the asking form that says how often: once, or again and again until when."""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.forms import Form
from app.i18n import gettext as _
from timebank import Request
from timebank.repeats import Every, InvalidRepeat, RepeatDraft

ONCE: Final = "once"
OPEN: Final = "open"
WEEKS: Final = (4, 10, 26, 52)
HOLIDAYS, SAME = "holidays", "same"
FIRST_ANSWERS: Final = {"every": ONCE, "until": OPEN, "how": [HOLIDAYS]}
"""What the form holds when it is first shown."""


def every_choices() -> list[tuple[str, str]]:
    """Return how often something can be asked for, as (value, words)."""
    return [
        (ONCE, _("Once")),
        (Every.WEEK.value, _("Every week")),
        (Every.TWO_WEEKS.value, _("Every two weeks")),
        (Every.DAY.value, _("Every day")),
        (Every.MONTH.value, _("Every month")),
    ]


def until_choices() -> list[tuple[str, str]]:
    """Return until when, as (value, words)."""
    words = {
        4: _("For four weeks"),
        10: _("For ten weeks"),
        26: _("For half a year"),
        52: _("For a year"),
    }
    return [(OPEN, _("Until it is stopped")), *((str(weeks), words[weeks]) for weeks in WEEKS)]


def how_choices() -> list[tuple[str, str]]:
    """Return what can be wished of it, as (value, words)."""
    return [
        (HOLIDAYS, _("Not on public holidays")),
        (SAME, _("Ask whoever came last time first")),
    ]


def read(form: Form, request: Request, zone: ZoneInfo) -> RepeatDraft | None:
    """Return what is asked for regularly; None where it is once, or where a field is refused."""
    every = form.value("every") or ONCE
    if every == ONCE:
        return None
    if every not in {one.value for one in Every}:
        form.refuse("every", _("Choose one of the answers shown."))
        return None
    if form.value("instead"):
        told = _("This asks for another time of one request. To ask regularly, begin a new form.")
        form.refuse("day", told)
        return None
    last_day = _last_day(form, request.starts_at.astimezone(zone).date())
    if not form.ok:
        return None
    return RepeatDraft(
        request,
        Every(every),
        last_day,
        skip_holidays=form.chosen("how", HOLIDAYS),
        same_person=form.chosen("how", SAME),
    )


def _last_day(form: Form, first: date) -> date | None:
    if form.value("last_day"):
        try:
            return date.fromisoformat(form.value("last_day"))
        except ValueError:
            form.refuse("last_day", _("Type the day as in 2027-03-31, or leave it empty."))
            return None
    until = form.value("until") or OPEN
    if until == OPEN:
        return None
    if until not in {str(weeks) for weeks in WEEKS}:
        form.refuse("until", _("Choose one of the answers shown."))
        return None
    try:
        return first + timedelta(weeks=int(until), days=-1)
    except OverflowError:  # in a year beyond the last
        form.refuse("day", _("Choose the day."))
        return None


def refused_last_day(refusal: InvalidRepeat) -> tuple[str, str]:
    """Return the field of the last day with what is wrong with it, and what to do."""
    match refusal.why:
        case "before the first":
            return "last_day", _("The last day is before the first visit. Choose a later one.")
        case "too far ahead":
            return "last_day", _(
                "Choose a last day within two years. It can be asked for anew then."
            )
    return "last_day", _(
        "All of these days are public holidays. Choose a later last day, or holidays too."
    )
