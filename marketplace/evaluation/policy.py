"""A community's rules of evaluations at one moment."""

from datetime import datetime
from uuid import UUID

from community import Policy, policy_in_force
from marketplace import evaluation_settings as settings
from marketplace.evaluation.values import Aspect, Check, EvaluationPolicy


def evaluation_policy(policy: Policy) -> EvaluationPolicy:
    """Return what a community's policy says about evaluations."""
    asked, looked_at = settings.ASPECTS, settings.CHECKS
    return EvaluationPolicy(
        days=policy[settings.DAYS],
        invited_max=policy[settings.INVITED_MAX],
        shown_from=policy[settings.SHOWN_FROM],
        sign_offs=policy[settings.SIGN_OFFS],
        mend_days_max=policy[settings.MEND_DAYS_MAX],
        aspects=tuple(one for one in Aspect if one not in asked or policy[asked[one]]),
        checks=tuple(one for one in Check if one not in looked_at or policy[looked_at[one]]),
    )


async def evaluation_policy_at(community_id: UUID, at: datetime | None = None) -> EvaluationPolicy:
    """Return what holds for a community's evaluations at a moment, now unless given."""
    return evaluation_policy(await policy_in_force(community_id, at))
