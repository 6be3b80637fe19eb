"""Calls at the phone desk: who acts in one, on whose word, and what is refused."""

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

import community
import timebank
from app import erasing
from community import Actor, DelegatedAct, NotDelegated, Role
from tests.timebank.desk_street import TWO_CHECKS, Desk, open_desk
from tests.timebank.street import NOON, Street, street
from timebank import desk
from timebank.desk import Check, Did, Matter, Outcome, Settled, Speakers, Topic
from timebank.errors import AlreadyAsked, NotEnoughMinutes, NotYours, OwnHours, UnknownVisit
from timebank.values import State

__all__ = ["street"]


@pytest.fixture
async def here(street: Street) -> Desk:
    return await open_desk(street)


async def test_an_elder_asks_by_telephone_and_everything_is_on_record(here: Desk) -> None:
    call = await here.with_word()
    visit = await here.ask(call)
    assert (visit.elder_id, visit.state) == (here.street.elder.member_id, State.REQUESTED)
    ended = await desk.end_call(call.id, Outcome.DONE, by=here.operator, at=NOON)
    seen = await desk.call_seen(call.id, here.operator)
    assert [step.act for step in seen.steps] == [Did.WORD, Did.ASK]
    assert (seen.caller_name, seen.operator_name) == ("陈桂芳", "周颖")
    assert ended.checked == TWO_CHECKS
    _, (step,) = await timebank.visit_page(visit.id, here.street.elder)
    assert (step.actor_name, step.for_name) == ("周颖", "陈桂芳")
    acts = [one for one in await community.audit_events(here.street.id) if one.on_behalf_of]
    asked = next(one for one in acts if one.act == "visit.ask")
    assert (asked.actor, asked.on_behalf_of) == (here.operator.member_id, visit.elder_id)
    assert asked.consent_id is not None


async def test_nothing_is_done_without_a_word(here: Desk) -> None:
    call = await here.call()
    with pytest.raises(desk.NoWord):
        await here.ask(call)
    narrow = await here.with_word(acts=frozenset({DelegatedAct.PASSBOOK}))
    with pytest.raises(NotDelegated):
        await here.ask(narrow)
    assert await timebank.my_visits(here.street.elder) == []


async def test_a_word_needs_checks_and_the_number_alone_is_none(here: Desk) -> None:
    call = await here.call()
    for few in ((), (Check.NAME,), (Check.NUMBER,), (Check.NAME, Check.NAME)):
        with pytest.raises(desk.NotChecked):
            await here.word(call, checked=few)
    await here.word(call, checked=(Check.NUMBER, Check.VOICE))


async def test_when_the_call_is_over_nothing_more_is_done(here: Desk) -> None:
    call = await here.with_word()
    await desk.end_call(call.id, Outcome.TOLD, by=here.operator, at=NOON)
    with pytest.raises(desk.CallEnded):
        await here.ask(call)
    with pytest.raises(desk.CallEnded):
        await here.word(call)
    again = await desk.end_call(call.id, Outcome.DONE, by=here.operator, at=NOON)
    assert again.outcome is Outcome.TOLD


async def test_a_forgotten_call_is_good_for_two_hours(here: Desk) -> None:
    call = await here.with_word()
    late = NOON + timedelta(hours=2)
    with pytest.raises(desk.NoWord):
        await desk.told(call.id, Did.VISITS, by=here.operator, at=late)


async def test_a_colleague_does_not_act_in_my_call(here: Desk) -> None:
    call = await here.with_word()
    with pytest.raises(desk.NotYourCall):
        await here.ask(call, by=here.colleague)
    with pytest.raises(desk.NotYourCall):
        await desk.end_call(call.id, Outcome.DONE, by=here.colleague)
    with pytest.raises(desk.NotYourCall):
        await here.word(call, by=here.colleague)


async def test_who_may_not_answer(here: Desk) -> None:
    for who in (here.street.elder, here.street.volunteer, here.daughter):
        with pytest.raises(desk.NotAtTheDesk):
            await here.call(by=who)
    with pytest.raises(desk.OwnCall):
        await here.call(here.operator, of=here.operator)
    with pytest.raises(desk.NotAtTheDesk):
        await here.call(by=here.operator.acting_for(here.daughter.member_id, uuid.uuid4()))


async def test_a_caller_of_another_community_is_unknown_here(here: Desk) -> None:
    place = await community.add_community(code=f"t-{uuid.uuid4().hex[:12]}", name="别处")
    stranger = await community.add_member(community_id=place.id, name="外人", roles=(Role.ELDER,))
    speakers = Speakers(stranger.id, stranger.id)
    with pytest.raises(community.UnknownMember):
        await here.call(speakers=speakers)
    call = await here.call()
    elsewhere = Actor(here.operator.member_id, place.id, here.operator.roles)
    with pytest.raises(desk.UnknownCall):
        await desk.call_seen(call.id, elsewhere)


async def test_a_daughter_asks_for_her_mother_as_far_as_she_may(here: Desk) -> None:
    call = await here.call(here.daughter)
    with pytest.raises(NotDelegated):
        await here.word(call)
    granted = await here.delegated()
    await here.word(call)
    visit = await here.ask(call)
    assert visit.elder_id == here.street.elder.member_id
    await community.revoke_delegation(granted.id, why="不用了", by=here.street.elder, at=NOON)
    with pytest.raises(desk.NoWord):
        await here.ask(call, starts_at=NOON + timedelta(days=2))


async def test_the_number_for_the_door_is_for_the_elder_alone(here: Desk) -> None:
    visit = await here.street.booked()
    await here.delegated()
    by_daughter = await here.with_word(here.daughter)
    with pytest.raises(desk.ForTheElderOnly):
        await desk.read_code(by_daughter.id, visit.id, by=here.operator, at=NOON)
    call = await here.with_word()
    code = await desk.read_code(call.id, visit.id, by=here.operator, at=NOON)
    own, _ = await timebank.visit_page(visit.id, here.street.elder)
    assert code == own.visit.code
    events = await community.audit_events(here.street.id)
    assert [one.act for one in events].count("call.code") == 1
    assert code not in str([one.details for one in events])


async def test_nobody_confirms_own_hours_on_the_telephone(here: Desk) -> None:
    visit = await here.street.finished()
    volunteer = here.street.volunteer
    elder = here.street.elder
    terms = community.Terms(
        elder.member_id, volunteer.member_id, frozenset(DelegatedAct), NOON + timedelta(days=9)
    )
    words = community.Agreement("我同意李明替我办。", "zh", community.Channel.ONLINE)
    await community.grant_delegation(terms, words, by=elder, key=uuid.uuid4(), at=NOON)
    call = await here.with_word(volunteer)
    with pytest.raises(OwnHours):
        await desk.confirm_on_word(call.id, visit.id, 95, by=here.operator, at=NOON)
    operator = replace(volunteer, roles=volunteer.roles | {Role.PHONE_OPERATOR})
    own = await here.call(by=operator)
    await here.word(own, by=operator)
    with pytest.raises(OwnHours):
        await desk.confirm_on_word(own.id, visit.id, 95, by=operator, at=NOON)
    good = await here.with_word()
    done = await desk.confirm_on_word(good.id, visit.id, 95, by=here.operator, at=NOON)
    assert done.minutes_confirmed == 95


async def test_cancelling_and_disputing_on_the_callers_word(here: Desk) -> None:
    finished = await here.street.finished()
    call = await here.with_word()
    asked = await here.ask(call)
    off = await desk.cancel_on_word(call.id, asked.id, by=here.operator, reason="女儿来了", at=NOON)
    assert off.state is State.CANCELLED
    said = await desk.dispute_on_word(
        call.id, finished.id, "只来了半小时", by=here.operator, at=NOON
    )
    assert said.state is State.DISPUTED
    with pytest.raises(UnknownVisit):
        await desk.cancel_on_word(call.id, uuid.uuid4(), by=here.operator, at=NOON)
    await timebank.resolve(
        finished.id, by=here.street.coordinator, minutes=30, reason="双方同意", at=NOON
    )


async def test_the_visit_of_somebody_else_is_out_of_the_calls_reach(here: Desk) -> None:
    other = await here.street.asked(60, by=here.street.poor_elder)
    call = await here.with_word()
    with pytest.raises(NotYours):
        await desk.cancel_on_word(call.id, other.id, by=here.operator, at=NOON)


async def test_the_same_request_twice_is_one_and_too_much_is_refused_whole(here: Desk) -> None:
    call = await here.with_word()
    key = uuid.uuid4()
    first = await here.ask(call, form_key=key)
    assert (await here.ask(call, form_key=key)).id == first.id
    with pytest.raises(AlreadyAsked) as again:
        await here.ask(call)
    assert again.value.visit == first.id
    poor = await here.with_word(here.street.poor_elder, of=here.street.poor_elder)
    await here.ask(poor)
    with pytest.raises(NotEnoughMinutes):
        await here.ask(poor, starts_at=NOON + timedelta(days=2))
    steps = (await desk.call_seen(poor.id, here.operator)).steps
    assert [one.act for one in steps].count(Did.ASK) == 1


async def test_the_same_form_opens_one_call(here: Desk) -> None:
    key = uuid.uuid4()
    first = await here.call(key=key)
    assert await here.call(key=key) == first
    with pytest.raises(desk.CallReused):
        await here.call(here.daughter, key=key)


async def test_a_stranger_is_named_later_and_the_number_is_then_forgotten(here: Desk) -> None:
    call = await here.call(speakers=None, phone="+8613800138000")
    assert call.phone == "+8613800138000"
    with pytest.raises(desk.CallerUnknown):
        await here.word(call)
    elder = here.street.elder.member_id
    named = await desk.name_speakers(call.id, Speakers(elder, elder), by=here.operator, at=NOON)
    assert named.phone is None
    await here.word(call)
    daughter = here.daughter.member_id
    await desk.name_speakers(call.id, Speakers(daughter, elder), by=here.operator, at=NOON)
    with pytest.raises(desk.NoWord):  # another one speaks now
        await here.ask(call)


async def test_a_strangers_number_is_kept_for_the_coordinator_and_no_longer(here: Desk) -> None:
    lost = await here.call(speakers=None, phone="+8613800138000")
    over = await desk.end_call(lost.id, Outcome.NOTHING, by=here.operator, at=NOON)
    assert over.phone is None
    call = await here.call(speakers=None, phone="+8613800138000")
    matter = await desk.hand_over(
        call.id, Matter(Topic.JOIN, "想加入"), by=here.operator, key=uuid.uuid4(), at=NOON
    )
    kept = await desk.end_call(call.id, Outcome.HANDED_OVER, by=here.operator, at=NOON)
    assert kept.phone
    coordinator = here.street.coordinator
    await desk.take_hand_over(matter.id, by=coordinator, at=NOON)
    await desk.close_hand_over(matter.id, Settled.SETTLED, by=coordinator, at=NOON)
    assert (await desk.call_seen(call.id, here.operator)).call.phone is None


async def test_one_coordinator_takes_a_matter_and_closes_it(here: Desk) -> None:
    call = await here.call()
    key = uuid.uuid4()
    matter = Matter(Topic.OTHER, "想换一位志愿者", urgent=True)
    left = await desk.hand_over(call.id, matter, by=here.operator, key=key, at=NOON)
    assert await desk.hand_over(call.id, matter, by=here.operator, key=key, at=NOON) == left
    (waiting,) = await desk.matters(here.street.coordinator)
    assert (waiting.member_name, waiting.handed_by_name) == ("陈桂芳", "周颖")
    one = here.street.coordinator
    member = await community.add_member(
        community_id=here.street.id, name="陆雯", roles=(Role.COORDINATOR,)
    )
    two = Actor(member.id, here.street.id, member.roles)
    outcomes = await asyncio.gather(
        desk.take_hand_over(left.id, by=one, at=NOON),
        desk.take_hand_over(left.id, by=two, at=NOON),
        return_exceptions=True,
    )
    assert sum(isinstance(each, desk.TakenAlready) for each in outcomes) == 1
    taken = await desk.matter_seen(left.id, one)
    winner, loser = (one, two) if taken.matter.taken_by == one.member_id else (two, one)
    with pytest.raises(desk.TakenAlready):
        await desk.close_hand_over(left.id, Settled.SETTLED, by=loser, at=NOON)
    await desk.close_hand_over(left.id, Settled.SETTLED, by=winner, note="换好了", at=NOON)
    with pytest.raises(desk.Closed):
        await desk.close_hand_over(left.id, Settled.NO_NEED, by=winner, at=NOON)
    assert await desk.matters(one) == []
    (closed,) = await desk.matters(one, closed=True)
    assert closed.matter.outcome_note == "换好了"


async def test_what_is_refused_about_matters(here: Desk) -> None:
    call = await here.call()
    for note, why in (("  ", "missing"), ("x" * 1001, "too long")):
        with pytest.raises(desk.InvalidNote) as refused:
            await desk.hand_over(
                call.id, Matter(Topic.OTHER, note), by=here.operator, key=uuid.uuid4()
            )
        assert refused.value.why == why
    left = await desk.hand_over(
        call.id, Matter(Topic.OTHER, "问问"), by=here.operator, key=uuid.uuid4(), at=NOON
    )
    with pytest.raises(desk.NotAtTheDesk):
        await desk.take_hand_over(left.id, by=here.operator)
    with pytest.raises(desk.NotTaken):
        await desk.close_hand_over(left.id, Settled.SETTLED, by=here.street.coordinator)
    with pytest.raises(desk.UnknownHandOver):
        await desk.take_hand_over(uuid.uuid4(), by=here.street.coordinator)


async def test_call_backs_come_due_and_are_tried_again_later(here: Desk) -> None:
    visit = await here.street.finished()
    over = visit.checked_out_at
    assert over is not None
    alone = {visit.elder_id}
    (due,) = await desk.call_backs(here.operator, alone, at=over)
    assert (due.visit.id, due.tries, due.due_from) == (visit.id, 0, over)
    assert await desk.call_backs(here.operator, set(), at=over) == []
    (later,) = await desk.call_backs(here.operator, set(), at=over + timedelta(days=2))
    assert later.due_from == over + timedelta(days=2)
    call = await desk.begin_call_back(visit.id, by=here.operator, key=uuid.uuid4(), at=over)
    with pytest.raises(desk.CalledAlready):
        await desk.begin_call_back(visit.id, by=here.colleague, key=uuid.uuid4(), at=over)
    (calling,) = await desk.call_backs(here.colleague, alone, at=over)
    assert calling.calling == "周颖"
    tried = over + timedelta(minutes=1)
    await desk.end_call(call.id, Outcome.NO_ANSWER, by=here.operator, at=tried)
    (again,) = await desk.call_backs(here.operator, alone, at=tried)
    assert (again.tries, again.due_from) == (1, tried + timedelta(hours=2))
    assert await desk.failed_tries(visit.id, community_id=here.street.id) == 1


async def test_after_three_tries_in_vain_a_coordinator_looks_after_it(here: Desk) -> None:
    visit = await here.street.finished()
    alone = {visit.elder_id}
    for number in range(4):
        tried = NOON + timedelta(hours=3 * number)
        call = await desk.begin_call_back(visit.id, by=here.operator, key=uuid.uuid4(), at=tried)
        await desk.end_call(call.id, Outcome.NO_ANSWER, by=here.operator, at=tried)
        left = await desk.matters(here.street.coordinator)
        assert [one.matter.topic for one in left] == ([Topic.NOT_REACHED] if number >= 2 else [])
        waiting = await desk.call_backs(here.operator, alone, at=tried)
        assert [one.tries for one in waiting] == ([] if number >= 2 else [number + 1])
    (matter,) = left
    assert (matter.matter.visit_id, matter.matter.note) == (visit.id, "3 ×")


async def test_a_call_back_leads_to_the_elders_confirmation(here: Desk) -> None:
    visit = await here.street.finished()
    call = await desk.begin_call_back(visit.id, by=here.operator, key=uuid.uuid4(), at=NOON)
    await here.word(call)
    await desk.confirm_on_word(call.id, visit.id, 95, by=here.operator, at=NOON)
    assert await here.street.minutes(here.street.volunteer) == [(95, 0)]
    with pytest.raises(desk.NotWaiting):
        await desk.begin_call_back(visit.id, by=here.colleague, key=uuid.uuid4(), at=NOON)
    assert await desk.call_backs(here.operator, {visit.elder_id}, at=NOON) == []


async def test_two_operators_begin_the_same_call_back_and_one_does(here: Desk) -> None:
    visit = await here.street.finished()
    outcomes = await asyncio.gather(
        desk.begin_call_back(visit.id, by=here.operator, key=uuid.uuid4(), at=NOON),
        desk.begin_call_back(visit.id, by=here.colleague, key=uuid.uuid4(), at=NOON),
        return_exceptions=True,
    )
    assert sum(isinstance(each, desk.CalledAlready) for each in outcomes) == 1


async def test_calls_are_seen_by_the_desk_and_the_auditor(here: Desk) -> None:
    await here.call()
    await here.delegated()
    await here.call(here.daughter)
    auditor = replace(here.operator, roles=frozenset({Role.AUDITOR}))
    assert len(await desk.calls_about(here.street.elder.member_id, auditor)) == 2
    assert len(await desk.calls_about(here.daughter.member_id, here.operator)) == 1
    assert len(await desk.open_calls(here.colleague)) == 2
    for who in (here.street.volunteer, here.street.elder):
        with pytest.raises(desk.NotAtTheDesk):
            await desk.calls_about(here.street.elder.member_id, who)
        with pytest.raises(desk.NotAtTheDesk):
            await desk.matters(who)


async def test_what_was_done_in_a_call_cannot_be_changed(
    here: Desk, owner: asyncpg.Connection
) -> None:
    call = await here.with_word()
    for change in ("UPDATE desk_call_step SET act = 'ask'", "DELETE FROM desk_call_step"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(f"{change} WHERE call_id = $1", call.id)


async def test_an_erasure_takes_what_was_typed_and_leaves_that_there_was_a_call(
    here: Desk, owner: asyncpg.Connection
) -> None:
    call = await here.call(here.daughter, of=here.daughter)
    matter = Matter(Topic.OTHER, "陈晓想请人帮忙")
    left = await desk.hand_over(call.id, matter, by=here.operator, key=uuid.uuid4(), at=NOON)
    await desk.end_call(
        call.id, Outcome.HANDED_OVER, by=here.operator, note="陈晓，住在梧桐里", at=NOON
    )
    await community.ask_erasure(here.daughter.member_id, by=here.daughter)
    await erasing.erase(here.daughter.member_id, by=here.street.coordinator)
    seen = await desk.matter_seen(left.id, here.street.coordinator)
    assert (seen.matter.note, seen.matter.outcome) == ("–", Settled.ERASED)
    assert (await desk.call_seen(call.id, here.operator)).call.note == ""
    assert await desk.matters(here.street.coordinator) == []
    words = await owner.fetch("SELECT words FROM audit_words WHERE words::text LIKE '%陈晓想请人%'")
    assert words == []
