"""A community's rules of work for projects at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace.work.values import WorkPolicy
from marketplace.work_settings import (
    CREDIT_PER_HOUR,
    DAYS_AHEAD_MAX,
    GRANT_MINUTES_MAX,
    MINUTES_MAX,
    PEOPLE_MAX,
    ROUND_UP_MINUTES,
)


async def work_policy_at(community_id: UUID, at: datetime | None = None) -> WorkPolicy:
    """Return what holds for work on projects at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return WorkPolicy(
        credit_per_hour=policy[CREDIT_PER_HOUR],
        round_up_minutes=policy[ROUND_UP_MINUTES],
        days_ahead_max=policy[DAYS_AHEAD_MAX],
        minutes_max=policy[MINUTES_MAX],
        people_max=policy[PEOPLE_MAX],
        grant_minutes_max=policy[GRANT_MINUTES_MAX],
    )
