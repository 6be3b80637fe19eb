"""Killed while a drive is settled, a request approved, a project stopped: the same in the end.

Each is played on two projects alike. On one nothing happens; on the other the process is killed
before anything is written, when all is written and nothing stored, or when all is stored and nobody
has heard of it. Then the same is done again, as the next run of a job does, or a person who got no
answer. Both projects then have the same money, to the fen, and the same rows.
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import ledger
from community import Actor
from marketplace import delivery
from marketplace.delivery import Disbursement
from marketplace.errors import MarketplaceError
from marketplace.evaluation.stopping import stop_project
from marketplace.funding.pledging import pledge_minutes
from marketplace.funding.settling import settle_due
from marketplace.funding.values import Drive
from tests.faults.money_child import APPROVE, BEGUN, SETTLE, STOP, STORED, WRITTEN
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.delivery_examples import Chosen
from tests.marketplace.delivery_examples import chosen as chosen_with_treasurer
from tests.marketplace.funding_examples import (
    card,
    cash,
    draft,
    fund_of,
    has_minutes,
    minutes_for,
    opened,
    paid,
    past_deadline,
    ratio,
    treasurer,
)

CHILD = Path(__file__).parent / "money_child.py"
HOUSE = Path(__file__).parent.parent.parent
BOUNDARIES = [BEGUN, WRITTEN, STORED]
GIVEN, PLEDGED = 30_000, 60


async def child(boundary: str, verb: str, by: Actor | None = None, about: object = None) -> int:
    """Run a Linli process of its own beside; return how it ended."""
    told = {"member": str(by.member_id), "community": str(by.community_id)} if by else {}
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), boundary, verb,
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOUSE), "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    _, errors = await program.communicate(json.dumps({**told, "about": str(about)}).encode())
    assert program.returncode in {0, -signal.SIGKILL}, errors.decode()[-2000:]
    return int(program.returncode or 0)


async def shown(owner: asyncpg.Connection, project_id: object) -> dict[str, Any]:
    """Return all that the book and the rows have of a project: what must be the same."""
    found = {}
    for name, asked in {
        "accounts": "SELECT kind, unit, credits_posted - debits_posted AS posted, debits_pending"
        " FROM account WHERE owner = $1 OR owner IN (SELECT id FROM drive WHERE project_id = $1)",
        "drive": "SELECT state, given_fen, matched_fen, pledged_minutes FROM drive"
        " WHERE project_id = $1",
        "gifts": "SELECT source, state, escrow_fen, due_fen, refunded_fen FROM contribution"
        " WHERE project_id = $1",
        "pledges": "SELECT state, minutes, returned_minutes FROM pledge WHERE project_id = $1",
        "calls": "SELECT stripe_call.kind, stripe_call.amount_fen, stripe_call.state"
        " FROM stripe_call JOIN contribution ON contribution.id = contribution_id"
        " WHERE project_id = $1",
        "delivery": "SELECT state FROM delivery WHERE project_id = $1",
        "requests": "SELECT disbursement.state, amount_fen, verdict FROM disbursement"
        " LEFT JOIN disbursement_decision ON disbursement_id = disbursement.id"
        " WHERE project_id = $1",
        "returns": "SELECT fen, minutes FROM giving_back WHERE project_id = $1",
    }.items():
        found[name] = sorted(tuple(row) for row in await owner.fetch(asked, project_id))
    return found


async def drive_to_end(home: Neighbourhood, owner: asyncpg.Connection, goal: int) -> Drive:
    """Open a drive with a card's gift, cash, a fund and hours; let its deadline be over."""
    keeper = await treasurer(home)
    fund = await fund_of(50_000, keeper)
    asked = draft(goal, goal_minutes=PLEDGED, matching=ratio(fund, 10_000))
    drive = await opened(home, asked)
    await paid(await card(drive, GIVEN, home.residents[0]))
    await card(drive, 500, home.residents[1])
    await cash(drive, 12_345, by=keeper)
    await minutes_for(home.residents[2], PLEDGED)
    await pledge_minutes(drive.id, PLEDGED, by=home.residents[2])
    await past_deadline(owner, drive)
    return drive


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("ended", ["reached", "missed"])
async def test_killed_while_a_drive_is_settled(
    neighbourhood: Neighbourhood,
    elsewhere: Neighbourhood,
    owner: asyncpg.Connection,
    *,
    boundary: str,
    ended: str,
) -> None:
    goal = 50_000 if ended == "reached" else 90_000
    await settle_due()
    alike = await drive_to_end(elsewhere, owner, goal)
    await settle_due()
    drive = await drive_to_end(neighbourhood, owner, goal)
    before = await shown(owner, drive.project_id)
    assert await child(boundary, SETTLE) == -signal.SIGKILL
    if boundary != STORED:
        assert await shown(owner, drive.project_id) == before, "nothing or all of it"
    assert await settle_due() == (0 if boundary == STORED else 1)
    found = await shown(owner, drive.project_id)
    assert found["drive"][0][0] == ended
    assert found == await shown(owner, alike.project_id)
    minutes = (0 if ended == "reached" else PLEDGED, 0)
    assert await has_minutes(neighbourhood.residents[2]) == minutes
    assert (await ledger.verify()).sound


async def approved_once(home: Neighbourhood) -> tuple[Chosen, Disbursement]:
    """Begin a project's work, ask for some of its money, and let the treasurer approve it."""
    made = await chosen_with_treasurer(home)
    await made.begun()
    asked = await made.ask(200)
    await delivery.approve(asked.id, by=made.treasurer)
    return made, asked


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_at_the_second_approval(
    neighbourhood: Neighbourhood,
    elsewhere: Neighbourhood,
    owner: asyncpg.Connection,
    boundary: str,
) -> None:
    alike, there = await approved_once(elsewhere)
    await delivery.approve(there.id, by=alike.coordinator)
    made, asked = await approved_once(neighbourhood)
    assert await child(boundary, APPROVE, made.coordinator, asked.id) == -signal.SIGKILL
    paid_out = (await made.book())[2]
    assert paid_out == (20_000 if boundary == STORED else 0)
    with suppress(MarketplaceError):  # it was paid, and says so
        await delivery.approve(asked.id, by=made.coordinator)
    assert await made.book() == (80_000, 0, 20_000)
    assert await shown(owner, made.project.id) == await shown(owner, alike.project.id)
    assert (await ledger.verify()).sound


@pytest.mark.parametrize("boundary", BOUNDARIES)
async def test_killed_while_a_project_is_stopped(
    neighbourhood: Neighbourhood,
    elsewhere: Neighbourhood,
    owner: asyncpg.Connection,
    boundary: str,
) -> None:
    alike, _ = await approved_once(elsewhere)
    await stop_project(alike.project.id, "The lane is dug up", by=alike.coordinator)
    made, _ = await approved_once(neighbourhood)
    assert await child(boundary, STOP, made.coordinator, made.project.id) == -signal.SIGKILL
    with suppress(MarketplaceError):  # it is stopped, and says so
        await stop_project(made.project.id, "The lane is dug up", by=made.coordinator)
    assert await made.book() == (0, 0, 0), "what was left went back to the public budget"
    assert await shown(owner, made.project.id) == await shown(owner, alike.project.id)
    assert (await ledger.verify()).sound
