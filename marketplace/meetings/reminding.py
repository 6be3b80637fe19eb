"""Reminds of meetings the day before, and who chaired of late minutes; each exactly once."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import community
import ledger
from community import system
from marketplace import councils
from marketplace.meetings import rows, telling
from marketplace.meetings.policy import meeting_policy_at
from marketplace.meetings.tables import MeetingRow
from marketplace.meetings.values import Meeting

BEFORE: Final = timedelta(days=1)

_SOON: Final = """
SELECT id, community_id FROM meeting WHERE state = 'announced' AND reminded_at IS NULL
    AND starts_at > {} AND starts_at <= {} ORDER BY starts_at, id
"""

_LATE: Final = """
SELECT id, community_id FROM meeting WHERE community_id = {} AND state <> 'cancelled'
    AND minutes_state = 'open' AND chased_at IS NULL AND starts_at <= {} ORDER BY starts_at, id
"""

_CLAIM: Final = """
SELECT id FROM meeting WHERE id = {} AND state = 'announced' AND reminded_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
"""

_CLAIM_LATE: Final = """
SELECT id FROM meeting WHERE id = {} AND minutes_state = 'open' AND chased_at IS NULL
    AND state <> 'cancelled' FOR NO KEY UPDATE SKIP LOCKED
"""


async def remind_of_meetings(*, at: datetime | None = None) -> int:
    """Tell whoever comes, and a meeting's council, that it is within a day; a job.

    Each meeting is a transaction of its own. Return of how many was told.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for due in await MeetingRow.raw(_SOON, moment, moment + BEFORE):
        async with ledger.transaction():
            if not await MeetingRow.raw(_CLAIM, due["id"]):
                continue
            meeting = await rows.one(due["id"], community_id=due["community_id"])
            await rows.set_meeting(meeting, reminded_at=moment)
            await rows.note("remind", meeting, by=system(meeting.community_id))
            await telling.tell(
                meeting,
                await _whom(meeting),
                "meeting.soon",
                telling.when_and_where(meeting),
                settles=True,
            )
            told += 1
    return told


async def _whom(meeting: Meeting) -> set[UUID]:
    found = {meeting.chair_id, meeting.clerk_id, *await rows.answered(meeting)}
    if meeting.council_id is not None:
        seats = await councils.seats_at(
            meeting.council_id, at=meeting.starts_at, community_id=meeting.community_id
        )
        found |= {seat.member_id for seat in seats}
    return found - set(await rows.declined(meeting))


async def chase_minutes(*, at: datetime | None = None) -> int:
    """Tell who chaired that a meeting's minutes are late, once; a job.

    Return of how many meetings was told.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for home in await community.communities():
        policy = await meeting_policy_at(home.id, moment)
        late = moment - timedelta(days=policy.minutes_days)
        for due in await MeetingRow.raw(_LATE, home.id, late):
            async with ledger.transaction():
                if not await MeetingRow.raw(_CLAIM_LATE, due["id"]):
                    continue
                meeting = await rows.one(due["id"], community_id=home.id)
                await rows.set_meeting(meeting, chased_at=moment)
                await rows.note("chase", meeting, by=system(home.id))
                await telling.tell(
                    meeting,
                    {meeting.chair_id, meeting.clerk_id},
                    "meeting.minutes_late",
                    link=f"{telling.page(meeting)}/minutes",
                )
                told += 1
    return told
