"""What a community may decide about funding: each setting with its bounds and its words."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

DAYS_MAX: Final = number(
    "funding.days_max",
    90,
    Unit.DAYS,
    least=7,
    most=365,
    words="Money and hours are raised for a project for at most %(value)s.",
)
PART_GOAL_LEAST_PERCENT: Final = number(
    "funding.part_goal_least_percent",
    100,
    Unit.COUNT,
    least=50,
    most=100,
    words=(
        "What is raised goes to the project from %(value)s of 100 parts of its goal on, if that is"
        " said from the start. 100 means all or nothing."
    ),
)
GIFT_FEN_LEAST: Final = number(
    "funding.gift_fen_least",
    100,
    Unit.FEN,
    least=1,
    most=100_000,
    words="A gift paid online is at least %(value)s.",
)
GIFT_FEN_MAX: Final = number(
    "funding.gift_fen_max",
    5_000_000,
    Unit.FEN,
    least=100_000,
    most=100_000_000,
    words="A gift paid online is at most %(value)s.",
)
PLEDGE_MINUTES_MAX: Final = number(
    "funding.pledge_minutes_max",
    6_000,
    Unit.MINUTES,
    least=60,
    most=60_000,
    step=60,
    words="One person pledges at most %(value)s for a project.",
)
REMINDER_DAYS: Final = number(
    "funding.reminder_days",
    3,
    Unit.DAYS,
    least=0,
    most=30,
    words="People who follow a project are reminded %(value)s before its money and hours are due.",
    otherwise="Nobody is reminded before a project's money and hours are due.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    DAYS_MAX,
    PART_GOAL_LEAST_PERCENT,
    GIFT_FEN_LEAST,
    GIFT_FEN_MAX,
    PLEDGE_MINUTES_MAX,
    REMINDER_DAYS,
)
"""Every setting of funding, in the order in which the policy page tells them."""
