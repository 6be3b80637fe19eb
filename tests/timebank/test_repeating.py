"""What repeats: worked examples of holidays and clocks, and what holds for any rule anywhere."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.repeating import BadRule, check_rule, is_holiday, occurrences, weekly

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC",
        "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
    )
]  # fmt: skip


def at(*parts: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(*parts, tzinfo=zone)  # type: ignore[misc,arg-type]  # year to minute


def days(rule: str, start: datetime, until: datetime, *, skip: bool = False) -> list[date]:
    zone = start.tzinfo
    assert isinstance(zone, ZoneInfo)
    found = occurrences(rule, start, zone, skip_holidays=skip, until=until)
    return [one.astimezone(zone).date() for one in found]


def test_a_class_on_thursdays_leaves_the_national_day_out() -> None:
    start, until = at(2026, 9, 17, 9), at(2026, 10, 15, 9)
    rule = weekly(start.date())
    assert rule == "FREQ=WEEKLY;INTERVAL=1;BYDAY=TH"
    assert days(rule, start, until) == [
        date(2026, 9, 17), date(2026, 9, 24), date(2026, 10, 1), date(2026, 10, 8),
        date(2026, 10, 15),
    ]  # fmt: skip
    assert date(2026, 10, 1) not in days(rule, start, until, skip=True)
    assert len(days(rule, start, until, skip=True)) == 4


def test_days_in_lieu_are_holidays_and_weekends_are_none() -> None:
    assert is_holiday(date(2026, 2, 23))  # a Monday, in lieu of Saturday the 28th
    assert is_holiday(date(2026, 2, 17))  # the Spring Festival
    assert not is_holiday(date(2026, 2, 28))
    assert not is_holiday(date(2026, 3, 7))


def test_the_law_s_days_are_known_for_years_that_nothing_was_announced_for() -> None:
    assert is_holiday(date(2035, 10, 1))
    assert is_holiday(date(2035, 2, 8))  # the Spring Festival of 2035


def test_a_class_at_half_past_two_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = at(2026, 3, 22, 2, 30, zone=berlin)
    found = list(
        occurrences(
            weekly(start.date()), start, berlin, skip_holidays=False,
            until=at(2026, 4, 5, 12, zone=berlin),
        )
    )  # fmt: skip
    walls = [one.astimezone(berlin).strftime("%d %H:%M %z") for one in found]
    assert walls == ["22 02:30 +0100", "29 03:30 +0200", "05 02:30 +0200"]
    autumn = at(2026, 10, 25, 2, 30, zone=berlin)
    (both,) = occurrences(
        weekly(autumn.date()), autumn, berlin, skip_holidays=False, until=autumn + timedelta(days=1)
    )
    assert both == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "", "weekly", "FREQ=HOURLY", "FREQ=YEARLY", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;FREQ=DAILY", "FREQ=WEEKLY;BYHOUR=3", "FREQ=WEEKLY\nRDATE:20260101T000000",
        "FREQ=WEEKLY;COUNT=many", "FREQ=WEEKLY;" + "BYDAY=MO," * 60, "频率=每周", "INTERVAL=2",
        "FREQ=WEEKLY;UNTIL=20260101T000000Z", "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=101",
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(rule: str) -> None:
    with pytest.raises(BadRule):
        check_rule(rule)


def test_a_moment_without_its_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1, 9)  # noqa: DTZ001 (that is the point)
    with pytest.raises(ValueError, match="time zone"):
        list(occurrences("FREQ=DAILY", naive, SHANGHAI, skip_holidays=False, until=at(2026, 2, 1)))


STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2045, 1, 1))  # noqa: DTZ001 (made aware below)


@given(
    st.tuples(STARTS, st.sampled_from(ZONES), st.integers(0, 120)),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(1, 4),
    st.sampled_from([True, False]),
)
def test_what_holds_for_any_weekly_rule_in_any_zone(
    span: tuple[datetime, ZoneInfo, int], weekdays: set[int], every: int, skip: object
) -> None:
    wall, zone, length = span
    skip = bool(skip)
    wall = wall.replace(second=0, microsecond=0)
    start = wall.replace(tzinfo=zone).astimezone(UTC)
    until = start + timedelta(days=length)
    on = [date(2024, 1, 1) + timedelta(days=one) for one in weekdays]
    rule = weekly(*on, every=every)
    found = list(occurrences(rule, start, zone, skip_holidays=skip, until=until))
    assert all(start <= one <= until for one in found)
    assert all(before < after for before, after in pairwise(found))
    local_start = start.astimezone(zone)
    for one in found:
        local = one.astimezone(zone)
        assert not (skip and is_holiday(local.date()))
        weeks = (_monday(local.date()) - _monday(local_start.date())).days // 7
        assert weeks % every == 0
        # By the clock on the wall, unless the clocks leap over that very time.
        there = datetime.combine(local.date(), local_start.time(), tzinfo=zone)
        assert local.weekday() in weekdays
        assert one == there.replace(fold=0).astimezone(UTC)
    everything = set(occurrences(rule, start, zone, skip_holidays=False, until=until))
    left_out = everything - set(found)
    assert all(skip and is_holiday(one.astimezone(zone).date()) for one in left_out)


@given(STARTS, st.sampled_from(ZONES), st.integers(0, 40), st.integers(0, 40))
def test_looking_further_ahead_changes_nothing_of_what_was_seen(
    wall: datetime, zone: ZoneInfo, near: int, more: int
) -> None:
    start = wall.replace(second=0, microsecond=0, tzinfo=zone).astimezone(UTC)
    rule = "FREQ=DAILY;INTERVAL=3"
    soon = start + timedelta(days=near)
    first = list(occurrences(rule, start, zone, skip_holidays=True, until=soon))
    longer = list(
        occurrences(rule, start, zone, skip_holidays=True, until=soon + timedelta(days=more))
    )
    assert longer[: len(first)] == first


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
