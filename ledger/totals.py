"""What a book comes to, added up by the database: by kind of account, and by owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.tables import AccountRow
from ledger.values import CommunityId, Unit

_BY_KIND: Final = """
SELECT kind, count(*)::int AS accounts,
    coalesce(sum(credits_posted - debits_posted), 0)::bigint AS posted,
    coalesce(sum(debits_pending), 0)::bigint AS held
FROM account WHERE community_id = {} AND unit = {} GROUP BY kind ORDER BY kind
"""

_BY_OWNER: Final = """
SELECT owner, sum(credits_posted - debits_posted)::bigint AS posted
FROM account
WHERE community_id = {} AND unit = {} AND kind = ANY({}) AND owner IS NOT NULL
    AND credits_posted <> debits_posted
GROUP BY owner
"""


@dataclass(frozen=True, slots=True)
class KindTotal:
    """All accounts of one kind and unit together: how many, their posted balance, what is held."""

    kind: str
    accounts: int
    posted: int
    held: int


async def totals(community_id: CommunityId, unit: Unit) -> tuple[KindTotal, ...]:
    """Return the sums of a unit in a community's book by kind; together they are zero."""
    rows = await AccountRow.raw(_BY_KIND, community_id, unit)
    return tuple(KindTotal(**row) for row in rows)


async def posted_by_owner(
    community_id: CommunityId, unit: Unit, kinds: tuple[str, ...]
) -> Mapping[UUID, int]:
    """Return each owner's posted balance over their accounts of these kinds; zeros are left out."""
    rows = await AccountRow.raw(_BY_OWNER, community_id, unit, list(kinds))
    return {row["owner"]: row["posted"] for row in rows if row["posted"]}
