"""What a community decides about deliberation, and what holds at one moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, number
from marketplace.deliberation.values import DeliberationPolicy

_USUAL: Final = DeliberationPolicy()

AMEND_MINUTES: Final = number(
    "deliberation.amend_minutes",
    _USUAL.amend_minutes,
    Unit.MINUTES,
    least=0,
    most=1440,
    words="Everybody can put right what they said for %(value)s; later they can only add to it.",
    otherwise="What was said is not changed any more; one can only add to it.",
)
EACH_HOUR: Final = number(
    "deliberation.each_hour",
    _USUAL.each_hour,
    Unit.TIMES,
    least=1,
    most=100,
    words="Within an hour everybody can speak %(value)s.",
)
WORDS_MAX: Final = number(
    "deliberation.words_max",
    _USUAL.words_max,
    Unit.COUNT,
    least=100,
    most=2000,
    words="The most characters that an argument, a question or an answer may have: %(value)s.",
)
SUMMARY_MAX: Final = number(
    "deliberation.summary_max",
    _USUAL.summary_max,
    Unit.COUNT,
    least=100,
    most=1000,
    words="The most characters that each of the two sides gets in the summary: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (AMEND_MINUTES, EACH_HOUR, WORDS_MAX, SUMMARY_MAX)
"""Every setting of deliberation, in the order in which the policy page tells them."""


async def deliberation_policy(community_id: UUID, at: datetime | None = None) -> DeliberationPolicy:
    """Return what holds for a community's deliberation at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return DeliberationPolicy(
        amend_minutes=policy[AMEND_MINUTES],
        each_hour=policy[EACH_HOUR],
        words_max=policy[WORDS_MAX],
        summary_max=policy[SUMMARY_MAX],
    )
