"""Killed, in every part: the next start recovers, and what was acknowledged is there."""

import asyncio
import contextlib
import http.client
import os
import signal
import subprocess
import threading

import asyncpg
import psutil

from app.postgres import ACCOUNT, Postgres
from tests.faults.installation import Installation


async def keep_a_row(installation: Installation) -> None:
    await installation.sql("CREATE TABLE kept (n int)")
    await installation.sql("INSERT INTO kept VALUES (95)")


async def kept(installation: Installation) -> list[int]:
    return [row["n"] for row in await installation.sql("SELECT n FROM kept")]


async def until(connection: asyncpg.Connection, question: str) -> None:
    for _ in range(1000):
        if await connection.fetchval(question):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(question)


async def test_stop_is_clean(installation: Installation) -> None:
    program = installation.serve("--workers", "2")
    await keep_a_row(installation)
    code, said = installation.end(program, signal.SIGTERM)
    assert code == 0, said
    assert installation.servers() == []
    assert "database system is shut down" in installation.postgres.log.read_text()


async def test_killed_linli_takes_everything_with_it(
    installation: Installation,
) -> None:
    program = installation.serve("--workers", "2")
    workers = psutil.Process(program.pid).children(recursive=True)
    await keep_a_row(installation)
    installation.end(program, signal.SIGKILL)
    _gone, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == [], "nobody is left to hold the port or the cluster"
    installation.serve()
    assert await kept(installation) == [95]


async def test_killed_postgres_stops_linli_with_a_word(installation: Installation) -> None:
    program = installation.serve()
    await keep_a_row(installation)
    [postmaster] = [p for p in installation.servers() if p.ppid() == program.pid]
    postmaster.send_signal(signal.SIGKILL)
    out, said = program.communicate(timeout=60)
    assert program.returncode == 3, out + said
    assert "PostgreSQL ended by itself (killed by SIGKILL)" in said
    installation.serve()
    assert await kept(installation) == [95]


async def test_killed_backend_is_recovered_from_while_serving(installation: Installation) -> None:
    program = installation.serve()
    await keep_a_row(installation)
    connection = await asyncpg.connect(installation.postgres.address(database="linli"))
    os.kill(connection.get_server_pid(), signal.SIGKILL)
    connection.terminate()
    for _ in range(300):
        log = installation.postgres.log.read_text()
        _before, crash, after = log.partition("reinitializing")
        with contextlib.suppress(OSError):
            if crash and "ready to accept" in after and installation.get("/health/ready"):
                break
        await asyncio.sleep(0.1)
    assert await kept(installation) == [95]
    assert program.poll() is None


async def test_server_that_outlived_its_linli_is_replaced(installation: Installation) -> None:
    leftover = Postgres(installation.var / "postgres")
    installation.var.mkdir()
    leftover.start()
    try:
        code, said = installation.run("migrate")
        assert code == 0, said
        assert leftover.wait() == 0, "it was asked to stop, not killed"
    finally:
        leftover.stop()


def test_lock_files_that_name_a_living_stranger(installation: Installation) -> None:
    """A killed server's number may belong to another program of the same account by now."""
    assert installation.run("migrate")[0] == 0
    postgres = installation.postgres
    account = ACCOUNT if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "60"], user=account) as stranger:
        try:
            lines = [str(stranger.pid), str(postgres.cluster), "1", "5432"]
            lines += [str(postgres.socket_folder), "", "1 1", "ready", ""]
            (postgres.cluster / "postmaster.pid").write_text("\n".join(lines))
            socket_lock = postgres.socket_folder / ".s.PGSQL.5432.lock"
            socket_lock.write_text("\n".join(lines[:5]) + "\n")
            code, said = installation.run("migrate")
            assert code == 0, said
            assert stranger.poll() is None, "it was left alone"
        finally:
            stranger.kill()


async def test_request_in_flight_finishes_before_the_stop(installation: Installation) -> None:
    program = installation.serve()
    blocker = await asyncpg.connect(installation.postgres.address(database="linli"))
    await blocker.execute("BEGIN; LOCK TABLE migration IN ACCESS EXCLUSIVE MODE")
    answers: list[int] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=30)
        connection.request("GET", "/health/ready")
        answers.append(connection.getresponse().status)
        connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    await until(blocker, waiting)
    program.send_signal(signal.SIGTERM)
    await asyncio.sleep(1)
    assert program.poll() is None, "it waits for the request"
    assert answers == []
    await blocker.execute("COMMIT")
    await blocker.close()
    asking.join(30)
    assert answers == [200]
    program.communicate(timeout=60)
    assert program.returncode == 0


async def test_killed_migration_leaves_nothing_half_done(installation: Installation) -> None:
    server = Postgres(installation.var / "postgres")
    program = installation.serve()
    await installation.sql("SELECT 1")
    drop = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    owner = await asyncpg.connect(server.address(database="linli"))
    await owner.execute(drop)
    await owner.execute(
        "CREATE SCHEMA slow; CREATE FUNCTION slow.down() RETURNS event_trigger LANGUAGE plpgsql"
        " AS $$ BEGIN PERFORM pg_sleep(0.5); END $$;"
        "CREATE EVENT TRIGGER slow_down ON ddl_command_end EXECUTE FUNCTION slow.down()"
    )
    migrating = installation.start("migrate")
    busy = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'"
    idle = "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"
    await until(owner, busy)
    await asyncio.sleep(1.2)  # some tables are made by now, none committed
    assert migrating.poll() is None
    migrating.kill()
    migrating.communicate(timeout=30)
    await owner.execute("DROP EVENT TRIGGER slow_down")
    await until(owner, idle)
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert await owner.fetchval(tables) == 0
    code, said = installation.run("migrate")
    assert code == 0, said
    assert await owner.fetchval(tables) > 0
    await owner.close()
    assert installation.end(program, signal.SIGTERM)[0] == 0
