"""A community's rules of aftercare at one moment."""

from datetime import datetime
from uuid import UUID

from community import Policy, policy_in_force
from marketplace.aftercare.values import AftercarePolicy
from marketplace.aftercare_settings import (
    CARE_MONTHS,
    CHECK_MONTHS,
    LATE_DAYS,
    REMIND_DAYS,
    SIGNATURES,
    TERM_MONTHS,
)


def aftercare_policy(policy: Policy) -> AftercarePolicy:
    """Return what a community's policy says about finished projects."""
    return AftercarePolicy(
        check_months=policy[CHECK_MONTHS],
        care_months=policy[CARE_MONTHS],
        remind_days=policy[REMIND_DAYS],
        late_days=policy[LATE_DAYS],
        term_months=policy[TERM_MONTHS],
        signatures=policy[SIGNATURES],
    )


async def aftercare_policy_at(community_id: UUID, at: datetime | None = None) -> AftercarePolicy:
    """Return what holds for a community's finished projects at a moment, now unless given."""
    return aftercare_policy(await policy_in_force(community_id, at))
