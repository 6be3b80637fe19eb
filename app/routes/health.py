"""The two answers a load balancer asks for: whether the program runs, and whether it can serve."""

from typing import Any

import asyncpg
import structlog
from litestar import MediaType, Request, Response, get

from app.acts import act
from app.database import Engine
from app.migrations import standing

log = structlog.get_logger("linli.health")

A_MACHINE = {"exclude_from_csrf": True, "skip_session": True}  # it needs no cookie


@get("/health/live", opt={**A_MACHINE, **act("health.read")}, media_type=MediaType.TEXT)
async def live() -> str:
    """Say that the program runs; asks nothing of the database."""
    return "alive\n"


@get("/health/ready", opt={**A_MACHINE, **act("health.read")}, media_type=MediaType.TEXT)
async def ready(request: Request[Any, Any, Any]) -> Response[str]:
    """Say whether requests can be served: 200, or 503 with the reason."""
    reason = await _obstacle(request.app.state.engine, stopping=request.app.state.stopping)
    return Response(
        f"{reason or 'ready'}\n", status_code=503 if reason else 200, media_type=MediaType.TEXT
    )


async def _obstacle(engine: Engine, *, stopping: bool) -> str | None:
    if stopping or engine.pool is None:
        return "stopping"
    try:
        async with engine.pool.acquire(timeout=5) as connection:
            found = await standing(connection)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        log.warning("database does not answer", exc_info=error)
        return "the database does not answer"
    return None if found.current else "the database's tables are not those of this program"
