"""A project's money on real PostgreSQL: asked for, approved by two, refused, stopped."""

import asyncio
import dataclasses
import random
import uuid

import pytest

import community
import ledger
from app.database import Engine
from community import Post, Role
from marketplace import delivery
from marketplace.delivery import (
    DeliveryState,
    DisbursementDraft,
    DisbursementId,
    DisbursementState,
    ReceiptDraft,
    errors,
    take_over_deliveries,
)
from marketplace.delivery.moving import locked, move
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.delivery_examples import (
    PAPER,
    Chosen,
    apart,
    chosen,
    chosen_with_plan,
    kin,
)
from tests.marketplace.plans_examples import kinds_told, member


async def begun(home: Neighbourhood, yuan: int = 1000) -> Chosen:
    here = await chosen(home, yuan)
    await here.begun()
    return here


async def moved(here: Chosen, *states: DeliveryState) -> None:
    async with ledger.transaction():
        for state in states:
            found = await locked(here.project.id, community_id=here.home.id)
            await move(found, state, by=here.coordinator)


async def test_money_is_held_when_asked_for_and_paid_at_the_second_approval(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(300)
    assert asked.state is DisbursementState.ASKED
    assert await here.book() == (1000 * YUAN, 300 * YUAN, 0)
    assert "disbursement.asked" in await kinds_told(here.treasurer)
    once = await delivery.approve(asked.id, by=here.treasurer)
    assert once.state is DisbursementState.APPROVED_ONCE
    assert await here.book() == (1000 * YUAN, 300 * YUAN, 0)
    twice = await delivery.approve(asked.id, by=here.coordinator, why="Seen it")
    assert twice.state is DisbursementState.PAID
    assert twice.approvers == (here.treasurer.member_id, here.coordinator.member_id)
    assert await here.book() == (700 * YUAN, 0, 300 * YUAN)
    assert "disbursement.paid" in await kinds_told(here.undertaker)
    with pytest.raises(errors.DisbursementMoved):
        await delivery.approve(asked.id, by=await member(neighbourhood, "T", Role.TREASURER))


async def test_nobody_approves_twice(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask()
    await delivery.approve(asked.id, by=here.treasurer)
    with pytest.raises(errors.ApprovedAlready):
        await delivery.approve(asked.id, by=here.treasurer)
    assert (await here.book())[2] == 0


async def test_others_than_treasurer_and_coordinator_do_not_decide(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask()
    auditor = await member(neighbourhood, "Auditor", Role.AUDITOR)
    for other in (neighbourhood.residents[2], auditor, neighbourhood.outsider):
        with pytest.raises(errors.NotYoursToDecide):
            await delivery.approve(asked.id, by=other)
        with pytest.raises(errors.NotYoursToDecide):
            await delivery.refuse(asked.id, "No", by=other)
    with pytest.raises(errors.UnknownDisbursement):
        await delivery.approve(asked.id, by=elsewhere.coordinator)
    acting = dataclasses.replace(
        here.treasurer,
        on_behalf_of=neighbourhood.residents[1].member_id,
        consent_id=uuid.uuid4(),
    )
    with pytest.raises(errors.NotYoursToDecide):
        await delivery.approve(asked.id, by=acting)


async def test_nobody_decides_about_what_they_ask_for_or_undertake(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask()
    with_role = dataclasses.replace(here.undertaker, roles=here.undertaker.roles | {Role.TREASURER})
    with pytest.raises(errors.TiedToIt) as refused:
        await delivery.approve(asked.id, by=with_role)
    assert refused.value.tie == "asker"
    with pytest.raises(errors.TiedToIt):
        await delivery.refuse(asked.id, "No", by=with_role)


async def test_kin_of_who_asks_do_not_decide_where_the_rules_say_so(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    await apart(neighbourhood)
    asked = await here.ask()
    await kin(neighbourhood, here.undertaker, here.treasurer)
    with pytest.raises(errors.TiedToIt) as refused:
        await delivery.approve(asked.id, by=here.treasurer)
    assert refused.value.tie == "kin"


async def test_members_of_the_undertaking_group_do_not_decide_where_the_rules_say_so(
    neighbourhood: Neighbourhood,
) -> None:
    await apart(neighbourhood)
    here = await chosen_with_plan(neighbourhood, group_led_by=neighbourhood.residents[1])
    await here.begun()
    asked = await here.ask()
    undertaking = await delivery.undertaking_of(here.project)
    assert undertaking.organisation_id is not None
    await community.give_post(
        undertaking.organisation_id,
        here.treasurer.member_id,
        Post.STAFF,
        by=neighbourhood.coordinator,
    )
    with pytest.raises(errors.TiedToIt) as refused:
        await delivery.approve(asked.id, by=here.treasurer)
    assert refused.value.tie == "organisation"
    second = await member(neighbourhood, "Second", Role.RESIDENT, Role.TREASURER)
    await community.give_post(
        undertaking.organisation_id, second.member_id, Post.LEADER, by=neighbourhood.coordinator
    )
    with pytest.raises(errors.TiedToIt) as refused:
        await delivery.approve(asked.id, by=second)
    assert refused.value.tie == "undertaker"


async def test_nothing_is_asked_for_beyond_the_balance_and_the_last_part_waits(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    with pytest.raises(errors.BeyondBalance) as refused:
        await here.ask(901)
    assert (refused.value.free_fen, refused.value.kept_back_fen) == (900 * YUAN, 100 * YUAN)
    await here.paid(500)
    await here.ask(300)
    with pytest.raises(errors.BeyondBalance) as refused:
        await here.ask(101)
    assert refused.value.free_fen == 100 * YUAN
    await here.ask(100)
    assert await here.book() == (500 * YUAN, 400 * YUAN, 500 * YUAN)
    await moved(here, DeliveryState.DELIVERED)
    with pytest.raises(errors.BeyondBalance):
        await here.ask(1)
    await moved(here, DeliveryState.JUDGED)
    await here.paid(100)
    assert await here.book() == (400 * YUAN, 400 * YUAN, 600 * YUAN)
    await moved(here, DeliveryState.CLOSED)
    with pytest.raises(errors.DeliveryMoved):
        await here.ask(1)


async def test_a_refusal_says_why_and_frees_the_money(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(400)
    await delivery.approve(asked.id, by=here.treasurer)
    with pytest.raises(errors.InvalidDelivery):
        await delivery.refuse(asked.id, " ", by=here.coordinator)
    # Whoever approved first may think again.
    refused = await delivery.refuse(asked.id, "The paper is of another shop.", by=here.treasurer)
    assert refused.state is DisbursementState.REFUSED
    assert [one.why for one in refused.decisions] == ["", "The paper is of another shop."]
    assert await here.book() == (1000 * YUAN, 0, 0)
    assert "disbursement.refused" in await kinds_told(here.undertaker)
    with pytest.raises(errors.DisbursementMoved):
        await delivery.withdraw(asked.id, by=here.undertaker)


async def test_who_asked_takes_it_back_and_nobody_else(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(400)
    with pytest.raises(errors.NotYourProject):
        await delivery.withdraw(asked.id, by=here.treasurer)
    for _ in range(2):
        back = await delivery.withdraw(asked.id, by=here.undertaker)
        assert back.state is DisbursementState.WITHDRAWN
    assert await here.book() == (1000 * YUAN, 0, 0)
    with pytest.raises(errors.DisbursementMoved):
        await delivery.approve(asked.id, by=here.treasurer)


async def test_a_request_is_made_once_for_each_key(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    key = DisbursementId(uuid.uuid4())
    draft = DisbursementDraft(100 * YUAN, "Rails")
    for _ in range(2):
        await delivery.ask(here.project.id, draft, [PAPER], by=here.undertaker, id=key)
    found = await delivery.disbursements(here.project.id, community_id=neighbourhood.id)
    assert [one.id for one in found] == [key]
    assert (await here.book())[1] == 100 * YUAN


@pytest.mark.parametrize(
    ("draft", "papers", "refusal"),
    [
        (DisbursementDraft(0, "Rails"), [PAPER], errors.InvalidDelivery),
        (DisbursementDraft(100, " "), [PAPER], errors.InvalidDelivery),
        (DisbursementDraft(100, "x" * 201), [PAPER], errors.InvalidDelivery),
        (DisbursementDraft(100, "Rails", "No such line"), [PAPER], errors.InvalidDelivery),
        (DisbursementDraft(100, "Rails"), [], errors.ReceiptUnfit),
        (DisbursementDraft(100, "Rails"), [PAPER] * 6, errors.ReceiptUnfit),
        (DisbursementDraft(100, "Rails"), [ReceiptDraft("x", "exe", b"MZ")], errors.ReceiptUnfit),
        (DisbursementDraft(100, "Rails"), [ReceiptDraft("x", "pdf", b"")], errors.ReceiptUnfit),
    ],
)
async def test_a_request_that_cannot_be_is_refused_and_holds_nothing(
    neighbourhood: Neighbourhood,
    draft: DisbursementDraft,
    papers: list[ReceiptDraft],
    refusal: type[errors.DeliveryError],
) -> None:
    here = await begun(neighbourhood)
    with pytest.raises(refusal):
        await delivery.ask(here.project.id, draft, papers, by=here.undertaker)
    assert await here.book() == (1000 * YUAN, 0, 0)
    assert await delivery.disbursements(here.project.id, community_id=neighbourhood.id) == []


async def test_papers_are_for_those_who_watch_unless_they_are_public(
    neighbourhood: Neighbourhood, elsewhere: Neighbourhood
) -> None:
    here = await begun(neighbourhood)
    both = [PAPER, dataclasses.replace(PAPER, name="offer.pdf", body=b"%PDF offer", public=True)]
    asked = await delivery.ask(
        here.project.id, DisbursementDraft(100, "Rails"), both, by=here.undertaker
    )
    auditor = await member(neighbourhood, "Auditor", Role.AUDITOR)
    closed, public = sorted(asked.receipts, key=lambda one: one.public)
    for reader in (here.undertaker, here.treasurer, here.coordinator, auditor):
        assert len(await delivery.receipts_for(asked, reader)) == 2
        paper = await delivery.receipt_file(
            asked.id, closed.id, community_id=neighbourhood.id, by=reader
        )
        assert (paper.name, paper.body) == (PAPER.name, PAPER.body)
    for stranger in (None, neighbourhood.residents[3], elsewhere.coordinator):
        assert await delivery.receipts_for(asked, stranger) == (public,)
        with pytest.raises(errors.UnknownReceipt):
            await delivery.receipt_file(
                asked.id, closed.id, community_id=neighbourhood.id, by=stranger
            )
    with pytest.raises(errors.UnknownDisbursement):
        await delivery.receipt_file(
            asked.id, public.id, community_id=elsewhere.id, by=elsewhere.coordinator
        )


async def test_stopping_ends_open_requests_and_gives_back_what_is_left(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    await here.paid(200)
    waiting = await here.ask(300)
    with pytest.raises(errors.NotYoursToDecide):
        await delivery.stop(here.project.id, "No", by=here.undertaker)
    with pytest.raises(errors.InvalidDelivery):
        await delivery.stop(here.project.id, " ", by=here.coordinator)
    ended = await delivery.stop(here.project.id, "The wall is unsafe.", by=here.coordinator)
    assert ended.state is DeliveryState.STOPPED
    after = await delivery.disbursement(waiting.id, community_id=neighbourhood.id)
    assert after.state is DisbursementState.STOPPED
    assert await here.book() == (0, 0, 200 * YUAN)
    steps = await delivery.delivery_moves(here.project.id, community_id=neighbourhood.id)
    assert steps[-1].why == "The wall is unsafe."
    with pytest.raises(errors.DeliveryMoved):
        await here.ask(1)
    with pytest.raises(errors.DeliveryMoved):
        await delivery.stop(here.project.id, "Again", by=here.coordinator)
    assert not (await ledger.verify()).findings


async def test_two_approvals_at_once_pay_once(neighbourhood: Neighbourhood) -> None:
    here = await begun(neighbourhood)
    deciders = [
        here.treasurer,
        here.coordinator,
        await member(neighbourhood, "Third", Role.TREASURER),
    ]
    asked = await here.ask(300)
    ends = await asyncio.gather(
        *(delivery.approve(asked.id, by=one) for one in deciders), return_exceptions=True
    )
    refused = [one for one in ends if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [errors.DisbursementMoved]
    assert await here.book() == (700 * YUAN, 0, 300 * YUAN)


@pytest.mark.parametrize("seed", range(4))
async def test_an_approval_and_a_withdrawal_at_once_end_in_one_of_the_two(
    neighbourhood: Neighbourhood, seed: int
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(300)
    await delivery.approve(asked.id, by=here.treasurer)
    acts = [
        delivery.approve(asked.id, by=here.coordinator),
        delivery.withdraw(asked.id, by=here.undertaker),
    ]
    random.Random(seed).shuffle(acts)  # noqa: S311 (an order, no secret)
    ends = await asyncio.gather(*acts, return_exceptions=True)
    assert sum(isinstance(one, errors.DisbursementMoved) for one in ends) == 1
    after = await delivery.disbursement(asked.id, community_id=neighbourhood.id)
    expected = {
        DisbursementState.PAID: (700 * YUAN, 0, 300 * YUAN),
        DisbursementState.WITHDRAWN: (1000 * YUAN, 0, 0),
    }
    assert await here.book() == expected[after.state]


async def test_two_requests_at_once_never_exceed_what_is_free(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    ends = await asyncio.gather(*(here.ask(500) for _ in range(3)), return_exceptions=True)
    refused = [one for one in ends if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [errors.BeyondBalance] * 2
    assert await here.book() == (1000 * YUAN, 500 * YUAN, 0)


async def test_stopping_and_the_second_approval_at_once_leave_no_hold(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(300)
    await delivery.approve(asked.id, by=here.treasurer)
    await asyncio.gather(
        delivery.approve(asked.id, by=here.coordinator),
        delivery.stop(here.project.id, "Unsafe", by=here.coordinator),
        return_exceptions=True,
    )
    after = await delivery.disbursement(asked.id, community_id=neighbourhood.id)
    paid = 300 * YUAN if after.state is DisbursementState.PAID else 0
    assert after.state in (DisbursementState.PAID, DisbursementState.STOPPED)
    assert await here.book() == (0, 0, paid)


async def test_the_tables_pay_only_on_two_approvals_of_others(
    neighbourhood: Neighbourhood, database: Engine
) -> None:
    here = await begun(neighbourhood)
    asked = await here.ask(300)
    await delivery.approve(asked.id, by=here.treasurer)
    with pytest.raises(Exception, match="two approvals"):
        await database._run_in_new_connection(  # noqa: SLF001 (straight at the tables)
            "UPDATE disbursement SET state = 'paid', closed_at = clock_timestamp() WHERE id = $1",
            [asked.id],
        )


async def test_a_merge_makes_one_decider_of_two_and_ends_what_they_both_asked_and_approved(
    neighbourhood: Neighbourhood,
) -> None:
    here = await begun(neighbourhood)
    again = await member(neighbourhood, "Treasurer again", Role.TREASURER)
    kept, ended = await here.ask(100), await here.ask(200)
    await delivery.approve(kept.id, by=again)
    async with ledger.transaction():
        await take_over_deliveries(again.member_id, here.treasurer.member_id, by=here.coordinator)
    with pytest.raises(errors.ApprovedAlready):
        await delivery.approve(kept.id, by=here.treasurer)
    await delivery.approve(ended.id, by=here.treasurer)
    async with ledger.transaction():
        await take_over_deliveries(
            here.treasurer.member_id, here.undertaker.member_id, by=here.coordinator
        )
    after = await delivery.disbursement(ended.id, community_id=neighbourhood.id)
    assert after.state is DisbursementState.WITHDRAWN
    assert await here.book() == (1000 * YUAN, 0, 0)
