"""What a community decides about weekly classes and their group sessions."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

GROUP_WEEKS_AHEAD: Final = number(
    "time_bank.group_weeks_ahead",
    4,
    Unit.COUNT,
    least=1,
    most=26,
    words="How many weeks ahead one can sign up for a class: %(value)s.",
)
GROUP_CONFIRMERS: Final = number(
    "time_bank.group_confirmers",
    2,
    Unit.COUNT,
    least=1,
    most=20,
    words=(
        "People who came and say that a class took place, before its hours are saved: %(value)s."
        " The word of a coordinator is enough."
    ),
)

GROUPS: Final[Sequence[Setting[Any]]] = (GROUP_WEEKS_AHEAD, GROUP_CONFIRMERS)
"""Besides who gives the hours, in the order in which the page of rules tells them."""
