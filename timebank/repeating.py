"""When something repeats: the moments of a rule (RRULE, RFC 5545) without public holidays. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from dateutil.rrule import rrule, rrulestr

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULE_LENGTH_MAX: Final = 200
INTERVAL_MAX: Final = 100
_KNOWN: Final = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
_DAYS_OR_LONGER: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY"})


class BadRule(ValueError):
    """A rule that says nothing which repeats by days, weeks or months."""

    def __init__(self, rule: str, why: str) -> None:
        self.rule, self.why = rule, why
        super().__init__(f"{rule!r}: {why}")


# A rule repeats by the clock on the wall: a class at nine is at nine all year round, whatever the
# clocks do. Where they leap over that time in spring, it is as much later as they leap; where they
# show it twice in autumn, it is the first of the two.
#
# Public holidays are China's, with the days in lieu that the State Council announces for the next
# year each November; for years beyond that, the days that the law itself names. What falls on one
# is left out and not made up for, and counts towards a COUNT all the same. Weekends are no
# holidays.


def occurrences(
    rule: str, start: datetime, zone: ZoneInfo, *, skip_holidays: bool, until: datetime
) -> Iterator[datetime]:
    """Yield in UTC the moments of a rule from `start` to `until`, both included, earliest first.

    `start` is itself one of them if it fits the rule. Raises `BadRule`, and `ValueError` for a
    moment without its time zone.
    """
    if start.tzinfo is None or until.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    first, last = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start, until))
    before = None
    for wall in _parsed(rule, first):
        if wall > last.replace(hour=23, minute=59, second=59, microsecond=999_999):
            return
        if skip_holidays and is_holiday(wall.date()):
            continue
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        if moment > until:
            return
        if moment >= start and moment != before:
            yield moment
        before = moment


def check_rule(rule: str) -> None:
    """Raise `BadRule` for a rule that nothing here can repeat by."""
    _parsed(rule, datetime(2026, 1, 1))  # noqa: DTZ001 (any day on the wall will do)


def weekly(*days: date, every: int = 1) -> str:
    """Return the rule of something on the weekdays of these days, each week or every few."""
    names = ",".join(WEEKDAYS[number] for number in sorted({day.weekday() for day in days}))
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={names}"


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday in China, days in lieu included."""
    return day in _holidays(day.year)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def _parsed(rule: str, first: datetime) -> rrule:
    parts = _parts(rule)
    if parts.get("FREQ") not in _DAYS_OR_LONGER:
        raise BadRule(rule, "it repeats by days, weeks or months")
    if not parts.keys() <= _KNOWN:
        raise BadRule(rule, "it has a part that is not known here")
    if not 1 <= _whole(parts.get("INTERVAL", "1")) <= INTERVAL_MAX:
        raise BadRule(rule, "it never goes on, or too rarely")
    try:
        found = rrulestr(rule, dtstart=first, cache=False)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadRule(rule, "it cannot be read") from error
    if not isinstance(found, rrule):
        raise BadRule(rule, "it is more than one rule")
    return found


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= len(str(INTERVAL_MAX)) else 0


def _parts(rule: str) -> dict[str, str]:
    if len(rule) > RULE_LENGTH_MAX or not rule.isascii() or "\n" in rule or ":" in rule:
        raise BadRule(rule, "it cannot be read")
    pairs = [part.partition("=") for part in rule.split(";")]
    if not all(name and is_ and value for name, is_, value in pairs):
        raise BadRule(rule, "it cannot be read")
    if len({name for name, _is, _value in pairs}) < len(pairs):
        raise BadRule(rule, "it says something twice")
    return {name: value for name, _is, value in pairs}
