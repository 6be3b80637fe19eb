"""What a community decides about who gives help and who receives it."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number, switch

REDEEM_AGE_MIN: Final = number(
    "time_bank.redeem_age_min",
    60,
    Unit.COUNT,
    least=0,
    most=100,
    words="Whoever is %(value)s years old or older can receive help.",
    otherwise="Help can be received at any age.",
)
HARDSHIP_REDEEM_AGE_MIN: Final = number(
    "time_bank.hardship_redeem_age_min",
    0,
    Unit.COUNT,
    least=0,
    most=100,
    words="In special hardship, help can be received from the age of %(value)s on.",
    otherwise="Special hardship does not change the age from which help can be received.",
)
REDEEM_AFTER_MINUTES: Final = number(
    "time_bank.redeem_after_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=600_000,
    words="Own hours can be used once somebody has given %(value)s of help in all.",
    otherwise="Own hours can be used from the first one on.",
)
FIRST_USE_MINUTES: Final = number(
    "time_bank.first_use_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=6_000,
    words="The community gives each elder their first %(value)s of help.",
    otherwise="The community gives nobody their first hours of help.",
)
OPENING_MINUTES: Final = number(
    "time_bank.opening_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=6_000,
    words="Everybody who joins begins with %(value)s.",
    otherwise="Everybody begins with nothing saved.",
)
GIVE_AGE_MIN: Final = number(
    "time_bank.give_age_min",
    18,
    Unit.COUNT,
    least=0,
    most=100,
    words="Whoever is %(value)s years old or older can give help.",
    otherwise="Help can be given at any age.",
)
GIVE_AGE_MIN_WOMEN: Final = number(
    "time_bank.give_age_min_women",
    0,
    Unit.COUNT,
    least=0,
    most=100,
    words="Women can give help from the age of %(value)s on.",
    otherwise="The age from which help can be given is the same for women and men.",
)
GIVE_AGE_MAX: Final = number(
    "time_bank.give_age_max",
    0,
    Unit.COUNT,
    least=0,
    most=120,
    words="Help can be given up to and including the age of %(value)s.",
    otherwise="Nobody is too old to give help.",
)
MINORS_WITH_GUARDIAN: Final = switch(
    "time_bank.minors_with_guardian",
    default=True,
    words="Whoever is too young for that may help together with a parent or guardian.",
    otherwise="Whoever is too young for that may not help, not even with a parent or guardian.",
)
MINORS_IN_GROUPS: Final = switch(
    "time_bank.minors_in_groups",
    default=False,
    words="Whoever is under 18 may assist in a class or a group that somebody of age leads.",
    otherwise="Classes and groups are no exception to that.",
)
TRAINING_FIRST: Final = switch(
    "time_bank.training_first",
    default=False,
    words="Whoever wants to give help is trained first.",
    otherwise="Training is needed only for the care services that say so.",
)

REDEEMING: Final[Sequence[Setting[Any]]] = (
    REDEEM_AGE_MIN,
    HARDSHIP_REDEEM_AGE_MIN,
    REDEEM_AFTER_MINUTES,
    FIRST_USE_MINUTES,
    OPENING_MINUTES,
)
"""Who receives help, in the order in which the page of rules tells it."""

GIVING: Final[Sequence[Setting[Any]]] = (
    GIVE_AGE_MIN,
    GIVE_AGE_MIN_WOMEN,
    GIVE_AGE_MAX,
    MINORS_WITH_GUARDIAN,
    MINORS_IN_GROUPS,
    TRAINING_FIRST,
)
"""Who gives help, in the order in which the page of rules tells it."""
