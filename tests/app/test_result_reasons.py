"""What a result's page says: every reason of a count, each kind of ballot, and what a score is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.i18n import speaking
from app.results.page import Around, as_page, own_result
from marketplace.counting import Completion, CountRules, Reason, Rule, Satisfaction
from marketplace.election import Ballot, BallotKind, Ceiling, Election, Grouping, Project
from marketplace.results import Result
from tests.marketplace.result_examples import result_of

YUAN = 100
LAMP, BENCH, STAGE, NOBODY = (
    Project("1", 40 * YUAN, "Lamp", "environment"),
    Project("2", 50 * YUAN, "Bench", "environment"),
    Project("3", 90 * YUAN, "Stage", "culture"),
    Project("4", 10 * YUAN, "Fence", "culture"),
)
LANE = Election(
    kind=BallotKind.APPROVAL,
    budget=100 * YUAN,
    projects=(LAMP, BENCH, STAGE, NOBODY),
    ballots=(Ballot(("1", "2"), (), 6), Ballot(("3",), (), 4), Ballot(("2",), (), 1)),
    scale=2,
)
MES = CountRules(Rule.MES)
GREEDY = CountRules()

REASONS: dict[Reason, tuple[Election, CountRules, str, str]] = {
    Reason.CHOSEN: (LANE, GREEDY, "1", ""),
    Reason.NO_SUPPORT: (LANE, MES, "4", "Nobody voted for it"),
    Reason.NO_MONEY: (LANE, GREEDY, "3", "Short by ¥80 or 4 votes"),
    Reason.BELOW_THRESHOLD: (
        LANE,
        CountRules(threshold=5),
        "3",
        "It lacked 1 vote to take part at all",
    ),
    Reason.BELOW_QUORUM: (
        LANE,
        CountRules(quorum=20),
        "2",
        "Too few took part for anything to be chosen: 9 ballots were missing",
    ),
    Reason.NOT_REACHED: (
        replace(
            LANE, ballots=(Ballot(("2",), (), 3), Ballot(("3",), (), 2), Ballot(("1",), (), 1))
        ),
        CountRules(Rule.GREEDY_NO_SKIP),
        "1",
        "The count had ended before its turn, at a project that did not fit.",
    ),
    Reason.NO_ROOM: (
        replace(LANE, ceilings=(Ceiling(Grouping.CATEGORY, "environment", 60 * YUAN),)),
        GREEDY,
        "1",
        "The part of the budget for “Environment and hygiene” did not cover it as well. Short",
    ),
    Reason.INCOMPATIBLE: (
        replace(LANE, incompatible=(("1", "2"),)),
        GREEDY,
        "1",
        "“Bench” was chosen, and only one of the two can be",
    ),
    Reason.COMPLETED: (
        LANE,
        CountRules(Rule.MES, completion=Completion.GREEDY),
        "1",
        "Chosen with the money that equal shares had left",
    ),
}
AROUND = Around({}, {"environment": "Environment and hygiene"}, {})


def test_there_is_an_election_for_every_reason() -> None:
    assert REASONS.keys() == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_in_words(reason: Reason) -> None:
    election, rules, project, words = REASONS[reason]
    result = result_of(election, rules)
    assert result.deciding.outcomes[project].reason is reason
    with speaking("en"):
        page = as_page(result, None, AROUND)
    (bar,) = [bar for bar in page.bars if bar["label"] == _name(election, project)]
    if words:
        assert bar["notes"][1].startswith(words)
    else:
        assert len(bar["notes"]) == 1
    with speaking("zh"):
        chinese = as_page(result, None, AROUND)
    (told,) = [bar for bar in chinese.bars if bar["label"] == _name(election, project)]
    assert len(told["notes"]) == len(bar["notes"])
    if words:
        assert told["notes"] != bar["notes"], "there is no Chinese for this reason"


def _name(election: Election, project: str) -> str:
    return next(one.name for one in election.projects if one.id == project)


def test_a_loser_under_equal_shares_is_told_what_its_supporters_lacked() -> None:
    result = result_of(LANE, MES)
    with speaking("en"):
        page = as_page(result, None)
    (stage,) = [bar for bar in page.bars if bar["label"] == "Stage"]
    # Four voters hold a share of 100 / 11 yuan each: 53.64 yuan, or six shares, short of 90.
    assert stage["notes"][1] == (
        "Those who wanted it had too little left between them. Short by ¥53.64 or 6 supporters"
    )


def _pointed(kind: BallotKind, points: Callable[[int], tuple[int, ...]]) -> Election:
    return Election(
        kind=kind,
        budget=100 * YUAN,
        projects=(LAMP, BENCH, STAGE),
        ballots=(Ballot(("1", "3"), points(2), 3), Ballot(("3", "2"), points(2), 2)),
        scale=2,
    )


@pytest.mark.parametrize(
    ("kind", "satisfaction", "told", "support"),
    [
        (BallotKind.CUMULATIVE, Satisfaction.SCORE, "handed out points", "9 points"),
        (BallotKind.CUMULATIVE, Satisfaction.COST, "how many ballots name a project", "5 votes"),
        (BallotKind.ORDINAL, Satisfaction.SCORE, "put projects in order", "7 points"),
        (BallotKind.APPROVAL, Satisfaction.COST, "ticked the projects", "5 votes"),
        (BallotKind.CHOOSE_ONE, Satisfaction.COST, "chose one project", "5 votes"),
    ],
)
def test_what_a_score_is(
    kind: BallotKind, satisfaction: Satisfaction, told: str, support: str
) -> None:
    def points(many: int) -> tuple[int, ...]:
        return tuple(range(many, 0, -1)) if kind is BallotKind.CUMULATIVE else ()

    election = _pointed(kind, points)
    result = result_of(election, CountRules(satisfaction=satisfaction))
    with speaking("en"):
        page = as_page(result, None)
    assert told in page.kind_words
    title = (
        "Most points first" if satisfaction is Satisfaction.SCORE and "points" in support else ""
    )
    assert page.sides[0].title == (title or "Most votes first")
    parts = [bar["part"] for bar in page.bars]
    assert parts == sorted(parts, reverse=True)
    (stage,) = [bar for bar in page.bars if bar["label"] == "Stage"]
    expected = {"9 points": "7 points"}.get(support, support)
    assert stage["text"] == expected


def test_a_knapsack_is_told_as_a_bag() -> None:
    with speaking("en"):
        page = as_page(result_of(LANE, GREEDY), None, Around({}, {}, {}, knapsack=True))
    assert "filled a bag" in page.kind_words


def test_both_rules_stand_side_by_side_and_what_differs_is_marked() -> None:
    result = result_of(LANE, MES, GREEDY)
    with speaking("en"):
        page = as_page(result, None)
    assert [(side.name, side.decides) for side in page.sides] == [("mes", True), ("greedy", False)]
    only = {side.name: [item["name"] for item in side.items if item["only"]] for side in page.sides}
    chosen = {name: set(one.winners) for name, one in result.counts.items()}
    for name, other in (("mes", "greedy"), ("greedy", "mes")):
        assert set(only[name]) == {_name(LANE, one) for one in chosen[name] - chosen[other]}
    assert page.alike == (chosen["mes"] == chosen["greedy"])
    assert as_page(result, "greedy").name == "greedy"
    assert as_page(result, "no-such-rule").name == "mes"


def test_the_money_s_spread_adds_up() -> None:
    supported = replace(LANE, projects=(LAMP, BENCH, STAGE))
    result = result_of(supported, GREEDY, MES)
    with speaking("en"):
        page = as_page(result, None)
    assert page.spread is not None
    served, tenths = page.spread.pictures
    for place in range(2):
        assert sum(row.parts[place][0] for row in served.rows) == LANE.votes
        spent = tenths.rows[0].parts[place][1]
        assert abs(sum(row.parts[place][0] for row in tenths.rows) - spent) <= 10
    assert [row.label for row in served.rows] == ["None of them", "1 project", "2 projects"]
    # Greedy bought the bench and the lamp: four have nothing, one the bench, six both.
    assert [row.parts[0][0] for row in served.rows] == [4, 1, 6]


def test_of_fewer_than_ten_voters_nothing_is_said_by_tenths() -> None:
    few = replace(LANE, ballots=(Ballot(("1", "2"), (), 6), Ballot(("3",), (), 3)))
    with speaking("en"):
        spread = as_page(result_of(few, GREEDY), None).spread
    assert spread is not None
    assert len(spread.pictures) == 1
    assert "tenth" not in spread.sentences[0]
    assert "3 voters (33.3%) had nothing" in spread.sentences[0]


def test_nothing_chosen_has_no_spread() -> None:
    assert as_page(result_of(LANE, CountRules(quorum=20)), None).spread is None


@pytest.mark.parametrize(("quorum", "reached"), [(11, True), (12, False)])
def test_a_quorum_says_what_was_needed_and_what_follows(quorum: int, *, reached: bool) -> None:
    with speaking("en"):
        page = as_page(result_of(LANE, CountRules(quorum=quorum)), None)
    assert page.quorum is not None
    assert page.quorum.reached is reached
    assert f"{quorum} ballots were needed" in page.quorum.told
    assert ("nothing is chosen" in page.quorum.told) is not reached


def test_a_project_s_own_result() -> None:
    result = result_of(LANE, GREEDY, MES)
    with speaking("en"):
        told = own_result(result, "3")
    assert (told.place, told.support) == ("Place 3 of 4", "4 votes")
    assert told.verdicts[0] == ("Most votes first", "Short by ¥80 or 4 votes")


def test_an_empty_vote_is_told_too() -> None:
    nobody: Result = result_of(replace(LANE, ballots=()), GREEDY, MES)
    with speaking("en"):
        page = as_page(nobody, "mes")
        greedy = as_page(nobody, "greedy")
    assert (page.chosen, page.spread) == (0, None)
    chosen = [bar for bar in greedy.bars if bar["won"]]
    assert chosen
    assert all("though nobody voted for it" in bar["notes"][1] for bar in chosen)
