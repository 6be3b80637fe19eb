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
from collections import deque
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
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
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
    """Books journals in shared transactions. Use it as `async with GroupPoster() as poster`.

    One batch is under way at a time. Two side by side, on two connections, were tried: the smaller
    batches cost more on both sides than working at once won.
    """

    def __init__(
        self, *, batch_legs_max: int = BATCH_LEGS_MAX, queue_length_max: int = QUEUE_LENGTH_MAX
    ) -> None:
        self._batch_legs_max = batch_legs_max
        self._room = asyncio.Semaphore(queue_length_max)
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        """Start to take journals."""
        self._task = asyncio.create_task(self._run(), name="group poster")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no more journals, book those that wait, and stop."""
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task

    async def submit(self, journal: Journal) -> tuple[Transfer, ...]:
        """Book a journal and return its transfers, once they are stored for good.

        Waits while the queue is full. Raises the `LedgerError` that says why not, or the
        database's error if it stayed out of reach; then the same journal may be handed in again.
        """
        return await (await self.enqueue(journal))

    async def enqueue(self, journal: Journal) -> "asyncio.Future[tuple[Transfer, ...]]":
        """Hand a journal in, waiting only for room in the queue; the future has the outcome.

        For a caller that hands in many and need not wait for each.
        """
        await self._room.acquire()
        if self._closing or self._task is None:
            self._room.release()
            raise PosterClosed("the group poster has stopped; nothing was booked")
        outcome = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(journal, outcome))
        self._arrived.set()
        return outcome

    async def _run(self) -> None:
        """Book batch after batch on one connection, until closed and empty."""
        connection = _Reconnecting()
        try:
            while self._queue or not self._closing:
                batch = self._take()
                if batch:
                    await _book_and_answer(connection, batch)
                else:
                    self._arrived.clear()
                    await self._arrived.wait()
        finally:
            await connection.close()

    def _take(self) -> list[_Waiting]:
        """Take what waits now, in the order it came, up to the limit."""
        batch: list[_Waiting] = []
        legs = 0
        while self._queue and legs < self._batch_legs_max:
            waiting = self._queue.popleft()
            batch.append(waiting)
            legs += len(waiting.journal.legs)
            self._room.release()
        return batch


class _Reconnecting:
    """The poster's own connection, opened anew after it was lost."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    async def get(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await engine().get_new_connection()
            await self._connection.execute(_SESSION)
        return self._connection

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


async def _book_and_answer(connection: _Reconnecting, batch: Sequence[_Waiting]) -> None:
    try:
        outcomes = await _book(connection, [waiting.journal for waiting in batch])
    except Exception as error:  # noqa: BLE001 (handed to each caller, none is lost)
        outcomes = [error] * len(batch)
    for waiting, outcome in zip(batch, outcomes, strict=True):
        _answer(waiting.outcome, outcome)


async def _book(
    connection: _Reconnecting, journals: Sequence[Journal]
) -> Sequence[Outcome | Exception]:
    """Run a batch until the database has taken it."""
    pause = _FIRST_PAUSE
    for attempt in range(1, TRIES_MAX + 1):
        try:
            open_connection = await connection.get()
            async with open_connection.transaction():
                return await write(open_connection, journals)
        except _AGAIN as error:
            _log.warning("batch failed, runs again: %s", type(error).__name__)
            connection.drop()  # whatever state it is in, a new one is in none
            if attempt == TRIES_MAX:
                raise
        except asyncpg.PostgresError:
            # Something the rules did not foresee. Alone, each journal gets its own answer.
            if len(journals) == 1:
                raise
            return [await _book_alone(connection, journal) for journal in journals]
        await asyncio.sleep(pause)
        pause *= 2
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _book_alone(connection: _Reconnecting, journal: Journal) -> Outcome | Exception:
    try:
        (outcome,) = await _book(connection, [journal])
    except Exception as error:  # noqa: BLE001 (handed to this journal's caller)
        return error
    return outcome


def _answer(future: "asyncio.Future[tuple[Transfer, ...]]", outcome: Outcome | Exception) -> None:
    if future.done():  # cancelled by its caller: the outcome stands in the book
        return
    if isinstance(outcome, LedgerError | Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
