"""Visits in words for people: where one stands, and what to tell those whom a rule refuses."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal
from zoneinfo import ZoneInfo

from app import care_words
from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.repeat_form import refused_last_day
from app.wording import duration, spoken_time
from timebank import (
    AlreadyTaken,
    BusyThen,
    InvalidRequest,
    NeedsWord,
    NotEnoughMinutes,
    NotFit,
    OutOfRange,
    OwnHours,
    OwnVisit,
    Paused,
    Payer,
    Side,
    State,
    Step,
    TimebankError,
    TooEarly,
    TooLate,
    TooManyStated,
    UnknownCareService,
    WrongCode,
    WrongState,
)
from timebank.beside import Published, RatingOver
from timebank.eligibility import NotEligible
from timebank.eligibility import Reason as NotAllowed
from timebank.repeats import InvalidRepeat
from timebank.rules import WAITING

Part = Literal["elder", "delegate", "volunteer", "reader"]
"""Which part a member has in a visit; a delegate acts for its elder, a reader only looks."""

STATES: Final[Mapping[State, str]] = {
    State.REQUESTED: mark("Waiting for a volunteer"),
    State.OFFERED: mark("A volunteer is asked"),
    State.BOOKED: mark("A volunteer is coming"),
    State.UNDER_WAY: mark("Under way"),
    State.FINISHED: mark("Waiting for the elder's word"),
    State.CONFIRMED: mark("Confirmed"),
    State.CANCELLED: mark("Cancelled"),
    State.EXPIRED: mark("Nobody could come"),
    State.NO_SHOW: mark("Did not take place"),
    State.DISPUTED: mark("A coordinator looks into it"),
    State.RESOLVED: mark("Decided by a coordinator"),
}

# Where the next step is this member's own, the page says so.
STATES_FOR_ME: Final[Mapping[tuple[Part, State], str]] = {
    ("elder", State.REQUESTED): mark("We are looking for somebody"),
    ("elder", State.OFFERED): mark("We have asked somebody"),
    ("elder", State.UNDER_WAY): mark("The volunteer is here"),
    ("elder", State.FINISHED): mark("Please confirm"),
    ("delegate", State.FINISHED): mark("Please confirm"),
    ("volunteer", State.OFFERED): mark("Will you come?"),
    ("volunteer", State.BOOKED): mark("You promised to come"),
    ("volunteer", State.UNDER_WAY): mark("You are checked in"),
}

STEPS: Final[Mapping[State, str]] = {
    State.REQUESTED: mark("Asked for"),
    State.BOOKED: mark("Booked"),
    State.UNDER_WAY: mark("Under way"),
    State.FINISHED: mark("Finished"),
    State.CONFIRMED: mark("Confirmed"),
}

# The last steps of a visit about which the two sides did not agree, or that was mended later.
DISPUTED_STEPS: Final = (mark("Not agreed"), mark("Decided"))
CORRECTED: Final = mark("Mended")

_HISTORY: Final[Mapping[State, str]] = {
    **STEPS,
    State.OFFERED: mark("A volunteer was asked"),
    State.CANCELLED: mark("Cancelled"),
    State.EXPIRED: mark("Nobody could come"),
    State.NO_SHOW: mark("Did not take place"),
    State.DISPUTED: mark("“This is not right”"),
    State.RESOLVED: mark("Decided by a coordinator"),
}

LATE_MINUTES: Final = (10, 20, 30)
"""What a volunteer may say with one tap; whoever is later than that calls."""

_PAYERS: Final[Mapping[Payer, str]] = {
    Payer.OWN: mark("the elder's own hours"),
    Payer.GIFTS: mark("gifts that the elder received"),
    Payer.RELIEF: mark("the relief fund"),
    Payer.ISSUANCE: mark("the community, for the first visits"),
}
_PAYERS_FOR_ME: Final[Mapping[Payer, str]] = {
    **_PAYERS,
    Payer.OWN: mark("your own hours"),
    Payer.GIFTS: mark("gifts that you received"),
}

ABSENT: Final[Mapping[Side, str]] = {
    Side.ELDER: mark("The elder was not there."),
    Side.VOLUNTEER: mark("The volunteer did not come."),
}

ICONS: Final = {
    "meals": "utensils",
    "cleaning": "brush-cleaning",
    "bathing": "bath",
    "hospital": "hospital",
    "urgent": "siren",
    "companionship": "coffee",
    "outings": "footprints",
    "culture": "music",
    "health": "heart-pulse",
    "legal": "scale",
    "fraud": "shield-check",
    "digital": "smartphone",
}

_REQUEST: Final = {
    ("starts_at", "past"): mark("That time is already over. Choose a later one."),
    ("starts_at", "not on a quarter-hour"): mark("Choose one of the times in the list."),
    ("minutes", "not offered"): mark("Choose one of the lengths shown."),
    ("place", "missing"): mark("Say where the volunteer should come."),
    ("place", "too long"): mark("Say the place in at most 120 characters."),
    ("wishes", "too long"): mark("Say it in at most 500 characters."),
    ("safety", "too long"): mark("Say it in at most 500 characters."),
    ("contact_name", "too long"): mark("Say the name in at most 80 characters."),
    ("contact_name", "missing"): mark("Type the name of whom to call."),
    ("contact_phone", "missing"): mark("Type the telephone number of whom to call."),
    ("stars", "not offered"): mark("Choose how it was."),
    ("words", "too long"): mark("Say it in at most 300 characters."),
    ("photo", "too long"): mark("This photograph cannot be made small enough. Leave it out."),
    ("reason", "missing"): mark("Say in a few words why."),
    ("reason", "too long"): mark("Say it in at most 500 characters."),
    ("preferred", "unknown"): mark("Choose one of the names shown, or nobody in particular."),
    ("moment", "cannot be"): mark(
        "That time cannot be right: it lies in the future, or before the visit could begin."
    ),
}

_CLOSED: Final = mark("This visit is confirmed, and its minutes have passed. Nothing was changed.")
_MOVED_ON: Final = mark("The visit has moved on in the meantime. This is how it stands now.")
_STANDS: Final[Mapping[State, str]] = {
    State.CONFIRMED: _CLOSED,
    State.RESOLVED: _CLOSED,
    State.CANCELLED: mark("This visit was called off. Nothing was changed."),
    State.DISPUTED: mark(
        "Somebody said that this visit is not right. A coordinator looks into it, and nothing "
        "passes until then. Nothing was changed."
    ),
}

# The form asks for the day and the time of day apart; what is wrong with both stands at the time.
_FIELDS: Final = {"starts_at": "time"}


def icon_of(code: str) -> str:
    """Return the icon of a care service; a hand for one that a community added itself."""
    return ICONS.get(code, "hand-helping")


def wrong_field(refusal: TimebankError) -> tuple[str, str] | None:  # noqa: PLR0911 (one for each)
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case InvalidRequest(why="too far ahead", most=days):
            return "time", ngettext(
                "Choose a time within the next %(days)s day.",
                "Choose a day within the next %(days)s days.",
                days,
            ) % {"days": days}
        case InvalidRequest(field=field, why=why):
            return _FIELDS.get(field, field), _(_REQUEST[field, why])
        case InvalidRepeat():
            return refused_last_day(refusal)
        case UnknownCareService():
            return "service", _("Choose one of the kinds of help shown.")
        case NotEnoughMinutes(available=available, asked=asked):
            return "minutes", _(
                "This needs %(asked)s, and you have %(available)s to use. Choose a shorter "
                "visit, or call the desk: they know who can help out with hours."
            ) % {"asked": duration(asked), "available": duration(available)}
        case WrongCode():
            return "code", _(
                "That is not the number on the elder's page. Ask them to read it out once more."
            )
        case TooManyStated(measured=measured):
            return "minutes", _(
                "By the clock it was %(measured)s. Type that or fewer minutes, or leave it empty."
            ) % {"measured": duration(measured)}
        case NeedsWord() | OutOfRange():
            return "minutes", _("Choose one of the lengths shown.")
    return None


_PLAIN: Final[Mapping[type[TimebankError], str]] = {
    AlreadyTaken: mark(
        "Somebody was quicker, or the visit was called off. Nothing of yours has changed; "
        "perhaps another one suits you."
    ),
    BusyThen: mark(
        "You have promised that time already, to a visit or to a project, so this one stays open "
        "for others."
    ),
    OwnVisit: mark("This is your own visit: somebody else must come to you."),
    Paused: mark(
        "You could not be at some of your visits lately, so you cannot take a new one just "
        "now. Please call the desk: a word with them is enough. Nothing was changed."
    ),
    OwnHours: mark(
        "You gave this visit yourself, so you cannot confirm it. Only the elder can. "
        "Nothing was changed."
    ),
    TooLate: mark("The time for it is over, so nobody can accept it any more."),
    RatingOver: mark("The time for saying how it was is over. What was said stands."),
}


def refusal_words(refusal: TimebankError, zone: ZoneInfo) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    plain = _PLAIN.get(type(refusal))
    if plain is not None:
        return _(plain)
    match refusal:
        case TooEarly(opens_at=opens_at):
            return _("You can check in from %(when)s on. Nothing was changed.") % {
                "when": spoken_time(opens_at, zone)
            }
        case WrongState(state=state):
            return _(_STANDS.get(State(state), _MOVED_ON))
        case NotFit():
            return care_words.refusal_words(refusal)
        case NotEligible():
            return eligible_words(refusal)
    told = wrong_field(refusal)
    return told[1] if told else str(refusal)


def eligible_words(refusal: NotEligible) -> str:
    """Return why somebody cannot receive help here yet, and what to do."""
    if refusal.reason is NotAllowed.TOO_YOUNG and refusal.least:
        return _(
            "Help is for people from the age of %(least)s on here. Nothing was asked for. Who "
            "needs it earlier calls the desk: in special hardship the rules may be others."
        ) % {"least": refusal.least}
    if refusal.reason is NotAllowed.GIVEN_TOO_LITTLE:
        return _(
            "Own hours can be used once %(least)s of help have been given. Nothing was asked for. "
            "The desk knows who can help out with hours."
        ) % {"least": duration(refusal.least)}
    return _("The rules here do not allow it. Nothing was changed. The desk can tell you why.")


def payer_words(payer: Payer, part: Part = "reader") -> str:
    """Return who pays, in words; to the elder, about themselves."""
    return _((_PAYERS_FOR_ME if part == "elder" else _PAYERS)[payer])


def star_choices() -> list[tuple[str, str]]:
    """Return what a visit can have been, the best first, as (value, words)."""
    return [
        ("5", _("Very good")),
        ("4", _("Good")),
        ("3", _("All right")),
        ("2", _("Not so good")),
        ("1", _("Bad")),
    ]


def published_words(one: Published | None) -> str:
    """Return what is told of a volunteer's ratings; nothing while too few have rated."""
    if one is None:
        return ""
    return ngettext(
        "%(stars)s of 5, from %(num)s person", "%(stars)s of 5, from %(num)s people", one.people
    ) % {"stars": f"{one.tenths // 10}.{one.tenths % 10}", "num": one.people}


def uncovered_words() -> str:
    """Return what a volunteer is told whom an elder's hours no longer cover."""
    return _(
        "The elder's hours do not cover this visit any more. Nothing was booked, and the desk has "
        "been told: they may find hours for it."
    )


def history_words(steps: Sequence[Step]) -> list[tuple[Step, str, str]]:
    """Return each step of a visit with what happened in words, and its note as people read it."""
    told = []
    before: State | None = None
    for step in steps:
        words = _(_HISTORY[step.state])
        if step.state is before and step.state in WAITING:
            words = _("Kept open longer")
        elif step.state is State.REQUESTED and before is not None:
            words = _("Open to all again")
        elif step.state is State.BOOKED and before is State.BOOKED:
            words = _("The volunteer is late")
        elif step.state is State.RESOLVED and before is not State.DISPUTED:
            words = _("Mended by a coordinator")
        note = step.note
        if step.state is State.NO_SHOW:
            note = _(ABSENT[Side(note)])
        told.append((step, words, note))
        before = step.state
    return told
