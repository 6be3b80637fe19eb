"""What must hold for every election, checked on random ones and against a second opinion."""

import os
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.counting import Completion, Count, CountRules, Purchase, Rule, count, payments
from marketplace.counting import purses as purses_module
from marketplace.election import Ballot, BallotKind, Election
from tests.marketplace import oracle

MANY = settings(max_examples=int(os.environ.get("LINLI_EXAMPLES", "60")), deadline=None)
"""LINLI_EXAMPLES=5000 looks much longer for an exception."""


@st.composite
def cases(draw: st.DrawFn) -> tuple[Election, CountRules]:
    """Draw an election and rules that fit its ballots."""
    election = draw(oracle.elections())
    rule = draw(st.sampled_from(list(Rule)))
    completions = list(Completion) if rule is Rule.MES else [Completion.NONE]
    rules = CountRules(
        rule=rule,
        satisfaction=draw(st.sampled_from(oracle.FITTING[election.kind])),
        completion=draw(st.sampled_from(completions)),
        threshold=draw(st.sampled_from([0, 0, 0, 1, 4])),
        quorum=draw(st.sampled_from([0, 0, 0, 3])),
        step=draw(st.sampled_from([1, 1, 2, 3])),
    )
    return election, rules


def unaddressed(result: Count) -> Count:
    """Leave out which ballot is in which group: that follows the ballots' order by its meaning."""
    return replace(result, group_of=())


@settings(MANY, max_examples=4 * MANY.max_examples)
@given(cases())
def test_the_count_agrees_with_the_second_opinion(case: tuple[Election, CountRules]) -> None:
    """All rules, completions, ballots, ceilings, exclusions, thresholds, quorums at once."""
    election, rules = case
    assert list(count(election, rules).winners) == oracle.winners(election, rules)


@pytest.mark.parametrize("grains", [purses_module.GRAINS_MOST, 8, 1])
def test_equal_shares_agrees_with_the_second_opinion(
    grains: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With coarse grains nearly everything is settled exactly, with fine ones nearly nothing."""
    monkeypatch.setattr(purses_module, "GRAINS_MOST", grains)
    monkeypatch.setattr(purses_module, "GRAINS_LEAST", 1)

    @MANY
    @given(oracle.elections(), st.data())
    def agrees(election: Election, data: st.DataObject) -> None:
        satisfaction = data.draw(st.sampled_from(oracle.FITTING[election.kind]))
        result = count(election, CountRules(rule=Rule.MES, satisfaction=satisfaction))
        share = Fraction(election.budget, max(election.votes, 1))
        expected = oracle.shares(election, satisfaction, share)
        found = [(entry.project, entry.rate) for entry in result.rounds]
        assert found == expected
        assert result.winners == tuple(name for name, _ in expected)

    agrees()


@MANY
@given(cases())
def test_never_beyond_the_budget_and_each_project_once(case: tuple[Election, CountRules]) -> None:
    election, rules = case
    result = count(election, rules)
    costs = {project.id: project.cost for project in election.projects}
    assert result.total_cost == sum(costs[winner] for winner in result.winners)
    assert result.total_cost <= election.budget
    assert len(set(result.winners)) == len(result.winners)
    assert sorted(outcome.project for outcome in result.outcomes) == sorted(costs)
    assert [o.project for o in result.outcomes if o.won] == list(result.winners)
    assert all(election.scores[winner] >= rules.threshold for winner in result.winners)


@MANY
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_projects_does_not_matter(case, random) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 (Hypothesis gives these)
    election, rules = case
    projects, ballots = list(election.projects), list(election.ballots)
    random.shuffle(projects)
    random.shuffle(ballots)
    shuffled = replace(election, projects=tuple(projects), ballots=tuple(ballots))
    assert unaddressed(count(shuffled, rules)) == unaddressed(count(election, rules))


@MANY
@given(cases(), st.randoms(use_true_random=False))
def test_other_names_give_the_same_winners_under_the_same_tie_order(case, random) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 (Hypothesis gives these)
    """So names decide among equals alone, and only by the order that was published."""
    election, rules = case
    ids = sorted(project.id for project in election.projects)
    others = [f"project {number}" for number in range(len(ids))]
    random.shuffle(others)
    new = dict(zip(ids, others, strict=True))
    renamed = replace(
        election,
        projects=tuple(replace(p, id=new[p.id]) for p in election.projects),
        ballots=tuple(
            ballot._replace(choices=tuple(new[choice] for choice in ballot.choices))
            for ballot in election.ballots
        ),
        incompatible=tuple(tuple(new[name] for name in group) for group in election.incompatible),
    )
    result = count(renamed, replace(rules, ties=tuple(new[name] for name in ids)))
    assert result.winners == tuple(new[name] for name in count(election, rules).winners)


@MANY
@given(cases())
def test_splitting_identical_ballots_does_not_matter(case: tuple[Election, CountRules]) -> None:
    election, rules = case
    single = tuple(
        ballot._replace(votes=1) for ballot in election.ballots for _ in range(ballot.votes)
    )
    split = replace(election, ballots=single)
    assert unaddressed(count(split, rules)) == unaddressed(count(election, rules))


@MANY
@given(cases(), st.sampled_from([2, 7, 100, 10**9, 10**14, 10**25]))
def test_the_unit_of_money_does_not_matter(case: tuple[Election, CountRules], factor: int) -> None:
    """Nor does leaving the range of int64: the largest factor is far beyond it."""
    election, rules = case
    scaled = replace(
        election,
        budget=election.budget * factor,
        projects=tuple(replace(p, cost=p.cost * factor) for p in election.projects),
        ceilings=tuple(c._replace(amount=c.amount * factor) for c in election.ceilings),
    )
    plain, grown = count(election, rules), count(scaled, replace(rules, step=rules.step * factor))
    assert grown.winners == plain.winners
    assert grown.total_cost == plain.total_cost * factor
    assert grown.passes == plain.passes
    if rules.rule is Rule.MES and plain.share is not None:
        assert grown.share == plain.share * factor


@MANY
@given(cases())
def test_machine_and_python_integers_give_the_same_count(
    case: tuple[Election, CountRules],
) -> None:
    election, rules = case
    assert count(election, rules, wide=True) == count(election, rules)


@MANY
@given(cases())
def test_payments_are_fair_exact_and_leave_nothing_affordable(
    case: tuple[Election, CountRules],
) -> None:
    election, rules = case
    result = count(election, replace(rules, rule=Rule.MES, quorum=0))
    costs = {project.id: project.cost for project in election.projects}
    assert result.share is not None
    left = [result.share] * len(result.group_sizes)
    prices = {e.project: e.price for e in result.rounds if isinstance(e, Purchase)}
    bought = []
    for project, paid in payments(result):
        bought.append(project)
        total = sum(result.group_sizes[group] * amount for group, amount in paid.items())
        assert total == costs[project]
        for group, amount in paid.items():
            left[group] -= amount
            assert amount >= 0
            assert left[group] >= 0
    assert bought == list(prices)
    for outcome in result.outcomes:
        if outcome.project in prices or election.scores[outcome.project] < rules.threshold:
            continue
        if not oracle.has_place(election, bought, outcome.project):
            continue
        supporters = {
            group
            for group, ballot in zip(result.group_of, election.ballots, strict=True)
            if _supports(ballot, outcome.project, election.kind, rules)
        }
        held = sum(result.group_sizes[group] * left[group] for group in supporters)
        assert not supporters or held < outcome.cost


def _supports(ballot: Ballot, project: str, kind: BallotKind, rules: CountRules) -> bool:
    one = Election(kind, 1, (), (ballot._replace(votes=1),))
    (vote,) = oracle.votes_of(one, rules.satisfaction)
    return vote.worth.get(project, 0) > 0


@MANY
@given(cases())
def test_a_contribution_of_what_was_missing_would_have_been_enough(
    case: tuple[Election, CountRules],
) -> None:
    election, rules = case
    rules = replace(rules, completion=Completion.NONE)
    for outcome in count(election, rules).outcomes:
        if outcome.won or outcome.money_short is None or outcome.reason == "no-support":
            continue
        helped = replace(
            election,
            projects=tuple(
                replace(p, cost=p.cost - outcome.money_short) if p.id == outcome.project else p
                for p in election.projects
            ),
        )
        assert outcome.project in count(helped, rules).winners
        barely = replace(
            election,
            projects=tuple(
                replace(p, cost=p.cost - outcome.money_short + 1) if p.id == outcome.project else p
                for p in election.projects
            ),
        )
        if rules.satisfaction in {"cost", "score"} and rules.rule is not Rule.MES:
            assert outcome.project not in count(barely, rules).winners


@MANY
@given(
    oracle.elections(kinds=(BallotKind.APPROVAL,)),
    st.sampled_from([Rule.GREEDY, Rule.GREEDY_NO_SKIP]),
    st.sampled_from(["cost", "cardinality"]),
)
def test_the_votes_that_were_missing_would_have_been_enough(
    election: Election, rule: Rule, satisfaction: str
) -> None:
    rules = CountRules(rule=rule, satisfaction=oracle.Satisfaction(satisfaction))
    for outcome in count(election, rules).outcomes:
        if outcome.won or outcome.votes_short is None:
            continue

        def wins(project: str, more: int) -> bool:
            extra = Ballot((project,), (), more)
            return (
                project
                in count(replace(election, ballots=(*election.ballots, extra)), rules).winners
            )

        assert outcome.votes_short > 0
        assert wins(outcome.project, outcome.votes_short)
        assert not wins(outcome.project, outcome.votes_short - 1)
