"""The database engine: Piccolo's, made safe against leaked connections and swallowed failures."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from app.exits import Exit, StopError
from app.postgres import Postgres
from app.settings import settings

APP_ROLE = "linli_app"  # what the app may do; the migrations of each package grant it
LOGIN_ROLE = "linli"  # who the app is on the embedded server: a member of APP_ROLE, no more
DATABASE = "linli"
SERVER_VERSION_MIN = 15
CONNECT_SECONDS_MAX = 10

LOST = "the database went away; what was not acknowledged may or may not be stored"
NOT_THERE = "the database is not there"


class SwallowedFailureError(RuntimeError):
    """A verb failed inside a transaction and its caller went on as if nothing had happened."""


if TYPE_CHECKING:
    _AsyncpgConnection = asyncpg.Connection[asyncpg.Record]
    PooledConnection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:  # asyncpg's classes take no type at run time
    _AsyncpgConnection = asyncpg.Connection
    PooledConnection = asyncpg.pool.PoolConnectionProxy


class Connection(_AsyncpgConnection):
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

    async def __aenter__(self) -> "PostgresTransaction":
        """Begin, or join; a connection on which that fails is closed and given back at once."""
        if self._parent is not None:
            parent: PostgresTransaction = self._parent
            return parent
        self.connection = await self.get_connection()  # type: ignore[no-untyped-call]  # Piccolo's
        try:
            self.transaction = self.connection.transaction()
            await self.begin()  # type: ignore[no-untyped-call]  # Piccolo's
        except BaseException as error:
            lost = _lost(error, self.connection)
            await self._discard()
            if lost:
                raise ConnectionResetError(LOST) from error
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit, or roll back when the block raised; always give the connection back."""
        if self._parent is not None:
            if exception is not None:
                self._parent._inner_failed = True  # type: ignore[attr-defined]  # noqa: SLF001 (a parent is always one of ours)
            return False
        try:
            if exception is not None:
                lost = _lost(exception, self.connection)
                await self._roll_back()
                if lost:
                    raise ConnectionResetError(LOST) from exception
            elif self._inner_failed:
                await self._roll_back()
                raise SwallowedFailureError("an inner transaction failed; nothing was stored")
            elif not self._committed and not self._rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]  # Piccolo's
        except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            lost = _lost(error, self.connection)
            self._close()
            if lost:
                raise ConnectionResetError(LOST) from error
            raise
        finally:
            self.engine.current_transaction.reset(self.context)
            await self.give_back()
        return False

    async def _roll_back(self) -> None:
        """Roll back; a connection that cannot is closed, which rolls back too."""
        if self._rolled_back:
            return
        try:
            await self.rollback()  # type: ignore[no-untyped-call]  # Piccolo's
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            self._close()

    def _close(self) -> None:
        """Close the connection, whatever state it is in; the server then rolls back."""
        _terminate(self.connection)

    async def _discard(self) -> None:
        self._close()
        await self.give_back()

    async def give_back(self) -> None:
        """Return the connection to the pool, or close it where there is none."""
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


class OwnerTransaction(Transaction):
    """A transaction as the database's owner, on a connection of its own: for migrations."""

    __slots__ = ()

    async def get_connection(self) -> Connection:
        """Connect as the owner, whatever the engine's pool connects as."""
        connection: Connection = await asyncpg.connect(**owner_connection_settings())
        return connection

    async def give_back(self) -> None:
        """Close the owner's connection."""
        await self.connection.close()


class Engine(PostgresEngine):
    """Piccolo's PostgreSQL engine with the transaction above.

    Whatever asyncpg and the system call it, a database that is not there or went away comes out as
    a `ConnectionError` or as one of PostgreSQL's own errors about connections.
    """

    async def check_version(self) -> None:
        """Connect to nothing when the engine is made; `reached` checks the version in words."""

    def transaction(self, allow_nested: bool = True) -> Transaction:  # noqa: FBT001, FBT002 (Piccolo's signature)
        """Open a transaction, or join the one that is already open in this task."""
        return Transaction(self, allow_nested=allow_nested)

    async def start_connection_pool(self, **kwargs: Any) -> None:
        """Open the pool, whose connections are made by `connected`."""
        await super().start_connection_pool(connect=connected, **kwargs)

    async def get_new_connection(self) -> Connection:
        """Return a connection of one's own, outside the pool."""
        return await connected(**self.config)

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        """Run one statement outside a transaction."""
        assert self.pool is not None  # noqa: S101 (Piccolo asks before)
        async with self.pool.acquire() as connection:
            try:
                return await connection.fetch(query, *(args or ()))
            except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                if _lost(error, connection):
                    _terminate(connection)
                    raise ConnectionResetError(LOST) from error
                raise


async def connected(*args: Any, **config: Any) -> Connection:
    """Connect; raises `ConnectionError` where nobody answers, also when the socket's file is gone.

    That file goes when an embedded server ends, and a host's name when the name service is away:
    to the system these are a missing file and an unknown name, and to us the same as a closed port.
    """
    try:
        connection: Connection = await asyncpg.connect(*args, **config)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as gone:
        raise ConnectionRefusedError(NOT_THERE) from gone
    except asyncpg.InternalClientError as lost:
        raise ConnectionResetError(LOST) from lost
    return connection


def _lost(error: BaseException, connection: Any) -> bool:
    """Whether this is how asyncpg says that the server went away in the middle of something.

    An `InternalClientError` comes between two steps of its protocol, an `InterfaceError` when the
    connection is asked once more; on an open one that is a mistake of ours, and stays one.
    """
    if isinstance(error, asyncpg.InternalClientError):
        return True
    if not isinstance(error, asyncpg.InterfaceError):
        return False
    try:
        closed: bool = connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back already, because it is closed
        return True
    return closed


def _terminate(connection: Any) -> None:
    """Close a connection, whatever state it is in."""
    with suppress(asyncpg.InterfaceError):  # the pool has taken it back already
        connection.terminate()


def address() -> str:
    """Return where the app's database is: `DATABASE_URL`, or the embedded server's socket."""
    given = settings().database_url
    if given is not None:
        return given.get_secret_value()
    return embedded().address(role=LOGIN_ROLE, database=DATABASE)


def owner_address() -> str:
    """Return where the database's owner connects, for migrations."""
    given = settings().owner_database_url or settings().database_url
    if given is not None:
        return given.get_secret_value()
    return embedded().address(database=DATABASE)


def embedded() -> Postgres:
    """Return the embedded server of this installation's folder (not started)."""
    return Postgres(settings().var / "postgres")


def connection_settings(name: str = "linli") -> dict[str, Any]:
    """Return how asyncpg reaches the database as the app, with the app's rights alone.

    By `name` PostgreSQL's list of its sessions tells which part of the app a connection serves.
    """
    return {
        "dsn": address(),
        "connection_class": Connection,
        "timeout": CONNECT_SECONDS_MAX,
        "server_settings": {
            "application_name": name,
            "role": APP_ROLE,
            "jit": "off",
            "statement_timeout": f"{settings().statement_seconds_max}s",
        },
    }


def owner_connection_settings() -> dict[str, Any]:
    """Return how asyncpg reaches the database as its owner. No limit on a statement's time."""
    return {
        "dsn": owner_address(),
        "connection_class": Connection,
        "timeout": CONNECT_SECONDS_MAX,
        "server_settings": {"application_name": "linli-owner", "jit": "off"},
    }


def pool_settings() -> dict[str, Any]:
    """Return the pool's own settings, for `Engine.start_connection_pool`."""
    return {"min_size": settings().pool_min, "max_size": settings().pool_max}


@asynccontextmanager
async def reached(config: dict[str, Any]) -> AsyncIterator[Connection]:
    """Open one connection, or say in one line why the database cannot be reached.

    Raises `StopError`: unreachable, refused, no such database, too old, or not prepared.
    """
    try:
        connection = await asyncpg.connect(**config)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StopError(_why_unreachable(error), Exit.DATABASE) from error
    try:
        major = connection.get_server_version().major
        if major < SERVER_VERSION_MIN:
            raise StopError(
                f"DATABASE_URL: the server is PostgreSQL {major}; Linli needs "
                f"{SERVER_VERSION_MIN} or newer. Nothing was changed. Upgrade the server, "
                "or leave DATABASE_URL out to let Linli run its own.",
                Exit.DATABASE,
            )
        yield connection
    finally:
        await connection.close(timeout=CONNECT_SECONDS_MAX)


def _why_unreachable(error: BaseException) -> str:
    name = "DATABASE_URL" if settings().database_url else "The embedded database"
    match error:
        case asyncpg.InvalidCatalogNameError():
            return (
                f"{name}: the server has no such database ({error}). Nothing was changed. "
                "Make it with: CREATE DATABASE linli ENCODING 'UTF8' TEMPLATE template0;"
            )
        case asyncpg.InvalidAuthorizationSpecificationError():  # includes a wrong password
            return (
                f"{name}: the server refuses this name or password ({error}). Nothing was "
                "changed. Correct them in DATABASE_URL."
            )
        case asyncpg.InvalidParameterValueError() | asyncpg.InsufficientPrivilegeError():
            return (
                f"{name}: this name may not act as {APP_ROLE} ({error}). Nothing was changed. "
                "Run `linli migrate` as the database's owner: it makes that role and grants it."
            )
        case asyncpg.TooManyConnectionsError() | asyncpg.CannotConnectNowError():
            return f"{name}: the server takes no connection now ({error}). Try again shortly."
        case _:
            why = str(error) or type(error).__name__
            return (
                f"{name}: the server cannot be reached ({why}). Nothing was changed. "
                "See that it runs, and that host and port are right."
            )


async def prepare_embedded(server: Postgres) -> None:
    """Make the embedded server's database and the app's login, where they are missing."""
    connection = await asyncpg.connect(server.address())
    try:
        await connection.execute(role_if_missing(APP_ROLE, "NOLOGIN"))
        await connection.execute(role_if_missing(LOGIN_ROLE, f"LOGIN IN ROLE {APP_ROLE}"))
        known = "SELECT 1 FROM pg_database WHERE datname = $1"
        if not await connection.fetchval(known, DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


def role_if_missing(role: str, options: str) -> str:
    """Return SQL that makes a role unless it is there (PostgreSQL has no IF NOT EXISTS for it)."""
    return f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} {options};
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- another program made it in the same moment
        END $$
    """
