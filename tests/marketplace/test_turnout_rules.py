"""Turnout that tells nobody's staying away: whatever one subtracts, no figure is below ten."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.turnout_rules import LEAST, Group, joined, told_apart, told_in_order

Tell = Callable[[Sequence[Group]], tuple[Group, ...]]

groups = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (sum(pair), pair[0])),
    min_size=1,
    max_size=6,
).map(lambda pairs: [Group((f"g{at}",), *pair) for at, pair in enumerate(pairs)])


def rank(rows: list[list[int]]) -> int:
    """Return how many of these equations say something of their own."""
    left = [[Fraction(cell) for cell in row] for row in rows]
    found = 0
    for column in range(len(left[0])):
        pivot = next((at for at in range(found, len(left)) if left[at][column]), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        for at in range(found + 1, len(left)):
            factor = left[at][column] / left[found][column]
            left[at] = [a - factor * b for a, b in zip(left[at], left[found], strict=True)]
        found += 1
    return found


def computable(known: list[Group], told: tuple[Group, ...]) -> list[Group]:
    """Return every set of groups whose figures follow from what is told and from the total.

    Each figure told is an equation over the hidden groups. A set's sum can be computed exactly
    where it says nothing that the equations do not say already.
    """
    names = [one.names[0] for one in known]
    equations = [[int(name in one.names) for name in names] for one in told] + [[1] * len(names)]
    before = rank(equations)
    return [
        joined(chosen)
        for size in range(1, len(known) + 1)
        for chosen in combinations(known, size)
        if rank([*equations, [int(one in chosen) for one in known]]) == before
    ]


@pytest.mark.parametrize("tell", [told_apart, told_in_order])
@given(known=groups)
def test_nobody_can_compute_a_figure_about_fewer_than_ten(tell: Tell, known: list[Group]) -> None:
    told = tell(known)
    everybody = joined(known)
    for found in computable(known, told):
        if found.names != everybody.names:
            assert found.voted >= LEAST
            assert found.stayed >= LEAST


@pytest.mark.parametrize("tell", [told_apart, told_in_order])
@given(known=groups)
def test_what_is_told_is_everybody_once(tell: Tell, known: list[Group]) -> None:
    told = tell(known)
    if told:
        names = sorted(name for one in told for name in one.names)
        assert names == sorted(one.names[0] for one in known)
        assert joined(told).could == joined(known).could
        assert joined(told).voted == joined(known).voted
        for one in told:
            parts = [part for part in known if part.names[0] in one.names]
            assert (one.could, one.voted) == (joined(parts).could, joined(parts).voted)


@given(known=groups)
def test_groups_that_are_all_large_are_told_as_they_are(known: list[Group]) -> None:
    large = [Group(one.names, one.could + 2 * LEAST, one.voted + LEAST) for one in known]
    if len(large) > 1:
        assert {one.names for one in told_apart(large)} == {one.names for one in large}
        assert list(told_in_order(large)) == large


def test_a_gap_that_subtraction_would_fill_takes_the_smallest_with_it() -> None:
    told = told_apart([Group(("A",), 60, 30), Group(("B",), 40, 20), Group(("C",), 9, 4)])
    assert told == (Group(("A",), 60, 30), Group(("C", "B"), 49, 24))


def test_ages_join_their_neighbours() -> None:
    told = told_in_order(
        [Group(("18",), 5, 2), Group(("35",), 40, 20), Group(("50",), 60, 30), Group(("65",), 8, 8)]
    )
    assert told == (Group(("18", "35"), 45, 22), Group(("50", "65"), 68, 38))


def test_one_group_alone_is_not_told() -> None:
    assert told_apart([Group(("A",), 60, 30), Group(("B",), 9, 3)]) == ()
    assert told_in_order([Group(("18",), 60, 30)]) == ()
    assert told_apart([]) == ()
