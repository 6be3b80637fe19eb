"""A community's rules of plans at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace.plan_settings import (
    ATTACHMENTS_MAX,
    AUTHORS,
    CALL_DAYS_MAX,
    CALL_DAYS_MIN,
    CHOSEN_BY,
    COST_FEN_MAX,
    MINUTES_MAX,
    REMINDER_DAYS,
)
from marketplace.plans.values import PlanPolicy


async def plan_policy_at(community_id: UUID, at: datetime | None = None) -> PlanPolicy:
    """Return what holds for a community's plans at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return PlanPolicy(
        cost_fen_max=policy[COST_FEN_MAX],
        minutes_max=policy[MINUTES_MAX],
        attachments_max=policy[ATTACHMENTS_MAX],
        call_days_min=policy[CALL_DAYS_MIN],
        call_days_max=policy[CALL_DAYS_MAX],
        reminder_days=policy[REMINDER_DAYS],
        chosen_by_authors=policy[CHOSEN_BY] == AUTHORS,
    )
