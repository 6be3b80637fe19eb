"""What a community decides about screening, and what holds at one moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from community import Setting, policy_in_force
from community.policy import Unit, number
from marketplace.screening.values import ScreeningPolicy

_USUAL: Final = ScreeningPolicy()

DAYS: Final = number(
    "screening.days",
    _USUAL.days,
    Unit.COUNT,
    least=1,
    most=60,
    words=(
        "A need that enough neighbours second is screened within this many working days (Monday to"
        " Friday): %(value)s."
    ),
)
REMIND_DAYS: Final = number(
    "screening.remind_days",
    _USUAL.remind_days,
    Unit.COUNT,
    least=0,
    most=10,
    words="Coordinators are reminded this many working days before such a term ends: %(value)s.",
    otherwise="Coordinators are reminded on the last day of such a term.",
)
APPEAL_DAYS: Final = number(
    "screening.appeal_days",
    _USUAL.appeal_days,
    Unit.DAYS,
    least=3,
    most=90,
    words="Who raised a need can appeal once against its refusal, for %(value)s.",
)
APPEAL_ANSWER_DAYS: Final = number(
    "screening.appeal_answer_days",
    _USUAL.appeal_answer_days,
    Unit.COUNT,
    least=1,
    most=60,
    words="An appeal is decided within this many working days: %(value)s.",
)
COST_FEN_LEAST: Final = number(
    "screening.cost_fen_least",
    _USUAL.cost_fen_least,
    Unit.FEN,
    least=0,
    most=100_000_000_000,
    words="A project that residents decide about costs at least %(value)s.",
    otherwise="There is no least cost of a project.",
)
COST_FEN_MOST: Final = number(
    "screening.cost_fen_most",
    _USUAL.cost_fen_most,
    Unit.FEN,
    least=100,
    most=100_000_000_000,
    words="A project that residents decide about costs at most %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    DAYS,
    REMIND_DAYS,
    APPEAL_DAYS,
    APPEAL_ANSWER_DAYS,
    COST_FEN_LEAST,
    COST_FEN_MOST,
)
"""Every setting of screening, in the order in which the policy page tells them."""


async def screening_policy(community_id: UUID, at: datetime | None = None) -> ScreeningPolicy:
    """Return what holds for a community's screening at a moment, now unless given."""
    policy = await policy_in_force(community_id, at)
    return ScreeningPolicy(
        days=policy[DAYS],
        remind_days=policy[REMIND_DAYS],
        appeal_days=policy[APPEAL_DAYS],
        appeal_answer_days=policy[APPEAL_ANSWER_DAYS],
        cost_fen_least=policy[COST_FEN_LEAST],
        cost_fen_most=policy[COST_FEN_MOST],
    )
