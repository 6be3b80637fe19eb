"""What a community may decide about delivery: each setting with its bounds and its words."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number, switch

LAST_PART_PERCENT: Final = number(
    "delivery.last_part_percent",
    10,
    Unit.COUNT,
    least=0,
    most=50,
    words="Of 100 yuan of a project, %(value)s are paid only after residents have judged it.",
    otherwise="All of a project's money can be paid before residents have judged it.",
)
WHOLE_DAYS: Final = number(
    "delivery.whole_days",
    90,
    Unit.DAYS,
    least=1,
    most=730,
    words="A project whose plan names no milestones is finished within %(value)s.",
)
REMINDER_DAYS: Final = number(
    "delivery.reminder_days",
    7,
    Unit.DAYS,
    least=0,
    most=60,
    words="Who carries a project out is reminded of a milestone %(value)s before its day.",
    otherwise="Nobody is reminded of a milestone before its day.",
)
TIED_DECIDE: Final = switch(
    "delivery.tied_decide",
    default=True,
    words="Whoever is kin to those who carry a project out, belongs to their group, or inspects the"
    " project may also approve its money; that stands in public beside the approval.",
    otherwise="Nobody approves a project's money who is kin to those who carry it out or to who"
    " approved first, belongs to their group, or inspects the project.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    LAST_PART_PERCENT,
    WHOLE_DAYS,
    REMINDER_DAYS,
    TIED_DECIDE,
)
"""Every setting of delivery, in the order in which the policy page tells them."""
