"""The settings of screening, apart from its package: the list of all settings needs no verbs."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

DAYS: Final = number(
    "screening.days",
    10,
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
    2,
    Unit.COUNT,
    least=0,
    most=10,
    words="Coordinators are reminded this many working days before such a term ends: %(value)s.",
    otherwise="Coordinators are reminded on the last day of such a term.",
)
APPEAL_DAYS: Final = number(
    "screening.appeal_days",
    15,
    Unit.DAYS,
    least=3,
    most=90,
    words="Who raised a need can appeal once against its refusal, for %(value)s.",
)
APPEAL_ANSWER_DAYS: Final = number(
    "screening.appeal_answer_days",
    10,
    Unit.COUNT,
    least=1,
    most=60,
    words="An appeal is decided within this many working days: %(value)s.",
)
COST_FEN_LEAST: Final = number(
    "screening.cost_fen_least",
    50_000,
    Unit.FEN,
    least=0,
    most=100_000_000_000,
    words="A project that residents decide about costs at least %(value)s.",
    otherwise="There is no least cost of a project.",
)
COST_FEN_MOST: Final = number(
    "screening.cost_fen_most",
    20_000_000,
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
