"""Adds up what passed through accounts: stored sums, and the transfers since.

An account's transfers are booked one after the other, under the lock of its row, so those that can
be seen are always its first ones without a gap. A sum up to a place therefore never misses one that
commits later, and `keep_sums` can store it: a page adds only what came after. Everything that a
page says is read in one statement, so that nothing comes in between.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import ledger
from ledger import AccountId, Kind, Unit
from marketplace.money import ESCROW, PAID_OUT, PROJECT_ACCOUNT
from marketplace.open_books.tables import TrailMarkRow, TrailSumRow
from marketplace.open_books.values import Passed

OWN_KINDS: Final = (ESCROW, PROJECT_ACCOUNT, PAID_OUT)
FRESH_LEAST: Final = 200
"""Fewer transfers than these are added up as quickly as a stored sum is read."""

END: Final = 2**63 - 1
"""After every place in the book."""

_POSTED: Final = ", ".join(f"'{one}'" for one in (Kind.TRANSFER, Kind.POST, Kind.REVERSAL))


def _side(own: str, other: str, kinds: str, more: str = "") -> str:
    """Return the sums of one side of the accounts `own`, each read from one range of its index."""
    return f"""
    SELECT own.id AS account_id, {kinds}, side.source, side.event_kind, side.amount, side.transfers
    FROM own, LATERAL (
        SELECT {other} AS other_id, coalesce(contribution.source, '') AS source, event_kind,
            sum(amount)::bigint AS amount, count(*) AS transfers
        FROM transfer LEFT JOIN contribution ON contribution.id = event_id
        WHERE {own} = own.id AND seq > own.after AND seq <= own.up_to AND kind IN ({_POSTED}) {more}
        GROUP BY 1, 2, 3
    ) AS side JOIN account AS other ON other.id = other_id
    """  # noqa: S608 (pieces of our own)


_DEBITS: Final = _side(
    "debit_account", "credit_account", "own.kind AS from_kind, other.kind AS to_kind"
)
# What passed between two of the accounts is met on its debit side alone.
_CREDITS: Final = _side(
    "credit_account",
    "debit_account",
    "other.kind AS from_kind, own.kind AS to_kind",
    "AND debit_account <> ALL((SELECT accounts FROM asked)::uuid[])",
)
_FRESH: Final = f"{_DEBITS} UNION ALL {_CREDITS}"

_OWN: Final = """
own AS (
    SELECT account.id, kind, coalesce(asked.since, trail_mark.seq, 0) AS after, asked.up_to
    FROM asked, account LEFT JOIN trail_mark ON account_id = account.id
    WHERE account.id = ANY((SELECT accounts FROM asked)::uuid[])
)
"""

_STORED: Final = """
SELECT account_id, from_kind, to_kind, source, event_kind, amount, transfers FROM trail_sum
WHERE account_id = ANY((SELECT accounts FROM asked)::uuid[]) AND (SELECT since FROM asked) IS NULL
"""

_SUMS: Final = f"""
WITH asked AS (
    SELECT {{}}::uuid[] AS accounts, {{}}::bigint AS since, {{}}::bigint AS up_to,
        {{}}::uuid AS community_id, {{}}::text AS unit, {{}}::uuid[] AS projects
), {_OWN}
SELECT 'passed' AS part, from_kind, to_kind, source, event_kind, sum(amount)::bigint AS amount,
    sum(transfers)::bigint AS transfers
FROM ({_FRESH} UNION ALL {_STORED}) AS every GROUP BY 2, 3, 4, 5
UNION ALL
SELECT 'now', kind, '', '', '', sum(credits_posted - debits_posted)::bigint, count(*)
FROM account WHERE id = ANY((SELECT accounts FROM asked)::uuid[]) GROUP BY kind
UNION ALL
SELECT 'whole', '', '', '', '', coalesce(sum(credits_posted - debits_posted), 0)::bigint, count(*)
FROM account WHERE community_id = (SELECT community_id FROM asked)
    AND unit = (SELECT unit FROM asked)
UNION ALL
SELECT 'owed', '', '', source, '', sum(due_fen)::bigint, count(*)
FROM contribution WHERE community_id = (SELECT community_id FROM asked) AND due_fen > 0
    AND project_id = ANY((SELECT projects FROM asked)::uuid[]) GROUP BY source
"""  # noqa: S608 (pieces of our own)

_KEEP: Final = f"""
WITH asked AS (
    SELECT {{}}::uuid[] AS accounts, NULL::bigint AS since, {{}}::bigint AS up_to
), {_OWN}, marked AS (
    INSERT INTO trail_mark (account_id, seq) SELECT id, reached.seq FROM own, LATERAL (
        SELECT greatest(
            (SELECT max(seq) FROM transfer WHERE debit_account = own.id AND seq <= own.up_to),
            (SELECT max(seq) FROM transfer WHERE credit_account = own.id AND seq <= own.up_to),
            own.after) AS seq
    ) AS reached
    ON CONFLICT (account_id) DO UPDATE SET seq = excluded.seq
)
INSERT INTO trail_sum (account_id, from_kind, to_kind, source, event_kind, amount, transfers)
SELECT account_id, from_kind, to_kind, source, event_kind, sum(amount)::bigint,
    sum(transfers)::bigint
FROM ({_FRESH}) AS fresh GROUP BY 1, 2, 3, 4, 5
ON CONFLICT ON CONSTRAINT one_trail_sum_of_its_kind DO UPDATE
SET amount = trail_sum.amount + excluded.amount,
    transfers = trail_sum.transfers + excluded.transfers
"""  # noqa: S608 (pieces of our own)

# An account with so many transfers since its mark, on either side; a look at the index each.
_GROWN: Final = """
SELECT account.id FROM account LEFT JOIN trail_mark ON account_id = account.id
WHERE kind = ANY({}) AND (
    SELECT count(*) FROM (SELECT FROM transfer WHERE debit_account = account.id
        AND transfer.seq > coalesce(trail_mark.seq, 0) LIMIT {}) AS debits
) + (
    SELECT count(*) FROM (SELECT FROM transfer WHERE credit_account = account.id
        AND transfer.seq > coalesce(trail_mark.seq, 0) LIMIT {}) AS credits
) >= {}
ORDER BY account.id
"""

# The accounts of the projects, or of their drives, to which some of these accounts belong.
_FAMILIES: Final = """
WITH owners AS (SELECT DISTINCT owner FROM account WHERE id = ANY({})),
projects AS (
    SELECT owner AS id FROM owners WHERE owner IN (SELECT id FROM project)
    UNION SELECT project_id FROM drive WHERE id IN (SELECT owner FROM owners)
)
SELECT coalesce(drive.project_id, account.owner) AS project_id, array_agg(account.id) AS accounts
FROM account LEFT JOIN drive ON drive.id = account.owner
WHERE account.kind = ANY({}) AND (account.owner IN (SELECT id FROM projects)
    OR drive.project_id IN (SELECT id FROM projects))
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """What passed, what the accounts hold now by kind, what is owed back by source.

    `whole` is the sum over every account of the community in that unit: nothing, in a sound book.
    """

    passed: tuple[Passed, ...]
    now: Mapping[str, int]
    owed: Mapping[str, int]
    whole: int

    @property
    def transfers(self) -> int:
        """How many transfers moved something."""
        return sum(one.transfers for one in self.passed)


async def added_up(
    accounts: Collection[AccountId],
    projects: Collection[UUID],
    *,
    community_id: UUID,
    unit: Unit,
    places: tuple[int, int] | None = None,
) -> Sums:
    """Return the sums of these accounts, over all time or between two `places` in the book.

    `places` are a `seq` that is not included and one that is. What passed between two of the
    accounts counts once. What is owed back is so now.
    """
    since, up_to = places or (None, END)
    rows = await TrailSumRow.raw(
        _SUMS, list(accounts), since, up_to, community_id, unit, list(projects)
    )
    parts: dict[str, list[dict[str, object]]] = {"passed": [], "now": [], "whole": [], "owed": []}
    for row in rows:
        parts[row.pop("part")].append(row)
    passed = (Passed(**row) for row in parts["passed"])  # type: ignore[arg-type]  # as selected
    return Sums(
        tuple(sorted(passed, key=lambda one: (one.from_kind, one.to_kind, one.source))),
        {str(row["from_kind"]): int(str(row["amount"])) for row in parts["now"]},
        {str(row["source"]): int(str(row["amount"])) for row in parts["owed"]},
        sum(int(str(row["amount"])) for row in parts["whole"]),
    )


async def keep_sums(*, least: int = FRESH_LEAST) -> int:
    """Store the sums of projects' accounts that have grown; return how many projects those are.

    Each project is one transaction, and may be repeated: nothing is counted twice, because a mark
    and what it sums up move together, one worker after the other.
    """
    grown = await TrailSumRow.raw(_GROWN, list(OWN_KINDS), least, least, least)
    families = await TrailSumRow.raw(_FAMILIES, [row["id"] for row in grown], list(OWN_KINDS))
    for row in families:
        await _keep(row["accounts"])
    return len(families)


async def _keep(accounts: Collection[UUID]) -> None:
    ids = sorted(accounts)
    async with ledger.transaction():
        await TrailMarkRow.raw(
            "INSERT INTO trail_mark (account_id, seq) SELECT id, 0 FROM unnest({}::uuid[]) AS id"
            " ON CONFLICT DO NOTHING",
            ids,
        )
        await TrailMarkRow.raw(
            "SELECT FROM trail_mark WHERE account_id = ANY({}) ORDER BY account_id"
            " FOR NO KEY UPDATE",
            ids,
        )
        await TrailSumRow.raw(_KEEP, ids, END)
