"""The rule of caps, at its boundaries and for any figures at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.earning_rules import overflow

MINUTES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("minutes", "saved", "on_day", "cap", "day_cap", "over"),
    [
        (95, 0, 0, 0, 0, 0),
        (95, 505, 0, 600, 0, 0),
        (95, 506, 0, 600, 0, 1),
        (95, 600, 0, 600, 0, 95),
        (95, 700, 0, 600, 0, 95),
        (95, 0, 25, 0, 120, 0),
        (95, 0, 26, 0, 120, 1),
        (95, 590, 0, 600, 120, 85),
        (95, 0, 120, 600, 120, 95),
    ],
)
def test_what_finds_no_room_is_donated(  # noqa: PLR0917 (a row of the table)
    minutes: int, saved: int, on_day: int, cap: int, day_cap: int, over: int
) -> None:
    assert (
        overflow(
            minutes, saved=saved, saved_on_day=on_day, cap_minutes=cap, day_cap_minutes=day_cap
        )
        == over
    )


@given(MINUTES, MINUTES, MINUTES, MINUTES, MINUTES)
def test_caps_hold_and_nothing_is_lost(  # noqa: PLR0917 (the figures of an earning)
    minutes: int, saved: int, on_day: int, cap: int, day_cap: int
) -> None:
    over = overflow(
        minutes, saved=saved, saved_on_day=on_day, cap_minutes=cap, day_cap_minutes=day_cap
    )
    kept = minutes - over
    assert 0 <= kept <= minutes
    if kept:
        assert not cap or saved + kept <= cap
        assert not day_cap or on_day + kept <= day_cap
    if over and kept < minutes:
        full = [limit - before for limit, before in ((cap, saved), (day_cap, on_day)) if limit]
        assert kept == max(min(full), 0)


@given(MINUTES, MINUTES, MINUTES, MINUTES)
def test_earning_in_two_parts_keeps_as_much_as_at_once(
    first: int, second: int, cap: int, day_cap: int
) -> None:
    caps = {"cap_minutes": cap, "day_cap_minutes": day_cap}
    at_once = first + second - overflow(first + second, saved=0, saved_on_day=0, **caps)
    before = first - overflow(first, saved=0, saved_on_day=0, **caps)
    after = second - overflow(second, saved=before, saved_on_day=before, **caps)
    assert before + after == at_once
