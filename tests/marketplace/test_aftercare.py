"""Finished projects on the real database: covenants, custodians, checks, attention, refusals."""

import asyncio
import uuid
from datetime import timedelta

import pytest

import community
from community import Role
from marketplace import aftercare
from marketplace.aftercare import AttentionState, CheckState, CustodianState, Outcome, Way
from marketplace.aftercare.errors import (
    AttentionMoved,
    CheckDone,
    CheckTooEarly,
    CovenantChanged,
    CustodianAlready,
    CustodianMoved,
    NotACustodian,
    NotDelivered,
    NotToJoin,
    NotToSign,
    NotYourAnswer,
    SameWords,
    SignsThemselves,
    UnknownAftercarePhoto,
    UnknownAttention,
    UnknownCheck,
    UnknownCovenant,
    UnknownCustodian,
)
from marketplace.errors import NotAResident, UnknownProject, WordsMissing
from marketplace.needs.errors import NotForAnother, NotYourDesk, NoWordGiven
from tests.marketplace.aftercare_examples import (
    COVENANT,
    JPEG,
    ZONE,
    Finished,
    finished,
    finished_plan,
    noon,
    policy,
)
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import chosen
from tests.marketplace.need_examples import on_the_phone, operator


async def test_nothing_is_looked_after_before_it_is_delivered(
    neighbourhood: Neighbourhood,
) -> None:
    found = await chosen(neighbourhood)
    one = neighbourhood.residents[0]
    for begun in (False, True):
        if begun:
            await found.begun()
        for act in (
            aftercare.write_covenant(found.project.id, COVENANT, base=0, by=one),
            aftercare.sign_covenant(found.project.id, 1, by=one),
            aftercare.volunteer(found.project.id, by=one),
            aftercare.raise_attention(found.project.id, "Loose", by=one),
        ):
            with pytest.raises(NotDelivered):
                await act
    assert await aftercare.aftercare(found.project.id, community_id=neighbourhood.id) is None


async def test_a_covenant_comes_into_force_with_enough_signatures_and_holds_until_the_next_does(
    neighbourhood: Neighbourhood,
) -> None:
    await policy(neighbourhood, signatures=2)
    found = await finished(neighbourhood)
    one, two, three, *_ = found.residents
    first = await aftercare.write_covenant(found.id, f" {COVENANT}\n", base=0, by=one)
    assert (first.number, first.words, first.signatures) == (1, COVENANT, 0)
    for who in (one, one, two):
        first = await aftercare.sign_covenant(found.id, 1, by=who)
    assert first.signatures == 2
    assert first.in_force_from is not None
    assert "covenant.in_force" in await found.told(one)
    second = await aftercare.write_covenant(found.id, "Other words.", base=1, by=three, note="!")
    assert (second.number, second.signatures, second.note) == (2, 0, "!")
    assert "covenant.written" in await found.told(two)
    await aftercare.sign_covenant(found.id, 2, by=one)
    await aftercare.sign_covenant(found.id, 1, by=three)
    versions = await aftercare.covenant_versions(found.id, community_id=found.home.id)
    holding = aftercare.in_force(versions)
    assert holding is not None
    assert (holding.number, holding.signatures) == (1, 3)
    await aftercare.sign_covenant(found.id, 2, by=three)
    versions = await aftercare.covenant_versions(found.id, community_id=found.home.id)
    assert aftercare.in_force(versions) == versions[0]
    with pytest.raises(NotToSign):
        await aftercare.sign_covenant(found.id, 1, by=found.residents[3])
    back = await aftercare.take_back_signature(found.id, 2, by=one)
    assert back.signatures == 1
    assert back.in_force_from is not None, "what came into force stays so"
    assert await aftercare.take_back_signature(found.id, 2, by=one) == back
    every = await aftercare.signatures(found.id, community_id=found.home.id)
    assert {(each.member_id, each.number) for each in every} == {
        (one.member_id, 1), (two.member_id, 1), (three.member_id, 1), (three.member_id, 2),
    }  # fmt: skip


async def test_two_who_write_at_once_read_each_other_first(neighbourhood: Neighbourhood) -> None:
    found = await finished(neighbourhood)
    one, two, *_ = found.residents
    ends = await asyncio.gather(
        aftercare.write_covenant(found.id, "Mine.", base=0, by=one),
        aftercare.write_covenant(found.id, "No, mine.", base=0, by=two),
        return_exceptions=True,
    )
    assert sorted(type(end).__name__ for end in ends) == ["CovenantChanged", "CovenantVersion"]
    versions = await aftercare.covenant_versions(found.id, community_id=found.home.id)
    with pytest.raises(SameWords):
        await aftercare.write_covenant(found.id, versions[0].words, base=0, by=one)
    with pytest.raises(CovenantChanged):
        await aftercare.write_covenant(found.id, "Third.", base=0, by=found.coordinator)
    with pytest.raises(WordsMissing):
        await aftercare.write_covenant(found.id, " ", base=1, by=one)
    with pytest.raises(NotAResident):
        await aftercare.write_covenant(found.id, "Third.", base=1, by=found.home.outsider)
    third = await aftercare.write_covenant(found.id, "Third.", base=1, by=found.coordinator)
    assert third.number == 2


async def test_signatures_at_once_put_a_covenant_in_force_once(
    neighbourhood: Neighbourhood,
) -> None:
    await policy(neighbourhood, signatures=3)
    found = await finished(neighbourhood)
    await aftercare.write_covenant(found.id, COVENANT, base=0, by=found.residents[0])
    await asyncio.gather(
        *(aftercare.sign_covenant(found.id, 1, by=one) for one in found.residents * 2)
    )
    (version,) = await aftercare.covenant_versions(found.id, community_id=found.home.id)
    assert version.signatures == len(found.residents)
    told = await found.told(found.residents[0])
    assert told.count("covenant.in_force") <= 1


async def test_signing_by_telephone_and_on_paper_through_the_desk(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    found = await finished(neighbourhood)
    one, two, three, *_ = found.residents
    await aftercare.write_covenant(found.id, COVENANT, base=0, by=one)
    desk = await operator(neighbourhood)
    call = await on_the_phone(two, desk)
    await aftercare.sign_covenant(found.id, 1, by=desk, call_id=call)
    await aftercare.enter_signature(found.id, 1, three.member_id, by=desk)
    again = await aftercare.enter_signature(found.id, 1, three.member_id, by=found.coordinator)
    assert again.signatures == 2
    ways = await aftercare.signatures(found.id, community_id=found.home.id)
    assert [(each.member_id, each.way) for each in ways] == [
        (two.member_id, Way.PHONE), (three.member_id, Way.PAPER),
    ]  # fmt: skip
    assert "covenant.entered" in await found.told(three)
    with pytest.raises(NoWordGiven):
        await aftercare.sign_covenant(found.id, 1, by=desk, call_id=uuid.uuid4())
    with pytest.raises(NotYourDesk):
        await aftercare.sign_covenant(found.id, 1, by=one, call_id=call)
    with pytest.raises(NotYourDesk):
        await aftercare.enter_signature(found.id, 1, three.member_id, by=one)
    with pytest.raises(SignsThemselves):
        await aftercare.enter_signature(
            found.id, 1, found.coordinator.member_id, by=found.coordinator
        )
    for stranger in (found.home.outsider, elsewhere.residents[0]):
        with pytest.raises(NotAResident):
            await aftercare.enter_signature(found.id, 1, stranger.member_id, by=desk)
    with pytest.raises(UnknownProject):
        await aftercare.sign_covenant(found.id, 1, by=elsewhere.residents[0])
    with pytest.raises(UnknownCovenant):
        await aftercare.sign_covenant(found.id, 2, by=one)


async def test_who_volunteers_waits_for_a_yes_and_who_is_named_says_it(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    found = await finished(neighbourhood)
    one, two, three, *_ = found.residents
    key = uuid.uuid4()
    offer = await aftercare.volunteer(found.id, by=one, id=key)
    assert await aftercare.volunteer(found.id, by=one, id=key) == offer
    with pytest.raises(CustodianAlready):
        await aftercare.volunteer(found.id, by=one)
    for wrong in (one, two):
        with pytest.raises(NotYourAnswer):
            await aftercare.answer_custodian(found.id, offer.id, yes=True, by=wrong)
    assert [each.id for each in await aftercare.custodian_offers(found.home.id)] == [offer.id]
    serving = await aftercare.answer_custodian(found.id, offer.id, yes=True, by=found.coordinator)
    assert serving.state is CustodianState.SERVING
    assert serving.term_until is not None
    assert "custodian.accepted" in await found.told(one)
    with pytest.raises(CustodianMoved):
        await aftercare.answer_custodian(found.id, offer.id, yes=False, by=found.coordinator)
    with pytest.raises(NotACustodian):
        await aftercare.name_custodian(found.id, three.member_id, by=two)
    named = await aftercare.name_custodian(found.id, two.member_id, by=one)
    with pytest.raises(NotYourAnswer):
        await aftercare.answer_custodian(found.id, named.id, yes=True, by=found.coordinator)
    refused = await aftercare.answer_custodian(found.id, named.id, yes=False, by=two)
    assert refused.state is CustodianState.DECLINED
    assert "custodian.said_no" in await found.told(one)
    for stranger in (found.home.outsider, elsewhere.residents[0]):
        with pytest.raises(NotAResident):
            await aftercare.name_custodian(found.id, stranger.member_id, by=found.coordinator)
    with pytest.raises(UnknownCustodian):
        await aftercare.answer_custodian(found.id, uuid.uuid4(), yes=True, by=two)
    with pytest.raises(NotACustodian):
        await aftercare.step_back(found.id, offer.id, "No time", by=two)
    ended = await aftercare.step_back(found.id, offer.id, "No time", by=one)
    assert (ended.state, ended.why) == (CustodianState.ENDED, "No time")
    assert await aftercare.step_back(found.id, offer.id, "Again", by=one) == ended


async def test_checks_follow_the_plan_and_pass_to_who_serves(
    neighbourhood: Neighbourhood,
) -> None:
    found = await finished_plan(neighbourhood)
    assert await aftercare.begin_aftercare() >= 1
    assert await aftercare.begin_aftercare() == 0, "once each"
    planned = await found.checks()
    assert [one.number for one in planned] == [1, 2, 3, 4], "24 months of care, every 6"
    assert {one.custodian_id for one in planned} == {None}
    one, two, *_ = found.residents
    first = await found.custodian(one)
    assert {each.custodian_id for each in await found.checks()} == {one.member_id}
    second = await found.custodian(two)
    assert {each.custodian_id for each in await found.checks()} == {one.member_id}
    await aftercare.step_back(found.id, first.id, "Moving", by=one)
    assert {each.custodian_id for each in await found.checks()} == {two.member_id}
    assert "check.assigned" in await found.told(two)
    with pytest.raises(NotACustodian):
        await aftercare.assign_check(found.id, planned[0].id, one.member_id, by=two)
    await aftercare.step_back(found.id, second.id, "Ill", by=found.coordinator)
    assert {each.custodian_id for each in await found.checks()} == {None}


async def test_a_custodian_reports_and_faults_go_on_the_list(
    neighbourhood: Neighbourhood,
) -> None:
    found = await finished(neighbourhood)
    one, two, *_ = found.residents
    await found.custodian(one)
    first, second, *_ = await found.checks()
    due = noon(first.due_on)
    with pytest.raises(NotACustodian):
        await aftercare.report_check(found.id, first.id, Outcome.GOOD, "", by=two, at=due)
    with pytest.raises(CheckTooEarly):
        await aftercare.report_check(found.id, second.id, Outcome.GOOD, "", by=one, at=due)
    with pytest.raises(WordsMissing):
        await aftercare.report_check(found.id, first.id, Outcome.BROKEN, "", by=one, at=due)
    for _ in range(2):
        done = await aftercare.report_check(
            found.id, first.id, Outcome.SMALL_FAULTS, "A screw is loose", by=one, at=due,
            images=[JPEG, JPEG],
        )  # fmt: skip
    assert (done.outcome, len(done.photos)) == (Outcome.SMALL_FAULTS, 2)
    with pytest.raises(CheckDone):
        await aftercare.report_check(found.id, first.id, Outcome.GOOD, "", by=one, at=due)
    with pytest.raises(CheckDone):
        await aftercare.assign_check(
            found.id, first.id, one.member_id, by=found.coordinator, at=due
        )
    (open_one,) = await aftercare.open_attentions(found.home.id)
    assert (open_one.words, open_one.check_id) == ("A screw is loose", first.id)
    image = await aftercare.aftercare_photo(
        found.id, done.photos[0], None, community_id=found.home.id
    )
    assert image == JPEG
    with pytest.raises(UnknownCheck):
        await aftercare.report_check(found.id, uuid.uuid4(), Outcome.GOOD, "", by=one, at=due)


async def test_reminders_and_misses_are_told_exactly_once(neighbourhood: Neighbourhood) -> None:
    found = await finished(neighbourhood)
    one, two, *_ = found.residents
    await found.custodian(one)
    first, *_ = await found.checks()
    week = noon(first.due_on - timedelta(days=7))
    ends = await asyncio.gather(*(aftercare.remind_of_checks(at=week) for _ in range(3)))
    assert sum(ends) >= 1
    assert (await found.told(one)).count("check.due") == 1
    assert "check.due" not in await found.told(two)
    fortnight = noon(first.due_on + timedelta(days=14))
    await aftercare.miss_checks(at=fortnight)
    assert (await found.checks())[0].missed_at is None
    late = fortnight + timedelta(days=1)
    await asyncio.gather(*(aftercare.miss_checks(at=late) for _ in range(3)))
    for who in (one, found.coordinator):
        assert (await found.told(who)).count("check.missed") == 1
    missed = (await found.checks())[0]
    today = late.astimezone(ZONE).date()
    assert missed.state(today) is CheckState.MISSED
    done = await aftercare.report_check(found.id, first.id, Outcome.GOOD, "", by=one, at=late)
    assert done.state(today) is CheckState.DONE_LATE
    await aftercare.remind_of_checks(at=late)
    assert (await found.told(one)).count("check.due") == 1


async def test_a_term_ends_by_itself_and_is_told(neighbourhood: Neighbourhood) -> None:
    await policy(neighbourhood, term_months=1)
    found = await finished(neighbourhood)
    one = found.residents[0]
    serving = await found.custodian(one)
    assert {each.custodian_id for each in await found.checks()} == {None}, "beyond the term"
    assert serving.term_until is not None
    last = noon(serving.term_until)
    await aftercare.end_terms(at=last)
    assert await aftercare.serves(found.id, one, serving.term_until)
    await asyncio.gather(*(aftercare.end_terms(at=last + timedelta(days=1)) for _ in range(2)))
    ended, *_ = await aftercare.custodians(found.id, community_id=found.home.id)
    assert ended.state is CustodianState.ENDED
    assert (await found.told(one)).count("custodian.term_over") == 1
    assert await aftercare.volunteer(found.id, by=one), "and may come back"


async def test_what_needs_attention_is_answered_joined_and_mended(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    found = await finished(neighbourhood)
    keeper, one, two, *_ = found.residents
    await found.custodian(keeper)
    key = uuid.uuid4()
    for _ in range(2):
        first = await aftercare.raise_attention(
            found.id, "The rail is loose", by=one, id=key, images=[JPEG]
        )
    desk = await operator(neighbourhood)
    call = await on_the_phone(two, desk)
    double = await aftercare.raise_attention(found.id, "Rail!", by=desk, call_id=call)
    assert double.raised_by == two.member_id
    assert await aftercare.attentions_of_call(call, community_id=found.home.id) == [double]
    assert (await found.told(keeper)).count("attention.raised") == 2
    with pytest.raises(NotACustodian):
        await aftercare.answer_attention(found.id, first.id, "Soon", mended=False, by=one)
    with pytest.raises(NotToJoin):
        await aftercare.join_attention(found.id, first.id, first.id, by=keeper)
    for _ in range(2):
        joined = await aftercare.join_attention(found.id, double.id, first.id, by=keeper)
    assert (joined.state, joined.into_id) == (AttentionState.JOINED, first.id)
    parted = await aftercare.part_attention(found.id, double.id, by=keeper)
    assert (parted.state, parted.into_id) == (AttentionState.OPEN, None)
    await aftercare.join_attention(found.id, double.id, first.id, by=found.coordinator)
    await aftercare.answer_attention(
        found.id, first.id, "Screws are bought", mended=False, by=keeper
    )
    for _ in range(2):
        mended = await aftercare.answer_attention(
            found.id, first.id, "Fastened", mended=True, by=keeper
        )
    assert mended.state is AttentionState.MENDED
    for who in (one, two):
        assert (await found.told(who)).count("attention.mended") == 1, "also who said it second"
    with pytest.raises(AttentionMoved):
        await aftercare.answer_attention(found.id, first.id, "Again", mended=False, by=keeper)
    assert await aftercare.open_attentions(found.home.id) == []
    moves = await aftercare.moves_of(mended)
    assert [(move.state, move.words) for move in moves] == [
        (AttentionState.ANSWERED, "Screws are bought"), (AttentionState.MENDED, "Fastened"),
    ]  # fmt: skip
    with pytest.raises(UnknownAttention):
        await aftercare.raise_attention(found.id, "Mine", by=two, id=key)
    with pytest.raises(NotAResident):
        await aftercare.raise_attention(found.id, "Mine", by=found.home.outsider)
    with pytest.raises(UnknownProject):
        await aftercare.raise_attention(found.id, "Mine", by=elsewhere.residents[0])
    with pytest.raises(WordsMissing):
        await aftercare.raise_attention(found.id, " ", by=one)


async def test_hidden_words_are_for_coordinators_and_who_wrote_them(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    found = await finished(neighbourhood)
    keeper, one, two, *_ = found.residents
    await found.custodian(keeper)
    rude = await aftercare.raise_attention(found.id, "Rude", by=one, images=[JPEG])
    with pytest.raises(NotACustodian):
        await aftercare.hide_attention(found.id, rude.id, "Rude", by=keeper)
    hidden = await aftercare.hide_attention(found.id, rude.id, "Rude", by=found.coordinator)
    sees = [
        aftercare.sees_words(hidden, who)
        for who in (one, found.coordinator, keeper, two, None, elsewhere.coordinator)
    ]
    assert sees == [True, True, False, False, False, False]
    with pytest.raises(UnknownAftercarePhoto):
        await aftercare.aftercare_photo(found.id, hidden.photos[0], two, community_id=found.home.id)
    shown = await aftercare.hide_attention(
        found.id, rude.id, "Not so bad", by=found.coordinator, hidden=False
    )
    assert shown.state is AttentionState.OPEN


async def test_nobody_looks_after_the_projects_of_another_community(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    found = await finished(neighbourhood)
    await found.custodian(found.residents[0])
    said = await aftercare.raise_attention(found.id, "Loose", by=found.residents[1])
    (check, *_) = await found.checks()
    stranger = elsewhere.coordinator
    for act in (
        aftercare.take_back_signature(found.id, 1, by=stranger),
        aftercare.answer_attention(found.id, said.id, "Hm", mended=True, by=stranger),
        aftercare.report_check(found.id, check.id, Outcome.GOOD, "", by=stranger),
        aftercare.step_back(found.id, uuid.uuid4(), "Hm", by=stranger),
    ):
        with pytest.raises(NotDelivered):
            await act
    assert await aftercare.attentions(found.id, community_id=elsewhere.id) == []
    assert await aftercare.looked_after(elsewhere.id) == []
    assert [one.project_id for one in await aftercare.looked_after(found.home.id, "bEnch")] == [
        found.id
    ]


async def test_a_delegate_does_nothing_of_it_for_another(neighbourhood: Neighbourhood) -> None:
    found: Finished = await finished(neighbourhood)
    one, two, *_ = found.residents
    await aftercare.write_covenant(found.id, COVENANT, base=0, by=one)
    for_another = community.Actor(
        one.member_id, found.home.id, frozenset({Role.RESIDENT}), on_behalf_of=two.member_id
    )
    for act in (
        aftercare.sign_covenant(found.id, 1, by=for_another),
        aftercare.write_covenant(found.id, "Other", base=1, by=for_another),
        aftercare.volunteer(found.id, by=for_another),
        aftercare.raise_attention(found.id, "Loose", by=for_another),
    ):
        with pytest.raises(NotForAnother):
            await act
