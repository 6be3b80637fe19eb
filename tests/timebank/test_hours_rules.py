"""The rules of saved hours, at their bounds: pure, no database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.hours import proposal_rules, rules
from timebank.hours.errors import (
    FundOnly,
    GiftOver,
    HeirsFirst,
    InvalidHours,
    NotAnHeir,
    NotReversible,
    NotTheirAct,
    NotThisHand,
    OverMonth,
    ProposalOver,
)
from timebank.hours.values import (
    Disability,
    Donation,
    Gift,
    GiftState,
    Line,
    Living,
    Needs,
    Proposal,
    ProposalKind,
    ProposalState,
    Rank,
    ReliefPolicy,
    Source,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
GIVER, RECEIVER, DESK = uuid4(), uuid4(), uuid4()
NANJING = ReliefPolicy(
    first_age_min=80,
    second_age_min=60,
    hardship_first=True,
    month_minutes_first=240,
    month_minutes_second=120,
    reserve_minutes=600,
)


def gift(state: GiftState = GiftState.OFFERED) -> Gift:
    ended = None if state is GiftState.OFFERED else NOON
    days = timedelta(days=14)
    return Gift(
        uuid4(), uuid4(), GIVER, RECEIVER, 60, "", state, NOON, NOON + days, ended, uuid4(), uuid4()
    )


def needs(**more: object) -> Needs:
    given_ = {
        "living": Living.WITH_FAMILY,
        "low_income": False,
        "disability": Disability.NONE,
        "hardship": False,
        "evidence": "家访",
        "review_on": date(2026, 12, 1),
        **more,
    }
    return Needs(**given_)  # type: ignore[arg-type]  # a test's own words


def proposal(**more: object) -> Proposal:
    given_: dict[str, object] = {
        "id": uuid4(),
        "community_id": uuid4(),
        "kind": ProposalKind.GRANT,
        "source": Source.RELIEF,
        "estate_of": None,
        "reason": "x",
        "proposed_by": GIVER,
        "proposed_at": NOON,
        "state": ProposalState.WAITING,
        "ended_at": None,
        "ended_by": None,
        "why": None,
        "lines": (Line(1, RECEIVER, 60, uuid4()),),
        **more,
    }
    return Proposal(**given_)  # type: ignore[arg-type]  # a test's own words


# --- gifts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "why"), [(14, "too few"), (0, "too few"), (-15, "too few")])
def test_less_than_a_quarter_of_an_hour_is_no_gift(minutes: int, why: str) -> None:
    with pytest.raises(InvalidHours) as refused:
        rules.check_minutes(minutes)
    assert (refused.value.field, refused.value.why) == ("minutes", why)


def test_a_quarter_of_an_hour_is_and_so_are_a_thousand_hours() -> None:
    rules.check_minutes(15)
    rules.check_minutes(60_000)
    with pytest.raises(InvalidHours, match="too many"):
        rules.check_minutes(60_001)


@pytest.mark.parametrize("to", [GiftState.ACCEPTED, GiftState.DECLINED])
def test_the_receiver_answers_or_the_desk_for_them_and_never_the_giver(to: GiftState) -> None:
    assert rules.answer(gift(), to, by=RECEIVER, roles=(), at=NOON)
    assert rules.answer(gift(), to, by=DESK, roles=("phone_operator",), at=NOON)
    for by, roles in ((GIVER, ()), (GIVER, ("coordinator",)), (DESK, ("treasurer",))):
        with pytest.raises(NotTheirAct):
            rules.answer(gift(), to, by=by, roles=roles, at=NOON)


def test_only_the_giver_takes_a_gift_back() -> None:
    assert rules.answer(gift(), GiftState.WITHDRAWN, by=GIVER, roles=(), at=NOON)
    with pytest.raises(NotTheirAct):
        rules.answer(gift(), GiftState.WITHDRAWN, by=DESK, roles=("coordinator",), at=NOON)


def test_a_gift_lapses_at_the_very_moment() -> None:
    one = gift()
    just_before = one.lapses_at - timedelta(microseconds=1)
    assert rules.answer(one, GiftState.ACCEPTED, by=RECEIVER, roles=(), at=just_before)
    with pytest.raises(GiftOver, match="lapsed"):
        rules.answer(one, GiftState.ACCEPTED, by=RECEIVER, roles=(), at=one.lapses_at)


@given(st.sampled_from(GiftState), st.sampled_from(GiftState))
def test_a_gift_ends_once(state: GiftState, to: GiftState) -> None:
    if to is GiftState.OFFERED:
        return
    by = GIVER if to is GiftState.WITHDRAWN else RECEIVER
    if state is GiftState.OFFERED:
        assert rules.answer(gift(state), to, by=by, roles=(), at=NOON)
    elif state is to:
        assert not rules.answer(gift(state), to, by=by, roles=(), at=NOON)
    else:
        with pytest.raises(GiftOver):
            rules.answer(gift(state), to, by=by, roles=(), at=NOON)


# --- donations -----------------------------------------------------------------------------------


def test_a_donation_can_be_given_back_until_its_days_are_over() -> None:
    one = Donation(uuid4(), uuid4(), GIVER, 60, NOON, uuid4(), uuid4())
    rules.check_reversal(one, days=14, at=NOON + timedelta(days=14))
    with pytest.raises(NotReversible):
        rules.check_reversal(one, days=14, at=NOON + timedelta(days=14, seconds=1))
    with pytest.raises(NotReversible):
        rules.check_reversal(one, days=0, at=NOON + timedelta(seconds=1))


# --- the relief fund -----------------------------------------------------------------------------

POOR = {"low_income": True, "living": Living.ALONE, "disability": Disability.SEMI}


@pytest.mark.parametrize(
    ("age", "found", "expected"),
    [
        (80, needs(living=Living.ALONE), Rank.FIRST),
        (80, needs(living=Living.EMPTY_NEST), Rank.FIRST),
        (80, needs(living=Living.WITH_FAMILY), None),
        (79, needs(living=Living.ALONE), None),
        (79, needs(**POOR), Rank.SECOND),
        (60, needs(**POOR), Rank.SECOND),
        (59, needs(**POOR), None),
        (60, needs(**{**POOR, "disability": Disability.FULL}), Rank.SECOND),
        (60, needs(**{**POOR, "disability": Disability.NONE}), None),
        (60, needs(**{**POOR, "low_income": False}), None),
        (60, needs(**{**POOR, "living": Living.EMPTY_NEST}), None),
        (45, needs(hardship=True), Rank.FIRST),
        (None, needs(hardship=True), Rank.FIRST),
        (None, needs(**POOR), None),
        (100, needs(), None),
    ],
)
def test_whom_the_fund_helps_first_and_next(
    age: int | None, found: Needs, expected: Rank | None
) -> None:
    assert rules.rank(found, age=age, policy=NANJING) is expected


def test_hardship_comes_first_only_where_the_community_says_so() -> None:
    plain = replace(NANJING, hardship_first=False)
    assert rules.rank(needs(hardship=True), age=70, policy=plain) is None


@pytest.mark.parametrize(
    ("of", "used", "fund", "expected"),
    [
        (Rank.FIRST, 0, 10_000, 240),
        (Rank.FIRST, 200, 10_000, 40),
        (Rank.FIRST, 300, 10_000, 0),
        (Rank.FIRST, 0, 100, 100),
        (Rank.SECOND, 0, 10_000, 120),
        (Rank.SECOND, 0, 700, 100),
        (Rank.SECOND, 0, 600, 0),
        (Rank.SECOND, 0, 50, 0),
        (None, 0, 10_000, 0),
    ],
)
def test_how_much_the_fund_gives_in_a_month(
    of: Rank | None, used: int, fund: int, expected: int
) -> None:
    assert rules.cover(of, used=used, fund=fund, policy=NANJING) == expected


@given(
    st.sampled_from([Rank.FIRST, Rank.SECOND, None]),
    st.integers(0, 1000),
    st.integers(0, 5000),
    st.integers(0, 1000),
)
def test_the_fund_never_gives_what_it_has_not(
    of: Rank | None, used: int, fund: int, reserve: int
) -> None:
    policy = replace(NANJING, reserve_minutes=reserve)
    given_ = rules.cover(of, used=used, fund=fund, policy=policy)
    assert 0 <= given_ <= fund
    assert given_ + used <= max(used, 240 if of is Rank.FIRST else 120)
    if of is Rank.SECOND and given_:
        assert fund - given_ >= reserve


def test_needs_are_seen_by_another_and_reviewed_in_time() -> None:
    today = NOON.date()
    rules.check_needs(needs(), member=GIVER, by=DESK, today=today)
    with pytest.raises(NotTheirAct):
        rules.check_needs(needs(), member=GIVER, by=GIVER, today=today)
    for field, changed in (
        ("evidence", {"evidence": "  "}),
        ("evidence", {"evidence": "x" * 501}),
        ("review_on", {"review_on": today}),
        ("review_on", {"review_on": today + timedelta(days=3 * 366 + 1)}),
    ):
        with pytest.raises(InvalidHours) as refused:
            rules.check_needs(needs(**changed), member=GIVER, by=DESK, today=today)
        assert refused.value.field == field


# --- two people ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["treasurer", "administrator", "coordinator"])
def test_who_approves_is_none_of_those_it_is_about(role: str) -> None:
    proposal_rules.check_hand(proposal(), by=DESK, roles=(role,), kin=())
    for by, kin, why in (
        (GIVER, (), "proposer"),
        (RECEIVER, (), "receiver"),
        (DESK, (RECEIVER,), "kin"),
    ):
        with pytest.raises(NotThisHand) as refused:
            proposal_rules.check_hand(proposal(), by=by, roles=(role,), kin=kin)
        assert refused.value.why == why


def test_kin_of_whoever_left_the_estate_does_not_approve_its_parts() -> None:
    dead = uuid4()
    one = proposal(kind=ProposalKind.ESTATE, source=Source.ESTATE, estate_of=dead)
    with pytest.raises(NotThisHand, match="kin"):
        proposal_rules.check_hand(one, by=DESK, roles=("treasurer",), kin=(dead,))


@pytest.mark.parametrize("role", ["auditor", "phone_operator", "volunteer", "elder"])
def test_who_has_another_role_does_not_approve(role: str) -> None:
    with pytest.raises(NotThisHand, match="role"):
        proposal_rules.check_hand(proposal(), by=DESK, roles=(role,), kin=())


def test_agreeing_twice_is_one_word() -> None:
    (first,) = proposal_rules.approve(proposal(), by=DESK, at=NOON) or ()
    again = proposal(approvals=(first,))
    assert proposal_rules.approve(again, by=DESK, at=NOON) is None
    assert len(proposal_rules.approve(again, by=uuid4(), at=NOON) or ()) == 2
    with pytest.raises(ProposalOver):
        proposal_rules.approve(proposal(state=ProposalState.DECLINED), by=DESK, at=NOON)


def test_grants_stay_within_what_the_community_allows() -> None:
    one, two = uuid4(), uuid4()
    proposal_rules.check_lines([(one, 15), (two, 600)], most=600)
    for lines, field in (
        ([], "receiver"),
        ([(one, 60), (one, 60)], "receiver"),
        ([(one, 14)], "minutes"),
        ([(one, 601)], "minutes"),
        ([(uuid4(), 60) for _ in range(501)], "receiver"),
    ):
        with pytest.raises(InvalidHours) as refused:
            proposal_rules.check_lines(lines, most=600)
        assert refused.value.field == field
    proposal_rules.check_month(granted=900, asked=100, most=1000)
    proposal_rules.check_month(granted=10**9, asked=1, most=0)
    with pytest.raises(OverMonth):
        proposal_rules.check_month(granted=901, asked=100, most=1000)


# --- estates -------------------------------------------------------------------------------------


def check_heirs(parts: dict[UUID | None, int], **more: object) -> None:
    given_: dict[str, object] = {
        "heirs": (RECEIVER,),
        "to_kin": True,
        "family_agrees": False,
        "claim_until": NOON + timedelta(days=1),
        "at": NOON,
        **more,
    }
    proposal_rules.check_heirs(parts, **given_)  # type: ignore[arg-type]  # a test's own words


def test_heirs_are_kin_and_the_fund_comes_after_them() -> None:
    check_heirs({RECEIVER: 1})
    with pytest.raises(NotAnHeir):
        check_heirs({DESK: 1})
    with pytest.raises(HeirsFirst):
        check_heirs({None: 1})
    with pytest.raises(HeirsFirst):
        check_heirs({RECEIVER: 1, None: 1})
    check_heirs({None: 1}, heirs=())
    check_heirs({None: 1}, family_agrees=True)
    check_heirs({None: 1}, at=NOON + timedelta(days=1))
    check_heirs({None: 1}, to_kin=False)
    with pytest.raises(FundOnly):
        check_heirs({RECEIVER: 1}, to_kin=False)
    for parts in ({}, {RECEIVER: 0}, {RECEIVER: 2, None: -1}):
        with pytest.raises(InvalidHours):
            check_heirs(parts)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_shares_are_the_whole_and_as_fair_as_minutes_can_be(whole: int, parts: list[int]) -> None:
    found = proposal_rules.shares(whole, parts)
    total = sum(parts)
    assert sum(found) == whole
    for share, part in zip(found, parts, strict=True):
        assert abs(share * total - whole * part) < total
