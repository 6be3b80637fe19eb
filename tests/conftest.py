"""The one real PostgreSQL that the tests share, migrated as in production.

Tests run on the embedded server in a folder of their own; `LINLI_TEST_DATABASE_URL` names another
server instead, where a scratch database is made and dropped. Each test keeps to a fresh
community: nothing that counts can be deleted, and every query carries its community anyway.
"""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck
from hypothesis import settings as examples

from app.database import Engine, owner_connection_settings, pool_settings, prepare_embedded
from app.migrations import migrate
from app.postgres import Postgres
from app.settings import settings

GIVEN = os.environ.get("LINLI_TEST_DATABASE_URL")
FOLDER = Path(tempfile.mkdtemp(prefix="linli-tests-"))
SCRATCH = f"linli_test_{uuid.uuid4().hex[:12]}"

# Keep what Python compiles: else each worker compiles every test anew, and each of the hundred
# programs that tests start compiles all of the app.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Before any test module is imported: piccolo_conf reads these when it is.
for name in [name for name in os.environ if name.startswith("LINLI_")]:
    if name not in {
        "LINLI_TEST_DATABASE_URL",
        "LINLI_BALLOTS",
        "LINLI_DATA",
        "LINLI_SCREENSHOTS",
        "LINLI_SEED",
        "LINLI_STEPS",
        "LINLI_EXAMPLES",
        "LINLI_EVERY_COUNT",
    }:
        del os.environ[name]
os.environ["LINLI_VAR"] = str(FOLDER)
if GIVEN:
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(GIVEN)._replace(path=f"/{SCRATCH}"))
else:
    os.environ.pop("DATABASE_URL", None)
settings.cache_clear()


# The files that take longest, by far. They come first: begun last, one of them would keep its
# worker busy for minutes after the other has nothing left to do.
LONGEST = (
    "journeys/test_every_page.py",
    "journeys/test_every_page_in_english.py",
    "app/test_hostile_input.py",
    "journeys/test_need_to_result.py",
    "app/test_protection.py",
    "app/test_strangers.py",
    "app/test_access.py",
    "app/test_text_size.py",
    "faults/test_kill.py",
    "app/test_two_communities.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the order below: else pytest-xdist begins with the files that have the most tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all else stays in its order."""
    folder = Path(__file__).parent
    place = {folder / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


# How long an example takes says how busy the machine is; benchmarks are for speed. Nothing is kept
# from run to run: where few long examples are played, old ones would take the place of new ones.
# All else stays as Hypothesis has it, which differs on a machine that sets CI.
examples.register_profile(
    "linli",
    parent=examples(),
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
examples.load_profile("linli")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded about themselves, such as how many steps they played."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres | None]:
    """Give the embedded server, running; None where another server was given."""
    if GIVEN:
        yield None
    else:
        postgres = Postgres(FOLDER / "postgres")
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(server: Postgres | None) -> AsyncIterator[Engine]:
    """Give the engine with its pool started, on a migrated database; acts as the app's role."""
    if server:
        await prepare_embedded(server)
    else:
        await _on_given_server(f"CREATE DATABASE {SCRATCH} TEMPLATE template0 ENCODING 'UTF8'")
    await migrate()
    from piccolo_conf import DB  # noqa: PLC0415 (it reads the settings when it is imported)

    await DB.start_connection_pool(**{**pool_settings(), "max_size": 40})
    try:
        yield DB
    finally:
        await DB.close_connection_pool()
        if not server:
            await _on_given_server(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


@pytest_asyncio.fixture(loop_scope="session")
async def owner(database: Engine) -> AsyncIterator[asyncpg.Connection]:  # noqa: ARG001 (must be migrated)
    """Give a connection as the database's owner: for tampering that the app cannot do."""
    connection = await asyncpg.connect(**owner_connection_settings())
    try:
        yield connection
    finally:
        await connection.close()


# The book is its own trail, and whole programs run in processes of their own.
UNWATCHED = {"ledger", "books", "faults", "races", "journeys"}


@pytest.fixture(autouse=True)
def every_change_leaves_an_event(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test in which the app changed something and wrote no audit event beside it."""
    folders = request.path.relative_to(Path(__file__).parent).parts
    if "database" not in request.fixturenames or folders[0] in UNWATCHED:
        yield
        return
    from tests.trail import watching  # noqa: PLC0415 (it imports what reads the settings)

    with watching(monkeypatch) as watched:
        yield
    assert watched.unaccounted == [], "record what was done, or exempt the table in tests/trail.py"


async def _on_given_server(sql: str) -> None:
    connection = await asyncpg.connect(GIVEN)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
