"""What a community may decide about work for projects and about changes to what was promised."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, number

CREDIT_PER_HOUR: Final = number(
    "project_work.credit_per_hour",
    60,
    Unit.MINUTES,
    least=15,
    most=240,
    step=5,
    words="An hour of help for a project counts %(value)s.",
)
ROUND_UP_MINUTES: Final = number(
    "project_work.round_up_minutes",
    5,
    Unit.MINUTES,
    least=1,
    most=60,
    words="The time of help for a project is rounded up to the next %(value)s.",
)
DAYS_AHEAD_MAX: Final = number(
    "project_work.days_ahead_max",
    60,
    Unit.DAYS,
    least=7,
    most=365,
    words="Help for a project is planned at most %(value)s ahead.",
)
MINUTES_MAX: Final = number(
    "project_work.minutes_max",
    480,
    Unit.MINUTES,
    least=60,
    most=720,
    step=15,
    words="Help for a project lasts at most %(value)s at a time.",
)
PEOPLE_MAX: Final = number(
    "project_work.people_max",
    50,
    Unit.COUNT,
    least=1,
    most=500,
    words="The most people who can help a project at one time: %(value)s.",
)
GRANT_MINUTES_MAX: Final = number(
    "project_work.grant_minutes_max",
    0,
    Unit.MINUTES,
    least=0,
    most=600_000,
    step=15,
    words="A coordinator may give a project at most %(value)s beside what was pledged.",
    otherwise="A project has only the hours that were pledged to it; the community adds none.",
)
OBJECTION_DAYS: Final = number(
    "delivery.objection_days",
    7,
    Unit.DAYS,
    least=1,
    most=60,
    words="Residents have %(value)s to object to a change of a project under way.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    CREDIT_PER_HOUR,
    ROUND_UP_MINUTES,
    DAYS_AHEAD_MAX,
    MINUTES_MAX,
    PEOPLE_MAX,
    GRANT_MINUTES_MAX,
    OBJECTION_DAYS,
)
"""Every setting of work and changes, in the order in which the policy page tells them."""
