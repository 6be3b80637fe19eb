"""The database engine: Piccolo's, made safe against leaked connections and swallowed failures."""

import os
from types import TracebackType
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


class SwallowedFailureError(RuntimeError):
    """A verb failed inside a transaction and its caller went on as if nothing had happened."""


class Connection(asyncpg.Connection[asyncpg.Record]):
    """A pooled connection that needs no clean-up query on release: we keep no session state."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Return nothing: saves one round trip for every transaction."""
        return ""


class Transaction(PostgresTransaction):
    """One database transaction; an inner one joins the outer.

    Two things differ from Piccolo's own. The connection goes back to the pool also when the
    commit fails (else a database restart would drain the pool for good). And when an inner block
    failed, the outer one can no longer commit, even if somebody caught the exception in between:
    half a verb is never stored.
    """

    __slots__ = ("_inner_failed",)

    def __init__(self, engine: "Engine", allow_nested: bool = True) -> None:  # noqa: FBT001, FBT002 (Piccolo's signature)
        super().__init__(engine, allow_nested=allow_nested)
        self._inner_failed = False

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit, or roll back when the block raised; always give the connection back."""
        if self._parent is not None:
            if exception is not None:
                self._parent._inner_failed = True  # noqa: SLF001 (same class)
            return False
        try:
            if exception is not None:
                if not self._rolled_back:
                    await self.rollback()
            elif self._inner_failed:
                await self.rollback()
                raise SwallowedFailureError("an inner transaction failed; nothing was stored")
            elif not self._committed and not self._rolled_back:
                await self.commit()
        finally:
            self.engine.current_transaction.reset(self.context)
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()
        return False


class Engine(PostgresEngine):
    """Piccolo's PostgreSQL engine with the transaction above."""

    def transaction(self, allow_nested: bool = True) -> Transaction:  # noqa: FBT001, FBT002 (Piccolo's signature)
        """Open a transaction, or join the one that is already open in this task."""
        return Transaction(self, allow_nested=allow_nested)


def connection_settings() -> dict[str, Any]:
    """Return how asyncpg reaches the database, from the settings."""
    return {
        "dsn": os.environ["DATABASE_URL"],
        "connection_class": Connection,
        "server_settings": {"application_name": "linli", "jit": "off"},
    }
