"""Reads what flowed between kinds of account in a stretch of time. Never writes.

A stretch is one of `effective_at`: when things happened, whenever they were booked. All that was
booked before it, within it and after it, kind by kind, adds up to what the accounts hold now; both
are read in one statement, so that nothing comes in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ledger.reading import POSTED
from ledger.tables import TransferRow
from ledger.values import CommunityId, Unit

_FLOWED = """
SELECT transfer.event_kind, debit.kind AS debit_kind, credit.kind AS credit_kind,
    sum(amount)::bigint AS amount, count(*) AS transfers
FROM transfer JOIN account AS debit ON debit.id = debit_account
JOIN account AS credit ON credit.id = credit_account
WHERE transfer.community_id = {} AND transfer.unit = {} AND transfer.kind = ANY({})
    AND effective_at >= {} AND effective_at < {}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

_PERIOD = """
WITH flowed AS (
    SELECT CASE WHEN effective_at < {} THEN 'before' WHEN effective_at < {} THEN 'within'
            ELSE 'after' END AS part,
        transfer.event_kind, debit_account, credit_account, amount
    FROM transfer
    WHERE transfer.community_id = {} AND transfer.unit = {} AND transfer.kind = ANY({})
)
SELECT part, CASE WHEN part = 'within' THEN flowed.event_kind ELSE '' END AS event_kind,
    debit.kind AS debit_kind, credit.kind AS credit_kind,
    sum(amount)::bigint AS amount, count(*) AS transfers
FROM flowed JOIN account AS debit ON debit.id = debit_account
JOIN account AS credit ON credit.id = credit_account
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT 'now', '', kind, kind, sum(credits_posted - debits_posted)::bigint, count(*)
FROM account WHERE community_id = {} AND unit = {} GROUP BY kind
ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """What passed from one kind of account to another by one kind of event, and in how many steps.

    `amount` is positive, in the unit's smallest parts.
    """

    event_kind: str
    debit_kind: str
    credit_kind: str
    amount: int
    transfers: int


@dataclass(frozen=True, slots=True)
class PeriodFlows:
    """A stretch of time in the book: by kind of account the balance before and after, and flows.

    `now` is what the accounts hold, `later` what passed after the stretch. `balanced` says that
    all flows together are what the accounts hold, for every kind.
    """

    opening: Mapping[str, int]
    flows: tuple[Flow, ...]
    closing: Mapping[str, int]
    later: Mapping[str, int] = field(default_factory=dict)
    now: Mapping[str, int] = field(default_factory=dict)

    @property
    def differences(self) -> dict[str, int]:
        """Return for each kind by how much flows and accounts differ; nothing where they agree."""
        kinds = self.opening.keys() | self.closing.keys() | self.later.keys() | self.now.keys()
        found = {
            kind: self.now.get(kind, 0) - self.closing.get(kind, 0) - self.later.get(kind, 0)
            for kind in sorted(kinds)
        }
        return {kind: amount for kind, amount in found.items() if amount}

    @property
    def balanced(self) -> bool:
        """Say whether the flows add up to what the accounts hold, and all of it to zero."""
        return not self.differences and sum(self.closing.values()) == 0


async def flows(
    community_id: CommunityId, unit: Unit, *, since: datetime, until: datetime
) -> tuple[Flow, ...]:
    """Return what flowed from `since` on and before `until`, by kind of event and account."""
    kinds = [kind.value for kind in POSTED]
    rows = await TransferRow.raw(_FLOWED, community_id, unit, kinds, since, until)
    return tuple(Flow(**row) for row in rows)


async def period_flows(
    community_id: CommunityId, unit: Unit, *, since: datetime, until: datetime
) -> PeriodFlows:
    """Return a stretch of time with its balances, held against the accounts. Reads the whole book.

    For a report that is made once. Every number comes from one statement.
    """
    kinds = [kind.value for kind in POSTED]
    rows = await TransferRow.raw(
        _PERIOD, since, until, community_id, unit, kinds, community_id, unit
    )
    parts: dict[str, list[dict[str, Any]]] = {"before": [], "within": [], "after": [], "now": []}
    for row in rows:
        parts[row.pop("part")].append(row)
    within = tuple(Flow(**row) for row in parts["within"])
    opening = _sums(parts["before"])
    closing = dict(opening)
    for kind, amount in _sums(parts["within"]).items():
        closing[kind] = closing.get(kind, 0) + amount
    now = {row["debit_kind"]: row["amount"] for row in parts["now"]}
    return PeriodFlows(opening, within, closing, _sums(parts["after"]), now)


def _sums(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return for each kind of account what came in less what went out."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["debit_kind"]] = found.get(row["debit_kind"], 0) - row["amount"]
        found[row["credit_kind"]] = found.get(row["credit_kind"], 0) + row["amount"]
    return found
