"""Opens a verb's transaction, and turns a broken constraint into the refusal that it means."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from community.tables import CommunityRow


def transaction() -> AbstractAsyncContextManager[PostgresTransaction, None]:
    """Open a database transaction, or join the one that this task has open."""
    engine = CommunityRow._meta.db  # noqa: SLF001 (Piccolo's own way to the engine)
    if not isinstance(engine, PostgresEngine):
        raise TypeError("the register needs PostgreSQL")
    return cast("AbstractAsyncContextManager[PostgresTransaction, None]", engine.transaction())


def in_transaction() -> bool:
    """Say whether this task has a database transaction open."""
    engine = CommunityRow._meta.db  # noqa: SLF001 (Piccolo's own way to the engine)
    return isinstance(engine, PostgresEngine) and engine.transaction_exists()


@asynccontextmanager
async def refusing(**refusals: Exception) -> AsyncIterator[None]:
    """Turn a broken constraint into the refusal that it means; the transaction is over by then.

    The names are those of the constraints in the migrations. An unnamed one is let through.
    """
    try:
        async with transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = refusals.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from error
