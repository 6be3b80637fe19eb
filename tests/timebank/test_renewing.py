"""Requests that nobody takes: how long they stay open, who is told, and how they are renewed."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
import timebank
from community import Actor, DelegatedAct
from tests.timebank.street import NOON, Street, street
from tests.timebank.test_for_another import delegated
from tests.timebank.test_policy import adopt
from tests.timebank.test_rules import visit as example
from timebank import State, Visit, repeats, rules
from timebank.errors import SimilarOpen
from timebank.request_rules import overlaps, similar, term
from timebank.values import Request, VisitPolicy

__all__ = ["street"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = timedelta(weeks=1)
SOON = NOON + timedelta(days=10)


async def stands(visit: Visit, street: Street) -> Visit:
    return (await timebank.visit_page(visit.id, street.coordinator))[0].visit


async def told(who: Actor) -> list[tuple[str, str | None]]:
    """Return the kinds and links of what somebody has not read."""
    found = await community.inbox(who.member_id, community_id=who.community_id)
    return [(one.kind, one.link) for one in found if one.read_at is None]


async def few_days(street: Street) -> Visit:
    """Return a request for ten days ahead in a community whose requests stay open for four."""
    await adopt(street.id, -2, request_days=4, request_reminder_hours=24)
    return await street.asked(60, starts_at=SOON)


# Pure rules


@given(
    st.timedeltas(timedelta(minutes=15), timedelta(days=90)),
    st.integers(1, 365),
    st.integers(0, 168),
)
def test_a_term_ends_in_time_and_the_reminder_lies_within(
    ahead: timedelta, days: int, hours: int
) -> None:
    policy = VisitPolicy(request_days=days, request_reminder_hours=hours)
    asked = replace(example(State.REQUESTED), starts_at=NOON + ahead)
    open_ = term(asked, at=NOON, policy=policy)
    assert open_.waits_until == min(NOON + timedelta(days=days), asked.starts_at)
    if open_.remind_at is None:
        assert hours == 0 or open_.waits_until - timedelta(hours=hours) <= NOON
    else:
        assert NOON < open_.remind_at < open_.waits_until
        assert open_.waits_until - open_.remind_at == timedelta(hours=hours)
    assert not rules.expires(open_, at=open_.waits_until - timedelta(seconds=1))
    assert rules.expires(open_, at=open_.waits_until)


@pytest.mark.parametrize(
    ("service", "after", "alike"),
    [
        ("meals", timedelta(hours=5), True),  # the same help on the same day
        ("cleaning", timedelta(hours=5), False),
        ("cleaning", timedelta(minutes=105), True),  # the last quarter of an hour of two
        ("cleaning", timedelta(minutes=120), False),
        ("cleaning", -timedelta(minutes=45), True),
        ("cleaning", -timedelta(minutes=60), False),
        ("meals", timedelta(days=1), False),
    ],
)
def test_what_is_alike(service: str, after: timedelta, alike: bool) -> None:  # noqa: FBT001 (a parameter)
    stands_ = example(State.REQUESTED)
    request = Request(service, stands_.starts_at + after, 60, "梧桐里")
    assert similar(stands_, request, SHANGHAI) is alike
    assert not similar(replace(stands_, state=State.CANCELLED), request, SHANGHAI)


@given(st.integers(-20, 20), st.integers(1, 16), st.integers(1, 16))
def test_visits_overlap_where_they_share_a_quarter_of_an_hour(
    after: int, first: int, second: int
) -> None:
    one = replace(example(State.REQUESTED), minutes_booked=15 * first)
    request = Request("meals", one.starts_at + after * rules.QUARTER, 15 * second, "梧桐里")
    taken = set(rules.quarters(one.starts_at, one.minutes_booked))
    assert overlaps(one, request) is not taken.isdisjoint(
        rules.quarters(request.starts_at, request.minutes)
    )


# Similar requests


async def test_a_similar_request_is_asked_for_only_all_the_same(street: Street) -> None:
    first = await street.asked(60)
    request = Request("companionship", first.starts_at + timedelta(hours=3), 60, "梧桐里")
    key = uuid.uuid4()
    with pytest.raises(SimilarOpen) as refused:
        await timebank.ask(request, by=street.elder, form_key=key, at=NOON, despite=())
    assert [one.id for one in refused.value.visits] == [first.id]
    second = await timebank.ask(request, by=street.elder, form_key=key, at=NOON, despite={first.id})
    third = replace(request, starts_at=request.starts_at + timedelta(hours=2))
    with pytest.raises(SimilarOpen) as refused:  # who saw the first has not seen the second
        await timebank.ask(
            third, by=street.elder, form_key=uuid.uuid4(), at=NOON, despite={first.id}
        )
    assert [one.id for one in refused.value.visits] == [second.id]


async def test_the_very_same_request_is_the_one_that_stands(street: Street) -> None:
    first = await street.asked(60)
    request = Request("companionship", first.starts_at, 60, "别处")
    with pytest.raises(timebank.AlreadyAsked) as refused:
        await timebank.ask(request, by=street.elder, form_key=uuid.uuid4(), at=NOON, despite=())
    assert refused.value.visit == first.id


async def test_another_elders_request_is_not_similar(street: Street) -> None:
    first = await street.asked(60)
    request = Request("companionship", first.starts_at, 60, "别处")
    asked = await timebank.ask(
        request, by=street.poor_elder, form_key=uuid.uuid4(), at=NOON, despite=()
    )
    assert asked.state is State.REQUESTED


# Reminders


async def test_who_asked_is_told_once_before_it_ends(street: Street) -> None:
    visit = await street.asked(60, starts_at=SOON)
    page = f"/time-bank/visits/{visit.id}"
    await timebank.remind_of_ending(at=SOON - timedelta(hours=24, seconds=1))
    assert ("visit.ending", page) not in await told(street.elder)
    await timebank.remind_of_ending(at=SOON - timedelta(hours=24))
    await timebank.remind_of_ending(at=SOON - timedelta(hours=23))
    assert (await told(street.elder)).count(("visit.ending", page)) == 1
    await timebank.accept(visit.id, by=street.volunteer, at=SOON - timedelta(hours=2))
    assert ("visit.ending", page) not in await told(street.elder)  # no news any more


async def test_nobody_is_told_of_what_somebody_took_or_what_was_asked_for_late(
    street: Street,
) -> None:
    taken = await street.booked(60, starts_at=SOON)
    late = await street.asked(60, starts_at=NOON + timedelta(hours=20))
    await timebank.remind_of_ending(at=NOON + timedelta(hours=19))
    await timebank.remind_of_ending(at=SOON - timedelta(hours=1))
    kinds = [kind for kind, _link in await told(street.elder)]
    assert "visit.ending" not in kinds
    assert {taken.state, late.state} == {State.BOOKED, State.REQUESTED}


async def test_the_delegate_who_asked_is_told_as_long_as_they_may_ask(street: Street) -> None:
    given = await delegated(street, DelegatedAct.REQUEST)
    begins = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=5)
    request = Request("companionship", begins, 60, "梧桐里")
    visit = await timebank.ask(request, by=given.acting, form_key=uuid.uuid4())
    later = replace(request, starts_at=begins + timedelta(days=1))
    await timebank.ask(later, by=given.acting, form_key=uuid.uuid4())
    own = replace(request, starts_at=begins + timedelta(hours=1), care_service="digital")
    await timebank.ask(own, by=street.elder, form_key=uuid.uuid4())
    page = f"/for/{street.elder.member_id}/visits/{visit.id}"
    await timebank.remind_of_ending(at=begins - timedelta(hours=20))
    heard = [one for one in await told(given.daughter) if one[0] == "visit.ending_for"]
    assert heard == [("visit.ending_for", page)]
    assert ("visit.ending", f"/time-bank/visits/{visit.id}") in await told(street.elder)
    await given.revoke()
    await timebank.remind_of_ending(at=later.starts_at - timedelta(hours=20))
    kinds = [kind for kind, _link in await told(given.daughter)]
    assert kinds.count("visit.ending_for") == 1


# Ends by days, stays open longer, ends when it should have begun


async def test_a_request_ends_by_days_and_stays_open_longer_with_one_tap(street: Street) -> None:
    visit = await few_days(street)
    assert visit.open_until == NOON + timedelta(days=4)
    seen = visit.open_until
    day_before = seen - timedelta(days=1)
    longer = await timebank.extend(visit.id, until=seen, by=street.elder, at=day_before)
    assert longer.waits_until == day_before + timedelta(days=4)
    again = await timebank.extend(visit.id, until=seen, by=street.elder, at=day_before + WEEK)
    assert again == longer
    await timebank.expire_requests(at=seen)
    assert (await stands(visit, street)).state is State.REQUESTED
    await timebank.expire_requests(at=longer.waits_until)
    assert (await stands(visit, street)).state is State.EXPIRED
    with pytest.raises(timebank.WrongState):
        await timebank.extend(
            visit.id, until=longer.waits_until, by=street.elder, at=longer.waits_until
        )


async def test_only_who_asked_lets_it_stay_open(street: Street) -> None:
    visit = await few_days(street)
    for stranger in (street.volunteer, street.poor_elder, street.coordinator):
        with pytest.raises(timebank.NotYours):
            await timebank.extend(visit.id, until=visit.waits_until, by=stranger, at=NOON)
    usual = await street.asked(60, starts_at=NOON + timedelta(hours=20), by=street.poor_elder)
    with pytest.raises(timebank.WrongState):
        await timebank.extend(usual.id, until=usual.starts_at, by=street.poor_elder, at=NOON)


async def test_one_that_was_given_back_is_open_as_long_again(street: Street) -> None:
    visit = await few_days(street)
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    back = await timebank.withdraw(visit.id, by=street.volunteer, at=NOON + timedelta(days=5))
    assert back.waits_until == NOON + timedelta(days=9)
    await timebank.expire_requests(at=NOON + timedelta(days=8))
    assert (await stands(visit, street)).state is State.REQUESTED


async def test_nobody_takes_what_has_ended_by_days(street: Street) -> None:
    visit = await few_days(street)
    with pytest.raises(timebank.TooLate):
        await timebank.accept(visit.id, by=street.volunteer, at=visit.waits_until)


# Renewed


async def test_an_expired_request_is_asked_for_a_week_later_once(street: Street) -> None:
    visit = await street.asked(60)
    await timebank.expire_requests(at=visit.starts_at)
    new = await timebank.renew(visit.id, by=street.elder, at=visit.starts_at)
    again = await timebank.renew(
        visit.id, by=street.elder, at=visit.starts_at + timedelta(days=6, hours=12)
    )
    assert again == new
    assert (new.starts_at, new.renews) == (visit.starts_at + WEEK, visit.id)
    assert (new.place, new.minutes_booked) == (visit.place, visit.minutes_booked)
    assert len(await timebank.my_visits(street.elder)) == 2
    assert await timebank.renewal(visit) == new


async def test_one_that_still_waits_is_called_off_for_the_new_one(street: Street) -> None:
    visit = await street.asked(240)  # 300 minutes cover one, not both
    new = await timebank.renew(visit.id, by=street.elder, at=NOON)
    assert (await stands(visit, street)).state is State.CANCELLED
    assert new.starts_at == visit.starts_at + WEEK


async def test_another_time_is_chosen_instead(street: Street) -> None:
    visit = await street.asked(60)
    request = Request("companionship", visit.starts_at + timedelta(hours=2), 60, visit.place)
    new = await timebank.ask(
        request, by=street.elder, form_key=uuid.uuid4(), at=NOON, despite=(), instead_of=visit.id
    )
    assert new.renews == visit.id
    assert (await stands(visit, street)).state is State.CANCELLED


async def test_what_somebody_took_or_nobody_asked_for_is_not_renewed(street: Street) -> None:
    visit = await street.booked(60)
    with pytest.raises(timebank.WrongState):
        await timebank.renew(visit.id, by=street.elder, at=NOON)
    with pytest.raises(timebank.NotYours):
        await timebank.renew(visit.id, by=street.volunteer, at=NOON)
    with pytest.raises(timebank.UnknownVisit):
        await timebank.renew(uuid.uuid4(), by=street.elder, at=NOON)
    request = Request("meals", visit.starts_at + WEEK, 60, "梧桐里")
    with pytest.raises(timebank.WrongState):
        await timebank.ask(
            request, by=street.elder, form_key=uuid.uuid4(), at=NOON, instead_of=visit.id
        )
    assert len(await timebank.my_visits(street.elder)) == 1


async def test_hours_that_do_not_suffice_leave_the_old_one(street: Street) -> None:
    visit = await street.asked(60, by=street.poor_elder)
    await timebank.expire_requests(at=visit.starts_at)
    await street.asked(60, by=street.poor_elder, starts_at=visit.starts_at + timedelta(days=1))
    with pytest.raises(timebank.NotEnoughMinutes):
        await timebank.renew(visit.id, by=street.poor_elder, at=visit.starts_at)
    assert await timebank.renewal(visit) is None


async def test_a_visit_of_something_regular_is_reminded_of_as_any(street: Street) -> None:
    await repeats.ask_repeating(
        repeats.RepeatDraft(Request("companionship", SOON, 30, "梧桐里"), repeats.Every.WEEK),
        by=street.elder,
        id=uuid.uuid4(),
        at=NOON,
    )
    await timebank.remind_of_ending(at=SOON - timedelta(hours=24))
    assert "visit.ending" in [kind for kind, _link in await told(street.elder)]
