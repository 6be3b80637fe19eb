"""A client of the pages' foundation alone."""

from collections.abc import AsyncIterator

import pytest_asyncio
from litestar import Litestar
from litestar.testing import AsyncTestClient

from tests.app.gallery import make_app


@pytest_asyncio.fixture(loop_scope="session")
async def client() -> AsyncIterator[AsyncTestClient[Litestar]]:
    """Give a client that sees redirects rather than follow them."""
    async with AsyncTestClient(make_app()) as made:
        made.follow_redirects = False
        yield made
