"""Matching on plain arrays: points as the rules say, no forbidden pair, and the best there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timebank import matching_boards as plain
from timebank.matching import rules, scoring
from timebank.matching.board import board_of
from timebank.matching.solving import solve
from timebank.matching.values import About, Availability, Limits, Solution

limits = st.builds(
    Limits,
    availability=st.sampled_from(Availability),
    day_most=st.integers(0, 3),
    week_most=st.integers(0, 4),
)


@given(seed=st.integers(0, 10**6), limits=limits)
@settings(max_examples=60, deadline=None)
def test_points_and_bars_are_what_the_rules_say_of_each_pair(seed: int, limits: Limits) -> None:
    known = plain.situation(seed, 12, 15, days=3)
    board = board_of(known)
    found = scoring.points(
        board, np.arange(board.requests), scoring.Clock.of(board), limits
    ).tolist()
    expected = [
        [
            plain.fit(known, one, who) if plain.may(known, one, who, limits) else scoring.BARRED
            for who in known.candidates
        ]
        for one in known.wanted
    ]
    assert found == expected


@given(
    seed=st.integers(0, 10**6),
    requests=st.integers(1, 40),
    volunteers=st.integers(1, 25),
    limits=limits,
    pairs_max=st.sampled_from([8, 60, 10_000]),
    seconds=st.sampled_from([0.0, 30.0]),
)
@settings(max_examples=120, deadline=None)
def test_never_a_forbidden_pair_and_nobody_left_for_whom_somebody_is_free(  # noqa: PLR0917 (drawn by Hypothesis)
    seed: int,
    requests: int,
    volunteers: int,
    limits: Limits,
    pairs_max: int,
    seconds: float,
) -> None:
    known = plain.situation(seed, requests, volunteers, days=2)
    solution = solve(board_of(known), limits, pairs_max=pairs_max, seconds=seconds)
    assert plain.faults(known, solution.pairs, limits) == []
    assert scoring.breaches(board_of(known), solution, limits) == []
    served = {row for row, _place in solution.pairs}
    for row in set(range(requests)) - served:
        for place in range(volunteers):
            assert plain.faults(known, [*solution.pairs, (row, place)], limits)


@given(seed=st.integers(0, 10**6), limits=limits)
@settings(max_examples=80, deadline=None)
def test_a_small_board_is_solved_as_well_as_by_trying_everything(seed: int, limits: Limits) -> None:
    known = plain.situation(seed, 5, 4, days=1, grids=2)
    solution = solve(board_of(known), limits)
    assert solution.proven
    assert plain.total(known, solution.pairs) == plain.best_total(known, limits)


def test_the_last_check_finds_what_a_solver_must_not_do() -> None:
    known = plain.situation(4, 30, 10, days=1)
    board = board_of(known)
    everything = Solution(tuple((row, 0) for row in range(30)), proven=True)
    told = " ".join(scoring.breaches(board, everything, Limits(day_most=2, week_most=2)))
    for part in ("must not be given", "two places", "too many visits on a day", "too many visits"):
        assert part in told
    twice = Solution(((0, 0), (0, 1)), proven=True)
    assert "a request is given twice" in scoring.breaches(board, twice, Limits())


def test_the_points_add_up_to_a_thousand() -> None:
    assert rules.POINTS_MAX == 1000


@pytest.mark.parametrize(
    ("ahead", "waited", "points"),
    [(0, 0, 200), (-5, 0, 200), (48, 0, 100), (96, 0, 0), (500, 240, 100), (0, 999, 300)],
)
def test_who_is_near_and_who_has_waited_come_first(
    ahead: float, waited: float, points: int
) -> None:
    assert rules.urgency(ahead, waited) == points


def test_each_best_pair_says_why() -> None:
    known = plain.situation(11, 20, 30)
    board = board_of(known)
    clock = scoring.Clock.of(board)
    ranked = dict(scoring.ranked(board, np.arange(20), clock, Limits(), most=3))
    pairs = [(row, column) for row, best in ranked.items() for column, _points in best]
    told = scoring.reasons(board, pairs, clock)
    for row, column in pairs:
        one, who = known.wanted[row], known.candidates[column]
        abouts = {why.about for why in told[row, column]}
        assert (About.WISHED in abouts) == (one.preferred_id == who.member_id)
        assert (About.TOGETHER in abouts) == ((one.elder_id, who.member_id) in known.together)
        assert (About.LIKES in abouts) == (one.care_service_id in who.skills)
        assert (About.FREE in abouts) == who.told
    for best in ranked.values():
        assert [points for _column, points in best] == sorted(
            (points for _column, points in best), reverse=True
        )
