"""A deliberation on a real database: said, put right, reported, judged, summed up equally."""

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

import community
from community import Role, audit_events
from marketplace import close_and_count, deliberation, enter, needs, open_ballot, vote
from marketplace.deliberation import (
    AmendOver,
    Argument,
    AskedAlready,
    Channel,
    GoneWords,
    Lopsided,
    NotAgreed,
    NotAMember,
    NotHidden,
    NothingToRule,
    NotImpartial,
    NotOpen,
    NotYourWords,
    OwnWords,
    ReportedAlready,
    ReportReason,
    RulesChanged,
    SameModerator,
    Side,
    SummaryChanged,
    TooFast,
    TooManyAdded,
    UnknownArgument,
)
from marketplace.deliberation.tables import ArgumentRow
from marketplace.errors import NotACoordinator, NotAResident, TooLong, WordsMissing
from marketplace.needs import Need, NeedState
from marketplace.needs.errors import NotYourDesk, UnknownNeed
from marketplace.refusals import verb
from tests.marketplace.plans_examples import planned_need
from tests.marketplace.screening_examples import accepted, coordinator, moved, seconded, staff

FOR = "My mother has fallen twice on these stairs."
AGAINST = "The stairs are too narrow for rails on both sides."


async def say(need: Need, side: Side, words: str, *, by: community.Actor, **more: Any) -> Argument:
    return await deliberation.argue(need.id, side, words, by=by, agreed=True, **more)


async def told(member_id: uuid.UUID, home: Any) -> list[str]:
    return [one.kind for one in await community.inbox(member_id, community_id=home.id)]


async def test_a_thread_with_both_sides_a_question_and_its_answer(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    author, second, third = home.residents[0], home.residents[1], home.residents[2]
    first = await say(need, Side.FOR, FOR, by=second)
    other = await say(need, Side.AGAINST, AGAINST, by=third)
    asked = await say(need, Side.QUESTION, "Who looks after them later?", by=third)
    talk = (await deliberation.deliberation_of(need)).talk
    assert [one.argument.id for one in talk.open_questions] == [asked.id]
    assert "argument.asked" in await told(author.member_id, home)
    answer = await say(need, Side.ANSWER, "The stair group.", by=author, parent_id=asked.id)
    deeper = await say(need, Side.ANSWER, "Thank you.", by=third, parent_id=answer.id)
    found = await deliberation.deliberation_of(need, viewer=author.member_id)
    assert [one.argument.id for one in found.talk.sides] == [first.id, other.id]
    (settled,) = found.talk.answered_questions
    assert [one.id for one in settled.replies[0].deeper] == [deeper.id]
    assert "argument.answered" in await told(third.member_id, home)
    figures = found.figures
    assert (figures.in_favour, figures.against, figures.questions, figures.answered) == (1, 1, 1, 1)
    acts = Counter(one.act for one in await audit_events(home.id))
    assert acts["argument.give"] == 5


async def test_the_same_form_sent_twice_speaks_once(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    key = uuid.uuid4()
    said = [await say(need, Side.FOR, FOR, by=home.residents[1], id=key) for _ in range(2)]
    assert said[0] == said[1]
    with pytest.raises(UnknownArgument):
        await say(need, Side.FOR, FOR, by=home.residents[2], id=key)


async def test_who_may_not_speak(neighbourhood: Any, elsewhere: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    with pytest.raises(NotAgreed):
        await deliberation.argue(need.id, Side.FOR, FOR, by=home.residents[1])
    with pytest.raises(NotAResident):
        await say(need, Side.FOR, FOR, by=home.outsider)
    with pytest.raises(UnknownNeed):
        await say(need, Side.FOR, FOR, by=elsewhere.residents[0])
    for words, refusal in ((" ", WordsMissing), ("x" * 601, TooLong)):
        with pytest.raises(refusal):
            await say(need, Side.FOR, words, by=home.residents[1])
    with pytest.raises(UnknownArgument):
        await say(need, Side.ANSWER, "To nothing", by=home.residents[1])
    with pytest.raises(UnknownArgument):
        await say(need, Side.ANSWER, "To no one", by=home.residents[1], parent_id=uuid.uuid4())
    early = await seconded(home)
    with pytest.raises(NotOpen):
        await say(early, Side.FOR, FOR, by=home.residents[1])
    assert not (await deliberation.deliberation_of(need)).talk.sides


async def test_one_agrees_once(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    resident = home.residents[1]
    await say(need, Side.FOR, FOR, by=resident)
    assert await deliberation.has_agreed(resident.member_id, community_id=home.id)
    await deliberation.argue(need.id, Side.FOR, "And more.", by=resident)


async def test_nobody_says_everything_at_once(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    now = datetime.now(UTC)
    for place in range(10):
        await say(
            need,
            Side.FOR,
            f"Reason {place}",
            by=home.residents[1],
            at=now + timedelta(minutes=place),
        )
    with pytest.raises(TooFast) as refused:
        await say(need, Side.FOR, "One more", by=home.residents[1], at=now + timedelta(minutes=30))
    assert refused.value.again_at == now + timedelta(hours=1)
    await say(need, Side.FOR, "One more", by=home.residents[1], at=now + timedelta(minutes=61))


async def test_words_are_put_right_for_some_minutes_and_then_added_to(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    resident = home.residents[1]
    said = await say(need, Side.FOR, "Rails at nr 3", by=resident)
    soon, late = said.said_at + timedelta(minutes=14), said.said_at + timedelta(minutes=16)
    with pytest.raises(NotYourWords):
        await deliberation.amend(said.id, "Other", by=home.residents[2], at=soon)
    right = await deliberation.amend(said.id, "Rails at number 3", by=resident, at=soon)
    assert right.words == "Rails at number 3"
    assert [one.words for one in right.earlier] == ["Rails at nr 3"]
    with pytest.raises(AmendOver):
        await deliberation.amend(said.id, "Late", by=resident, at=late)
    for place in range(5):
        more = await deliberation.add_to(said.id, f"Also {place}", by=resident, at=late)
        again = await deliberation.add_to(said.id, f"Also {place}", by=resident, at=late)
        assert len(again.added) == len(more.added) == place + 1
    with pytest.raises(TooManyAdded):
        await deliberation.add_to(said.id, "Once more", by=resident, at=late)
    assert more.words == "Rails at number 3"


async def test_what_was_taken_back_leaves_a_mark(
    neighbourhood: Any, owner: asyncpg.Connection
) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    said = await say(need, Side.FOR, FOR, by=home.residents[1])
    answer = await say(need, Side.ANSWER, "I see.", by=home.residents[2], parent_id=said.id)
    with pytest.raises(NotYourWords):
        await deliberation.take_back(said.id, by=home.residents[2])
    for _ in range(2):
        gone = await deliberation.take_back(said.id, by=home.residents[1])
    assert not gone.shown
    for act in (
        deliberation.amend(said.id, "New", by=home.residents[1]),
        deliberation.find_helpful(said.id, by=home.residents[2]),
        say(need, Side.ANSWER, "And?", by=home.residents[2], parent_id=said.id),
        deliberation.report(said.id, ReportReason.INSULT, by=home.residents[2]),
    ):
        with pytest.raises(GoneWords):
            await act
    found = await deliberation.deliberation_of(need)
    assert found.figures.in_favour == 0
    assert found.talk.sides[0].replies[0].argument.id == answer.id
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("UPDATE argument SET taken_back_at = NULL WHERE id = $1", said.id)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await owner.execute("UPDATE argument_words SET words = 'x' WHERE argument_id = $1", said.id)


async def test_helpful_marks_count_once_each(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    said = await say(need, Side.FOR, FOR, by=home.residents[1])
    with pytest.raises(OwnWords):
        await deliberation.find_helpful(said.id, by=home.residents[1])
    with pytest.raises(NotAResident):
        await deliberation.find_helpful(said.id, by=home.outsider)
    for _ in range(2):
        assert await deliberation.find_helpful(said.id, by=home.residents[2]) == 1
    assert await deliberation.find_helpful(said.id, by=home.residents[3]) == 2
    mine = await deliberation.deliberation_of(need, viewer=home.residents[3].member_id)
    assert mine.helpful == {said.id}
    assert await deliberation.find_helpful(said.id, by=home.residents[3], helpful=False) == 1


async def test_words_spoken_at_a_meeting_are_written_down(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    operator = await staff(home, Role.PHONE_OPERATOR, "Sun")
    speaker = home.residents[2]
    said = await deliberation.enter_spoken(
        need.id, Side.AGAINST, AGAINST, Channel.PHONE, by=operator, said_by=speaker.member_id
    )
    assert (said.channel, said.said_by, said.entered_by) == (
        Channel.PHONE,
        speaker.member_id,
        operator.member_id,
    )
    assert "argument.entered" in await told(speaker.member_id, home)
    nameless = await deliberation.enter_spoken(
        need.id, Side.FOR, FOR, Channel.MEETING, by=home.coordinator
    )
    assert nameless.said_by is None
    with pytest.raises(NotYourWords):
        await deliberation.take_back(said.id, by=operator)
    assert not (await deliberation.take_back(said.id, by=speaker)).shown
    for by, channel in ((home.residents[1], Channel.PHONE), (operator, Channel.ONLINE)):
        with pytest.raises(NotYourDesk):
            await deliberation.enter_spoken(need.id, Side.FOR, FOR, channel, by=by)
    with pytest.raises(NotAMember):
        await deliberation.enter_spoken(
            need.id, Side.FOR, FOR, Channel.PHONE, by=operator, said_by=uuid.uuid4()
        )


async def hidden_words(home: Any) -> tuple[Need, Argument]:
    """Give words that a resident reported and the coordinator hid."""
    need = await accepted(home)
    said = await say(need, Side.AGAINST, "He only wants to show off.", by=home.residents[2])
    await deliberation.report(said.id, ReportReason.INSULT, "About Li", by=home.residents[1])
    await deliberation.rule_on(
        said.id, "It is about a person.", hidden=True, number=1, by=home.coordinator
    )
    return need, said


async def test_reported_words_are_hidden_with_a_public_reason(neighbourhood: Any) -> None:
    home = neighbourhood
    need, said = await hidden_words(home)
    found = (await deliberation.deliberation_of(need)).talk.sides[0].argument
    assert (found.hidden, found.hidden_reason) == (True, "It is about a person.")
    assert "argument.hidden" in await told(home.residents[2].member_id, home)
    assert "argument.hidden" not in await told(home.residents[1].member_id, home)
    assert await deliberation.waiting_cases(home.id) == []
    with pytest.raises(NothingToRule):
        await deliberation.rule_on(said.id, "Again.", hidden=False, number=2, by=home.coordinator)
    acts = Counter(one.act for one in await audit_events(home.id))
    assert (acts["argument.report"], acts["argument.hide"]) == (1, 1)


async def test_a_report_is_made_once_and_never_of_ones_own_words(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    said = await say(need, Side.FOR, FOR, by=home.residents[2])
    with pytest.raises(OwnWords):
        await deliberation.report(said.id, ReportReason.OTHER, by=home.residents[2])
    with pytest.raises(TooLong):
        await deliberation.report(said.id, ReportReason.OTHER, "x" * 301, by=home.residents[1])
    await deliberation.report(said.id, ReportReason.OTHER, by=home.residents[1])
    with pytest.raises(ReportedAlready):
        await deliberation.report(said.id, ReportReason.INSULT, by=home.residents[1])
    with pytest.raises(NotACoordinator):
        await deliberation.rule_on(said.id, "No.", hidden=True, number=1, by=home.residents[0])
    (case,) = await deliberation.waiting_cases(home.id)
    kept = await deliberation.rule_on(
        case.argument.id, "It is an opinion.", hidden=False, number=1, by=home.coordinator
    )
    assert kept.argument.shown
    await deliberation.report(said.id, ReportReason.OTHER, by=home.residents[3])
    assert len(await deliberation.waiting_cases(home.id)) == 1


async def test_another_coordinator_takes_the_second_look(neighbourhood: Any) -> None:
    home = neighbourhood
    _need, said = await hidden_words(home)
    other = await coordinator(home)
    with pytest.raises(NotYourWords):
        await deliberation.ask_second_look(said.id, "Why?", by=home.residents[1])
    await deliberation.ask_second_look(said.id, "I meant the plan.", by=home.residents[2])
    with pytest.raises(AskedAlready):
        await deliberation.ask_second_look(said.id, "Again?", by=home.residents[2])
    (case,) = await deliberation.waiting_cases(home.id)
    assert case.again
    with pytest.raises(SameModerator):
        await deliberation.rule_on(said.id, "No.", hidden=True, number=2, by=home.coordinator)
    shown = await deliberation.rule_on(
        said.id, "It is harsh, not an insult.", hidden=False, number=2, by=other
    )
    assert shown.argument.shown
    assert "argument.kept" in await told(home.residents[2].member_id, home)
    with pytest.raises(NotHidden):
        await deliberation.ask_second_look(said.id, "Again?", by=home.residents[2])


async def test_the_only_coordinator_takes_the_second_look_too(neighbourhood: Any) -> None:
    home = neighbourhood
    _need, said = await hidden_words(home)
    await deliberation.ask_second_look(said.id, "I meant the plan.", by=home.residents[2])
    case = await deliberation.rule_on(
        said.id, "It stays hidden.", hidden=True, number=2, by=home.coordinator
    )
    assert case.argument.hidden
    assert case.since is None


async def test_nobody_judges_words_that_concern_them(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    other = await coordinator(home, "Qian Duoduo")
    named = await say(need, Side.FOR, "qianduoduo never listens.", by=home.residents[2])
    reported = await say(need, Side.FOR, FOR, by=home.residents[2])
    for one in (named, reported):
        await deliberation.report(one.id, ReportReason.OTHER, by=home.residents[1])
    await deliberation.report(reported.id, ReportReason.OTHER, by=other)
    for one in (named, reported):
        with pytest.raises(NotImpartial):
            await deliberation.rule_on(one.id, "Hm.", hidden=True, number=1, by=other)
        await deliberation.rule_on(one.id, "Fine.", hidden=False, number=1, by=home.coordinator)


EQUAL = (
    "Older neighbours fall on the stairs; rails help them to go out alone.",
    "The stairs are narrow; some fear that rails leave no room for furniture.",
)


async def test_both_sides_are_summed_up_in_versions(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    assert await deliberation.two_sides(need.id, community_id=home.id) is None
    await say(need, Side.FOR, FOR, by=home.residents[1])
    first = await deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator)
    assert (first.number, first.figures.in_favour, first.figures.against) == (1, 1, 0)
    again = await deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator)
    assert again.number == 1
    with pytest.raises(SummaryChanged):
        await deliberation.sum_up(need.id, *reversed(EQUAL), number=0, by=home.coordinator)
    await say(need, Side.AGAINST, AGAINST, by=home.residents[2])
    await deliberation.sum_up(need.id, *reversed(EQUAL), number=1, by=home.coordinator)
    found = await deliberation.two_sides(need.id, community_id=home.id)
    assert found is not None
    assert (found.number, found.in_favour, found.figures.against) == (2, EQUAL[1], 1)
    assert len(await deliberation.summaries(need.id, community_id=home.id)) == 2


async def test_a_summary_that_is_not_equal_or_not_neutral(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    for sides, refusal in (
        ((EQUAL[0], "Too narrow for us."), Lopsided),
        ((EQUAL[0], " "), WordsMissing),
        ((EQUAL[0], "x" * 401), TooLong),
    ):
        with pytest.raises(refusal):
            await deliberation.sum_up(need.id, *sides, number=0, by=home.coordinator)
    with pytest.raises(NotACoordinator):
        await deliberation.sum_up(need.id, *EQUAL, number=0, by=home.residents[0])
    other = await coordinator(home)
    await deliberation.enter_spoken(
        need.id, Side.FOR, FOR, Channel.MEETING, by=home.coordinator, said_by=other.member_id
    )
    with pytest.raises(NotImpartial):
        await deliberation.sum_up(need.id, *EQUAL, number=0, by=other)
    await deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator)


async def test_a_needs_talk_ends_with_the_need(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    said = await say(need, Side.FOR, FOR, by=home.residents[1])
    gone = await moved(need, NeedState.WITHDRAWN, by=home.coordinator)
    for act in (
        say(need, Side.FOR, "More", by=home.residents[1]),
        deliberation.find_helpful(said.id, by=home.residents[2]),
        deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator),
    ):
        with pytest.raises(NotOpen):
            await act
    found = await deliberation.deliberation_of(gone)
    assert found.closed == "withdrawn"
    assert len(found.talk.sides) == 1
    assert not (await deliberation.take_back(said.id, by=home.residents[1])).shown


async def test_neighbourly_rules_are_a_communitys_own(neighbourhood: Any) -> None:
    home = neighbourhood
    assert (await deliberation.neighbourly_rules(home.id)).number == 0
    new = await deliberation.change_rules("Be kind.", number=0, by=home.coordinator)
    assert (new.number, new.words) == (1, "Be kind.")
    assert (await deliberation.change_rules("Be kind.", number=0, by=home.coordinator)) == new
    with pytest.raises(RulesChanged):
        await deliberation.change_rules("Be brief.", number=0, by=home.coordinator)
    with pytest.raises(NotACoordinator):
        await deliberation.change_rules("Be loud.", number=1, by=home.residents[0])


async def test_an_erasure_takes_the_words_and_leaves_the_line(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    said = await say(need, Side.FOR, FOR, by=home.residents[1])
    await say(need, Side.ANSWER, "Mine too.", by=home.residents[2], parent_id=said.id)
    await deliberation.find_helpful(said.id, by=home.residents[3])
    gone = [home.residents[1].member_id, home.residents[3].member_id]
    async with verb():
        await deliberation.forget_words(gone, community_id=home.id)
        await community.record(
            "test.erase", by=home.coordinator, subject_kind="need", subject_id=need.id
        )
    found = (await deliberation.deliberation_of(need)).talk.sides[0]
    assert (found.argument.words, found.argument.marks) == ("", 0)
    assert found.replies[0].argument.words == "Mine too."
    assert not await deliberation.has_agreed(gone[0], community_id=home.id)


async def test_two_memberships_speak_and_mark_as_one(neighbourhood: Any) -> None:
    home, need = neighbourhood, await accepted(neighbourhood)
    one, other, third = home.residents[1], home.residents[2], home.residents[3]
    said = await say(need, Side.FOR, FOR, by=third)
    for who in (one, other):
        await deliberation.find_helpful(said.id, by=who)
        await deliberation.report(said.id, ReportReason.OTHER, by=who)
    mine = await say(need, Side.AGAINST, AGAINST, by=other)
    async with verb():
        await deliberation.take_over_words(other.member_id, one.member_id, community_id=home.id)
        await community.record(
            "test.merge", by=home.coordinator, subject_kind="need", subject_id=need.id
        )
    case = await deliberation.case_of(said.id, community_id=home.id)
    assert [report.reported_by for report in case.reports] == [one.member_id]
    assert case.argument.marks == 1
    kept = await deliberation.argument(mine.id, community_id=home.id)
    assert (kept.said_by, kept.entered_by) == (one.member_id, one.member_id)
    rows = await ArgumentRow.raw("SELECT id FROM argument WHERE said_by = {}", other.member_id)
    assert rows == []


async def test_a_talk_closes_with_the_ballot_and_goes_on_after_a_round_that_was_lost(
    neighbourhood: Any,
) -> None:
    home = neighbourhood
    need, version = await planned_need(home)
    rival, other = await planned_need(home)
    said = await say(need, Side.FOR, FOR, by=home.residents[1])
    current = await home.round(budget_yuan=20_000)
    for plan_id in (version.plan_id, other.plan_id):
        await enter(current.id, plan_id, by=home.coordinator)
    await say(need, Side.AGAINST, AGAINST, by=home.residents[2])
    await open_ballot(current.id, by=home.coordinator)
    for act in (
        say(need, Side.FOR, "Vote for it!", by=home.residents[1]),
        deliberation.add_to(said.id, "And more", by=home.residents[1]),
        deliberation.find_helpful(said.id, by=home.residents[2]),
        deliberation.sum_up(need.id, *EQUAL, number=0, by=home.coordinator),
    ):
        with pytest.raises(NotOpen) as refused:
            await act
        assert refused.value.why == "voting"
    await vote(current.id, [2], by=home.residents[3])
    await close_and_count(current.id, by=home.coordinator)
    with pytest.raises(NotOpen) as counted:
        await say(rival, Side.FOR, "It has won.", by=home.residents[1])
    assert counted.value.why == "counted"
    after = await needs.read_need(need.id, community_id=home.id)
    assert after.state is NeedState.PLANNED
    await say(need, Side.FOR, "Let us try again.", by=home.residents[1])
    found = await deliberation.deliberation_of(after)
    assert (found.closed, found.figures.in_favour) == ("", 2)
