"""The engine: who it acts as, and that half a verb is never stored."""

import asyncio
import contextlib
from pathlib import Path

import asyncpg
import pytest
import uvloop

from app.database import (
    Engine,
    SwallowedFailureError,
    connected,
    connection_settings,
    owner_connection_settings,
)
from app.failures import UNREACHABLE


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


async def lose_the_server_and_ask(database: Engine) -> None:
    async with database.transaction() as transaction:
        transaction.connection.terminate()
        await asyncio.sleep(0)  # the pool takes it back
        await transaction.connection.fetchval("SELECT 1")


async def lose_the_server_and_fail(database: Engine) -> None:
    async with database.transaction() as transaction:
        transaction.connection.terminate()
        raise ValueError("the verb refuses")


async def test_a_lost_server_costs_no_place_in_the_pool(database: Engine) -> None:
    assert database.pool is not None
    places = database.pool.get_max_size()
    for _ in range(places + 1):
        with pytest.raises(ConnectionError):
            await lose_the_server_inside(database)
        with pytest.raises(ConnectionError):
            await lose_the_server_and_ask(database)
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


async def test_a_mistake_of_ours_is_not_taken_for_a_lost_server(database: Engine) -> None:
    with pytest.raises(asyncpg.InterfaceError, match="another operation is in progress"):
        await ask_twice_at_once(database)


async def ask_twice_at_once(database: Engine) -> None:
    async with database.transaction() as transaction:
        both = (transaction.connection.fetchval("SELECT pg_sleep(0.1)") for _ in range(2))
        await asyncio.gather(*both)


async def test_nobody_at_the_address_is_a_connection_refused(tmp_path: Path) -> None:
    for host in (tmp_path, "nobody.invalid"):
        with pytest.raises(ConnectionRefusedError):
            await connected(f"postgresql://linli@/linli?host={host}", timeout=5)


@pytest.mark.usefixtures("database")
async def test_idle_connections_whose_server_ended_are_told_as_unreachable() -> None:
    """On the event loop that serves: it lets asyncpg write to what has just been closed."""
    met = await asyncio.to_thread(uvloop.run, ends_while_idle())
    assert met == {"statement", "transaction"}


async def ends_while_idle() -> set[str]:
    """Return what met the end of its server, each told so that it is answered with 503."""
    engine, met = Engine(config=connection_settings()), set()
    await engine.start_connection_pool(min_size=1, max_size=1)
    killer = await connected(**owner_connection_settings())
    try:
        for turn in range(12):
            doing = statement if turn % 2 else transaction
            try:
                server = await transaction(engine)
                await killer.execute(f"SELECT pg_terminate_backend({server})")
                await doing(engine)
            except UNREACHABLE:
                met.add(doing.__name__)
    finally:
        killer.terminate()
        assert engine.pool is not None
        engine.pool.terminate()
    return met


async def statement(engine: Engine) -> None:
    await engine._run_in_pool("SELECT 1")  # noqa: SLF001 (how Piccolo runs each statement)


async def transaction(engine: Engine) -> int:
    """Return the number of the server's process."""
    async with engine.transaction() as begun:
        return int(await begun.connection.fetchval("SELECT pg_backend_pid()"))
