"""Periodic work: again after a failure, on one worker at a time, stopped cleanly."""

import asyncio

import pytest
import pytest_asyncio

from app import main, metrics
from app.database import Engine
from app.jobs import Job, Jobs
from tests.neighbourhood import open_neighbourhood

EVERY_ONE = main.jobs
"""All of them, as the program begins them."""


def runs(name: str, outcome: str) -> float:
    value = metrics.registry.get_sample_value("linli_jobs_total", {"job": name, "outcome": outcome})
    return value or 0.0


async def test_a_job_that_fails_is_tried_again(database: Engine) -> None:
    tried = asyncio.Semaphore(0)

    async def fail() -> None:
        tried.release()
        raise RuntimeError("not today")

    jobs = Jobs(database, [Job("failing", 0.01, fail)])
    jobs.start()
    for _ in range(3):
        await asyncio.wait_for(tried.acquire(), 5)
    await jobs.stop(5)
    assert runs("failing", "failed") >= 3


async def test_a_job_runs_on_one_worker_at_a_time(database: Engine) -> None:
    running = 0
    most = 0
    done = asyncio.Event()

    async def work() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        if runs("alone", "done") >= 5:
            done.set()

    workers = [Jobs(database, [Job("alone", 0.005, work)]) for _ in range(4)]
    for worker in workers:
        worker.start()
    await asyncio.wait_for(done.wait(), 10)
    for worker in workers:
        await worker.stop(5)
    assert most == 1
    assert runs("alone", "elsewhere") > 0


async def test_a_running_job_is_let_finish(database: Engine) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.2)
        finished.set()

    jobs = Jobs(database, [Job("slow", 60, slow)])
    jobs.start()
    await asyncio.wait_for(begun.wait(), 5)
    await jobs.stop(5)
    assert finished.is_set()


async def test_a_job_that_does_not_end_is_cancelled_and_rolled_back(database: Engine) -> None:
    begun = asyncio.Event()

    async def endless() -> None:
        async with database.transaction():
            begun.set()
            await asyncio.sleep(3600)

    jobs = Jobs(database, [Job("endless", 60, endless)])
    jobs.start()
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(jobs.stop(0.05), 5)
    assert database.pool is not None
    async with database.pool.acquire() as connection:
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert await connection.fetchval(held) == 0, "its lock is free again"


async def test_more_jobs_than_connections_do_not_wait_for_one_another(database: Engine) -> None:
    """All begin at a start, and each needs a connection besides the one that holds its lock."""
    assert database.pool is not None
    many = 2 * database.pool.get_max_size()
    ran: set[int] = set()
    done = asyncio.Event()

    def job(number: int) -> Job:
        async def work() -> None:
            async with database.transaction():
                await asyncio.sleep(0)
            ran.add(number)
            if len(ran) == many:
                done.set()

        return Job(f"one of many {number}", 60, work)

    jobs = Jobs(database, [job(number) for number in range(many)])
    jobs.start()
    await asyncio.wait_for(done.wait(), 20)
    await jobs.stop(5)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def everything(database: Engine) -> None:  # noqa: ARG001 (must be migrated)
    """Leave something for each job to come across."""
    await open_neighbourhood()


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("job", EVERY_ONE, ids=lambda job: job.name.replace(" ", "-"))
async def test_each_job_of_the_app_goes_through(job: Job) -> None:
    """Twice: what it has done it does not stumble over."""
    await job.run()
    await job.run()
