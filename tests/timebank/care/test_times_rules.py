"""When somebody is free, against an oracle that looks at the clock on the wall for each quarter."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from timebank.care import times_rules
from timebank.care.errors import InvalidProfile
from timebank.care.values import Away, Extra, Hours, Profile, Speech, Times

QUARTER = timedelta(minutes=15)
ZONES = (
    "Asia/Shanghai",
    "Asia/Kathmandu",  # 5 h 45 from UTC
    "Europe/Berlin",  # the clocks change at two
    "America/New_York",
    "Australia/Lord_Howe",  # they change by half an hour
    "America/Santiago",  # they change at midnight: a day begins at one
    "Africa/Cairo",
    "Pacific/Chatham",
)
# Around days on which some of these clocks change, and one on which none does.
DAYS = (
    date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 4, 24), date(2026, 6, 10),
    date(2026, 9, 6), date(2026, 10, 4), date(2026, 10, 25), date(2026, 10, 29),
    date(2026, 11, 1), date(2026, 12, 31),
)  # fmt: skip

minutes = st.integers(0, 96).map(lambda quarter: quarter * 15)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    first, last = sorted(draw(st.tuples(minutes, minutes).filter(lambda two: two[0] != two[1])))
    return first, last


hours = st.builds(lambda weekday, span: Hours(weekday, *span), st.integers(1, 7), spans())


@st.composite
def times_around(draw: st.DrawFn) -> tuple[Times, datetime, datetime, ZoneInfo]:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    middle = draw(st.sampled_from(DAYS))
    near = st.integers(-4, 4).map(lambda days: middle + timedelta(days=days))
    try:
        weekly = times_rules.merged_hours(draw(st.lists(hours, max_size=8)))
    except InvalidProfile:  # more stretches on a day than anybody needs
        weekly = ()
    away = draw(
        st.lists(
            st.builds(
                lambda day, more: Away(day, day + timedelta(days=more)), near, st.integers(0, 2)
            ),
            max_size=2,
        )
    )
    extra = draw(
        st.lists(st.builds(lambda day, span: Extra(day, *span), near, spans()), max_size=3)
    )
    since = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=2)
    since += QUARTER * draw(st.integers(0, 96))
    until = since + QUARTER * draw(st.integers(1, 4 * 96))
    return Times(weekly, tuple(away), tuple(extra)), since, until, zone


def on_the_wall(times: Times, moment: datetime, zone: ZoneInfo) -> bool:
    """Say whether somebody is free at a moment, by looking at the day and the clock there."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    day = local.date()
    if any(one.day == day and one.from_minute <= minute < one.until_minute for one in times.extra):
        return True
    if any(one.first_day <= day <= one.last_day for one in times.away):
        return False
    return any(
        one.weekday == day.isoweekday() and one.from_minute <= minute < one.until_minute
        for one in times.weekly
    )


@settings(max_examples=300, deadline=None)
@given(times_around())
@example(
    # The night on which New York's clocks show one o'clock twice.
    (
        Times((Hours(7, 60, 120),)),
        datetime(2026, 11, 1, 3, tzinfo=UTC),
        datetime(2026, 11, 1, 9, tzinfo=UTC),
        ZoneInfo("America/New_York"),
    )
)
def test_windows_are_what_the_clock_on_the_wall_says(
    drawn: tuple[Times, datetime, datetime, ZoneInfo],
) -> None:
    times, since, until, zone = drawn
    found = times_rules.windows(times, times_rules.stretches(since, until, zone))
    for start, end in found:
        assert since <= start < end <= until
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found)), "apart"
    moment = since
    while moment < until:
        inside = any(start <= moment < end for start, end in found)
        assert inside == on_the_wall(times, moment, zone), moment
        moment += QUARTER


def free_hours(times: Times, day: date, zone: str) -> float:
    """Return for how many hours somebody is free around a day."""
    since = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    period = times_rules.stretches(since, since + timedelta(days=3), ZoneInfo(zone))
    found = times_rules.windows(times, period)
    return sum((end - start).total_seconds() for start, end in found) / 3600


def test_an_hour_that_clocks_show_twice_is_free_twice_and_one_left_out_is_none() -> None:
    at_night = Times((Hours(7, 60, 180),))
    assert free_hours(at_night, date(2026, 11, 1), "America/New_York") == 3
    assert free_hours(at_night, date(2026, 3, 8), "America/New_York") == 1
    assert free_hours(at_night, date(2026, 6, 14), "America/New_York") == 2


def test_hours_until_midnight_and_from_midnight_are_one_stretch() -> None:
    times = Times((Hours(1, 1380, 1440), Hours(2, 0, 60)))
    period = times_rules.stretches(
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 4, tzinfo=UTC),
        ZoneInfo("Asia/Shanghai"),
    )
    (window,) = times_rules.windows(times, period)
    assert window == (
        datetime(2026, 3, 2, 15, tzinfo=UTC),
        datetime(2026, 3, 2, 17, tzinfo=UTC),
    )
    assert times_rules.free_for([window], window[0] + QUARTER, window[1])
    assert not times_rules.free_for([window], window[0] + QUARTER, window[1] + QUARTER)


def test_more_hours_hold_on_days_of_absence() -> None:
    monday = date(2026, 3, 2)
    times = Times((Hours(1, 540, 660),), (Away(monday, monday),), (Extra(monday, 840, 900),))
    assert free_hours(times, monday, "Asia/Shanghai") == 1


@given(st.lists(hours, max_size=10))
def test_merged_hours_keep_every_minute_and_touch_nowhere(drawn: list[Hours]) -> None:
    def held(some: list[Hours]) -> set[tuple[int, int]]:
        return {
            (one.weekday, minute)
            for one in some
            for minute in range(one.from_minute, one.until_minute, 15)
        }

    try:
        whole = times_rules.merged_hours(drawn)
    except InvalidProfile:
        return
    assert held(list(whole)) == held(drawn)
    assert times_rules.merged_hours(whole) == whole
    for one, two in itertools.pairwise(whole):
        assert (one.weekday, one.until_minute) < (two.weekday, two.from_minute)


@pytest.mark.parametrize(
    "wrong",
    [
        [Hours(0, 540, 600)],
        [Hours(8, 540, 600)],
        [Hours(1, 600, 600)],
        [Hours(1, 600, 540)],
        [Hours(1, -15, 60)],
        [Hours(1, 1380, 1455)],
        [Hours(1, 541, 600)],
        [Hours(3, 60 * hour, 60 * hour + 30) for hour in range(7)],
    ],
)
def test_hours_that_no_week_has(wrong: list[Hours]) -> None:
    with pytest.raises(InvalidProfile) as refused:
        times_rules.merged_hours(wrong)
    assert refused.value.field == "weekly"


TODAY = date(2026, 3, 2)
ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("away", "right"),
    [
        (Away(TODAY, TODAY), True),
        (Away(TODAY - 9 * ONE, TODAY), True),
        (Away(TODAY, TODAY + 365 * ONE), True),
        (Away(TODAY, TODAY + 366 * ONE), False),
        (Away(TODAY, TODAY - ONE), False),
        (Away(TODAY - 9 * ONE, TODAY - ONE), False),
    ],
)
def test_which_days_of_absence_can_be(away: Away, right: bool) -> None:  # noqa: FBT001 (a row of the table)
    if right:
        times_rules.check_away(away, TODAY)
        return
    with pytest.raises(InvalidProfile):
        times_rules.check_away(away, TODAY)


def test_more_hours_are_for_a_day_to_come_within_a_year() -> None:
    times_rules.check_extra(Extra(TODAY, 0, 1440), TODAY)
    for wrong in (
        Extra(TODAY - ONE, 540, 600),
        Extra(TODAY + 367 * ONE, 540, 600),
        Extra(TODAY, 600, 540),
        Extra(TODAY, 540, 601),
    ):
        with pytest.raises(InvalidProfile):
            times_rules.check_extra(wrong, TODAY)


def test_a_profile_has_a_language_and_short_words() -> None:
    times_rules.check_profile(Profile("字" * 300, languages=frozenset({Speech.MANDARIN})))
    for wrong in (Profile("字" * 301, languages=frozenset({Speech.SIGN})), Profile("好")):
        with pytest.raises(InvalidProfile):
            times_rules.check_profile(wrong)
