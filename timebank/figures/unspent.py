"""Who has saved much and has used nothing for long. Never writes.

Balances and visits are read in one statement: of many thousand passbooks a few are in
question. It looks at the book's accounts as they stand and changes nothing there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from timebank.tables import VisitRow

UNSPENT_MAX: Final = 50

# What is received in a visit is what uses hours; gifts given away are not looked at. Names are
# looked up for the few that are shown.
_UNSPENT: Final = """
WITH saved AS (
    SELECT owner, credits_posted - debits_posted AS posted FROM account
    WHERE community_id = {} AND kind = 'member' AND unit = 'MINUTE' AND closed_at IS NULL
        AND credits_posted - debits_posted >= {}
        AND EXISTS (SELECT FROM member WHERE member.id = owner AND standing = 'active'
            AND joined_at < {})
        AND NOT EXISTS (SELECT FROM visit WHERE elder_id = owner AND starts_at >= {}
            AND state NOT IN ('cancelled', 'expired', 'no_show'))
), most AS (SELECT owner, posted FROM saved ORDER BY posted DESC, owner LIMIT {})
SELECT most.owner AS member_id, name, most.posted AS minutes, members, minutes_together
FROM most JOIN member ON member.id = most.owner
CROSS JOIN (SELECT count(*) AS members, sum(posted)::bigint AS minutes_together FROM saved) AS sums
ORDER BY most.posted DESC, most.owner
"""


@dataclass(frozen=True, slots=True)
class Unspent:
    """A member who has minutes to use, and has long used none."""

    member_id: UUID
    name: str
    minutes: int


async def unspent(
    community_id: UUID, *, least: int, since: datetime, most: int = UNSPENT_MAX
) -> tuple[list[Unspent], int, int]:
    """Return who has at least so many minutes and has used none since a moment, the most first.

    With them, how many there are in all, and how many minutes they have together.
    """
    rows = await VisitRow.raw(_UNSPENT, community_id, least, since, since, most)
    found = [Unspent(row["member_id"], row["name"], row["minutes"]) for row in rows]
    members = rows[0]["members"] if rows else 0
    return found, members, rows[0]["minutes_together"] if rows else 0
