"""The rules of a volunteer's profile and times, each said in words above its code. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from timebank.care.errors import InvalidProfile
from timebank.care.values import Away, Extra, Hours, Profile, Times, Window

# A volunteer says in at most 300 characters what others should know. Hours of the week begin and
# end on a quarter-hour, at most six stretches a day; stretches that touch become one. Somebody is
# away from a day on, for a year at most; more hours are for one day to come. Of each, 60 at most
# are kept.

SAYING_LENGTH_MAX: Final = 300
DAY_MINUTES: Final = 1440
STEP: Final = 15
STRETCHES_A_DAY_MAX: Final = 6
AWAY_DAYS_MAX: Final = 366
AHEAD_DAYS_MAX: Final = 366
EXCEPTIONS_MAX: Final = 60


def check_profile(profile: Profile) -> None:
    """Raise `InvalidProfile` for words that are too long or for no language at all."""
    if len(profile.words) > SAYING_LENGTH_MAX:
        raise InvalidProfile("words", "too long", most=SAYING_LENGTH_MAX)
    if not profile.languages:
        raise InvalidProfile("languages", "missing")


def merged_hours(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """Return hours of the week in order, those that overlap or touch made one.

    Raises `InvalidProfile` for hours that no clock shows, or too many of them.
    """
    found: list[Hours] = []
    for one in sorted(hours, key=lambda hour: (hour.weekday, hour.from_minute)):
        if one.weekday not in range(1, 8):
            raise InvalidProfile("weekly", "no such day")
        check_minutes("weekly", one.from_minute, one.until_minute)
        last = found[-1] if found else None
        if last and last.weekday == one.weekday and one.from_minute <= last.until_minute:
            until = max(last.until_minute, one.until_minute)
            found[-1] = Hours(one.weekday, last.from_minute, until)
        else:
            found.append(one)
    for day in range(1, 8):
        if sum(one.weekday == day for one in found) > STRETCHES_A_DAY_MAX:
            raise InvalidProfile("weekly", "too many", most=STRETCHES_A_DAY_MAX)
    return tuple(found)


def check_minutes(field: str, from_minute: int, until_minute: int) -> None:
    """Raise `InvalidProfile` for hours that do not end after they begin, or not on a quarter."""
    if not 0 <= from_minute < until_minute <= DAY_MINUTES:
        raise InvalidProfile(field, "not in order")
    if from_minute % STEP or until_minute % STEP:
        raise InvalidProfile(field, "not on a quarter-hour")


def check_away(away: Away, today: date) -> None:
    """Raise `InvalidProfile` for days of absence that are over or too many."""
    if away.last_day < away.first_day:
        raise InvalidProfile("last_day", "before the first")
    if away.last_day < today:
        raise InvalidProfile("last_day", "over")
    if (away.last_day - away.first_day).days >= AWAY_DAYS_MAX:
        raise InvalidProfile("last_day", "too many", most=AWAY_DAYS_MAX)


def check_extra(extra: Extra, today: date) -> None:
    """Raise `InvalidProfile` for more hours on a day that is over or too far ahead."""
    if extra.day < today:
        raise InvalidProfile("day", "over")
    if (extra.day - today).days > AHEAD_DAYS_MAX:
        raise InvalidProfile("day", "too far ahead", most=AHEAD_DAYS_MAX)
    check_minutes("until_minute", extra.from_minute, extra.until_minute)


# When somebody is free is what the clocks on the community's walls show: a moment lies in Tuesday's
# hours from nine to eleven if the clock then shows Tuesday, nine or later, and not yet eleven. So
# an hour that the clocks show twice in autumn is free twice, and one that they leave out in spring
# is none. Days of absence take the hours of the week away; more hours are added to what there is.


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one local day during which the clocks run evenly: local times, and their offset."""

    starts: datetime
    ends: datetime
    offset: timedelta

    @property
    def day(self) -> date:
        """The day that the clocks show."""
        return self.starts.date()


def stretches(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[Stretch, ...]:
    """Return a period cut where the local day or the clocks' offset from UTC changes.

    Every change of clocks since 1970 falls on a quarter-hour, so looking at each is enough.
    """
    found: list[Stretch] = []
    quarter = timedelta(minutes=STEP)
    moment = since.astimezone(UTC)
    end = until.astimezone(UTC)
    while moment < end:
        whole = moment.replace(minute=moment.minute // STEP * STEP, second=0, microsecond=0)
        following = min(whole + quarter, end)
        local = moment.astimezone(zone)
        offset = local.utcoffset() or timedelta()
        starts = local.replace(tzinfo=None)
        ends = starts + (following - moment)
        last = found[-1] if found else None
        if last and last.offset == offset and last.day == starts.date():
            found[-1] = Stretch(last.starts, ends, offset)
        else:
            found.append(Stretch(starts, ends, offset))
        moment = following
    return tuple(found)


def windows(times: Times, period: Sequence[Stretch]) -> tuple[Window, ...]:
    """Return when somebody is free in a period, in UTC, in order; windows that touch are one."""
    found: list[Window] = []
    for part in period:
        midnight = datetime.combine(part.day, time())
        for first, last in _on(times, part.day):
            starts = max(part.starts, midnight + timedelta(minutes=first))
            ends = min(part.ends, midnight + timedelta(minutes=last))
            if starts < ends:
                utc = ((one - part.offset).replace(tzinfo=UTC) for one in (starts, ends))
                found.append((next(utc), next(utc)))
    return _joined(found)


def _on(times: Times, day: date) -> Iterable[tuple[int, int]]:
    away = any(one.first_day <= day <= one.last_day for one in times.away)
    if not away:
        weekday = day.isoweekday()
        yield from (
            (one.from_minute, one.until_minute) for one in times.weekly if one.weekday == weekday
        )
    yield from ((one.from_minute, one.until_minute) for one in times.extra if one.day == day)


def _joined(found: list[Window]) -> tuple[Window, ...]:
    joined: list[Window] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def free_for(found: Sequence[Window], starts_at: datetime, ends_at: datetime) -> bool:
    """Say whether a visit lies within one of somebody's windows."""
    return any(start <= starts_at and ends_at <= end for start, end in found)
