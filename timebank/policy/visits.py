"""What a community decides about visits: how long, how far ahead, when they count, who pays."""

from collections.abc import Sequence
from typing import Any, Final

from community import Setting
from community.policy import Unit, choice, number, switch
from timebank.values import VisitPolicy

_USUAL: Final = VisitPolicy()

VISIT_MINUTES_MIN: Final = number(
    "time_bank.visit_minutes_min",
    _USUAL.minutes_min,
    Unit.MINUTES,
    least=15,
    most=60,
    step=15,
    words="A visit is booked for at least %(value)s.",
)
VISIT_MINUTES_MAX: Final = number(
    "time_bank.visit_minutes_max",
    _USUAL.minutes_max,
    Unit.MINUTES,
    least=60,
    most=240,
    step=15,
    words="A visit is booked for at most %(value)s.",
)
DAYS_AHEAD_MAX: Final = number(
    "time_bank.days_ahead_max",
    _USUAL.days_ahead_max,
    Unit.DAYS,
    least=1,
    most=365,
    words="A visit can be asked for at most %(value)s ahead.",
)
CHECK_IN_EARLY_MINUTES: Final = number(
    "time_bank.check_in_early_minutes",
    _USUAL.check_in_early_minutes,
    Unit.MINUTES,
    least=0,
    most=120,
    words="A volunteer can check in from %(value)s before the visit is due to start.",
)
ROUND_UP_MINUTES: Final = number(
    "time_bank.round_up_minutes",
    _USUAL.round_up_minutes,
    Unit.MINUTES,
    least=1,
    most=60,
    words="The time that a visit took is rounded up to the next full %(value)s.",
)
OVERRUN_MINUTES: Final = number(
    "time_bank.overrun_minutes",
    _USUAL.overrun_minutes,
    Unit.MINUTES,
    least=0,
    most=120,
    words=(
        "When a visit took longer than was set aside, the elder's page proposes up to %(value)s"
        " more. It is given only if the elder says so."
    ),
)
CONFIRM_HOURS: Final = number(
    "time_bank.confirm_hours",
    72,
    Unit.HOURS,
    least=0,
    most=336,
    words=(
        "When nobody has confirmed or questioned a visit for %(value)s after it was over, it counts"
        " as confirmed."
    ),
    otherwise="A visit never counts as confirmed by itself: somebody confirms each one.",
)
DEPOSIT_REVIEWERS: Final = number(
    "time_bank.deposit_reviewers",
    1,
    Unit.COUNT,
    least=1,
    most=2,
    words=(
        "People who look at a visit before its hours are saved: %(value)s. The first is the elder;"
        " where there are two, the other works for the community."
    ),
)
CANCEL_NOTICE_HOURS: Final = number(
    "time_bank.cancel_notice_hours",
    12,
    Unit.HOURS,
    least=0,
    most=168,
    words="Whoever cannot keep a visit says so at least %(value)s before it begins.",
    otherwise="A visit can be called off until it begins, without notice.",
)
LATE_CANCEL_MINUTES: Final = number(
    "time_bank.late_cancel_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=240,
    words=(
        "When an elder calls a visit off later than that, %(value)s of theirs pass to the"
        " volunteer."
    ),
    otherwise="Calling a visit off late costs the elder nothing.",
)
OFFER_HOURS: Final = number(
    "time_bank.offer_hours",
    _USUAL.offer_hours,
    Unit.HOURS,
    least=1,
    most=168,
    words="A request that is offered to one volunteer waits %(value)s for their answer.",
)
NO_SHOW_LIMIT: Final = number(
    "time_bank.no_show_limit",
    3,
    Unit.TIMES,
    least=0,
    most=20,
    words=(
        "A volunteer who did not come %(value)s within 90 days takes no new visits until the"
        " community has talked with them."
    ),
    otherwise="Nobody is paused for not having come.",
)
REQUEST_DAYS: Final = number(
    "time_bank.request_days",
    60,
    Unit.DAYS,
    least=1,
    most=365,
    words=(
        "A request that nobody takes stays open for %(value)s, and never longer than until it"
        " should have begun."
    ),
)
REQUEST_REMINDER_HOURS: Final = number(
    "time_bank.request_reminder_hours",
    24,
    Unit.HOURS,
    least=0,
    most=168,
    words="Who asked is told %(value)s before a request ends that nobody has taken.",
    otherwise="Nobody is reminded before a request ends that nobody has taken.",
)
REPEAT_DAYS_AHEAD: Final = number(
    "time_bank.repeat_days_ahead",
    14,
    Unit.DAYS,
    least=1,
    most=60,
    words="The visits of a request that repeats are asked for %(value)s ahead.",
)
FLAT_MINUTES: Final = number(
    "time_bank.flat_minutes",
    0,
    Unit.MINUTES,
    least=0,
    most=240,
    words="Every visit counts %(value)s, however long it took.",
    otherwise="A visit counts the time that it took.",
)
EACH, SHARED, RELIEF, COMMUNITY = "each", "shared", "relief", "community"
GROUP_PAYER: Final = choice(
    "time_bank.group_payer",
    COMMUNITY,
    {
        EACH: "everybody who came, each for the whole time",
        SHARED: "all who came, in equal parts",
        RELIEF: "the relief fund",
        COMMUNITY: "the community, so that coming costs nobody anything",
    },
    "Who gives the hours for a class or a group: %(value)s.",
)
PHOTO_DAYS: Final = number(
    "time_bank.photo_days",
    90,
    Unit.DAYS,
    least=7,
    most=730,
    words="A photograph of a visit is deleted %(value)s after it was taken, once all is settled.",
)
TEAM_HOURS_DONATED: Final = switch(
    "time_bank.team_hours_donated",
    default=False,
    words="Hours that a team of volunteers gives go to the relief fund.",
    otherwise="Each of a team of volunteers saves their own hours.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    VISIT_MINUTES_MIN,
    VISIT_MINUTES_MAX,
    DAYS_AHEAD_MAX,
    CHECK_IN_EARLY_MINUTES,
    ROUND_UP_MINUTES,
    OVERRUN_MINUTES,
    FLAT_MINUTES,
    CONFIRM_HOURS,
    DEPOSIT_REVIEWERS,
    CANCEL_NOTICE_HOURS,
    LATE_CANCEL_MINUTES,
    OFFER_HOURS,
    NO_SHOW_LIMIT,
    REQUEST_DAYS,
    REQUEST_REMINDER_HOURS,
    REPEAT_DAYS_AHEAD,
    PHOTO_DAYS,
    GROUP_PAYER,
    TEAM_HOURS_DONATED,
)
"""In the order in which the page of rules tells them."""
