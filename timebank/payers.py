"""Who pays for a visit: what each payer could give now, holds in their order, and what passes.

Everything here is done within a verb's transaction, the book last. Two visits of one elder are
booked one after the other (`community.keep_active(..., alone=True)`), so that what the fund and the
community pay for an elder is never counted twice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from timebank.hours import relief_terms
from timebank.tables import VisitHoldRow
from timebank.values import Hold, Payer, Settlement, Visit, VisitPolicy

NOTHING: Final[Mapping[UUID, int]] = {}

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
    elder_id: UUID, *, community_id: UUID, at: datetime, policy: VisitPolicy, sure: bool = False
) -> list[tuple[Payer, AccountId, int]]:
    """Return what each payer could set aside for an elder now, in minutes, nearest first.

    With `sure`, within the transaction that books it: the accounts are locked, so that the last
    minutes, or the fund's reserve, are not promised to two visits at once.
    """
    relief = await relief_terms(elder_id, community_id=community_id, at=at)
    uses_own = await may_use_own_now(elder_id, community_id=community_id, at=at)
    first_use = await _first_use_left(elder_id, community_id, policy)
    asked: dict[str, UUID | None] = {MEMBER: elder_id, GIFTS: elder_id}
    if relief is not None:
        asked[RELIEF] = None
    if first_use:
        asked[ISSUANCE] = None
    if sure:
        asked[ESCROW] = None
    has = await _balances(asked, community_id, sure=sure)
    found = []
    if uses_own:
        found.append((Payer.OWN, has[MEMBER].account, has[MEMBER].available))
    found.append((Payer.GIFTS, has[GIFTS].account, has[GIFTS].available))
    if relief is not None:
        fund = max(has[RELIEF].available, 0)
        found.append((Payer.RELIEF, has[RELIEF].account, min(relief.cover(fund), fund)))
    if first_use:
        found.append((Payer.ISSUANCE, has[ISSUANCE].account, first_use))
    return [(payer, account, max(minutes, 0)) for payer, account, minutes in found]


async def _balances(
    asked: Mapping[str, UUID | None], community_id: UUID, *, sure: bool
) -> dict[str, Balance]:
    """Return the balances of accounts by their kind, and keep them so where one has to be sure."""
    if not sure:
        return {kind: await _standing(kind, owner, community_id) for kind, owner in asked.items()}
    accounts = {}
    for kind, owner in asked.items():
        found = await ledger.find_account(
            community_id=CommunityId(community_id), kind=kind, unit=MINUTE, owner=owner
        )
        if found is not None:
            accounts[kind] = found.id
    has = await ledger.locked_balances(accounts.values())
    return {
        kind: has[accounts[kind]] if kind in accounts else _nothing(owner or community_id)
        for kind, owner in asked.items()
    }


async def covered(elder_id: UUID, *, community_id: UUID, at: datetime, policy: VisitPolicy) -> int:
    """Return how many minutes of visits could be booked for an elder now. Never writes."""
    found = await offers(elder_id, community_id=community_id, at=at, policy=policy)
    return sum(minutes for _payer, _account, minutes in found)


async def set_aside(visit: Visit, *, by: Actor, at: datetime, policy: VisitPolicy) -> None:
    """Hold the visit's minutes, from its payers in their order. Raises `NotEnoughMinutes`."""
    escrow = await own_account(ESCROW, community_id=visit.community_id)
    found = await offers(
        visit.elder_id, community_id=visit.community_id, at=at, policy=policy, sure=True
    )
    accounts = {payer: account for payer, account, _minutes in found}
    shares = rules.share(
        visit.credit_booked, [(payer, minutes) for payer, _account, minutes in found]
    )
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
    back: Counter[UUID] = Counter()
    for leg in undone:
        back[leg.debit] += leg.amount
        back[leg.credit] -= leg.amount
    found = await holds(visit)
    due = rules.settle(minutes, visit.credit_per_hour, found)
    for one, passed in zip(found, due.from_holds, strict=True):
        await VisitHoldRow.raw(
            "UPDATE visit_hold SET passed = {} WHERE hold_id = {}", passed, one.id
        )
        if passed:
            debit = AccountId(one.account)
            back[debit] -= passed
            legs.append(Leg.transfer(debit=debit, credit=escrow, amount=passed, unit=MINUTE))
    kept = 0
    if visit.volunteer_id is not None:
        earner = await member_account(visit.volunteer_id, community_id=visit.community_id)
        kept = -back[earner]  # what was above a cap goes back to the fund it came from
    legs += await _beyond(visit, due, escrow, back)
    legs += await _earned(visit, due.passed, escrow, at, instead_of=kept)
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


async def _beyond(
    visit: Visit, split: Settlement, escrow: AccountId, back: Mapping[UUID, int] = NOTHING
) -> list[Leg]:
    """Return the legs of what the elder pays beyond the holds: saved minutes first, then gifts.

    `back` is what the same journal brings an account before.
    """
    if not split.beyond:
        return []
    gifts = await _standing(GIFTS, visit.elder_id, visit.community_id)
    own = await member_account(visit.elder_id, community_id=visit.community_id)
    saved = (await ledger.balance(own)).available + back.get(own, 0)
    given = max(gifts.available + back.get(gifts.account, 0), 0)
    from_own = min(split.beyond, max(saved, 0))
    if split.beyond - from_own > given:
        from_own = split.beyond - given  # the book says what is missing
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
        return _nothing(owner or community_id)
    return await ledger.balance(found.id)


def _nothing(owner: UUID) -> Balance:
    return Balance(AccountId(owner), MINUTE, 0, 0)


async def _first_use_left(elder_id: UUID, community_id: UUID, policy: VisitPolicy) -> int:
    if not policy.first_use_minutes:
        return 0
    rows: Sequence[dict[str, Any]] = await VisitHoldRow.raw(_SUBSIDISED, community_id, elder_id)
    return max(policy.first_use_minutes - int(rows[0]["minutes"]), 0)
