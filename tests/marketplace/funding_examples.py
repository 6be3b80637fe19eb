"""Projects that a round chose, drives for them, and people with money and minutes to give."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg

import community
import ledger
from community import Actor, Role
from marketplace import Project, close_and_count
from marketplace.funding import payments
from marketplace.funding.contributing import keep_paper, receive_gift, start_contribution
from marketplace.funding.drives import open_drive
from marketplace.funding.matching import add_to_fund, found_fund
from marketplace.funding.values import (
    Contribution,
    ContributionId,
    Draft,
    Drive,
    Fund,
    Gift,
    Matching,
    MatchingKind,
    Source,
)
from marketplace.money import MEMBER, fen_account, minute_account, origin
from marketplace.reading import read_project
from tests.marketplace.conftest import Neighbourhood, actor

PAPER = b"%PDF-1.4 a receipt"


def soon(days: int = 10) -> datetime:
    """Return a moment some days from now."""
    return datetime.now(UTC) + timedelta(days=days)


async def chosen(home: Neighbourhood, yuan: int = 100) -> Project:
    """Give a project that a round chose, with its budget on its account."""
    opened = await home.round(budget_yuan=1000)
    project = await home.project(opened, "Bench", yuan)
    await home.voted(opened, [(project.number,), (project.number,)])
    await close_and_count(opened.id, by=home.coordinator)
    return await read_project(project.id, community_id=home.id)


def draft(goal_fen: int = 10_000, **how: object) -> Draft:
    """Return what a drive asks for."""
    given = {"goal_fen": goal_fen, "goal_minutes": 0, "deadline": soon(), **how}
    return Draft(**given)  # type: ignore[arg-type] # a test's own


async def opened(home: Neighbourhood, asked: Draft | None = None) -> Drive:
    """Open a drive for a chosen project."""
    project = await chosen(home)
    return await open_drive(project.id, asked or draft(), by=home.coordinator)


async def treasurer(home: Neighbourhood) -> Actor:
    """Add a treasurer to the community."""
    return actor(
        await community.add_member(community_id=home.id, name="Qian", roles=(Role.TREASURER,))
    )


async def cash(
    drive: Drive, fen: int, *, by: Actor, giver: Actor | None = None, **how: object
) -> Contribution:
    """Enter cash that somebody gave."""
    paper = await keep_paper(PAPER, "pdf", by=by)
    given = {
        "id": ContributionId(uuid.uuid4()),
        "source": Source.CASH,
        "amount_fen": fen,
        "receipt": paper,
        "received_on": (datetime.now(UTC) - timedelta(days=1)).date(),
        "member_id": giver.member_id if giver else None,
        "name": "" if giver else "Lao Wang",
        **how,
    }
    return await receive_gift(drive.id, Gift(**given), by=by)  # type: ignore[arg-type] # a test's own


async def card(drive: Drive, fen: int, by: Actor, **how: object) -> Contribution:
    """Begin a gift by card."""
    asked = {"amount_fen": fen, "source": Source.CARD, "by": by, **how}
    return await start_contribution(drive.id, **asked)  # type: ignore[arg-type] # a test's own


async def paid(gift: Contribution, at: datetime | None = None) -> Contribution:
    """Let the processor tell that a gift was paid."""
    return await payments.payment_succeeded(
        gift.id,
        intent_of(gift),
        f"ch_{gift.id.hex}",
        amount_fen=gift.amount_fen,
        at=at or datetime.now(UTC),
    )


async def past_deadline(owner: asyncpg.Connection, drive: Drive) -> None:
    """Let a drive's deadline be over, and everything of it be so much older."""
    earlier = timedelta(days=400)
    await owner.execute(
        "UPDATE drive SET opened_at = opened_at - $2::interval, deadline = deadline - $2::interval"
        " WHERE id = $1",
        drive.id,
        earlier,
    )
    await owner.execute(
        "UPDATE contribution SET paid_at = paid_at - $2::interval WHERE drive_id = $1",
        drive.id,
        earlier,
    )


async def calls_of(owner: asyncpg.Connection, gift: Contribution) -> list[tuple[str, int]]:
    """Return what the processor is asked for about a gift, in order."""
    found = await owner.fetch(
        "SELECT kind, amount_fen FROM stripe_call WHERE contribution_id = $1"
        " ORDER BY wanted_at, kind",
        gift.id,
    )
    return [(row["kind"], row["amount_fen"]) for row in found]


async def minutes_for(who: Actor, minutes: int) -> None:
    """Put minutes on a member's account."""
    here = ledger.CommunityId(who.community_id)
    issuance = await ledger.open_account(
        community_id=here, kind="issuance", unit=ledger.MINUTE, floor=None, normal_side="debit"
    )
    await ledger.transfer(
        debit=issuance.id,
        credit=await minute_account(MEMBER, who.member_id, community_id=who.community_id),
        amount=minutes,
        unit=ledger.MINUTE,
        origin=origin(community.system(who.community_id), "grant", who.member_id),
    )


async def fund_of(fen: int, by: Actor) -> Fund:
    """Found a matching fund with money from the public budget."""
    fund = await found_fund(f"Fund {uuid.uuid4().hex[:6]}", by=by)
    return await add_to_fund(fund.id, fen, by=by, came_from="public_budget", id=uuid.uuid4())


async def lies(home: Neighbourhood, kind: str, owner: uuid.UUID | None = None) -> int:
    """Return what an account of money shows."""
    account = await fen_account(kind, owner, community_id=home.id)
    return (await ledger.balance(account)).posted


async def has_minutes(who: Actor) -> tuple[int, int]:
    """Return a member's minutes: all, and those held."""
    account = await minute_account(MEMBER, who.member_id, community_id=who.community_id)
    found = await ledger.balance(account)
    return found.posted, found.held


def ratio(fund: Fund, cap_fen: int, percent: int = 100) -> Matching:
    """Return that a fund adds a share of what is given."""
    return Matching(fund.id, MatchingKind.RATIO, cap_fen, percent)


def intent_of(gift: Contribution) -> str:
    """Return an id such as the processor gives a payment."""
    return "pi_" + hashlib.sha256(gift.id.bytes).hexdigest()[:24]
