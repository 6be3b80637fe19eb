"""Whose money decided: against the exact payments, and on an election counted on paper."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings

from marketplace.counting import (
    CountRules,
    Rule,
    contributions,
    count,
    paid_for,
    payments,
    spread,
)
from marketplace.counting.spreading import FINE
from marketplace.election import Ballot, BallotKind, Election, Project
from tests.marketplace.test_counting_properties import cases

STREETS = Election(
    kind=BallotKind.APPROVAL,
    budget=100,
    projects=(Project("park", 60), Project("well", 40), Project("ramp", 30)),
    ballots=(Ballot(("park", "well"), (), 6), Ballot(("ramp",), (), 3), Ballot(("well",), (), 1)),
)


def test_what_a_share_paid_for_under_equal_shares() -> None:
    """The well's seven pay 40/7 each, the ramp's three 10 each; the park is not bought."""
    result = count(STREETS, CountRules(rule=Rule.MES))
    assert result.winners == ("well", "ramp")
    assert paid_for(STREETS, result, 0) == (("well", 6),)  # 5.71, to the nearest
    assert paid_for(STREETS, result, 1) == (("ramp", 10),)
    found = spread(STREETS, result)
    assert found.tenths == (6, 6, 6, 6, 6, 6, 6, 10, 10, 10)
    assert (found.without, found.most) == (0, 10)


def test_what_greedy_chose_is_paid_by_all_who_wanted_it() -> None:
    """Well 40 of seven, park 60 of six: 5.71 and 10; the ramp's three got nothing."""
    result = count(STREETS, CountRules())
    assert result.winners == ("well", "park")
    assert paid_for(STREETS, result, 0) == (("well", 6), ("park", 10))
    assert paid_for(STREETS, result, 1) == ()
    found = spread(STREETS, result)
    assert found.tenths == (0, 0, 0, 6, 16, 16, 16, 16, 16, 16)
    assert (found.without, found.most) == (3, 16)


def test_points_pay_in_proportion() -> None:
    election = replace(
        STREETS,
        kind=BallotKind.CUMULATIVE,
        ballots=(Ballot(("park", "well"), (1, 3), 1), Ballot(("well",), (1,), 1)),
    )
    rules = CountRules(satisfaction=CountRules().satisfaction.SCORE)
    assert paid_for(election, count(election, rules), 0) == (("well", 30), ("park", 60))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_contributions_are_the_exact_payments_rounded_down(
    case: tuple[Election, CountRules],
) -> None:
    election, rules = case
    result = count(election, rules)
    costs = {project.id: project.cost for project in election.projects}
    exact = dict(payments(result))
    told = list(contributions(election, result))
    assert [project for project, _ in told] == list(result.winners)
    slack = Fraction(100, FINE)
    for project, paid in told:
        total = sum(
            Fraction(int(amount), FINE) * ballot.votes
            for amount, ballot in zip(paid, election.ballots, strict=True)
        )
        wanted = exact.get(project)
        if wanted is not None or total:
            assert abs(total - costs[project]) <= slack * max(election.votes, 1)
        if wanted is not None:
            for at, amount in enumerate(paid.tolist()):
                owed = wanted.get(result.group_of[at], Fraction(0))
                assert abs(Fraction(amount, FINE) - owed) <= slack
