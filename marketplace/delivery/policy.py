"""A community's rules of delivery at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace.delivery.values import DeliveryPolicy
from marketplace.delivery_settings import (
    LAST_PART_PERCENT,
    REMINDER_DAYS,
    TIED_DECIDE,
    WHOLE_DAYS,
)


async def delivery_policy_at(community_id: UUID, at: datetime | None = None) -> DeliveryPolicy:
    """Return what holds for a community's deliveries at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return DeliveryPolicy(
        last_part_percent=policy[LAST_PART_PERCENT],
        whole_days=policy[WHOLE_DAYS],
        reminder_days=policy[REMINDER_DAYS],
        tied_decide=policy[TIED_DECIDE],
    )
