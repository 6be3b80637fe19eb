"""Hundreds vote at once over HTTP while the round is closed: the count is what they were told."""

import os

import asyncpg
import pytest

from app.database import DATABASE, Engine
from app.postgres import Postgres
from bench.ballots_clients import settle, vote_and_close, wrong
from bench.visits import environment, free_port, serving

VOTERS = int(os.environ.get("LINLI_BALLOTS", "600"))
CLIENTS = 64


async def test_what_is_counted_is_what_the_voters_were_told(
    server: Postgres | None,
    database: Engine,  # noqa: ARG001 (must be migrated)
) -> None:
    """LINLI_BALLOTS=20000 takes some minutes."""
    if server is None:
        pytest.skip("the program is started on the embedded server")
    owner = await asyncpg.connect(server.address(database=DATABASE))
    try:
        town = await settle(owner, VOTERS)
        port = free_port()
        settings = environment(server, DATABASE) | {"LINLI_WORKERS": "2", "LINLI_POOL_MAX": "8"}
        words = ["-c", "from app.commands import main; main()", "serve", "--port", str(port)]
        async with serving(words, settings, port, "/health/ready"):
            found = await vote_and_close(town, port, clients=CLIENTS, close_at=0.6)
        assert await wrong(owner, town, found) == []
        assert found.kept > VOTERS * 0.6
        assert found.refused > VOTERS * 0.2, "it was closed in the middle"
    finally:
        await owner.close()
