"""Lets go of what was kept long enough: how long that is, each community's policy says."""

from datetime import datetime
from typing import Final
from uuid import UUID

from community.audit import record
from community.tables import MemberRow, MessageRow
from community.transactions import transaction
from community.values import system

ROWS_AT_A_TIME: Final = 2_000

# The oldest first, by the order in which they were made: a batch is one range of the primary key.
_CLEAR_MESSAGES = """
DELETE FROM message WHERE id IN (
    SELECT id FROM message WHERE community_id = {} AND created_at < {} ORDER BY created_at LIMIT {}
    FOR UPDATE SKIP LOCKED)
RETURNING id
"""

_DUE = """
SELECT id FROM member WHERE community_id = {} AND standing = 'left' AND left_at < {} AND id > {}
UNION
SELECT member.id FROM member JOIN application ON member_id = member.id
WHERE member.community_id = {} AND standing = 'declined' AND decision = 'declined'
    AND decided_at < {} AND member.id > {}
ORDER BY id LIMIT {}
"""


async def clear_messages(
    community_id: UUID, *, told_before: datetime, size: int = ROWS_AT_A_TIME
) -> int:
    """Delete a community's oldest messages from before a moment, at most `size`; return how many.

    What is deleted is counted in the audit trail. It may run again at any time.
    """
    async with transaction():
        rows = await MessageRow.raw(_CLEAR_MESSAGES, community_id, told_before, size)
        if rows:
            await record(
                "retention.clear",
                by=system(community_id),
                subject_kind="community",
                subject_id=community_id,
                details={"messages": len(rows)},
            )
    return len(rows)


async def due_for_erasure(
    community_id: UUID,
    *,
    left_before: datetime,
    declined_before: datetime,
    after: UUID,
    size: int = 200,
) -> list[UUID]:
    """Return whose time is over: members who left, and those who asked to join and were declined.

    In the order of their ids; `after` is the last one already seen.
    """
    rows = await MemberRow.raw(
        _DUE,
        community_id,
        left_before,
        after,
        community_id,
        declined_before,
        after,
        size,
    )
    return [row["id"] for row in rows]
