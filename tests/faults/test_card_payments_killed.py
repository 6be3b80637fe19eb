"""Killed at each boundary between Linli, PostgreSQL and Stripe: the next run ends the same."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import ledger
from app.card_payments import calling, following, paying
from app.card_payments.differences import Kind
from app.card_payments.keys import keys
from app.card_payments.reconciling import reconcile
from marketplace.funding.contributing import give_up_contribution
from marketplace.funding.drives import cancel_drive
from marketplace.funding.values import Contribution, Drive
from tests.app.card_payments.front import Front, Message, fee_of, signed
from tests.app.card_payments.test_calls import FEN, begun, later, now, paid
from tests.faults.card_child import AFTER_CALL, AFTER_COMMIT, BEFORE_CALL
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import card, draft, lies, opened

CHILD = Path(__file__).parent / "card_child.py"
HOUSE = Path(__file__).parent.parent.parent
BOUNDARIES = [BEFORE_CALL, AFTER_CALL, AFTER_COMMIT]


async def child(boundary: str, verb: str, said: str = "") -> int:
    """Run a Linli process of its own beside; return how it ended."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), boundary, verb,
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOUSE), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    _, errors = await program.communicate(said.encode())
    assert program.returncode in {0, -signal.SIGKILL}, errors.decode()[-2000:]
    return int(program.returncode or 0)


async def state(
    home: Neighbourhood, front: Front, drive: Drive, gift: Contribution
) -> dict[str, Any]:
    """Return all that must be the same with and without a kill."""
    found = await now(gift)
    told = await front.get(f"payment_intents/{found.intent_id}")
    every = await front.get("payment_intents?limit=1000")
    ours = [one for one in every["data"] if one["metadata"].get("contribution") == str(gift.id)]
    charge = told["latest_charge"]
    return {
        "gift": (found.state, found.refunded_fen, found.due_fen, found.escrow_fen),
        "book": [await lies(home, kind) for kind in ("card_processor", "processor_fees")],
        "escrow": await lies(home, "escrow", drive.id),
        "payments": len(ours),
        "there": (told["status"], charge and charge["amount_refunded"]),
    }


async def sound(home: Neighbourhood, gift: Contribution) -> None:
    given = keys()
    assert given is not None
    found = await reconcile(given)
    assert [one for one in found.differences if one.contribution_id == gift.id] == []
    assert home.id not in {
        one.community_id for one in found.differences if one.kind is not Kind.UNKNOWN_PAYMENT
    }
    assert (await ledger.verify()).sound


async def next_run(owner: asyncpg.Connection, front: Front) -> None:
    """Let the time pass that a sent call is left alone for, and run what is due."""
    front.done.clear()  # keys are not what saves us: a day later Stripe forgets them
    for _ in range(2):
        await later(owner)
        await calling.make_due_calls()
        await following.follow_payments()


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_while_a_payment_is_made(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection, boundary: str
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    gift = await card(drive, FEN, neighbourhood.residents[0])
    assert await child(boundary, "create_payment") == -signal.SIGKILL
    await next_run(owner, front)
    assert await state(neighbourhood, front, drive, gift) == {
        "gift": ("started", 0, 0, 0),
        "book": [0, 0],
        "escrow": 0,
        "payments": 1,
        "there": ("requires_payment_method", None),
    }
    step = await paying.pay_by_card(await now(gift), await front.card())
    assert step.next is paying.Next.WAIT, "and it can be paid"


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_while_money_is_given_back(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection, boundary: str
) -> None:
    drive, gift = await paid(neighbourhood, front)
    await cancel_drive(drive.id, by=neighbourhood.coordinator, why="The lane is dug up")
    assert await child(boundary, "refund") == -signal.SIGKILL
    await next_run(owner, front)
    assert await state(neighbourhood, front, drive, gift) == {
        "gift": ("refunded", FEN, 0, 0),
        "book": [fee_of(FEN), -fee_of(FEN)],
        "escrow": 0,
        "payments": 1,
        "there": ("succeeded", FEN),
    }
    await sound(neighbourhood, gift)


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_while_a_payment_is_ended(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection, boundary: str
) -> None:
    drive, gift = await begun(neighbourhood)
    await give_up_contribution(gift.id, by=neighbourhood.residents[0])
    assert await child(boundary, "cancel_payment") == -signal.SIGKILL
    await next_run(owner, front)
    assert await state(neighbourhood, front, drive, gift) == {
        "gift": ("cancelled", 0, 0, 0),
        "book": [0, 0],
        "escrow": 0,
        "payments": 1,
        "there": ("canceled", None),
    }


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_while_a_message_is_taken_in(
    neighbourhood: Neighbourhood, front: Front, owner: asyncpg.Connection, boundary: str
) -> None:
    drive, gift = await begun(neighbourhood)
    await paying.pay_by_card(gift, await front.card())
    told = await front.get(f"payment_intents/{gift.intent_id}")
    message: Message = signed("payment_intent.succeeded", told)
    said = f"{message.signature}\n{message.body.decode()}"
    assert await child(boundary, "message", said) == -signal.SIGKILL
    assert (await now(gift)).state == ("paid" if boundary == AFTER_COMMIT else "started")
    assert await child("none", "message", said) == 0, "Stripe sends it again"
    await next_run(owner, front)
    assert await state(neighbourhood, front, drive, gift) == {
        "gift": ("paid", 0, 0, FEN),
        "book": [-(FEN - fee_of(FEN)), -fee_of(FEN)],
        "escrow": FEN,
        "payments": 1,
        "there": ("succeeded", 0),
    }
    await sound(neighbourhood, gift)
