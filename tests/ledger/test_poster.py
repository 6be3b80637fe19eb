"""The group poster: an outcome for each journal, in order, whatever happens to the others."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

import ledger
from ledger import GroupPoster, Journal, LedgerError, Leg, Transfer
from tests.ledger.small_book import SmallBook, book

__all__ = ["book"]

SECONDS_MAX = 30


@pytest.fixture
async def poster(database: object) -> AsyncIterator[GroupPoster]:  # noqa: ARG001 (must be migrated)
    async with GroupPoster() as opened:
        yield opened


Outcome = tuple[Transfer, ...] | BaseException


async def all_at_once(poster: GroupPoster, *journals: Journal) -> list[Outcome]:
    """Hand journals in one after another without waiting for any outcome; then wait for all."""
    futures = [await poster.enqueue(journal) for journal in journals]
    async with asyncio.timeout(SECONDS_MAX):
        return await asyncio.gather(*futures, return_exceptions=True)


async def test_each_has_its_own_outcome(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    journals = [book.journal(book.move("elder", "volunteer", 1)) for _ in range(15)]
    outcomes = await all_at_once(poster, *journals)
    for journal, outcome in zip(journals[:10], outcomes[:10], strict=True):
        assert isinstance(outcome, tuple)
        assert [one.id for one in outcome] == [journal.legs[0].id]
        assert await ledger.journal(journal.legs[0].id) == outcome
    for journal, outcome in zip(journals[10:], outcomes[10:], strict=True):
        assert isinstance(outcome, ledger.NotEnough)
        assert await ledger.journal(journal.legs[0].id) == ()
    assert await book.posted("elder", "volunteer") == [0, 10]
    rows = [one.seq for outcome in outcomes[:10] if isinstance(outcome, tuple) for one in outcome]
    assert rows == sorted(rows), "booked in the order they came"


async def test_refused_leaves_no_trace_and_neighbours_stand(
    book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(100, "elder")
    await book.open("volunteer", "relief")
    stranger = ledger.AccountId(uuid.uuid4())
    good = book.move("elder", "volunteer", 60)
    bad = [
        book.journal(book.move("elder", "relief", 40), book.move("relief", "volunteer", 41)),
        book.journal(replace(book.move("elder", "relief"), credit=stranger)),
        book.journal(replace(book.move("elder", "relief"), unit=ledger.CNY)),
        book.journal(Leg.post(ledger.TransferId(uuid.uuid4()))),
        book.journal(Leg.reverse(good.id, reason="a"), Leg.reverse(good.id, reason="b")),
        book.journal(replace(good, amount=59)),
    ]
    last = book.move("volunteer", "relief", 60)
    outcomes = await all_at_once(poster, book.journal(good), *bad, book.journal(last))
    assert [type(outcome) for outcome in outcomes] == [
        tuple, ledger.NotEnough, ledger.UnknownAccount, ledger.UnitMismatch,
        ledger.UnknownTransfer, ledger.AlreadyResolved, ledger.KeyReused, tuple,
    ]  # fmt: skip
    assert await book.posted("elder", "volunteer", "relief") == [40, 0, 60]
    assert await book.count() == 3
    for journal in bad[:5]:
        for leg in journal.legs:
            assert await ledger.journal(leg.id) == ()


async def test_result_is_stored_for_good_when_it_is_given(
    book: SmallBook, poster: GroupPoster, owner: asyncpg.Connection
) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    (one,) = await poster.submit(book.journal(book.move("elder", "volunteer", 1)))
    found = await owner.fetchval("SELECT seq FROM transfer WHERE id = $1", one.id)
    assert found == one.seq


# --- order ----------------------------------------------------------------------------------------


async def test_hold_then_post_without_waiting(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(1, "elder")
    await book.open("volunteer")
    journals = []
    for _ in range(200):
        there, back = book.hold("elder", "volunteer"), book.hold("volunteer", "elder")
        legs = (there, Leg.post(there.id), back, Leg.void(back.id))
        journals += [book.journal(leg) for leg in legs]
        journals.append(book.journal(book.move("volunteer", "elder")))
    outcomes = await all_at_once(poster, *journals)
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert await book.posted("elder", "volunteer") == [1, 0]


async def test_hold_then_post_one_by_one(book: SmallBook, poster: GroupPoster) -> None:
    """Each is handed in while the one before may be under way in another lane."""
    await book.give(1, "elder")
    await book.open("volunteer")
    for _ in range(40):
        held = book.hold("elder", "volunteer")
        legs = (held, Leg.post(held.id), book.move("volunteer", "elder"))
        waiting = []
        for leg in legs:
            waiting.append(await poster.enqueue(book.journal(leg)))
            await asyncio.sleep(0)
        async with asyncio.timeout(SECONDS_MAX):
            await asyncio.gather(*waiting)


async def test_what_a_post_brings_can_be_spent_by_the_next(
    book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(1, "elder")
    await book.open("volunteer")
    for _ in range(40):
        held = book.hold("elder", "volunteer")
        await book.book(held)
        outcomes = await all_at_once(
            poster, book.journal(Leg.post(held.id)), book.journal(book.move("volunteer", "elder"))
        )
        assert not any(isinstance(outcome, BaseException) for outcome in outcomes), outcomes


async def test_what_a_reversal_brings_can_be_spent_by_the_next(
    book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(1, "elder")
    await book.open("volunteer")
    for _ in range(40):
        (moved,) = await book.book(book.move("elder", "volunteer"))
        outcomes = await all_at_once(
            poster,
            book.journal(Leg.reverse(moved.id, reason="wrong")),
            book.journal(book.move("elder", "volunteer")),
            book.journal(book.move("volunteer", "elder")),
        )
        assert not any(isinstance(outcome, BaseException) for outcome in outcomes), outcomes


async def test_refused_journal_handed_in_again_keeps_its_place(
    book: SmallBook, poster: GroupPoster
) -> None:
    """The second time it is decided after what came before it, and before what came after."""
    await book.give(100, "elder")
    await book.open("volunteer")
    held = book.hold("elder", "volunteer", 150)
    outcomes = await all_at_once(
        poster,
        book.journal(held),
        book.journal(book.move("issuance", "elder", 50)),
        book.journal(held),
        book.journal(Leg.post(held.id)),
    )
    assert [type(outcome) for outcome in outcomes] == [ledger.NotEnough, tuple, tuple, tuple]
    assert await book.posted("elder", "volunteer") == [0, 150]


async def test_one_id_with_two_contents_in_one_batch(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(100, "elder", "relief")
    await book.open("volunteer")
    leg = book.move("elder", "volunteer", 5)
    first = book.journal(leg)
    second = book.journal(book.move("relief", "issuance", 7, id=leg.id))
    outcomes = await all_at_once(poster, first, second, first, second)
    assert [type(outcome) for outcome in outcomes] == [
        tuple, ledger.KeyReused, tuple, ledger.KeyReused,
    ]  # fmt: skip
    assert outcomes[0] == outcomes[2]
    assert await book.posted("elder", "relief") == [95, 100]


async def test_id_of_a_stored_hold_reused_beside_its_post(
    book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(100, "elder", "relief")
    await book.open("volunteer", "donated")
    held = book.hold("elder", "volunteer", 50)
    await book.book(held)
    outcomes = await all_at_once(
        poster,
        book.journal(book.hold("relief", "donated", 5, id=held.id)),
        book.journal(Leg.post(held.id), book.move("relief", "donated", 1)),
    )
    assert [type(outcome) for outcome in outcomes] == [ledger.KeyReused, tuple]
    assert await book.posted("elder", "volunteer") == [50, 50]


@pytest.mark.parametrize("times", [20, 1500])
async def test_one_journal_from_many_callers_at_once(
    times: int, book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(100, "elder")
    await book.open("volunteer")
    journal = book.journal(book.move("elder", "volunteer", 5))
    outcomes = await all_at_once(poster, *[journal] * times)
    assert isinstance(outcomes[0], tuple), outcomes[0]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert await book.posted("volunteer") == [5]


# --- a queue that is full, callers that leave, a poster that stops --------------------------------


async def test_full_queue_holds_its_callers_back(book: SmallBook) -> None:
    await book.give(1000, "elder")
    await book.open("volunteer")
    handed_in = 0

    async def hand_in(poster: GroupPoster) -> "asyncio.Future[tuple[Transfer, ...]]":
        nonlocal handed_in
        future = await poster.enqueue(book.journal(book.move("elder", "volunteer")))
        handed_in += 1
        return future

    async with GroupPoster(queue_length_max=3, batch_legs_max=2) as poster:
        callers = [asyncio.create_task(hand_in(poster)) for _ in range(200)]
        for _ in range(2):
            await asyncio.sleep(0)
        assert handed_in <= 3, "only as many as there is room for"
        futures = await asyncio.gather(*callers)
        outcomes = await asyncio.gather(*futures)
    seqs = [one.seq for outcome in outcomes for one in outcome]
    assert seqs == sorted(seqs), "those who wait for room keep their order"
    assert await book.posted("volunteer") == [200]


async def test_caller_that_leaves_while_waiting_for_room(book: SmallBook) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    async with GroupPoster(queue_length_max=1) as poster:
        first = await poster.enqueue(book.journal(book.move("elder", "volunteer")))
        late = book.journal(book.move("elder", "volunteer"))
        waiting = asyncio.create_task(poster.submit(late))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await first
        again = await poster.submit(late)
        assert await poster.submit(late) == again
    assert await book.posted("volunteer") == [2]


@pytest.mark.parametrize("after", [0, 1, 3, 10])
async def test_cancelled_callers_have_one_definite_outcome(
    after: int, book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(25, "elder")
    await book.open("volunteer")
    journals = [book.journal(book.move("elder", "volunteer")) for _ in range(50)]
    tasks = [asyncio.create_task(poster.submit(journal)) for journal in journals]
    for _ in range(after):
        await asyncio.sleep(0.001)
    for task in tasks[::2]:
        task.cancel()
    async with asyncio.timeout(SECONDS_MAX):
        await asyncio.gather(*tasks, return_exceptions=True)
        # The poster books in order, so once a later one is answered the earlier ones are decided.
        await poster.submit(book.journal(book.move("issuance", "elder", 1)))
    stored = [await ledger.journal(journal.legs[0].id) for journal in journals]
    passed = sum(map(len, stored))
    assert await book.posted("elder", "volunteer") == [26 - passed, passed]
    assert passed <= 25
    for task, found in zip(tasks, stored, strict=True):
        if not task.cancelled():
            failed = task.exception()
            assert found == (() if failed else task.result())
    for journal, found in zip(journals, stored, strict=True):
        if found:
            assert await poster.submit(journal) == found


async def test_stop_while_busy_books_what_waits(book: SmallBook) -> None:
    await book.give(500, "elder")
    await book.open("volunteer")
    async with GroupPoster(batch_legs_max=50) as poster:
        journals = [book.journal(book.move("elder", "volunteer")) for _ in range(600)]
        futures = [await poster.enqueue(journal) for journal in journals]
    assert all(future.done() for future in futures)
    refused = [one for one in futures if one.exception() is not None]
    assert len(refused) == 100
    assert all(isinstance(one.exception(), ledger.NotEnough) for one in refused)
    assert await book.posted("volunteer") == [500]


async def test_stop_refuses_those_who_wait_for_room(book: SmallBook) -> None:
    await book.give(100, "elder")
    await book.open("volunteer")
    poster = GroupPoster(queue_length_max=2, batch_legs_max=1)
    async with asyncio.timeout(SECONDS_MAX):
        async with poster:
            journals = [book.journal(book.move("elder", "volunteer")) for _ in range(50)]
            tasks = [asyncio.create_task(poster.submit(journal)) for journal in journals]
            await asyncio.sleep(0)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    booked = 0
    for journal, outcome in zip(journals, outcomes, strict=True):
        found = await ledger.journal(journal.legs[0].id)
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, ledger.PosterClosed)
            assert found == ()
        else:
            assert found == outcome
            booked += 1
    assert await book.posted("volunteer") == [booked]


async def test_stopped_or_never_started_takes_nothing(book: SmallBook) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    journal = book.journal(book.move("elder", "volunteer"))
    poster = GroupPoster()
    with pytest.raises(ledger.PosterClosed):
        await poster.submit(journal)
    async with poster:
        pass
    with pytest.raises(ledger.PosterClosed):
        await poster.submit(journal)
    assert await ledger.journal(journal.legs[0].id) == ()


# --- trouble below --------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["\x00", "\ud800"], ids=["zero byte", "half a surrogate"])
async def test_what_the_database_cannot_hold_fails_alone(
    note: str, book: SmallBook, poster: GroupPoster
) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    good = [book.journal(book.move("elder", "volunteer")) for _ in range(4)]
    # Built by hand: the constructors of legs refuse such a note before it comes this far.
    bad = book.journal(replace(book.move("elder", "volunteer"), note=note))
    outcomes = await all_at_once(poster, *good[:2], bad, *good[2:])
    assert isinstance(outcomes[2], asyncpg.PostgresError | LedgerError)
    assert [type(outcome) for outcome in outcomes if outcome is not outcomes[2]] == [tuple] * 4
    assert await book.posted("volunteer") == [4]


async def test_killed_connections_book_each_journal_once(
    book: SmallBook, owner: asyncpg.Connection
) -> None:
    await book.give(2000, "elder", "relief")
    await book.open("volunteer", "donated")
    kill = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'linli' AND state <> 'idle' AND pid <> pg_backend_pid()
          AND query LIKE '%transfer%'
    """
    killed = 0
    async with asyncio.timeout(SECONDS_MAX), GroupPoster(batch_legs_max=60) as poster:
        journals = [
            book.journal(book.move(*sides))
            for _ in range(1200)
            for sides in (("elder", "volunteer"), ("relief", "donated"))
        ]
        futures = [await poster.enqueue(journal) for journal in journals]
        while not all(future.done() for future in futures):
            if killed < 6:
                killed += len(await owner.fetch(kill))
            await asyncio.sleep(0.002)
        outcomes = await asyncio.gather(*futures)
    assert killed, "some connection was killed at work"
    assert await book.posted("elder", "volunteer", "relief", "donated") == [800, 1200, 800, 1200]
    assert await book.count() == 2402
    for journal, outcome in zip(journals[::40], outcomes[::40], strict=True):
        assert await ledger.journal(journal.legs[0].id) == outcome


async def test_idle_connection_killed_is_opened_anew(
    book: SmallBook, poster: GroupPoster, owner: asyncpg.Connection
) -> None:
    await book.give(10, "elder")
    await book.open("volunteer")
    await poster.submit(book.journal(book.move("elder", "volunteer")))
    await owner.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'linli' AND query LIKE '%transfer%' AND state = 'idle'"
        " AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
    )
    await asyncio.sleep(0.05)
    async with asyncio.timeout(SECONDS_MAX):
        await poster.submit(book.journal(book.move("elder", "volunteer")))
    assert await book.posted("volunteer") == [2]


async def test_journal_of_ten_thousand_legs(book: SmallBook, poster: GroupPoster) -> None:
    await book.give(1, "elder")
    await book.open("volunteer")
    there_and_back = [
        book.move(*sides)
        for _ in range(5000)
        for sides in (("elder", "volunteer"), ("volunteer", "elder"))
    ]
    big = book.journal(*there_and_back)
    outcomes = await all_at_once(poster, big, book.journal(book.move("elder", "volunteer")))
    assert isinstance(outcomes[0], tuple)
    assert len(outcomes[0]) == 10_000
    assert [one.id for one in outcomes[0]] == [leg.id for leg in there_and_back]
    assert [one.debit_posted for one in outcomes[0]] == [0] * 10_000
    assert isinstance(outcomes[1], tuple)
    assert await ledger.book(big) == outcomes[0]
    assert await book.posted("elder", "volunteer") == [0, 1]
