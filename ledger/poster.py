"""The second door: the group poster, for callers that need nothing else in their transaction.

While one batch commits, the next collects: no timer, so a lone journal does not wait and a crowd
shares each commit. Every journal has its own outcome; a refused one leaves no trace while its
neighbours stand.

A batch that fails as a whole (an id race, a deadlock with the first door, a lost connection) is run
again. That is safe because ids are keys: whatever the first run did store is found and answered,
and nothing is booked twice. A caller that is cancelled while it waits still has one definite
outcome, which the same journal, or `ledger.journal`, finds again.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple, Self

import asyncpg

from ledger.errors import LedgerError, PosterClosed
from ledger.posting import Connection, Outcome, write
from ledger.values import Journal, Transfer
from ledger.verbs import engine

BATCH_LEGS_MAX = 4000
"""The most legs that one batch takes, so that no caller waits long behind a crowd."""

QUEUE_LENGTH_MAX = 10_000
"""Journals that may wait; `submit` holds its caller back beyond that."""

TRIES_MAX = 8
"""How often a batch is run before its journals are told that the database is out of reach."""

_FIRST_PAUSE = 0.05

# One index look-up for each row of a batch: a hash of the whole table is never the better plan.
_SESSION = """
SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan
"""

# The server went away, or chose this transaction to end a deadlock: both end well if run again.
_AGAIN = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
    asyncpg.exceptions.OperatorInterventionError,
)

_log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    journal: Journal
    outcome: "asyncio.Future[tuple[Transfer, ...]]"


class GroupPoster:
    """Books journals in shared transactions. Use it as `async with GroupPoster() as poster`."""

    def __init__(
        self, *, batch_legs_max: int = BATCH_LEGS_MAX, queue_length_max: int = QUEUE_LENGTH_MAX
    ) -> None:
        self._batch_legs_max = batch_legs_max
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue(queue_length_max)
        self._worker: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        """Start to take journals."""
        self._worker = asyncio.create_task(self._run(), name="group poster")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no more journals, book those that wait, and stop."""
        self._closing = True
        await self._queue.put(None)
        if self._worker is not None:
            await self._worker
        if self._connection is not None:
            await self._connection.close()

    async def submit(self, journal: Journal) -> tuple[Transfer, ...]:
        """Book a journal and return its transfers, once they are stored for good.

        Waits while the queue is full. Raises the `LedgerError` that says why not, or the
        database's error if it stayed out of reach; then the same journal may be handed in again.
        """
        if self._closing or self._worker is None:
            raise PosterClosed("the group poster has stopped; nothing was booked")
        waiting = _Waiting(journal, asyncio.get_running_loop().create_future())
        await self._queue.put(waiting)
        return await waiting.outcome

    async def _run(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch, last = self._collect(first)
            try:
                outcomes = await self._book([waiting.journal for waiting in batch])
            except Exception as error:  # noqa: BLE001 (handed to each caller, none is lost)
                outcomes = [error] * len(batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _answer(waiting.outcome, outcome)
            if last:
                break
        self._refuse_rest()

    def _collect(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Take what waits now, up to the limit; tell whether the closing mark was among it."""
        batch, legs = [first], len(first.journal.legs)
        while legs < self._batch_legs_max:
            try:
                waiting = self._queue.get_nowait()
            except asyncio.QueueEmpty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
            legs += len(waiting.journal.legs)
        return batch, False

    async def _book(self, journals: Sequence[Journal]) -> Sequence[Outcome | Exception]:
        """Run a batch until the database has taken it."""
        pause = _FIRST_PAUSE
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return await self._book_once(journals)
            except _AGAIN as error:
                _log.warning("batch failed, runs again: %s", type(error).__name__)
                if attempt == TRIES_MAX:
                    raise
            except asyncpg.PostgresError:
                # Something the rules did not foresee. Alone, each journal gets its own answer.
                if len(journals) == 1:
                    raise
                return [await self._book_alone(journal) for journal in journals]
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _book_alone(self, journal: Journal) -> Outcome | Exception:
        try:
            (outcome,) = await self._book([journal])
        except Exception as error:  # noqa: BLE001 (handed to this journal's caller)
            return error
        return outcome

    async def _book_once(self, journals: Sequence[Journal]) -> list[Outcome]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await engine().get_new_connection()
            await self._connection.execute(_SESSION)
        async with self._connection.transaction():
            return await write(self._connection, journals)

    def _refuse_rest(self) -> None:
        """Answer those who slipped in behind the closing mark."""
        while not self._queue.empty():
            waiting = self._queue.get_nowait()
            if waiting is not None:
                _answer(waiting.outcome, PosterClosed("the group poster has stopped"))


def _answer(future: "asyncio.Future[tuple[Transfer, ...]]", outcome: Outcome | Exception) -> None:
    if future.done():  # cancelled by its caller: the outcome stands in the book
        return
    if isinstance(outcome, LedgerError | Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
