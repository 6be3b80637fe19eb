"""What holds for a community's deliberation at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace import deliberation_settings as settings
from marketplace.deliberation.values import DeliberationPolicy


async def deliberation_policy(community_id: UUID, at: datetime | None = None) -> DeliberationPolicy:
    """Return what holds for a community's deliberation at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return DeliberationPolicy(
        amend_minutes=policy[settings.AMEND_MINUTES],
        each_hour=policy[settings.EACH_HOUR],
        words_max=policy[settings.WORDS_MAX],
        summary_max=policy[settings.SUMMARY_MAX],
    )
