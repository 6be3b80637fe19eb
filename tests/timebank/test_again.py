"""The same again: which visit is proposed, for when, and what is asked for in the end."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

import community
import timebank
from app import merging
from community import Role
from tests.timebank.street import NOON, Street
from timebank.again import TIME_TO_ANSWER, WEEK, a_week_on
from timebank.values import State, Visit

LATER = NOON + timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")  # where the clocks are changed
_SERVICE = timebank.CareService(uuid.uuid4(), uuid.uuid4(), "cleaning", "助洁", "Cleaning", 60)


def _at(starts_at: datetime) -> Visit:
    one = uuid.uuid4()
    return Visit(
        one, one, _SERVICE, one, None, State.CONFIRMED, "", "", starts_at, 60, "", one, starts_at
    )


@given(
    some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=some.just(UTC)),  # noqa: DTZ001 (Hypothesis adds the zone)
    some.integers(0, 400 * 24 * 60),
)
def test_it_is_the_same_time_of_the_same_weekday_and_the_first_that_leaves_a_day(
    began: datetime, minutes: int
) -> None:
    now = began + timedelta(minutes=minutes)
    later = a_week_on(_at(began), at=now, zone=BERLIN)
    first, again = began.astimezone(BERLIN), later.astimezone(BERLIN)
    assert again.weekday() == first.weekday()
    if first.replace(fold=1).utcoffset() == first.utcoffset():
        assert (again.hour, again.minute) == (first.hour, first.minute) or again.hour == 3
    assert later >= now + TIME_TO_ANSWER
    assert later - timedelta(hours=1) <= max(now + TIME_TO_ANSWER, began) + WEEK


async def _closed(street: Street) -> Visit:
    visit = await street.finished(60, taken=60)
    return await timebank.confirm(visit.id, by=street.elder, minutes=60, at=LATER)


async def _proposed(street: Street) -> timebank.Again | None:
    seen, elder = await timebank.my_visits(street.elder), street.elder
    saved = (await timebank.my_balance(elder)).available
    return await timebank.same_again(seen, by=elder, at=LATER, zone=BERLIN, saved=saved)


async def test_the_last_visit_is_proposed_a_week_on_with_who_came(street: Street) -> None:
    assert await _proposed(street) is None
    last = await _closed(street)
    found = await _proposed(street)
    assert found is not None
    assert (found.last.id, found.volunteer) == (last.id, "李明")
    assert found.request == timebank.Request(
        "companionship",
        last.starts_at + WEEK,
        60,
        last.place,
        "",
        street.volunteer.member_id,
    )


async def test_one_tap_asks_once_and_the_volunteer_first(street: Street) -> None:
    last, key = await _closed(street), uuid.uuid4()
    request = await timebank.request_again(last.id, last.starts_at + WEEK, by=street.elder)
    first = await timebank.ask(request, by=street.elder, form_key=key, at=LATER)
    assert (first.state, first.volunteer_id) == (State.OFFERED, street.volunteer.member_id)
    assert (await timebank.ask(request, by=street.elder, form_key=key, at=LATER)).id == first.id
    assert await _proposed(street) is None, "one of its kind is open"


async def test_nothing_is_proposed_that_could_not_be_asked_for(street: Street) -> None:
    await _closed(street)
    await timebank.ask(
        timebank.Request("cleaning", LATER + timedelta(hours=1), 210, "梧桐里"),
        by=street.elder,
        form_key=uuid.uuid4(),
        at=LATER,
    )
    assert await timebank.left_to_ask(street.elder, at=LATER) == 30
    assert await _proposed(street) is None


async def test_who_came_is_asked_first_also_after_a_merge(street: Street) -> None:
    await _closed(street)
    kept = await community.add_member(
        community_id=street.id, name="李明", roles={Role.RESIDENT, Role.VOLUNTEER}
    )
    await merging.merge(kept.id, street.volunteer.member_id, by=street.coordinator)
    found = await _proposed(street)
    assert found is not None
    assert (found.request.preferred_id, found.volunteer) == (kept.id, "李明")


async def test_nothing_is_proposed_over_another_visit(street: Street) -> None:
    last = await _closed(street)
    hour = timebank.Request("cleaning", last.starts_at + WEEK, 30, "梧桐里")
    await timebank.ask(hour, by=street.elder, form_key=uuid.uuid4(), at=LATER)
    assert await timebank.left_to_ask(street.elder, at=LATER) >= 60
    assert await _proposed(street) is None


async def test_nobody_asks_for_another_s_visit_again(street: Street) -> None:
    last = await _closed(street)
    with pytest.raises(timebank.UnknownVisit):
        await timebank.request_again(last.id, last.starts_at + WEEK, by=street.poor_elder)
