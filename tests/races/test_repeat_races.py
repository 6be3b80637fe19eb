"""Two at one regular request in the same moment: each visit is asked for once, or none is."""

import asyncio
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

import community
import timebank
from tests.timebank.street import NOON, Street, street
from tests.timebank.test_repeats import TUESDAY, WEEK, begun, draft, visits_of
from timebank import State, TimebankError, repeats

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
async def test_two_workers_ask_for_each_visit_once(street: Street, _time: int) -> None:
    repeat = await begun(street)
    later = NOON + 2 * WEEK
    done, refused = await together(*(repeats.ask_coming(repeat, at=later) for _ in range(4)))
    await repeats.ask_coming(repeat, at=later)  # what one passed over, as another held it
    assert refused == []
    assert sum(done) <= 2
    moments = [one.starts_at for one in await visits_of(street.elder)]
    assert moments == [TUESDAY + number * WEEK for number in range(4)]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_one_form_sent_twice_begins_once(street: Street, _time: int) -> None:
    key = uuid.uuid4()
    done, refused = await together(
        *(repeats.ask_repeating(draft(), by=street.elder, id=key, at=NOON) for _twice in range(3))
    )
    assert (len(done), refused) == (3, [])
    assert len({one.id for one in done}) == 1
    assert len(await repeats.repeats_of(street.elder, at=NOON)) == 1
    assert len(await visits_of(street.elder)) == 2


@pytest.mark.parametrize("_time", range(TIMES))
async def test_stopped_while_asking_and_taking_leaves_nothing_open(
    street: Street, _time: int
) -> None:
    repeat = await begun(street)
    first, _second = await visits_of(street.elder)
    _done, refused = await together(
        repeats.end_repeating(repeat.id, by=street.elder, at=NOON),
        repeats.ask_coming(repeat, at=NOON + 2 * WEEK),
        timebank.accept(first.id, by=street.volunteer, at=NOON),
    )
    assert {type(one) for one in refused} <= {timebank.AlreadyTaken}
    states = {one.id: one.state for one in await visits_of(street.elder)}
    assert states.pop(first.id) is (State.CANCELLED if refused else State.BOOKED)
    assert set(states.values()) == {State.CANCELLED}
    assert await repeats.ask_coming(repeat, at=NOON + 2 * WEEK) == 0


@pytest.mark.parametrize("_time", range(TIMES))
async def test_who_asked_is_told_once_by_two_workers(street: Street, _time: int) -> None:
    visit = await street.asked(60, starts_at=NOON + timedelta(days=3))
    at = NOON + timedelta(days=2, hours=1)
    await together(*(timebank.remind_of_ending(at=at) for _ in range(3)))
    assert await told_of_ending(street) == [f"/time-bank/visits/{visit.id}"]


async def told_of_ending(street: Street) -> list[str | None]:
    found = await community.inbox(street.elder.member_id, community_id=street.id)
    return [one.link for one in found if one.kind == "visit.ending"]


@pytest.mark.parametrize("_time", range(TIMES))
async def test_two_taps_renew_once_while_somebody_takes_it(street: Street, _time: int) -> None:
    visit = await street.asked(60)
    done, refused = await together(
        timebank.renew(visit.id, by=street.elder, at=NOON),
        timebank.renew(visit.id, by=street.elder, at=NOON),
        timebank.accept(visit.id, by=street.volunteer, at=NOON),
    )
    assert {type(one) for one in refused} <= {timebank.AlreadyTaken, timebank.WrongState}
    found = await visits_of(street.elder)
    if found[0].state is State.BOOKED:
        assert len(found) == 1
    else:
        assert [one.state for one in found] == [State.CANCELLED, State.REQUESTED]
        assert len({one.id for one in done}) == 1
