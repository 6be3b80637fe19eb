"""Two people at one visit in the same moment: one outcome, and the book agrees with it."""

import asyncio
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

import ledger
import timebank
from tests.timebank.street import NOON, Street, street
from timebank import State, TimebankError, Visit

__all__ = ["street"]

TIMES = 10
"""How often each race is run: a lock that is missing shows within a few."""


async def together(*acts: Coroutine[Any, Any, Visit]) -> tuple[list[Visit], list[TimebankError]]:
    """Run acts at once, each on a connection of its own; return what came of them."""
    ended = await asyncio.gather(*acts, return_exceptions=True)
    broken = [one for one in ended if not isinstance(one, Visit | TimebankError)]
    assert broken == []
    done = [one for one in ended if isinstance(one, Visit)]
    return done, [one for one in ended if isinstance(one, TimebankError)]


async def stands(visit: Visit, street: Street) -> Visit:
    return (await timebank.visit_page(visit.id, street.coordinator))[0].visit


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_volunteers_accept_and_one_has_it(street: Street, _time: int) -> None:
    visit = await street.asked()
    done, refused = await together(
        timebank.accept(visit.id, by=street.volunteer, at=NOON),
        timebank.accept(visit.id, by=street.other_volunteer, at=NOON),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.AlreadyTaken])
    assert (await stands(visit, street)).volunteer_id == done[0].volunteer_id


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_volunteer_accepts_two_visits_at_one_time(street: Street, _time: int) -> None:
    first = await street.asked(120)
    second = await street.asked(
        60, by=street.poor_elder, starts_at=first.starts_at + timedelta(minutes=60)
    )
    done, refused = await together(
        timebank.accept(first.id, by=street.volunteer, at=NOON),
        timebank.accept(second.id, by=street.volunteer, at=NOON),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.BusyThen])
    left = second if done[0].id == first.id else first
    assert (await stands(left, street)).state is State.REQUESTED


@pytest.mark.parametrize("_time", range(TIMES))
async def test_ten_confirmations_pass_the_minutes_once(street: Street, _time: int) -> None:
    visit = await street.finished(120, taken=95)
    done, refused = await together(
        *(timebank.confirm(visit.id, by=street.elder, minutes=95) for _ in range(10))
    )
    assert (len(done), refused) == (10, [])
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_different_confirmations_pass_one_of_them(street: Street, _time: int) -> None:
    visit = await street.finished(120, taken=130)
    done, refused = await together(
        timebank.confirm(visit.id, by=street.elder, minutes=120),
        timebank.confirm(visit.id, by=street.elder, minutes=130, word=True),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.WrongState])
    passed = done[0].minutes_confirmed or 0
    assert passed in {120, 130}
    assert await street.minutes(street.elder, street.volunteer) == [(300 - passed, 0), (passed, 0)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_cancelling_meets_accepting(street: Street, _time: int) -> None:
    visit = await street.asked()
    done, refused = await together(
        timebank.cancel(visit.id, by=street.elder, at=NOON),
        timebank.accept(visit.id, by=street.volunteer, at=NOON),
    )
    # Whoever comes first: an accepted visit can still be cancelled, a cancelled one not accepted.
    assert len(done) + len(refused) == 2
    assert all(isinstance(one, timebank.AlreadyTaken) for one in refused)
    assert (await stands(visit, street)).state is State.CANCELLED
    assert await street.minutes(street.elder) == [(300, 0)]
    other = await street.asked(60, by=street.poor_elder)
    await timebank.accept(other.id, by=street.volunteer, at=NOON)


@pytest.mark.parametrize("_time", range(TIMES))
async def test_confirming_meets_cancelling(street: Street, _time: int) -> None:
    visit = await street.finished(120, taken=95)
    done, refused = await together(
        timebank.confirm(visit.id, by=street.elder, minutes=95),
        timebank.cancel(visit.id, by=street.coordinator, reason="登记错误"),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.WrongState])
    minutes = await street.minutes(street.elder, street.volunteer)
    if done[0].state is State.CONFIRMED:
        assert minutes == [(205, 0), (95, 0)]
    else:
        assert minutes == [(300, 0), (0, 0)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_form_sent_by_an_impatient_hand(street: Street, _time: int) -> None:
    key = uuid.uuid4()
    done, refused = await together(*(street.asked(120, form_key=key) for _ in range(8)))
    assert (len(done), refused) == (8, [])
    assert len({visit.id for visit in done}) == 1
    assert len(await timebank.my_visits(street.elder)) == 1


@pytest.mark.parametrize("_time", range(TIMES))
async def test_the_last_minutes_are_asked_for_once(street: Street, _time: int) -> None:
    done, refused = await together(
        *(
            street.asked(60, by=street.poor_elder, starts_at=NOON + timedelta(hours=hour))
            for hour in range(1, 6)
        )
    )
    assert len(done) == 1
    assert [type(one) for one in refused] == [timebank.NotEnoughMinutes] * 4
    assert len(await timebank.my_visits(street.poor_elder)) == 1


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_visits_are_booked_with_minutes_for_one(street: Street, _time: int) -> None:
    """What was there at the asking has gone: of two bookings at once one is refused."""
    visits = [
        await street.asked(30, by=street.poor_elder, starts_at=NOON + timedelta(hours=hour))
        for hour in (1, 3)
    ]
    await spend(street, 20)
    done, refused = await together(
        timebank.accept(visits[0].id, by=street.volunteer, at=NOON),
        timebank.accept(visits[1].id, by=street.other_volunteer, at=NOON),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.NotEnoughMinutes])
    assert await street.minutes(street.poor_elder) == [(40, 30)]


async def spend(street: Street, minutes: int) -> None:
    await ledger.transfer(
        debit=await timebank.member_account(street.poor_elder.member_id, community_id=street.id),
        credit=await timebank.member_account(street.elder.member_id, community_id=street.id),
        amount=minutes,
        unit=ledger.MINUTE,
        origin=ledger.Origin(
            ledger.CommunityId(street.id),
            ledger.Event("test", uuid.uuid4()),
            street.coordinator.member_id,
        ),
    )


@pytest.mark.parametrize("_time", range(TIMES))
async def test_confirming_meets_disputing(street: Street, _time: int) -> None:
    visit = await street.finished(120, taken=95)
    done, refused = await together(
        timebank.confirm(visit.id, by=street.elder, minutes=95),
        timebank.dispute(visit.id, by=street.elder, reason="只来了半小时"),
    )
    assert (len(done), [type(one) for one in refused]) == (1, [timebank.WrongState])
    minutes = await street.minutes(street.elder, street.volunteer)
    if done[0].state is State.CONFIRMED:
        assert minutes == [(205, 0), (95, 0)]
    else:
        assert minutes == [(300, 120), (0, 0)]
        await timebank.resolve(visit.id, by=street.coordinator, minutes=0, reason="未满")


@pytest.mark.parametrize("_time", range(TIMES))
async def test_confirming_by_hand_meets_confirming_by_itself(street: Street, _time: int) -> None:
    visit = await street.finished(120, taken=95)
    assert visit.confirm_due_at is not None
    by_hand, *_counts = await asyncio.gather(
        timebank.confirm(visit.id, by=street.elder, minutes=95),
        timebank.confirm_by_themselves(at=visit.confirm_due_at),
        timebank.confirm_by_themselves(at=visit.confirm_due_at),
    )
    assert by_hand.state is State.CONFIRMED
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_accepting_meets_the_lapse_of_the_offer(street: Street, _time: int) -> None:
    visit = await street.asked(starts_at=NOON + timedelta(days=3))
    await timebank.offer(visit.id, street.volunteer.member_id, by=street.coordinator, at=NOON)
    until = NOON + timedelta(hours=24)
    accepted, _count = await asyncio.gather(
        timebank.accept(visit.id, by=street.volunteer, at=until), timebank.lapse_offers(at=until)
    )
    assert accepted.state is State.BOOKED
    assert (await stands(visit, street)).volunteer_id == street.volunteer.member_id
