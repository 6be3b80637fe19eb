"""Clears what was kept long enough, community by community, as each one's policy says.

What is in the audit trail stays: it can never be changed, and holds no whole name, number or home.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

import community
import ledger
import timebank
from app import erasing
from app.tables import SignInCardRow
from community.policy.declared import (
    APPLICATION_DAYS,
    FORMER_MEMBER_DAYS,
    MESSAGE_DAYS,
    SIGN_IN_RECORD_DAYS,
)
from marketplace import plans
from timebank import beside

log = structlog.get_logger("linli.retention")

ROWS_AT_A_TIME: Final = 2_000
FIRST: Final = UUID(int=0)

_CLEAR_CARDS = """
DELETE FROM sign_in_card WHERE id IN (
    SELECT id FROM sign_in_card WHERE community_id = {} AND revoked_at < {} LIMIT {})
RETURNING id
"""


async def clear_everywhere(*, at: datetime | None = None) -> None:
    """Clear what is over in every community; a job, which may run again at any time."""
    now = at or datetime.now(UTC)
    for home in await community.communities():
        await clear(home.id, at=now)


async def clear(community_id: UUID, *, at: datetime, size: int = ROWS_AT_A_TIME) -> None:
    """Clear one community in batches, each a transaction of its own; what is cleared stays so."""
    policy = await community.policy_in_force(community_id, at)
    told_before = at - timedelta(days=policy[MESSAGE_DAYS])
    while await community.clear_messages(community_id, told_before=told_before, size=size) == size:
        pass
    revoked_before = at - timedelta(days=policy[SIGN_IN_RECORD_DAYS])
    while await _clear_cards(community_id, revoked_before, size) == size:
        pass
    while await beside.clear_photos(community_id, at=at) == beside.PHOTOS_AT_A_TIME:
        pass
    while await plans.clear_loose_files(community_id, at=at) == plans.LOOSE_AT_A_TIME:
        pass
    await _erase_due(
        community_id,
        left_before=at - timedelta(days=policy[FORMER_MEMBER_DAYS]),
        declined_before=at - timedelta(days=policy[APPLICATION_DAYS]),
    )


async def _clear_cards(community_id: UUID, revoked_before: datetime, size: int) -> int:
    """Delete cards that have signed nobody in for long; return how many."""
    async with ledger.transaction():
        rows = await SignInCardRow.raw(_CLEAR_CARDS, community_id, revoked_before, size)
        if rows:
            await community.record(
                "retention.clear",
                by=community.system(community_id),
                subject_kind="community",
                subject_id=community_id,
                details={"cards": len(rows)},
            )
    return len(rows)


async def _erase_due(
    community_id: UUID, *, left_before: datetime, declined_before: datetime
) -> None:
    """Erase those whose time is over, each in a transaction of their own.

    Whoever still has an open visit, hours on their way or a staff role is left for the desk, and
    looked at again the next time.
    """
    by, after = community.system(community_id), FIRST
    while due := await community.due_for_erasure(
        community_id, left_before=left_before, declined_before=declined_before, after=after
    ):
        for member_id in due:
            try:
                async with ledger.transaction():
                    await community.ask_erasure(member_id, by=by)
                    await erasing.erase(member_id, by=by)
            except (timebank.TimebankError, community.CommunityError) as refusal:
                log.info("not erased yet", member=str(member_id), why=type(refusal).__name__)
        after = due[-1]
