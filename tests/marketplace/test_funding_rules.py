"""The pure rules of funding: matching, part goals, and dividing what is left."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marketplace.funding.errors import InvalidDrive, InvalidGift
from marketplace.funding.rules import (
    draft,
    gift,
    is_reached,
    matched,
    shares,
    squared_roots,
)
from marketplace.funding.values import (
    ContributionId,
    Draft,
    Drive,
    DriveId,
    DriveState,
    FundId,
    FundingPolicy,
    Gift,
    LiesIn,
    Matching,
    MatchingKind,
    Source,
)

FUND = FundId(uuid.uuid4())
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = datetime(2026, 12, 22, tzinfo=UTC)
gifts = st.lists(st.integers(0, 10**9), max_size=12)
alike = st.integers(1, 10_000).flatmap(
    lambda part: st.lists(st.integers(0, 1000).map(lambda root: root * root * part), max_size=8)
)
"""Amounts of one squarefree part: their roots add up exactly."""


def ratio(percent: int, cap: int) -> Matching:
    return Matching(FUND, MatchingKind.RATIO, cap, percent)


def quadratic(cap: int) -> Matching:
    return Matching(FUND, MatchingKind.QUADRATIC, cap)


@pytest.mark.parametrize(
    ("amounts", "whole"),
    [
        ([], 0),
        ([0, 0], 0),
        ([7], 7),
        ([4, 9], 25),
        ([2, 8], 18),
        ([1] * 10, 100),
        ([1, 2, 3], 17),
        ([100] * 9, 8_100),
    ],
)
def test_the_square_of_the_sum_of_roots(amounts: list[int], whole: int) -> None:
    assert squared_roots(amounts) == whole


@given(st.one_of(gifts, alike))
@example([10**17, 10**17 + 1, 10**17 - 1])
def test_the_square_is_exact(amounts: list[int]) -> None:
    with localcontext() as context:
        context.prec = 120
        exact = sum((Decimal(one).sqrt() for one in amounts), Decimal(0)) ** 2
        nearest = exact.to_integral_value()
        # Roots of 120 places that come this near to a whole number are that number.
        whole = nearest if abs(exact - nearest) < Decimal(10) ** -60 else exact // 1
        assert squared_roots(amounts) == int(whole)


@given(gifts)
def test_quadratic_matching_is_never_less_than_nothing_and_knows_no_order(
    amounts: list[int],
) -> None:
    added = matched(quadratic(10**12), amounts, goal_fen=10**18)
    assert 0 <= added <= 10**12
    assert added == matched(quadratic(10**12), sorted(amounts), goal_fen=10**18)


def test_many_small_gifts_weigh_more_than_a_large_one() -> None:
    assert matched(quadratic(10**9), [10_000], goal_fen=10**9) == 0
    assert matched(quadratic(10**9), [100] * 100, goal_fen=10**9) == 990_000


@pytest.mark.parametrize(
    ("given_fen", "percent", "cap", "goal", "added"),
    [
        ([1_000], 100, 5_000, 10_000, 1_000),
        ([1_000, 999], 50, 5_000, 10_000, 999),
        ([6_000], 100, 5_000, 20_000, 5_000),
        ([6_000], 100, 9_000, 10_000, 4_000),
        ([12_000], 100, 5_000, 10_000, 0),
        ([], 100, 5_000, 10_000, 0),
    ],
)
def test_a_ratio_has_a_cap_and_stops_at_the_goal(
    *, given_fen: list[int], percent: int, cap: int, goal: int, added: int
) -> None:
    assert matched(ratio(percent, cap), given_fen, goal_fen=goal) == added


@given(gifts, st.integers(1, 10**9), st.integers(1, 1000), st.integers(1, 10**9))
def test_one_gift_more_never_leaves_the_project_with_less(
    amounts: list[int], more: int, percent: int, cap: int
) -> None:
    for rule in (ratio(percent, cap), quadratic(cap)):
        before = sum(amounts) + matched(rule, amounts, goal_fen=10**9)
        after = [*amounts, more]
        assert sum(after) + matched(rule, after, goal_fen=10**9) >= before


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.data())
def test_shares_add_up_and_nobody_gets_more_than_they_gave(
    gave: list[int], data: st.DataObject
) -> None:
    left = data.draw(st.integers(0, sum(gave)))
    parts = shares(left, gave)
    assert sum(parts) == left
    assert all(0 <= part <= one for part, one in zip(parts, gave, strict=True))
    total = sum(gave)
    exact = zip(parts, gave, strict=True)
    assert all(abs(part * total - left * one) < max(1, total) for part, one in exact)


def test_shares_follow_the_largest_remainder() -> None:
    assert shares(10, [3, 3, 3, 3]) == [3, 3, 2, 2]
    assert shares(7, [10, 20, 70]) == [1, 1, 5]
    assert shares(0, []) == []
    with pytest.raises(ValueError, match="more is left"):
        shares(5, [4])


def drive(goal_fen: int, goal_minutes: int, percent: int = 100) -> Drive:
    return Drive(
        id=DriveId(uuid.uuid4()), project_id=uuid.uuid4(), community_id=uuid.uuid4(),
        goal_fen=goal_fen, goal_minutes=goal_minutes, part_goal_percent=percent, deadline=LATER,
        words="", state=DriveState.OPEN, matching=None, opened_by=uuid.uuid4(), opened_at=NOW,
        settled_at=None, settled_by=None, given_fen=0, pledged_minutes=0, matched_fen=0, why="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fen", "minutes", "percent", "reached"),
    [
        (1_000, 60, 100, True),
        (999, 60, 100, False),
        (1_000, 59, 100, False),
        (800, 48, 80, True),
        (799, 48, 80, False),
        (800, 47, 80, False),
        (9_999, 0, 80, False),
    ],
)
def test_both_goals_have_to_be_there(
    fen: int, minutes: int, percent: int, *, reached: bool
) -> None:
    asked = drive(1_000, 60, percent)
    assert is_reached(asked, raised_fen=fen, pledged_minutes=minutes) is reached


def test_a_share_of_an_odd_goal_is_rounded_up() -> None:
    asked = drive(1_001, 0, 50)
    assert not is_reached(asked, raised_fen=500, pledged_minutes=0)
    assert is_reached(asked, raised_fen=501, pledged_minutes=0)


@pytest.mark.parametrize(
    ("field", "why", "asked"),
    [
        ("goal_fen", "missing", Draft(0, 0, LATER)),
        ("goal_fen", "too little", Draft(-1, 60, LATER)),
        ("goal_minutes", "too much", Draft(0, 10**9, LATER)),
        ("deadline", "past", Draft(1, 0, NOW)),
        ("deadline", "too far", Draft(1, 0, datetime(2027, 11, 22, tzinfo=UTC))),
        ("words", "too long", Draft(1, 0, LATER, "x" * 1_001)),
        ("part_goal_percent", "too little", Draft(1, 0, LATER, part_goal_percent=99)),
        ("part_goal_percent", "too much", Draft(1, 0, LATER, part_goal_percent=101)),
        ("matching_cap", "too much", Draft(10, 0, LATER, matching=ratio(100, 11))),
        ("matching_cap", "too little", Draft(10, 0, LATER, matching=ratio(100, 0))),
        ("matching_percent", "too little", Draft(10, 0, LATER, matching=ratio(0, 5))),
        (
            "matching_percent",
            "not offered",
            Draft(10, 0, LATER, matching=Matching(FUND, MatchingKind.QUADRATIC, 5, 10)),
        ),
    ],
)
def test_a_drive_that_cannot_be_is_refused(field: str, why: str, asked: Draft) -> None:
    with pytest.raises(InvalidDrive) as refused:
        draft(asked, FundingPolicy(), now=NOW)
    assert (refused.value.field, refused.value.reason) == (field, why)


def test_a_policy_may_let_a_part_of_the_goal_do() -> None:
    draft(
        Draft(1, 0, LATER, part_goal_percent=80), FundingPolicy(part_goal_least_percent=60), now=NOW
    )


def entered(**how: object) -> Gift:
    first = {
        "id": ContributionId(uuid.uuid4()), "source": Source.CASH, "amount_fen": 100,
        "receipt": "ab", "received_on": NOW.date(), "name": "Lao Wang", **how,
    }  # fmt: skip
    return Gift(**first)  # type: ignore[arg-type] # a test's own


@pytest.mark.parametrize(
    ("field", "why", "how"),
    [
        ("source", "not offered", {"source": Source.CARD}),
        ("source", "not offered", {"source": Source.MATCHING}),
        ("amount", "too little", {"amount_fen": 0}),
        ("amount", "too much", {"amount_fen": 10**12}),
        ("receipt", "missing", {"receipt": ""}),
        ("received_on", "ahead", {"received_on": LATER.date()}),
        ("name", "too long", {"name": "x" * 81}),
        ("giver", "several", {"member_id": uuid.uuid4()}),
        ("giver", "missing", {"name": " "}),
        ("giver", "missing", {"source": Source.ORGANISATION}),
        ("giver", "unknown", {"name": "", "organisation_id": uuid.uuid4()}),
        (
            "source",
            "not offered",
            {
                "source": Source.ORGANISATION,
                "name": "",
                "organisation_id": uuid.uuid4(),
                "lies_in": LiesIn.CARD_PROCESSOR,
            },
        ),
    ],
)
def test_an_entry_that_cannot_be_is_refused(field: str, why: str, how: dict[str, object]) -> None:
    with pytest.raises(InvalidGift) as refused:
        gift(entered(**how), today=NOW.date())
    assert (refused.value.field, refused.value.reason) == (field, why)


def test_an_unknown_giver_is_welcome() -> None:
    gift(entered(name="", anonymous=True), today=NOW.date())
