"""The engine: who it acts as, and that half a verb is never stored."""

import asyncio
import contextlib

import asyncpg
import pytest

from app.database import Engine, SwallowedFailureError


async def test_app_acts_as_its_role(database: Engine) -> None:
    async with database.transaction() as transaction:
        assert await transaction.connection.fetchval("SELECT current_user") == "linli_app"


async def swallow_a_failure(database: Engine) -> None:
    async with database.transaction():
        with contextlib.suppress(ValueError):
            async with database.transaction():
                raise ValueError("the inner verb refuses")


async def test_a_swallowed_inner_failure_stores_nothing(database: Engine) -> None:
    with pytest.raises(SwallowedFailureError):
        await swallow_a_failure(database)


async def lose_the_server_inside(database: Engine) -> None:
    async with database.transaction() as transaction:
        transaction.connection.terminate()


async def lose_the_server_and_fail(database: Engine) -> None:
    async with database.transaction() as transaction:
        transaction.connection.terminate()
        raise ValueError("the verb refuses")


async def test_a_lost_server_costs_no_place_in_the_pool(database: Engine) -> None:
    places = database.pool.get_max_size()
    for _ in range(places + 1):
        with pytest.raises((OSError, asyncpg.InterfaceError)):
            await lose_the_server_inside(database)
        with pytest.raises(ValueError, match="the verb refuses"):
            await lose_the_server_and_fail(database)
    async with asyncio.timeout(10), database.transaction() as transaction:
        assert await transaction.connection.fetchval("SELECT 1") == 1


async def test_killed_connections_are_replaced(database: Engine, owner: asyncpg.Connection) -> None:
    async def once() -> bool:
        try:
            async with database.transaction() as transaction:
                return bool(await transaction.connection.fetchval("SELECT 1"))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async with asyncio.timeout(20):
        for _ in range(3):
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'linli'"
            )
            await asyncio.gather(*[once() for _ in range(80)])
        assert await once()
        assert all(await asyncio.gather(*[once() for _ in range(80)]))
