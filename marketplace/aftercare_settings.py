"""What a community decides about finished projects: settings alone, which every reader may load."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

CHECK_MONTHS: Final = number(
    "aftercare.check_months",
    6,
    Unit.COUNT,
    least=1,
    most=60,
    words="Months between two checks of a finished project: %(value)s.",
)
CARE_MONTHS: Final = number(
    "aftercare.care_months",
    24,
    Unit.COUNT,
    least=0,
    most=240,
    words="Months for which a project is checked where its plan says nothing: %(value)s.",
    otherwise="A project whose plan says nothing of it is not checked afterwards.",
)
REMIND_DAYS: Final = number(
    "aftercare.remind_days",
    7,
    Unit.DAYS,
    least=1,
    most=60,
    words="Custodians are reminded of a check %(value)s before its day, and can do it from then.",
)
LATE_DAYS: Final = number(
    "aftercare.late_days",
    14,
    Unit.DAYS,
    least=0,
    most=90,
    words="A check without a result counts as missed %(value)s after its day.",
    otherwise="A check without a result counts as missed when its day is over.",
)
TERM_MONTHS: Final = number(
    "aftercare.term_months",
    24,
    Unit.COUNT,
    least=1,
    most=120,
    words="Months for which a custodian looks after a finished project: %(value)s.",
)
SIGNATURES: Final = number(
    "aftercare.signatures",
    10,
    Unit.COUNT,
    least=1,
    most=5000,
    words="Signatures that put a covenant in force: %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    CHECK_MONTHS,
    CARE_MONTHS,
    REMIND_DAYS,
    LATE_DAYS,
    TERM_MONTHS,
    SIGNATURES,
)
"""Every setting of aftercare, in the order in which the policy page tells them."""
