"""What holds for a community's screening at one moment."""

from datetime import datetime
from uuid import UUID

from community import policy_in_force
from marketplace import screening_settings as settings
from marketplace.screening.values import ScreeningPolicy


async def screening_policy(community_id: UUID, at: datetime | None = None) -> ScreeningPolicy:
    """Return what holds for a community's screening at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return ScreeningPolicy(
        days=policy[settings.DAYS],
        remind_days=policy[settings.REMIND_DAYS],
        appeal_days=policy[settings.APPEAL_DAYS],
        appeal_answer_days=policy[settings.APPEAL_ANSWER_DAYS],
        cost_fen_least=policy[settings.COST_FEN_LEAST],
        cost_fen_most=policy[settings.COST_FEN_MOST],
    )
