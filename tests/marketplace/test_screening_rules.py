"""The rules of screening, without a database."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.screening import rules
from marketplace.screening.errors import (
    AgainstTheChecklist,
    BandOutside,
    InvalidBand,
    InvalidList,
    InvalidPoint,
    PointsOpen,
)
from marketplace.screening.values import (
    POINTS,
    Answer,
    Band,
    Draft,
    Outcome,
    ScreeningPolicy,
    Verdict,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = ScreeningPolicy(10, 2, 15, 10, 50_000, 20_000_000)
YES = Answer(Verdict.YES)
FINE = Draft(dict.fromkeys(POINTS, YES), Band(100_000, 200_000))

verdicts = st.sampled_from(Verdict)
drafts = st.builds(
    Draft,
    st.dictionaries(
        st.sampled_from(POINTS), st.builds(Answer, verdicts, st.sampled_from(["", "a note"]))
    ),
    st.none() | st.builds(Band, st.integers(1, 10**8), st.integers(1, 10**8)),
)
moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 (Hypothesis wants it so; the zone comes beside it)
    datetime(2030, 1, 1),  # noqa: DTZ001 (as above)
    timezones=st.just(UTC),
)


def test_a_term_ends_with_a_working_day() -> None:
    friday = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert rules.due(friday, 1, SHANGHAI) == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert rules.due(friday, 10, SHANGHAI).astimezone(SHANGHAI).date().isoformat() == "2026-12-04"


@given(moments, st.integers(1, 60), st.integers(0, 10))
def test_terms_count_working_days_alone(since: datetime, days: int, before: int) -> None:
    due = rules.due(since, days, SHANGHAI)
    last = due.astimezone(SHANGHAI)
    assert last.weekday() < 5
    first = since.astimezone(SHANGHAI).date()
    between = [first + timedelta(days=n) for n in range(1, (last.date() - first).days + 1)]
    assert sum(one.weekday() < 5 for one in between) == days
    remind = rules.remind_from(due, before, SHANGHAI)
    assert remind <= due
    assert rules.due(since, days + 1, SHANGHAI) > due


@given(drafts, st.sampled_from(Outcome))
def test_an_outcome_never_contradicts_the_answers(draft: Draft, wanted: Outcome) -> None:
    try:
        rules.complete(draft, POINTS, POLICY)
        rules.outcome(draft, wanted, "A reason")
    except (PointsOpen, InvalidPoint, InvalidBand, BandOutside, AgainstTheChecklist):
        return
    said = {answer.verdict for answer in draft.answers.values()}
    assert set(draft.answers) == set(POINTS)
    assert draft.band is not None
    assert not (wanted is Outcome.ACCEPTED and Verdict.NO in said)
    assert not (wanted is Outcome.REFUSED and said == {Verdict.YES})
    for answer in draft.answers.values():
        assert answer.verdict is Verdict.YES or answer.note


@pytest.mark.parametrize(
    "band", [Band(49_999, 60_000), Band(60_000, 20_000_001), Band(1, 100_000_000)]
)
def test_a_budget_fits_from_end_to_end_or_not_at_all(band: Band) -> None:
    with pytest.raises(BandOutside):
        rules.complete(dataclasses.replace(FINE, band=band), POINTS, POLICY)
    unclear = {**FINE.answers, "budget": Answer(Verdict.UNCLEAR, "Only partly.")}
    rules.complete(Draft(unclear, band), POINTS, POLICY)


def test_a_cost_is_stated_and_the_right_way_round() -> None:
    with pytest.raises(InvalidBand) as none:
        rules.complete(dataclasses.replace(FINE, band=None), POINTS, POLICY)
    assert none.value.field == "least"
    for band, field in ((Band(0, 5), "least"), (Band(6, 5), "most")):
        with pytest.raises(InvalidBand) as wrong:
            rules.progress(dataclasses.replace(FINE, band=band), POINTS)
        assert wrong.value.field == field


def test_no_more_than_ten_needs_are_alike() -> None:
    many = dataclasses.replace(FINE, alike=tuple(uuid.uuid4() for _ in range(11)))
    with pytest.raises(InvalidList):
        rules.progress(many, POINTS)


def test_a_list_stays_short_enough_to_be_read() -> None:
    rules.listed(["Schools"], [])
    for duties, questions in ((["x"] * 61, []), (["x"], ["y"] * 11)):
        with pytest.raises(InvalidList):
            rules.listed(duties, questions)
