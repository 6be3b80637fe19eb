"""Hours, money and times read as people say them, in both languages."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wording
from app.i18n import LANGUAGES, Language, speaking

SUZHOU = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 11, 0, tzinfo=SUZHOU)  # a Sunday

languages = st.sampled_from(LANGUAGES)


def local(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SUZHOU)


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "0 分", "0 min"),
        (1, "1 分", "1 min"),
        (60, "1 小时", "1 h"),
        (95, "1 小时 35 分", "1 h 35 min"),
        (-25, "−25 分", "−25 min"),
        (90000, "1,500 小时", "1,500 h"),
    ],
)
def test_duration(minutes: int, zh: str, en: str) -> None:
    with speaking("zh"):
        assert wording.duration(minutes) == zh
    with speaking("en"):
        assert wording.duration(minutes) == en


@given(st.integers(-(10**9), 10**9), languages)
def test_a_duration_loses_no_minute(minutes: int, language: Language) -> None:
    with speaking(language):
        said = wording.duration(minutes)
    figures = [int(figure.replace(",", "")) for figure in re.findall(r"[\d,]+", said)]
    unit = {"zh": "小时", "en": " h"}[language]
    hours, rest = [*figures, 0][:2] if unit in said else (0, figures[0])
    assert (hours * 60 + rest) * (-1 if said.startswith(wording.MINUS) else 1) == minutes


@pytest.mark.parametrize(
    ("fen", "currency", "exact", "said"),
    [
        (0, "CNY", False, "¥0"),
        (1, "CNY", False, "¥0.01"),
        (1234560, "CNY", False, "¥12,345.60"),
        (1200000, "CNY", False, "¥12,000"),
        (1200000, "CNY", True, "¥12,000.00"),
        (-500, "CNY", False, "−¥5"),
        (310000000, "PLN", False, "3,100,000\N{NO-BREAK SPACE}zł"),
        (100, "CHF", False, "1\N{NO-BREAK SPACE}CHF"),
    ],
)
def test_money(fen: int, currency: str, *, exact: bool, said: str) -> None:
    assert wording.money(fen, currency, exact=exact) == said


@given(fen=st.integers(-(10**15), 10**15), exact=st.booleans())
def test_money_loses_no_fen(fen: int, *, exact: bool) -> None:
    said = wording.money(fen, exact=exact)
    whole, _, part = said.strip(wording.MINUS).lstrip("¥").replace(",", "").partition(".")
    assert len(part) in ((2,) if exact else (0, 2))
    assert (int(whole) * 100 + int(part or 0)) * (-1 if said[0] == wording.MINUS else 1) == fen


def test_amount_follows_the_unit() -> None:
    with speaking("en"):
        assert wording.amount(95, "MINUTE") == "1 h 35 min"
        assert wording.amount(95, "CNY") == "¥0.95"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 7, "0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 1, "100%"), (1, 2000, "0.1%")],
)
def test_percent(part: int, whole: int, said: str) -> None:
    assert wording.percent(part, whole) == said


@given(st.integers(0, 10**12), st.integers(1, 10**9))
def test_percent_is_within_half_a_tenth(part: int, whole: int) -> None:
    tenths = round(float(wording.percent(part, whole).strip("%").replace(",", "")) * 10)
    assert abs(tenths * whole - part * 1000) * 2 <= whole


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 5), (0, -3)])
def test_percent_of_nothing_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wording.percent(part, whole)


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (local(23, 15), "明天下午 3 点", "tomorrow at 3 pm"),
        (local(22, 9, 30), "今天上午 9 点半", "today at 9:30 am"),
        (local(21, 12), "昨天中午 12 点", "yesterday at 12 noon"),
        (local(24, 0), "后天凌晨 0 点", "the day after tomorrow at 12 midnight"),
        (local(20, 6, 5), "前天早上 6 点 05 分", "the day before yesterday at 6:05 am"),
        (local(30, 19, 15), "11 月 30 日（周一）晚上 7 点 15 分", "Monday 30 November at 7:15 pm"),
        (
            local(3, 12, 20, month=1, year=2027),
            "2027 年 1 月 3 日（周日）中午 12 点 20 分",
            "Sunday 3 January 2027 at 12:20 pm",
        ),
    ],
)
def test_a_time_as_a_person_says_it(moment: datetime, zh: str, en: str) -> None:
    with speaking("zh"):
        assert wording.spoken_time(moment.astimezone(UTC), SUZHOU, NOW) == zh
    with speaking("en"):
        assert wording.spoken_time(moment.astimezone(UTC), SUZHOU, NOW) == en


def test_the_day_is_the_communitys_day() -> None:
    late = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight in Suzhou
    with speaking("zh"):
        assert wording.spoken_time(late, SUZHOU, NOW) == "明天凌晨 0 点半"
        assert wording.spoken_time(late, ZoneInfo("UTC"), NOW) == "今天下午 4 点半"


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        (local(23, 15), local(23, 17), "明天下午 3 点到 5 点", "tomorrow, 3 to 5 pm"),
        (local(23, 11), local(23, 14), "明天上午 11 点到下午 2 点", "tomorrow, 11 am to 2 pm"),
        (local(23, 12), local(23, 13), "明天中午 12 点到下午 1 点", "tomorrow, 12 noon to 1 pm"),
        (
            local(23, 23),
            local(24, 1),
            "明天晚上 11 点到后天凌晨 1 点",
            "tomorrow at 11 pm to the day after tomorrow at 1 am",
        ),
    ],
)
def test_a_stretch_of_time_does_not_repeat_itself(
    start: datetime, end: datetime, zh: str, en: str
) -> None:
    with speaking("zh"):
        assert wording.spoken_span(start, end, SUZHOU, NOW) == zh
    with speaking("en"):
        assert wording.spoken_span(start, end, SUZHOU, NOW) == en


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), languages)  # noqa: DTZ001 (made aware below)
def test_two_times_of_a_day_never_sound_the_same(moment: datetime, language: Language) -> None:
    first = moment.replace(second=0, microsecond=0, tzinfo=SUZHOU)
    with speaking(language):
        said = wording.spoken_time(first, SUZHOU, NOW)
        for minutes in (1, 12 * 60, 24 * 60, 7 * 24 * 60):
            assert wording.spoken_time(first + timedelta(minutes=minutes), SUZHOU, NOW) != said


def test_a_printed_period_keeps_its_years() -> None:
    with speaking("zh"):
        said = wording.spoken_period(date(2026, 11, 1), date(2026, 11, 30))
        assert said == "2026 年 11 月 1 日至 11 月 30 日"
    with speaking("en"):
        said = wording.spoken_period(date(2026, 12, 1), date(2027, 1, 31))
        assert said == "1 December 2026 to 31 January 2027"


def test_a_printed_day_stays_true() -> None:
    with speaking("zh"):
        assert wording.printed_day(date(2026, 11, 3)) == "2026 年 11 月 3 日"
    with speaking("en"):
        assert wording.printed_day(date(2026, 11, 3)) == "3 November 2026"
