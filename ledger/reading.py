"""Reads the book: balances, statements, trial balances, journals. Never writes.

**As of a moment** means: the transfers up to the place in the book that had been reached then.
The place is found by halving over `seq` (some twenty look-ups in ten million rows), and each
transfer carries its accounts' balances, so no history is summed. Whatever the clock did, such a
cut is a prefix of the book, and a prefix always balances.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.errors import UnknownAccount
from ledger.posting import TRANSFER_COLUMNS, transfer_of
from ledger.tables import AccountRow, TransferRow
from ledger.values import (
    Account,
    AccountId,
    Balance,
    CommunityId,
    Entry,
    JournalId,
    Kind,
    Statement,
    Transfer,
    TransferId,
    TrialBalance,
    TrialBalanceLine,
    Unit,
)

PAGE = 50
"""Entries on a statement's page unless the caller says otherwise."""

BEFORE_ALL = 0
AFTER_ALL = 2**63 - 1

_PLACE = """
WITH RECURSIVE halving (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT max(seq) FROM transfer), 0)
    UNION ALL
    SELECT CASE WHEN found.reached THEN found.middle ELSE low END,
           CASE WHEN found.reached THEN high ELSE found.middle - 1 END
    FROM halving, LATERAL (
        SELECT middle, coalesce(
            (SELECT created_at <= {} FROM transfer WHERE seq <= middle
             ORDER BY seq DESC LIMIT 1), true) AS reached
        FROM (SELECT low + (high - low + 1) / 2 AS middle) AS half
    ) AS found
    WHERE low < high
)
SELECT max(low) AS place FROM halving
"""

# The last entry of an account at or before a place in the book, from either index.
_LAST_ENTRY = """
(SELECT seq, debit_posted AS posted, debit_held AS held FROM transfer
 WHERE debit_account = account.id AND seq <= {place} ORDER BY seq DESC LIMIT 1)
UNION ALL
(SELECT seq, credit_posted, credit_held FROM transfer
 WHERE credit_account = account.id AND seq <= {place} ORDER BY seq DESC LIMIT 1)
ORDER BY seq DESC LIMIT 1
"""

_ACCOUNT = "id, community_id, unit, kind, owner, normal_side, floor, closed_at"

_BALANCES_NOW = f"""
SELECT {_ACCOUNT}, credits_posted - debits_posted AS posted, debits_pending AS held
FROM account WHERE community_id = {{}} ORDER BY kind, unit, id
"""

_BALANCES_AT = f"""
SELECT {_ACCOUNT}, coalesce(last.posted, 0) AS posted, coalesce(last.held, 0) AS held
FROM account LEFT JOIN LATERAL ({_LAST_ENTRY.format(place="{}")}) AS last ON true
WHERE community_id = {{}} ORDER BY kind, unit, id
"""

_ENTRIES = f"""
SELECT * FROM (
    (SELECT {TRANSFER_COLUMNS} FROM transfer
     WHERE debit_account = {{}} AND seq > {{}} AND seq < {{}} AND kind = ANY({{}})
     ORDER BY seq DESC LIMIT {{}})
    UNION ALL
    (SELECT {TRANSFER_COLUMNS} FROM transfer
     WHERE credit_account = {{}} AND seq > {{}} AND seq < {{}} AND kind = ANY({{}})
     ORDER BY seq DESC LIMIT {{}})
) AS side ORDER BY seq DESC LIMIT {{}}
"""

POSTED = (Kind.TRANSFER, Kind.POST, Kind.REVERSAL)
"""The kinds of transfer that change a posted balance."""


async def balance(account: AccountId, *, as_of: datetime | None = None) -> Balance:
    """Return an account's balance now, or as the book stood at a past moment.

    Raises `UnknownAccount`.
    """
    if as_of is None:
        rows = await AccountRow.raw(
            "SELECT unit, credits_posted - debits_posted AS posted, debits_pending AS held"
            " FROM account WHERE id = {}",
            account,
        )
    else:
        place = await place_at(as_of)
        rows = await AccountRow.raw(
            "SELECT unit, coalesce(last.posted, 0) AS posted, coalesce(last.held, 0) AS held"
            f" FROM account LEFT JOIN LATERAL ({_LAST_ENTRY.format(place='{}')}) AS last ON true"
            " WHERE id = {}",
            place,
            place,
            account,
        )
    if not rows:
        raise UnknownAccount(account)
    (row,) = rows
    return Balance(account, Unit(row["unit"]), row["posted"], row["held"])


async def place_at(moment: datetime) -> int:
    """Return the `seq` that the book had reached at a moment; 0 before the first transfer."""
    rows = await TransferRow.raw(_PLACE, moment)
    return int(rows[0]["place"])


async def trial_balance(
    community_id: CommunityId, *, as_of: datetime | None = None
) -> TrialBalance:
    """Return every account's balance in a community's book, now or as of a past moment."""
    if as_of is None:
        rows = await AccountRow.raw(_BALANCES_NOW, community_id)
    else:
        place = await place_at(as_of)
        rows = await AccountRow.raw(_BALANCES_AT, place, place, community_id)
    return TrialBalance(tuple(_line(row) for row in rows))


def _line(row: dict[str, Any]) -> TrialBalanceLine:
    posted, held = row.pop("posted"), row.pop("held")
    account = Account(**row)
    return TrialBalanceLine(account, Balance(account.id, account.unit, posted, held))


async def statement(
    account: AccountId,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int | None = None,
    size: int = PAGE,
    kinds: tuple[Kind, ...] = POSTED,
) -> Statement:
    """Return a page of an account's entries with the balance after each, newest first.

    `since` and `until` are moments of booking, both included. `page` is the `older` of the page
    before; `size` the most entries to return; `kinds` are by default those that change the posted
    balance (give all of `Kind` to see holds and their release too).
    """
    first = BEFORE_ALL if since is None else await place_at(since - since.resolution)
    end = AFTER_ALL if until is None else await place_at(until) + 1
    if page is not None:
        end = min(end, page)
    side = (account, first, end, [kind.value for kind in kinds], size + 1)
    rows = await TransferRow.raw(_ENTRIES, *side, *side, size + 1)
    entries = tuple(_entry(account, transfer_of(row.values())) for row in rows[:size])
    return Statement(account, entries, entries[-1].transfer.seq if len(rows) > size else None)


def _entry(account: AccountId, transfer: Transfer) -> Entry:
    moved = transfer.amount if transfer.kind in POSTED else 0
    if transfer.debit == account:
        return Entry(transfer, account, -moved, transfer.debit_posted, transfer.debit_held)
    return Entry(transfer, account, moved, transfer.credit_posted, transfer.credit_held)


async def journal(key: JournalId | TransferId) -> tuple[Transfer, ...]:
    """Return the transfers of a journal, or the single transfer with this id; empty if unknown."""
    rows = await TransferRow.raw(
        f"SELECT {TRANSFER_COLUMNS} FROM transfer WHERE journal_id = {{}} ORDER BY seq", key
    ) or await TransferRow.raw(f"SELECT {TRANSFER_COLUMNS} FROM transfer WHERE id = {{}}", key)
    return tuple(transfer_of(row.values()) for row in rows)


async def open_holds(account: AccountId) -> tuple[Transfer, ...]:
    """Return the holds that reserve something of an account now, oldest first."""
    rows = await TransferRow.raw(
        f"SELECT {TRANSFER_COLUMNS} FROM transfer"
        " WHERE id IN (SELECT hold_id FROM open_hold WHERE debit_account = {}) ORDER BY seq",
        account,
    )
    return tuple(transfer_of(row.values()) for row in rows)


async def named_accounts(accounts: set[AccountId]) -> dict[UUID, Account]:
    """Return the named accounts by id, for a page that says who stands on the other side."""
    rows = await AccountRow.raw(
        f"SELECT {_ACCOUNT} FROM account WHERE id = ANY({{}})", list(accounts)
    )
    return {row["id"]: Account(**row) for row in rows}


async def transfers_between(
    debit: AccountId, credit: AccountId, *, size: int = PAGE
) -> tuple[Transfer, ...]:
    """Return the transfers that passed from one account to another, newest first.

    Those that were taken back by a reversal are left out.
    """
    rows = await TransferRow.raw(
        f"SELECT {TRANSFER_COLUMNS} FROM transfer WHERE debit_account = {{}}"
        " AND credit_account = {} AND kind = ANY({}) AND NOT EXISTS (SELECT FROM transfer AS back"
        " WHERE back.\"of\" = transfer.id AND back.kind = 'reversal') ORDER BY seq DESC LIMIT {}",
        debit,
        credit,
        [Kind.TRANSFER.value, Kind.POST.value],
        size,
    )
    return tuple(transfer_of(row.values()) for row in rows)


async def passed_between(
    debit: AccountId, credit: AccountId, *, since: datetime | None = None
) -> int:
    """Return how much passed from one account to another and stayed, in all or booked since then.

    What passed back by a reversal is taken off, when it was booked.
    """
    rows = await TransferRow.raw(
        "SELECT coalesce(sum(CASE WHEN debit_account = {} THEN amount ELSE -amount END), 0)::bigint"
        " AS passed FROM transfer WHERE seq > {} AND ("
        " (debit_account = {} AND credit_account = {} AND kind = ANY({}))"
        " OR (debit_account = {} AND credit_account = {} AND kind = 'reversal'))",
        debit,
        0 if since is None else await place_at(since - since.resolution),
        debit,
        credit,
        [Kind.TRANSFER.value, Kind.POST.value],
        credit,
        debit,
    )
    return int(rows[0]["passed"])


async def balances_by_owner(
    community_id: CommunityId, kind: str, unit: Unit
) -> dict[UUID, Balance]:
    """Return the balances of a community's accounts of a kind that hold something, by owner."""
    rows = await AccountRow.raw(
        "SELECT id, owner, credits_posted - debits_posted AS posted, debits_pending AS held"
        " FROM account WHERE community_id = {} AND kind = {} AND unit = {} AND owner IS NOT NULL"
        " AND credits_posted <> debits_posted",
        community_id,
        kind,
        unit,
    )
    return {
        row["owner"]: Balance(AccountId(row["id"]), unit, row["posted"], row["held"])
        for row in rows
    }
