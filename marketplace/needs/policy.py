"""What a community decides about needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, number

SECONDS_THRESHOLD: Final = number(
    "needs.seconds_threshold",
    5,
    Unit.COUNT,
    least=1,
    most=1000,
    words="How many residents must stand behind a need before it is screened: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (SECONDS_THRESHOLD,)
"""The settings of needs, in the order in which the policy page tells them."""


async def seconds_threshold_at(community_id: UUID, at: datetime | None = None) -> int:
    """Return how many residents, besides its authors, send a need on to screening."""
    threshold: int = (await policy_in_force(community_id, at))[SECONDS_THRESHOLD]
    return threshold
