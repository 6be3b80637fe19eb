"""What a community may decide about plans: each setting with its bounds and its words."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, choice, number

COORDINATOR, AUTHORS = "coordinator", "authors"

COST_FEN_MAX: Final = number(
    "plans.cost_fen_max",
    50_000_000,
    Unit.FEN,
    least=100,
    most=100_000_000_000,
    words="A plan asks for at most %(value)s.",
)
MINUTES_MAX: Final = number(
    "plans.minutes_max",
    600_000,
    Unit.MINUTES,
    least=0,
    most=6_000_000,
    step=60,
    words="A plan counts on at most %(value)s of help.",
)
ATTACHMENTS_MAX: Final = number(
    "plans.attachments_max",
    10,
    Unit.COUNT,
    least=0,
    most=30,
    words="The most files that can be added to a plan: %(value)s.",
)
CALL_DAYS_MIN: Final = number(
    "plans.call_days_min",
    3,
    Unit.DAYS,
    least=1,
    most=30,
    words="A call for somebody to carry a plan out stays open for at least %(value)s.",
)
CALL_DAYS_MAX: Final = number(
    "plans.call_days_max",
    60,
    Unit.DAYS,
    least=30,
    most=180,
    words="A call for somebody to carry a plan out stays open for at most %(value)s.",
)
REMINDER_DAYS: Final = number(
    "plans.call_reminder_days",
    3,
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
