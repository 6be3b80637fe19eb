"""Puts deliveries into the job library's queue, within the caller's transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.messages.tables import DeliveryRow

SPREAD: Final = "spread"
DELIVER: Final = "deliver"

# The library's own way to enqueue runs on its own connection; a row in our transaction is a job
# exactly when what it is about is stored. One job for a thing at a time: the key says so.
_QUEUE: Final = """
INSERT INTO pgqueuer (priority, status, entrypoint, payload, execute_after, dedupe_key)
SELECT {}, 'queued', {}, convert_to(subject::text, 'UTF8'), {}, {} || ':' || subject
FROM unnest({}::uuid[]) AS subject
ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL DO NOTHING
"""

_LATE: Final = "SELECT id FROM message_delivery WHERE state = 'waiting' AND due_at < {} LIMIT 500"

URGENT: Final = 10


async def queue(
    entrypoint: str, subjects: Collection[UUID], at: datetime, *, urgent: bool = False
) -> None:
    """Queue one job for each subject, unless it has one."""
    await DeliveryRow.raw(
        _QUEUE, URGENT if urgent else 0, entrypoint, at, entrypoint, list(subjects)
    )


async def late_deliveries(before: datetime) -> list[UUID]:
    """Return deliveries that should have been tried before a moment."""
    return [row["id"] for row in await DeliveryRow.raw(_LATE, before)]


async def tidy(kept: timedelta, now: datetime) -> None:
    """Drop the library's notes on jobs that ended long ago; it never does so itself."""
    for table in ("pgqueuer_log", "pgqueuer_statistics"):
        await DeliveryRow.raw(f"DELETE FROM {table} WHERE created < {{}}", now - kept)  # noqa: S608 (two names of ours)


async def counts() -> dict[tuple[str, str], int]:
    """Return how many deliveries wait and how many were given up in the last week, by way."""
    rows: list[dict[str, Any]] = await DeliveryRow.raw(
        "SELECT way, state, count(*) AS many FROM message_delivery WHERE state = 'waiting'"
        " OR state = 'given_up' AND ended_at > now() - interval '7 days' GROUP BY way, state"
    )
    return {(row["way"], row["state"]): row["many"] for row in rows}
