"""The phone desk in words for people: what was done, how it ended, what a refusal means."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import community
from app import visit_words
from app.i18n import gettext as _
from app.i18n import mark, ngettext
from community import CommunityError, NotDelegated
from timebank import TimebankError, desk
from timebank.desk import Check, Did, Outcome, Settled, Topic

CHECKS: Final[Mapping[Check, str]] = {
    Check.NUMBER: mark("The call comes from their number"),
    Check.NAME: mark("They said their full name"),
    Check.BIRTH_DATE: mark("They said their birth date"),
    Check.ADDRESS: mark("They said where they live"),
    Check.LAST_VISIT: mark("They said who came last, and when"),
    Check.VOICE: mark("I know their voice"),
}

DONE: Final[Mapping[Did, str]] = {
    Did.WORD: mark("Their word was taken down"),
    Did.ASK: mark("A visit was asked for"),
    Did.CONFIRM: mark("A visit was confirmed"),
    Did.CANCEL: mark("A visit was called off"),
    Did.DISPUTE: mark("They said that a visit was not right"),
    Did.CODE: mark("The number for the door was read out"),
    Did.BALANCE: mark("They were told their hours"),
    Did.VISITS: mark("They were told their next visits"),
    Did.HAND_OVER: mark("Handed over to a coordinator"),
}

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.DONE: mark("Done"),
    Outcome.TOLD: mark("Told what they asked"),
    Outcome.HANDED_OVER: mark("Handed over"),
    Outcome.NOTHING: mark("Nothing to do"),
    Outcome.NO_ANSWER: mark("Nobody answered"),
    Outcome.WRONG_PERSON: mark("Somebody else answered"),
    Outcome.NOT_RIGHT: mark("They say it is not right"),
}

ENDS: Final = (Outcome.DONE, Outcome.TOLD, Outcome.NOTHING, Outcome.HANDED_OVER)
"""How a call that came in may end, in the order of the form."""

CALL_BACK_ENDS: Final = (
    Outcome.DONE, Outcome.NO_ANSWER, Outcome.WRONG_PERSON, Outcome.NOT_RIGHT, Outcome.HANDED_OVER,
)  # fmt: skip

TOPICS: Final[Mapping[Topic, str]] = {
    Topic.NOT_RIGHT: mark("A visit was not right"),
    Topic.NOT_ALLOWED: mark("Somebody wants to act for another"),
    Topic.NOT_REACHED: mark("Nobody answers when called back"),
    Topic.HOURS: mark("Hours: too few, or wrong"),
    Topic.SAFETY: mark("Somebody may be in danger"),
    Topic.JOIN: mark("Wants to join"),
    Topic.OTHER: mark("Something else"),
}

SETTLED: Final[Mapping[Settled, str]] = {
    Settled.SETTLED: mark("Settled"),
    Settled.PASSED_ON: mark("Passed on to somebody else"),
    Settled.NOT_REACHED: mark("Nobody could be reached"),
    Settled.NO_NEED: mark("It was no longer needed"),
    Settled.ERASED: mark("The person was erased"),
}

_REFUSALS: Final[Mapping[type[TimebankError], str]] = {
    desk.NotYourCall: mark(
        "A colleague answered this call. To go on with the matter, open a call of your own."
    ),
    desk.OwnCall: mark("This is about yourself: a colleague has to do it."),
    desk.CallEnded: mark("The call is over. Nothing was changed; open a new one."),
    desk.CallerUnknown: mark("First find out who is calling. Nothing was changed."),
    desk.NoWord: mark(
        "Their word for this call is missing or over. Read it back to them again; nothing was"
        " changed."
    ),
    desk.ForTheElderOnly: mark(
        "The number for the door is read to the elder alone. Ask to speak with them."
    ),
    desk.NotWaiting: mark("This visit does not wait for a word any more. Nothing was changed."),
    desk.CalledAlready: mark("A colleague is calling about this visit at this moment."),
    desk.TakenAlready: mark("A colleague was quicker and looks after it."),
    desk.NotTaken: mark("Take it on first, then close it."),
    desk.Closed: mark("It was closed meanwhile. Nothing was changed."),
    desk.CallReused: mark("This form was sent before with other people. Begin with a new one."),
}

_NOTES: Final = {
    ("note", "missing"): mark("Say what it is about, so that nobody has to ask again."),
    ("note", "too long"): mark("Say it more briefly."),
    ("outcome_note", "too long"): mark("Say it in at most 1,000 characters."),
    ("outcome", "not offered"): mark("Choose one of the answers shown."),
}


def wrong_field(refusal: Exception) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case desk.InvalidNote(field=field, why=why):
            return field, _(_NOTES[field, why])
        case desk.NotChecked(needed=needed):
            told = ngettext(
                "Make sure who it is with at least %(num)s check. The number alone is not enough.",
                "Make sure who it is with at least %(num)s checks. The number alone is not enough.",
                needed,
            )
            return "checked", told % {"num": needed}
        case community.InvalidBond(field="acts"):
            return "acts", _("Choose at least one thing that they wish.")
        case NotDelegated():
            return "acts", _(
                "They have no leave to do this for the other. Ask to speak with the other, or hand"
                " it over."
            )
        case TimebankError():
            return visit_words.wrong_field(refusal)
    return None


def refusal_words(refusal: Exception, zone: ZoneInfo) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    known = _REFUSALS.get(type(refusal))  # type: ignore[arg-type]  # any type may be asked for
    if known is not None:
        return _(known)
    if isinstance(refusal, community.UnknownMember | community.NotActive):
        return _("They are no active member here. Choose somebody else.")
    if isinstance(refusal, TimebankError):
        return visit_words.refusal_words(refusal, zone)
    if isinstance(refusal, CommunityError):
        return _("This cannot be done. Nothing was changed.")
    raise refusal
