"""Bring the tables to this program's state, all or nothing, and say when they are not there."""

import contextlib
import io
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards

from app.database import (
    APP_ROLE,
    Connection,
    OwnerTransaction,
    PooledConnection,
    address,
    connection_settings,
    owner_connection_settings,
    reached,
    role_if_missing,
)
from app.exits import Exit, StopError

LOCK_KEY = 7_046_029_254_386_353_131  # an arbitrary number that no other lock of Linli uses


@dataclass(frozen=True)
class Standing:
    """How the database's tables compare with this program: names are `package migration-id`."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Whether the tables are exactly those that this program expects."""
        return not self.pending and not self.unknown

    def complaint(self) -> str:
        """Return what is wrong and what to do, in one sentence each."""
        if self.unknown:
            return (
                "The database is newer than this program: it has "
                f"{', '.join(self.unknown)}. Nothing was changed. Start the newer Linli again, "
                "or restore the backup taken before the upgrade."
            )
        return (
            f"The database lacks {len(self.pending)} migrations of this program (next: "
            f"{self.pending[0]}). Nothing was changed. Take a backup, then run: linli migrate"
        )


@lru_cache(maxsize=1)
def known_migrations() -> tuple[str, ...]:
    """Return every migration of this program, in the order in which they run."""
    finder = BaseMigrationManager()
    names: list[str] = []
    for app_name in finder.get_sorted_app_names():
        folder = finder.get_app_config(app_name).resolved_migrations_folder_path
        modules = finder.get_migration_modules(folder)
        names += [f"{app_name} {name}" for name in finder.get_migration_ids(modules)]
    return tuple(names)


async def standing(connection: Connection | PooledConnection) -> Standing:
    """Compare the database with this program; reads one small table."""
    there = await connection.fetchval("SELECT to_regclass('public.migration') IS NOT NULL")
    rows = await connection.fetch("SELECT app_name, name FROM migration") if there else []
    stored = {f"{row['app_name']} {row['name']}" for row in rows}
    return Standing(
        pending=tuple(name for name in known_migrations() if name not in stored),
        unknown=tuple(sorted(stored.difference(known_migrations()))),
    )


async def want_current() -> None:
    """Raise `StopError` unless the database can be reached and has this program's tables."""
    async with reached(connection_settings()) as connection:
        found = await standing(connection)
    if not found.current:
        raise StopError(found.complaint(), Exit.NOT_CURRENT)


async def migrate() -> tuple[str, ...]:
    """Run what is pending, as the owner; return what ran.

    The whole run is one transaction under one lock: Piccolo's own transactions join ours, so a
    program that is killed in between leaves nothing half done, and two that start together take
    turns. Raises `StopError` when the database is newer than this program or cannot be changed.
    """
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

    async with reached(owner_connection_settings()):
        pass  # explains a database that is away before Piccolo meets it
    async with OwnerTransaction(DB, allow_nested=False) as transaction:
        connection = transaction.connection
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        found = await standing(connection)
        if found.unknown:
            raise StopError(found.complaint(), Exit.NOT_CURRENT)
        await _make_role(connection)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            outcome = await run_forwards("all")
        if not outcome.success:
            raise StopError(
                f"A migration failed: {outcome.message}. Nothing was changed.\n"
                f"{printed.getvalue()}",
                Exit.FAILED,
            )
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
        await connection.execute(f"GRANT SELECT ON migration TO {APP_ROLE}")
    return found.pending


async def _make_role(connection: Connection) -> None:
    """Make the app's role, and let the names that connect act as it."""
    connects = urlsplit(address()).username
    names = {await connection.fetchval("SELECT current_user")}
    names |= {unquote(connects)} if connects else set()
    try:
        await connection.execute(role_if_missing(APP_ROLE, "NOLOGIN"))
        for name in sorted(names):
            if not await connection.fetchval(
                "SELECT pg_has_role($1, $2, 'MEMBER')", name, APP_ROLE
            ):
                quoted = await connection.fetchval("SELECT quote_ident($1)", name)
                await connection.execute(f"GRANT {APP_ROLE} TO {quoted}")
    except asyncpg.InsufficientPrivilegeError as error:
        raise StopError(
            f"The database's owner may not make or grant the role {APP_ROLE} ({error}). Nothing "
            f"was changed. Ask the server's administrator to run: CREATE ROLE {APP_ROLE} NOLOGIN; "
            f"GRANT {APP_ROLE} TO {', '.join(sorted(names))};",
            Exit.DATABASE,
        ) from error
    except asyncpg.UndefinedObjectError as error:
        raise StopError(
            f"DATABASE_URL names a login that the server does not have ({error}). Nothing was "
            "changed. Make it with CREATE ROLE, then run linli migrate again.",
            Exit.DATABASE,
        ) from error
