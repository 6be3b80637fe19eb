"""What a community decides about judging its projects: settings alone, for every reader to load."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number, switch

DAYS: Final = number(
    "evaluation.days",
    14,
    Unit.DAYS,
    least=3,
    most=90,
    words="A delivered project can be rated for %(value)s.",
)
INVITED_MAX: Final = number(
    "evaluation.invited_max",
    200,
    Unit.COUNT,
    least=10,
    most=5000,
    words="The most residents who are asked by a message to rate a project: %(value)s.",
)
SHOWN_FROM: Final = number(
    "evaluation.shown_from",
    5,
    Unit.COUNT,
    least=3,
    most=50,
    words="A score is shown once at least %(value)s residents gave it.",
)
SIGN_OFFS: Final = number(
    "evaluation.sign_offs",
    1,
    Unit.COUNT,
    least=1,
    most=5,
    words="How many inspectors sign before a project counts as judged: %(value)s.",
)
MEND_DAYS_MAX: Final = number(
    "evaluation.mend_days_max",
    60,
    Unit.DAYS,
    least=1,
    most=365,
    words="What an inspector finds wanting is mended within %(value)s at most.",
)
ASPECTS: Final[Mapping[str, Setting[bool]]] = {
    "well_made": switch(
        "evaluation.ask_well_made",
        default=True,
        words="Residents rate how well a project is made.",
        otherwise="Residents are not asked how well a project is made.",
    ),
    "as_promised": switch(
        "evaluation.ask_as_promised",
        default=True,
        words="Residents rate whether a project is as it was promised.",
        otherwise="Residents are not asked whether a project is as it was promised.",
    ),
    "worth_it": switch(
        "evaluation.ask_worth_it",
        default=True,
        words="Residents rate whether a project is worth its money.",
        otherwise="Residents are not asked whether a project is worth its money.",
    ),
    "involved": switch(
        "evaluation.ask_involved",
        default=True,
        words="Residents rate how they were involved in a project.",
        otherwise="Residents are not asked how they were involved in a project.",
    ),
}
CHECKS: Final[Mapping[str, Setting[bool]]] = {
    "safe": switch(
        "evaluation.check_safe",
        default=True,
        words="Inspectors look whether a project is safe.",
        otherwise="Inspectors are not asked whether a project is safe.",
    ),
    "materials": switch(
        "evaluation.check_materials",
        default=True,
        words="Inspectors look whether the materials are those of the plan.",
        otherwise="Inspectors are not asked about the materials.",
    ),
    "tidy": switch(
        "evaluation.check_tidy",
        default=True,
        words="Inspectors look whether the place was left tidy.",
        otherwise="Inspectors are not asked whether the place was left tidy.",
    ),
    "accessible": switch(
        "evaluation.check_accessible",
        default=True,
        words="Inspectors look whether elders and people with disabilities can use a project.",
        otherwise="Inspectors are not asked whether everybody can use a project.",
    ),
    "receipts": switch(
        "evaluation.check_receipts",
        default=True,
        words="Inspectors look whether the receipts fit what they see.",
        otherwise="Inspectors are not asked about the receipts.",
    ),
    "looked_after": switch(
        "evaluation.check_looked_after",
        default=True,
        words="Inspectors look whether somebody looks after a project from now on.",
        otherwise="Inspectors are not asked who looks after a project from now on.",
    ),
}

SETTINGS: Final[Sequence[Setting[Any]]] = (
    DAYS,
    INVITED_MAX,
    SHOWN_FROM,
    *ASPECTS.values(),
    SIGN_OFFS,
    *CHECKS.values(),
    MEND_DAYS_MAX,
)
"""Every setting of evaluations, in the order in which the policy page tells them."""
