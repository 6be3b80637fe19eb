"""What a delegation covers and for how long, over values alone."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import Channel, Consent, DelegatedAct, Delegation, InvalidBond, Missing
from community import delegation_rules as rules
from community.bond_errors import NotDelegated
from community.bonds import Terms

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PLACE, ELDER, DELEGATE, DESK = (uuid.uuid4() for _ in range(4))
CONSENT = Consent(uuid.uuid4(), PLACE, ELDER, Channel.PHONE, "同意", "zh", DESK, DESK, NOON, NOON)

hours = st.integers(-50, 50).map(lambda number: NOON + timedelta(hours=number))


@st.composite
def delegations(draw: st.DrawFn) -> Delegation:
    since = draw(hours)
    revoked = draw(st.none() | hours)
    return Delegation(
        id=draw(st.uuids()),
        community_id=PLACE,
        member_id=ELDER,
        delegate_id=DELEGATE,
        acts=frozenset(draw(st.sets(st.sampled_from(DelegatedAct), min_size=1))),
        since=since,
        until=since + timedelta(hours=draw(st.integers(1, 40))),
        granted_by=DESK,
        consent=CONSENT,
        revoked_at=revoked,
        revoked_by=DESK if revoked else None,
        revoked_why="不再需要" if revoked else None,
    )


@given(st.lists(delegations(), max_size=5), st.sampled_from(DelegatedAct), hours)
def test_an_act_is_covered_exactly_by_what_is_in_force_and_names_it(
    found: list[Delegation], act: DelegatedAct, at: datetime
) -> None:
    fitting = [
        one
        for one in found
        if one.revoked_at is None and one.since <= at < one.until and act in one.acts
    ]
    if fitting:
        assert rules.covering(found, ELDER, {act}, at=at) in fitting
        return
    with pytest.raises(NotDelegated) as refused:
        rules.covering(found, ELDER, {act}, at=at)
    begun = [one for one in found if one.since <= at]
    missing = refused.value.missing
    assert (missing is Missing.NEVER) == (not begun)
    assert (missing is Missing.NOT_THIS_ACT) == any(one.in_force(at) for one in found)
    if missing is Missing.EXPIRED:
        assert any(one.until == refused.value.since for one in begun)
    if missing is Missing.REVOKED:
        assert any(one.revoked_at == refused.value.since for one in begun)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (the strategy adds the zone)
    st.integers(1, 10),
)
def test_so_many_years_are_allowed_and_a_day_more_is_not(since: datetime, years: int) -> None:
    latest = rules.years_after(since, years) + timedelta(days=1)
    rules.refuse_terms(terms(latest), at=since, years_max=years)
    with pytest.raises(InvalidBond) as refused:
        rules.refuse_terms(terms(latest + timedelta.resolution), at=since, years_max=years)
    assert (refused.value.field, refused.value.why) == ("until", "too far ahead")


def terms(until: datetime, acts: frozenset[DelegatedAct] = frozenset(DelegatedAct)) -> Terms:
    return Terms(ELDER, DELEGATE, acts, until)


def test_a_leap_day_has_an_anniversary() -> None:
    leap = datetime(2028, 2, 29, 8, 0, tzinfo=UTC)
    assert rules.years_after(leap, 1) == datetime(2029, 3, 1, 8, 0, tzinfo=UTC)
    assert rules.years_after(leap, 4) == datetime(2032, 2, 29, 8, 0, tzinfo=UTC)


def test_a_delegation_ends_in_the_future_and_names_an_act() -> None:
    for wrong, field in (
        (terms(NOON), "until"),
        (terms(NOON - timedelta(days=1)), "until"),
        (terms(NOON + timedelta(days=1), frozenset()), "acts"),
        (Terms(ELDER, ELDER, frozenset(DelegatedAct), NOON + timedelta(days=1)), "delegate"),
    ):
        with pytest.raises(InvalidBond) as refused:
            rules.refuse_terms(wrong, at=NOON, years_max=5)
        assert refused.value.field == field


def test_voting_cannot_be_delegated() -> None:
    assert {act.value for act in DelegatedAct} == {"request", "confirm", "passbook"}
