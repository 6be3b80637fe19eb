"""Months on a community's own calendar: pure, but for the time zone's own rules."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def first_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the first day of the month in which a moment lies there."""
    return moment.astimezone(zone).date().replace(day=1)


def after(month: date, months: int = 1) -> date:
    """Return the first day so many months later, or earlier where that is negative."""
    year, place = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, place + 1, 1)


def span(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a month begins and when the next one does, in UTC."""
    begins = (datetime.combine(one, time(), tzinfo=zone) for one in (month, after(month)))
    since, until = (moment.astimezone(UTC) for moment in begins)
    return since, until
