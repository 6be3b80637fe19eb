"""The time bank's accounts in a community's book of minutes, and the grant that opens a member's.

- `member` (owner: the member; floor 0): minutes saved by giving, spent by receiving.
- `gifts` (owner: the member; floor 0): minutes that others gave them; spent by receiving, and
  never given on.
- `escrow` (floor 0): minutes on their way. They are held for it when a visit is asked for, before
  a volunteer is known, and pass through it when the visit is confirmed; it is empty in between.
- `issuance` (no floor, normal side debit): where minutes come from. What it owes is what all
  others have.
- `relief` (floor 0): the community's fund for elders in need.
- `donated` (floor 0): what members give to the community; it passes on to `relief` in the same
  journal, so that a statement of it tells every donation, and it is empty in between.
- `estate` (owner: a former member; floor 0): what somebody left who died or moved away, until
  heirs or the fund have it.

None of them but `issuance` may fall below 0. Each is opened the first time it is needed.
"""

from datetime import datetime
from uuid import UUID, uuid5

import community
import ledger
from community import Actor
from ledger import MINUTE, AccountId, CommunityId, Event, Origin, TransferId
from timebank.errors import InvalidRequest

MEMBER, GIFTS, ESTATE = "member", "gifts", "estate"
ESCROW, ISSUANCE, RELIEF, DONATED = "escrow", "issuance", "relief", "donated"
KINDS = (MEMBER, GIFTS, ESTATE, ESCROW, ISSUANCE, RELIEF, DONATED)


async def open_accounts(community_id: UUID) -> None:
    """Open the community's own accounts of minutes; those that exist stay as they are."""
    async with ledger.transaction():
        for kind in (ESCROW, RELIEF, DONATED, ISSUANCE):
            await own_account(kind, community_id=community_id)


async def member_account(member_id: UUID, *, community_id: UUID) -> AccountId:
    """Return a member's account of minutes; opened the first time it is needed."""
    return await owned_account(MEMBER, member_id, community_id=community_id)


async def gifts_account(member_id: UUID, *, community_id: UUID) -> AccountId:
    """Return a member's account of gifts received; opened the first time it is needed."""
    return await owned_account(GIFTS, member_id, community_id=community_id)


async def estate_account(member_id: UUID, *, community_id: UUID) -> AccountId:
    """Return the account of what a former member left; opened the first time it is needed."""
    return await owned_account(ESTATE, member_id, community_id=community_id)


async def owned_account(kind: str, owner: UUID, *, community_id: UUID) -> AccountId:
    """Return the account of minutes of this kind and owner, with floor 0; opened on need."""
    return await _account(kind, owner, community_id=community_id)


async def own_account(kind: str, *, community_id: UUID) -> AccountId:
    """Return one of the community's own accounts of minutes; opened the first time it is needed."""
    return await _account(kind, None, community_id=community_id)


async def _account(kind: str, owner: UUID | None, *, community_id: UUID) -> AccountId:
    book = CommunityId(community_id)
    found = await ledger.find_account(community_id=book, kind=kind, unit=MINUTE, owner=owner)
    if found is None and kind == ISSUANCE:
        found = await ledger.open_account(
            community_id=book, kind=kind, unit=MINUTE, floor=None, normal_side="debit"
        )
    if found is None:
        found = await ledger.open_account(community_id=book, kind=kind, unit=MINUTE, owner=owner)
    return found.id


async def opening_grant(
    member_id: UUID,
    minutes: int,
    *,
    community_id: UUID,
    by: Actor | None = None,
    at: datetime | None = None,
) -> None:
    """Give a member the minutes that the community starts them with, once in their life.

    The transfer's id is made from the member's: the same grant again changes nothing, and another
    amount is refused with `ledger.KeyReused`. `at` is when it was given, if not now. Raises
    `InvalidRequest` for less than a minute.
    """
    if minutes < 1:
        raise InvalidRequest("minutes", "not offered")
    grant = TransferId(uuid5(member_id, "opening grant"))
    by = by or community.system(community_id)
    async with ledger.transaction():
        issuance = await own_account(ISSUANCE, community_id=community_id)
        account = await member_account(member_id, community_id=community_id)
        if not await ledger.journal(grant):
            await community.record(
                "grant.opening",
                by=by,
                subject_kind="member",
                subject_id=member_id,
                details={"minutes": minutes},
            )
        await ledger.transfer(
            debit=issuance,
            credit=account,
            amount=minutes,
            unit=MINUTE,
            id=grant,
            origin=Origin(
                CommunityId(community_id),
                Event("opening_grant", member_id),
                by.member_id,
                effective_at=at,
            ),
            note="opening grant",
        )
