"""Refunds that did not go through: listed with what to do, asked for again, done by hand."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from litestar import Litestar

from app.card_payments import calling, stuck
from app.card_words import why_not_returned
from app.i18n import speaking
from app.main import create_app
from app.settings import settings
from community import Actor, Role, add_member
from marketplace.funding import payments
from marketplace.funding.contributing import hand_back
from marketplace.funding.drives import cancel_drive
from marketplace.funding.values import Contribution, ContributionState, LiesIn
from tests.app.card_payments.front import Front
from tests.app.card_payments.test_calls import FEN, now, paid
from tests.app.walking import Walker, walker
from tests.marketplace.conftest import Neighbourhood, actor, settle
from tests.marketplace.funding_examples import lies, treasurer

PAGE = "/funding/card-payments"


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    front: Front,  # noqa: ARG001 (its settings)
    database: object,  # noqa: ARG001 (it must be migrated)
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Litestar]:
    """Give the app with its doors open; no job runs."""
    monkeypatch.setenv("LINLI_DEMO", "true")
    settings.cache_clear()
    yield create_app()


async def refused(home: Neighbourhood, front: Front, code: str) -> Contribution:
    """Let a gift be due back, and the payment service refuse to give it back."""
    drive, gift = await paid(home, front)
    await cancel_drive(drive.id, by=home.coordinator, why="The lane is dug up")
    front.refuse_refunds, front.refusal = True, code
    await calling.make_due_calls()
    front.refuse_refunds = False
    return await now(gift)


async def seen(who: Walker) -> str:
    await who.open(PAGE)
    return who.words


async def test_the_treasurer_sees_what_did_not_go_back_and_asks_again(
    neighbourhood: Neighbourhood, front: Front, site: Litestar
) -> None:
    gift = await refused(neighbourhood, front, "balance_insufficient")
    assert gift.due_fen == FEN
    keeper = await treasurer(neighbourhood)
    async with walker(site) as mine:
        await mine.sign_in(keeper.member_id)
        words = await seen(mine)
        assert "1 gift should be back with its giver and is not." in words
        assert "Resident 1: ¥300" in words
        assert "send money there, and try again" in words
        assert "balance_insufficient" in words
        (told,) = (await mine.client.get(f"/api{PAGE}")).json()["stuck_refunds"]
        assert (told["contribution_id"], told["due_fen"]) == (str(gift.id), FEN)
        assert told["problem"] == "balance_insufficient"
        await mine.send_and_follow(told["ask_again"])
        assert "It is being asked for once more." in mine.words
        assert "should be back" not in await seen(mine), "it is under way"
        await calling.make_due_calls()
        assert (await mine.client.get(f"/api{PAGE}")).json()["stuck_refunds"] == []
    assert (await now(gift)).state is ContributionState.REFUNDED


async def test_many_are_asked_for_again_at_once(
    neighbourhood: Neighbourhood, front: Front, site: Litestar
) -> None:
    gifts = [await refused(neighbourhood, front, "insufficient_funds") for _ in range(2)]
    keeper = await treasurer(neighbourhood)
    async with walker(site) as mine:
        await mine.sign_in(keeper.member_id)
        assert "2 gifts should be back with their givers and are not." in await seen(mine)
        await mine.send_and_follow(f"{PAGE}/calls/again")
        assert "2 refunds are being asked for once more." in mine.words
    for _ in range(2):
        await calling.make_due_calls()
    for gift in gifts:
        assert (await now(gift)).refunded_fen == FEN
        told = await front.get(f"payment_intents/{gift.intent_id}")
        assert len(told["latest_charge"]["refunds"]["data"]) == 1


async def test_one_that_came_back_after_all_is_handed_back_by_hand(
    neighbourhood: Neighbourhood, front: Front, site: Litestar
) -> None:
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    await calling.make_due_calls()
    assert (await now(gift)).state is ContributionState.REFUNDED
    told = await front.get(f"payment_intents/{gift.intent_id}")
    (refund,) = told["latest_charge"]["refunds"]["data"]
    assert await stuck.stuck_refunds(neighbourhood.id) == []
    await payments.refund_failed(gift.id, refund["id"], FEN)
    keeper = await treasurer(neighbourhood)
    async with walker(site) as mine:
        await mine.sign_in(keeper.member_id)
        assert "the card or the account may be closed" in await seen(mine)
        assert "/again" not in mine.page
        await mine.open(f"/contributions/{gift.id}")
        await mine.send_and_follow(f"/contributions/{gift.id}/returned", through="cash_box")
        assert "should be back" not in await seen(mine)
    assert (await now(gift)).refunded_fen == FEN
    assert await lies(neighbourhood, "escrow", drive.id) == 0


async def test_what_was_handed_back_is_not_stuck_any_more(
    neighbourhood: Neighbourhood, front: Front
) -> None:
    gift = await refused(neighbourhood, front, "unheard_of")
    assert len(await stuck.stuck_refunds(neighbourhood.id)) == 1
    await hand_back(gift.id, by=await treasurer(neighbourhood), through=LiesIn.BANK)
    assert await stuck.stuck_refunds(neighbourhood.id) == []


async def test_neither_a_resident_nor_another_community_sees_or_asks(
    neighbourhood: Neighbourhood, front: Front, site: Litestar
) -> None:
    elsewhere = await settle()
    await refused(neighbourhood, front, "unheard_of")
    (one,) = await stuck.stuck_refunds(neighbourhood.id)
    other: Actor = await treasurer(elsewhere)
    auditor = actor(
        await add_member(community_id=neighbourhood.id, name="Tang", roles=(Role.AUDITOR,))
    )
    async with walker(site) as stranger:
        await stranger.sign_in(other.member_id)
        assert "should be back" not in await seen(stranger)
        assert (await stranger.client.get(f"/api{PAGE}")).json()["stuck_refunds"] == []
        for call in (one.call_id, uuid.uuid4()):
            assert (await stranger.send(f"{PAGE}/calls/{call}/again")).status_code == 404
    async with walker(site) as looking:
        await looking.sign_in(auditor.member_id)
        assert "should be back" in await seen(looking)
        assert "/again" not in looking.page
        assert (await looking.send(f"{PAGE}/calls/{one.call_id}/again")).status_code == 403
        assert (await looking.send(f"{PAGE}/calls/again")).status_code == 403
    async with walker(site) as resident:
        await resident.sign_in(neighbourhood.residents[0].member_id)
        assert (await resident.client.get(f"/api{PAGE}")).status_code == 403
    assert len(await stuck.stuck_refunds(neighbourhood.id)) == 1


@pytest.mark.parametrize(
    "problem",
    [
        "insufficient_funds", "charge_already_refunded", "charge_disputed", "resource_missing",
        "this community's payments are test, this one is live", stuck.CAME_BACK, "whatever",
    ],
)  # fmt: skip
def test_each_reason_says_what_to_do(problem: str) -> None:
    with speaking("en"):
        why, remedy = why_not_returned(problem)
        assert why.endswith(".")
        assert remedy.endswith(".")
        if problem != "whatever":
            assert (why, remedy) != why_not_returned("whatever")
