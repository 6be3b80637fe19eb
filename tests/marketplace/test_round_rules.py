"""The rules of rounds as pure functions: four kinds of ballot, terms, dates, who may vote."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import Elector, Role
from marketplace import rules
from marketplace.counting import Completion, Rule, Satisfaction
from marketplace.election import Ceiling, Grouping
from marketplace.electorate import WhyNot, age, why_not
from marketplace.errors import (
    BadRules,
    CeilingOutOfBounds,
    DatesWrong,
    ElectorateWrong,
    GroupTooSmall,
    MarketplaceError,
    NamedTwice,
    NotACorrection,
    NotLonger,
    NotOnTheBallot,
    OverBudget,
    PointsOutOfBounds,
    PointsWrong,
    QuorumOutOfBounds,
    RoundMoved,
    ThresholdOutOfBounds,
    TooManyChoices,
    TooManyExtensions,
    TooManyPoints,
)
from marketplace.values import (
    BallotForm,
    Electorate,
    Marks,
    Round,
    RoundId,
    RoundPolicy,
    RoundState,
    Setup,
    Terms,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOME, GRID = uuid.UUID(int=1), uuid.UUID(int=2)
POLICY = RoundPolicy()

ceilings = st.dictionaries(
    st.tuples(st.sampled_from(Grouping), st.sampled_from(["youth", "culture", str(GRID)])),
    st.integers(1, 100),
).map(lambda found: tuple(Ceiling(*key, amount) for key, amount in found.items()))


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """Draw terms that a round may begin with."""
    kind = draw(st.sampled_from(BallotForm))
    rule = draw(st.sampled_from([Rule.GREEDY, Rule.MES]))
    points = draw(st.integers(1, 30)) if kind is BallotForm.CUMULATIVE else 0
    return Terms(
        draw(st.integers(100, 10_000)),
        draw(st.integers(1, 6)),
        rule,
        Satisfaction(draw(st.sampled_from(rules.SATISFACTIONS[kind]))),
        draw(st.sampled_from(Completion)) if rule is Rule.MES else Completion.NONE,
        kind=kind,
        points=points,
        points_each_max=draw(st.integers(0, points)),
        step=draw(st.integers(1, 500)),
        threshold=draw(st.integers(1, 40)),
        quorum=draw(st.integers(0, 100)),
        ceilings=draw(ceilings),
    )


@given(any_terms())
def test_terms_say_everything_that_they_are(terms: Terms) -> None:
    rules.terms(terms, policy=POLICY)
    assert Terms.of(terms.canonical()) == terms
    assert Terms.of(terms.canonical()).sha256() == terms.sha256()


def test_terms_of_before_keep_their_text() -> None:
    """A round that was published before there was more than approval has the same hash."""
    terms = Terms(8_000_000, 3, Rule.MES, completion=Completion.ADD1_GREEDY, threshold=0)
    assert terms.canonical() == (
        '{"ballot":"approval","budget_fen":8000000,"choices_max":3,"count":{"completion":'
        '"add1-greedy","rule":"mes","satisfaction":"cost","step":1,"threshold":0,'
        '"ties":"id-text","version":1}}'
    )


@given(terms=any_terms(), other=any_terms())
def test_other_terms_have_another_hash(terms: Terms, other: Terms) -> None:
    assert (terms == other) == (terms.sha256() == other.sha256())


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"kind": BallotForm.CUMULATIVE}, PointsOutOfBounds),
        ({"kind": BallotForm.CUMULATIVE, "points": 1001}, PointsOutOfBounds),
        ({"kind": BallotForm.CUMULATIVE, "points": 5, "points_each_max": 6}, PointsOutOfBounds),
        ({"points": 5}, PointsOutOfBounds),
        ({"satisfaction": Satisfaction.POINTS}, BadRules),
        ({"kind": BallotForm.ORDINAL, "satisfaction": Satisfaction.POINTS}, BadRules),
        ({"rule": Rule.GREEDY_NO_SKIP}, BadRules),
        ({"step": 0}, BadRules),
        ({"threshold": 0}, ThresholdOutOfBounds),
        ({"threshold": -1}, BadRules),
        ({"quorum": 101}, QuorumOutOfBounds),
        ({"quorum": -1}, QuorumOutOfBounds),
        ({"ceilings": (Ceiling(Grouping.CATEGORY, "youth", 1001),)}, CeilingOutOfBounds),
        ({"ceilings": (Ceiling(Grouping.CATEGORY, "youth", 0),)}, CeilingOutOfBounds),
        ({"ceilings": (Ceiling(Grouping.CATEGORY, "a", 1),) * 2}, CeilingOutOfBounds),
    ],
)
def test_terms_that_nobody_could_follow(how: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.terms(replace(Terms(1000, 2, Rule.GREEDY), **how), policy=POLICY)  # type: ignore[arg-type] # any of its parts


marks = st.lists(st.tuples(st.integers(1, 6), st.integers(-2, 12)), max_size=7)


@given(terms=any_terms(), given_marks=marks, costs=st.lists(st.integers(1, 4000), max_size=6))
def test_a_ballot_is_kept_exactly_when_it_may_be(
    terms: Terms, given_marks: list[tuple[int, int]], costs: list[int]
) -> None:
    on_ballot = dict(enumerate(costs, 1))
    choices = tuple(number for number, _ in given_marks)
    points = tuple(many for _, many in given_marks) if terms.points else ()
    told = Marks(choices, points)
    if wrong := _wrong(terms, told, on_ballot):
        with pytest.raises(tuple(wrong)):
            rules.ballot("voting", told, terms=terms, costs=on_ballot)
        return
    kept = rules.ballot("voting", told, terms=terms, costs=on_ballot)
    assert rules.ballot("voting", kept, terms=terms, costs=on_ballot) == kept
    assert set(kept.choices) <= set(choices)
    if terms.kind is BallotForm.ORDINAL:
        assert kept.choices == choices
    else:
        assert list(kept.choices) == sorted(set(kept.choices))
    assert dict(zip(kept.choices, kept.points, strict=False)) == {
        number: many for number, many in given_marks if many and points
    }


def _wrong(terms: Terms, told: Marks, costs: dict[int, int]) -> set[type[MarketplaceError]]:
    """Return everything that is wrong with a ballot, looked at the slow way."""
    wrong: set[type[MarketplaceError]] = set()
    named = [number for at, number in enumerate(told.choices) if not told.points or told.points[at]]
    each_most = terms.points_each_max or terms.points
    if any(number not in costs for number in told.choices):
        wrong.add(NotOnTheBallot)
    ordered = terms.kind in {BallotForm.ORDINAL, BallotForm.CUMULATIVE}
    if ordered and len(set(told.choices)) < len(told.choices):
        wrong.add(NamedTwice)
    if len(set(named)) > terms.choices_max:
        wrong.add(TooManyChoices)
    spent = sum(costs.get(number, 0) for number in set(named))
    if terms.kind is BallotForm.KNAPSACK and spent > terms.budget_fen:
        wrong.add(OverBudget)
    if any(many < 0 or many > each_most for many in told.points):
        wrong.add(PointsWrong)
    if sum(told.points) > terms.points and terms.points:
        wrong.add(TooManyPoints)
    return wrong


def test_a_bag_that_is_too_full_says_by_how_much() -> None:
    terms = Terms(1000, 5, Rule.GREEDY, kind=BallotForm.KNAPSACK)
    costs = {1: 600, 2: 400, 3: 250}
    assert rules.ballot("voting", Marks((2, 1)), terms=terms, costs=costs) == Marks((1, 2))
    with pytest.raises(OverBudget) as refused:
        rules.ballot("voting", Marks((1, 2, 3)), terms=terms, costs=costs)
    assert refused.value.over_fen == 250


def test_points_stand_only_on_ballots_that_hand_them_out() -> None:
    with pytest.raises(PointsWrong):
        rules.ballot("voting", Marks((1,), (3,)), terms=Terms(9, 2, Rule.GREEDY), costs={1: 1})
    terms = Terms(9, 2, Rule.GREEDY, kind=BallotForm.CUMULATIVE, points=5)
    with pytest.raises(PointsWrong):
        rules.ballot("voting", Marks((1,)), terms=terms, costs={1: 1})


def _round(**how: object) -> Round:
    terms = Terms(1000, 2, Rule.GREEDY)
    opened = Round(
        id=RoundId(uuid.UUID(int=9)),
        community_id=HOME,
        name="Autumn",
        terms=terms,
        terms_text=terms.canonical(),
        terms_hash=terms.sha256(),
        state=RoundState.VOTING,
        opened_at=NOON - DAY,
        voting_closes_at=NOON + DAY,
    )
    return replace(opened, **how)  # type: ignore[arg-type] # any of its parts


@given(
    roles=st.sets(st.sampled_from(Role)),
    age_min=st.sampled_from([0, 16, 18, 60]),
    born=st.none() | st.dates(date(1930, 1, 1), date(2020, 1, 1)),
    verified=st.booleans(),
    checked=st.booleans(),
    lives=st.sampled_from([(GRID, HOME), (HOME,)]),
    area=st.sampled_from([None, HOME, GRID]),
    seats=st.sampled_from([None, (), (uuid.UUID(int=7),)]),
)
def test_who_may_vote(  # noqa: PLR0913 (each part of an electorate)
    *,
    roles: set[Role],
    age_min: int,
    born: date | None,
    verified: bool,
    checked: bool,
    lives: tuple[uuid.UUID, ...],
    area: uuid.UUID | None,
    seats: tuple[uuid.UUID, ...] | None,
) -> None:
    elector = Elector(uuid.UUID(int=7), frozenset(roles), born, checked, lives)
    current = _round(area_id=area, electorate=Electorate(age_min, verified))
    found = why_not(current, elector, on=NOON.date(), seats=seats)
    in_the_way = {
        WhyNot.NO_SEAT: seats == (),
        WhyNot.NO_ROLE: seats is None and Role.RESIDENT not in roles,
        WhyNot.ELSEWHERE: area is GRID and GRID not in lives,
        WhyNot.NOT_VERIFIED: verified and not checked,
        WhyNot.AGE_UNKNOWN: age_min > 0 and born is None,
        WhyNot.TOO_YOUNG: born is not None and age(born, NOON.date()) < age_min,
    }
    assert (found is None) == (not any(in_the_way.values()))
    assert found is None or in_the_way[found]


def test_an_age_is_reached_on_the_birthday() -> None:
    born = date(2008, 2, 29)
    assert (age(born, date(2026, 2, 28)), age(born, date(2026, 3, 1))) == (17, 18)
    assert age(born, date(2024, 2, 29)) == 16


def test_what_a_round_is_set_up_with() -> None:
    rules.setup(Setup(), at=NOON)
    rules.setup(Setup(voting_opens_at=NOON + DAY, voting_closes_at=NOON + 2 * DAY), at=NOON)
    for opens, closes, field in (
        (NOON, None, "opens"),
        (None, NOON, "closes"),
        (NOON + DAY, NOON + DAY + timedelta(minutes=59), "closes"),
    ):
        with pytest.raises(DatesWrong) as refused:
            rules.dates(opens, closes, at=NOON)
        assert refused.value.field == field
    for electorate in (
        Electorate(age_min=-1),
        Electorate(age_min=121),
        Electorate(roles=frozenset()),
        Electorate(roles=frozenset({"treasurer"})),
    ):
        with pytest.raises(ElectorateWrong):
            rules.setup(Setup(electorate=electorate), at=NOON)
    council = Electorate(roles=frozenset(), council_id=GRID)
    rules.setup(Setup(electorate=council), at=NOON)


@given(st.builds(Electorate, st.integers(0, 120), st.booleans(), st.just(frozenset({"elder"}))))
def test_an_electorate_is_read_back_as_it_was(asked: Electorate) -> None:
    assert Electorate.of(asked.stated()) == asked
    assert Electorate.of(Electorate().stated()) == Electorate()


def test_groups_that_exclude_one_another() -> None:
    groups = rules.incompatible([[3, 1], [], [1, 3, 3], [2, 4]], on_ballot={1, 2, 3, 4})
    assert groups == ((1, 3), (2, 4))
    with pytest.raises(GroupTooSmall):
        rules.incompatible([[2, 2]], on_ballot={2})
    with pytest.raises(NotOnTheBallot):
        rules.incompatible([[1, 5]], on_ballot={1})


def test_an_open_ballot_only_lasts_longer() -> None:
    until = NOON + 2 * DAY

    def extended(current: Round, to: datetime, *, times: int = 0, policy: RoundPolicy = POLICY):  # type: ignore[no-untyped-def] # noqa: ANN202 (a short hand)
        rules.extension(current, to, at=NOON, times=times, policy=policy)

    extended(_round(), until)
    for wrong in (NOON, NOON + DAY, NOON + 16 * DAY):
        with pytest.raises(NotLonger):
            extended(_round(), wrong)
    with pytest.raises(TooManyExtensions):
        extended(_round(), until, times=1)
    with pytest.raises(TooManyExtensions):
        extended(_round(), until, policy=replace(POLICY, extensions_max=0))
    for state in (RoundState.PROPOSING, RoundState.CLOSED):
        with pytest.raises(RoundMoved):
            extended(_round(state=state), until)
    with pytest.raises(RoundMoved):
        extended(_round(voting_closes_at=NOON), until)


def test_a_correction_is_no_new_title() -> None:
    rules.correction("voting", "楼道扶手和折叠坐椅", "楼道扶手和折叠座椅")
    with pytest.raises(NotACorrection):
        rules.correction("voting", "楼道扶手和折叠座椅", "停车场")
    with pytest.raises(RoundMoved):
        rules.correction("closed", "Lamp", "Lamps")
