"""The projection keeps people and hours, agrees with what can be reckoned by hand, and repeats."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timebank.solvency import (
    AgeTable,
    Inputs,
    InvalidScenario,
    Projection,
    Scenario,
    Start,
    bands,
    project,
    read_inputs,
    used_up,
)
from timebank.solvency.inputs import AGES
from timebank.solvency.scenario import BOUNDS

ALL_NEED = Inputs(AgeTable("none", ((0, 5.0),)), AgeTable("all", ((0, 1_000.0),)))
NONE_NEED = Inputs(AgeTable("none", ((0, 5.0),)), AgeTable("none", ((0, 0.0),)))
QUIET: dict[str, Any] = {
    "paths": 100,
    "mortality": 0,
    "uncertainty": 0,
    "joining": 0,
    "hour_cost_growth": 0,
}


def start(
    *, people: dict[int, int], hours: dict[int, float], pool: float = 0, reserve: float = 0
) -> Start:
    """Return a start with people and hours at these ages."""
    of_people, of_hours = np.zeros(AGES, dtype=np.int64), np.zeros(AGES)
    for age, number in people.items():
        of_people[age] = number
    for age, saved in hours.items():
        of_hours[age] = saved
    return Start(of_people, of_hours, pool, reserve)


def scenario(**said: Any) -> Scenario:
    return Scenario(**{**QUIET, **said})


starts = st.builds(
    lambda people, each, pool, reserve: start(
        people=people,
        hours={age: number * each for age, number in people.items()},
        pool=pool,
        reserve=reserve,
    ),
    st.dictionaries(st.integers(0, AGES - 1), st.integers(1, 500), max_size=30),
    st.floats(0, 500),
    st.floats(0, 10_000),
    st.floats(0, 1_000_000),
)
scenarios = st.builds(
    Scenario,
    paths=st.just(100),
    years=st.integers(5, 12),
    **{
        name: st.integers(*BOUNDS[name])
        for name in (
            "seed", "giving_percent", "hours_each", "volunteers_growth", "redeemed_need",
            "redeemed_well", "joining_growth", "hour_cost", "hour_cost_growth", "redeem_age",
            "give_age", "give_age_max", "mortality", "uncertainty",
        )
    },
    joining=st.integers(0, 200),
    subsidised=st.integers(0, 20_000),
    reserve_yearly=st.integers(0, 100_000),
    cap_hours=st.sampled_from([0, 0, 100, 1_500]),
    estate_to_kin=st.booleans(),
)  # fmt: skip


# --- what is conserved ---------------------------------------------------------------------------


@given(starts, scenarios)
@settings(max_examples=60, deadline=None)
def test_nobody_and_no_hour_comes_from_nowhere_or_goes_astray(of: Start, by: Scenario) -> None:
    found = project(of, by, read_inputs())
    assert np.array_equal(found.people[:, 1:], found.people[:, :-1] - found.died + found.joined), (
        "people"
    )
    owed = found.owed[:, :-1] + found.created - found.bought
    scale = max(1.0, float(found.owed.max()))
    assert np.allclose(found.owed[:, 1:], owed, rtol=1e-9, atol=1e-9 * scale), "hours"
    met = found.honoured + found.bought + found.shortfall
    assert np.allclose(met, found.demanded, rtol=1e-9, atol=1e-9 * scale), "demand"
    assert (found.honoured <= found.supplied + 1e-9 * scale).all()
    for name in ("owed", "reserve", "demanded", "supplied", "honoured", "bought", "created"):
        assert (getattr(found, name) >= -1e-9 * scale).all(), name
    assert (found.unpaid <= found.shortfall + 1e-6 * scale).all()


@given(starts, scenarios)
@settings(max_examples=25, deadline=None)
def test_money_leaves_the_reserve_only_for_hours(of: Start, by: Scenario) -> None:
    found = project(of, by, read_inputs())
    price = by.hour_cost * (1 + by.hour_cost_growth / 100) ** np.arange(by.years)
    after = found.reserve[:, :-1] + by.reserve_yearly - found.bought * price
    assert np.allclose(found.reserve[:, 1:], after, rtol=1e-9, atol=1e-3)


def test_the_same_seed_gives_the_same_figures_and_another_gives_others() -> None:
    of = start(people={60: 50, 80: 20}, hours={60: 5_000, 80: 2_000})
    first, again = (project(of, Scenario(seed=7), read_inputs()) for _ in range(2))
    other = project(of, Scenario(seed=8), read_inputs())
    for name in Projection.__annotations__:
        assert np.array_equal(getattr(first, name), getattr(again, name)), name
    assert not np.array_equal(first.owed, other.owed)
    assert not np.array_equal(first.died, other.died)


def test_the_same_people_live_whatever_is_assumed_of_hours() -> None:
    of = start(people={60: 50, 80: 20}, hours={60: 5_000, 80: 2_000}, reserve=1_000)
    plain = project(of, Scenario(), read_inputs())
    other = project(of, Scenario(redeemed_need=90, hour_cost=90, uncertainty=30), read_inputs())
    assert np.array_equal(plain.people, other.people)


# --- what can be reckoned by hand ----------------------------------------------------------------


def test_without_volunteers_and_deaths_the_reserve_pays_a_fixed_part_each_year() -> None:
    of = start(people={70: 10}, hours={70: 1_000}, reserve=1_000_000)
    by = scenario(years=10, giving_percent=0, redeemed_need=20, hour_cost=40)
    found = project(of, by, ALL_NEED)
    years = np.arange(11)
    assert np.allclose(found.owed, 1_000 * 0.8**years)
    assert np.allclose(found.reserve, 1_000_000 - 40 * 1_000 * (1 - 0.8**years))
    assert not found.shortfall.any()
    assert (used_up(found) == 11).all()
    assert bands(found).used_up[50] is None


def test_the_reserve_is_used_up_in_the_year_that_a_sum_says() -> None:
    of = start(people={70: 10}, hours={70: 1_000}, reserve=40 * (200 + 160 + 50))
    by = scenario(years=6, giving_percent=0, redeemed_need=20, hour_cost=40)
    found = project(of, by, ALL_NEED)
    assert np.allclose(found.bought[0, :3], [200, 160, 50])
    assert np.allclose(found.shortfall[0, :3], [0, 0, 128 - 50])
    assert (used_up(found) == 3).all()
    told = bands(found)
    assert (told.used_up[5], told.used_up[95], told.used_up_share) == (3, 3, 100)
    assert told.kept[:3] == (100, 100, 0)


def test_with_volunteers_enough_what_is_owed_stays_and_only_changes_hands() -> None:
    of = start(people={70: 10, 40: 100}, hours={70: 1_000})
    by = scenario(years=5, giving_percent=50, hours_each=100, redeemed_well=10)
    found = project(of, by, NONE_NEED)
    assert np.allclose(found.owed, 1_000)
    assert np.allclose(found.supplied, 110 * 0.5 * 100)
    assert np.allclose(found.demanded[:, 0], 100)
    # What the elders got, 100 of 110 volunteers of 40 saved, who cannot redeem it yet.
    elders_after = 1_000 - 100 + 100 * 10 / 110
    assert np.allclose(found.demanded[:, 1], elders_after * 0.1)


def test_subsidised_help_is_owed_anew_as_far_as_volunteers_give_it() -> None:
    of = start(people={40: 10}, hours={})
    by = scenario(years=5, giving_percent=100, hours_each=6, subsidised=100)
    found = project(of, by, NONE_NEED)
    assert np.allclose(found.honoured, 60)
    assert np.allclose(found.created, 60)
    assert np.allclose(found.shortfall, 40)
    assert np.allclose(found.owed[0], 60 * np.arange(6))
    assert not found.unpaid.any(), "no saved hour was refused"
    assert used_up(found).min() == 6


def test_deaths_follow_the_table_and_hours_pass_to_the_generation_after() -> None:
    table = Inputs(AgeTable("t", ((0, 0.0), (80, 500.0))), AgeTable("none", ((0, 0.0),)))
    of = start(people={80: 100_000, 52: 10}, hours={80: 100_000})
    by = scenario(years=5, mortality=100, giving_percent=0, redeemed_well=0)
    found = project(of, by, table)
    died = found.died[:, 0].mean()
    assert died == pytest.approx(100_000 * (1 - np.exp(-0.5)), rel=0.01)
    assert np.allclose(found.owed, 100_000)
    fund = project(of, dataclasses.replace(by, estate_to_kin=False, redeemed_need=100), table)
    assert np.allclose(fund.demanded[:, 1], found.died[:, 0]), "the fund calls in what it got"


def test_what_is_above_the_cap_goes_to_the_fund_and_stays_owed() -> None:
    of = start(people={70: 10}, hours={70: 1_000})
    by = scenario(years=5, giving_percent=0, redeemed_well=0, redeemed_need=100, cap_hours=60)
    found = project(of, by, NONE_NEED)
    assert np.allclose(found.owed, 1_000)
    assert np.allclose(found.demanded[:, 0], 0)
    assert np.allclose(found.demanded[:, 1], 400), "the fund has it now"


def test_an_age_below_the_one_for_redeeming_calls_nothing_in() -> None:
    of = start(people={59: 10}, hours={59: 1_000})
    by = scenario(years=5, giving_percent=0, redeemed_well=10, redeem_age=61)
    found = project(of, by, NONE_NEED)
    assert np.allclose(found.demanded[0, :3], [0, 0, 100])


def test_deviations_are_off_by_as_much_as_said_and_right_on_the_average() -> None:
    of = start(people={40: 1_000}, hours={})
    by = scenario(years=20, paths=5_000, giving_percent=100, hours_each=1, uncertainty=20)
    supplied = project(of, by, NONE_NEED).supplied
    assert supplied.mean() == pytest.approx(1_000, rel=0.02)
    assert np.log(supplied).std() == pytest.approx(0.2, rel=0.05)


# --- more is more --------------------------------------------------------------------------------


@given(starts, scenarios, st.integers(1, 1_000_000))
@settings(max_examples=25, deadline=None)
def test_more_reserve_never_leaves_more_unpaid_in_the_first_year(
    of: Start, by: Scenario, more: int
) -> None:
    poor = project(of, by, read_inputs())
    rich = project(dataclasses.replace(of, reserve=of.reserve + more), by, read_inputs())
    assert (rich.unpaid[:, 0] <= poor.unpaid[:, 0] + 1e-6).all()
    assert (rich.reserve[:, 0] > poor.reserve[:, 0]).all()


@given(st.integers(100, 500_000), st.integers(1, 500_000), st.integers(1, 99), st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_where_only_the_reserve_pays_more_of_it_lasts_as_long_or_longer(
    reserve: int, more: int, redeemed: int, cost: int
) -> None:
    by = scenario(years=15, giving_percent=0, redeemed_need=redeemed, hour_cost=cost)
    of = start(people={70: 10}, hours={70: 1_000}, reserve=reserve)
    poor = project(of, by, ALL_NEED)
    rich = project(dataclasses.replace(of, reserve=reserve + more), by, ALL_NEED)
    dear = project(of, dataclasses.replace(by, hour_cost=cost + 1), ALL_NEED)
    assert (used_up(rich) >= used_up(poor)).all()
    assert (used_up(dear) <= used_up(poor)).all()
    assert (rich.unpaid.sum(axis=1) <= poor.unpaid.sum(axis=1) + 1e-6).all()


@given(starts, scenarios)
@settings(max_examples=25, deadline=None)
def test_more_volunteers_and_less_called_in_never_leave_more_undone_at_first(
    of: Start, by: Scenario
) -> None:
    plain = project(of, by, read_inputs()).shortfall[:, 0]
    least, most = BOUNDS["hours_each"]
    more = dataclasses.replace(by, hours_each=min(by.hours_each + 100, most))
    fewer = dataclasses.replace(by, redeemed_need=max(by.redeemed_need - 10, least))
    for changed in (more, fewer):
        assert (project(of, changed, read_inputs()).shortfall[:, 0] <= plain + 1e-6).all()


def test_more_deaths_leave_fewer_people() -> None:
    of = start(people={70: 1_000}, hours={})
    left = [
        project(of, scenario(mortality=share), read_inputs()).people[:, -1].mean()
        for share in (0, 50, 100, 200)
    ]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 4


# --- bounds, bands, sizes ------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOUNDS)
def test_an_assumption_outside_its_bounds_is_refused_by_name(name: str) -> None:
    least, most = BOUNDS[name]
    Scenario(**{name: least})
    Scenario(**{name: most})
    for outside in (least - 1, most + 1):
        with pytest.raises(InvalidScenario) as refused:
            Scenario(**{name: outside})
        assert (refused.value.field, refused.value.least, refused.value.most) == (name, least, most)


def test_a_start_that_no_book_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="ages"):
        Start(np.zeros(3, dtype=np.int64), np.zeros(AGES), 0, 0)
    with pytest.raises(ValueError, match="owes"):
        start(people={60: 1}, hours={60: -1})
    with pytest.raises(ValueError, match="without people"):
        start(people={}, hours={60: 1})


@given(starts, scenarios)
@settings(max_examples=25, deadline=None)
def test_bands_lie_in_order_and_hold_what_their_paths_came_to(of: Start, by: Scenario) -> None:
    found = project(of, by, read_inputs())
    told = bands(found)
    assert told.owed_now == pytest.approx(of.owed)
    for name, of_percentile in told.measures.items():
        rows = np.array([of_percentile[one] for one in (5, 25, 50, 75, 95)])
        assert rows.shape == (5, by.years)
        assert (np.diff(rows, axis=0) >= -1e-9 * max(1.0, float(np.abs(rows).max()))).all(), name
        assert rows[0, -1] >= getattr(found, name)[:, -1].min() - 1e-6
    assert all(0 <= one <= 100 for one in told.kept)
    assert list(told.kept) == sorted(told.kept, reverse=True), "once missed, missed"


def test_the_longest_and_widest_projection_is_done_in_seconds() -> None:
    ages = dict.fromkeys(range(40, 100), 50)
    of = start(people=ages, hours=dict.fromkeys(ages, 2000.0), reserve=1_000_000)
    by = Scenario(years=BOUNDS["years"][1], paths=BOUNDS["paths"][1])
    told = bands(project(of, by, read_inputs()))
    assert len(told.measures["owed"][50]) == 30


def test_an_empty_time_bank_owes_nothing_for_ever() -> None:
    told = bands(project(start(people={}, hours={}), Scenario(joining=0), read_inputs()))
    assert told.measures["owed"][95] == (0.0,) * 20
    assert told.kept[-1] == 100
