"""Many people at one class in the same moment: places are exact, hours are booked once."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

import ledger
import timebank
from tests.timebank.classes import (
    TUESDAY,
    adopt_payer,
    ahead,
    begun,
    draft,
    held,
    neighbours,
    posted,
    stands,
)
from tests.timebank.street import NOON, Street, street
from tests.timebank.test_policy import adopt
from timebank import TimebankError, group_sessions
from timebank.group_sessions import SessionState

__all__ = ["street"]

TIMES = 5


async def together(*acts: Coroutine[Any, Any, Any]) -> tuple[list[Any], list[TimebankError]]:
    """Run acts at once, each on a connection of its own; return what came of them."""
    ended = await asyncio.gather(*acts, return_exceptions=True)
    refused = [one for one in ended if isinstance(one, TimebankError)]
    broken = [one for one in ended if isinstance(one, BaseException) and one not in refused]
    assert broken == []
    return [one for one in ended if not isinstance(one, BaseException)], refused


@pytest.mark.parametrize("_time", range(TIMES))
async def test_twenty_sign_up_for_seven_places(street: Street, _time: int) -> None:
    _course, session = await begun(street, capacity=7)
    people = await neighbours(street, 20)
    done, refused = await together(
        *(group_sessions.sign_up(session.id, by=one, at=NOON) for one in people for _twice in "12")
    )
    assert (len(done), refused) == (40, [])
    after = await stands(session, street)
    assert (after.placed, after.waiting) == (7, 13)
    # Whoever has a place came before whoever waits.
    lines = await group_sessions.session_list(session.id, street.volunteer)
    assert [one.signed.placed for one in lines] == [True] * 7 + [False] * 13


@pytest.mark.parametrize("_time", range(TIMES))
async def test_all_give_up_while_others_come(street: Street, _time: int) -> None:
    _course, session = await begun(street, capacity=4)
    people = await neighbours(street, 12)
    for one in people[:8]:
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    _done, refused = await together(
        *(group_sessions.give_up(session.id, by=one, at=NOON) for one in people[:3]),
        *(group_sessions.sign_up(session.id, by=one, at=NOON) for one in people[8:]),
    )
    assert refused == []
    after = await stands(session, street)
    assert (after.placed, after.waiting) == (4, 5)
    lines = await group_sessions.session_list(session.id, street.volunteer)
    assert [one.signed.placed for one in lines] == [True] * 4 + [False] * 5


@pytest.mark.parametrize("_time", range(TIMES))
async def test_everybody_confirms_at_once_and_the_hours_pass_once(
    street: Street, _time: int
) -> None:
    people = await neighbours(street, 8)
    session = await held(street, people)
    acts = [group_sessions.confirm_session(session.id, by=one) for one in people]
    acts.append(group_sessions.confirm_session(session.id, by=street.coordinator))
    done, refused = await together(*acts)
    assert (len(done), refused) == (9, [])
    assert await posted(street.volunteer) == [60]
    street.granted += 60


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_workers_plan_the_same_weeks(street: Street, _time: int) -> None:
    course, _session = await begun(street)
    later = NOON + timedelta(weeks=3)
    await together(*(group_sessions.plan_ahead(at=later) for _worker in range(3)))
    planned = [one.starts_at for one in await ahead(course, street)]
    assert planned == [TUESDAY + timedelta(weeks=week) for week in range(7)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_a_visit_and_a_class_want_the_same_hour(street: Street, _time: int) -> None:
    visit = await street.asked(60, starts_at=TUESDAY + timedelta(minutes=30))
    _done, refused = await together(
        timebank.accept(visit.id, by=street.volunteer, at=NOON),
        group_sessions.propose_course(
            draft(), by=street.coordinator, leader_id=street.volunteer.member_id, at=NOON
        ),
    )
    seen, _steps = await timebank.visit_page(visit.id, street.coordinator)
    first = (await group_sessions.timetable(street.id, at=NOON))[0].session
    leads = first.leader_id == street.volunteer.member_id
    comes = seen.visit.volunteer_id == street.volunteer.member_id
    assert leads != comes
    assert [type(one) for one in refused] == ([timebank.BusyThen] if leads else [])


@pytest.mark.parametrize("_time", range(TIMES))
async def test_spending_elsewhere_never_stops_a_class(street: Street, _time: int) -> None:
    await adopt_payer(street, "shared")
    people = await neighbours(street, 2, minutes=60)
    session = await held(street, people)
    await group_sessions.confirm_session(session.id, by=people[0])
    accounts = [
        await timebank.member_account(one.member_id, community_id=street.id) for one in people
    ]
    origin = ledger.Origin(
        ledger.CommunityId(street.id), ledger.Event("gift", session.id), people[0].member_id
    )
    moved = ledger.transfer(
        debit=accounts[0], credit=accounts[1], amount=60, unit=ledger.MINUTE, origin=origin
    )
    await together(moved, group_sessions.confirm_session(session.id, by=people[1]))
    assert (await stands(session, street)).state is SessionState.CONFIRMED
    assert await posted(street.volunteer) == [60]
    street.granted += 60 - (120 - sum(await posted(*people)))


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_classes_of_one_leader_never_pass_the_cap(street: Street, _time: int) -> None:
    await adopt(street.id, -2, cap_minutes=90)
    people = await neighbours(street, 2)
    first = await held(street, people)
    second = await held(street, people, starts_at=TUESDAY + timedelta(hours=3))
    await together(
        group_sessions.confirm_session(first.id, by=street.coordinator),
        group_sessions.confirm_session(second.id, by=street.coordinator),
    )
    assert await posted(street.volunteer) == [90]
    street.granted += 120
