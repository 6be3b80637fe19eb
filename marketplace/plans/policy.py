"""What a community decides about plans, and its rules of plans at one moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, choice, number
from marketplace.plans.values import PlanPolicy

_USUAL: Final = PlanPolicy()
COORDINATOR, AUTHORS = "coordinator", "authors"

COST_FEN_MAX: Final = number(
    "plans.cost_fen_max",
    _USUAL.cost_fen_max,
    Unit.FEN,
    least=100,
    most=100_000_000_000,
    words="A plan asks for at most %(value)s.",
)
MINUTES_MAX: Final = number(
    "plans.minutes_max",
    _USUAL.minutes_max,
    Unit.MINUTES,
    least=0,
    most=6_000_000,
    step=60,
    words="A plan counts on at most %(value)s of help.",
)
ATTACHMENTS_MAX: Final = number(
    "plans.attachments_max",
    _USUAL.attachments_max,
    Unit.COUNT,
    least=0,
    most=30,
    words="The most files that can be added to a plan: %(value)s.",
)
CALL_DAYS_MIN: Final = number(
    "plans.call_days_min",
    _USUAL.call_days_min,
    Unit.DAYS,
    least=1,
    most=30,
    words="A call for somebody to carry a plan out stays open for at least %(value)s.",
)
CALL_DAYS_MAX: Final = number(
    "plans.call_days_max",
    _USUAL.call_days_max,
    Unit.DAYS,
    least=30,
    most=180,
    words="A call for somebody to carry a plan out stays open for at most %(value)s.",
)
REMINDER_DAYS: Final = number(
    "plans.call_reminder_days",
    _USUAL.reminder_days,
    Unit.DAYS,
    least=0,
    most=30,
    words="Groups that have not answered a call are reminded %(value)s before it closes.",
    otherwise="Nobody is reminded of a call before it closes.",
)
CHOSEN_BY: Final = choice(
    "plans.undertaker_chosen_by",
    COORDINATOR,
    {
        COORDINATOR: "a coordinator",
        AUTHORS: "those who raised the need, or a coordinator",
    },
    "Who chooses the one who carries a plan out: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    COST_FEN_MAX,
    MINUTES_MAX,
    ATTACHMENTS_MAX,
    CALL_DAYS_MIN,
    CALL_DAYS_MAX,
    REMINDER_DAYS,
    CHOSEN_BY,
)
"""Every setting of plans, in the order in which the policy page tells them."""


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
