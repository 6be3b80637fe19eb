"""What a community decides about its rounds, and its rules of rounds at one moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Policy, Setting, policy_in_force
from community.policy import Unit, number
from marketplace.aftercare_settings import SETTINGS as AFTERCARE
from marketplace.deliberation_settings import SETTINGS as DELIBERATION
from marketplace.delivery_settings import SETTINGS as DELIVERY
from marketplace.evaluation_settings import SETTINGS as EVALUATION
from marketplace.funding_settings import SETTINGS as FUNDING
from marketplace.meeting_settings import SETTINGS as MEETINGS
from marketplace.needs.policy import SETTINGS as NEEDS
from marketplace.paper_settings import SETTINGS as PAPER
from marketplace.plan_settings import SETTINGS as PLANS
from marketplace.screening_settings import SETTINGS as SCREENING
from marketplace.values import RoundPolicy
from marketplace.work_settings import SETTINGS as WORK

_USUAL: Final = RoundPolicy()

BUDGET_FEN_MAX: Final = number(
    "rounds.budget_fen_max",
    _USUAL.budget_fen_max,
    Unit.FEN,
    least=100,
    most=_USUAL.budget_fen_max,
    words="A round gives away at most %(value)s.",
)
CHOICES_MAX: Final = number(
    "rounds.choices_max",
    _USUAL.choices_max,
    Unit.COUNT,
    least=1,
    most=100,
    words="The most projects that anybody can choose on one ballot: %(value)s.",
)
PROJECTS_MAX: Final = number(
    "rounds.projects_max",
    _USUAL.projects_max,
    Unit.COUNT,
    least=1,
    most=_USUAL.projects_max,
    words="The most projects that a round has room for: %(value)s.",
)
EXTENSIONS_MAX: Final = number(
    "rounds.extensions_max",
    _USUAL.extensions_max,
    Unit.COUNT,
    least=0,
    most=5,
    words="How often the closing time of an open ballot can be moved later: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    *NEEDS,
    BUDGET_FEN_MAX,
    CHOICES_MAX,
    PROJECTS_MAX,
    EXTENSIONS_MAX,
    *SCREENING,
    *PLANS,
    *FUNDING,
    *DELIBERATION,
    *MEETINGS,
    *PAPER,
    *AFTERCARE,
    *DELIVERY,
    *WORK,
    *EVALUATION,
)
"""Every setting of the marketplace, in the order in which the policy page tells them."""


def round_policy(policy: Policy) -> RoundPolicy:
    """Return what a community's policy says about rounds."""
    return RoundPolicy(
        budget_fen_max=policy[BUDGET_FEN_MAX],
        choices_max=policy[CHOICES_MAX],
        projects_max=policy[PROJECTS_MAX],
        extensions_max=policy[EXTENSIONS_MAX],
    )


async def round_policy_at(community_id: UUID, at: datetime | None = None) -> RoundPolicy:
    """Return what holds for a community's rounds at a moment, now unless given."""
    return round_policy(await policy_in_force(community_id, at))
