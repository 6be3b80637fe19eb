"""Turns the pages of both purses as one list, in bounded memory; never writes.

A page is found by the place in the book that it ends before (`seq`), and the book only grows, so a
page that was turned once says the same again. Both purses are read with the same place, and the
newest entries of the two make the page.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import ledger
from ledger import MINUTE, AccountId, CommunityId, Entry
from timebank.passbooks.values import Minutes, PassbookSums, Period, Purse

ENTRIES_AT_A_TIME = 500
_TRIES = 3

PurseEntry = tuple[Purse, Entry]


@dataclass(frozen=True, slots=True)
class Opened:
    """A member's purses, as far as there are any, and the period that is read."""

    accounts: Mapping[Purse, AccountId]
    period: Period


@dataclass(frozen=True, slots=True)
class Turned:
    """A page, newest first: its entries, what each purse held before them, and what comes next."""

    entries: tuple[PurseEntry, ...]
    before: Minutes
    older: int | None


async def opened(owner: UUID, *, community_id: UUID, period: Period) -> Opened:
    """Return a member's purses; one that was never needed is left out."""
    accounts = {}
    for purse in Purse:
        found = await ledger.find_account(
            community_id=CommunityId(community_id), kind=purse.value, unit=MINUTE, owner=owner
        )
        if found is not None:
            accounts[purse] = found.id
    return Opened(accounts, period)


async def turned(book: Opened, page: int | None, size: int) -> Turned:
    """Return the newest `size` entries before a place in the book, or the newest of all."""
    every: list[PurseEntry] = []
    more = False
    for purse, account in book.accounts.items():
        found = await ledger.statement(
            account,
            since=book.period.since,
            until=book.period.last_moment,
            page=page,
            size=size,
        )
        every += [(purse, entry) for entry in found.entries]
        more = more or found.older is not None
    every.sort(key=lambda one: one[1].transfer.seq, reverse=True)
    cut = size
    # A transfer between the two purses is one place in the book with two entries: never torn apart.
    while 0 < cut < len(every) and _place(every[cut - 1]) == _place(every[cut]):
        cut += 1
    shown, rest = every[:cut], every[cut:]
    # Of a purse without an entry before this place, the period's opening is all there is to know.
    empty = len({purse for purse, _entry in every}) < len(Purse)
    opening = await opening_of(book) if empty else {}
    before = {purse: _before(purse, shown, rest, opening) for purse in Purse}
    return Turned(tuple(shown), before, _place(shown[-1]) if rest or more else None)


def _before(purse: Purse, shown: list[PurseEntry], rest: list[PurseEntry], opening: Minutes) -> int:
    """Return what a purse held before the entries shown."""
    own = [entry for one, entry in shown if one is purse]
    if own:
        return own[-1].posted - own[-1].change
    older = next((entry for one, entry in rest if one is purse), None)
    return older.posted if older else opening.get(purse, 0)


def _place(one: PurseEntry) -> int:
    return one[1].transfer.seq


async def opening_of(book: Opened) -> dict[Purse, int]:
    """Return what each purse held right before the period, by the book."""
    moment = book.period.moment_before
    found = dict.fromkeys(Purse, 0)
    if moment is not None:
        for purse, account in book.accounts.items():
            found[purse] = (await ledger.balance(account, as_of=moment)).posted
    return found


async def _closing_of(book: Opened) -> dict[Purse, int]:
    """Return what each purse holds at the end of the period, by the book."""
    found = dict.fromkeys(Purse, 0)
    for purse, account in book.accounts.items():
        balance = await ledger.balance(account, as_of=book.period.last_moment)
        found[purse] = balance.posted
    return found


async def summed(book: Opened, *, pages_max: int | None = None) -> tuple[PassbookSums, list[int]]:
    """Add a period's lines up and compare; with the places where its pages begin, newest first.

    After `pages_max` pages it stops, and the sums are not complete. While somebody books on the
    purse at this very moment, lines and balance may be told apart by it: then both are read anew.
    """
    for _try in range(_TRIES):
        sums, places = await _summed_once(book, pages_max)
        if sums.reconciles or not sums.complete:
            break
    return sums, places


async def _summed_once(book: Opened, pages_max: int | None) -> tuple[PassbookSums, list[int]]:
    came, went = dict.fromkeys(Purse, 0), dict.fromkeys(Purse, 0)
    opening, closing = await opening_of(book), await _closing_of(book)
    places: list[int] = []
    lines, page = 0, None
    while pages_max is None or len(places) < pages_max:
        found = await turned(book, page, ENTRIES_AT_A_TIME)
        if not found.entries:
            break
        places.append(_place(found.entries[0]) + 1)
        for purse, entry in found.entries:
            side = came if entry.change > 0 else went
            side[purse] += abs(entry.change)
            lines += 1
        page = found.older
        if page is None:
            break
    complete = page is None
    return PassbookSums(opening, closing, came, went, lines, complete), places


async def forwards(book: Opened, places: list[int]) -> AsyncIterator[Turned]:
    """Yield a period's pages from the oldest on, each still newest first.

    `places` are where the pages begin: what was booked after they were noted is in none.
    """
    for place in reversed(places):
        yield await turned(book, place, ENTRIES_AT_A_TIME)
