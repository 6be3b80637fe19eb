"""The transfers of several accounts as one list, page by page, and balances up to a place."""

import random

import ledger
from ledger import AccountId
from tests.ledger.small_book import SmallBook, book
from tests.ledger.test_reading import busy, everything, posted

__all__ = ["book", "busy"]


async def test_a_trail_has_each_transfer_of_its_accounts_once(busy: SmallBook) -> None:
    every = await everything(busy)
    chance = random.Random(7)  # noqa: S311 (only for choosing)
    known = sorted({one.debit for one in every} | {one.credit for one in every})
    for size in (1, 2, 3, len(known)):
        own = chance.sample(known, size)
        expected = [one for one in reversed(every) if {one.debit, one.credit} & set(own)]
        found: list[ledger.Transfer] = []
        page: int | None = None
        while True:
            part = await ledger.trail(own, page=page, size=7)
            assert len(part.transfers) <= 7
            found += part.transfers
            page = part.older
            if page is None:
                break
        assert found == expected


async def test_a_trail_between_two_moments(busy: SmallBook) -> None:
    every = await everything(busy)
    own = [every[0].debit, every[0].credit]
    middle = every[len(every) // 2].created_at
    older = await ledger.trail(own, until=middle - middle.resolution, size=1000)
    newer = await ledger.trail(own, since=middle, size=1000)
    whole = await ledger.trail(own, size=1000)
    assert newer.transfers + older.transfers == whole.transfers


async def test_a_trail_of_nothing_and_of_no_account(book: SmallBook) -> None:
    empty = await book.open("escrow")
    assert (await ledger.trail([])).transfers == ()
    assert (await ledger.trail([AccountId(ledger.new_id())])).older is None
    assert empty is None or (await ledger.balances_at([], 5)) == {}


async def test_balances_up_to_a_place(busy: SmallBook) -> None:
    every = await everything(busy)
    accounts = sorted({one.debit for one in every} | {one.credit for one in every})
    for place in (0, every[10].seq, every[-1].seq, every[-1].seq + 100):
        found = await ledger.balances_at(accounts, place)
        until = [one for one in every if one.seq <= place]
        assert found == {one: posted(until, one) for one in accounts}
        assert sum(found.values()) == 0
