"""What is asked for regularly, in words for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import current_language, mark
from app.i18n import gettext as _
from app.visit_words import STATES, icon_of
from app.wording import duration, spoken_clock, spoken_day, spoken_time
from timebank.repeats import Coming, Every, Missed, Repeat, RepeatSeen
from timebank.repeats.rules import every_of

_WEEKDAYS: Final = (
    mark("every Monday"), mark("every Tuesday"), mark("every Wednesday"), mark("every Thursday"),
    mark("every Friday"), mark("every Saturday"), mark("every Sunday"),
)  # fmt: skip
_SECOND_WEEKDAYS: Final = (
    mark("every other Monday"), mark("every other Tuesday"), mark("every other Wednesday"),
    mark("every other Thursday"), mark("every other Friday"), mark("every other Saturday"),
    mark("every other Sunday"),
)  # fmt: skip
_MISSED: Final[Mapping[Missed, str]] = {
    Missed.MINUTES: mark("left out: the hours did not suffice"),
    Missed.RULES: mark("left out: the rules did not allow it"),
    Missed.SERVICE: mark("left out: not offered any more"),
    Missed.BUSY: mark("left out: another visit then"),
}


@dataclass(frozen=True, slots=True)
class ShownRepeat:
    """What is asked for regularly, as a page shows it; `next` are moments with their words."""

    seen: RepeatSeen
    service: str
    icon: str
    how_often: str
    until: str
    person: str
    next: tuple[tuple[str, str, str], ...]
    href: str

    @property
    def repeat(self) -> Repeat:
        """The repeating request itself."""
        return self.seen.repeat


def shown(seen: RepeatSeen, place: str, zone: ZoneInfo, now: datetime) -> ShownRepeat:
    """Return it in words; `place` is where the pages are of the member whose affair it is."""
    repeat = seen.repeat
    today = now.astimezone(zone).date()
    person = _("Whoever came last time is asked first.") if repeat.same_person else ""
    if not person and seen.preferred_name:
        person = _("%(name)s is asked first.") % {"name": seen.preferred_name}
    until = _("until it is stopped")
    if repeat.last_day is not None:
        until = _("until %(day)s") % {"day": spoken_day(repeat.last_day, today)}
    return ShownRepeat(
        seen,
        repeat.care_service.name(current_language()),
        icon_of(repeat.care_service.code),
        how_often(repeat, zone),
        until + (_("; not on public holidays") if repeat.skip_holidays else ""),
        person,
        tuple(_coming(one, place, zone, now) for one in seen.coming),
        f"{place}/repeats/{repeat.id}",
    )


def _coming(one: Coming, place: str, zone: ZoneInfo, now: datetime) -> tuple[str, str, str]:
    """Return a moment, what there is to say of it, and where its visit is."""
    when = spoken_time(one.starts_at, zone, now)
    if one.visit is not None:
        return when, _(STATES[one.visit.state]), f"{place}/visits/{one.visit.id}"
    return when, _(_MISSED[one.missed]) if one.missed else _("asked for when the day is nearer"), ""


def how_often(repeat: Repeat, zone: ZoneInfo) -> str:
    """Return how often, at what time and for how long: `every Tuesday at 10 am, 1 h`."""
    local = repeat.starts_at.astimezone(zone)
    return _("%(often)s at %(time)s, %(length)s") % {
        "often": _often(every_of(repeat.rule), _first_day(repeat, local.date())),
        "time": spoken_clock(local),
        "length": duration(repeat.minutes),
    }


def _first_day(repeat: Repeat, first: date) -> date:
    """Return a day with the weekday, or the day of the month, of the rule itself.

    The first visit may be later than the rule's first moment, where that was a holiday.
    """
    days = dict(part.split("=") for part in repeat.rule.split(";")).get("BYMONTHDAY")
    if days is None:
        return first
    return date(2024, 1, max(int(day) for day in days.split(",")))  # any month with 31 days


def _often(every: Every, day: date) -> str:
    match every:
        case Every.DAY:
            return _("every day")
        case Every.WEEK:
            return _(_WEEKDAYS[day.weekday()])
        case Every.TWO_WEEKS:
            return _(_SECOND_WEEKDAYS[day.weekday()])
        case Every.MONTH:
            return _("every month on day %(day)s") % {"day": day.day}
