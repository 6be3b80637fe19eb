"""What is asked for regularly: its rules, its visits, and what ends it."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import community
import timebank
from app import erasing, merging
from community import Actor, Role
from tests.timebank.street import NOON, Street, street
from timebank import State, Visit, repeats
from timebank.errors import AlreadyAsked, InvalidRequest
from timebank.hours import Leaving
from timebank.repeating import check_rule, is_holiday, occurrences
from timebank.repeats import Every, InvalidRepeat, Missed, Repeat, RepeatDraft, rows, rules
from timebank.tables import VisitRow
from timebank.values import Request

__all__ = ["street"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # ten in the morning, the day after NOON
WEEK = timedelta(weeks=1)


def draft(every: Every = Every.WEEK, minutes: int = 30, **more: object) -> RepeatDraft:
    request = Request("companionship", TUESDAY, minutes, "梧桐里 12 号 302 室", "请按两次门铃。")
    return replace(RepeatDraft(request, every), **more)  # type: ignore[arg-type]  # its own fields


async def begun(street: Street, **more: object) -> Repeat:
    return await repeats.ask_repeating(
        draft(**more),  # type: ignore[arg-type]  # the fields of a draft
        by=street.elder,
        id=uuid.uuid4(),
        at=NOON,
    )


async def visits_of(who: Actor) -> list[Visit]:
    return sorted(
        (one.visit for one in await timebank.my_visits(who)), key=lambda visit: visit.starts_at
    )


async def ahead(street: Street, at: datetime) -> int:
    """Do what the job does, for this street alone."""
    found = await rows.find(
        "repeat.community_id = {} AND repeat.ended_at IS NULL ORDER BY repeat.id", street.id
    )
    return sum([await repeats.ask_coming(one, at=at) for one in found])


async def kinds_told(who: Actor) -> list[str]:
    return [one.kind for one in await community.inbox(who.member_id, community_id=who.community_id)]


# Rules, without a database


@given(st.sampled_from(Every), st.dates(date(2026, 1, 1), date(2035, 12, 31)))
def test_a_rule_begins_on_its_first_day_and_says_how_often(every: Every, day: date) -> None:
    rule = rules.rule_of(every, day)
    check_rule(rule)
    assert rules.every_of(rule) is every
    start = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    found = list(
        occurrences(rule, start, SHANGHAI, skip_holidays=False, until=start + timedelta(days=400))
    )
    assert found[0] == start
    if every is Every.MONTH:
        months = [(one.astimezone(SHANGHAI).year, one.astimezone(SHANGHAI).month) for one in found]
        assert len(set(months)) == len(months)
        assert len(found) in {13, 14}  # no month is left out, however short
    else:
        days = {Every.DAY: 1, Every.WEEK: 7, Every.TWO_WEEKS: 14}[every]
        assert {(b - a).days for a, b in itertools.pairwise(found)} == {days}


def test_the_thirty_first_is_the_last_day_of_a_shorter_month() -> None:
    start = datetime(2026, 1, 31, 10, tzinfo=SHANGHAI)
    found = occurrences(
        rules.rule_of(Every.MONTH, start.date()), start, SHANGHAI, skip_holidays=False,
        until=start + timedelta(days=100),
    )  # fmt: skip
    assert [one.astimezone(SHANGHAI).strftime("%m-%d") for one in found] == [
        "01-31", "02-28", "03-31", "04-30",
    ]  # fmt: skip


def test_the_first_visit_is_on_the_first_day_that_is_no_holiday() -> None:
    national_day = datetime(2026, 10, 1, 2, tzinfo=UTC)
    wished = RepeatDraft(replace(draft().request, starts_at=national_day), Every.DAY)
    first = rules.first_moment(wished, SHANGHAI).astimezone(SHANGHAI)
    assert (first.hour, is_holiday(first.date())) == (10, False)
    left_out = [date(2026, 10, day) for day in range(1, first.day)]
    assert len(left_out) >= 3
    assert all(is_holiday(day) for day in left_out)
    anyway = replace(wished, skip_holidays=False)
    assert rules.first_moment(anyway, SHANGHAI) == national_day
    with pytest.raises(InvalidRepeat) as refused:
        rules.first_moment(replace(wished, last_day=date(2026, 10, 3)), SHANGHAI)
    assert (refused.value.field, refused.value.why) == ("last_day", "only holidays")


@pytest.mark.parametrize(
    ("last_day", "why"),
    [(date(2026, 3, 2), "before the first"), (date(2029, 3, 3), "too far ahead")],
)
def test_a_last_day_that_cannot_be(last_day: date, why: str) -> None:
    with pytest.raises(InvalidRepeat) as refused:
        rules.first_moment(draft(last_day=last_day), SHANGHAI)
    assert refused.value.why == why


# Asking


async def test_the_coming_visits_are_asked_for_at_once_and_once(street: Street) -> None:
    key = uuid.uuid4()
    first = await repeats.ask_repeating(draft(), by=street.elder, id=key, at=NOON)
    again = await repeats.ask_repeating(draft(), by=street.elder, id=key, at=NOON)
    assert again == first
    assert await ahead(street, NOON) == 0
    found = await visits_of(street.elder)
    assert [one.starts_at for one in found] == [TUESDAY, TUESDAY + WEEK]
    assert {one.wishes for one in found} == {"请按两次门铃。"}
    assert await repeats.repeat_of_visit(found[1].id, community_id=street.id) == first


async def test_the_same_form_with_other_answers_begins_nothing(street: Street) -> None:
    key = uuid.uuid4()
    first = await repeats.ask_repeating(draft(), by=street.elder, id=key, at=NOON)
    for other in (draft(minutes=60), draft(Every.DAY), draft(same_person=True)):
        with pytest.raises(AlreadyAsked) as refused:
            await repeats.ask_repeating(other, by=street.elder, id=key, at=NOON)
        assert refused.value.visit == await repeats.first_visit(first)
    assert len(await visits_of(street.elder)) == 2


async def test_a_day_beyond_all_days_is_refused(street: Street) -> None:
    beyond = replace(draft().request, starts_at=datetime(9999, 12, 30, 2, tzinfo=UTC))
    with pytest.raises(InvalidRequest):
        await repeats.ask_repeating(
            replace(draft(), request=beyond), by=street.elder, id=uuid.uuid4(), at=NOON
        )


async def test_as_time_goes_by_the_next_are_asked_for(street: Street) -> None:
    await begun(street, last_day=date(2026, 3, 31))
    later = NOON + 2 * WEEK
    assert await ahead(street, later) == 2
    assert await ahead(street, later) == 0
    moments = [one.starts_at for one in await visits_of(street.elder)]
    assert moments == [TUESDAY + number * WEEK for number in range(4)]
    assert await ahead(street, NOON + 4 * WEEK) == 1  # the last one, on its last day
    assert await ahead(street, NOON + 6 * WEEK) == 0
    assert await repeats.repeats_of(street.elder, at=NOON + 6 * WEEK) == []


async def test_what_was_slept_through_is_not_asked_for(street: Street) -> None:
    await begun(street)
    assert await ahead(street, NOON + 10 * WEEK) == 2
    moments = [one.starts_at for one in await visits_of(street.elder)]
    assert moments[2:] == [TUESDAY + 10 * WEEK, TUESDAY + 11 * WEEK]


async def test_one_visit_called_off_is_not_asked_for_again(street: Street) -> None:
    await begun(street)
    first, second = await visits_of(street.elder)
    await timebank.cancel(first.id, by=street.elder, at=NOON)
    assert await ahead(street, NOON) == 0
    (seen,) = await repeats.repeats_of(street.elder, at=NOON)
    assert [one.visit.state for one in seen.coming if one.visit] == [
        State.CANCELLED, State.REQUESTED,
    ]  # fmt: skip
    assert [one.starts_at for one in seen.coming] == [TUESDAY + n * WEEK for n in range(3)]
    assert seen.coming[1].visit is not None
    assert seen.coming[1].visit.id == second.id


async def test_who_came_last_time_is_asked_first(street: Street) -> None:
    await begun(street, same_person=True)
    first, second = await visits_of(street.elder)
    assert second.preferred_id is None
    await timebank.accept(first.id, by=street.other_volunteer, at=NOON)
    await ahead(street, NOON + WEEK)
    third = (await visits_of(street.elder))[2]
    assert (third.state, third.preferred_id) == (State.OFFERED, street.other_volunteer.member_id)


async def test_hours_that_do_not_suffice_leave_one_out_and_later_ones_are_asked_for(
    street: Street,
) -> None:
    poor = street.poor_elder
    await repeats.ask_repeating(draft(minutes=60), by=poor, id=uuid.uuid4(), at=NOON)
    (only,) = await visits_of(poor)
    (seen,) = await repeats.repeats_of(poor, at=NOON)
    assert seen.coming[1].missed is Missed.MINUTES
    assert await ahead(street, NOON) == 0
    assert (await kinds_told(poor)).count("repeat.missed_minutes") == 1
    await timebank.expire_requests(at=TUESDAY)
    assert await ahead(street, NOON + 2 * WEEK) == 1
    assert [one.starts_at for one in await visits_of(poor)] == [TUESDAY, TUESDAY + 2 * WEEK]
    assert (await kinds_told(poor)).count("repeat.missed_minutes") == 2  # once for each
    assert only.starts_at == TUESDAY


async def test_a_moment_that_another_visit_takes_up_is_left_out(street: Street) -> None:
    half_past = TUESDAY + WEEK + timedelta(minutes=15)
    await street.asked(60, starts_at=half_past)
    await begun(street)
    (seen,) = await repeats.repeats_of(street.elder, at=NOON)
    assert [one.missed for one in seen.coming] == [None, Missed.BUSY, None]
    assert "repeat.missed_busy" in await kinds_told(street.elder)


async def test_what_the_catalogue_no_longer_has_is_left_out(street: Street) -> None:
    repeat = await begun(street)
    await VisitRow.raw(
        "UPDATE care_service SET retired_at = {} WHERE id = {}", NOON, repeat.care_service.id
    )
    assert await ahead(street, NOON + WEEK) == 0
    assert (await kinds_told(street.elder)).count("repeat.missed_service") == 1


async def test_a_worker_that_dies_in_the_middle_leaves_no_visit_and_the_next_asks_once(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(street)
    real, killed_at = rows.decide, len(await visits_of(street.elder))

    async def dies(*args: Any, **more: Any) -> bool:
        await real(*args, **more)
        raise ConnectionResetError

    monkeypatch.setattr(rows, "decide", dies)  # after visit and moment, before the commit
    with pytest.raises(ConnectionResetError):
        await ahead(street, NOON + 2 * WEEK)
    monkeypatch.undo()
    assert len(await visits_of(street.elder)) == killed_at
    assert await ahead(street, NOON + 2 * WEEK) == 2
    assert len(await visits_of(street.elder)) == killed_at + 2


# Refusals


async def test_whoever_is_no_elder_asks_for_nothing_regularly(street: Street) -> None:
    with pytest.raises(timebank.NotYours):
        await repeats.ask_repeating(draft(), by=street.volunteer, id=uuid.uuid4(), at=NOON)


async def test_a_form_of_another_is_nobody_elses(street: Street) -> None:
    repeat = await begun(street)
    with pytest.raises(timebank.NotYours):
        await repeats.ask_repeating(draft(), by=street.poor_elder, id=repeat.id, at=NOON)


async def test_nothing_is_kept_where_the_first_visit_cannot_be(street: Street) -> None:
    poor = street.poor_elder
    with pytest.raises(timebank.NotEnoughMinutes):
        await repeats.ask_repeating(draft(minutes=120), by=poor, id=uuid.uuid4(), at=NOON)
    before = replace(draft().request, starts_at=NOON - timedelta(days=3))
    past = replace(draft(), request=before, skip_holidays=False)
    with pytest.raises(InvalidRequest):
        await repeats.ask_repeating(past, by=poor, id=uuid.uuid4(), at=NOON)
    assert await repeats.repeats_of(poor, at=NOON) == []
    assert await visits_of(poor) == []


async def test_the_same_moment_is_not_asked_for_a_second_time(street: Street) -> None:
    visit = await street.asked(30, starts_at=TUESDAY)
    with pytest.raises(timebank.AlreadyAsked) as refused:
        await begun(street)
    assert refused.value.visit == visit.id
    assert await repeats.repeats_of(street.elder, at=NOON) == []


# Ending


async def test_stopping_calls_off_what_nobody_took_and_keeps_the_rest(street: Street) -> None:
    repeat = await begun(street)
    first, second = await visits_of(street.elder)
    await timebank.accept(first.id, by=street.volunteer, at=NOON)
    stopped = await repeats.end_repeating(repeat.id, by=street.elder, at=NOON)
    assert (stopped.called_off, [one.id for one in stopped.kept]) == (1, [first.id])
    again = await repeats.end_repeating(repeat.id, by=street.elder, at=NOON)
    assert (again.called_off, again.repeat) == (0, stopped.repeat)
    states = [one.state for one in await visits_of(street.elder)]
    assert states == [State.BOOKED, State.CANCELLED]
    assert await ahead(street, NOON + WEEK) == 0
    assert "repeat.ended" not in await kinds_told(street.elder)
    assert second.state is State.REQUESTED


async def test_a_coordinator_stops_it_and_the_elder_is_told(street: Street) -> None:
    repeat = await begun(street)
    with pytest.raises(timebank.NotYours):
        await repeats.end_repeating(repeat.id, by=street.volunteer, at=NOON)
    with pytest.raises(timebank.NotYours):
        await repeats.repeat_seen(repeat.id, street.poor_elder)
    await repeats.end_repeating(repeat.id, by=street.coordinator, at=NOON)
    assert "repeat.ended" in await kinds_told(street.elder)
    with pytest.raises(repeats.UnknownRepeat):
        await repeats.end_repeating(uuid.uuid4(), by=street.elder, at=NOON)


async def test_another_communitys_is_unknown(street: Street) -> None:
    repeat = await begun(street)
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="别处")
    stranger = Actor(uuid.uuid4(), place.id, frozenset({Role.COORDINATOR}))
    with pytest.raises(repeats.UnknownRepeat):
        await repeats.end_repeating(repeat.id, by=stranger, at=NOON)


async def test_who_is_no_elder_any_more_is_asked_for_no_more(street: Street) -> None:
    await begun(street)
    (held,) = await community.roles_held(street.elder.member_id)
    administrator = await community.add_member(
        community_id=street.id, name="周正", roles={Role.ADMINISTRATOR}
    )
    by = Actor(administrator.id, street.id, administrator.roles)
    await community.end_role(held.id, why="搬去女儿家", by=by)
    assert await ahead(street, NOON) == 0
    assert {one.state for one in await visits_of(street.elder)} == {State.CANCELLED}
    assert "repeat.ended" in await kinds_told(street.elder)


@pytest.mark.parametrize("why", [None, Leaving.DIED, Leaving.MOVED])
async def test_who_leaves_asks_for_nothing_regularly(street: Street, why: Leaving | None) -> None:
    repeat = await begun(street)
    await merging.leave(street.elder.member_id, by=street.coordinator, why=why)
    assert {one.state for one in await visits_of(street.elder)} == {State.CANCELLED}
    assert await ahead(street, NOON + WEEK) == 0
    seen = await repeats.repeat_seen(repeat.id, street.coordinator)
    assert seen.repeat.ended_by == street.coordinator.member_id


async def test_a_visit_that_somebody_took_keeps_the_elder_here(street: Street) -> None:
    repeat = await begun(street)
    first, _second = await visits_of(street.elder)
    await timebank.accept(first.id, by=street.volunteer, at=NOON)
    with pytest.raises(timebank.OpenVisits) as refused:
        await merging.leave(street.elder.member_id, by=street.coordinator)
    assert refused.value.visits == (first.id,)
    seen = await repeats.repeat_seen(repeat.id, street.coordinator)
    assert seen.repeat.ended_at is None  # nothing was changed


async def test_a_merge_ends_what_the_other_membership_asked_for(street: Street) -> None:
    twin = await community.add_member(community_id=street.id, name="陈桂芳", roles={Role.ELDER})
    other = Actor(twin.id, street.id, twin.roles)
    await street.grant(other, 120)
    repeat = await repeats.ask_repeating(draft(), by=other, id=uuid.uuid4(), at=NOON)
    await merging.merge(street.elder.member_id, twin.id, by=street.coordinator)
    seen = await repeats.repeat_seen(repeat.id, street.coordinator)
    assert seen.repeat.ended_at is not None
    assert "repeat.ended" in await kinds_told(street.elder), "the one who is still there"
    assert await ahead(street, NOON + WEEK) == 0


async def test_who_is_wished_for_is_asked_first_also_after_a_merge(street: Street) -> None:
    twin = await community.add_member(
        community_id=street.id, name="李明", roles={Role.RESIDENT, Role.VOLUNTEER}
    )
    request = replace(draft().request, preferred_id=twin.id)
    await repeats.ask_repeating(
        replace(draft(), request=request), by=street.elder, id=uuid.uuid4(), at=NOON
    )
    for one in await visits_of(street.elder):
        await timebank.decline(one.id, by=Actor(twin.id, street.id, twin.roles), at=NOON)
    await merging.merge(street.volunteer.member_id, twin.id, by=street.coordinator)
    assert await ahead(street, NOON + WEEK) == 1
    assert (await visits_of(street.elder))[-1].volunteer_id == street.volunteer.member_id


async def test_an_erasure_ends_it_and_takes_its_words(street: Street) -> None:
    repeat = await begun(street, same_person=True)
    asked = await repeats.ask_repeating(
        replace(
            draft(),
            request=replace(
                draft().request,
                starts_at=TUESDAY + timedelta(hours=3),
                preferred_id=street.volunteer.member_id,
            ),
        ),
        by=street.poor_elder,
        id=uuid.uuid4(),
        at=NOON,
    )
    for who in (street.elder, street.volunteer):
        await community.ask_erasure(who.member_id, by=who)
    stands = await erasing.obstacles(street.elder.member_id, community_id=street.id)
    assert stands.visits == 0, "what nobody took of it ends with it"
    for one in await visits_of(street.volunteer):
        await timebank.decline(one.id, by=street.volunteer, at=NOON)
    await erasing.erase(street.elder.member_id, by=street.coordinator)
    await erasing.erase(street.volunteer.member_id, by=street.coordinator)
    gone = (await repeats.repeat_seen(repeat.id, street.coordinator)).repeat
    assert (gone.place, gone.wishes, gone.ended_at is None) == ("–", "", False)
    others = (await repeats.repeat_seen(asked.id, street.coordinator)).repeat
    assert (others.preferred_id, others.ended_at) == (None, None)
