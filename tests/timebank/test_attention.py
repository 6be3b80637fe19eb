"""Which visits want the desk's attention, since when; and those that a delegate looks after."""

import dataclasses
import uuid
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
import timebank
from community import Actor, DelegatedAct, Role
from tests.timebank.street import NOON, Street, open_street, street
from tests.timebank.test_rules import visit
from timebank import State, rules

__all__ = ["street"]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FAR = timedelta(days=400)


@pytest.mark.parametrize(
    ("state", "since"),
    [
        (State.REQUESTED, NOON + 3 * HOUR - DAY),
        (State.BOOKED, NOON + 4 * HOUR),
        (State.UNDER_WAY, NOON + 5 * HOUR + 2 * HOUR),
        (State.FINISHED, NOON + 5 * HOUR + 2 * DAY),
        (State.CONFIRMED, None),
        (State.CANCELLED, None),
    ],
)
def test_each_state_waits_its_own_time(state: State, since: datetime | None) -> None:
    """Asked for two days before 3 pm for two hours, and checked out on time."""
    one = dataclasses.replace(
        visit(state),
        starts_at=NOON + 3 * HOUR,
        asked_at=NOON - 2 * DAY,
        checked_out_at=NOON + 5 * HOUR if state is State.FINISHED else None,
    )
    assert rules.wants_attention_from(one) == since


@given(st.integers(-60, 10_000))
def test_nothing_wants_attention_before_it_was_asked_for(minutes_ahead: int) -> None:
    starts_at = NOON + timedelta(minutes=minutes_ahead)
    one = dataclasses.replace(visit(State.REQUESTED), asked_at=NOON, starts_at=starts_at)
    since = rules.wants_attention_from(one)
    assert since is not None
    assert since >= NOON
    assert since >= starts_at - DAY


async def test_the_desk_sees_what_stands_still(street: Street) -> None:
    """A visit of 1 pm, hour by hour: who should do something, and since when."""

    async def seen(at: datetime) -> list[tuple[State, datetime, str]]:
        found = await timebank.wanting_attention(street.coordinator, at=at)
        return [(one.visit.state, one.since, one.volunteer_name) for one in found]

    asked = await street.asked()
    assert await seen(NOON) == [(State.REQUESTED, NOON, "")]
    await timebank.accept(asked.id, by=street.volunteer, at=NOON)
    assert await seen(NOON + timedelta(minutes=90)) == []
    begins = asked.starts_at
    assert await seen(NOON + 3 * HOUR) == [(State.BOOKED, begins + HOUR, "李明")]
    code = (await timebank.visit_page(asked.id, street.elder))[0].visit.code
    await timebank.check_in(asked.id, by=street.volunteer, code=code, at=begins)
    assert await seen(begins + 3 * HOUR) == []
    assert await seen(begins + 5 * HOUR) == [(State.UNDER_WAY, begins + 4 * HOUR, "李明")]
    ended = begins + timedelta(minutes=100)
    await timebank.check_out(asked.id, by=street.volunteer, at=ended)
    assert await seen(ended + DAY) == []
    assert await seen(ended + 3 * DAY) == [(State.FINISHED, ended + 2 * DAY, "李明")]
    await timebank.confirm(asked.id, by=street.elder, minutes=100, at=ended + 3 * DAY)
    assert await seen(NOON + FAR) == []


async def test_the_longest_waiting_comes_first(street: Street) -> None:
    later = await street.asked(30, starts_at=NOON + 30 * HOUR)
    sooner = await street.asked(30, starts_at=NOON + 29 * HOUR, by=street.poor_elder)
    found = await timebank.wanting_attention(street.coordinator, at=NOON + 7 * HOUR)
    assert [one.visit.id for one in found] == [sooner.id, later.id]


async def test_attention_is_the_desk_s_and_of_one_community(street: Street) -> None:
    await street.asked()
    elsewhere = await open_street()
    assert await timebank.wanting_attention(elsewhere.coordinator, at=NOON + FAR) == []
    for who in (street.elder, street.volunteer):
        with pytest.raises(timebank.NotYours):
            await timebank.wanting_attention(who, at=NOON)


async def test_a_delegate_sees_the_visits_of_those_who_let_them(street: Street) -> None:
    """Only while the delegation holds, only for asking or confirming, and without the code."""
    daughter = Actor(
        (await community.add_member(community_id=street.id, name="陈晓")).id, street.id
    )
    assert await timebank.visits_acted_for(daughter, at=NOON) == {}

    async def lets(elder: Actor, *acts: DelegatedAct) -> community.Delegation:
        await community.record_kinship(
            elder.member_id,
            daughter.member_id,
            community.KinKind.LINEAL,
            evidence="户口簿",
            by=street.coordinator,
        )
        return await community.grant_delegation(
            community.Terms(
                elder.member_id,
                daughter.member_id,
                frozenset(acts),
                datetime.now(tz=NOON.tzinfo) + 30 * DAY,
            ),
            community.Agreement("我同意。", "zh", community.Channel.ONLINE),
            by=elder,
            key=uuid.uuid4(),
        )

    given_one = await lets(street.elder, DelegatedAct.REQUEST)
    await lets(street.poor_elder, DelegatedAct.PASSBOOK)
    booked = await street.booked()
    await street.asked(30, by=street.poor_elder)
    daughter = dataclasses.replace(daughter, roles=frozenset({Role.DELEGATE}))
    found = await timebank.visits_acted_for(daughter)
    assert set(found) == {street.elder.member_id}
    (seen,) = found[street.elder.member_id]
    assert (seen.visit.id, seen.visit.code) == (booked.id, "")
    assert (seen.elder_name, seen.volunteer_name) == ("陈桂芳", "李明")
    await community.revoke_delegation(given_one.id, why="不用了", by=street.elder)
    assert await timebank.visits_acted_for(daughter) == {}
