"""Classes in words for people: where one stands, and what to tell those whom a rule refuses."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from app.i18n import gettext as _
from app.i18n import mark
from app.visit_words import refusal_words as visit_refusal
from app.wording import duration, spoken_time
from timebank import (
    BusyThen,
    NotFit,
    TimebankError,
    TooEarly,
    TooManyStated,
    UnknownCareService,
    WrongCode,
    WrongState,
)
from timebank.group_sessions import (
    CourseState,
    InvalidCourse,
    LeaderFound,
    NoPlaceLeft,
    NotOnTheList,
    NoVolunteer,
    OwnClass,
    SessionOver,
    SessionState,
    WithoutLeader,
)

COURSE_STATES: Final[Mapping[CourseState, str]] = {
    CourseState.PROPOSED: mark("Waits for a coordinator"),
    CourseState.RUNNING: mark("Takes place"),
    CourseState.DECLINED: mark("Not approved"),
    CourseState.ENDED: mark("Ended"),
}
SESSION_STATES: Final[Mapping[SessionState, str]] = {
    SessionState.PLANNED: mark("Planned"),
    SessionState.HELD: mark("Took place; waits to be confirmed"),
    SessionState.CONFIRMED: mark("Confirmed"),
    SessionState.CANCELLED: mark("Called off"),
}
REPEATS: Final[Mapping[int, str]] = {
    1: mark("every week"),
    2: mark("every other week"),
    4: mark("every four weeks"),
}

_COURSE: Final = {
    ("title", "missing"): mark("Give the class a name."),
    ("title", "too long"): mark("Say the name in at most 60 characters."),
    ("place", "missing"): mark("Say where the class is."),
    ("place", "too long"): mark("Say the place in at most 120 characters."),
    ("about", "too long"): mark("Say it in at most 500 characters."),
    ("starts_at", "not on a quarter-hour"): mark("Choose one of the times in the list."),
    ("starts_at", "past"): mark("That time is already over. Choose a later one."),
    ("starts_at", "too far ahead"): mark("Choose a first day within the next year."),
    ("minutes", "not offered"): mark("Choose one of the lengths shown."),
    ("capacity", "not offered"): mark("Choose between 2 and 200 places."),
    ("every_weeks", "not offered"): mark("Choose how often it repeats."),
    ("until", "before the first"): mark("The last day lies before the first."),
    ("assistants", "not offered"): mark("Choose at most ten helpers, and not the leader."),
    ("team", "unknown"): mark("Choose one of the teams shown."),
    ("team", "closed"): mark("Choose one of the teams shown."),
    ("reason", "missing"): mark("Say in a few words why."),
}
# The form asks for the first day and the time of day apart.
_FIELDS: Final = {"starts_at": "day", "assistants": "helpers"}


def wrong_field(refusal: TimebankError) -> tuple[str, str] | None:  # noqa: PLR0911 (one for each)
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case InvalidCourse(field=field, why=why):
            return _FIELDS.get(field, field), _(_COURSE[field, why])
        case UnknownCareService():
            return "service", _("Choose one of the kinds of class shown.")
        case NoVolunteer():
            return "leader", _("Choose somebody who is a volunteer here.")
        case NotFit():
            return "leader", _(
                "The volunteer may not give this kind of class on that day: the rules ask for a "
                "training, a certificate or an age."
            )
        case WrongCode():
            return "code", _("That is not the number of this session. Look at the leader's page.")
        case TooManyStated(measured=measured):
            return "minutes", _("Type at least 1 minute and at most %(minutes)s.") % {
                "minutes": duration(measured)
            }
    return None


def refusal_words(refusal: TimebankError, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one for each)
    """Return what happened, what was kept and what to do, in one or two sentences."""
    match refusal:
        case SessionOver():
            return _("This session is over or was called off, so its list changes no more.")
        case OwnClass():
            return _("You give this session yourself. Others confirm your hours.")
        case NotOnTheList():
            return _("This is for those who came and are on the list. Nothing was changed.")
        case NoPlaceLeft():
            return _("Every place is taken. Nothing was changed.")
        case WithoutLeader():
            return _("Nobody leads this session. First write down who led it.")
        case LeaderFound():
            return _("Somebody leads this session already. Nothing was changed.")
        case BusyThen():
            return _("The volunteer has promised something else at that time. Nothing was changed.")
        case TooEarly(opens_at=opens_at):
            return _("That is possible from %(when)s on. Nothing was changed.") % {
                "when": spoken_time(opens_at, zone)
            }
        case WrongState():
            return _("It has moved on in the meantime. This is how it stands now.")
    told = wrong_field(refusal)
    return told[1] if told else visit_refusal(refusal, zone)
