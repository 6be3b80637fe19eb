"""A connection to the database that dies: cut before or after one statement, or at a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.database import Connection

STATEMENTS = ("execute", "fetch", "fetchrow", "fetchval", "executemany")


@dataclass
class Cut:
    """Where a connection dies: at the statement of this number, or at the commit of this number.

    `after` lets the statement be carried out first; only its answer is lost.
    """

    at: int
    after: bool
    commit: bool
    happened: bool = False
    seen: int = 0

    def due(self, statement: object) -> bool:
        """Say whether this statement is the one."""
        if self.commit and not str(statement).upper().startswith("COMMIT"):
            return False
        self.seen += 1
        return self.seen == self.at


@contextmanager
def dying(cut: Cut) -> Iterator[None]:
    """Let every connection of the app count, and the one whose turn it is be cut."""
    for name in STATEMENTS:
        setattr(Connection, name, _counted(getattr(Connection, name), cut))
    try:
        yield
    finally:
        for name in STATEMENTS:
            delattr(Connection, name)


def _counted(statement: Callable[..., Any], cut: Cut) -> Callable[..., Any]:
    async def counted(connection: Connection, *args: Any, **how: Any) -> Any:
        if not cut.due(args[0] if args else ""):
            return await statement(connection, *args, **how)
        cut.happened = True
        if cut.after:
            await statement(connection, *args, **how)
        connection.terminate()
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle")

    return counted
