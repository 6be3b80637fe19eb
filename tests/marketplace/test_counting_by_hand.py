"""Elections small enough to be counted on paper, with the arithmetic written out."""

from dataclasses import replace
from fractions import Fraction

import pytest

from marketplace.counting import (
    Completion,
    Count,
    CountRules,
    Pick,
    Purchase,
    Rule,
    Satisfaction,
    count,
    payments,
)
from marketplace.counting.profile import lay_out
from marketplace.counting.purses import bits_for
from marketplace.election import Ballot, BallotKind, Election, Project
from marketplace.errors import BadRules

MES = CountRules(rule=Rule.MES)


def approval(
    budget: int, costs: dict[str, int], votes: dict[str, int], *, scale: int = 0
) -> Election:
    """Build an election from costs by id and numbers of ballots by "a b c"."""
    return Election(
        kind=BallotKind.APPROVAL,
        budget=budget,
        projects=tuple(Project(name, cost) for name, cost in costs.items()),
        ballots=tuple(Ballot(tuple(marks.split()), (), n) for marks, n in votes.items()),
        scale=scale,
    )


TWO_STREETS = approval(
    100, {"park": 60, "well": 40, "ramp": 30}, {"park well": 6, "ramp": 3, "well": 1}
)
"""Seven want the well, six the park, three the ramp; ten voters share 100, so 10 each."""


def outcome_of(result: Count, project: str) -> tuple[str, int | None, int | None]:
    (outcome,) = [outcome for outcome in result.outcomes if outcome.project == project]
    return outcome.reason.value, outcome.money_short, outcome.votes_short


def test_greedy_goes_by_votes_and_skips_what_does_not_fit() -> None:
    """Well 7 votes (40), park 6 (60): 100 spent; nothing is left for the ramp."""
    result = count(TWO_STREETS, CountRules())
    assert result.winners == ("well", "park")
    assert result.rounds == (Pick("well", 7, 100), Pick("park", 6, 60))
    # The ramp lacks all 30 of its cost. Before the park there were 60, enough for it: with
    # 6 votes it would tie with the park and lose by id text, with 7 = 3 + 4 it would go before.
    assert outcome_of(result, "ramp") == ("no-money", 30, 4)
    assert (result.total_cost, result.votes, result.share) == (100, 10, None)
    assert result.exhaustive


def test_greedy_by_votes_per_cost() -> None:
    """Well 7/40 = 0.175, then park 6/60 = ramp 3/30 = 0.1: a tie that "park" wins by id."""
    result = count(TWO_STREETS, CountRules(satisfaction=Satisfaction.CARDINALITY))
    assert result.winners == ("well", "park")


def test_without_skipping_greedy_ends_at_the_first_misfit() -> None:
    """A 5 votes (60), then b 4 (50) does not fit into 40 and ends it, though c (30) would."""
    election = approval(100, {"a": 60, "b": 50, "c": 30}, {"a": 5, "b": 4, "c": 2})
    skipping = count(election, CountRules())
    ending = count(election, CountRules(rule=Rule.GREEDY_NO_SKIP))
    assert skipping.winners == ("a", "c")
    assert ending.winners == ("a",)
    assert outcome_of(ending, "b") == ("no-money", 10, 2)  # 10 more, or 6 votes to go before a
    assert outcome_of(ending, "c") == ("not-reached", None, 3)  # 5 votes go before b
    assert not ending.exhaustive


def test_equal_shares_gives_the_smaller_street_its_part() -> None:
    """Round 1, rates per satisfaction 1/votes: the well's seven pay 40/7 each.

    Left: 10 - 40/7 = 30/7 for the six and the one. Round 2: the park's six hold 6 x 30/7 = 180/7
    = 25.71, less than 60. The ramp's three pay 10 each.
    """
    result = count(TWO_STREETS, MES)
    assert result.winners == ("well", "ramp")
    assert result.share == 10
    first, second = result.rounds
    assert isinstance(first, Purchase)
    assert isinstance(second, Purchase)
    assert (first.price, first.rate) == (Fraction(40, 7), Fraction(1, 7))
    assert (second.price, second.rate) == (10, Fraction(1, 3))
    # 60 - 180/7 = 240/7 = 34.29 is missing, or four people with 10 each.
    assert outcome_of(result, "park") == ("no-money", 35, 4)
    assert result.total_cost == 70


def test_those_with_less_left_pay_all_they_have() -> None:
    """Four voters a, b, c and d share 40. First a, b and c pay 4 each for x (12) and keep 6.

    Then y (20): c has 6 and d 10, together 16 < 20: not affordable. z (14): an equal part would
    be 7, more than c's 6, so c pays 6 and d 8, at the rate 8/14.
    """
    election = approval(40, {"x": 12, "y": 20, "z": 14}, {"x": 2, "x y z": 1, "y z": 1})
    result = count(election, MES)
    assert result.winners == ("x", "z")
    (_, first), (_, second) = payments(result)
    assert sorted(first.values()) == [4, 4]  # two groups, one of two voters
    assert sorted(second.values()) == [6, 8]
    last = result.rounds[1]
    assert isinstance(last, Purchase)
    assert (last.rate, len(last.in_full), len(last.all_they_had)) == (Fraction(8, 14), 1, 1)
    assert outcome_of(result, "y") == ("no-money", 18, 2)  # d has 2 left; two shares of 10 do


def test_cardinality_prefers_the_cheap_where_cost_prefers_the_popular() -> None:
    """Price per supporter: big 30/3 = 10, small 4/2 = 2. Per satisfaction: 1/3 against 1/2."""
    election = approval(40, {"big": 30, "small": 4}, {"big small": 2, "big": 1, "": 1})
    by_cost = count(election, MES)
    by_number = count(election, replace(MES, satisfaction=Satisfaction.CARDINALITY))
    assert by_cost.winners == ("big",)  # all three gave their 10; nobody can pay for small
    assert by_number.winners == ("small",)  # then 8 + 8 + 10 = 26 < 30
    assert outcome_of(by_number, "big") == ("no-money", 4, 1)


def test_raised_shares_stop_before_they_overspend_or_when_nothing_fits() -> None:
    """Ten voters share 100. a (50) has 5 supporters, b (45) has 4, c (5) has 1.

    At 10 each: a at 10; b's four hold 40 < 45; c at 5. 55 spent, 45 left: b would fit, so shares
    grow. At 11: 44 < 45. At 12: b at 45/4. All 100 are spent, exhaustive.
    """
    election = approval(100, {"a": 50, "b": 45, "c": 5}, {"a": 5, "b": 4, "c": 1})
    result = count(election, replace(MES, completion=Completion.ADD1))
    assert (set(result.winners), result.passes, result.share) == ({"a", "b", "c"}, 3, 12)

    dear = replace(election, projects=(*election.projects[:1], Project("b", 60), Project("c", 5)))
    # Now b needs 15 each and costs 110 with a: at 15 the outcome overspends, at 14 it does not.
    stopped = count(dear, replace(MES, completion=Completion.ADD1_OVERSPEND))
    assert (stopped.winners, stopped.passes, stopped.share) == (("a", "c"), 6, 14)
    # Since nothing that costs at most 45 is left out, add1 stops at once.
    assert count(dear, replace(MES, completion=Completion.ADD1)).passes == 1


def test_raising_shares_for_one_rich_wish_takes_no_time() -> None:
    """Forty share the hall (100,000, 2,500 each); one alone wants the tree (90,000).

    Fifty voters share 200,000, so 4,000 each. The tree needs 90,000 of one purse: 86,000 steps.
    """
    election = approval(200_000, {"hall": 100_000, "tree": 90_000}, {"hall": 40, "tree": 1, "": 9})
    result = count(election, replace(MES, completion=Completion.ADD1))
    assert (result.winners, result.share, result.passes) == (("hall", "tree"), 90_000, 86_001)


def test_a_greedy_completion_spends_what_is_left_by_merit() -> None:
    """As above at 10 each: a and c, 45 left. The completion takes b."""
    election = approval(100, {"a": 50, "b": 45, "c": 5}, {"a": 5, "b": 4, "c": 1})
    result = count(election, replace(MES, completion=Completion.GREEDY))
    assert result.winners == ("a", "c", "b")
    assert outcome_of(result, "b")[0] == "completed"
    assert result.rounds[-1] == Pick("b", 4, 45)


def test_a_step_is_a_whole_unit_of_the_currency_whatever_the_scale() -> None:
    """The election of the raised shares in fen: the same three passes."""
    election = approval(10_000, {"a": 5000, "b": 4500, "c": 500}, {"a": 5, "b": 4, "c": 1}, scale=2)
    result = count(election, replace(MES, completion=Completion.ADD1))
    assert (result.passes, result.share) == (3, 1200)
    assert count(election, replace(MES, completion=Completion.ADD1, step=2)).passes == 2


def test_ties_go_by_id_as_text_or_by_the_published_order() -> None:
    election = approval(5, {"9": 5, "10": 5}, {"9": 1, "10": 1})
    assert count(election, CountRules()).winners == ("10",)
    assert count(election, CountRules(ties=("9", "10"))).winners == ("9",)
    equal = approval(10, {"9": 5, "10": 5}, {"9 10": 2})
    assert count(equal, MES).winners == ("10", "9")
    assert count(equal, replace(MES, ties=("9", "10"))).winners == ("9", "10")


def test_a_tie_between_fractions_is_seen_as_one() -> None:
    """Five voters share 50. c (10) costs its three supporters 10/3 each; they keep 20/3.

    "9" and "10" (15 each) have one of these and one untouched share each: equal parts would be
    7.5, so the poorer pays 20/3 and the other 25/3, a rate that no binary fraction holds.
    """
    election = approval(
        50, {"9": 15, "10": 15, "c": 10}, {"c": 1, "c 9": 1, "c 10": 1, "9": 1, "10": 1}
    )
    by_number = replace(MES, satisfaction=Satisfaction.CARDINALITY)
    result = count(election, by_number)
    assert result.winners == ("c", "10", "9")
    assert [entry.rate for entry in result.rounds if isinstance(entry, Purchase)] == [
        Fraction(10, 3),
        Fraction(25, 3),
        Fraction(25, 3),
    ]
    turned = count(election, replace(by_number, ties=("9", "10", "c")))
    assert turned.winners == ("c", "9", "10")


def test_points_weigh_what_each_pays() -> None:
    """Two voters share 20. p (6): 1 gives 2 points, 2 gives 1, so the rate is 6/3 = 2: 4 and 2."""
    election = Election(
        kind=BallotKind.CUMULATIVE,
        budget=20,
        projects=(Project("p", 6), Project("q", 12)),
        ballots=(Ballot(("p", "q"), (2, 3), 1), Ballot(("p", "q"), (1, 0), 1)),
    )
    result = count(election, replace(MES, satisfaction=Satisfaction.POINTS))
    assert result.winners == ("p",)  # q: its one supporter has 10 - 4 = 6 of 12
    ((_, paid),) = payments(result)
    assert sorted(paid.values()) == [2, 4]
    assert outcome_of(result, "q") == ("no-money", 6, 1)
    # Greedy by score: 3 points each, tie by id; by points per cost: p 3/6, q 3/12.
    assert count(election, CountRules(satisfaction=Satisfaction.SCORE)).winners == ("p", "q")


def test_borda_counts_whom_a_project_beats_and_score_gives_the_last_place_a_point() -> None:
    election = Election(
        kind=BallotKind.ORDINAL,
        budget=10,
        projects=(Project("p", 10), Project("q", 10)),
        ballots=(Ballot(("q", "p"), (), 2), Ballot(("p",), (), 3)),
        meta=(("max_length", "2"),),
    )
    # Borda: q 2 x 1, p 2 x 0 + 3 x 0. Score: q 2 x 2 = 4, p 2 x 1 + 3 x 2 = 8.
    assert count(election, CountRules(satisfaction=Satisfaction.BORDA)).winners == ("q",)
    assert count(election, CountRules(satisfaction=Satisfaction.SCORE)).winners == ("p",)


def test_what_is_below_the_threshold_cannot_win() -> None:
    result = count(TWO_STREETS, replace(MES, threshold=5))
    assert result.winners == ("well",)
    assert outcome_of(result, "ramp") == ("below-threshold", None, 2)


def test_what_costs_nothing_and_has_support_is_bought_first() -> None:
    election = approval(10, {"free": 0, "dear": 10, "unloved": 0}, {"free": 1, "dear": 9})
    assert count(election, MES).winners == ("free",)
    assert outcome_of(count(election, MES), "unloved")[0] == "no-support"
    by_merit = count(election, CountRules(satisfaction=Satisfaction.CARDINALITY))
    assert by_merit.winners == ("free", "dear", "unloved")


def test_an_election_without_votes_elects_nobody_by_equal_shares() -> None:
    empty = replace(TWO_STREETS, ballots=())
    result = count(empty, replace(MES, completion=Completion.ADD1))
    assert (result.winners, result.total_cost, result.votes) == ((), 0, 0)
    assert count(empty, CountRules(threshold=1)).winners == ()


def test_int64_is_used_only_where_it_is_proven_enough() -> None:
    profile = lay_out(TWO_STREETS, MES)
    assert bits_for(profile, 10) == 40
    # Ten voters with 2**48 each need 52 bits: 10 of 62 are left for grains.
    assert bits_for(profile, 2**48) == 10
    assert bits_for(profile, 2**52) is None


def test_rules_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(BadRules, match="belongs to Equal Shares"):
        CountRules(completion=Completion.ADD1)
    with pytest.raises(BadRules, match="ties 'lots' are unknown"):
        CountRules(ties="lots")
    with pytest.raises(BadRules, match="a threshold and a quorum are 0 or more"):
        CountRules(step=0)
    with pytest.raises(BadRules, match="needs cumulative ballots, these are approval"):
        count(TWO_STREETS, CountRules(satisfaction=Satisfaction.POINTS))
    with pytest.raises(BadRules, match=r"not an order of this election's projects: \['gate'\]"):
        count(TWO_STREETS, CountRules(ties=("gate", "park", "ramp", "well")))
    with pytest.raises(BadRules, match="one is named twice"):
        count(TWO_STREETS, CountRules(ties=("park", "park", "ramp", "well")))


def test_the_hash_of_the_rules_is_pinned() -> None:
    """Rules are published by this hash: it must never change for the same rules."""
    rules = CountRules()
    assert rules.canonical() == (
        '{"completion":"none","rule":"greedy","satisfaction":"cost","step":1,"threshold":0,'
        '"ties":"id-text","version":1}'
    )
    assert rules.sha256() == "191d4bd0aa1055497f9bce3c4b932466488a6ac72bb2da8a63c438cc2a7678ec"
    assert count(TWO_STREETS, rules).rules_sha256 == rules.sha256()
    others = [replace(rules, threshold=1), replace(rules, step=2), MES, replace(rules, ties=("a",))]
    assert len({rules.sha256(), *(other.sha256() for other in others)}) == 5
