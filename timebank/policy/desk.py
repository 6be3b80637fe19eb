"""What a community decides about its phone desk, and about reminders of unused hours."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

DESK_CHECKS_MIN: Final = number(
    "time_bank.desk_checks_min",
    2,
    Unit.COUNT,
    least=1,
    most=4,
    words="On the telephone, at least %(value)s checks make sure of who speaks.",
)
CALL_BACK_PAUSE_MINUTES: Final = number(
    "time_bank.call_back_pause_minutes",
    120,
    Unit.MINUTES,
    least=15,
    most=1440,
    step=15,
    words="Where nobody answers a call-back, the desk tries again after %(value)s.",
)
CALL_BACK_TRIES_MAX: Final = number(
    "time_bank.call_back_tries_max",
    3,
    Unit.TIMES,
    least=1,
    most=10,
    words="When nobody answered %(value)s, a coordinator looks after the visit.",
)
UNSPENT_MINUTES: Final = number(
    "time_bank.unspent_minutes",
    600,
    Unit.MINUTES,
    least=0,
    most=60_000,
    step=60,
    words=(
        "Whoever has saved %(value)s or more and has long used none is reminded of them, at most"
        " once in three months."
    ),
    otherwise="Nobody is reminded of hours that they could use.",
)
UNSPENT_DAYS: Final = number(
    "time_bank.unspent_days",
    365,
    Unit.DAYS,
    least=30,
    most=1825,
    words="Hours count as long unused when none was used for %(value)s.",
)

DESK: Final[Sequence[Setting[Any]]] = (
    DESK_CHECKS_MIN,
    CALL_BACK_PAUSE_MINUTES,
    CALL_BACK_TRIES_MAX,
    UNSPENT_MINUTES,
    UNSPENT_DAYS,
)
"""The settings of the desk and of the reminders."""
