"""Days as a form asks for them and the moments that they stand for, in a community's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.forms import Form
from app.i18n import gettext as _

_ONE_DAY = timedelta(days=1)


def first_moment(form: Form, name: str, zone: ZoneInfo) -> datetime | None:
    """Return when a typed first day begins; None, which is now, for today or no day.

    A day that is none is refused in the form.
    """
    day = typed_day(form, name)
    if day is None or day == datetime.now(UTC).astimezone(zone).date():
        return None
    return datetime.combine(day, time(), zone)


def last_moment(form: Form, name: str, zone: ZoneInfo) -> datetime | None:
    """Return when a typed last day is over; None where there is no last day."""
    day = typed_day(form, name)
    return None if day is None else datetime.combine(day + _ONE_DAY, time(), zone)


def first_day(since: datetime, zone: ZoneInfo) -> date:
    """Return the day on which a stretch of time begins."""
    return since.astimezone(zone).date()


def last_day(until: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a stretch of time: one that ends at midnight ends the day before."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date()


def typed_day(form: Form, name: str) -> date | None:
    """Return a typed day; None where there is none, and for one that is none, which is refused."""
    text = form.value(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        form.refuse(name, _("Write the day as year, month, day, such as 2026-03-01."))
        return None
    if not date(1900, 1, 1) <= day <= date(2999, 12, 30):
        form.refuse(name, _("Choose a day between 1900 and 2999."))
        return None
    return day
