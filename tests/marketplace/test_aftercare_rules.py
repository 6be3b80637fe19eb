"""The rules of aftercare, without a database: days, shares, forces, refusals."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.aftercare import rules
from marketplace.aftercare.errors import (
    AttentionMoved,
    CheckDone,
    CheckTooEarly,
    CovenantChanged,
    NotToJoin,
    NotToSign,
    SameWords,
    TooManyPhotos,
)
from marketplace.aftercare.values import (
    Attention,
    AttentionId,
    AttentionState,
    Check,
    CheckId,
    CheckState,
    Custodian,
    CustodianId,
    CustodianState,
    Outcome,
)
from marketplace.errors import TooLong, WordsMissing

PROJECT, HOME = uuid.uuid4(), uuid.uuid4()
THEN = datetime(2026, 1, 31, 4, tzinfo=UTC)


def check(due: date, **how: Any) -> Check:
    plain: dict[str, Any] = {
        "custodian_id": None, "outcome": None, "words": "", "done_by": None, "done_at": None,
        "reminded_at": None, "missed_at": None,
    }  # fmt: skip
    return Check(CheckId(uuid.uuid4()), PROJECT, HOME, 1, due, **{**plain, **how})


def custodian(until: date, state: CustodianState = CustodianState.SERVING) -> Custodian:
    who = uuid.uuid4()
    return Custodian(
        CustodianId(uuid.uuid4()), PROJECT, HOME, who, state, who, THEN, THEN, until, None, ""
    )


def attention(state: AttentionState = AttentionState.OPEN) -> Attention:
    return Attention(
        AttentionId(uuid.uuid4()), PROJECT, HOME, "Loose", uuid.uuid4(), THEN, None, state, None
    )


def test_checks_fall_on_the_day_of_the_month_or_its_last() -> None:
    assert rules.check_days(date(2026, 8, 31), months=18, every=6) == (
        date(2027, 2, 28), date(2027, 8, 31), date(2028, 2, 29),
    )  # fmt: skip
    assert rules.check_days(date(2026, 8, 31), months=5, every=6) == ()
    assert rules.check_days(date(2026, 8, 31), months=0, every=1) == ()


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 240),
    st.integers(1, 60),
)
def test_checks_ascend_and_keep_within_the_months_of_care(
    delivered: date, months: int, every: int
) -> None:
    days = rules.check_days(delivered, months=months, every=every)
    assert len(days) == months // every
    assert list(days) == sorted(set(days))
    assert all(delivered < one <= rules.months_after(delivered, months) for one in days)


@given(
    st.lists(st.integers(0, 900), max_size=20),
    st.lists(st.integers(0, 900), max_size=6),
)
def test_every_check_that_somebody_can_take_is_taken_and_none_by_who_is_gone(
    due: list[int], terms: list[int]
) -> None:
    begin = date(2026, 1, 1)
    checks = [check(begin + timedelta(days=one)) for one in due]
    serving = [custodian(begin + timedelta(days=one)) for one in terms]
    found = rules.shared(checks, serving)
    until = {one.member_id: one.term_until for one in serving}
    for one in checks:
        able = [who for who, last in until.items() if last is not None and one.due_on <= last]
        assert (one.id in found) == bool(able)
        assert not able or found[one.id] in able
    if terms and due and min(terms) >= max(due):
        counts = [list(found.values()).count(one) for one in until]
        assert max(counts) - min(counts) <= 1, "shared evenly"


def test_a_check_keeps_its_custodian_and_a_done_one_is_let_be() -> None:
    one, other = custodian(date(2027, 1, 1)), custodian(date(2027, 1, 1))
    kept = check(date(2026, 6, 1), custodian_id=one.member_id)
    done = check(date(2026, 7, 1), done_at=THEN)
    free = check(date(2026, 8, 1))
    assert rules.shared([kept, done, free], [one, other]) == {free.id: other.member_id}
    gone = custodian(date(2027, 1, 1), CustodianState.ENDED)
    assert rules.shared([free], [gone]) == {}


def test_a_version_comes_into_force_once_and_only_after_the_one_that_is() -> None:
    def now(number: int, signatures: int) -> bool:
        return rules.comes_into_force(number, in_force=2, signatures=signatures, needed=3)

    assert [now(3, 2), now(3, 3), now(2, 9), now(1, 9)] == [False, True, False, False]


def test_a_version_is_written_against_the_latest_and_says_something_new() -> None:
    rules.writing("new", base=2, latest=2, latest_words="old")
    rules.writing("first", base=0, latest=0, latest_words="")
    with pytest.raises(CovenantChanged) as late:
        rules.writing("new", base=1, latest=2, latest_words="old")
    assert late.value.number == 2
    with pytest.raises(SameWords):
        rules.writing("old", base=1, latest=2, latest_words="old")


def test_only_the_latest_and_the_one_in_force_take_signatures() -> None:
    for number in (4, 2):
        rules.signing(number, latest=4, in_force=2)
    for number in (0, 1, 3, 5):
        with pytest.raises(NotToSign):
            rules.signing(number, latest=4, in_force=2)


def test_a_result_comes_in_time_once_and_says_what_is_wrong() -> None:
    due = date(2026, 6, 10)
    one = check(due)

    def said(outcome: Outcome, words: str, on: date) -> str:
        return rules.checking(one, outcome, words, on=on, remind_days=7)

    assert not said(Outcome.GOOD, " ", due - timedelta(days=7))
    assert said(Outcome.BROKEN, " gone ", due + timedelta(days=90)) == "gone"
    with pytest.raises(CheckTooEarly):
        said(Outcome.GOOD, "", due - timedelta(days=8))
    for outcome in (Outcome.SMALL_FAULTS, Outcome.BROKEN):
        with pytest.raises(WordsMissing):
            said(outcome, " ", due)
    with pytest.raises(TooLong):
        said(Outcome.GOOD, "x" * 1001, due)
    with pytest.raises(CheckDone):
        rules.checking(check(due, done_at=THEN), Outcome.GOOD, "", on=due, remind_days=7)
    with pytest.raises(TooManyPhotos):
        rules.photos([b"x"] * 5)


def test_a_check_is_missed_after_its_days_and_stays_so_when_done_late() -> None:
    due = date(2026, 6, 10)
    one = check(due)
    assert not rules.missed(one, on=due + timedelta(days=14), late_days=14)
    assert rules.missed(one, on=due + timedelta(days=15), late_days=14)
    assert not rules.missed(check(due, missed_at=THEN), on=date(2030, 1, 1), late_days=14)
    assert not rules.missed(check(due, done_at=THEN), on=date(2030, 1, 1), late_days=14)
    assert one.state(due - timedelta(days=1)) is CheckState.AHEAD
    assert one.state(due) is CheckState.DUE
    assert check(due, missed_at=THEN).state(due) is CheckState.MISSED
    assert check(due, done_at=THEN).state(due) is CheckState.DONE
    assert check(due, done_at=THEN, missed_at=THEN).state(due) is CheckState.DONE_LATE


def test_a_double_goes_under_what_is_open_and_never_under_itself() -> None:
    one, into = attention(), attention(AttentionState.ANSWERED)
    rules.joining(one, into)
    for wrong in (one, attention(AttentionState.MENDED), attention(AttentionState.JOINED)):
        with pytest.raises(NotToJoin):
            rules.joining(one, wrong)
    with pytest.raises(AttentionMoved):
        rules.joining(attention(AttentionState.MENDED), into)


def test_what_is_mended_is_not_answered_again() -> None:
    for after in set(AttentionState) - {AttentionState.HIDDEN}:
        with pytest.raises(AttentionMoved):
            rules.move(AttentionState.MENDED, after)
