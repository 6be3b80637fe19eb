"""Classes on a real database: planned, signed up for, held, confirmed and paid; and refused."""

import dataclasses
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

import community
import ledger
import timebank
from community import Actor, DelegatedAct, Role
from tests.timebank.classes import (
    DAY,
    TUESDAY,
    WEEK,
    adopt_payer,
    ahead,
    begun,
    draft,
    held,
    kinds,
    neighbours,
    posted,
    stands,
)
from tests.timebank.street import NOON, Street
from tests.timebank.test_policy import adopt
from timebank import care, group_sessions
from timebank.group_sessions import CourseState, SessionState


async def test_a_class_is_planned_four_weeks_ahead_once(street: Street) -> None:
    course, _session = await begun(street)
    planned = await ahead(course, street)
    assert [one.starts_at for one in planned] == [TUESDAY + week * WEEK for week in range(4)]
    assert {one.leader_id for one in planned} == {street.volunteer.member_id}
    await group_sessions.plan_ahead(at=NOON)
    assert await ahead(course, street) == planned
    await group_sessions.call_off(planned[1].id, by=street.volunteer, at=NOON)
    await group_sessions.plan_ahead(at=NOON + WEEK)
    later = [one.starts_at for one in await ahead(course, street)]
    assert later == [TUESDAY + week * WEEK for week in (0, 2, 3, 4)]


async def test_a_class_leaves_holidays_out_and_ends(street: Street) -> None:
    start = TUESDAY + timedelta(days=26)  # Sunday 29 March; the 5th of April is Tomb-Sweeping Day
    until = (start + 3 * WEEK).date()
    course, _ = await begun(street, starts_at=start, until=until)
    await group_sessions.plan_ahead(at=start - DAY)
    assert [one.starts_at for one in await ahead(course, street)] == [
        start, start + 2 * WEEK, start + 3 * WEEK,
    ]  # fmt: skip
    every, _ = await begun(street, starts_at=start + timedelta(hours=2), skip_holidays=False)
    await group_sessions.plan_ahead(at=start - DAY)
    assert start + WEEK + timedelta(hours=2) in [
        one.starts_at for one in await ahead(every, street)
    ]


async def test_who_leads_is_in_one_place(street: Street) -> None:
    visit = await street.asked(60, starts_at=TUESDAY + timedelta(minutes=30))
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)
    course, session = await begun(street)
    assert session.leader_id is None
    waiting = await group_sessions.waiting_sessions(street.coordinator, at=NOON)
    assert [one.session.id for _since, one in waiting] == [session.id]
    with pytest.raises(timebank.BusyThen):
        await group_sessions.lead(
            session.id, by=street.coordinator, volunteer_id=street.volunteer.member_id, at=NOON
        )
    other = street.other_volunteer
    await group_sessions.lead(
        session.id, by=street.coordinator, volunteer_id=other.member_id, at=NOON
    )
    assert (await stands(session, street)).leader_id == other.member_id
    assert "class.lead" in await kinds(other, street)
    second = await street.asked(60, by=street.poor_elder, starts_at=TUESDAY + timedelta(minutes=30))
    with pytest.raises(timebank.BusyThen):
        await timebank.accept(second.id, by=other, at=NOON)
    later = (await ahead(course, street))[1]
    third = await street.asked(60, starts_at=later.starts_at)
    with pytest.raises(timebank.BusyThen):
        await timebank.accept(third.id, by=street.volunteer, at=NOON)
    await group_sessions.call_off(later.id, by=street.coordinator, at=NOON)
    await timebank.accept(third.id, by=street.volunteer, at=NOON)


async def test_a_volunteer_proposes_and_a_coordinator_decides(street: Street) -> None:
    key = uuid.uuid4()
    mine = await group_sessions.propose_course(draft(), by=street.volunteer, id=key, at=NOON)
    assert mine.state is CourseState.PROPOSED
    assert (
        await group_sessions.propose_course(draft(), by=street.volunteer, id=key, at=NOON) == mine
    )
    with pytest.raises(group_sessions.ProposedBefore):
        await group_sessions.propose_course(
            draft(title="书法"), by=street.volunteer, id=key, at=NOON
        )
    (waiting,) = await group_sessions.waiting_courses(street.coordinator)
    assert (waiting.course.id, waiting.leader_name) == (mine.id, "李明")
    assert await group_sessions.waiting_courses(street.volunteer) == []
    with pytest.raises(group_sessions.UnknownCourse):
        await group_sessions.course_page(mine.id, community_id=street.id, by=street.elder)
    with pytest.raises(timebank.NotYours):
        await group_sessions.decide_course(mine.id, by=street.volunteer, running=True, at=NOON)
    done = await group_sessions.decide_course(mine.id, by=street.coordinator, running=True, at=NOON)
    assert done.state is CourseState.RUNNING
    assert len(await ahead(done, street)) == 4
    assert await kinds(street.volunteer, street) == ["class.approved"]
    with pytest.raises(timebank.WrongState):
        await group_sessions.decide_course(
            mine.id, by=street.coordinator, running=False, reason="满了", at=NOON
        )


async def test_a_declined_class_says_why(street: Street) -> None:
    mine = await group_sessions.propose_course(draft(), by=street.volunteer, at=NOON)
    with pytest.raises(group_sessions.InvalidCourse):
        await group_sessions.decide_course(mine.id, by=street.coordinator, running=False, at=NOON)
    done = await group_sessions.decide_course(
        mine.id, by=street.coordinator, running=False, reason="活动室在装修", at=NOON
    )
    assert (done.state, done.reason) == (CourseState.DECLINED, "活动室在装修")
    assert await ahead(done, street) == []


async def test_nobody_approves_their_own_class(street: Street) -> None:
    member = await community.add_member(
        community_id=street.id, name="陆雯", roles=(Role.VOLUNTEER, Role.COORDINATOR)
    )
    both = Actor(member.id, street.id, frozenset({Role.VOLUNTEER}))
    mine = await group_sessions.propose_course(draft(), by=both, at=NOON)
    with pytest.raises(timebank.NotYours):
        await group_sessions.decide_course(
            mine.id, by=Actor(member.id, street.id, member.roles), running=True, at=NOON
        )


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", " "), ("title", "长" * 61), ("place", ""), ("place", "远" * 121),
        ("about", "多" * 501), ("starts_at", TUESDAY + timedelta(minutes=5)),
        ("starts_at", NOON - DAY), ("starts_at", NOON + 400 * DAY), ("minutes", 50),
        ("minutes", 255), ("capacity", 1), ("capacity", 201), ("every_weeks", 3),
        ("until", (TUESDAY - 7 * DAY).date()),
    ],
)  # fmt: skip
async def test_what_no_class_can_be(street: Street, field: str, wrong: object) -> None:
    with pytest.raises(group_sessions.InvalidCourse) as refused:
        await group_sessions.propose_course(draft(**{field: wrong}), by=street.volunteer, at=NOON)
    assert refused.value.field == field


async def test_only_volunteers_lead_and_only_what_is_for_groups(street: Street) -> None:
    for who in (street.elder, street.poor_elder):
        with pytest.raises(timebank.NotYours):
            await group_sessions.propose_course(draft(), by=who, at=NOON)
    with pytest.raises(timebank.NotYours):
        await group_sessions.propose_course(
            draft(), by=street.volunteer, leader_id=street.other_volunteer.member_id, at=NOON
        )
    with pytest.raises(group_sessions.NoVolunteer):
        await group_sessions.propose_course(
            draft(), by=street.coordinator, leader_id=street.elder.member_id, at=NOON
        )
    with pytest.raises(timebank.UnknownCareService):
        await group_sessions.propose_course(
            draft(care_service="meals"), by=street.volunteer, at=NOON
        )
    with pytest.raises(group_sessions.InvalidCourse):
        await group_sessions.propose_course(
            draft(assistants=frozenset({street.volunteer.member_id})), by=street.volunteer, at=NOON
        )


async def test_a_pupil_assists_where_the_community_says_so_and_never_leads(street: Street) -> None:
    member = await community.add_member(
        community_id=street.id,
        name="小雨",
        roles=(Role.VOLUNTEER,),
        birth_date=date(NOON.year - 16, 1, 1),
    )
    pupil = member.id
    with_pupil = draft(assistants=frozenset({pupil}))
    leads: dict[str, Any] = {
        "by": street.coordinator,
        "leader_id": street.volunteer.member_id,
        "at": NOON,
    }
    with pytest.raises(timebank.NotFit):
        await group_sessions.propose_course(with_pupil, **leads)
    said = {"minors_with_guardian": "false", "minors_in_groups": "true"}
    await adopt(street.id, -2, **said)  # type: ignore[arg-type]  # as TOML has it
    course = await group_sessions.propose_course(with_pupil, **leads)
    assert all(one.assistants == {pupil} for one in await ahead(course, street))
    with pytest.raises(timebank.NotFit):
        await group_sessions.propose_course(draft(), **{**leads, "leader_id": pupil})


async def test_who_was_not_trained_leads_no_class(street: Street) -> None:
    await adopt(street.id, -2, training_first="true")  # type: ignore[arg-type]  # as TOML has it
    with pytest.raises(timebank.NotFit):
        await group_sessions.propose_course(draft(), by=street.volunteer, at=NOON)


async def test_places_then_the_waiting_list_then_moving_up(street: Street) -> None:
    _course, session = await begun(street)
    first, second, third, fourth = await neighbours(street, 4)
    signed = [
        await group_sessions.sign_up(session.id, by=one, at=NOON)
        for one in (first, second, third, fourth)
    ]
    assert [one.placed for one in signed] == [True, True, False, False]
    assert await group_sessions.sign_up(session.id, by=third, at=NOON) == signed[2]
    seen = await group_sessions.session_page(session.id, community_id=street.id, by=fourth)
    assert (seen.my_place, seen.session.waiting, seen.session.free) == (2, 2, 0)
    await group_sessions.give_up(session.id, by=second, at=NOON)
    await group_sessions.give_up(session.id, by=second, at=NOON)
    assert await kinds(third, street) == ["class.moved_up"]
    assert await kinds(fourth, street) == []
    seen = await group_sessions.session_page(session.id, community_id=street.id, by=third)
    assert (seen.mine is not None and seen.mine.placed, seen.my_place) == (True, 0)
    again = await group_sessions.sign_up(session.id, by=second, at=NOON)
    assert not again.placed
    lines = await group_sessions.session_list(session.id, street.volunteer)
    assert [(one.signed.member_id, one.place) for one in lines] == [
        (first.member_id, 0), (third.member_id, 0), (fourth.member_id, 1), (second.member_id, 2),
    ]  # fmt: skip
    await group_sessions.give_up(session.id, by=fourth, at=NOON)
    assert (await stands(session, street)).placed == 2


async def test_signing_up_for_another(street: Street) -> None:
    _course, session = await begun(street)
    (daughter,) = await neighbours(street, 1)
    with pytest.raises(timebank.NotYours):
        await group_sessions.sign_up(
            session.id, by=daughter, member_id=street.elder.member_id, at=NOON
        )
    signed = await group_sessions.sign_up(
        session.id, by=street.coordinator, member_id=street.elder.member_id, at=NOON
    )
    assert signed.signed_up_by == street.coordinator.member_id
    assert await kinds(street.elder, street) == ["class.placed"]
    await group_sessions.give_up(
        session.id, by=street.coordinator, member_id=street.elder.member_id, at=NOON
    )
    assert await kinds(street.elder, street) == ["class.given_up"]
    delegate = await _delegate(street, daughter, DelegatedAct.REQUEST)
    theirs = await group_sessions.sign_up(session.id, by=delegate, at=NOON)
    assert (theirs.member_id, theirs.signed_up_by) == (street.elder.member_id, daughter.member_id)
    (given,) = await community.delegations_to(daughter)
    await community.revoke_delegation(given.id, why=community.REPLACED, by=street.elder, at=NOON)
    with pytest.raises(community.NotDelegated):
        await group_sessions.give_up(session.id, by=delegate, at=NOON + DAY)


async def _delegate(street: Street, who: Actor, *acts: DelegatedAct) -> Actor:
    terms = community.Terms(street.elder.member_id, who.member_id, frozenset(acts), NOON + 90 * DAY)
    agreed = community.Agreement("我同意。", "zh", community.Channel.ONLINE)
    await community.grant_delegation(terms, agreed, by=street.elder, key=uuid.uuid4(), at=NOON)
    return await community.delegated(who, street.elder.member_id, frozenset(acts), at=NOON)


async def test_whom_a_list_refuses(street: Street) -> None:
    _course, session = await begun(street)
    (one,) = await neighbours(street, 1)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.sign_up(session.id, by=street.volunteer, at=NOON)
    with pytest.raises(group_sessions.NotOnTheList):
        await group_sessions.give_up(session.id, by=one, at=NOON)
    with pytest.raises(group_sessions.SessionOver):
        await group_sessions.sign_up(session.id, by=one, at=session.ends_at)
    with pytest.raises(group_sessions.UnknownSession):
        await group_sessions.sign_up(uuid.uuid4(), by=one, at=NOON)
    stranger = dataclasses.replace(one, community_id=(await _elsewhere()).id)
    with pytest.raises(group_sessions.UnknownSession):
        await group_sessions.sign_up(session.id, by=stranger, at=NOON)
    assert await group_sessions.session_list(session.id, one) == []


async def _elsewhere() -> community.Community:
    return await community.add_community(code=f"e-{uuid.uuid4().hex[:12]}", name="别处")


async def test_the_code_is_for_the_room(street: Street) -> None:
    _course, session = await begun(street)
    first, second, third = await neighbours(street, 3)
    for by, sees in ((first, False), (street.volunteer, True), (street.coordinator, True)):
        seen = await group_sessions.session_page(session.id, community_id=street.id, by=by)
        assert bool(seen.session.code) is sees
    await group_sessions.sign_up(session.id, by=first, at=NOON)
    code, during = session.code, session.starts_at + timedelta(minutes=5)
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    with pytest.raises(timebank.WrongCode):
        await group_sessions.say_here(session.id, by=first, code=wrong, at=during)
    with pytest.raises(timebank.TooEarly):
        await group_sessions.say_here(
            session.id, by=first, code=code, at=session.starts_at - timedelta(minutes=31)
        )
    here = await group_sessions.say_here(session.id, by=first, code=code, at=during)
    assert here.attended
    assert here.attended_how == "code"
    assert await group_sessions.say_here(session.id, by=first, code=code, at=during) == here
    walked_in = await group_sessions.say_here(session.id, by=second, code=code, at=during)
    assert walked_in.placed
    with pytest.raises(group_sessions.NoPlaceLeft):
        await group_sessions.say_here(session.id, by=third, code=code, at=during)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.say_here(session.id, by=street.volunteer, code=code, at=during)


async def test_attendance_by_list_never_exceeds_the_places(street: Street) -> None:
    _course, session = await begun(street)
    people = await neighbours(street, 3)
    for one in people:
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    ids = [one.member_id for one in people]
    begins = session.starts_at
    with pytest.raises(group_sessions.NoPlaceLeft):
        await group_sessions.take_attendance(session.id, ids, by=street.volunteer, at=begins)
    with pytest.raises(group_sessions.NotOnTheList):
        await group_sessions.take_attendance(
            session.id, {street.elder.member_id}, by=street.volunteer, at=begins
        )
    with pytest.raises(timebank.NotYours):
        await group_sessions.take_attendance(session.id, ids[:1], by=people[0], at=begins)
    with pytest.raises(timebank.TooEarly):
        await group_sessions.take_attendance(session.id, ids[:1], by=street.volunteer, at=NOON)
    await group_sessions.take_attendance(session.id, ids[:2], by=street.volunteer, at=begins)
    # The one who waited came, the second stayed away.
    after = await group_sessions.take_attendance(
        session.id, [ids[0], ids[2]], by=street.coordinator, at=begins
    )
    assert (after.attended, after.waiting) == (2, 0)
    with pytest.raises(group_sessions.SessionOver):
        await group_sessions.give_up(session.id, by=people[0], at=begins)


async def test_a_class_held_is_confirmed_by_two_who_came_and_booked_once(street: Street) -> None:
    people = await neighbours(street, 3)
    session = await held(street, people)
    assert session.state is SessionState.HELD
    assert await kinds(people[0], street) == ["class.held"]
    one = await group_sessions.confirm_session(session.id, by=people[0], at=session.ends_at)
    assert (one.state, one.words) == (SessionState.HELD, 1)
    again = await group_sessions.confirm_session(session.id, by=people[0], at=session.ends_at)
    assert again.words == 1
    assert await posted(street.volunteer) == [0]
    done = await group_sessions.confirm_session(session.id, by=people[1], at=session.ends_at)
    assert (done.state, done.minutes_each) == (SessionState.CONFIRMED, 60)
    for by in (people[1], people[2], street.coordinator):
        assert await group_sessions.confirm_session(session.id, by=by) == done
    # Once for the session, not for each head; and it cost nobody anything.
    assert await posted(street.volunteer, *people) == [60, 0, 0, 0]
    street.granted += 60
    journal = await ledger.journal(ledger.TransferId(session.post_id))
    assert {one.event for one in journal} == {ledger.Event("group_session", session.id)}
    assert await kinds(street.volunteer, street) == ["class.confirmed"]
    assert await kinds(people[2], street) == []
    assert await group_sessions.sessions_given_by(
        [(street.volunteer.member_id, NOON, None)], community_id=street.id
    ) == (1, 60)


async def test_nobody_confirms_own_hours(street: Street) -> None:
    people = await neighbours(street, 2)
    session = await held(street, people)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.confirm_session(session.id, by=street.volunteer)
    boss = dataclasses.replace(street.volunteer, roles=frozenset(Role))
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.confirm_session(session.id, by=boss)
    with pytest.raises(group_sessions.NotOnTheList):
        await group_sessions.confirm_session(session.id, by=street.elder)
    done = await group_sessions.confirm_session(session.id, by=street.coordinator)
    assert done.state is SessionState.CONFIRMED
    street.granted += 60


async def test_a_leader_who_acts_for_somebody_who_came_confirms_nothing(street: Street) -> None:
    session = await held(street, [street.elder, street.poor_elder])
    leading = await _delegate(street, street.volunteer, DelegatedAct.CONFIRM)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.confirm_session(session.id, by=leading, at=session.ends_at)
    (daughter,) = await neighbours(street, 1)
    acting = await _delegate(street, daughter, DelegatedAct.CONFIRM)
    for by in (acting, street.elder):
        said = await group_sessions.confirm_session(session.id, by=by, at=session.ends_at)
        assert said.words == 1


async def test_what_a_session_cannot_be_closed_as(street: Street) -> None:
    people = await neighbours(street, 2)
    _course, session = await begun(street)
    start = session.starts_at
    with pytest.raises(timebank.NotYours):
        await group_sessions.close_session(session.id, by=people[0], at=start)
    with pytest.raises(timebank.TooEarly):
        await group_sessions.close_session(session.id, by=street.volunteer, at=NOON)
    for minutes in (0, 61):
        with pytest.raises(timebank.TooManyStated):
            await group_sessions.close_session(
                session.id, by=street.volunteer, minutes=minutes, at=start
            )
    with pytest.raises(timebank.WrongState):
        await group_sessions.confirm_session(session.id, by=street.coordinator)
    done = await group_sessions.close_session(session.id, by=street.volunteer, minutes=45, at=start)
    again = await group_sessions.close_session(
        session.id, by=street.volunteer, minutes=45, at=start
    )
    assert again == done
    with pytest.raises(timebank.WrongState):
        await group_sessions.close_session(session.id, by=street.volunteer, minutes=50, at=start)


async def test_a_session_that_nobody_leads_cannot_be_closed(street: Street) -> None:
    _course, session = await begun(street)
    with pytest.raises(timebank.NotYours):
        await group_sessions.step_back(session.id, by=street.elder, at=NOON)
    left = await group_sessions.step_back(session.id, by=street.volunteer, at=NOON)
    assert left.leader_id is None
    with pytest.raises(group_sessions.WithoutLeader):
        await group_sessions.close_session(session.id, by=street.coordinator, at=session.ends_at)
    with pytest.raises(timebank.NotYours):
        await group_sessions.lead(session.id, by=street.other_volunteer, at=NOON)
    visit = await street.asked(60, starts_at=session.starts_at)
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)


async def test_assistants_earn_as_the_leader_does_if_they_helped(street: Street) -> None:
    helper = street.other_volunteer
    people = await neighbours(street, 2)
    _course, session = await begun(street, assistants=frozenset({helper.member_id}))
    assert session.assistants == {helper.member_id}
    for one in people:
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.sign_up(session.id, by=helper, at=NOON)
    await group_sessions.close_session(session.id, by=helper, at=session.ends_at)
    with pytest.raises(group_sessions.OwnClass):
        await group_sessions.confirm_session(session.id, by=helper)
    await group_sessions.confirm_session(session.id, by=street.coordinator)
    assert await posted(street.volunteer, helper) == [60, 60]
    second = (await ahead((await _course_of(session, street)), street))[1]
    await group_sessions.close_session(second.id, by=street.volunteer, helped=(), at=second.ends_at)
    await group_sessions.confirm_session(second.id, by=street.coordinator)
    assert await posted(street.volunteer, helper) == [120, 60]
    honours = [
        (await care.honour_of(one.member_id, community_id=street.id)).minutes
        for one in (street.volunteer, helper, people[0])
    ]
    assert honours == [120, 60, 0], "a class counts for whoever gives it"
    street.granted += 180


async def _course_of(session: group_sessions.GroupSession, street: Street) -> group_sessions.Course:
    seen, _past = await group_sessions.course_page(session.course_id, community_id=street.id)
    return seen.course


async def test_the_people_of_a_class_are_reminded_once_the_day_before(street: Street) -> None:
    _course, session = await begun(street, capacity=2)
    early, late, waits = await neighbours(street, 3)
    await group_sessions.sign_up(session.id, by=early, at=session.starts_at - 2 * DAY)
    near = session.starts_at - DAY / 2
    await group_sessions.sign_up(session.id, by=late, at=near)
    await group_sessions.sign_up(session.id, by=waits, at=session.starts_at - 2 * DAY)
    await group_sessions.remind_of_classes(at=session.starts_at - DAY - DAY / 24)
    assert await kinds(early, street) == []
    assert await group_sessions.remind_of_classes(at=near) >= 1
    told = [await kinds(one, street) for one in (street.volunteer, early, late, waits)]
    assert told == [["class.soon"], ["class.soon"], [], []]
    await group_sessions.remind_of_classes(at=near)
    assert await kinds(early, street) == ["class.soon"]


async def test_calling_off_tells_everybody_and_frees_the_leader(street: Street) -> None:
    _course, session = await begun(street)
    people = await neighbours(street, 3)
    for one in people:
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    with pytest.raises(timebank.NotYours):
        await group_sessions.call_off(session.id, by=people[0], at=NOON)
    off = await group_sessions.call_off(session.id, by=street.coordinator, reason="停电", at=NOON)
    assert await group_sessions.call_off(session.id, by=street.coordinator, at=NOON) == off
    for one in (*people, street.volunteer):
        assert await kinds(one, street) == ["class.cancelled_why"]
    with pytest.raises(group_sessions.SessionOver):
        await group_sessions.sign_up(session.id, by=people[0], at=NOON)
    visit = await street.asked(60, starts_at=session.starts_at)
    await timebank.accept(visit.id, by=street.volunteer, at=NOON)


async def test_ending_a_class_calls_the_rest_off(street: Street) -> None:
    course, session = await begun(street)
    (one,) = await neighbours(street, 1)
    await group_sessions.sign_up(session.id, by=one, at=NOON)
    with pytest.raises(timebank.NotYours):
        await group_sessions.end_course(course.id, by=one, at=NOON)
    ended = await group_sessions.end_course(
        course.id, by=street.volunteer, reason="老师搬家", at=NOON
    )
    assert ended.state is CourseState.ENDED
    assert await ahead(course, street) == []
    assert await kinds(one, street) == ["class.cancelled_why"]
    await group_sessions.plan_ahead(at=NOON + WEEK)
    assert await ahead(course, street) == []


@pytest.mark.parametrize(
    ("payer", "saved", "members", "fund", "created"),
    [
        ("community", [90, 90, 90], [90, 90, 90], 100, 60),
        ("relief", [90, 90, 90], [90, 90, 90], 40, 0),
        ("shared", [90, 90, 90], [70, 70, 70], 100, 0),
        ("shared", [90, 0, 7], [70, 0, 0], 67, 0),
        ("each", [60, 60, 60], [0, 0, 0], 220, 0),
        ("each", [60, 20, 0], [0, 0, 0], 120, 0),
    ],
)
async def test_who_gives_the_hours_is_the_community_s_choice(
    street: Street, payer: str, saved: list[int], members: list[int], *, fund: int, created: int
) -> None:
    await adopt_payer(street, payer)
    relief = await _fund(street, 100)
    people = [(await neighbours(street, 1, minutes=one))[0] for one in saved]
    session = await held(street, people)
    await group_sessions.confirm_session(session.id, by=street.coordinator)
    assert await posted(*people) == members
    assert await posted(street.volunteer) == [60]
    assert (await ledger.balance(relief)).posted == fund
    street.granted += created


async def _fund(street: Street, minutes: int) -> ledger.AccountId:
    """Fill the relief fund out of an elder's minutes."""
    from timebank.accounts import DONATED, RELIEF, own_account  # noqa: PLC0415 (not the face)

    relief = await own_account(RELIEF, community_id=street.id)
    donated = await own_account(DONATED, community_id=street.id)
    elder = await timebank.member_account(street.elder.member_id, community_id=street.id)
    origin = ledger.Origin(
        ledger.CommunityId(street.id), ledger.Event("donation", uuid.uuid4()), community.SYSTEM
    )
    legs = (
        ledger.Leg.transfer(debit=elder, credit=donated, amount=minutes, unit=ledger.MINUTE),
        ledger.Leg.transfer(debit=donated, credit=relief, amount=minutes, unit=ledger.MINUTE),
    )
    await ledger.book(ledger.Journal(legs, origin))
    return relief


async def test_a_class_overflows_a_cap_into_the_fund(street: Street) -> None:
    await adopt(street.id, -2, day_cap_minutes=40)
    session = await held(street, await neighbours(street, 2))
    await group_sessions.confirm_session(session.id, by=street.coordinator)
    assert await posted(street.volunteer) == [40]
    street.granted += 60
    told = await community.inbox(street.volunteer.member_id, community_id=street.id)
    (above,) = [one for one in told if one.kind == "hours.above_cap"]
    assert above.fill == {"minutes": 20}


async def test_whoever_leaves_makes_room_and_no_session_is_lost(street: Street) -> None:
    from timebank.group_sessions.personal import leave_classes  # noqa: PLC0415 (not the face)

    _course, session = await begun(street)
    first, second, third = await neighbours(street, 3)
    for one in (first, second, third):
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    await leave_classes(
        [first.member_id, street.volunteer.member_id], community_id=street.id, at=NOON
    )
    after = await stands(session, street)
    assert (after.placed, after.waiting, after.leader_id) == (2, 0, None)
    assert await kinds(third, street) == ["class.moved_up"]


async def test_a_merge_hands_places_and_sessions_on(street: Street) -> None:
    from timebank.group_sessions.personal import take_over_classes  # noqa: PLC0415 (not the face)

    async def merging(other: Actor, survivor: Actor) -> None:
        async with ledger.transaction():
            await community.record(
                "member.merge",
                by=street.coordinator,
                subject_kind="member",
                subject_id=survivor.member_id,
            )
            await take_over_classes(
                other.member_id, survivor.member_id, by=street.coordinator, at=NOON
            )

    course, session = await begun(street, capacity=5)
    twin, other, third = await neighbours(street, 3)
    for one in (twin, other, third):
        await group_sessions.sign_up(session.id, by=one, at=NOON)
    await group_sessions.take_attendance(
        session.id, {other.member_id}, by=street.volunteer, at=session.starts_at
    )
    await merging(other, twin)
    lines = await group_sessions.session_list(session.id, street.volunteer)
    assert [(one.signed.member_id, one.signed.attended) for one in lines] == [
        (twin.member_id, True), (third.member_id, False),
    ]  # fmt: skip
    heir = street.other_volunteer
    visit = await street.asked(60, starts_at=session.starts_at + WEEK)
    await timebank.accept(visit.id, by=heir, at=NOON)
    await merging(street.volunteer, heir)
    planned = await ahead(course, street)
    assert [one.leader_id for one in planned] == [
        heir.member_id, None, heir.member_id, heir.member_id,
    ]  # fmt: skip
