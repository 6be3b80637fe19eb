"""The marketplace's accounts in a community's book: where its money and its pledged hours are.

In fen (`CNY`):
- `public_budget` (no floor, normal side debit): public funds, granted outside this book.
- `round` (owner: the round; floor 0): the budget of a round, until its winners have it.
- `escrow` (owner: the funding drive; floor 0): what was given for a project, until the drive ends.
- `project` (owner: the project; floor 0): what a project may spend.
- `paid_out` (owner: the project; floor 0): what it has spent.
- `card_processor`, `cash_box`, `bank` (no floor, normal side debit): where given money lies outside
  this book: with Stripe, in the treasurer's box, in the bank.
- `matching_fund` (owner: the fund; floor 0): what stands ready to add to residents' gifts.
- `processor_fees`, `processor_losses` (no floor, normal side debit): what the processor kept, and
  what a dispute took back after it was spent. The community bears both.

In minutes (`MINUTE`):
- `member` (owner: the member): a member's own, as the time bank keeps them; a pledge holds some.
- `project` (owner: the project; floor 0): what was pledged or granted to a project, for those who
  help.
- `issuance` (no floor, normal side debit): where minutes come from, as the time bank keeps it.

None but those without a floor may fall below 0. Each is opened the first time it is needed.
"""

from typing import Final
from uuid import UUID

import ledger
from community import Actor
from ledger import AccountId

PUBLIC_BUDGET, ROUND_ACCOUNT, PROJECT_ACCOUNT = "public_budget", "round", "project"
ESCROW, PAID_OUT, MATCHING_FUND = "escrow", "paid_out", "matching_fund"
CARD_PROCESSOR, CASH_BOX, BANK = "card_processor", "cash_box", "bank"
PROCESSOR_FEES, PROCESSOR_LOSSES = "processor_fees", "processor_losses"
MEMBER, ISSUANCE = "member", "issuance"
OUTSIDE: Final = frozenset(
    {PUBLIC_BUDGET, CARD_PROCESSOR, CASH_BOX, BANK, PROCESSOR_FEES, PROCESSOR_LOSSES}
)
"""The kinds without a floor: they show, as debits, what lies or has gone outside this book."""


async def fen_account(kind: str, owner: UUID | None = None, *, community_id: UUID) -> AccountId:
    """Return the account of money of this kind and owner; opened the first time it is needed."""
    outside = kind in OUTSIDE
    account = await ledger.open_account(
        community_id=ledger.CommunityId(community_id),
        kind=kind,
        unit=ledger.CNY,
        owner=owner,
        floor=None if outside else 0,
        normal_side="debit" if outside else "credit",
    )
    return account.id


async def minute_account(kind: str, owner: UUID, *, community_id: UUID) -> AccountId:
    """Return the account of minutes of this kind and owner; opened the first time it is needed."""
    account = await ledger.open_account(
        community_id=ledger.CommunityId(community_id), kind=kind, unit=ledger.MINUTE, owner=owner
    )
    return account.id


async def issuance(*, community_id: UUID) -> AccountId:
    """Return the account that a community's minutes come from; opened when it is first needed."""
    account = await ledger.open_account(
        community_id=ledger.CommunityId(community_id),
        kind=ISSUANCE,
        unit=ledger.MINUTE,
        floor=None,
        normal_side="debit",
    )
    return account.id


def origin(by: Actor, event: str, subject: UUID) -> ledger.Origin:
    """Say in the book what caused a transfer, who did it, and for whom."""
    return ledger.Origin(
        community_id=ledger.CommunityId(by.community_id),
        event=ledger.Event(event, subject),
        actor=by.member_id,
        on_behalf_of=by.on_behalf_of,
    )
