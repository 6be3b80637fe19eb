"""The floor of the ballots: a bare Litestar route that writes the same row and does nothing else.

    python -m bench.ballots_floor PORT

One upsert in one transaction, through an asyncpg pool of the program's own size and settings,
behind the same server with one worker: nobody is signed in, nothing is asked, nothing is sealed.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar, post
from litestar.datastructures import State
from litestar.params import FromPath

from app.database import connection_settings, pool_settings

SEALED: Final = bytes(range(80))
_KEEP: Final = (
    "INSERT INTO ballot (round_id, mark, sealed) VALUES ($1, $2, $3)"
    " ON CONFLICT ON CONSTRAINT one_ballot_each DO UPDATE SET sealed = excluded.sealed"
)


@post("/{round_id:uuid}/{voter:uuid}", status_code=204)
async def keep(state: State, round_id: FromPath[UUID], voter: FromPath[UUID]) -> None:
    """Write what a vote writes."""
    async with state.pool.acquire() as connection, connection.transaction():
        await connection.execute(_KEEP, round_id, sha256(voter.bytes).digest(), SEALED)


@asynccontextmanager
async def pooled(app: Litestar) -> AsyncGenerator[None, None]:
    """Hold the pool for as long as the floor serves."""
    async with asyncpg.create_pool(**connection_settings(), **pool_settings()) as pool:
        app.state.pool = pool
        yield


def create_app() -> Litestar:
    """Build the floor."""
    return Litestar([keep], lifespan=[pooled], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    Granian(
        "bench.ballots_floor:create_app",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
