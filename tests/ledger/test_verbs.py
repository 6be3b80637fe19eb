"""What the verbs met once and must not again, on the real book."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import ledger
from ledger import JournalId, Leg
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]

PAST = datetime.now(UTC) - timedelta(hours=1)


async def test_expired_hold_that_begins_a_journal_is_let_go(book: SmallBook) -> None:
    """Such a journal has the hold's id."""
    await book.give(10, "elder")
    await book.open("volunteer")
    await ledger.void_expired_holds(most=10**6)
    held = book.hold("elder", "volunteer", 5, expires_at=PAST)
    await book.book(held, book.move("elder", "volunteer", 1))
    assert await ledger.void_expired_holds() == 1
    assert await book.available("elder") == [9]


async def test_journal_id_used_on_other_accounts(book: SmallBook) -> None:
    await book.give(10, "elder", "relief")
    await book.open("volunteer", "donated")
    first = book.journal(book.move("elder", "volunteer"), id=JournalId(ledger.new_id()))
    second = book.journal(book.move("relief", "donated"), id=first.id)
    await ledger.book(first)
    async with asyncio.timeout(10):
        with pytest.raises(ledger.KeyReused):
            await ledger.book(second)
    assert await book.posted("relief") == [10]


async def test_part_of_a_journal_is_no_repeat_of_it(book: SmallBook) -> None:
    """Even where its other legs touch accounts that the part does not."""
    await book.give(10, "elder", "relief")
    await book.open("volunteer", "donated")
    legs = (book.move("elder", "volunteer"), book.move("relief", "donated"))
    await book.book(*legs)
    for leg in legs:
        with pytest.raises(ledger.KeyReused):
            await ledger.book(book.journal(leg, id=JournalId(legs[0].id)))
        with pytest.raises(ledger.KeyReused):
            await book.book(leg)
    assert len(await ledger.journal(legs[0].id)) == 2


async def test_account_opens_empty_so_its_floor_is_not_above_zero(book: SmallBook) -> None:
    with pytest.raises(ledger.InvalidLeg, match="opens empty"):
        await book.open("elder", floor=1)
    (account,) = await book.open("elder", floor=-60)
    assert await book.open("elder", floor=1) == [account]


async def test_sums_near_the_largest_on_the_real_book(book: SmallBook) -> None:
    """Holds that were let go, asked for again in one journal, and totals at the very edge."""
    largest = 2**63 - 1
    await book.open("issuance", floor=None)
    await book.open("elder", "volunteer")
    holds = [book.hold("issuance", "elder", largest) for _ in range(3)]
    for leg in holds:
        await book.book(leg)
        await book.book(Leg.void(leg.id))
    with pytest.raises(ledger.AlreadyResolved):
        await book.book(*[Leg.void(leg.id) for leg in holds])
    with pytest.raises(ledger.AlreadyResolved):
        await book.book(*[Leg.post(leg.id) for leg in holds])
    await book.book(book.move("issuance", "elder", largest))
    with pytest.raises(ledger.TooLarge):
        await book.book(book.move("issuance", "volunteer", 1))
    await book.book(book.move("elder", "volunteer", largest))
    assert await book.posted("issuance", "elder", "volunteer") == [-largest, 0, largest]
    with pytest.raises(ledger.TooLarge):
        await book.book(book.move("volunteer", "elder", 1))
