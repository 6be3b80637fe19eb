"""The rules of repeating requests, each in words above its code. Pure: values in, values out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from timebank import repeating
from timebank.repeats.errors import InvalidRepeat
from timebank.repeats.values import Every, Repeat, RepeatDraft
from timebank.values import VisitPolicy

FIRST_WITHIN: Final = timedelta(days=62)
EVERY_MONTH_HAS: Final = 28
YEARS_MAX: Final = 2

# Something is asked for every day, on one weekday each week or every two weeks, or on one day of
# each month; in a month that is too short for it, on its last day.


def rule_of(every: Every, first: date) -> str:
    """Return the rule (RRULE) of something that is asked for so often, first on that day."""
    match every:
        case Every.DAY:
            return "FREQ=DAILY"
        case Every.WEEK:
            return repeating.weekly(first)
        case Every.TWO_WEEKS:
            return repeating.weekly(first, every=2)
        case Every.MONTH:
            days = ",".join(str(day) for day in range(min(first.day, EVERY_MONTH_HAS), first.day))
            if not days:
                return f"FREQ=MONTHLY;BYMONTHDAY={first.day}"
            return f"FREQ=MONTHLY;BYMONTHDAY={days},{first.day};BYSETPOS=-1"


def every_of(rule: str) -> Every:
    """Return how often a rule of `rule_of` says."""
    if rule.startswith("FREQ=DAILY"):
        return Every.DAY
    if rule.startswith("FREQ=MONTHLY"):
        return Every.MONTH
    return Every.TWO_WEEKS if "INTERVAL=2" in rule else Every.WEEK


# It ends on a last day, which lies not before the first visit and at most two years on, or when
# somebody stops it. On public holidays nothing is asked for, where it was wished so: the first
# visit is then on the first day that is none.


def first_moment(draft: RepeatDraft, zone: ZoneInfo) -> datetime:
    """Return when the first visit is. Raises `InvalidRepeat` where there would be none."""
    starts_at = draft.request.starts_at
    day = starts_at.astimezone(zone).date()
    if draft.last_day is not None and draft.last_day < day:
        raise InvalidRepeat("last_day", "before the first")
    if draft.last_day is not None and draft.last_day > day + timedelta(days=366 * YEARS_MAX):
        raise InvalidRepeat("last_day", "too far ahead")
    found = _moments(
        rule_of(draft.every, day),
        starts_at,
        zone,
        skip_holidays=draft.skip_holidays,
        until=_no_later(starts_at + FIRST_WITHIN, draft.last_day, zone),
    )
    first = next(found, None)
    if first is None:
        raise InvalidRepeat("last_day", "only holidays")
    return first


# Its visits are asked for fourteen days ahead (or as the community decides), and never further
# ahead than any visit may be. A moment that is over is not asked for.


def moments_ahead(
    repeat: Repeat, zone: ZoneInfo, *, at: datetime, days: int, policy: VisitPolicy
) -> Iterator[datetime]:
    """Yield the moments whose visits are asked for at a moment, earliest first."""
    ahead = timedelta(days=min(days, policy.days_ahead_max))
    return moments_after(repeat, zone, at=at, until=at + ahead)


def moments_after(
    repeat: Repeat, zone: ZoneInfo, *, at: datetime, until: datetime
) -> Iterator[datetime]:
    """Yield the moments after one and up to another, earliest first."""
    found = _moments(
        repeat.rule,
        repeat.starts_at,
        zone,
        skip_holidays=repeat.skip_holidays,
        until=_no_later(until, repeat.last_day, zone),
    )
    return (moment for moment in found if moment > at)


def is_over(repeat: Repeat, zone: ZoneInfo, *, at: datetime) -> bool:
    """Whether nothing more of it can come."""
    return repeat.last_day is not None and at >= _end_of(repeat.last_day, zone)


def _moments(
    rule: str, start: datetime, zone: ZoneInfo, *, skip_holidays: bool, until: datetime
) -> Iterator[datetime]:
    return repeating.occurrences(rule, start, zone, skip_holidays=skip_holidays, until=until)


def _no_later(until: datetime, last_day: date | None, zone: ZoneInfo) -> datetime:
    return until if last_day is None else min(until, _end_of(last_day, zone))


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.max, tzinfo=zone).astimezone(UTC)
