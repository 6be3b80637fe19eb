"""Recomputes the book from its transfers alone and names what differs.

Everything is read in one snapshot, in pages, so memory stays bounded and posting goes on meanwhile.
Nothing that the posting path keeps (totals, balances on rows, open holds) is taken on trust, and
neither are the database's own constraints: who tampers with rows may drop those first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from ledger.posting import Connection
from ledger.verbs import engine

TRANSFERS_A_PAGE = 20_000
ACCOUNTS_A_PAGE = 500

Progress = Callable[[str, int, int], None]
"""Told what is being checked, how much is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the book that is not as its transfers say."""

    check: str
    subject: str
    says: str
    should: str

    def __str__(self) -> str:
        """Name the row and both values."""
        return f"{self.check}: {self.subject} says {self.says}, should be {self.should}"


@dataclass(slots=True)
class Verification:
    """What was checked and, of each check, the first row that differs."""

    transfers: int = 0
    accounts: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything agreed."""
        return not self.findings


# Each row is held against its accounts and its target. The first rule that it breaks is named.
_TRANSFERS = """
SELECT t.seq, t.id, CASE
    WHEN num_nulls(t.id, t.community_id, t.debit_account, t.credit_account, t.kind, t.unit,
                   t.amount, t.event_kind, t.event_id, t.actor, t.created_at, t.effective_at) > 0
        THEN 'nothing where a value belongs'
    WHEN t.amount < 1 THEN 'an amount below 1'
    WHEN t.leg < 1 OR (t.journal_id IS NULL AND t.leg <> 1) THEN 'a place in no journal'
    WHEN t.debit_account = t.credit_account THEN 'one account on both sides'
    WHEN d.id IS NULL OR c.id IS NULL THEN 'an account that does not exist'
    WHEN d.unit <> t.unit OR c.unit <> t.unit THEN 'another unit than its accounts'
    WHEN d.community_id <> t.community_id OR c.community_id <> t.community_id
        THEN 'another community than its accounts'
    WHEN t.expires_at IS NOT NULL AND t.kind <> 'hold' THEN 'an expiry on what is not a hold'
    WHEN t.kind IN ('transfer', 'hold') THEN CASE WHEN t."of" IS NOT NULL THEN 'a target' END
    WHEN target.id IS NULL THEN 'a target that does not exist'
    WHEN target.seq >= t.seq THEN 'a target that came later'
    WHEN target.community_id <> t.community_id THEN 'a target in another book'
    WHEN t.kind = 'reversal' AND target.kind NOT IN ('transfer', 'post')
        THEN 'a target that cannot be reversed'
    WHEN t.kind <> 'reversal' AND target.kind <> 'hold' THEN 'a target that is not a hold'
    WHEN t.kind = 'reversal' AND (target.debit_account, target.credit_account)
        <> (t.credit_account, t.debit_account) THEN 'other accounts than its target'
    WHEN t.kind <> 'reversal' AND (target.debit_account, target.credit_account)
        <> (t.debit_account, t.credit_account) THEN 'other accounts than its target'
    WHEN t.kind = 'post' AND t.amount > target.amount THEN 'more than its hold'
    WHEN t.kind IN ('void', 'reversal') AND t.amount <> target.amount
        THEN 'another amount than its target'
    WHEN EXISTS (SELECT FROM transfer AS o WHERE o."of" = t."of" AND o.seq < t.seq)
        THEN 'a target that was resolved before'
    END AS broken
FROM transfer AS t
LEFT JOIN account AS d ON d.id = t.debit_account
LEFT JOIN account AS c ON c.id = t.credit_account
LEFT JOIN transfer AS target ON target.id = t."of"
WHERE t.seq > $1 AND t.seq <= $2
"""

# By rows, not by numbers: a made-up row may stand anywhere.
_PAGE_OF_TRANSFERS = """
SELECT max(seq) AS high, count(*) AS transfers
FROM (SELECT seq FROM transfer WHERE seq > $1 ORDER BY seq LIMIT $2) AS page
"""

_FIRST_BROKEN = f"SELECT * FROM ({_TRANSFERS}) AS row WHERE broken IS NOT NULL ORDER BY seq LIMIT 1"

_UNLIKE_JOURNAL = """
SELECT t.seq, t.id FROM transfer AS t
LEFT JOIN transfer AS first ON first.journal_id = t.journal_id AND first.leg = 1
LEFT JOIN transfer AS before ON before.journal_id = t.journal_id AND before.leg = t.leg - 1
WHERE t.seq > $1 AND t.seq <= $2 AND t.journal_id IS NOT NULL
  AND ((t.community_id, t.event_kind, t.event_id, t.actor, t.on_behalf_of)
       IS DISTINCT FROM (first.community_id, first.event_kind, first.event_id, first.actor,
                         first.on_behalf_of)
       OR (t.leg <> 1 AND (before.seq < t.seq) IS NOT TRUE))
ORDER BY t.seq LIMIT 1
"""

# What each transfer does to each of its two accounts, then summed in the order of the book.
_EFFECTS = """
WITH side AS (
    SELECT t.debit_account AS account, t.seq, t.id, t.kind, t.amount, target.amount AS target,
           true AS debit, t.debit_posted AS posted_said, t.debit_held AS held_said
    FROM transfer AS t LEFT JOIN transfer AS target ON target.id = t."of"
    WHERE t.debit_account = ANY($1::uuid[])
    UNION ALL
    SELECT t.credit_account, t.seq, t.id, t.kind, t.amount, target.amount, false,
           t.credit_posted, t.credit_held
    FROM transfer AS t LEFT JOIN transfer AS target ON target.id = t."of"
    WHERE t.credit_account = ANY($1::uuid[])
), effect AS (
    SELECT account, seq, id, debit, posted_said, held_said,
           CASE WHEN kind IN ('transfer', 'post', 'reversal') THEN amount ELSE 0 END AS posted,
           CASE WHEN kind = 'hold' THEN amount
                WHEN kind IN ('post', 'void') THEN -target ELSE 0 END AS pending
    FROM side
)
"""

_BALANCES_ON_ROWS = f"""{_EFFECTS}
, running AS (
    SELECT account, seq, id, posted_said, held_said,
           sum(CASE WHEN debit THEN -posted ELSE posted END) OVER sofar AS posted,
           sum(CASE WHEN debit THEN pending ELSE 0 END) OVER sofar AS held
    FROM effect WINDOW sofar AS (PARTITION BY account ORDER BY seq)
)
SELECT account, seq, id, posted_said, posted::text, held_said, held::text FROM running
WHERE (posted, held) IS DISTINCT FROM (posted_said, held_said) ORDER BY seq LIMIT 1
"""

_TOTALS = f"""{_EFFECTS}
, summed AS (
    SELECT account,
           coalesce(sum(posted) FILTER (WHERE debit), 0) AS debits_posted,
           coalesce(sum(posted) FILTER (WHERE NOT debit), 0) AS credits_posted,
           coalesce(sum(pending) FILTER (WHERE debit), 0) AS debits_pending,
           coalesce(sum(pending) FILTER (WHERE NOT debit), 0) AS credits_pending
    FROM effect GROUP BY account
)
SELECT a.id, a.floor, a.closed_at,
       ARRAY[a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending]::text[]
           AS said,
       ARRAY[coalesce(s.debits_posted, 0), coalesce(s.credits_posted, 0),
             coalesce(s.debits_pending, 0), coalesce(s.credits_pending, 0)]::text[] AS found
FROM account AS a LEFT JOIN summed AS s ON s.account = a.id
WHERE a.id = ANY($1::uuid[]) ORDER BY a.id
"""

_HOLDS_NOT_NOTED = """
SELECT t.id FROM transfer AS t
WHERE t.seq > $1 AND t.seq <= $2 AND t.kind = 'hold'
  AND EXISTS (SELECT FROM open_hold AS o WHERE o.hold_id = t.id
              AND o.debit_account = t.debit_account AND o.community_id = t.community_id
              AND o.expires_at IS NOT DISTINCT FROM t.expires_at)
      = EXISTS (SELECT FROM transfer AS r WHERE r."of" = t.id)
ORDER BY t.seq LIMIT 1
"""

_HOLDS_UNKNOWN = """
SELECT o.hold_id FROM open_hold AS o LEFT JOIN transfer AS t ON t.id = o.hold_id
WHERE t.kind IS DISTINCT FROM 'hold' LIMIT 1
"""

_GUARDS = """
SELECT conname AS name, convalidated AS good FROM pg_constraint
WHERE (conrelid IN ('transfer'::regclass, 'account'::regclass) AND contype <> 'n')
   OR contypid IN (SELECT oid FROM pg_type WHERE typname IN ('amount', 'total'))
UNION ALL
SELECT tgname, tgenabled IN ('O', 'A') FROM pg_trigger
WHERE tgrelid IN ('transfer'::regclass, 'account'::regclass) AND NOT tgisinternal
UNION ALL
SELECT c.relname, i.indisvalid AND i.indisunique FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relname = 'resolved_once'
UNION ALL
SELECT proname, prosrc ~ 'RAISE EXCEPTION' AND prosrc !~* 'return' FROM pg_proc
WHERE proname = 'refuse_change'
UNION ALL
SELECT 'app_has_no_right_to_edit', NOT (
    has_table_privilege('linli_app', 'transfer', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
    OR has_any_column_privilege('linli_app', 'transfer', 'UPDATE')
    OR has_table_privilege('linli_app', 'account', 'DELETE, TRUNCATE, TRIGGER'))
"""

GUARDS = frozenset(
    {
        "transfer_id_once", "debit_account_known", "credit_account_known", "target_known",
        "transfer_two_accounts", "transfer_fits_kind", "resolved_once", "floor_kept",
        "account_closed_empty", "one_account_of_its_kind", "account_of_one_community_and_unit",
        "transfer_is_immutable", "transfer_is_not_truncated", "account_keeps_identity",
        "account_is_not_deleted", "account_is_not_truncated",
        "amount_positive", "total_not_negative", "refuse_change", "app_has_no_right_to_edit",
    }
)  # fmt: skip
"""Constraints, triggers and rights without which the database no longer enforces the rules."""


def _quiet(_what: str, _done: int, _all: int) -> None:
    """Tell nobody."""


async def verify(progress: Progress = _quiet) -> Verification:
    """Recompute every balance, hold and rule of every community's book from the rows alone.

    Returns what was checked and, for each check, the first row that differs.
    """
    verification = Verification()
    connection = await engine().get_new_connection()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # A page of accounts with long histories may take longer than a page on the web should.
            await connection.execute("SET LOCAL statement_timeout = 0")
            await _check_guards(connection, verification)
            await _check_transfers(connection, verification, progress)
            await _check_accounts(connection, verification, progress)
    finally:
        await connection.close()
    return verification


def _find(
    verification: Verification, check: str, subject: object, *, says: Any, should: Any
) -> None:
    """Note a finding, if it is the first of its check."""
    if all(finding.check != check for finding in verification.findings):
        verification.findings.append(Finding(check, str(subject), str(says), str(should)))


async def _check_guards(connection: Connection, verification: Verification) -> None:
    present = {row["name"]: row["good"] for row in await connection.fetch(_GUARDS)}
    for name in sorted(GUARDS):
        if not present.get(name):
            says = "disabled" if name in present else "missing"
            _find(verification, "guards", name, says=says, should="active")


async def _check_transfers(
    connection: Connection, verification: Verification, progress: Progress
) -> None:
    count = await connection.fetchval("SELECT count(*) FROM transfer")
    low = await connection.fetchval("SELECT coalesce(min(seq), 0) - 1 FROM transfer")
    while True:
        found = await connection.fetchrow(_PAGE_OF_TRANSFERS, low, TRANSFERS_A_PAGE)
        if found is None or not found["transfers"]:
            break
        page = (low, found["high"])
        low = found["high"]
        verification.transfers += found["transfers"]
        if row := await connection.fetchrow(_FIRST_BROKEN, *page):
            _find(verification, "transfers", _named(row), says=row["broken"], should="none of that")
        if row := await connection.fetchrow(_UNLIKE_JOURNAL, *page):
            _find(
                verification, "journals", _named(row),
                says="another origin or place", should="that of its journal",
            )  # fmt: skip
        if row := await connection.fetchrow(_HOLDS_NOT_NOTED, *page):
            _find(
                verification, "open holds", f"hold {row['id']}",
                says="open and settled, or neither", should="one of both",
            )  # fmt: skip
        progress("transfers", verification.transfers, count)
    if row := await connection.fetchrow(_HOLDS_UNKNOWN):
        _find(
            verification, "open holds", f"open hold {row['hold_id']}",
            says="open", should="a hold in the book",
        )  # fmt: skip


async def _check_accounts(
    connection: Connection, verification: Verification, progress: Progress
) -> None:
    count = await connection.fetchval("SELECT count(*) FROM account")
    cursor = await connection.cursor("SELECT id FROM account ORDER BY id")
    while page := [row["id"] for row in await cursor.fetch(ACCOUNTS_A_PAGE)]:
        if row := await connection.fetchrow(_BALANCES_ON_ROWS, page):
            _find(
                verification,
                "balances on rows",
                f"{_named(row)} for account {row['account']}",
                says=f"posted {row['posted_said']}, held {row['held_said']}",
                should=f"posted {row['posted']}, held {row['held']}",
            )
        for row in await connection.fetch(_TOTALS, page):
            _check_totals(row, verification)
        verification.accounts += len(page)
        progress("accounts", verification.accounts, count)


def _check_totals(row: asyncpg.Record, verification: Verification) -> None:
    subject = f"account {row['id']}"
    if row["said"] != row["found"]:
        _find(verification, "account totals", subject, says=row["said"], should=row["found"])
    debits, credits_, pending, incoming = map(int, row["found"])
    if row["floor"] is not None and credits_ - debits - pending < row["floor"]:
        _find(
            verification, "floors", subject,
            says=credits_ - debits - pending, should=f"at least {row['floor']}",
        )  # fmt: skip
    if row["closed_at"] is not None and (credits_ != debits or pending or incoming):
        _find(verification, "closed accounts", subject, says="not empty", should="empty")


def _named(row: asyncpg.Record) -> str:
    return f"transfer {row['id']} (seq {row['seq']})"
