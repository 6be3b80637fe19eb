"""Periodic work: each job at its own pace, on one worker at a time, stopped cleanly.

A job is a verb that may be repeated safely. When one fails, the failure is logged and the next
tick tries again. A job that is running when the app stops is let finish.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from app import metrics
from app.database import Engine

log = structlog.get_logger("linli.job")

LOCK_CLASS = 7046  # with a job's own number it names the job's advisory lock


@dataclass(frozen=True)
class Job:
    """A verb without arguments, its name in the log, and the seconds between two runs."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[Any]]


class Jobs:
    """The jobs of this process."""

    def __init__(self, engine: Engine, jobs: Sequence[Job]) -> None:
        self._engine = engine
        self._jobs = jobs
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._turns = asyncio.Semaphore(1)

    def start(self) -> None:
        """Start them; the first run of each comes as soon as it is its turn.

        A running job holds a connection for its lock and needs another for its work. Were all of
        them to begin together, they would wait for one another's connections for good: so a third
        of the pool's connections says how many run at the same time.
        """
        pool = self._engine.pool
        assert pool is not None  # noqa: S101 (the app starts the pool before the jobs)
        self._turns = asyncio.Semaphore(max(1, pool.get_max_size() // 3))
        self._tasks = [asyncio.create_task(self._repeat(job), name=job.name) for job in self._jobs]

    async def stop(self, seconds_max: float) -> None:
        """Let running jobs finish; after `seconds_max` they are cancelled and rolled back."""
        self._stopping.set()
        if not self._tasks:
            return
        _finished, late = await asyncio.wait(self._tasks, timeout=seconds_max)
        for task in late:
            log.warning("job cancelled", job=task.get_name())
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _repeat(self, job: Job) -> None:
        while not self._stopping.is_set():
            async with self._turns:
                if not self._stopping.is_set():
                    await self._once(job)
            try:
                await asyncio.wait_for(self._stopping.wait(), job.every_seconds)
            except TimeoutError:
                continue

    async def _once(self, job: Job) -> None:
        try:
            outcome = "done" if await self._alone(job) else "elsewhere"
        except Exception:  # the next tick tries again; nothing of this one was stored
            log.exception("job failed", job=job.name)
            outcome = "failed"
        metrics.jobs_run.labels(job.name, outcome).inc()

    async def _alone(self, job: Job) -> bool:
        """Run the job unless another worker does so now; return whether it ran here."""
        pool = self._engine.pool
        assert pool is not None  # noqa: S101 (the app starts the pool before the jobs)
        number = zlib.crc32(job.name.encode()) - 2**31  # PostgreSQL's integer is signed
        async with pool.acquire() as connection:
            if not await connection.fetchval(
                "SELECT pg_try_advisory_lock($1, $2)", LOCK_CLASS, number
            ):
                return False
            try:
                await job.run()
            finally:
                await connection.fetchval("SELECT pg_advisory_unlock($1, $2)", LOCK_CLASS, number)
        return True
