"""What reading costs in a long book: statement pages, and balances of now and of long ago."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import ledger
from bench.fill import YEARS, History
from bench.server import Server

TIMES = 200


@dataclass(frozen=True)
class Reading:
    """One kind of reading: median milliseconds, and what its statements touched."""

    what: str
    history: int
    """Transfers of the account."""
    millis: float
    buffers: int
    """Pages of 8 kB that PostgreSQL looked at, in memory or on disk."""
    rows: int
    """Rows that the plan's scans met, those it dropped included."""


async def read_all(server: Server, history: History) -> list[Reading]:
    """Time each reading on accounts with long and short histories, taking turns."""
    many, few = history.many, history.few
    halfway = history.since + timedelta(days=YEARS * 365) / 2
    readings: list[tuple[str, ledger.AccountId, Callable[[], Awaitable[object]]]] = []
    for account in (few, many):
        middle = await _middle(server, account)
        readings += [
            ("statement, first page", account, _statement(account, None)),
            ("statement, middle page", account, _statement(account, middle)),
            ("balance now", account, _balance(account, None)),
            ("balance halfway back", account, _balance(account, halfway)),
        ]
    took: list[list[float]] = [[] for _ in readings]
    for _ in range(TIMES):
        for (_, _, read), times in zip(readings, took, strict=True):
            began = time.perf_counter()
            await read()
            times.append(time.perf_counter() - began)
    found = []
    for (what, account, read), times in zip(readings, took, strict=True):
        length = await server.owner.fetchval(
            "SELECT count(*) FROM transfer WHERE debit_account = $1 OR credit_account = $1", account
        )
        buffers, rows = await _touched(server, read)
        found.append(Reading(what, length, median(times) * 1000, buffers, rows))
    return found


def _statement(account: ledger.AccountId, page: int | None) -> Callable[[], Awaitable[object]]:
    return lambda: ledger.statement(account, page=page)


def _balance(account: ledger.AccountId, as_of: Any) -> Callable[[], Awaitable[object]]:
    return lambda: ledger.balance(account, as_of=as_of)


async def _middle(server: Server, account: ledger.AccountId) -> int:
    """Return the place of the page halfway through an account's history."""
    found = await server.owner.fetchval(
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY seq) FROM transfer"
        " WHERE debit_account = $1 OR credit_account = $1",
        account,
    )
    return int(found)


async def _touched(server: Server, read: Callable[[], Awaitable[object]]) -> tuple[int, int]:
    """Explain the statements that a reading sends; return the buffers and rows that they met."""
    sent: list[Any] = []
    async with ledger.transaction() as transaction:
        connection = transaction.connection
        connection.add_query_logger(sent.append)
        await read()
        connection.remove_query_logger(sent.append)
    buffers = rows = 0
    for query in sent:
        explained = await server.owner.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.query}", *query.args
        )
        plan = json.loads(explained)[0]["Plan"]
        buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        rows += _rows(plan)
    return buffers, rows


def _rows(plan: dict[str, Any]) -> int:
    """Add up the rows that a plan's scans of tables met."""
    inner = sum(_rows(part) for part in plan.get("Plans", ()))
    if "Relation Name" not in plan:
        return inner
    met = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return inner + round(met * plan["Actual Loops"])
