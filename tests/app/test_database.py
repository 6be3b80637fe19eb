"""The engine: who it acts as, and that half a verb is never stored."""

import contextlib

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
