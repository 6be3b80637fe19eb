"""A community's rules of meetings at one moment."""

from datetime import datetime
from uuid import UUID

from community import Policy, policy_in_force
from marketplace.meeting_settings import (
    CHANGE_NOTICE_DAYS,
    EARLY_MINUTES,
    ITEM_DAYS,
    LATE_MINUTES,
    MINUTES_DAYS,
    NOTICE,
    OBJECTION_DAYS,
    OPEN_QUORUM,
    QUORUM_PERCENT,
    WORKING_DAYS,
)
from marketplace.meetings.values import Kind, MeetingPolicy


def meeting_policy(policy: Policy) -> MeetingPolicy:
    """Return what a community's policy says about meetings."""
    return MeetingPolicy(
        notice={Kind(kind): policy[setting] for kind, setting in NOTICE.items()},
        working_days=policy[WORKING_DAYS],
        change_notice_days=policy[CHANGE_NOTICE_DAYS],
        item_days=policy[ITEM_DAYS],
        early_minutes=policy[EARLY_MINUTES],
        late_minutes=policy[LATE_MINUTES],
        quorum_percent=policy[QUORUM_PERCENT],
        open_quorum=policy[OPEN_QUORUM],
        objection_days=policy[OBJECTION_DAYS],
        minutes_days=policy[MINUTES_DAYS],
    )


async def meeting_policy_at(community_id: UUID, at: datetime | None = None) -> MeetingPolicy:
    """Return what holds for a community's meetings at a moment, now unless given."""
    return meeting_policy(await policy_in_force(community_id, at))
