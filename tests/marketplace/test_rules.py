"""The rules as pure functions: what they let through, and every refusal."""

import hashlib
import hmac
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import Terms, rules
from marketplace.counting import Completion, Rule, Satisfaction, count
from marketplace.election import Ballot, BallotKind, Election, Project
from marketplace.errors import (
    BadRules,
    BudgetOutOfBounds,
    ChoicesLimitOutOfBounds,
    CostOutOfBounds,
    DatesWrong,
    NotACoordinator,
    NotAResident,
    NothingToVoteOn,
    NotOnTheBallot,
    ProposalsClosed,
    RoundMoved,
    TooDear,
    TooLong,
    TooManyChoices,
    TooManyProjects,
    VotingClosed,
    WordsMissing,
)
from marketplace.values import Marks, Round, RoundId, RoundPolicy, RoundState

USUAL = RoundPolicy()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATES = ("proposing", "voting", "closed")
numbers = st.integers(1, 999)


@given(st.sets(st.sampled_from(["resident", "volunteer", "coordinator", "elder", "treasurer"])))
def test_only_the_named_role_opens_its_door(roles: set[str]) -> None:
    for rule, role, refusal in (
        (rules.coordinates, "coordinator", NotACoordinator),
        (rules.resides, "resident", NotAResident),
    ):
        if role in roles:
            rule(roles)
        else:
            with pytest.raises(refusal):
                rule(roles)


@given(
    choices=st.lists(numbers, max_size=30),
    on_ballot=st.sets(numbers, max_size=30),
    most=st.integers(1, 20),
    state=st.sampled_from(STATES),
)
def test_a_ballot_is_kept_exactly_when_it_may_be(
    choices: list[int], on_ballot: set[int], most: int, state: str
) -> None:
    terms = Terms(1, most, Rule.GREEDY)
    marks, costs = Marks(tuple(choices)), dict.fromkeys(on_ballot, 5)
    if state != "voting":
        refusal: type[Exception] | None = VotingClosed
    elif set(choices) - on_ballot:
        refusal = NotOnTheBallot
    elif len(set(choices)) > most:
        refusal = TooManyChoices
    else:
        refusal = None
    if refusal:
        with pytest.raises(refusal):
            rules.ballot(state, marks, terms=terms, costs=costs)
        return
    kept = rules.ballot(state, marks, terms=terms, costs=costs)
    assert kept == Marks(tuple(sorted(set(choices))))
    assert rules.ballot(state, kept, terms=terms, costs=costs) == kept


@given(
    state=st.sampled_from(STATES),
    cost=st.integers(-1, 40),
    budget=st.integers(1, 30),
    projects=st.sampled_from([0, 1, 998, 999]),
)
def test_a_proposal_is_taken_exactly_when_it_may_be(
    state: str, cost: int, budget: int, projects: int
) -> None:
    wrong = {
        ProposalsClosed: state != "proposing",
        CostOutOfBounds: cost < 1,
        TooDear: cost > budget,
        TooManyProjects: projects >= 999,
    }
    refusal = next((refusal for refusal, so in wrong.items() if so), None)
    if refusal is None:
        rules.proposal(
            state, cost_fen=cost, budget_fen=budget, projects=projects, last=projects, policy=USUAL
        )
    else:
        with pytest.raises(refusal):
            rules.proposal(
                state,
                cost_fen=cost,
                budget_fen=budget,
                projects=projects,
                last=projects,
                policy=USUAL,
            )


@given(st.sets(numbers, max_size=40), st.uuids(), st.uuids())
def test_an_order_is_one_voter_s_own_and_always_the_same(
    ballot: set[int], round_id: uuid.UUID, voter: uuid.UUID
) -> None:
    order = rules.ballot_order(round_id, voter, ballot)
    assert sorted(order) == sorted(ballot)
    assert order == rules.ballot_order(round_id, voter, sorted(ballot, reverse=True))


def test_each_project_comes_first_about_as_often() -> None:
    round_id = uuid.UUID(int=7)
    first = [rules.ballot_order(round_id, uuid.UUID(int=n), range(1, 6))[0] for n in range(2000)]
    assert all(320 < first.count(number) < 480 for number in range(1, 6))


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.uuids())
def test_a_mark_is_the_hmac_of_key_and_resident(
    key: bytes, one: uuid.UUID, other: uuid.UUID
) -> None:
    mark = rules.voter_mark(key, one)
    assert mark == hmac.new(key, one.bytes, hashlib.sha256).digest()
    assert (mark == rules.voter_mark(key, other)) == (one == other)


@given(st.lists(st.integers(1, 100), max_size=8), st.integers(1, 800))
def test_winners_and_leftover_make_the_budget(costs: list[int], budget: int) -> None:
    named = {f"{n:03d}": cost for n, cost in enumerate(costs, 1)}
    if sum(costs) > budget:
        with pytest.raises(ValueError, match="more than the budget"):
            rules.leftover(budget, list(named), named)
    else:
        assert rules.leftover(budget, list(named), named) + sum(costs) == budget


def test_a_winner_is_paid_once() -> None:
    with pytest.raises(ValueError, match="more than the budget"):
        rules.leftover(100, ["001", "001"], {"001": 10})


def test_a_round_only_moves_on() -> None:
    terms = Terms(10, 2, Rule.GREEDY)
    proposing = Round(
        id=RoundId(uuid.UUID(int=1)),
        community_id=uuid.UUID(int=2),
        name="Autumn",
        terms=terms,
        terms_text=terms.canonical(),
        terms_hash=terms.sha256(),
        state=RoundState.PROPOSING,
        opened_at=NOON,
        voting_closes_at=NOON + timedelta(days=1),
    )
    rules.opening_of_ballot(proposing, projects=1, at=NOON)
    rules.closing("voting")
    with pytest.raises(NothingToVoteOn):
        rules.opening_of_ballot(proposing, projects=0, at=NOON)
    with pytest.raises(DatesWrong):
        rules.opening_of_ballot(proposing, projects=1, at=NOON + timedelta(days=1))
    for state in (RoundState.VOTING, RoundState.CLOSED):
        with pytest.raises(RoundMoved):
            rules.opening_of_ballot(replace(proposing, state=state), projects=1, at=NOON)
    for state in ("proposing", "closed"):
        with pytest.raises(RoundMoved) as refused:
            rules.closing(state)
        assert refused.value.state == state


def test_terms_have_bounds() -> None:
    def terms(budget: int, most: int, rule: str = "greedy", satisfaction: str = "cost") -> None:
        given = Terms(budget, most, Rule(rule), Satisfaction(satisfaction))
        rules.terms(given, policy=USUAL)

    terms(1, 1)
    terms(USUAL.budget_fen_max, USUAL.choices_max, "mes", "cardinality")
    for budget in (0, -5, USUAL.budget_fen_max + 1):
        with pytest.raises(BudgetOutOfBounds):
            terms(budget, 1)
    for most in (0, USUAL.choices_max + 1):
        with pytest.raises(ChoicesLimitOutOfBounds):
            terms(1, most)


@given(rule=st.sampled_from(Rule), satisfaction=st.sampled_from(Satisfaction))
def test_terms_that_could_not_be_counted_never_begin(
    rule: Rule, satisfaction: Satisfaction
) -> None:
    """Whatever a round may be opened with counts approval ballots to the end."""
    approvals = Election(
        kind=BallotKind.APPROVAL,
        budget=10,
        projects=(Project("001", 5), Project("002", 6)),
        ballots=(Ballot(("001",), (), 2), Ballot(("001", "002"), (), 1)),
    )
    try:
        rules.terms(Terms(10, 2, rule, satisfaction), policy=USUAL)
    except BadRules:
        assert rule not in {Rule.GREEDY, Rule.MES} or satisfaction not in {
            Satisfaction.COST,
            Satisfaction.CARDINALITY,
        }
    else:
        terms = Terms(10, 2, rule, satisfaction)
        assert count(approvals, terms.count_rules).winners == ("001",)


def test_words_are_needed_and_not_too_many() -> None:
    rules.words(title="A lamp", purpose="x" * 2000, place="Lane 3")
    with pytest.raises(WordsMissing) as missing:
        rules.words(title="A lamp", purpose="  \n")
    assert missing.value.field == "purpose"
    with pytest.raises(TooLong) as long:
        rules.words(title="x" * 81)
    assert (long.value.field, long.value.most) == ("title", 80)


@given(
    budget=st.integers(1, 10**11),
    most=st.integers(1, 20),
    rule=st.sampled_from(Rule),
    completion=st.sampled_from(Completion),
)
def test_terms_are_what_is_hashed(
    budget: int, most: int, rule: Rule, completion: Completion
) -> None:
    terms = Terms(budget, most, rule, Satisfaction.COST, completion)
    if completion is not Completion.NONE and rule is not Rule.MES:
        with pytest.raises(BadRules):
            terms.canonical()
        return
    text = terms.canonical()
    assert Terms.of(text) == terms
    assert terms.sha256() == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text)["count"] == json.loads(terms.count_rules.canonical())
    assert Terms(budget, most + 1, rule, Satisfaction.COST, completion).sha256() != terms.sha256()
