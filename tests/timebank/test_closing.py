"""How a visit ends: by itself, in a dispute, corrected later, or called off late."""

import dataclasses
from datetime import timedelta

import pytest

import community
import ledger
import timebank
from tests.timebank.street import NOON, Street
from tests.timebank.test_policy import adopt
from timebank import State, Visit, payers
from timebank.accounts import gifts_account, own_account

LATER = timedelta(hours=72)


async def stands(visit: Visit, street: Street) -> Visit:
    return (await timebank.visit_page(visit.id, street.coordinator))[0].visit


async def test_silence_confirms_what_was_measured_once(street: Street) -> None:
    visit = await street.finished(120, taken=95)
    due = visit.confirm_due_at
    assert due == visit.starts_at + timedelta(minutes=95) + LATER
    await timebank.confirm_by_themselves(at=due - timedelta(seconds=1))
    assert (await stands(visit, street)).state is State.FINISHED
    for _ in range(2):
        await timebank.confirm_by_themselves(at=due)
    closed = await stands(visit, street)
    assert (closed.state, closed.minutes_confirmed) == (State.CONFIRMED, 95)
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]
    with pytest.raises(timebank.WrongState):
        await timebank.dispute(visit.id, by=street.elder, reason="没有来", at=due)


async def test_silence_gives_no_more_than_was_set_aside(street: Street) -> None:
    visit = await street.finished(120, taken=150)
    assert visit.confirm_due_at is not None
    await timebank.confirm_by_themselves(at=visit.confirm_due_at)
    assert (await stands(visit, street)).minutes_confirmed == 120


async def test_a_dispute_keeps_all_set_aside_until_a_third_resolves_it(street: Street) -> None:
    visit = await street.finished(120, taken=95)
    with pytest.raises(timebank.InvalidRequest):
        await timebank.dispute(visit.id, by=street.elder, reason="  ")
    for stranger in (street.poor_elder, street.coordinator):
        with pytest.raises(timebank.NotYours):
            await timebank.dispute(visit.id, by=stranger, reason="不对")
    disputed = await timebank.dispute(visit.id, by=street.elder, reason="只待了半小时")
    assert disputed.state is State.DISPUTED
    assert (await timebank.dispute(visit.id, by=street.elder, reason="又一次")) == disputed
    assert await street.minutes(street.elder) == [(300, 120)]
    await timebank.confirm_by_themselves(at=NOON + timedelta(days=30))
    assert (await stands(visit, street)).state is State.DISPUTED
    with pytest.raises(timebank.WrongState):
        await timebank.confirm(visit.id, by=street.elder, minutes=95)
    with pytest.raises(timebank.NotYours):
        await timebank.resolve(visit.id, by=street.volunteer, minutes=30, reason="同意")
    with pytest.raises(timebank.OutOfRange):
        await timebank.resolve(visit.id, by=street.coordinator, minutes=121, reason="同意")
    resolved = await timebank.resolve(
        visit.id, by=street.coordinator, minutes=30, reason="问过邻居"
    )
    assert (resolved.state, resolved.minutes_confirmed) == (State.RESOLVED, 30)
    assert await street.minutes(street.elder, street.volunteer) == [(270, 0), (30, 0)]
    for who in (street.elder, street.volunteer):
        kinds = [one.kind for one in await community.inbox(who.member_id, community_id=street.id)]
        assert "visit.resolved" in kinds


async def test_nobody_resolves_a_dispute_of_their_own(street: Street) -> None:
    visit = await street.finished()
    await timebank.dispute(visit.id, by=street.volunteer, reason="码表不准")
    both = dataclasses.replace(
        street.volunteer, roles=street.volunteer.roles | {community.Role.COORDINATOR}
    )
    with pytest.raises(timebank.NotYours):
        await timebank.resolve(visit.id, by=both, minutes=120, reason="我说的")


@pytest.mark.parametrize("minutes", [0, 95, 120])
async def test_a_dispute_ends_with_nothing_some_or_all(street: Street, minutes: int) -> None:
    visit = await street.finished(120, taken=95)
    await timebank.dispute(visit.id, by=street.elder, reason="不对")
    await timebank.resolve(visit.id, by=street.coordinator, minutes=minutes, reason="说清楚了")
    assert await street.minutes(street.elder, street.volunteer) == [
        (300 - minutes, 0), (minutes, 0)
    ]  # fmt: skip


@pytest.mark.parametrize("right", [0, 60, 110])
async def test_a_mistake_is_reversed_and_the_right_minutes_pass(street: Street, right: int) -> None:
    visit = await street.finished(120, taken=95)
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    with pytest.raises(timebank.NotYours):
        await timebank.correct(visit.id, by=street.elder, minutes=right, reason="算错了")
    with pytest.raises(timebank.InvalidRequest):
        await timebank.correct(visit.id, by=street.coordinator, minutes=right, reason="")
    corrected = await timebank.correct(
        visit.id, by=street.coordinator, minutes=right, reason="算错了"
    )
    assert (corrected.state, corrected.minutes_confirmed) == (State.RESOLVED, right)
    minutes = [(300 - right, 0), (right, 0)]
    assert await street.minutes(street.elder, street.volunteer) == minutes
    again = await timebank.correct(visit.id, by=street.coordinator, minutes=right, reason="再说")
    assert again == corrected
    legs = await ledger.journal(ledger.JournalId(visit.post_id))
    assert [leg.kind for leg in legs] == ["post", "transfer"], "what was booked stays as it was"
    last = await timebank.correct(visit.id, by=street.coordinator, minutes=95, reason="原来是对的")
    assert last.minutes_confirmed == 95
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (95, 0)]


async def test_what_the_volunteer_has_spent_cannot_go_back(street: Street) -> None:
    visit = await street.finished(120, taken=95)
    await timebank.confirm(visit.id, by=street.elder, minutes=95)
    origin = ledger.Origin(
        ledger.CommunityId(street.id),
        ledger.Event("test", visit.id),
        street.coordinator.member_id,
    )
    await ledger.transfer(
        debit=await timebank.member_account(street.volunteer.member_id, community_id=street.id),
        credit=await timebank.member_account(street.poor_elder.member_id, community_id=street.id),
        amount=50,
        unit=ledger.MINUTE,
        origin=origin,
    )
    with pytest.raises(timebank.NotEnoughMinutes):
        await timebank.correct(visit.id, by=street.coordinator, minutes=0, reason="登记错误")
    stays = await stands(visit, street)
    assert (stays.state, stays.minutes_confirmed) == (State.CONFIRMED, 95)
    assert await street.minutes(street.elder, street.volunteer) == [(205, 0), (45, 0)]


async def test_a_correction_saves_no_more_than_the_cap_allows(street: Street) -> None:
    await adopt(street.id, -2, cap_minutes=100)
    first = await street.finished(120, taken=95)
    await timebank.confirm(first.id, by=street.elder, minutes=95)
    starts_at = first.starts_at + timedelta(hours=3)
    second = await street.booked(60, starts_at=starts_at)
    await timebank.check_in(second.id, by=street.coordinator, at=starts_at)
    over = starts_at + timedelta(minutes=60)
    await timebank.check_out(second.id, by=street.coordinator, at=over)
    await timebank.confirm(second.id, by=street.elder, minutes=60)
    assert await street.minutes(street.elder, street.volunteer) == [(145, 0), (100, 0)]
    await timebank.correct(second.id, by=street.coordinator, minutes=30, reason="只有半小时")
    assert await street.minutes(street.elder, street.volunteer) == [(175, 0), (100, 0)]
    relief = await own_account("relief", community_id=street.id)
    assert (await ledger.balance(relief)).posted == 25


async def test_a_correction_takes_saved_minutes_that_come_back_before_gifts(street: Street) -> None:
    visit = await street.finished(60, taken=90)
    await timebank.confirm(visit.id, by=street.elder, minutes=90, word=True)
    saved = await timebank.member_account(street.elder.member_id, community_id=street.id)
    gifts = await gifts_account(street.elder.member_id, community_id=street.id)
    poor = await timebank.member_account(street.poor_elder.member_id, community_id=street.id)
    for debit, credit, minutes in ((poor, gifts, 60), (saved, poor, 210)):
        await ledger.transfer(
            debit=debit, credit=credit, amount=minutes, unit=ledger.MINUTE,
            origin=ledger.Origin(
                ledger.CommunityId(street.id),
                ledger.Event("test", visit.id),
                street.coordinator.member_id,
            ),
        )  # fmt: skip
    await timebank.correct(visit.id, by=street.coordinator, minutes=80, reason="八十分钟")
    assert await street.minutes(street.elder, street.volunteer) == [(10, 0), (80, 0)]
    assert (await ledger.balance(gifts)).posted == 60


async def test_calling_off_late_costs_what_the_community_decided(street: Street) -> None:
    await adopt(street.id, -2, cancel_notice_hours=12, late_cancel_minutes=15)
    starts_at = NOON + timedelta(days=1)
    early = await street.booked(60, starts_at=starts_at)
    at = starts_at - timedelta(hours=12, seconds=1)
    await timebank.cancel(early.id, by=street.elder, at=at)
    assert await street.minutes(street.elder, street.volunteer) == [(300, 0), (0, 0)]
    late = await street.booked(60, starts_at=starts_at)
    gone = await timebank.cancel(late.id, by=street.elder, at=starts_at - timedelta(hours=12))
    assert gone.state is State.CANCELLED
    assert await street.minutes(street.elder, street.volunteer) == [(285, 0), (15, 0)]
    free = await street.asked(60, starts_at=starts_at)
    await timebank.cancel(free.id, by=street.elder, at=starts_at - timedelta(hours=1))
    desk = await street.booked(60, starts_at=starts_at)
    await timebank.cancel(desk.id, by=street.coordinator, at=starts_at - timedelta(hours=1))
    assert await street.minutes(street.elder, street.volunteer) == [(285, 0), (15, 0)]


async def test_the_community_pays_for_the_first_use(street: Street) -> None:
    await adopt(street.id, -2, first_use_minutes=90)
    first = await street.booked(120, by=street.poor_elder)
    assert await street.minutes(street.poor_elder) == [(60, 60)]
    code = first.code
    await timebank.check_in(first.id, by=street.volunteer, code=code, at=first.starts_at)
    after = first.starts_at + timedelta(minutes=100)
    await timebank.check_out(first.id, by=street.volunteer, at=after)
    await timebank.confirm(first.id, by=street.poor_elder, minutes=100, at=after)
    assert await street.minutes(street.poor_elder, street.volunteer) == [(0, 0), (100, 0)]
    street.granted += 40
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await street.asked(60, by=street.poor_elder, starts_at=NOON + timedelta(days=2))
    assert refused.value.available == 50


async def test_own_hours_wait_until_enough_was_given_but_gifts_do_not(street: Street) -> None:
    await adopt(street.id, -2, redeem_after_minutes=600)
    with pytest.raises(timebank.NotEnoughMinutes) as refused:
        await street.asked(60)
    assert refused.value.available == 0
    book = ledger.CommunityId(street.id)
    gifts = await gifts_account(street.elder.member_id, community_id=street.id)
    await ledger.transfer(
        debit=await timebank.member_account(street.poor_elder.member_id, community_id=street.id),
        credit=gifts,
        amount=60,
        unit=ledger.MINUTE,
        origin=ledger.Origin(book, ledger.Event("test", gifts), street.coordinator.member_id),
    )
    visit = await street.booked(60)
    (hold,) = await payers.holds(visit)
    assert (hold.payer, hold.minutes) == (timebank.Payer.GIFTS, 60)
    await timebank.cancel(visit.id, by=street.elder, at=NOON)
    await ledger.transfer(
        debit=gifts,
        credit=await timebank.member_account(street.poor_elder.member_id, community_id=street.id),
        amount=60,
        unit=ledger.MINUTE,
        origin=ledger.Origin(book, ledger.Event("test", visit.id), street.coordinator.member_id),
    )
