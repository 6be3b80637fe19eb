"""Conflicts of interest at a project's money: shown, or refused where the rules say so."""

import asyncio
import dataclasses

import pytest

import community
import ledger
from app import conflicts
from community import Post, Role
from marketplace import delivery, evaluation
from marketplace.delivery import DisbursementDraft, DisbursementState, changes, errors
from marketplace.delivery.changes import MoveMoney
from marketplace.delivery.personal import take_over_deliveries
from marketplace.open_books import flag_rules, flagging
from marketplace.open_books.flag_rules import Part, Relation
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.delivery_examples import (
    PAPER,
    Chosen,
    apart,
    chosen,
    chosen_with_plan,
    kin,
)
from tests.marketplace.evaluation_examples import FINE, deliver, delivered, over
from tests.marketplace.plans_examples import kinds_told, member


async def begun(home: Neighbourhood, yuan: int = 1000) -> Chosen:
    here = await chosen(home, yuan)
    await here.begun()
    return here


async def public_flags(here: Chosen) -> set[tuple[Part, Part, Relation]]:
    found = await flagging.project_flags(here.project.id, community_id=here.home.id)
    return {(one.part, one.other, one.relation) for one in flag_rules.public(found)}


# --- kin and colleagues ---------------------------------------------------------------------------


async def test_kin_may_approve_and_everybody_can_read_that_there_is_a_tie(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    await kin(neighbourhood, here.undertaker, here.treasurer)
    paid = await here.paid(100)
    assert paid.state is DisbursementState.PAID
    assert (Part.APPROVER, Part.UNDERTAKER, Relation.TIED) in await public_flags(here)
    told = await conflicts.told_of(paid)
    assert set(told) == {here.treasurer.member_id}


async def test_a_colleague_may_approve_and_is_flagged(neighbourhood: Neighbourhood) -> None:
    here = await chosen_with_plan(neighbourhood, group_led_by=neighbourhood.residents[1])
    await here.begun()
    undertaking = await delivery.undertaking_of(here.project)
    assert undertaking.organisation_id is not None
    await community.give_post(
        undertaking.organisation_id,
        here.treasurer.member_id,
        Post.STAFF,
        by=neighbourhood.coordinator,
    )
    paid = await here.paid(100)
    assert set(await conflicts.told_of(paid)) == {here.treasurer.member_id}


@pytest.mark.parametrize("strict", [False, True])
async def test_nobody_ever_decides_about_their_own(
    neighbourhood: Neighbourhood,
    strict: bool,  # noqa: FBT001 (both ways a community can decide)
) -> None:
    here = await begun(neighbourhood)
    if strict:
        await apart(neighbourhood)
    asked = await here.ask()
    own = dataclasses.replace(here.undertaker, roles=here.undertaker.roles | {Role.TREASURER})
    with pytest.raises(errors.TiedToIt):
        await delivery.approve(asked.id, by=own)
    with pytest.raises(errors.TiedToIt):
        await delivery.refuse(asked.id, "No.", by=own)


async def test_two_approvers_who_are_kin_are_flagged_or_refused(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    other = await member(neighbourhood, "Second", Role.COORDINATOR)
    await community.record_kinship(
        here.treasurer.member_id,
        here.coordinator.member_id,
        community.KinKind.SPOUSE,
        evidence="Certificate, seen at the desk",
        by=other,
    )
    first, second = await here.ask(100), await here.ask(100)
    for one in (first, second):
        await delivery.approve(one.id, by=here.treasurer, watch=conflicts.watch)
    paid = await delivery.approve(first.id, by=here.coordinator, watch=conflicts.watch)
    assert set(await conflicts.told_of(paid)) == {
        here.treasurer.member_id,
        here.coordinator.member_id,
    }
    await apart(neighbourhood)
    with pytest.raises(errors.Conflicted):
        await delivery.approve(second.id, by=here.coordinator, watch=conflicts.watch)
    await delivery.approve(second.id, by=other, watch=conflicts.watch)
    assert (await here.book())[2] == 200 * YUAN


# --- who inspects and who approves ----------------------------------------------------------------


async def test_who_signed_off_approves_the_last_part_only_with_a_flag(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    await evaluation.close_due(at=over())
    asked = await here.ask(100)
    would = await conflicts.of_approval(asked, here.coordinator.member_id)
    assert [(one.part, one.other) for one in would] == [(Part.APPROVER, Part.INSPECTOR)]
    assert await conflicts.of_approval(asked, here.treasurer.member_id) == ()
    await delivery.approve(asked.id, by=here.treasurer, watch=conflicts.watch)
    await delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch)
    assert (Part.APPROVER, Part.INSPECTOR, Relation.SAME) in await public_flags(here)


async def test_who_signed_off_does_not_approve_where_the_rules_say_so(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    await apart(neighbourhood)
    asked = await here.ask(100)
    with pytest.raises(errors.Conflicted):
        await delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch)
    assert (await delivery.disbursement(asked.id, community_id=neighbourhood.id)).approvers == ()


async def test_who_approved_inspects_only_with_a_flag_or_not_at_all(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    await here.paid(100)
    await deliver(here)
    would = await flagging.flags(
        here.project.id, here.coordinator.member_id, Part.INSPECTOR, community_id=neighbourhood.id
    )
    assert [(one.part, one.other) for one in would] == [(Part.APPROVER, Part.INSPECTOR)]
    await apart(neighbourhood)
    with pytest.raises(evaluation.ApprovedItsMoney):
        await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    other = await member(neighbourhood, "Auditor", Role.AUDITOR)
    assert (await evaluation.sign(here.project.id, FINE, by=other)).passed


@pytest.mark.parametrize("_time", range(3))
async def test_signing_off_and_approving_at_once_never_both_where_the_rules_say_so(
    neighbourhood: Neighbourhood, _time: int
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(100)
    await deliver(here)
    await apart(neighbourhood)
    ended = await asyncio.gather(
        evaluation.sign(here.project.id, FINE, by=here.coordinator),
        delivery.approve(asked.id, by=here.coordinator, watch=conflicts.watch),
        return_exceptions=True,
    )
    refused = [one for one in ended if isinstance(one, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], (evaluation.ApprovedItsMoney, errors.Conflicted))


# --- hands that change ----------------------------------------------------------------------------


async def test_an_approval_of_who_carries_it_out_by_now_does_not_count(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen_with_plan(neighbourhood, group_led_by=neighbourhood.residents[1])
    await here.begun()
    asked = await here.ask(100)
    await delivery.approve(asked.id, by=here.treasurer)
    undertaking = await delivery.undertaking_of(here.project)
    assert undertaking.organisation_id is not None
    await community.give_post(
        undertaking.organisation_id,
        here.treasurer.member_id,
        Post.LEADER,
        by=neighbourhood.coordinator,
    )
    once = await delivery.approve(asked.id, by=here.coordinator)
    assert once.state is DisbursementState.APPROVED_ONCE
    assert (await here.book())[2] == 0
    third = await member(neighbourhood, "Third", Role.TREASURER)
    assert (await delivery.approve(asked.id, by=third)).state is DisbursementState.PAID


async def test_a_merge_of_an_approver_into_who_carries_it_out_ends_the_request(
    neighbourhood: Neighbourhood,
) -> None:
    """Somebody else of the group had asked, so asker and approver stay two people."""
    here = await chosen_with_plan(neighbourhood, group_led_by=neighbourhood.residents[1])
    await here.begun()
    undertaking = await delivery.undertaking_of(here.project)
    assert undertaking.organisation_id is not None
    second = neighbourhood.residents[3]
    await community.give_post(
        undertaking.organisation_id, second.member_id, Post.LEADER, by=neighbourhood.coordinator
    )
    asked = await here.ask(100)
    await delivery.approve(asked.id, by=here.treasurer)
    async with ledger.transaction():
        await take_over_deliveries(
            here.treasurer.member_id, second.member_id, by=neighbourhood.coordinator
        )
    after = await delivery.disbursement(asked.id, community_id=neighbourhood.id)
    assert after.state is DisbursementState.WITHDRAWN


# --- lines of the budget --------------------------------------------------------------------------


async def ask_of(here: Chosen, line: str, fen: int) -> delivery.Disbursement:
    draft = DisbursementDraft(fen, "Part", line)
    return await delivery.ask(here.project.id, draft, [PAPER], by=here.undertaker)


async def test_no_line_pays_more_than_it_was_planned_for(neighbourhood: Neighbourhood) -> None:
    here = await chosen_with_plan(neighbourhood)
    await here.begun()
    rails, seats = await delivery.lines_of(here.project)
    begun = await delivery.read_delivery(here.project.id, community_id=neighbourhood.id)
    assert await delivery.unplanned_fen(begun, (rails, seats)) == 0
    assert await delivery.unplanned_fen(begun, (rails,)) == seats.now_fen
    await ask_of(here, seats.label, seats.now_fen - 100)
    with pytest.raises(errors.BeyondLine) as refused:
        await ask_of(here, seats.label, 101)
    assert (refused.value.line, refused.value.free_fen) == (seats.label, 100)
    with pytest.raises(errors.BeyondLine) as refused:
        await ask_of(here, "", 1)
    assert refused.value.free_fen == 0
    again = await ask_of(here, seats.label, 100)
    await delivery.withdraw(again.id, by=here.undertaker)
    await ask_of(here, seats.label, 100)
    assert rails.now_fen == rails.promised_fen


async def test_an_accepted_change_moves_what_a_line_pays(neighbourhood: Neighbourhood) -> None:
    here = await chosen_with_plan(neighbourhood)
    await here.begun()
    rails, seats = await delivery.lines_of(here.project)
    move = MoveMoney(seats.label, rails.label, 60_000)
    asked_at = (await delivery.read_delivery(here.project.id, community_id=here.home.id)).began_at
    change = await changes.ask_change(
        here.project.id, move, "Steel is dearer.", by=here.undertaker, at=asked_at
    )
    await changes.decide_change(
        change.id, accept=True, answer="So it is.", by=here.coordinator, at=over()
    )
    with pytest.raises(errors.BeyondLine) as refused:
        await ask_of(here, seats.label, seats.promised_fen)
    assert refused.value.free_fen == seats.promised_fen - 60_000
    now = {one.label: one.now_fen for one in await delivery.lines_of(here.project)}
    assert now[rails.label] == rails.promised_fen + 60_000


# --- keys, and words told once --------------------------------------------------------------------


async def test_somebody_elses_key_is_refused_in_words(neighbourhood: Neighbourhood) -> None:
    here, other = await begun(neighbourhood), await chosen_with_plan(neighbourhood)
    await other.begun()
    with pytest.raises(errors.UnknownDisbursement):
        await delivery.ask(
            here.project.id,
            DisbursementDraft(100, "Rails"),
            [PAPER],
            by=here.undertaker,
            id=(await other.ask(1)).id,
        )
    news = await delivery.write_update(other.project.id, "News.", by=other.undertaker)
    with pytest.raises(errors.DeliveryMoved):
        await delivery.write_update(here.project.id, "Other.", by=here.undertaker, id=news.id)


async def test_each_step_is_told_once_and_who_carries_it_out_hears_of_a_stop(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    before = await kinds_told(here.undertaker)
    await evaluation.stop_project(here.project.id, "Unsafe.", by=here.coordinator)
    told = (await kinds_told(here.undertaker))[: -len(before) or None]
    assert told.count("delivery.stopped") == 1


async def test_a_closed_request_asks_nobody_any_more(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask()
    late = await member(neighbourhood, "Second treasurer", Role.TREASURER)
    await delivery.approve(asked.id, by=here.treasurer)
    await delivery.approve(asked.id, by=here.coordinator)
    for one in (here.treasurer, here.coordinator, late):
        unread = [
            message
            for message in await community.inbox(one.member_id, community_id=neighbourhood.id)
            if message.read_at is None and message.kind == "disbursement.asked"
        ]
        assert unread == []
