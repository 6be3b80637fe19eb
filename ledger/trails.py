"""Reads the transfers of several accounts as one list, newest first. Never writes.

Each account gives its newest entries after the cursor from its two indexes, and only the page's own
rows are read: a page costs as much for a hundred transfers as for a million.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.posting import TRANSFER_COLUMNS, transfer_of
from ledger.reading import AFTER_ALL, BEFORE_ALL, PAGE, place_at
from ledger.tables import TransferRow
from ledger.values import AccountId, Transfer

_NEWEST: Final = """
SELECT seq FROM transfer WHERE {side} = own.id AND seq > {{}} AND seq < {{}}
ORDER BY seq DESC LIMIT {{}}
"""

# Distinct, because a transfer between two of the accounts is found on both.
_TRAIL: Final = f"""
WITH page AS (
    SELECT DISTINCT side.seq FROM unnest({{}}::uuid[]) AS own (id), LATERAL (
        ({_NEWEST.format(side="debit_account")}) UNION ALL ({_NEWEST.format(side="credit_account")})
    ) AS side ORDER BY side.seq DESC LIMIT {{}}
)
SELECT {TRANSFER_COLUMNS} FROM transfer WHERE seq IN (SELECT seq FROM page) ORDER BY seq DESC
"""  # noqa: S608 (pieces of our own)

_POSTED_AT: Final = """
SELECT account.id, coalesce(last.posted, 0) AS posted FROM account LEFT JOIN LATERAL (
    (SELECT seq, debit_posted AS posted FROM transfer
     WHERE debit_account = account.id AND seq <= {} ORDER BY seq DESC LIMIT 1)
    UNION ALL
    (SELECT seq, credit_posted FROM transfer
     WHERE credit_account = account.id AND seq <= {} ORDER BY seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1
) AS last ON true WHERE account.id = ANY({})
"""


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of transfers of several accounts, newest first.

    `older` continues it; None at the end.
    """

    transfers: tuple[Transfer, ...]
    older: int | None


async def trail(
    accounts: Collection[AccountId],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int | None = None,
    size: int = PAGE,
) -> Trail:
    """Return a page of the transfers that touch any of these accounts, holds and voids too.

    `since` and `until` are moments of booking, both included; `page` is the `older` of the page
    before.
    """
    first = BEFORE_ALL if since is None else await place_at(since - since.resolution)
    end = AFTER_ALL if until is None else await place_at(until) + 1
    if page is not None:
        end = min(end, page)
    side = (first, end, size + 1)
    rows = await TransferRow.raw(_TRAIL, list(accounts), *side, *side, size + 1)
    found = tuple(transfer_of(row.values()) for row in rows[:size])
    return Trail(found, found[-1].seq if len(rows) > size else None)


async def balances_at(accounts: Collection[AccountId], place: int) -> dict[AccountId, int]:
    """Return what was booked on each of these accounts up to a place in the book, in its unit."""
    rows = await TransferRow.raw(_POSTED_AT, place, place, list(accounts))
    return {AccountId(row["id"]): row["posted"] for row in rows}
