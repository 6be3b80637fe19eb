"""Reads a passbook for pages and files: lines that name the visit or the other side. Never writes.

Who acts for another needs a delegation that covers the passbook; staff reads those of their own
community. Nobody sees a check-in code or where somebody lives in a passbook.
"""

import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, DelegatedAct, Role
from ledger import Account, AccountId, Balance, Kind
from timebank import visit_rows
from timebank.accounts import GIFTS, MEMBER
from timebank.errors import NotYours
from timebank.moving.clearing import CLEARING
from timebank.passbooks import entries
from timebank.passbooks.entries import Opened, Turned
from timebank.passbooks.values import (
    EVER,
    Passbook,
    PassbookLine,
    Period,
    Purse,
    WholePassbook,
)
from timebank.tables import VisitHoldRow
from timebank.values import Visit

LINES_ON_A_PAGE: Final = 20
LINES_ON_PAPER_MAX: Final = 1_000
PAGES_ADDED_UP: Final = 10
"""How many pages of 500 lines a page of the site adds up; a file adds up all."""

READERS: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR})
"""The staff who may read a member's passbook."""

_PASSBOOK: Final = frozenset({DelegatedAct.PASSBOOK})


async def passbook(
    by: Actor,
    *,
    of: UUID | None = None,
    period: Period = EVER,
    page: int | None = None,
    size: int = LINES_ON_A_PAGE,
) -> Passbook:
    """Return a page of a passbook, newest line first; `page` is the `older` of the page before.

    It is that of `by.principal`, or for staff that of the member `of` their community. Raises
    `NotYours`, `community.NotDelegated`, `UnknownMember`.
    """
    owner = await _owner(by, of)
    book = await entries.opened(owner, community_id=by.community_id, period=period)
    found = await entries.turned(book, page, size)
    sums = None
    if page is None:
        sums, _places = await entries.summed(book, pages_max=PAGES_ADDED_UP)
    saved, gifts = [await _balance(book, purse, owner) for purse in Purse]
    lines = await _lines(found, owner, by)
    return Passbook(owner, period, saved, gifts, tuple(lines), found.older, sums)


async def whole_passbook(
    by: Actor, *, of: UUID | None = None, period: Period = EVER
) -> WholePassbook:
    """Return all lines of a period, oldest first, in bounded memory however many there are.

    Raises what `passbook` raises.
    """
    owner = await _owner(by, of)
    book = await entries.opened(owner, community_id=by.community_id, period=period)
    sums, places = await entries.summed(book)
    return WholePassbook(owner, period, sums, _forwards(book, places, owner, by))


async def note_passbook_copy(member_id: UUID, *, by: Actor, period: str) -> None:
    """Write down that somebody of staff takes a copy of a member's passbook. Raises `NotYours`."""
    owner = await _owner(by, member_id)
    async with ledger.transaction():
        await community.record(
            "passbook.export",
            by=by,
            subject_kind="member",
            subject_id=owner,
            details={"period": period},
        )


async def _forwards(
    book: Opened, places: list[int], owner: UUID, by: Actor
) -> AsyncIterator[PassbookLine]:
    async for page in entries.forwards(book, places):
        for line in reversed(await _lines(page, owner, by)):
            yield line


async def _owner(by: Actor, of: UUID | None) -> UUID:
    """Return whose passbook it is, once it is sure that the actor may read it."""
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _PASSBOOK)
    if of is None or of == by.principal:
        return by.principal
    if by.on_behalf_of is not None or not READERS & by.roles:
        raise NotYours("read the passbook of")
    found = await community.member(of)
    if found.community_id != by.community_id:
        raise community.UnknownMember(of)
    return of


async def _balance(book: Opened, purse: Purse, owner: UUID) -> Balance:
    account = book.accounts.get(purse)
    if account is None:
        return Balance(AccountId(owner), ledger.MINUTE, 0, 0)
    return await ledger.balance(account)


async def _lines(page: Turned, owner: UUID, by: Actor) -> list[PassbookLine]:
    """Return a page's lines, newest first, with what they tell of others looked up in one go."""
    transfers = [entry.transfer for _purse, entry in page.entries]
    visits = {
        visit.id: _discreet(visit)
        for visit in await visit_rows.find(
            "visit.id = ANY({})",
            [one.event.id for one in transfers if one.event.kind == "visit"],
            community_id=by.community_id,
        )
    }
    held = await _held([one.of for one in transfers if one.of is not None], by.community_id)
    others = await ledger.named_accounts({entry.counterpart for _purse, entry in page.entries})
    hands = {one.actor for one in transfers if one.on_behalf_of is not None}
    names = await _names(visits.values(), others.values(), hands, by)
    balances = dict(page.before)
    lines = []
    for purse, entry in reversed(page.entries):
        balances[purse] = entry.posted
        transfer = entry.transfer
        other = others[entry.counterpart]
        visit = visits.get(transfer.event.id)
        other_id = _other_id(visit, owner) or other.owner
        settled = held.get(transfer.of) if transfer.of and transfer.kind is Kind.POST else None
        lines.append(
            PassbookLine(
                seq=transfer.seq,
                at=transfer.effective_at,
                booked_at=transfer.created_at,
                kind=transfer.event.kind,
                purse=purse,
                change=entry.change,
                saved=balances[Purse.SAVED],
                gifts=balances[Purse.GIFTS],
                visit=visit,
                gave=visit is not None and visit.volunteer_id == owner,
                other_name=names.get(other_id, "") if other_id and other_id != owner else "",
                other_kind=other.kind,
                returned=settled - transfer.amount if settled is not None else 0,
                reversal=transfer.kind is Kind.REVERSAL,
                note=transfer.note,
                hand_name=names.get(transfer.actor, "") if transfer.on_behalf_of else "",
            )
        )
    return lines[::-1]


def _discreet(visit: Visit) -> Visit:
    """Return a visit without its code, place and wishes."""
    return dataclasses.replace(visit, code="", place="", wishes="")


def _other_id(visit: Visit | None, owner: UUID) -> UUID | None:
    """Return who the other one of a visit was."""
    if visit is None:
        return None
    return visit.elder_id if visit.volunteer_id == owner else visit.volunteer_id


async def _held(holds: list[ledger.TransferId], community_id: UUID) -> dict[UUID, int]:
    """Return the minutes of these holds of visits, by the hold's id."""
    rows = await VisitHoldRow.raw(
        "SELECT hold_id, minutes FROM visit_hold WHERE community_id = {} AND hold_id = ANY({})",
        community_id,
        holds,
    )
    return {row["hold_id"]: row["minutes"] for row in rows}


async def _names(
    visits: Iterable[Visit], others: Iterable[Account], hands: Iterable[UUID], by: Actor
) -> Mapping[UUID, str]:
    """Return the names of the people and communities that lines are about, and of `hands`."""
    people = set(hands)
    for visit in visits:
        people |= {one for one in (visit.elder_id, visit.volunteer_id) if one}
    places = set()
    for account in others:
        if account.owner is not None and account.kind in (MEMBER, GIFTS):
            people.add(account.owner)
        elif account.owner is not None and account.kind == CLEARING:
            places.add(account.owner)
    names = await community.named_members(people, community_id=by.community_id)
    for place in places:
        names[place] = (await community.community(place)).name
    return names
