"""Paper ballots by pure rules: serial numbers, what is keyed in, verdicts, samples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import rules as ballot_rules
from marketplace.counting import Rule
from marketplace.errors import MarketplaceError
from marketplace.paper import rules
from marketplace.paper.errors import (
    KeyedByYou,
    KeyedTwice,
    MarksUnreadable,
    NoDifference,
    SeedTooShort,
    SerialMistyped,
    TooManyPapers,
    UnknownPaper,
)
from marketplace.paper.values import Invalid, PaperState, Reading
from marketplace.values import BallotForm, Marks, Terms

COSTS = {1: 300, 2: 500, 3: 800, 4: 100}
BATCHES = st.integers(1, rules.BATCHES_MAX)
NUMBERS = st.integers(1, rules.BATCH_MAX)


def terms(kind: BallotForm = BallotForm.APPROVAL, **limits: int) -> Terms:
    return Terms(1000, 3, Rule.GREEDY, kind=kind, **limits)


@given(BATCHES, NUMBERS)
def test_a_serial_number_is_read_however_it_is_typed(batch: int, number: int) -> None:
    serial = rules.serial_of(batch, number)
    for typed in (serial, serial.replace("-", ""), f" {serial} ", serial.replace("-", " ")):
        assert rules.as_serial(typed) == serial


@given(BATCHES, NUMBERS, st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(batch: int, number: int, place: int, by: int) -> None:
    digits = list(rules.serial_of(batch, number).replace("-", ""))
    digits[place] = str((int(digits[place]) + by) % 10)
    with pytest.raises(SerialMistyped):
        rules.as_serial("".join(digits))


@pytest.mark.parametrize("typed", ["", "1", "02-017", "aa-bbb-c", "02-017-55", "０２-017-5"])
def test_what_is_no_serial_number(typed: str) -> None:
    with pytest.raises((UnknownPaper, SerialMistyped)):
        rules.as_serial(typed)


@pytest.mark.parametrize("size", [0, -1, rules.BATCH_MAX + 1])
def test_a_print_has_a_size(size: int) -> None:
    with pytest.raises(TooManyPapers):
        rules.batch(size, before=0)


def test_a_round_has_so_many_prints() -> None:
    rules.batch(1, before=rules.BATCHES_MAX - 1)
    with pytest.raises(TooManyPapers):
        rules.batch(1, before=rules.BATCHES_MAX)


@pytest.mark.parametrize(
    ("typed", "kind", "marks"),
    [
        ("3 1", BallotForm.APPROVAL, Marks((1, 3))),
        ("3，1、4", BallotForm.KNAPSACK, Marks((1, 3, 4))),
        ("3 1", BallotForm.ORDINAL, Marks((3, 1))),
        ("3 3", BallotForm.ORDINAL, Marks((3, 3))),
        ("3:5, 1=2", BallotForm.CUMULATIVE, Marks((3, 1), (5, 2))),
        ("3：5", BallotForm.CUMULATIVE, Marks((3,), (5,))),
        ("  ", BallotForm.APPROVAL, Marks()),
    ],
)
def test_what_is_keyed_in_is_read_as_marked(typed: str, kind: BallotForm, marks: Marks) -> None:
    assert rules.read_marks(typed, kind) == marks


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("3 x", BallotForm.APPROVAL),
        ("3:5", BallotForm.APPROVAL),
        ("-3", BallotForm.ORDINAL),
        ("3", BallotForm.CUMULATIVE),
        ("3:", BallotForm.CUMULATIVE),
        ("12345", BallotForm.APPROVAL),
    ],
)
def test_what_cannot_be_read_is_named(typed: str, kind: BallotForm) -> None:
    with pytest.raises(MarksUnreadable) as refused:
        rules.read_marks(typed, kind)
    assert refused.value.part in typed


@given(st.lists(st.integers(1, 999), max_size=8), st.data())
def test_marks_are_typed_as_they_are_read(choices: list[int], data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(BallotForm))
    points: tuple[int, ...] = ()
    if kind is BallotForm.CUMULATIVE:
        points = tuple(
            data.draw(st.lists(st.integers(1, 99), min_size=len(choices), max_size=len(choices)))
        )
    elif kind is not BallotForm.ORDINAL:
        choices = sorted(choices)
    marks = Marks(tuple(choices), points)
    assert rules.read_marks(rules.typed_marks(marks), kind) == marks


@pytest.mark.parametrize(
    ("reading", "of", "verdict"),
    [
        (Reading(Marks((1, 3))), terms(), Marks((1, 3))),
        (Reading(unclear=True), terms(), Invalid.UNCLEAR),
        (Reading(), terms(), Invalid.BLANK),
        (Reading(Marks((1, 2, 3, 4))), terms(), Invalid.TOO_MANY),
        (Reading(Marks((9,))), terms(), Invalid.UNKNOWN_PROJECT),
        (Reading(Marks((2, 2))), terms(), Marks((2,))),
        (Reading(Marks((2, 3))), terms(BallotForm.KNAPSACK), Invalid.OVER_BUDGET),
        (Reading(Marks((3, 1))), terms(BallotForm.ORDINAL), Marks((3, 1))),
        (Reading(Marks((3, 3))), terms(BallotForm.ORDINAL), Invalid.TWICE),
        (Reading(Marks((3,), (6,))), terms(BallotForm.CUMULATIVE, points=5), Invalid.POINTS),
        (Reading(Marks((3, 1), (3, 3))), terms(BallotForm.CUMULATIVE, points=5), Invalid.POINTS),
        (
            Reading(Marks((3, 1), (2, 3))),
            terms(BallotForm.CUMULATIVE, points=5),
            Marks((1, 3), (3, 2)),
        ),
    ],
)
def test_a_paper_ballot_counts_by_the_rules_of_the_screen(
    reading: Reading, of: Terms, verdict: Marks | Invalid
) -> None:
    assert rules.counted(reading, terms=of, costs=COSTS) == verdict


_KINDS = {
    BallotForm.APPROVAL: terms(),
    BallotForm.KNAPSACK: terms(BallotForm.KNAPSACK),
    BallotForm.CUMULATIVE: terms(BallotForm.CUMULATIVE, points=5, points_each_max=3),
    BallotForm.ORDINAL: terms(BallotForm.ORDINAL),
}


@given(st.sampled_from(BallotForm), st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6))))
def test_nothing_that_is_keyed_in_breaks_the_count(
    kind: BallotForm, given: list[tuple[int, int]]
) -> None:
    """Whatever two people agree on is either a ballot that the screen would take, or says why."""
    points = tuple(many for _, many in given) if kind is BallotForm.CUMULATIVE else ()
    reading = Reading(Marks(tuple(number for number, _ in given), points))
    verdict = rules.counted(reading, terms=_KINDS[kind], costs=COSTS)
    if isinstance(verdict, Invalid):
        return
    again = ballot_rules.ballot("voting", verdict, terms=_KINDS[kind], costs=COSTS)
    assert again == verdict
    assert verdict.choices


A, B = Reading(Marks((1,))), Reading(Marks((2,)))


@pytest.mark.parametrize(
    ("readings", "spoiled", "state"),
    [
        ([], False, PaperState.PRINTED),
        ([], True, PaperState.SPOILED),
        ([A], False, PaperState.ONCE),
        ([A, A], False, PaperState.SETTLED),
        ([A, B], False, PaperState.DIFFERING),
        ([A, B, B], False, PaperState.SETTLED),
        ([A, Reading(unclear=True)], False, PaperState.DIFFERING),
    ],
)
def test_how_far_a_ballot_has_come(
    readings: list[Reading],
    spoiled: bool,  # noqa: FBT001 (a column of the table above)
    state: PaperState,
) -> None:
    assert rules.state_of(readings, spoiled=spoiled) is state


def test_nobody_reads_a_ballot_twice() -> None:
    rules.another_reader(PaperState.PRINTED, [], "ann")
    rules.another_reader(PaperState.ONCE, ["ann"], "bo")
    with pytest.raises(KeyedByYou):
        rules.another_reader(PaperState.ONCE, ["ann"], "ann")
    with pytest.raises(KeyedTwice):
        rules.another_reader(PaperState.SETTLED, ["ann", "bo"], "cy")
    rules.third_reader(PaperState.DIFFERING, ["ann", "bo"], "cy")
    with pytest.raises(KeyedByYou):
        rules.third_reader(PaperState.DIFFERING, ["ann", "bo"], "bo")
    with pytest.raises(NoDifference):
        rules.third_reader(PaperState.SETTLED, ["ann", "bo"], "cy")


@given(st.integers(0, 400), st.integers(1, 100))
def test_a_sample_is_as_large_as_it_should_be(population: int, percent: int) -> None:
    size = rules.sample_size(population, percent)
    assert size <= population
    assert size == population or size >= max(rules.SAMPLE_MIN, population * percent / 100)
    assert rules.sample_size(population, 0) == 0


def test_a_sample_is_drawn_by_the_throw_alone() -> None:
    serials = [rules.serial_of(1, place) for place in range(1, 201)]
    first = rules.sample(serials, seed="415263", ballot_hash="ab", percent=5)
    assert len(first) == len(set(first)) == 10
    assert first == rules.sample(serials[::-1], seed="415263", ballot_hash="ab", percent=5)
    assert first != rules.sample(serials, seed="415264", ballot_hash="ab", percent=5)
    assert first != rules.sample(serials, seed="415263", ballot_hash="ac", percent=5)
    whole = rules.sample(serials, seed="415263", ballot_hash="ab", percent=100)
    assert whole[:10] == first, "looking at more goes on where the sample ended"
    assert sorted(whole) == serials


def test_every_ballot_is_as_likely_to_be_drawn() -> None:
    serials = [rules.serial_of(1, place) for place in range(1, 101)]
    drawn = dict.fromkeys(serials, 0)
    throws = 2000
    for thrown in range(throws):
        for serial in rules.sample(serials, seed=f"{thrown:06d}", ballot_hash="x", percent=10):
            drawn[serial] += 1
    expected = throws / 10
    chi = sum((many - expected) ** 2 / expected for many in drawn.values())
    assert chi < 150, "99 degrees of freedom: more than 149 comes once in a thousand"


def test_a_throw_has_digits_enough() -> None:
    assert rules.seed("4 1 5, 2 6 3") == "415263"
    with pytest.raises(SeedTooShort):
        rules.seed("41526")


@pytest.mark.parametrize(
    ("wrong", "checked", "share"),
    [(0, 10, 1 - 0.05 ** (1 / 10)), (0, 60, 1 - 0.05 ** (1 / 60)), (10, 10, 1.0), (1, 20, 0.2161)],
)
def test_how_many_may_be_wrong(wrong: int, checked: int, share: float) -> None:
    """Without a wrong one the bound has a formula; 1 of 20 is in the tables (0.2161)."""
    assert math.isclose(rules.wrong_at_most(wrong, checked), share, abs_tol=0.0001)


def test_every_refusal_of_a_ballot_has_its_verdict() -> None:
    """A new rule for ballots must say what a paper that breaks it is."""
    named = {rules.Invalid(one) for one in rules._INVALID.values()}  # noqa: SLF001 (the very table)
    assert named == set(Invalid) - {Invalid.UNCLEAR, Invalid.BLANK}
    assert all(issubclass(one, MarketplaceError) for one in rules._INVALID)  # noqa: SLF001 (as above)
