"""What a community decides about needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, choice, number

SECONDS_THRESHOLD: Final = number(
    "needs.seconds_threshold",
    5,
    Unit.COUNT,
    least=1,
    most=1000,
    words="How many residents must stand behind a need before it is screened: %(value)s.",
)

MERGE_DAYS: Final = number(
    "needs.merge_days",
    14,
    Unit.DAYS,
    least=3,
    most=60,
    words="Authors have %(value)s to say whether two needs become one.",
)
MERGE_SILENCE: Final = choice(
    "needs.merge_silence",
    "stays",
    {
        "stays": "both needs stay as they are",
        "agrees": "it counts as agreement, once somebody of each need has agreed",
    },
    "When an author says nothing in that time: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (SECONDS_THRESHOLD, MERGE_DAYS, MERGE_SILENCE)
"""The settings of needs, in the order in which the policy page tells them."""


async def seconds_threshold_at(community_id: UUID, at: datetime | None = None) -> int:
    """Return how many residents, besides its authors, send a need on to screening."""
    threshold: int = (await policy_in_force(community_id, at))[SECONDS_THRESHOLD]
    return threshold


async def merge_days_at(community_id: UUID, at: datetime | None = None) -> int:
    """Return how many days authors have to say whether two needs become one."""
    days: int = (await policy_in_force(community_id, at))[MERGE_DAYS]
    return days


async def merge_silence_at(community_id: UUID, at: datetime | None = None) -> str:
    """Return what it means when an author has said nothing by then: `stays` or `agrees`."""
    silence: str = (await policy_in_force(community_id, at))[MERGE_SILENCE]
    return silence
