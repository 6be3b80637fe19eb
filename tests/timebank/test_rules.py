"""The time bank's policies, over values alone."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank import errors, rules
from timebank.values import (
    CareService,
    Hold,
    Payer,
    Request,
    State,
    Visit,
    VisitPolicy,
    credit,
)

USUAL = VisitPolicy()
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ELDER, VOLUNTEER, STRANGER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()

OVER = {State.CONFIRMED, State.CANCELLED, State.EXPIRED, State.NO_SHOW, State.RESOLVED}

ASKED = Request("meals", NOON + timedelta(hours=1), 60, "梧桐里 12 号")


def visit(state: State = State.FINISHED, *, booked: int = 120, taken: int | None = 95) -> Visit:
    place = uuid.uuid4()
    return Visit(
        id=uuid.uuid4(),
        community_id=place,
        care_service=CareService(uuid.uuid4(), place, "meals", "助餐", "Meals", 60),
        elder_id=ELDER,
        volunteer_id=None if state in {State.REQUESTED, State.EXPIRED} else VOLUNTEER,
        state=state,
        place="梧桐里 12 号",
        wishes="",
        starts_at=NOON,
        minutes_booked=booked,
        code="4827",
        post_id=uuid.uuid4(),
        asked_at=NOON - timedelta(days=1),
        checked_in_at=None,
        checked_out_at=None,
        minutes_measured=taken,
        minutes_confirmed=None,
    )


def test_a_request_that_can_be() -> None:
    rules.check_request(ASKED, at=NOON, policy=USUAL)


def test_where_hours_are_whole_nothing_else_can_be_asked_for() -> None:
    whole = VisitPolicy(whole_hours=True)
    assert [one for one in range(0, 301, 15) if whole.offers(one)] == [60, 120, 180, 240]
    assert [one for one in range(0, 61, 5) if USUAL.offers(one)] == [15, 30, 45, 60]
    rules.check_request(ASKED, at=NOON, policy=whole)
    with pytest.raises(errors.InvalidRequest) as refused:
        rules.check_request(dataclasses.replace(ASKED, minutes=90), at=NOON, policy=whole)
    assert refused.value.field == "minutes"


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"starts_at": NOON - timedelta(minutes=15)}, "starts_at", "past"),
        ({"starts_at": NOON + timedelta(minutes=7)}, "starts_at", "not on a quarter-hour"),
        ({"starts_at": datetime(2026, 3, 2, 13, 0)}, "starts_at", "not on a quarter-hour"),  # noqa: DTZ001 (that is the mistake)
        ({"starts_at": NOON + timedelta(days=61)}, "starts_at", "too far ahead"),
        ({"minutes": 0}, "minutes", "not offered"),
        ({"minutes": 255}, "minutes", "not offered"),
        ({"minutes": 50}, "minutes", "not offered"),
        ({"place": "  "}, "place", "missing"),
        ({"place": "里" * 121}, "place", "too long"),
        ({"wishes": "好" * 501}, "wishes", "too long"),
    ],
)
def test_a_request_that_cannot_be(change: dict[str, object], field: str, why: str) -> None:
    with pytest.raises(errors.InvalidRequest) as refused:
        rules.check_request(dataclasses.replace(ASKED, **change), at=NOON, policy=USUAL)
    assert (refused.value.field, refused.value.why) == (field, why)


def test_a_quarter_is_one_wherever_the_clock_hangs() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    at = datetime(2026, 3, 3, 10, 15, tzinfo=nepal)
    rules.check_request(dataclasses.replace(ASKED, starts_at=at), at=NOON, policy=USUAL)


@given(st.integers(1, 16))
def test_a_visit_takes_whole_quarters_without_a_gap(count: int) -> None:
    taken = rules.quarters(NOON, count * 15)
    assert taken[0] == NOON
    assert taken[-1] + rules.QUARTER == NOON + timedelta(minutes=count * 15)
    assert len(set(taken)) == count


@given(st.integers(0, 14 * 60 * 60))
def test_the_clock_rounds_up_to_five_and_never_by_more(seconds: int) -> None:
    minutes = rules.clocked(NOON, NOON + timedelta(seconds=seconds), USUAL)
    assert minutes % 5 == 0
    assert minutes >= 5
    assert minutes * 60 >= seconds
    assert minutes * 60 - seconds < 5 * 60 + (5 * 60 if seconds == 0 else 0) + 60


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 5), (1, 5), (300, 5), (301, 10), (92 * 60, 95), (95 * 60, 95)]
)
def test_rounding_by_example(seconds: int, minutes: int) -> None:
    assert rules.clocked(NOON, NOON + timedelta(seconds=seconds), USUAL) == minutes


def test_a_volunteer_may_state_less_never_more() -> None:
    end = NOON + timedelta(minutes=118)
    assert rules.measured(NOON, end, None, USUAL) == 120
    assert rules.measured(NOON, end, 93, USUAL) == 95
    assert rules.measured(NOON, end, 120, USUAL) == 120
    with pytest.raises(errors.TooManyStated) as refused:
        rules.measured(NOON, end, 121, USUAL)
    assert (refused.value.measured, refused.value.stated) == (120, 121)
    with pytest.raises(errors.InvalidRequest):
        rules.measured(NOON, end, 0, USUAL)


@given(
    booked=st.integers(1, 16).map(lambda count: count * 15),
    taken=st.integers(1, 100).map(lambda count: count * 5),
    minutes=st.integers(-10, 510),
    word=st.booleans(),
)
def test_a_settlement_adds_up_or_is_refused(
    booked: int, taken: int, minutes: int, *, word: bool
) -> None:
    finished = visit(booked=booked, taken=taken)
    allowed = min(booked, taken) <= minutes <= taken and (minutes <= booked or word)
    if allowed:
        rules.check_confirm(finished, by=ELDER, hand=ELDER, minutes=minutes, word=word)
        return
    with pytest.raises((errors.OutOfRange, errors.NeedsWord)):
        rules.check_confirm(finished, by=ELDER, hand=ELDER, minutes=minutes, word=word)


def held(*minutes: int) -> list[Hold]:
    payers = list(Payer)
    return [Hold(uuid.uuid4(), payers[n], uuid.uuid4(), one) for n, one in enumerate(minutes)]


@given(
    holds=st.lists(st.integers(1, 240), min_size=1, max_size=4),
    minutes=st.integers(0, 600),
    per_hour=st.integers(1, 600),
)
def test_a_settlement_takes_from_the_nearest_payer_first(
    holds: list[int], minutes: int, per_hour: int
) -> None:
    split = rules.settle(minutes, per_hour, held(*holds))
    assert split.passed == credit(minutes, per_hour)
    returned = [whole - part for whole, part in zip(holds, split.from_holds, strict=True)]
    assert min(*split.from_holds, *returned, split.beyond) >= 0
    assert not (split.beyond and any(returned))
    gave_less = [number for number, left in enumerate(returned) if left]
    assert not any(split.from_holds[gave_less[0] + 1 :] if gave_less else ())


@given(
    needed=st.integers(1, 600),
    offered=st.lists(st.integers(-50, 300), min_size=4, max_size=4),
)
def test_payers_cover_a_visit_in_their_order_or_not_at_all(needed: int, offered: list[int]) -> None:
    offers = list(zip(Payer, offered, strict=True))
    most = sum(max(one, 0) for one in offered)
    if most < needed:
        with pytest.raises(errors.NotEnoughMinutes) as refused:
            rules.share(needed, offers)
        assert (refused.value.available, refused.value.asked) == (most, needed)
        return
    shares = dict(rules.share(needed, offers))
    assert sum(shares.values()) == needed
    short = [payer for payer, one in offers if shares.get(payer, 0) < max(one, 0)]
    if short:
        after = list(Payer)[list(Payer).index(short[0]) + 1 :]
        assert not any(payer in shares for payer in after)


@given(minutes=st.integers(0, 600), per_hour=st.integers(1, 600))
def test_credit_counts_begun_minutes(minutes: int, per_hour: int) -> None:
    assert 0 <= credit(minutes, per_hour) * 60 - minutes * per_hour < 60
    assert credit(minutes, 60) == minutes


@given(
    booked=st.integers(1, 16).map(lambda count: count * 15),
    taken=st.integers(1, 100).map(lambda count: count * 5),
)
def test_every_proposal_can_be_confirmed(booked: int, taken: int) -> None:
    first, *others = rules.proposals(booked, taken, USUAL)
    rules.check_confirm(visit(booked=booked, taken=taken), by=ELDER, hand=ELDER, minutes=first)
    for minutes in others:
        rules.check_confirm(
            visit(booked=booked, taken=taken), by=ELDER, hand=ELDER, minutes=minutes, word=True
        )
        assert booked < minutes <= taken
    assert not others or others[-1] == taken


def test_ninety_five_of_a_hundred_and_twenty() -> None:
    split = rules.settle(95, 60, held(120))
    assert (split.from_holds, split.beyond, split.passed) == ((95,), 0, 95)
    split = rules.settle(95, 60, held(60, 30, 30))
    assert (split.from_holds, split.beyond, split.passed) == ((60, 30, 5), 0, 95)


def test_a_hundred_and_thirty_of_a_hundred_and_twenty_needs_the_word() -> None:
    long = visit(taken=130)
    with pytest.raises(errors.NeedsWord):
        rules.check_confirm(long, by=ELDER, hand=ELDER, minutes=130)
    rules.check_confirm(long, by=ELDER, hand=ELDER, minutes=130, word=True)
    split = rules.settle(130, 60, held(120))
    assert (split.from_holds, split.beyond) == ((120,), 10)


def test_nobody_but_the_elder_confirms_and_only_once_finished() -> None:
    for member in (VOLUNTEER, STRANGER):
        with pytest.raises(errors.NotYours):
            rules.check_confirm(visit(), by=member, hand=member, minutes=95)
    for state in set(State) - {State.FINISHED}:
        with pytest.raises(errors.WrongState):
            rules.check_confirm(visit(state), by=ELDER, hand=ELDER, minutes=95)


def test_accepting() -> None:
    before = NOON - timedelta(minutes=1)
    rules.check_accept(visit(State.REQUESTED), volunteer=VOLUNTEER, at=before)
    with pytest.raises(errors.OwnVisit):
        rules.check_accept(visit(State.REQUESTED), volunteer=ELDER, at=before)
    with pytest.raises(errors.TooLate):
        rules.check_accept(visit(State.REQUESTED), volunteer=VOLUNTEER, at=NOON)
    for state in set(State) - {State.REQUESTED}:
        with pytest.raises(errors.AlreadyTaken):
            rules.check_accept(visit(state), volunteer=STRANGER, at=before)


def test_checking_in_needs_the_volunteer_the_hour_and_the_code() -> None:
    booked = visit(State.BOOKED)
    rules.check_in(booked, by=VOLUNTEER, code="4827", at=NOON - timedelta(minutes=30), policy=USUAL)
    with pytest.raises(errors.NotYours):
        rules.check_in(booked, by=ELDER, code="4827", at=NOON, policy=USUAL)
    with pytest.raises(errors.TooEarly):
        rules.check_in(
            booked, by=VOLUNTEER, code="4827", at=NOON - timedelta(minutes=31), policy=USUAL
        )
    for code in ("", "4826", "04827"):
        with pytest.raises(errors.WrongCode):
            rules.check_in(booked, by=VOLUNTEER, code=code, at=NOON, policy=USUAL)
    for state in set(State) - {State.BOOKED, State.REQUESTED, State.EXPIRED}:
        with pytest.raises(errors.WrongState):
            rules.check_in(visit(state), by=VOLUNTEER, code="4827", at=NOON, policy=USUAL)


def test_cancelling_is_the_elders_until_check_in_and_the_coordinators_until_confirmed() -> None:
    for state in State:
        early = state in {State.REQUESTED, State.OFFERED, State.BOOKED}
        over = state in OVER
        for coordinator, allowed in ((False, early), (True, not over)):
            by = STRANGER if coordinator else ELDER
            if allowed:
                rules.check_cancel(visit(state), by=by, coordinator=coordinator)
            else:
                with pytest.raises(errors.WrongState):
                    rules.check_cancel(visit(state), by=by, coordinator=coordinator)
        with pytest.raises(errors.NotYours):
            rules.check_cancel(visit(state), by=VOLUNTEER, coordinator=False)


def test_giving_back_is_the_volunteers_before_check_in() -> None:
    rules.check_withdraw(visit(State.BOOKED), by=VOLUNTEER)
    with pytest.raises(errors.NotYours):
        rules.check_withdraw(visit(State.BOOKED), by=ELDER)
    with pytest.raises(errors.WrongState):
        rules.check_withdraw(visit(State.UNDER_WAY), by=VOLUNTEER)


@pytest.mark.parametrize("state", State)
def test_who_sees_a_visit(state: State) -> None:
    one = visit(state)
    assert rules.may_see(one, member=ELDER, roles=[])
    assert rules.may_see(one, member=STRANGER, roles=["auditor"])
    assert not rules.may_see(one, member=STRANGER, roles=["resident", "elder", "treasurer"])
    open_to_all = state is State.REQUESTED
    assert rules.may_see(one, member=STRANGER, roles=["volunteer"]) == open_to_all
    theirs = one.volunteer_id is not None
    assert rules.may_see(one, member=VOLUNTEER, roles=[]) == theirs
