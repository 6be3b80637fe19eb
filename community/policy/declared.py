"""What a community decides about its register: signing in, joining, delegations, what is kept."""

from collections.abc import Sequence
from typing import Any, Final

from community.policy.setting import Setting, Unit, choice, number

IDLE_DAYS: Final = number(
    "sign_in.idle_days",
    30,
    Unit.DAYS,
    least=1,
    most=365,
    words="Who has not been here for %(value)s signs in again.",
)
SIGNED_IN_DAYS_MAX: Final = number(
    "sign_in.signed_in_days_max",
    180,
    Unit.DAYS,
    least=1,
    most=365,
    words="A sign-in ends after %(value)s, however often the page is used.",
)
STAFF_IDLE_MINUTES: Final = number(
    "sign_in.staff_idle_minutes",
    60,
    Unit.MINUTES,
    least=5,
    most=480,
    words="Community staff who have been away for %(value)s sign in again.",
)
STAFF_SIGNED_IN_HOURS_MAX: Final = number(
    "sign_in.staff_signed_in_hours_max",
    12,
    Unit.HOURS,
    least=1,
    most=24,
    words="A sign-in of community staff ends after %(value)s.",
)
CODE_MINUTES: Final = number(
    "sign_in.code_minutes",
    10,
    Unit.MINUTES,
    least=2,
    most=60,
    words="A code that was sent to sign in with can be used for %(value)s.",
)
CODE_TRIES: Final = number(
    "sign_in.code_tries",
    5,
    Unit.TIMES,
    least=3,
    most=10,
    words="A sign-in code may be typed wrongly %(value)s; then a new one is needed.",
)
FREE_TRIES: Final = number(
    "sign_in.free_tries",
    5,
    Unit.TIMES,
    least=3,
    most=20,
    words=(
        "A password or PIN may be typed wrongly %(value)s in a row; after that each try has to"
        " wait a little longer than the one before."
    ),
)
OPEN, INVITATION = "open", "invitation"
REGISTRATION: Final = choice(
    "joining.registration",
    OPEN,
    {
        OPEN: "whoever lives here and asks; a coordinator then verifies it",
        INVITATION: "only whom a coordinator has invited",
    },
    "Who may join: %(value)s.",
)
INVITATION_DAYS: Final = number(
    "joining.invitation_days",
    30,
    Unit.DAYS,
    least=1,
    most=180,
    words="An invitation can be accepted for %(value)s.",
)
DELEGATION_YEARS_MAX: Final = number(
    "delegation.years_max",
    2,
    Unit.YEARS,
    least=1,
    most=10,
    words=(
        "A member may let somebody act for them for at most %(value)s; then they are asked again."
    ),
)
FORMER_MEMBER_DAYS: Final = number(
    "retention.former_member_days",
    365,
    Unit.DAYS,
    least=0,
    most=3650,
    words=(
        "Personal details of somebody who has left are kept for %(value)s. The book keeps only a"
        " pseudonym."
    ),
)
APPLICATION_DAYS: Final = number(
    "retention.application_days",
    90,
    Unit.DAYS,
    least=7,
    most=730,
    words="What somebody wrote who asked to join and did not is kept for %(value)s.",
)
MESSAGE_DAYS: Final = number(
    "retention.message_days",
    365,
    Unit.DAYS,
    least=30,
    most=3650,
    words="Messages to members are kept for %(value)s.",
)
SIGN_IN_RECORD_DAYS: Final = number(
    "retention.sign_in_record_days",
    180,
    Unit.DAYS,
    least=30,
    most=730,
    words="When and from where somebody signed in is kept for %(value)s.",
)

SETTINGS: Final[Sequence[Setting[Any]]] = (
    IDLE_DAYS,
    SIGNED_IN_DAYS_MAX,
    STAFF_IDLE_MINUTES,
    STAFF_SIGNED_IN_HOURS_MAX,
    CODE_MINUTES,
    CODE_TRIES,
    FREE_TRIES,
    REGISTRATION,
    INVITATION_DAYS,
    DELEGATION_YEARS_MAX,
    FORMER_MEMBER_DAYS,
    APPLICATION_DAYS,
    MESSAGE_DAYS,
    SIGN_IN_RECORD_DAYS,
)
"""Every setting of the register, in the order in which the policy page tells them."""
