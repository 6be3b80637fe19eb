"""What a community decides about its time bank, and its rules of visits at one moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Policy, Setting, policy_in_force
from community.policy import Unit, number
from timebank.values import VisitPolicy

_USUAL: Final = VisitPolicy()

VISIT_MINUTES_MIN: Final = number(
    "time_bank.visit_minutes_min",
    _USUAL.minutes_min,
    Unit.MINUTES,
    least=15,
    most=60,
    step=15,
    words="A visit is booked for at least %(value)s.",
)
VISIT_MINUTES_MAX: Final = number(
    "time_bank.visit_minutes_max",
    _USUAL.minutes_max,
    Unit.MINUTES,
    least=60,
    most=240,
    step=15,
    words="A visit is booked for at most %(value)s.",
)
DAYS_AHEAD_MAX: Final = number(
    "time_bank.days_ahead_max",
    _USUAL.days_ahead_max,
    Unit.DAYS,
    least=1,
    most=365,
    words="A visit can be asked for at most %(value)s ahead.",
)
CHECK_IN_EARLY_MINUTES: Final = number(
    "time_bank.check_in_early_minutes",
    _USUAL.check_in_early_minutes,
    Unit.MINUTES,
    least=0,
    most=120,
    words="A volunteer can check in from %(value)s before the visit is due to start.",
)
ROUND_UP_MINUTES: Final = number(
    "time_bank.round_up_minutes",
    _USUAL.round_up_minutes,
    Unit.MINUTES,
    least=1,
    most=60,
    words="The time that a visit took is rounded up to the next full %(value)s.",
)
OVERRUN_MINUTES: Final = number(
    "time_bank.overrun_minutes",
    _USUAL.overrun_minutes,
    Unit.MINUTES,
    least=0,
    most=120,
    words=(
        "When a visit took longer than was set aside, the elder's page proposes up to %(value)s"
        " more. It is given only if the elder says so."
    ),
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    VISIT_MINUTES_MIN,
    VISIT_MINUTES_MAX,
    DAYS_AHEAD_MAX,
    CHECK_IN_EARLY_MINUTES,
    ROUND_UP_MINUTES,
    OVERRUN_MINUTES,
)
"""Every setting of the time bank, in the order in which the policy page tells them."""


def visit_policy(policy: Policy) -> VisitPolicy:
    """Return what a community's policy says about visits."""
    return VisitPolicy(
        minutes_min=policy[VISIT_MINUTES_MIN],
        minutes_max=policy[VISIT_MINUTES_MAX],
        days_ahead_max=policy[DAYS_AHEAD_MAX],
        check_in_early_minutes=policy[CHECK_IN_EARLY_MINUTES],
        round_up_minutes=policy[ROUND_UP_MINUTES],
        overrun_minutes=policy[OVERRUN_MINUTES],
    )


async def visit_policy_at(community_id: UUID, at: datetime | None = None) -> VisitPolicy:
    """Return what holds for a community's visits at a moment, now unless given."""
    return visit_policy(await policy_in_force(community_id, at))
