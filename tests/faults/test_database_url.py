"""Faults of a database server that is not ours, and of a database of another age."""

import asyncio
import os
import signal
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from app.postgres import Postgres, address
from tests.faults.installation import Installation, free_port

PASSWORD_RULE = "local all guest scram-sha-256\n"  # noqa: S105 (a rule, no password)


@pytest.fixture
def server(installation: Installation) -> Postgres:
    """Start a server that Linli knows nothing of; it stops with the installation."""
    elsewhere = Postgres(installation.var.parent / "server")
    elsewhere.start()
    installation.when_closed.append(elsewhere.stop)
    return elsewhere


async def sql(server: Postgres, *texts: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(server.address(database=database))
    for text in texts:
        await connection.execute(text)
    await connection.close()


async def test_unreachable_server(installation: Installation) -> None:
    installation.settings["DATABASE_URL"] = f"postgresql://a:b@127.0.0.1:{free_port()}/linli"
    for command in ("serve", "migrate"):
        code, said = installation.run(command)
        assert code == 3, said
        assert "DATABASE_URL: the server cannot be reached" in said


async def test_missing_database(installation: Installation, server: Postgres) -> None:
    installation.settings["DATABASE_URL"] = server.address(database="linli")
    code, said = installation.run("migrate")
    assert code == 3
    assert "CREATE DATABASE" in said


async def test_wrong_password(installation: Installation, server: Postgres) -> None:
    rules = server.cluster / "pg_hba.conf"
    rules.write_text(PASSWORD_RULE + rules.read_text())
    await sql(server, "CREATE ROLE guest LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()")
    given = server.address(role="guest:wrong-word")
    installation.settings["DATABASE_URL"] = given
    code, said = installation.run("migrate")
    assert code == 3
    assert "refuses this name or password" in said
    assert "wrong-word" not in said


async def test_serve_wants_a_migrated_database(
    installation: Installation, server: Postgres
) -> None:
    await sql(server, "CREATE DATABASE linli")
    installation.settings["DATABASE_URL"] = server.address(database="linli")
    code, said = installation.run("serve")
    assert code in {3, 5}, said
    assert "linli migrate" in said
    code, said = installation.run("migrate")
    assert code == 0, said
    program = installation.serve()
    assert not installation.postgres.folder.exists(), "no server of its own"
    assert installation.end(program, signal.SIGTERM)[0] == 0
    assert server.running


async def test_serve_can_migrate_first(installation: Installation, server: Postgres) -> None:
    await sql(server, "CREATE DATABASE linli")
    installation.settings["DATABASE_URL"] = server.address(database="linli")
    program = installation.serve("--migrate")
    assert installation.end(program, signal.SIGTERM)[0] == 0


async def test_separate_owner_and_app(installation: Installation, server: Postgres) -> None:
    await sql(
        server,
        "CREATE ROLE linli_owner LOGIN CREATEROLE",
        "CREATE ROLE linli LOGIN",
        "CREATE DATABASE linli OWNER linli_owner",
    )
    installation.settings["DATABASE_URL"] = server.address(role="linli", database="linli")
    owner = server.address(role="linli_owner", database="linli")
    installation.settings["LINLI_OWNER_DATABASE_URL"] = owner
    code, said = installation.run("migrate")
    assert code == 0, said
    program = installation.serve()
    assert installation.end(program, signal.SIGTERM)[0] == 0


async def test_owner_that_may_not_make_roles(installation: Installation, server: Postgres) -> None:
    await sql(server, "CREATE ROLE plain LOGIN", "CREATE DATABASE linli OWNER plain")
    installation.settings["DATABASE_URL"] = server.address(role="plain", database="linli")
    code, said = installation.run("migrate")
    assert code == 3
    assert "CREATE ROLE linli_app NOLOGIN" in said
    await sql(server, "CREATE ROLE linli_app NOLOGIN", "GRANT linli_app TO plain")
    code, said = installation.run("migrate")
    assert code == 0, said


async def test_newer_database_is_refused_and_unchanged(installation: Installation) -> None:
    program = installation.serve()
    await installation.sql(
        "INSERT INTO migration (name, app_name) VALUES ('2999-01-01T00:00:00:000000', 'ledger')"
    )
    code, said = installation.run("migrate")
    assert code == 5
    assert "newer than this program" in said
    assert "ledger 2999-01-01" in said
    installation.end(program, signal.SIGTERM)
    code, said = installation.run("serve")
    assert code == 5


async def test_old_server_is_refused(installation: Installation) -> None:
    async with old_server() as port:
        installation.settings["DATABASE_URL"] = f"postgresql://a@127.0.0.1:{port}/linli"
        code, said = await asyncio.to_thread(installation.run, "migrate")
    assert code == 3, said
    assert "the server is PostgreSQL 14; Linli needs 15 or newer" in said


@asynccontextmanager
async def old_server() -> AsyncIterator[int]:
    """Speak the first words of PostgreSQL's protocol, as version 14 does."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", len(body) + 4) + body

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls_wanted = 80877103
        length, first = struct.unpack("!ii", await reader.readexactly(8))
        if first == tls_wanted:
            writer.write(b"N")
            length, first = struct.unpack("!ii", await reader.readexactly(8))
        await reader.readexactly(length - 8)
        writer.write(message(b"R", struct.pack("!i", 0)))
        for name, value in {"server_version": "14.9", "client_encoding": "UTF8"}.items():
            writer.write(message(b"S", f"{name}\0{value}\0".encode()))
        writer.write(message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I"))
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_login_of_the_app_cannot_rise(installation: Installation) -> None:
    assert installation.run("migrate")[0] == 0
    server = installation.postgres
    server.start()
    try:
        connection = await asyncpg.connect(server.address(role="linli", database="linli"))
        for attempt in (
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "CREATE TABLE mine (n int)",
            "COPY migration TO PROGRAM 'cat'",
            "DELETE FROM migration",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(attempt)
        await connection.close()
    finally:
        server.stop()


def test_socket_is_closed_to_other_accounts(installation: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to change account")
    server = installation.postgres
    installation.var.mkdir()
    server.start()
    installation.when_closed.append(server.stop)
    knock = (
        "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX); "
        "s.connect(sys.argv[1])"
    )
    tried = subprocess.run(
        ["python3", "-c", knock, str(server.socket_folder / ".s.PGSQL.5432")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "PermissionError" in tried.stderr
    assert address(server.socket_folder, role="a", database="b") == server.address(
        role="a", database="b"
    )
