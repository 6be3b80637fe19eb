"""Offering a request, booking for who telephones, and what comes to nothing."""

import uuid
from datetime import timedelta

import asyncpg
import pytest

import community
import timebank
from community import Role
from tests.timebank.street import NOON, Street
from timebank import Request, Side, State, Visit


async def preferring(street: Street, who: uuid.UUID) -> Visit:
    request = Request("meals", NOON + timedelta(days=3), 60, "梧桐里", preferred_id=who)
    return await timebank.ask(request, by=street.elder, form_key=uuid.uuid4(), at=NOON)


async def told(street: Street, who: uuid.UUID) -> list[str]:
    return [one.kind for one in await community.inbox(who, community_id=street.id)]


async def test_whom_the_elder_would_like_is_asked_first_and_alone(street: Street) -> None:
    visit = await preferring(street, street.volunteer.member_id)
    assert (visit.state, visit.volunteer_id) == (State.OFFERED, street.volunteer.member_id)
    assert visit.offered_until == NOON + timedelta(hours=24)
    assert await told(street, street.volunteer.member_id) == ["visit.offered"]
    with pytest.raises(timebank.AlreadyTaken):
        await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)
    booked = await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    assert (booked.state, booked.offered_until) == (State.BOOKED, None)
    assert await street.minutes(street.elder) == [(300, 60)]


@pytest.mark.parametrize("who", ["elder", "coordinator", "nobody"])
async def test_nobody_but_a_volunteer_is_wished_for(street: Street, who: str) -> None:
    wished = uuid.uuid4() if who == "nobody" else getattr(street, who).member_id
    with pytest.raises(timebank.InvalidRequest) as refused:
        await preferring(street, wished)
    assert refused.value.field == "preferred"
    assert await timebank.my_visits(street.elder) == []


async def test_a_no_opens_the_request_to_all(street: Street) -> None:
    visit = await preferring(street, street.volunteer.member_id)
    with pytest.raises(timebank.NotYours):
        await timebank.decline(visit.id, by=street.other_volunteer, at=NOON)
    opened = await timebank.decline(visit.id, by=street.volunteer, at=NOON)
    assert (opened.state, opened.volunteer_id) == (State.REQUESTED, None)
    with pytest.raises(timebank.NotYours):
        await timebank.decline(visit.id, by=street.volunteer, at=NOON)
    await timebank.accept(visit.id, by=street.other_volunteer, at=NOON)


async def test_an_offer_without_an_answer_lapses_once(street: Street) -> None:
    visit = await preferring(street, street.volunteer.member_id)
    until = NOON + timedelta(hours=24)
    await timebank.lapse_offers(at=until - timedelta(seconds=1))
    assert (await stands(visit, street)).state is State.OFFERED
    await timebank.lapse_offers(at=until)
    await timebank.lapse_offers(at=until)
    assert (await stands(visit, street)).state is State.REQUESTED
    _, steps = await timebank.visit_page(visit.id, street.elder)
    assert [step.state for step in steps] == [State.OFFERED, State.REQUESTED]


async def test_the_desk_offers_and_books(street: Street) -> None:
    visit = await street.asked()
    with pytest.raises(timebank.NotYours):
        await timebank.offer(
            visit.id, street.volunteer.member_id, by=street.other_volunteer, at=NOON
        )
    with pytest.raises(timebank.NotYours):
        await timebank.offer(visit.id, street.poor_elder.member_id, by=street.coordinator, at=NOON)
    with pytest.raises(timebank.OwnVisit):
        await timebank.offer(visit.id, street.elder.member_id, by=street.coordinator, at=NOON)
    offered = await timebank.offer(
        visit.id, street.volunteer.member_id, by=street.coordinator, at=NOON
    )
    assert offered.offered_until == visit.starts_at, "an offer ends when the visit should begin"
    with pytest.raises(timebank.NotYours):
        await timebank.assign(
            visit.id, street.volunteer.member_id, by=street.other_volunteer, at=NOON
        )
    with pytest.raises(timebank.AlreadyTaken):
        await timebank.assign(
            visit.id, street.other_volunteer.member_id, by=street.coordinator, at=NOON
        )
    await timebank.assign(visit.id, street.volunteer.member_id, by=street.coordinator, at=NOON)
    assert "visit.assigned" in await told(street, street.volunteer.member_id)
    assert await street.minutes(street.elder) == [(300, 120)]


async def test_a_request_that_nobody_took_expires_once(street: Street) -> None:
    visit = await street.asked()
    other = await street.booked(60, starts_at=visit.starts_at + timedelta(hours=3))
    await timebank.expire_requests(at=visit.starts_at - timedelta(seconds=1))
    assert (await stands(visit, street)).state is State.REQUESTED
    await timebank.expire_requests(at=visit.ends_at + timedelta(days=1))
    await timebank.expire_requests(at=visit.ends_at + timedelta(days=1))
    assert (await stands(visit, street)).state is State.EXPIRED
    assert (await stands(other, street)).state is State.BOOKED
    assert (await told(street, street.elder.member_id)).count("visit.expired") == 1
    again = await street.asked()
    assert again.id != visit.id, "asking anew is no repeat"


async def test_a_volunteer_who_did_not_come(street: Street) -> None:
    visit = await street.booked()
    early = visit.starts_at + timedelta(minutes=14)
    late = visit.starts_at + timedelta(minutes=15)
    with pytest.raises(timebank.TooEarly):
        await timebank.no_show(visit.id, Side.VOLUNTEER, by=street.elder, at=early)
    for stranger in (street.volunteer, street.other_volunteer):
        with pytest.raises(timebank.NotYours):
            await timebank.no_show(visit.id, Side.VOLUNTEER, by=stranger, at=late)
    missed = await timebank.no_show(visit.id, Side.VOLUNTEER, by=street.elder, at=late)
    assert (missed.state, missed.absent) == (State.NO_SHOW, Side.VOLUNTEER)
    again = await timebank.no_show(visit.id, Side.VOLUNTEER, by=street.coordinator, at=late)
    assert again == missed
    assert await street.minutes(street.elder, street.volunteer) == [(300, 0), (0, 0)]
    free = await street.asked(60, by=street.poor_elder)
    await timebank.accept(free.id, by=street.volunteer, at=NOON)


async def test_who_misses_three_visits_pauses(street: Street, owner: asyncpg.Connection) -> None:
    for number in range(3):
        visit = await street.booked(60, starts_at=NOON + timedelta(days=1, hours=2 * number))
        at = visit.starts_at + timedelta(hours=1)
        await timebank.no_show(visit.id, Side.VOLUNTEER, by=street.coordinator, at=at)
    fourth = await street.asked(60, starts_at=NOON + timedelta(days=4))
    with pytest.raises(timebank.Paused) as refused:
        await timebank.accept(fourth.id, by=street.volunteer, at=NOON + timedelta(days=2))
    assert refused.value.missed == 3
    await owner.execute(
        "UPDATE visit SET starts_at = starts_at - interval '91 days'"
        " WHERE community_id = $1 AND state = 'no_show'",
        street.id,
    )
    await timebank.accept(fourth.id, by=street.volunteer, at=NOON + timedelta(days=2))


async def test_an_elder_who_was_not_there(street: Street) -> None:
    visit = await street.booked()
    late = visit.starts_at + timedelta(minutes=20)
    with pytest.raises(timebank.NotYours):
        await timebank.no_show(visit.id, Side.ELDER, by=street.elder, at=late)
    missed = await timebank.no_show(visit.id, Side.ELDER, by=street.volunteer, at=late)
    assert missed.absent is Side.ELDER
    assert await street.minutes(street.elder, street.volunteer) == [(300, 0), (0, 0)]


async def test_late_is_said_until_checking_in(street: Street) -> None:
    visit = await street.booked()
    with pytest.raises(timebank.NotYours):
        await timebank.running_late(visit.id, 10, by=street.other_volunteer, at=NOON)
    with pytest.raises(timebank.InvalidRequest):
        await timebank.running_late(visit.id, 0, by=street.volunteer, at=NOON)
    await timebank.running_late(visit.id, 10, by=street.volunteer, at=NOON)
    assert (await told(street, street.elder.member_id))[0] == "visit.late"
    await timebank.check_in(visit.id, by=street.volunteer, code=visit.code, at=visit.starts_at)
    with pytest.raises(timebank.WrongState):
        await timebank.running_late(visit.id, 10, by=street.volunteer, at=visit.starts_at)


async def test_the_desk_checks_in_and_out_who_telephones(street: Street) -> None:
    visit = await street.booked()
    begun = await timebank.check_in(visit.id, by=street.coordinator, at=visit.starts_at)
    assert begun.state is State.UNDER_WAY
    after = visit.starts_at + timedelta(minutes=60)
    ended = await timebank.check_out(visit.id, by=street.coordinator, at=after)
    assert (ended.minutes_measured, ended.volunteer_id) == (60, street.volunteer.member_id)
    _, steps = await timebank.visit_page(visit.id, street.elder)
    assert [step.actor_name for step in steps[-2:]] == ["沈洁", "沈洁"]


async def test_what_happened_without_a_network_counts_when_it_happened(street: Street) -> None:
    visit = await street.booked()
    sent = visit.starts_at + timedelta(hours=5)
    for wrong in (sent + timedelta(minutes=3), visit.starts_at - timedelta(minutes=31)):
        with pytest.raises(timebank.InvalidRequest):
            await timebank.check_in(
                visit.id, by=street.volunteer, code=visit.code, happened_at=wrong, at=sent
            )
    with pytest.raises(timebank.WrongCode):
        await timebank.check_in(
            visit.id, by=street.volunteer, code="", happened_at=visit.starts_at, at=sent
        )
    for _ in range(2):
        begun = await timebank.check_in(
            visit.id, by=street.volunteer, code=visit.code, happened_at=visit.starts_at, at=sent
        )
        assert begun.checked_in_at == visit.starts_at
    end = visit.starts_at + timedelta(minutes=95)
    for _ in range(2):
        ended = await timebank.check_out(visit.id, by=street.volunteer, happened_at=end, at=sent)
        assert (ended.minutes_measured, ended.checked_out_at) == (95, end)


async def test_what_was_kept_for_more_than_a_day_is_refused(street: Street) -> None:
    visit = await street.booked()
    sent = visit.starts_at + timedelta(days=1, seconds=1)
    with pytest.raises(timebank.TooLate):
        await timebank.check_in(
            visit.id, by=street.volunteer, code=visit.code, happened_at=visit.starts_at, at=sent
        )


async def test_two_hats_are_two_people(street: Street) -> None:
    """A coordinator who is the volunteer of a visit needs the code as everybody does."""
    both = await community.add_member(
        community_id=street.id, name="许志刚", roles=(Role.COORDINATOR, Role.VOLUNTEER)
    )
    hand = community.Actor(both.id, street.id, both.roles)
    visit = await street.asked()
    await timebank.accept(visit.id, by=hand, at=NOON)
    with pytest.raises(timebank.WrongCode):
        await timebank.check_in(visit.id, by=hand, at=visit.starts_at)


async def stands(visit: Visit, street: Street) -> Visit:
    return (await timebank.visit_page(visit.id, street.coordinator))[0].visit
