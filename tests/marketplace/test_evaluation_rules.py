"""The rules of evaluations, without a database: the draw, exact scores, nobody singled out."""

import dataclasses
import uuid
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from community import Policy
from marketplace.errors import TooLong, WordsMissing
from marketplace.evaluation import (
    Aspect,
    Check,
    CheckAnswer,
    EvaluationPolicy,
    Finding,
    FindingsWrong,
    MarksMissing,
    PhotosWrong,
    TermWrong,
    WhyNot,
    rules,
)
from marketplace.evaluation.policy import evaluation_policy
from tests.marketplace.evaluation_examples import FINE, wanting

ASPECTS = tuple(Aspect)
ratings = some.lists(some.tuples(*[some.integers(0, 5)] * len(ASPECTS)).filter(any), max_size=14)
TODAY = datetime.now(UTC).date()


def test_what_a_community_did_not_decide_is_what_the_rules_take_for_usual() -> None:
    assert evaluation_policy(Policy()) == EvaluationPolicy()


@given(ratings, some.integers(3, 7))
def test_a_score_is_exact_and_its_spread_adds_up(given_: list[tuple[int, ...]], least: int) -> None:
    found = rules.result(given_, ASPECTS, shown_from=least)
    assert found.raters == len(given_)
    for place, aspect in enumerate(ASPECTS):
        said = [one[place] for one in given_ if one[place]]
        score = found.aspects[aspect]
        if score is not None:
            assert score.raters == len(said) == sum(score.counts)
            assert score.mean == Fraction(sum(said), len(said))
            assert 1 <= score.mean <= 5
    if found.overall is not None:
        shown = [one for one in found.aspects.values() if one is not None]
        assert found.overall.total == sum(one.total for one in shown)
        assert found.overall.raters == sum(one.raters for one in shown)


@given(ratings, some.integers(3, 7))
def test_nothing_is_shown_of_fewer_than_so_many(given_: list[tuple[int, ...]], least: int) -> None:
    found = rules.result(given_, ASPECTS, shown_from=least)
    for place, aspect in enumerate(ASPECTS):
        marks = sum(bool(one[place]) for one in given_)
        shown = found.aspects[aspect] is not None
        assert shown == (len(given_) >= least and marks >= least)
    assert (found.overall is None) == all(one is None for one in found.aspects.values())


@given(ratings, some.integers(3, 7), some.data())
def test_what_is_not_shown_leaves_no_trace_in_what_is(
    given_: list[tuple[int, ...]], least: int, data: some.DataObject
) -> None:
    """Whatever the few gave for a hidden aspect, the page is the same."""
    before = rules.result(given_, ASPECTS, shown_from=least)
    hidden = [n for n, one in enumerate(ASPECTS) if before.aspects[one] is None]

    def otherwise(rating: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            data.draw(some.integers(1, 5)) if n in hidden and mark else mark
            for n, mark in enumerate(rating)
        )

    assert rules.result([otherwise(one) for one in given_], ASPECTS, shown_from=least) == before


@given(some.lists(some.uuids(), max_size=40), some.integers(0, 20), some.uuids(), some.randoms())
def test_a_draw_can_be_repeated_by_whoever_knows_its_seed(
    everybody: list[uuid.UUID], most: int, seed: uuid.UUID, chance: object
) -> None:
    drawn = rules.drawn(everybody, most, seed)
    shuffled = list(everybody)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert rules.drawn(shuffled, most, seed) == drawn
    assert len(drawn) == min(most, len(set(everybody)))
    assert set(drawn) <= set(everybody)
    assert rules.drawn(everybody, most + 1, seed)[:most] == drawn


def test_a_draw_favours_nobody() -> None:
    everybody = [uuid.UUID(int=n) for n in range(1, 21)]
    times = dict.fromkeys(everybody, 0)
    for seed in range(4000):
        for one in rules.drawn(everybody, 5, uuid.UUID(int=seed)):
            times[one] += 1
    assert all(850 <= count <= 1150 for count in times.values()), times


def test_who_took_part_or_lives_here_rates_and_who_is_barred_does_not() -> None:
    me = uuid.uuid4()
    assert rules.why_not(me, barred={}, took_part=True, lives_here=False) is None
    assert rules.why_not(me, barred={}, took_part=False, lives_here=True) is None
    nobody = rules.why_not(me, barred={}, took_part=False, lives_here=False)
    assert nobody is WhyNot.ELSEWHERE
    kin = {me: WhyNot.KIN}
    assert rules.why_not(me, barred=kin, took_part=True, lives_here=True) is WhyNot.KIN


@pytest.mark.parametrize("mark", [-1, 6, 100])
def test_a_mark_is_one_to_five_or_cannot_say(mark: int) -> None:
    given_ = dict.fromkeys(ASPECTS, 3) | {Aspect.WORTH_IT: mark}
    with pytest.raises(MarksMissing) as missing:
        rules.marks(given_, ASPECTS)
    assert missing.value.field == Aspect.WORTH_IT


def test_a_rating_says_something() -> None:
    with pytest.raises(MarksMissing):
        rules.marks(dict.fromkeys(ASPECTS, 0), ASPECTS)
    with pytest.raises(MarksMissing):
        rules.marks({Aspect.USEFUL: 5}, ASPECTS)
    only = dict.fromkeys(ASPECTS, 0) | {Aspect.INVOLVED: 2}
    assert rules.marks(only, ASPECTS) == (0, 0, 0, 0, 2)


def signed(draft: object, days_max: int = 60) -> object:
    return rules.sign_off(draft, tuple(Check), today=TODAY, days_max=days_max)  # type: ignore[arg-type] # a draft


def test_the_answers_carry_the_outcome() -> None:
    assert rules.passes(FINE.findings)
    assert not rules.passes(wanting().findings)
    kept = rules.sign_off(FINE, tuple(Check), today=TODAY, days_max=60)
    assert kept.mend_by is None
    not_here = [Finding(one, CheckAnswer.NOT_HERE) for one in Check]
    assert rules.passes(not_here)


def test_a_point_without_an_answer_or_a_fault_without_words_is_refused() -> None:
    with pytest.raises(FindingsWrong) as open_point:
        signed(dataclasses.replace(FINE, findings=FINE.findings[1:]))
    assert open_point.value.field == Check.AS_PLANNED
    silent = Finding(Check.SAFE, CheckAnswer.NO, "  ")
    with pytest.raises(FindingsWrong) as wordless:
        signed(dataclasses.replace(wanting(), findings=(*FINE.findings, silent)))
    assert wordless.value.field == "safe_words"


@pytest.mark.parametrize("day", [None, TODAY, TODAY + timedelta(days=61)])
def test_what_goes_back_has_a_term_within_bounds(day: date | None) -> None:
    with pytest.raises(TermWrong) as term:
        signed(dataclasses.replace(wanting(), mend_by=day))
    assert (term.value.first, term.value.last) == (
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=60),
    )


def test_a_signature_has_words_and_photographs_within_bounds() -> None:
    with pytest.raises(WordsMissing):
        signed(dataclasses.replace(FINE, words=" "))
    with pytest.raises(TooLong):
        signed(dataclasses.replace(FINE, words="x" * 1001))
    for photos in (((b"x", ""),) * 7, ((b"", ""),), ((b"x" * 1024 * 1025, ""),)):
        with pytest.raises(PhotosWrong):
            signed(dataclasses.replace(FINE, photos=photos))
