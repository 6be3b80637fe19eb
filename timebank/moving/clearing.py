"""The clearing accounts that stand between two communities' books, and what a move books in both.

Each book has an account of kind `clearing` for each other community, whose id is its owner. Above 0
it says what this community owes the other one; the other's account for this one says the same with
the opposite sign. No transfer leaves its book: a move is a journal in the old one and a journal in
the new one, both with ids made from the move's, booked in one transaction. So there is never one
without the other, and neither is ever there twice. The accounts have no floor of their own;
`agreeing.hold_room` decides under a lock.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

import ledger
from community import Actor
from ledger import (
    MINUTE,
    AccountId,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Leg,
    Origin,
    TransferId,
)
from timebank.accounts import GIFTS, MEMBER, owned_account
from timebank.moving.values import Luggage, Move

CLEARING: Final = "clearing"


async def clearing_account(community_id: UUID, other: UUID) -> AccountId:
    """Return a book's clearing account for another community; opened on need."""
    found = await find_clearing_account(community_id, other)
    if found is None:
        opened = await ledger.open_account(
            community_id=CommunityId(community_id),
            kind=CLEARING,
            unit=MINUTE,
            owner=other,
            floor=None,
        )
        return opened.id
    return found


async def find_clearing_account(community_id: UUID, other: UUID) -> AccountId | None:
    """Return a book's clearing account for another community; None where there is none yet."""
    found = await ledger.find_account(
        community_id=CommunityId(community_id), kind=CLEARING, unit=MINUTE, owner=other
    )
    return found.id if found else None


async def owed(community_id: UUID, other: UUID, *, as_of: datetime | None = None) -> int:
    """Return the minutes that a community owes another by its own book; below 0 it is owed."""
    account = await find_clearing_account(community_id, other)
    return 0 if account is None else (await ledger.balance(account, as_of=as_of)).posted


async def luggage_of(member_id: UUID, *, community_id: UUID) -> Luggage:
    """Return what a member has to take along."""
    balances = []
    for kind in (MEMBER, GIFTS):
        found = await ledger.find_account(
            community_id=CommunityId(community_id), kind=kind, unit=MINUTE, owner=member_id
        )
        balances.append(await ledger.balance(found.id) if found else None)
    saved, gifts = balances
    return Luggage(
        saved.posted if saved else 0,
        gifts.posted if gifts else 0,
        sum(balance.held for balance in balances if balance),
    )


async def book_move(move: Move, luggage: Luggage, *, into: UUID, by: Actor, at: datetime) -> None:
    """Pass the luggage out of the old book and into the new one, within the caller's transaction.

    `by` is the coordinator who takes the member in; the one who let go stands in the move.
    """
    here, there = move.community_id, move.to_community_id
    ways = [
        ("out", here, move.member_id, await clearing_account(here, there)),
        ("in", there, into, await clearing_account(there, here)),
    ]
    for way, book, member_id, clearing in ways:
        legs = []
        for kind, minutes in ((MEMBER, luggage.saved), (GIFTS, luggage.gifts)):
            if not minutes:
                continue
            own = await owned_account(kind, member_id, community_id=book)
            debit, credit = (own, clearing) if way == "out" else (clearing, own)
            key = TransferId(uuid5(move.id, f"{way} {kind}"))
            legs.append(
                Leg.transfer(debit=debit, credit=credit, amount=minutes, unit=MINUTE, id=key)
            )
        event = Event("move", move.id)
        hand = by.member_id if way == "in" else move.released_by or by.member_id
        origin = Origin(CommunityId(book), event, hand, effective_at=at)
        await ledger.book(Journal(tuple(legs), origin, JournalId(uuid5(move.id, way))))
