"""Runs the job library beside the app: each process takes deliveries from the one queue.

Jobs are shared by SKIP LOCKED and wake their worker by NOTIFY; where a notification is lost the
queue is looked at every few seconds anyway. A worker whose database goes away comes back with it.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.logconfig import logger as library_log
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import PgqException, RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

import community
from app import metrics
from app.database import Engine, connection_settings
from app.messages.delivering import LEASE, Delivering, Site
from app.messages.parcels import Carrier
from app.messages.queue import DELIVER, SPREAD, counts, late_deliveries, queue, tidy
from app.messages.rules import WAIT_MIN, Way
from app.messages.spreading import spread

log = structlog.get_logger("linli.message")

Outcome = TypeVar("Outcome")

CONNECTION: Final = "linli-messages"  # its name in PostgreSQL's list of sessions
LOOK: Final = timedelta(seconds=10)
BATCH: Final = 5
ALIVE: Final = timedelta(seconds=30)  # a worker that says nothing for so long is taken for dead
BACK_SECONDS: Final = 3
LATE: Final = timedelta(minutes=5)
NOTES_KEPT: Final = timedelta(days=7)

# Named one by one: the library would else take them from environment variables that may well
# belong to other programs (CHANNEL, TRIGGER, FUNCTION ...).
NAMES: Final = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)


def library_queries(connection: "asyncpg.Connection[asyncpg.Record]") -> Queries:
    """Return the library's queries on our names of its tables."""
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )


class Postman:
    """The worker of this process: spreads what was told and delivers what is due."""

    def __init__(
        self,
        engine: Engine,
        carriers: Mapping[Way, Carrier],
        site: Site,
        *,
        alive: timedelta = ALIVE,
        lease: timedelta = LEASE,
        look: timedelta = LOOK,
    ) -> None:
        self._engine, self._alive, self._look = engine, alive, look
        self._ways = frozenset(carriers)
        self._delivering = Delivering(engine, carriers, site, lease)
        self._stopping = asyncio.Event()
        self._queue: QueueManager | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take jobs."""
        library_log.disabled = True  # it writes down what failed in full; we say it without names
        self._task = asyncio.create_task(self._run(), name="messages")

    async def stop(self, seconds_max: float) -> None:
        """Let what is under way finish; after `seconds_max` it is left for the next worker."""
        self._stopping.set()
        if self._queue is not None:
            self._queue.shutdown.set()
        if self._task is None:
            return
        _done, late = await asyncio.wait({self._task}, timeout=seconds_max)
        for task in late:
            log.warning("deliveries left for the next worker")
            task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._work()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PgqException) as error:
                log.warning("messages wait for the database", why=type(error).__name__)
            except Exception:  # the queue holds what is to do; nothing is lost by beginning anew
                log.exception("the worker of messages failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), BACK_SECONDS)

    async def _work(self) -> None:
        connection = await asyncpg.connect(**connection_settings(CONNECTION))
        try:
            self._queue = QueueManager(library_queries(connection), Channel(NAMES.channel))
            self._queue.entrypoint(SPREAD)(self._spread)
            self._queue.entrypoint(DELIVER)(self._deliver)
            if self._stopping.is_set():
                return
            await self._queue.run(
                dequeue_timeout=self._look,
                batch_size=BATCH,
                max_concurrent_tasks=2 * BATCH,
                heartbeat_timeout=self._alive,
            )
        finally:
            self._queue = None
            connection.terminate()

    async def _spread(self, job: Job) -> None:
        await _or_again(job, spread(_subject(job), engine=self._engine, ways=self._ways))

    async def _deliver(self, job: Job) -> None:
        again = await _or_again(job, self._delivering.deliver(_subject(job)))
        if again is not None:
            raise RetryRequested(max(timedelta(), again - datetime.now(UTC)), "not yet")


async def _or_again(job: Job, work: Coroutine[None, None, Outcome]) -> Outcome:
    """Do the work; a fault of any kind puts the job back instead of losing it.

    The library would write the fault down in full, names and numbers included, so it is given none.
    """
    try:
        return await work
    except Exception as error:  # noqa: BLE001 (whatever it is: the job must not be lost)
        log.warning("delivery failed", job=job.entrypoint, why=type(error).__name__)
    raise RetryRequested(min(WAIT_MIN * (job.attempts + 1), LATE), "fault")


def _subject(job: Job) -> UUID:
    return UUID((job.payload or b"").decode())


async def sweep() -> None:
    """Queue again what has no job although it is due, forget old codes, and count what stands.

    A job is lost only where a worker was cut off in the middle of it; this finds what it was about.
    """
    now = datetime.now(UTC)
    await queue(SPREAD, await community.unspread_messages(now - LATE), now)
    await queue(DELIVER, await late_deliveries(now - LATE), now)
    await tidy(NOTES_KEPT, now)
    standing = await counts()
    for way in Way:
        for state in ("waiting", "given_up"):
            metrics.messages_standing.labels(way.value, state).set(standing.get((way, state), 0))
