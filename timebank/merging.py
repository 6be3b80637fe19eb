"""The time bank's half of a merge, where two memberships of one person become one.

Minutes move by a transfer, saved ones and gifts, and the other membership's accounts are closed:
its passbook stays as it was, to be read as the former one. Visits keep the names that they were
given under.

A merge waits until the other membership has no visit under way: its minutes are held from its own
account, its check-in code is on its own page, and a visit that has begun is not handed on behind
the back of the person at the door.
"""

import dataclasses
from collections.abc import Collection
from typing import Final
from uuid import UUID, uuid5

import community
import ledger
from community import Actor
from ledger import MINUTE, CommunityId, Event, Origin, TransferId
from timebank import visit_rows
from timebank.accounts import GIFTS, MEMBER, owned_account
from timebank.errors import OpenVisits
from timebank.hours import take_over_hours
from timebank.tables import VisitRow
from timebank.values import Visit

_OPEN: Final = "('requested', 'offered', 'booked', 'under_way', 'finished', 'disputed')"

# Two index ranges, never one OR: a member's visits are few, a community's are not.
_TALLY = f"""
SELECT member_id, count(*) FILTER (WHERE state IN ('confirmed', 'resolved') AND gave) AS given,
    count(*) FILTER (WHERE state IN ('confirmed', 'resolved') AND NOT gave) AS received,
    count(*) FILTER (WHERE state IN {_OPEN}) AS open
FROM (
    SELECT elder_id AS member_id, state, false AS gave FROM visit
    WHERE community_id = {{}} AND elder_id = ANY({{}})
    UNION ALL
    SELECT volunteer_id, state, true FROM visit
    WHERE community_id = {{}} AND volunteer_id = ANY({{}})
) AS visits GROUP BY member_id
"""  # noqa: S608 (a piece of our own)


@dataclasses.dataclass(frozen=True, slots=True)
class Tally:
    """What a member did in the time bank: confirmed visits given and received, and open ones.

    `minutes` is the passbook's balance now.
    """

    given: int = 0
    received: int = 0
    open: int = 0
    minutes: int = 0


async def tally(member_ids: Collection[UUID], *, community_id: UUID) -> dict[UUID, Tally]:
    """Return what each of these members did; for one who did nothing, that too."""
    ids = list(member_ids)
    rows = await VisitRow.raw(_TALLY, community_id, ids, community_id, ids)
    counted = {row.pop("member_id"): row for row in rows}
    found = {}
    for member_id in ids:
        account = await _account(member_id, community_id)
        minutes = (await ledger.balance(account)).posted if account else 0
        found[member_id] = Tally(**counted.get(member_id, {}), minutes=minutes)
    return found


async def open_visits(member_id: UUID, *, community_id: UUID) -> list[Visit]:
    """Return the visits that a member receives or gives and that are not over, soonest first.

    The check-in codes are left out.
    """
    found = await visit_rows.find(
        f"(elder_id = {{}} OR volunteer_id = {{}}) AND visit.state IN {_OPEN}"
        " ORDER BY starts_at, visit.id",
        member_id,
        member_id,
        community_id=community_id,
    )
    return [dataclasses.replace(visit, code="") for visit in found]


async def refuse_open_visits(member_id: UUID, *, community_id: UUID) -> None:
    """Raise `OpenVisits` where a member has visits that are not over."""
    visits = await open_visits(member_id, community_id=community_id)
    if visits:
        raise OpenVisits([visit.id for visit in visits])


async def take_over_minutes(other: UUID, survivor: UUID, *, by: Actor) -> int:
    """Move all minutes of one membership to another and close its account; return how many.

    Within the transaction that merges the two in the register, after their rows are locked. Doing
    it again moves nothing. Raises `OpenVisits`, and `hours.HoursOpen` where a proposal waits.
    """
    async with ledger.transaction():
        await refuse_open_visits(other, community_id=by.community_id)
        await take_over_hours(other, survivor, by=by)
        accounts = {kind: await _account(other, by.community_id, kind) for kind in (MEMBER, GIFTS)}
        if not any(accounts.values()):
            return 0
        minutes = sum(
            [
                await _take_over(account, kind, other, survivor, by=by)
                for kind, account in accounts.items()
                if account is not None
            ]
        )
        await community.record(
            "passbook.merge",
            by=by,
            subject_kind="member",
            subject_id=survivor,
            details={"merged": str(other), "minutes": minutes},
        )
        return minutes


async def _take_over(
    account: ledger.AccountId, kind: str, other: UUID, survivor: UUID, *, by: Actor
) -> int:
    """Move what one purse holds to the survivor's of the same kind, and close it."""
    book = CommunityId(by.community_id)
    minutes = (await ledger.balance(account)).posted
    if minutes:
        key = uuid5(other, "merge" if kind == MEMBER else f"merge {kind}")
        await ledger.transfer(
            debit=account,
            credit=await owned_account(kind, survivor, community_id=by.community_id),
            amount=minutes,
            unit=MINUTE,
            id=TransferId(key),
            origin=Origin(book, Event("merge", other), by.member_id),
            note="merged",
        )
    await ledger.close_account(account, community_id=book)
    return minutes


async def _account(
    member_id: UUID, community_id: UUID, kind: str = MEMBER
) -> ledger.AccountId | None:
    found = await ledger.find_account(
        community_id=CommunityId(community_id), kind=kind, unit=MINUTE, owner=member_id
    )
    return found.id if found else None
