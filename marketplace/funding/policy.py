"""A community's rules of funding at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace.funding.values import FundingPolicy
from marketplace.funding_settings import (
    DAYS_MAX,
    GIFT_FEN_LEAST,
    GIFT_FEN_MAX,
    PART_GOAL_LEAST_PERCENT,
    PLEDGE_MINUTES_MAX,
    REMINDER_DAYS,
)


async def funding_policy_at(community_id: UUID, at: datetime | None = None) -> FundingPolicy:
    """Return what holds for a community's funding at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return FundingPolicy(
        days_max=policy[DAYS_MAX],
        part_goal_least_percent=policy[PART_GOAL_LEAST_PERCENT],
        gift_fen_least=policy[GIFT_FEN_LEAST],
        gift_fen_max=policy[GIFT_FEN_MAX],
        pledge_minutes_max=policy[PLEDGE_MINUTES_MAX],
        reminder_days=policy[REMINDER_DAYS],
    )
