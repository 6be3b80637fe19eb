"""The site as a demo, for the tests of one file; and a client of the pages' foundation alone."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.main import running
from app.settings import settings
from tests.app.gallery import make_app
from tests.built import built
from tests.quick_jobs import without_rounds


@pytest.fixture(scope="session", autouse=True)
def quick_jobs() -> Iterator[None]:
    """Let every file's app begin without going round all communities."""
    with without_rounds():
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[AsyncTestClient[Litestar]]:
    """Give a client that sees redirects rather than follow them."""
    async with AsyncTestClient(make_app()) as made:
        made.follow_redirects = False
        yield made


@pytest.fixture(autouse=True)
def settings_as_they_are() -> Iterator[None]:
    """Read the settings anew for each test, and after it."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(database: object) -> AsyncIterator[Litestar]:  # noqa: ARG001 (the app needs it)
    """Give the app as a demo, where anybody signs in as anybody; it runs for a file's tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LINLI_DEMO", "true")
        settings.cache_clear()
        made = built()
        async with running(made):
            yield made
