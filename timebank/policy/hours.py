"""What a community decides about saved hours: limits, passing them on, honours, the reserve."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, choice, number, switch

MINUTES_MAX: Final = 6_000_000
"""The largest number of minutes that a limit may name: 100,000 hours."""

CAP_MINUTES: Final = number(
    "time_bank.cap_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=MINUTES_MAX,
    words=(
        "Nobody saves more than %(value)s. Hours above it are a donation to the relief fund; none"
        " is lost."
    ),
    otherwise="There is no limit to what somebody can save.",
)
DAY_CAP_MINUTES: Final = number(
    "time_bank.day_cap_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=1_440,
    words=(
        "For the help of one day at most %(value)s are saved; more is a donation to the relief"
        " fund."
    ),
    otherwise="There is no limit to what somebody can save in a day.",
)
WHOLE_HOURS: Final = switch(
    "time_bank.whole_hours",
    default=False,
    words="Help is asked for in whole hours.",
    otherwise="Help is asked for in quarter-hours; it need not be whole hours.",
)
DONATIONS: Final = switch(
    "time_bank.donations",
    default=True,
    words="Everybody can donate saved hours to the relief fund.",
    otherwise="Saved hours cannot be donated.",
)
NONE, LINEAL, KIN, ANYONE = "none", "lineal", "kin", "anyone"
GIFTS_TO: Final = choice(
    "time_bank.gifts_to",
    KIN,
    {
        NONE: "nobody",
        LINEAL: "husband or wife, parents, children, grandparents, grandchildren",
        KIN: "relatives whom the community has on record",
        ANYONE: "any member of the community",
    },
    "To whom saved hours can be given: %(value)s.",
)
GIFT_DAYS: Final = number(
    "time_bank.gift_days",
    14,
    Unit.DAYS,
    least=1,
    most=90,
    words="A gift that is not accepted within %(value)s goes back to the giver.",
)
ESTATE_TO_KIN: Final = switch(
    "time_bank.estate_to_kin",
    default=True,
    words="When somebody dies, their saved hours can pass to their relatives.",
    otherwise="When somebody dies, their saved hours pass to the relief fund.",
)
CLEARING_LIMIT_MINUTES: Final = number(
    "time_bank.clearing_limit_minutes",
    600_000,
    Unit.MINUTES,
    least=0,
    most=MINUTES_MAX,
    words=(
        "Whoever moves takes their hours along, as long as this community and the other do not owe"
        " one another more than %(value)s."
    ),
    otherwise="Hours cannot be taken along to another community.",
)
RELIEF_FIRST_AGE_MIN: Final = number(
    "time_bank.relief_first_age_min",
    80,
    Unit.COUNT,
    least=0,
    most=120,
    words=(
        "First the relief fund helps whoever is %(value)s years old or older and lives alone or"
        " far from their children."
    ),
    otherwise="First the relief fund helps whoever lives alone or far from their children.",
)
RELIEF_MONTH_MINUTES_FIRST: Final = number(
    "time_bank.relief_month_minutes_first",
    240,
    Unit.MINUTES,
    least=0,
    most=6_000,
    words="For each of them it gives up to %(value)s a month.",
    otherwise="For them it gives nothing of its own accord.",
)
RELIEF_SECOND_AGE_MIN: Final = number(
    "time_bank.relief_second_age_min",
    60,
    Unit.COUNT,
    least=0,
    most=120,
    words=(
        "Next it helps whoever is %(value)s years old or older, has a low income, lives alone and"
        " cannot do everything for themselves."
    ),
    otherwise=(
        "Next it helps whoever has a low income, lives alone and cannot do everything for"
        " themselves."
    ),
)
RELIEF_MONTH_MINUTES_SECOND: Final = number(
    "time_bank.relief_month_minutes_second",
    120,
    Unit.MINUTES,
    least=0,
    most=6_000,
    words="For each of these it gives up to %(value)s a month.",
    otherwise="For these it gives nothing of its own accord.",
)


def _stars(stars: int, hours: int, words: str, otherwise: str) -> Setting[int]:
    """Declare from how many minutes of help on somebody has so many stars."""
    return number(
        f"time_bank.honour_{stars}_minutes",
        hours * 60,
        Unit.MINUTES,
        least=0,
        most=MINUTES_MAX,
        words=words,
        otherwise=otherwise,
    )


HONOUR_1_MINUTES: Final = _stars(
    1, 100, "One star for %(value)s of help given.", "There is no first star."
)
HONOUR_2_MINUTES: Final = _stars(
    2, 300, "Two stars for %(value)s of help given.", "There is no second star."
)
HONOUR_3_MINUTES: Final = _stars(
    3, 600, "Three stars for %(value)s of help given.", "There is no third star."
)
HONOUR_4_MINUTES: Final = _stars(
    4, 1_000, "Four stars for %(value)s of help given.", "There is no fourth star."
)
HONOUR_5_MINUTES: Final = _stars(
    5, 1_500, "Five stars for %(value)s of help given.", "There is no fifth star."
)
PUBLIC_HOME_MINUTES: Final = number(
    "time_bank.public_home_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=MINUTES_MAX,
    words="Whoever has given %(value)s of help can ask for a place in a public home for the old.",
    otherwise="No number of hours gives a claim to a place in a home.",
)
RESERVE_FEN: Final = number(
    "time_bank.reserve_fen",
    0,
    Unit.FEN,
    least=0,
    most=10**13,
    words=(
        "Behind the saved hours stands a reserve of %(value)s. It pays for help when there are too"
        " few volunteers."
    ),
    otherwise="No money stands behind the saved hours; neighbours do.",
)
HOUR_COST_FEN: Final = number(
    "time_bank.hour_cost_fen",
    4_000,
    Unit.FEN,
    least=100,
    most=1_000_000,
    words="An hour of help that the reserve has to pay for is reckoned at %(value)s.",
)

SAVING: Final[Sequence[Setting[Any]]] = (
    CAP_MINUTES,
    DAY_CAP_MINUTES,
    WHOLE_HOURS,
    RESERVE_FEN,
    HOUR_COST_FEN,
)
"""What can be saved and what stands behind it, in the order of the page of rules."""

PASSING_ON: Final[Sequence[Setting[Any]]] = (
    GIFTS_TO,
    GIFT_DAYS,
    DONATIONS,
    ESTATE_TO_KIN,
    CLEARING_LIMIT_MINUTES,
)
"""How hours pass to others, in the order of the page of rules."""

RELIEF_FUND: Final[Sequence[Setting[Any]]] = (
    RELIEF_FIRST_AGE_MIN,
    RELIEF_MONTH_MINUTES_FIRST,
    RELIEF_SECOND_AGE_MIN,
    RELIEF_MONTH_MINUTES_SECOND,
)
"""Whom the relief fund helps, in the order of the page of rules."""

HONOURS: Final[Sequence[Setting[int]]] = (
    HONOUR_1_MINUTES,
    HONOUR_2_MINUTES,
    HONOUR_3_MINUTES,
    HONOUR_4_MINUTES,
    HONOUR_5_MINUTES,
    PUBLIC_HOME_MINUTES,
)
"""What thanks somebody for their hours, in the order of the page of rules."""
