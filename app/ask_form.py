"""The form that asks for a visit: the days, times and lengths that it offers, and what it reads."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.forms import Form
from app.i18n import gettext as _
from app.visit_words import icon_of
from app.wording import duration, spoken_clock, spoken_day
from timebank import CareService, Request, VisitPolicy

DAYS_OFFERED: Final = 14
FIRST_HOUR: Final = 7
LAST_HOUR: Final = 20
LENGTHS: Final = (30, 60, 90, 120, 180, 240)


def days(zone: ZoneInfo, now: datetime, policy: VisitPolicy) -> list[tuple[str, str]]:
    """Return the next fourteen days, or as many as can be asked for, as (value, words)."""
    today = now.astimezone(zone).date()
    count = min(DAYS_OFFERED, policy.days_ahead_max + 1)
    offered = [today + timedelta(days=ahead) for ahead in range(count)]
    return [(day.isoformat(), spoken_day(day, today)) for day in offered]


def times() -> list[tuple[str, str]]:
    """Return the half-hours from 7 in the morning to half past 8 in the evening."""
    moments = [
        datetime(2000, 1, 1, hour, minute, tzinfo=UTC)
        for hour in range(FIRST_HOUR, LAST_HOUR + 1)
        for minute in (0, 30)
    ]
    return [(moment.strftime("%H:%M"), spoken_clock(moment)) for moment in moments]


def lengths(policy: VisitPolicy) -> list[tuple[int, str]]:
    """Return the lengths that an elder chooses from, in minutes, with words."""
    return [(minutes, duration(minutes)) for minutes in LENGTHS if policy.offers(minutes)]


def kinds_of_help(catalogue: list[CareService], language: str) -> list[tuple[str, str, str, str]]:
    """Return the care services as large answers: value, name, no hint, icon."""
    return [(one.code, one.name(language), "", icon_of(one.code)) for one in catalogue]


def read(form: Form, zone: ZoneInfo) -> Request | None:
    """Return what is asked for, or None with every unanswered field refused."""
    if not form.value("service"):
        form.refuse("service", _("Choose what you need help with."))
    day = _day(form.value("day"))
    if day is None:
        form.refuse("day", _("Choose the day."))
    clock = _clock(form.value("time"))
    if clock is None:
        form.refuse("time", _("Choose the time of day."))
    minutes = form.value("minutes")
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= len("240")):
        form.refuse("minutes", _("Choose about how long it will take."))
    if not form.value("place"):
        form.refuse("place", _("Say where the volunteer should come."))
    if form.value("preferred") and _id_of(form.value("preferred")) is None:
        form.refuse("preferred", _("Choose one of the names shown, or nobody in particular."))
    if not form.ok or day is None or clock is None:
        return None
    try:
        starts_at = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    except OverflowError:  # before the first day or after the last, in another time zone
        form.refuse("day", _("Choose the day."))
        return None
    return Request(
        form.value("service"),
        starts_at,
        int(minutes),
        form.value("place"),
        form.value("wishes"),
        _id_of(form.value("preferred")),
    )


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found
