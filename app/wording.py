"""How Linli says hours, money, numbers and times, in the language of the request.

Everything comes in as integers (minutes, fen) or aware datetimes and leaves as text for people.
Parsing never happens here, and nothing here decides: a figure is only ever spoken.
"""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import current_language, gettext, mark

MINUS: Final = "\N{MINUS SIGN}"

# Currency signs, before or after the figure. A currency that is not here shows its code.
_SIGN_BEFORE: Final = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$"}
_SIGN_AFTER: Final = {"PLN": "zł", "CZK": "Kč"}

_WEEKDAYS_ZH: Final = "一二三四五六日"
_WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

# The parts of a Chinese day: the hour from which each name holds.
_PARTS_OF_DAY: Final = (
    (18, "晚上"),
    (13, "下午"),
    (12, "中午"),
    (8, "上午"),
    (5, "早上"),
    (0, "凌晨"),
)

_DAYS_NEAR: Final = {
    -2: mark("the day before yesterday"),
    -1: mark("yesterday"),
    0: mark("today"),
    1: mark("tomorrow"),
    2: mark("the day after tomorrow"),
}


def number(value: int) -> str:
    """Return a whole number with a comma every three digits and a true minus sign."""
    return f"{value:,}".replace("-", MINUS)


def duration(minutes: int) -> str:
    """Return minutes as hours and minutes: `1 小时 35 分`, `1 h 35 min`.

    A part that is zero is left out, except that nothing at all is `0 分`.
    """
    hours, rest = divmod(abs(minutes), 60)
    figures = {"hours": number(hours), "minutes": str(rest)}
    if hours and rest:
        text = gettext("%(hours)s h %(minutes)s min") % figures
    elif hours:
        text = gettext("%(hours)s h") % figures
    else:
        text = gettext("%(minutes)s min") % figures
    return f"{MINUS}{text}" if minutes < 0 else text


def money(amount: int, currency: str = "CNY", *, exact: bool = False) -> str:
    """Return an amount in the currency's hundredths (fen, cents, grosze): `¥12,345.60`.

    Whole amounts drop `.00`, unless `exact` asks for both digits so that a column lines up.
    """
    whole, part = divmod(abs(amount), 100)
    figure = f"{whole:,}.{part:02d}" if part or exact else f"{whole:,}"
    if currency in _SIGN_BEFORE:
        text = _SIGN_BEFORE[currency] + figure
    else:
        # A no-break space: a figure is never torn from its unit.
        text = f"{figure}\N{NO-BREAK SPACE}{_SIGN_AFTER.get(currency, currency)}"
    return f"{MINUS}{text}" if amount < 0 else text


def amount(value: int, unit: str) -> str:
    """Return an amount of any unit of the book: `MINUTE` as a duration, else as money."""
    return duration(value) if unit == "MINUTE" else money(value, unit)


def percent(part: int, whole: int) -> str:
    """Return part of whole in per cent with one decimal, rounded half up: `23.4%`.

    Raises:
        ValueError: the whole is not positive, or the part is negative.
    """
    if whole <= 0 or part < 0:
        raise ValueError(f"no share can be told of {part} in {whole}")
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10:,}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10:,}%"


def spoken_day(day: date, today: date) -> str:
    """Return a day as a person says it: `明天`, `11 月 30 日（周一）`, `Monday 30 November`.

    The year is said only where it is not this year.
    """
    near = _DAYS_NEAR.get((day - today).days)
    if near:
        return gettext(near)
    if current_language() == "zh":
        year = f"{day.year} 年 " if day.year != today.year else ""
        weekday = _WEEKDAYS_ZH[day.weekday()]
        return f"{year}{day.month} 月 {day.day} 日（周{weekday}）"
    year = f" {day.year}" if day.year != today.year else ""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def spoken_clock(moment: datetime) -> str:
    """Return the time of day of a local moment: `下午 3 点`, `上午 9 点半`, `3 pm`, `9:05 am`."""
    if current_language() == "zh":
        return _part_of_day(moment) + _clock_zh(moment)
    if moment.minute == 0 and moment.hour in {0, 12}:
        return "12 noon" if moment.hour else "12 midnight"
    return f"{_clock_en(moment)} {_half_of_day(moment)}"


def spoken_time(moment: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Return a moment as a person says it: `明天下午 3 点`, `tomorrow at 3 pm`.

    `moment` and `now` are aware; the zone is the community's.
    """
    local, today = moment.astimezone(zone), _local_today(zone, now)
    day, clock = spoken_day(local.date(), today), spoken_clock(local)
    return f"{day}{clock}" if current_language() == "zh" else f"{day} at {clock}"


def spoken_span(start: datetime, end: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Return a stretch of time without repeating itself: `明天下午 3 点到 5 点`.

    English says `tomorrow, 3 to 5 pm`. An end on a later day is said in full.
    """
    first, last = start.astimezone(zone), end.astimezone(zone)
    today, zh = _local_today(zone, now), current_language() == "zh"
    day = spoken_day(first.date(), today)
    if last.date() != first.date():
        link = "到" if zh else " to "
        return f"{spoken_time(start, zone, now)}{link}{spoken_time(end, zone, now)}"
    if zh:
        until = _clock_zh(last) if _part_of_day(first) == _part_of_day(last) else spoken_clock(last)
        return f"{day}{spoken_clock(first)}到{until}"
    plain = 0 not in {first.minute, last.minute} or not {first.hour, last.hour} & {0, 12}
    if plain and _half_of_day(first) == _half_of_day(last):
        return f"{day}, {_clock_en(first)} to {spoken_clock(last)}"
    return f"{day}, {spoken_clock(first)} to {spoken_clock(last)}"


def printed_day(day: date) -> str:
    """Return a day that stays true on paper: `2026 年 11 月 3 日`, `3 November 2026`."""
    if current_language() == "zh":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def printed_month(day: date) -> str:
    """Return a day's month with its year: `2026 年 11 月`, `November 2026`."""
    if current_language() == "zh":
        return f"{day.year} 年 {day.month} 月"
    return f"{_MONTHS[day.month - 1]} {day.year}"


def spoken_period(start: date, end: date) -> str:
    """Return two days as a printed period: `2026 年 11 月 1 日至 11 月 30 日`."""
    if current_language() == "zh":
        year = f"{end.year} 年 " if end.year != start.year else ""
        return (
            f"{start.year} 年 {start.month} 月 {start.day} 日至 {year}{end.month} 月 {end.day} 日"
        )
    year = f" {start.year}" if end.year != start.year else ""
    return (
        f"{start.day} {_MONTHS[start.month - 1]}{year}"
        f" to {end.day} {_MONTHS[end.month - 1]} {end.year}"
    )


def _local_today(zone: ZoneInfo, now: datetime | None) -> date:
    return (now or datetime.now(UTC)).astimezone(zone).date()


def _part_of_day(moment: datetime) -> str:
    return next(name for hour, name in _PARTS_OF_DAY if moment.hour >= hour)


def _clock_zh(moment: datetime) -> str:
    hour = moment.hour - 12 if moment.hour > 12 else moment.hour  # noqa: PLR2004 (a clock's face)
    if moment.minute == 0:
        return f" {hour} 点"
    if moment.minute == 30:  # noqa: PLR2004 (half an hour)
        return f" {hour} 点半"
    return f" {hour} 点 {moment.minute:02d} 分"


def _clock_en(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    return f"{hour}:{moment.minute:02d}" if moment.minute else str(hour)


def _half_of_day(moment: datetime) -> str:
    return "am" if moment.hour < 12 else "pm"  # noqa: PLR2004 (noon)
