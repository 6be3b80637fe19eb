"""Ceilings, exclusions and a quorum in elections small enough to be counted on paper."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.counting import (
    Completion,
    Count,
    CountRules,
    Outcome,
    Rule,
    count,
    official_rules,
)
from marketplace.election import Ballot, BallotKind, Ceiling, Election, Grouping, Project
from marketplace.errors import BadRules
from marketplace.values import Terms
from tests.marketplace import oracle

MES = CountRules(rule=Rule.MES)


def lanes(
    *costs: tuple[str, int, str], votes: dict[str, int], budget: int = 100, **more: object
) -> Election:
    """Build an election from (id, cost, categories) and numbers of ballots by "a b c"."""
    election = Election(
        kind=BallotKind.APPROVAL,
        budget=budget,
        projects=tuple(Project(name, cost, category=sort) for name, cost, sort in costs),
        ballots=tuple(Ballot(tuple(marks.split()), (), times) for marks, times in votes.items()),
    )
    return replace(election, **more)  # type: ignore[arg-type] # a test's own


def ceiling(name: str, amount: int) -> Ceiling:
    return Ceiling(Grouping.CATEGORY, name, amount)


def outcome(result: Count, project: str) -> Outcome:
    (found,) = [outcome for outcome in result.outcomes if outcome.project == project]
    return found


GREEN = lanes(
    ("a", 30, "green"),
    ("b", 25, "green"),
    ("c", 20, "green"),
    ("d", 40, ""),
    votes={"a": 5, "b": 4, "c": 3, "d": 2},
    ceilings=(ceiling("green", 50),),
)
"""All four cost 115; of the green ones at most 50 may be spent."""


def test_greedy_skips_what_its_ceiling_no_longer_holds() -> None:
    """After a (30) there is room for 20 under the ceiling: b (25) is skipped, c (20) fits."""
    result = count(GREEN, CountRules())
    assert result.winners == ("a", "c", "d")
    lost = outcome(result, "b")
    assert (lost.reason, lost.ceiling, lost.money_short) == ("no-room", "green", 5)
    assert lost.votes_short == 2  # with 6 votes it would come before a
    assert result.exhaustive


def test_without_skipping_a_misfit_closes_its_ceiling_alone() -> None:
    """The green b does not fit and closes the ceiling to c; d is not green and goes on."""
    result = count(GREEN, CountRules(rule=Rule.GREEDY_NO_SKIP))
    assert result.winners == ("a", "d")
    assert outcome(result, "c").reason == "not-reached"
    assert outcome(result, "c").votes_short == 2  # 5 votes go before b, which closes it
    assert not result.exhaustive


def test_a_project_of_two_categories_needs_room_under_both() -> None:
    election = lanes(
        ("a", 30, "green"),
        ("b", 25, "green, youth"),
        votes={"a": 2, "b": 1},
        ceilings=(ceiling("green", 60), ceiling("youth", 20)),
    )
    lost = outcome(count(election, CountRules()), "b")
    assert (lost.reason, lost.ceiling, lost.money_short) == ("no-room", "youth", 5)


def test_a_neighbourhood_has_a_ceiling_of_its_own() -> None:
    north = Ceiling(Grouping.NEIGHBOURHOOD, "north", 40)
    election = lanes(("a", 30, ""), ("b", 20, ""), votes={"a": 2, "b": 1}, ceilings=(north,))
    assert count(election, CountRules()).winners == ("a", "b")
    there = tuple(replace(project, neighbourhood="north") for project in election.projects)
    assert count(replace(election, projects=there), CountRules()).winners == ("a",)


def test_equal_shares_passes_over_what_has_no_room() -> None:
    """Fourteen voters share 100: a's five hold 35.71, b's four 28.57 and c's three 21.43.

    a costs 6 each. Then b could be paid but has no room beside a; c has, and fills it.
    """
    result = count(GREEN, MES)
    assert result.winners == ("a", "c")
    assert outcome(result, "b").reason == "no-room"
    assert outcome(result, "b").money_short is None
    roomier = replace(GREEN, ceilings=(ceiling("green", 52),))
    assert outcome(count(roomier, MES), "b").money_short == 23  # a and c leave 2 of 52
    assert outcome(result, "d").reason == "no-money"


def test_of_projects_that_exclude_one_another_one_wins() -> None:
    election = lanes(
        ("low", 30, ""),
        ("high", 40, ""),
        ("tree", 20, ""),
        votes={"high": 6, "low": 5, "tree": 1},
        incompatible=(("low", "high"),),
    )
    for rule in Rule:
        result = count(election, CountRules(rule=rule))
        assert "low" not in result.winners
        lost = outcome(result, "low")
        assert (lost.reason, lost.rival, lost.money_short) == ("incompatible", "high", None)
    assert outcome(count(election, CountRules()), "low").votes_short == 2  # 7 go before 6


def test_raised_shares_end_though_the_excluded_is_never_bought() -> None:
    """Shares that grow for ever would never overspend: what has no place ends them."""
    election = lanes(
        ("low", 30, ""),
        ("high", 40, ""),
        votes={"high": 6, "low": 5},
        incompatible=(("low", "high"),),
    )
    for completion in Completion:
        result = count(election, replace(MES, completion=completion))
        assert result.winners == ("high",)
        assert result.passes == 1
        assert result.exhaustive


def test_the_completion_keeps_ceilings_and_exclusions() -> None:
    result = count(GREEN, replace(MES, completion=Completion.GREEDY))
    assert result.winners == ("a", "c", "d")
    assert outcome(result, "d").reason == "completed"


def test_below_the_quorum_nothing_wins() -> None:
    for rule in Rule:
        result = count(GREEN, CountRules(rule=rule, quorum=15))
        assert (result.winners, result.total_cost, result.rounds) == ((), 0, ())
        assert {(o.reason.value, o.votes_short) for o in result.outcomes} == {("below-quorum", 1)}
        assert count(GREEN, CountRules(rule=rule, quorum=14)).winners


def test_a_quorum_is_part_of_the_hashed_rules_where_there_is_one() -> None:
    rules = CountRules(quorum=9, ties=("a", "b"), threshold=2)
    assert '"quorum":9' in rules.canonical()
    assert '"quorum"' not in CountRules().canonical()
    assert CountRules.of(rules.canonical()) == rules
    assert CountRules.of(MES.canonical()) == MES
    for text in ("", "[]", "{}", '{"version":2}', rules.canonical().replace("quorum", "quota")):
        with pytest.raises(BadRules, match="rules"):
            CountRules.of(text)


def test_a_stranger_cannot_exclude() -> None:
    with pytest.raises(BadRules, match=r"no project of this election .*\['x'\]"):
        count(replace(GREEN, incompatible=(("a", "x"),)), CountRules())


@settings(max_examples=60, deadline=None)
@given(oracle.elections(), st.sampled_from(list(Rule)), st.sampled_from(list(Completion)))
def test_winners_keep_every_bound_and_reasons_say_which(
    election: Election, rule: Rule, completion: Completion
) -> None:
    rules = CountRules(rule, completion=completion if rule is Rule.MES else Completion.NONE)
    result = count(election, rules)
    costs = {project.id: project.cost for project in election.projects}
    for at, winner in enumerate(result.winners):
        assert oracle.has_place(election, list(result.winners[:at]), winner)
    for lost in result.outcomes:
        placed = oracle.has_place(election, list(result.winners), lost.project)
        if lost.reason == "incompatible":
            assert oracle.excluded(election, [str(lost.rival)], lost.project)
        if lost.reason == "no-room":
            broken = oracle.too_dear_for(election, list(result.winners), lost.project)
            assert lost.ceiling in {one.name for one in broken}
        if not lost.won and rules.completion.then_greedy:
            left = result.budget - result.total_cost
            assert not placed or costs[lost.project] > left
    if rule is Rule.GREEDY or rules.completion.then_greedy:
        assert result.exhaustive


def test_a_round_of_ours_is_followed_by_the_rules_it_published() -> None:
    terms = Terms(1000, 3, Rule.MES, completion=Completion.ADD1_GREEDY)
    published = replace(GREEN, meta=(("rule", "mes"), ("terms", terms.canonical())))
    assert official_rules(published) == terms.count_rules
    rules = CountRules(quorum=3, ties=("d", "c", "b", "a"))
    whole = replace(GREEN, meta=(("count_rules", rules.canonical()), ("rule", "greedy")))
    assert official_rules(whole) == rules
    with pytest.raises(BadRules, match="'mes' cannot be followed: no count here knows it"):
        official_rules(replace(GREEN, meta=(("rule", "mes"), ("terms", "by word of mouth"))))


def test_exclusive_rules_are_followed_where_the_file_says_who_excludes_whom() -> None:
    stated = (("rule", "greedy-exclusive"), ("quorum", "5"))
    with pytest.raises(BadRules, match="the file does not say which"):
        official_rules(replace(GREEN, meta=stated))
    told = official_rules(replace(GREEN, meta=stated, incompatible=(("a", "b"),)))
    assert (told.rule, told.quorum, told.satisfaction) == (Rule.GREEDY, 5, "score")
