"""What a community decides about hours that two people agree to move, and about its relief fund."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, choice, number, switch

MINUTES_MAX: Final = 6_000_000
"""The largest number of minutes that a limit may name: 100,000 hours."""

DONATION_REVERSAL_DAYS: Final = number(
    "time_bank.donation_reversal_days",
    14,
    Unit.DAYS,
    least=0,
    most=365,
    words="A donation that was a mistake can be given back for %(value)s.",
    otherwise="A donation cannot be given back.",
)
ELDERS, KEY_ELDERS = "elders", "key_elders"
GRANTS_TO: Final = choice(
    "time_bank.grants_to",
    ELDERS,
    {
        ELDERS: "any elder",
        KEY_ELDERS: "elders whom the relief fund helps first or next",
    },
    "To whom the community can grant hours: %(value)s. Two people agree to each grant.",
)
GRANT_MINUTES_MAX: Final = number(
    "time_bank.grant_minutes_max",
    600,
    Unit.MINUTES,
    least=15,
    most=60_000,
    words="One grant is at most %(value)s.",
)
GRANT_MONTH_MINUTES_MAX: Final = number(
    "time_bank.grant_month_minutes_max",
    0,
    Unit.MINUTES,
    least=0,
    most=MINUTES_MAX,
    words="All grants of a month together are at most %(value)s.",
    otherwise="There is no limit to what all grants of a month come to.",
)
ESTATE_YEARS: Final = number(
    "time_bank.estate_years",
    5,
    Unit.YEARS,
    least=1,
    most=50,
    words=(
        "Hours that somebody left and nobody claims pass to the relief fund after %(value)s, when"
        " two people agree."
    ),
)
RELIEF_HARDSHIP_FIRST: Final = switch(
    "time_bank.relief_hardship_first",
    default=True,
    words="Whoever is in special hardship comes first as well.",
    otherwise="Special hardship does not change whom the relief fund helps first.",
)
RELIEF_RESERVE_MINUTES: Final = number(
    "time_bank.relief_reserve_minutes",
    600,
    Unit.MINUTES,
    least=0,
    most=MINUTES_MAX,
    words="The last %(value)s of the relief fund are kept for those who come first.",
    otherwise="Nothing of the relief fund is kept back for those who come first.",
)

GRANTING: Final[Sequence[Setting[Any]]] = (
    DONATION_REVERSAL_DAYS,
    GRANTS_TO,
    GRANT_MINUTES_MAX,
    GRANT_MONTH_MINUTES_MAX,
    ESTATE_YEARS,
)
"""What is given back, granted and inherited, in the order of the page of rules."""

KEEPING_BACK: Final[Sequence[Setting[Any]]] = (RELIEF_HARDSHIP_FIRST, RELIEF_RESERVE_MINUTES)
"""More on whom the relief fund helps, in the order of the page of rules."""
