"""The period of a passbook or a report: a month, a year or everything, as an address names it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import current_language
from app.i18n import gettext as _
from app.wording import printed_month, spoken_period
from timebank.passbooks import Period

_FORM: Final = re.compile(r"(20\d\d|21\d\d)(?:-(0[1-9]|1[0-2]))?")
MONTHS_OFFERED: Final = 12
YEARS_OFFERED: Final = 5
FIRST_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """A period with its name in an address (`2026-11`, `2026`, empty for all) and its days."""

    name: str
    first: date | None
    after: date | None
    book: Period

    @property
    def title(self) -> str:
        """What it is called: a month, a year, or everything."""
        if self.first is None:
            return _("Everything")
        if "-" in self.name:
            return printed_month(self.first)
        return f"{self.first.year} 年" if current_language() == "zh" else str(self.first.year)

    @property
    def days(self) -> str:
        """Its first and last day, for paper; empty for everything."""
        if self.first is None or self.after is None:
            return ""
        return spoken_period(self.first, date.fromordinal(self.after.toordinal() - 1))


def period_named(name: str, zone: ZoneInfo) -> ChosenPeriod:
    """Return the period that an address names; anything else is everything."""
    found = _FORM.fullmatch(name.strip())
    if found is None:
        return ChosenPeriod("", None, None, Period())
    year, month = int(found[1]), int(found[2]) if found[2] else None
    first = date(year, month or 1, 1)
    after = date(year + (month in (None, 12)), 1 if month in (None, 12) else month + 1, 1)
    book = Period(_midnight(first, zone), _midnight(after, zone))
    return ChosenPeriod(found[0], first, after, book)


def period_of(query: Mapping[str, str], zone: ZoneInfo) -> ChosenPeriod:
    """Return the period that a page's address asks for."""
    return period_named(query.get("period", ""), zone)


def periods_offered(since: datetime, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return names and titles of the periods to choose from: all, the last months, the years.

    None ends before `since`, when the passbook or the book began.
    """
    begun, today = since.astimezone(zone).date(), now.astimezone(zone).date()
    names = [""]
    year, month = today.year, today.month
    while len(names) <= MONTHS_OFFERED and (year, month) >= (begun.year, begun.month):
        names.append(f"{year}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    names += [
        str(one) for one in range(today.year, today.year - YEARS_OFFERED, -1) if one >= begun.year
    ]
    return [(name, period_named(name, zone).title) for name in names]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
