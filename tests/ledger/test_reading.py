"""Reading the book: pages, moments and places, against sums made the slow way."""

import inspect
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

import ledger
from ledger import Entry, Kind, Leg, Transfer, reading
from ledger.tables import TransferRow
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]


async def everything(book: SmallBook) -> list[Transfer]:
    """Return all transfers of the community, in the book's order."""
    rows = await TransferRow.select(TransferRow.id).where(
        TransferRow.community_id == book.community_id
    ).order_by(TransferRow.seq)  # fmt: skip
    found = [await ledger.journal(ledger.TransferId(row["id"])) for row in rows]
    single = {one.seq: one for many in found for one in many}
    return [single[seq] for seq in sorted(single)]


def posted(transfers: list[Transfer], account: ledger.AccountId) -> int:
    return sum(
        one.amount * ((one.credit == account) - (one.debit == account))
        for one in transfers
        if one.kind in reading.POSTED
    )


def held(transfers: list[Transfer], account: ledger.AccountId) -> int:
    resolved = {one.of for one in transfers}
    return sum(
        one.amount
        for one in transfers
        if one.kind is Kind.HOLD and one.debit == account and one.id not in resolved
    )


@pytest.fixture
async def busy(book: SmallBook) -> SmallBook:
    """Give a book of some hundred transfers of every kind, singly and in journals."""
    await book.give(5000, "elder", "volunteer", "relief")
    await book.open("escrow")
    chance = random.Random(1204)  # noqa: S311 (only for mixing)
    for _ in range(60):
        debit, credit = chance.sample(["elder", "volunteer", "relief", "escrow"], 2)
        amount = chance.randint(1, 9)
        hold = book.hold("elder", credit if credit != "elder" else "escrow", amount + 5)
        match chance.randrange(5):
            case 0:
                await book.book(hold)
            case 1:
                await book.book(hold, Leg.post(hold.id, amount))
            case 2:
                await book.book(hold)
                await book.book(Leg.void(hold.id))
            case 3:
                move = book.move("volunteer", "relief", amount)
                await book.book(move)
                await book.book(Leg.reverse(move.id, reason="wrong"))
            case _ if debit != "escrow":
                await book.book(book.move(debit, credit, amount), book.move("elder", "relief"))
    return book


async def test_balances_as_of_every_moment(busy: SmallBook) -> None:
    rows = await everything(busy)
    moments = sorted({one.created_at for one in rows})
    assert len(moments) > 50
    for moment in (moments[0] - timedelta(days=1), *moments[::5], moments[-1] + timedelta(days=1)):
        for asked in (moment - timedelta(microseconds=1), moment):
            then = [one for one in rows if one.created_at <= asked]
            trial = await ledger.trial_balance(busy.community_id, as_of=asked)
            assert trial.balanced
            lines = {line.account.id: line.balance for line in trial.lines}
            for account in busy.accounts.values():
                balance = await ledger.balance(account, as_of=asked)
                assert (balance.posted, balance.held) == (
                    posted(then, account),
                    held(then, account),
                )
                assert lines[account] == balance
    assert await ledger.trial_balance(busy.community_id) == await ledger.trial_balance(
        busy.community_id, as_of=moments[-1]
    )


async def test_unknown_account(book: SmallBook) -> None:
    stranger = ledger.AccountId(uuid.uuid4())
    with pytest.raises(ledger.UnknownAccount):
        await ledger.balance(stranger)
    with pytest.raises(ledger.UnknownAccount):
        await ledger.balance(stranger, as_of=datetime.now(UTC))
    assert (await ledger.statement(stranger)).entries == ()
    assert await ledger.journal(ledger.TransferId(uuid.uuid4())) == ()
    assert (await ledger.trial_balance(book.community_id)).lines == ()


# --- statements -----------------------------------------------------------------------------------


async def pages(account: ledger.AccountId, size: int, **more: object) -> list[Entry]:
    found: list[Entry] = []
    page: int | None = None
    while True:
        part = await ledger.statement(account, page=page, size=size, **more)  # type: ignore[arg-type]
        found += part.entries
        page = part.older
        if page is None:
            return found
        assert len(part.entries) == size


@pytest.mark.parametrize("size", [1, 2, 7, 50, 1000])
async def test_pages_are_the_whole_in_pieces(size: int, busy: SmallBook) -> None:
    rows = await everything(busy)
    for account in busy.accounts.values():
        mine = [one for one in reversed(rows) if account in (one.debit, one.credit)]
        found = await pages(account, size, kinds=tuple(Kind))
        assert [entry.transfer for entry in found] == mine
        moved = await pages(account, size)
        assert moved == [entry for entry in found if entry.transfer.kind in reading.POSTED]
        balance = 0
        for entry in reversed(moved):
            balance += entry.change
            assert entry.posted == balance
            assert entry.counterpart in busy.accounts.values()
            assert entry.counterpart != account
        assert balance == (await ledger.balance(account)).posted


async def test_exactly_one_page(book: SmallBook) -> None:
    await book.give(1, "elder", "volunteer")
    (account,) = await book.open("issuance", floor=None)
    assert (await ledger.statement(account, size=2)).older is None
    assert (await ledger.statement(account, size=1)).older is not None


async def test_page_stays_when_more_is_booked(book: SmallBook) -> None:
    await book.give(9, *(f"member {n}" for n in range(6)))
    account = book.accounts["issuance"]
    first = await ledger.statement(account, size=2)
    second = await ledger.statement(account, page=first.older, size=2)
    await book.give(9, "newcomer")
    assert await ledger.statement(account, page=first.older, size=2) == second


async def test_since_and_until_are_both_included(busy: SmallBook) -> None:
    account = busy.accounts["elder"]
    whole = await pages(account, 100, kinds=tuple(Kind))
    moments = sorted({entry.transfer.created_at for entry in whole})
    for since, until in (
        (moments[3], moments[-4]),
        (moments[5], moments[5]),
        (moments[0], moments[-1]),
        (moments[7], moments[6]),
        (moments[-1], None),
        (None, moments[0]),
        (moments[-1] + timedelta(microseconds=1), None),
        (None, moments[0] - timedelta(microseconds=1)),
    ):
        expected = [
            entry
            for entry in whole
            if (since is None or entry.transfer.created_at >= since)
            and (until is None or entry.transfer.created_at <= until)
        ]
        found = await pages(account, 4, kinds=tuple(Kind), since=since, until=until)
        assert found == expected


async def test_account_touched_by_thousands(book: SmallBook) -> None:
    await book.give(10_000, "elder")
    await book.open("relief")
    async with ledger.GroupPoster() as poster:
        futures = [
            await poster.enqueue(book.journal(book.move("elder", "relief"))) for _ in range(4000)
        ]
    assert all(future.exception() is None for future in futures)
    account = book.accounts["relief"]
    found = await pages(account, 999)
    assert [entry.posted for entry in found] == list(range(4000, 0, -1))
    last = await ledger.statement(account)
    assert len(last.entries) == reading.PAGE
    middle = found[2000].transfer
    then = await ledger.balance(account, as_of=middle.created_at)
    later = [entry for entry in found if entry.transfer.created_at <= middle.created_at]
    assert then.posted == max(entry.posted for entry in later)


async def test_open_holds_oldest_first(book: SmallBook) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    holds = [book.hold("elder", "volunteer") for _ in range(4)]
    booked = [one for leg in holds for one in await book.book(leg)]
    await book.book(Leg.void(holds[1].id))
    await book.book(Leg.post(holds[2].id))
    assert list(await ledger.open_holds(book.accounts["elder"])) == [booked[0], booked[3]]
    assert await ledger.open_holds(book.accounts["volunteer"]) == ()


async def test_named_and_found_accounts(book: SmallBook) -> None:
    elder, volunteer = await book.open("elder", "volunteer")
    named = await ledger.named_accounts({elder, volunteer, ledger.AccountId(uuid.uuid4())})
    assert {account.kind for account in named.values()} == {"elder", "volunteer"}
    found = await ledger.find_account(
        community_id=book.community_id, kind="elder", unit=ledger.MINUTE
    )
    assert found == named[elder]
    elsewhere = ledger.CommunityId(uuid.uuid4())
    assert not await ledger.find_account(community_id=elsewhere, kind="elder", unit=ledger.MINUTE)


# --- the place of a moment ------------------------------------------------------------------------


Place = tuple[int, datetime]


class UndoneError(Exception):
    """Rolls a test's rows back."""


INSERT = """
INSERT INTO transfer (amount, debit_posted, debit_held, credit_posted, credit_held, id,
    community_id, debit_account, credit_account, event_id, actor, kind, unit, event_kind,
    created_at)
VALUES (1, $1, 0, $2, 0, $3, $4, $5, $6, $3, $3, 'transfer', 'MINUTE', 'example', $7) RETURNING seq
"""
START = datetime(2100, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def strange_clock(book: SmallBook, *, backwards: bool) -> AsyncIterator[list[Place]]:
    """Write rows with gaps in their numbers, by a clock that may run backwards; then undo them."""
    await book.give(1000, "elder")
    await book.open("volunteer")
    chance = random.Random(95)  # noqa: S311 (only for mixing)
    stored: list[Place] = []
    with suppress(UndoneError):
        async with ledger.transaction() as transaction:
            connection = transaction.connection
            for n in range(60):
                for _ in range(chance.choice([0, 0, 1, 40])):
                    with suppress(asyncpg.CheckViolationError):  # takes a number, leaves no row
                        async with connection.transaction():
                            await connection.fetchval(
                                INSERT.replace("(1,", "(0,"), 0, 0, uuid.uuid4(),
                                book.community_id, book.accounts["elder"],
                                book.accounts["volunteer"], START,
                            )  # fmt: skip
                back = chance.choice([0, 0, 90]) if backwards else 0
                moment = START + timedelta(seconds=10 * n - back)
                seq = await connection.fetchval(
                    INSERT, 999 - n, n + 1, uuid.uuid4(), book.community_id,
                    book.accounts["elder"], book.accounts["volunteer"], moment,
                )  # fmt: skip
                stored.append((seq, moment))
            yield stored
            raise UndoneError


async def test_place_of_a_moment_with_gaps_in_the_numbers(book: SmallBook) -> None:
    async with strange_clock(book, backwards=False) as stored:
        seqs = [seq for seq, _ in stored]
        assert seqs[-1] - seqs[0] > 100, "there are gaps"
        for n, (seq, moment) in enumerate(stored):
            for within in (moment, moment + timedelta(seconds=9)):
                place = await reading.place_at(within)
                following = seqs[n + 1] if n + 1 < len(seqs) else seq + 1
                assert seq <= place < following
                balance = await ledger.balance(book.accounts["volunteer"], as_of=within)
                assert balance.posted == n + 1
        place = await reading.place_at(START - timedelta(microseconds=1))
        assert place < seqs[0]


async def test_place_is_a_prefix_that_balances_whatever_the_clock_did(book: SmallBook) -> None:
    async with strange_clock(book, backwards=True) as stored:
        assert [one[1] for one in stored] != sorted(one[1] for one in stored)
        for _, moment in stored:
            place = await reading.place_at(moment)
            reached = [one for one in stored if one[0] <= place]
            beyond = [one for one in stored if one[0] > place]
            if reached:
                assert reached[-1][1] <= moment
            if beyond:
                assert beyond[0][1] > moment
            balance = await ledger.balance(book.accounts["volunteer"], as_of=moment)
            assert balance.posted == len(reached)
            trial = await ledger.trial_balance(book.community_id, as_of=moment)
            assert trial.balanced


async def test_before_and_after_all(busy: SmallBook) -> None:
    account = busy.accounts["elder"]
    early, late = datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    assert await reading.place_at(early) == 0
    assert (await ledger.balance(account, as_of=early)).posted == 0
    assert await ledger.balance(account, as_of=late) == await ledger.balance(account)
    assert (await ledger.statement(account, since=late)).entries == ()
    assert (await ledger.statement(account, until=early)).entries == ()


# --- reading never writes -------------------------------------------------------------------------


async def test_no_reading_verb_writes(busy: SmallBook) -> None:
    """Each runs where PostgreSQL refuses every write, and none is forgotten here."""
    account, now = busy.accounts["elder"], datetime.now(UTC)
    (last,) = (await ledger.statement(account, size=1)).entries
    asked = {
        "balance": lambda: ledger.balance(account, as_of=now),
        "place_at": lambda: reading.place_at(now),
        "trial_balance": lambda: ledger.trial_balance(busy.community_id, as_of=now),
        "statement": lambda: ledger.statement(account, since=now, until=now),
        "journal": lambda: ledger.journal(last.transfer.id),
        "open_holds": lambda: ledger.open_holds(account),
        "named_accounts": lambda: ledger.named_accounts({account}),
        "balances_by_owner": lambda: ledger.balances_by_owner(
            busy.community_id, "member", ledger.MINUTE
        ),
        "transfers_between": lambda: ledger.transfers_between(last.transfer.debit, account),
        "passed_between": lambda: ledger.passed_between(last.transfer.debit, account, since=now),
    }
    verbs = {
        name
        for name, verb in inspect.getmembers(reading, inspect.iscoroutinefunction)
        if verb.__module__ == reading.__name__
    }
    assert verbs == set(asked)
    for ask in asked.values():
        async with ledger.transaction() as transaction:
            await transaction.connection.execute("SET TRANSACTION READ ONLY")
            await ask()
    async with ledger.transaction() as transaction:
        await transaction.connection.execute("SET TRANSACTION READ ONLY")
        await ledger.balance(account)
        await ledger.trial_balance(busy.community_id)
