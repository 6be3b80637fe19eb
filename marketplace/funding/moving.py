"""Where given money goes: the legs of the book, and the row of a contribution that follows them.

What lies in a drive's escrow is, to the fen, the sum of `escrow_fen` of its contributions.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import ledger
from community import Actor
from ledger import AccountId, Leg, TransferId
from marketplace.funding.tables import ContributionRow, GivingBackRow
from marketplace.funding.values import Contribution, ContributionState, Drive, DriveState
from marketplace.money import (
    CARD_PROCESSOR,
    ESCROW,
    PROCESSOR_FEES,
    PROCESSOR_LOSSES,
    PROJECT_ACCOUNT,
    fen_account,
    origin,
)

EVENT: Final = "contribution"

_KEEP: Final = """
UPDATE contribution SET state = {}, refunded_fen = {}, disputed_fen = {}, due_fen = {},
    escrow_fen = {}, paid_at = {}, ended_at = {}, why = {}, intent_id = {}, charge_id = {}
WHERE id = {}
"""


@dataclass(frozen=True, slots=True)
class Places:
    """The accounts between which a contribution's money moves; `outside` is where it lies."""

    outside: AccountId
    escrow: AccountId
    project: AccountId
    losses: AccountId
    fees: AccountId


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount by where it comes from or goes to, in fen."""

    escrow: int = 0
    project: int = 0
    losses: int = 0


async def places(contribution: Contribution) -> Places:
    """Return the accounts of a contribution; opened the first time they are needed."""
    here = contribution.community_id
    return Places(
        outside=await fen_account(contribution.lies_in.value, community_id=here),
        escrow=await fen_account(ESCROW, contribution.drive_id, community_id=here),
        project=await fen_account(PROJECT_ACCOUNT, contribution.project_id, community_id=here),
        losses=await fen_account(PROCESSOR_LOSSES, community_id=here),
        fees=await fen_account(PROCESSOR_FEES, community_id=here),
    )


async def outside(kind: str, *, community_id: UUID) -> AccountId:
    """Return the account that shows where money lies outside the book."""
    return await fen_account(kind, community_id=community_id)


async def on_the_way_in(contribution: Contribution) -> tuple[AccountId, AccountId]:
    """Return the two accounts that a payment passes: from where it lies to the drive's escrow."""
    here = contribution.community_id
    return (
        await fen_account(contribution.lies_in.value, community_id=here),
        await fen_account(ESCROW, contribution.drive_id, community_id=here),
    )


async def fee_places(contribution: Contribution) -> tuple[AccountId, AccountId]:
    """Return the two accounts that a fee passes: from where the gift lies to the fees."""
    here = contribution.community_id
    return (
        await fen_account(contribution.lies_in.value, community_id=here),
        await fen_account(PROCESSOR_FEES, community_id=here),
    )


def leg(debit: AccountId, credit: AccountId, fen: int, key: UUID, *, note: str = "") -> Leg:
    """Return a leg that moves money at once, under an id made from what it is about."""
    return Leg.transfer(
        debit=debit,
        credit=credit,
        amount=ledger.Fen(fen),
        unit=ledger.CNY,
        id=TransferId(key),
        note=note,
    )


async def book(legs: list[Leg], *, by: Actor, event: str, subject: UUID) -> None:
    """Book legs as one journal; nothing where there are none. The last act of a verb."""
    if legs:
        await ledger.book(ledger.Journal(tuple(legs), origin(by, event, subject)))


async def keep(contribution: Contribution, **changes: Any) -> Contribution:
    """Write a contribution's row with these changes; its state follows from its amounts if paid."""
    changed = dataclasses.replace(contribution, **changes)
    if changed.paid_at is not None:
        changed = dataclasses.replace(changed, state=_state(changed))
    await ContributionRow.raw(
        _KEEP,
        changed.state.value,
        changed.refunded_fen,
        changed.disputed_fen,
        changed.due_fen,
        changed.escrow_fen,
        changed.paid_at,
        changed.ended_at,
        changed.why,
        changed.intent_id,
        changed.charge_id,
        changed.id,
    )
    return changed


def _state(contribution: Contribution) -> ContributionState:
    if contribution.due_fen:
        return ContributionState.REFUND_DUE
    gone = contribution.refunded_fen + contribution.disputed_fen
    if contribution.refunded_fen and gone >= contribution.amount_fen:
        return ContributionState.REFUNDED
    return ContributionState.PAID


async def wound_up(project_id: UUID) -> bool:
    """Say whether a project is over: what it had left went back to its sources, if it had any."""
    return bool(
        await GivingBackRow.raw(
            "SELECT FROM giving_back WHERE project_id = {}"
            " UNION ALL SELECT FROM delivery WHERE project_id = {}"
            " AND state IN ('stopped', 'closed') LIMIT 1",
            project_id,
            project_id,
        )
    )


async def goes_on_to_project(drive: Drive) -> bool:
    """Say whether money that comes now goes on to the project: its drive reached, not wound up."""
    return drive.state is DriveState.REACHED and not await wound_up(drive.project_id)


async def taken(drive: Drive, contribution: Contribution, fen: int) -> Parts:
    """Return where money comes from that leaves a contribution: escrow, project, community.

    First what lies in escrow of this very gift, then what its project has not spent or reserved,
    and what is left is the community's loss. The accounts stay locked until the transaction ends.
    """
    escrow = min(fen, contribution.escrow_fen)
    if escrow == fen or drive.state is not DriveState.REACHED:
        return Parts(escrow=escrow, losses=fen - escrow)
    all_places = await places(contribution)
    touched = [all_places.outside, all_places.escrow, all_places.project, all_places.losses]
    balances = await ledger.locked_balances(touched)
    free = max(0, balances[all_places.project].available)
    project = min(fen - escrow, free)
    return Parts(escrow=escrow, project=project, losses=fen - escrow - project)


def legs_out(found: Places, parts: Parts, key: UUID) -> list[Leg]:
    """Return the legs by which these parts leave the book."""
    return _legs(found, parts, key, out=True)


def legs_in(found: Places, parts: Parts, key: UUID) -> list[Leg]:
    """Return the legs by which these parts come back into the book."""
    return _legs(found, parts, key, out=False)


def _legs(found: Places, parts: Parts, key: UUID, *, out: bool) -> list[Leg]:
    named = (
        ("escrow", found.escrow, parts.escrow),
        ("project", found.project, parts.project),
        ("losses", found.losses, parts.losses),
    )
    return [
        leg(
            account if out else found.outside,
            found.outside if out else account,
            fen,
            uuid5(key, name),
        )
        for name, account, fen in named
        if fen
    ]


def is_card(kind: str) -> bool:
    """Say whether money that lies there lies with the card processor."""
    return kind == CARD_PROCESSOR
