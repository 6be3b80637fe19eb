"""Who pays for a visit: what each payer could give now, holds in their order, and what passes.

Everything here is done within a verb's transaction, the book last. Two visits of one elder are
booked one after the other (`community.keep_active(..., alone=True)`), so that what the fund and the
community pay for an elder is never counted twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import ledger
from community import Actor
from ledger import (
    MINUTE,
    AccountId,
    Balance,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Leg,
    Origin,
    TransferId,
)
from timebank import rules
from timebank.accounts import (
    ESCROW,
    GIFTS,
    ISSUANCE,
    MEMBER,
    RELIEF,
    member_account,
    own_account,
)
from timebank.earning import earned_legs
from timebank.eligibility import may_use_own_now
from timebank.hours import relief_cover
from timebank.tables import VisitHoldRow
from timebank.values import Hold, Payer, Settlement, Visit, VisitPolicy

_SUBSIDISED: Final = """
SELECT coalesce(sum(coalesce(passed, minutes)), 0)::bigint AS minutes
FROM visit_hold JOIN visit ON visit.id = visit_hold.visit_id
WHERE visit_hold.community_id = {} AND visit.elder_id = {} AND payer = 'issuance'
"""

_HOLDS: Final = """
SELECT hold_id AS id, payer, account, minutes, passed FROM visit_hold
WHERE community_id = {} AND visit_id = {} ORDER BY place
"""

_KEEP: Final = """
INSERT INTO visit_hold (hold_id, community_id, visit_id, place, payer, account, minutes, held_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""


async def offers(
    elder_id: UUID, *, community_id: UUID, at: datetime, policy: VisitPolicy
) -> list[tuple[Payer, AccountId, int]]:
    """Return what each payer could set aside for an elder now, in minutes, nearest first."""
    relief = await _standing(RELIEF, None, community_id)
    pays = await relief_cover(
        elder_id, community_id=community_id, at=at, fund=max(relief.available, 0)
    )
    own = await _standing(MEMBER, elder_id, community_id)
    uses_own = await may_use_own_now(elder_id, community_id=community_id, at=at)
    gifts = await _standing(GIFTS, elder_id, community_id)
    issuance = await _standing(ISSUANCE, None, community_id)
    found = [
        (Payer.OWN, own.account, own.available if uses_own else 0),
        (Payer.GIFTS, gifts.account, gifts.available),
        (Payer.RELIEF, relief.account, min(pays, relief.available)),
        (Payer.ISSUANCE, issuance.account, await _first_use_left(elder_id, community_id, policy)),
    ]
    return [(payer, account, max(minutes, 0)) for payer, account, minutes in found]


async def covered(elder_id: UUID, *, community_id: UUID, at: datetime, policy: VisitPolicy) -> int:
    """Return how many minutes of visits could be booked for an elder now. Never writes."""
    found = await offers(elder_id, community_id=community_id, at=at, policy=policy)
    return sum(minutes for _payer, _account, minutes in found)


async def set_aside(visit: Visit, *, by: Actor, at: datetime, policy: VisitPolicy) -> None:
    """Hold the visit's minutes, from its payers in their order. Raises `NotEnoughMinutes`."""
    found = await offers(visit.elder_id, community_id=visit.community_id, at=at, policy=policy)
    accounts = {payer: account for payer, account, _minutes in found}
    shares = rules.share(
        visit.credit_booked, [(payer, minutes) for payer, _account, minutes in found]
    )
    escrow = await own_account(ESCROW, community_id=visit.community_id)
    legs = []
    for place, (payer, minutes) in enumerate(shares, 1):
        leg = Leg.hold(
            debit=accounts[payer],
            credit=escrow,
            amount=minutes,
            unit=MINUTE,
            note=visit.care_service.code,
        )
        legs.append(leg)
        await VisitHoldRow.raw(
            _KEEP,
            leg.id,
            visit.community_id,
            visit.id,
            place,
            payer.value,
            accounts[payer],
            minutes,
            at,
        )
    await ledger.book(Journal(tuple(legs), origin(visit, by, at)))


async def holds(visit: Visit) -> list[Hold]:
    """Return what a visit's payers set aside, nearest first; nothing before it is booked."""
    rows = await VisitHoldRow.raw(_HOLDS, visit.community_id, visit.id)
    return [Hold(**{**row, "payer": Payer(row["payer"])}) for row in rows]


async def let_go(visit: Visit, *, by: Actor, at: datetime) -> None:
    """Return everything to its payers, and forget that they had set it aside."""
    found = await holds(visit)
    if not found:
        return
    await VisitHoldRow.raw(
        "DELETE FROM visit_hold WHERE community_id = {} AND visit_id = {}",
        visit.community_id,
        visit.id,
    )
    legs = tuple(Leg.void(TransferId(one.id)) for one in found)
    await ledger.book(Journal(legs, origin(visit, by, at)))


async def pass_on(visit: Visit, minutes: int, *, by: Actor, at: datetime) -> None:
    """Settle a booked visit: so many minutes of help pass to the volunteer, the rest returns.

    One journal, whose id is the visit's `post_id`. Raises `NotEnoughMinutes` where the elder's own
    minutes do not cover what goes beyond the holds.
    """
    found = await holds(visit)
    split = rules.settle(minutes, visit.credit_per_hour, found)
    for one, passed in zip(found, split.from_holds, strict=True):
        await VisitHoldRow.raw(
            "UPDATE visit_hold SET passed = {} WHERE hold_id = {}", passed, one.id
        )
    escrow = await own_account(ESCROW, community_id=visit.community_id)
    legs = [
        Leg.post(TransferId(one.id), passed) if passed else Leg.void(TransferId(one.id))
        for one, passed in zip(found, split.from_holds, strict=True)
    ]
    legs += await _beyond(visit, split, escrow)
    legs += await _earned(visit, split.passed, escrow, at)
    await ledger.book(Journal(tuple(legs), origin(visit, by, at), JournalId(visit.post_id)))


async def pass_again(
    visit: Visit, minutes: int, *, was: JournalId, reason: str, by: Actor, at: datetime
) -> None:
    """Reverse a visit's settlement, and let the right minutes pass from the elder to the volunteer.

    `was` is the settlement's id, `visit.post_id` the new one's. Raises `NotEnoughMinutes` where
    the volunteer has spent what should go back, or the elder cannot pay what is missing.
    """
    undone = [
        one
        for one in reversed(await ledger.journal(was))
        if one.kind in {ledger.Kind.POST, ledger.Kind.TRANSFER}
    ]
    legs = [Leg.reverse(one.id, reason=reason) for one in undone]
    escrow = await own_account(ESCROW, community_id=visit.community_id)
    paid = sum(one.amount for one in undone if one.debit == escrow)
    found = await holds(visit)
    due = rules.settle(minutes, visit.credit_per_hour, found)
    for one, passed in zip(found, due.from_holds, strict=True):
        await VisitHoldRow.raw(
            "UPDATE visit_hold SET passed = {} WHERE hold_id = {}", passed, one.id
        )
        if passed:
            debit = AccountId(one.account)
            legs.append(Leg.transfer(debit=debit, credit=escrow, amount=passed, unit=MINUTE))
    legs += await _beyond(visit, due, escrow)
    legs += await _earned(visit, due.passed, escrow, at, instead_of=paid)
    if legs:
        await ledger.book(Journal(tuple(legs), origin(visit, by, at), JournalId(visit.post_id)))


def origin(visit: Visit, by: Actor, at: datetime) -> Origin:
    """Return who booked it and for whom; the consent stands in the history of the same visit."""
    return Origin(
        CommunityId(visit.community_id),
        Event("visit", visit.id),
        by.member_id,
        on_behalf_of=by.on_behalf_of,
        effective_at=at,
    )


async def _beyond(visit: Visit, split: Settlement, escrow: AccountId) -> list[Leg]:
    """Return the legs of what the elder pays beyond the holds: saved minutes first, then gifts."""
    if not split.beyond:
        return []
    gifts = await _standing(GIFTS, visit.elder_id, visit.community_id)
    own = await member_account(visit.elder_id, community_id=visit.community_id)
    from_own = min(split.beyond, max((await ledger.balance(own)).available, 0))
    if split.beyond - from_own > gifts.available:
        from_own = split.beyond - max(gifts.available, 0)  # the book says what is missing
    parts = ((own, from_own), (gifts.account, split.beyond - from_own))
    return [
        Leg.transfer(debit=account, credit=escrow, amount=minutes, unit=MINUTE)
        for account, minutes in parts
        if minutes
    ]


async def _earned(
    visit: Visit, minutes: int, escrow: AccountId, at: datetime, *, instead_of: int = 0
) -> Sequence[Leg]:
    if visit.volunteer_id is None:
        return ()  # nothing was set aside, so nothing passes
    return await earned_legs(
        visit.volunteer_id,
        minutes,
        source=escrow,
        community_id=visit.community_id,
        at=visit.checked_in_at or at,
        instead_of=instead_of,
    )


async def _standing(kind: str, owner: UUID | None, community_id: UUID) -> Balance:
    """Return an account's balance; nothing where it was never needed: looking opens none."""
    found = await ledger.find_account(
        community_id=CommunityId(community_id), kind=kind, unit=MINUTE, owner=owner
    )
    if found is None:
        return Balance(AccountId(owner or community_id), MINUTE, 0, 0)
    return await ledger.balance(found.id)


async def _first_use_left(elder_id: UUID, community_id: UUID, policy: VisitPolicy) -> int:
    if not policy.first_use_minutes:
        return 0
    rows: Sequence[dict[str, Any]] = await VisitHoldRow.raw(_SUBSIDISED, community_id, elder_id)
    return max(policy.first_use_minutes - int(rows[0]["minutes"]), 0)
