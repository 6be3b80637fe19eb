"""Finished projects in words for people: states, results, and what is said to whom they refuse."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.need_words import refusal_words as need_refusal
from app.need_words import wrong_field as need_field
from app.wording import number
from marketplace.aftercare import Again, AttentionState, CheckState, CustodianState, Outcome, Way
from marketplace.aftercare import errors as refused
from marketplace.errors import MarketplaceError, NotAResident, TooLong, WordsMissing
from marketplace.needs.errors import NeedError, NotForAnother, NotYourDesk, NoWordGiven

CUSTODIANS: Final[Mapping[CustodianState, str]] = {
    CustodianState.VOLUNTEERED: mark("offers to look after it; somebody has to say yes"),
    CustodianState.NAMED: mark("was asked and has not answered yet"),
    CustodianState.SERVING: mark("looks after it"),
    CustodianState.DECLINED: mark("does not look after it"),
    CustodianState.ENDED: mark("looked after it"),
}

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.GOOD: mark("All is good"),
    Outcome.SMALL_FAULTS: mark("Small faults"),
    Outcome.BROKEN: mark("Broken"),
}

OUTCOME_HINTS: Final[Mapping[Outcome, str]] = {
    Outcome.GOOD: mark("Nothing has to be done."),
    Outcome.SMALL_FAULTS: mark("It can be used, and something has to be mended."),
    Outcome.BROKEN: mark("It cannot be used."),
}

CHECKS: Final[Mapping[CheckState, str]] = {
    CheckState.AHEAD: mark("planned"),
    CheckState.DUE: mark("due now"),
    CheckState.MISSED: mark("missed"),
    CheckState.DONE: mark("done"),
    CheckState.DONE_LATE: mark("done late; it had been missed"),
}

ATTENTION: Final[Mapping[AttentionState, str]] = {
    AttentionState.OPEN: mark("Open"),
    AttentionState.ANSWERED: mark("Answered, not mended yet"),
    AttentionState.MENDED: mark("Mended"),
    AttentionState.JOINED: mark("Goes on under another"),
    AttentionState.HIDDEN: mark("Hidden"),
}

MOVED: Final[Mapping[AttentionState, str]] = {
    AttentionState.OPEN: mark("Opened again"),
    AttentionState.ANSWERED: mark("An answer was given"),
    AttentionState.MENDED: mark("Mended"),
    AttentionState.JOINED: mark("Joined with another"),
    AttentionState.HIDDEN: mark("Hidden"),
}

WAYS: Final[Mapping[Way, str]] = {
    Way.ONLINE: mark("on the site"),
    Way.PHONE: mark("by telephone"),
    Way.PAPER: mark("on paper"),
}

AGAIN: Final[Mapping[Again, str]] = {
    Again.NOT_CHOSEN: mark("It came from a project that was not chosen"),
    Again.WORN_OUT: mark("It came from a project that is worn out"),
    Again.STOPPED: mark("It came from a project that was stopped"),
}

PROJECTS: Final[Mapping[str, str]] = {
    "proposed": mark("Stands in the round"),
    "on_ballot": mark("On the ballot"),
    "chosen": mark("Chosen"),
    "not_chosen": mark("Not chosen"),
    "left": mark("Taken out of the round"),
}

DELIVERIES: Final[Mapping[str, str]] = {
    "": mark("Chosen"),
    "under_way": mark("Chosen, and under way"),
    "delivered": mark("Chosen and finished"),
    "judged": mark("Chosen, finished and judged"),
    "closed": mark("Chosen, finished and closed"),
    "stopped": mark("Chosen, and stopped"),
}

_MISSING: Final = {
    "covenant": mark("Write what neighbours agree on."),
    "words": mark("Say it in a sentence or two."),
    "why": mark("Give the reason. Everybody can read it."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    NotAResident: mark("Only residents of this community do this. Nothing was changed."),
    NotForAnother: mark(
        "This is done in one's own name. Who acts for another cannot do it for them; they can call"
        " the desk themselves."
    ),
    NotYourDesk: mark("Only the desk does this for somebody. Nothing was changed."),
    NoWordGiven: mark(
        "Their word for this call is missing or over. Read it back to them again; nothing was"
        " changed."
    ),
    refused.NotDelivered: mark("The project is not finished, so there is nothing to do here yet."),
    refused.NotACustodian: mark(
        "Only its custodians and the coordinators do this. Nothing was changed."
    ),
    refused.SameWords: mark("These are the words of the latest version, so nothing was written."),
    refused.NotToSign: mark("Another version has taken the place of this one. Read it first."),
    refused.SignsThemselves: mark("Sign on the page of the covenant yourself."),
    refused.CustodianAlready: mark("They look after it already, or were asked to."),
    refused.CustodianMoved: mark(
        "This was answered, or has ended, meanwhile. Nothing was changed."
    ),
    refused.NotYourAnswer: mark("Somebody else has to say yes or no. Nothing was changed."),
    refused.CheckDone: mark("Somebody has written the result down already. It stands."),
    refused.AttentionMoved: mark("This is settled already. Nothing was changed."),
    refused.NotToJoin: mark("Choose another one that is still open."),
    refused.NotOver: mark("This project is still on its way. It begins anew when it has ended."),
    refused.StandsAsPlan: mark(
        "Its plan stands as it is and can enter the next round. No new need is wanted."
    ),
    refused.BegunAgain: mark("A need that came from this project is on its way already."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    found: tuple[str, str] | None = None
    match refusal:
        case WordsMissing(field=field) if field in _MISSING:
            found = field, _(_MISSING[field])
        case TooLong(field=field, most=most):
            too_long = _("This is too long. Use at most %(most)s characters.")
            found = field, too_long % {"most": number(most)}
        case refused.SameWords():
            found = "covenant", _(_SENTENCES[refused.SameWords])
        case refused.CovenantChanged(number=latest):
            words = _(
                "Somebody else wrote version %(number)s meanwhile. Read it below, take in what is"
                " right, and send yours again."
            )
            found = "covenant", words % {"number": number(latest)}
        case refused.CheckTooEarly(days=days):
            words = ngettext(
                "It is too early: the result is written down from %(num)s day before its day.",
                "It is too early: the result is written down from %(num)s days before its day.",
                days,
            )
            found = "outcome", words % {"num": number(days)}
        case refused.TooManyPhotos(most=most):
            words = _("At most %(most)s photographs at once.")
            found = "photos", words % {"most": number(most)}
        case refused.NotToJoin():
            found = "into", _(_SENTENCES[refused.NotToJoin])
        case _ if isinstance(refusal, NeedError) and type(refusal) not in _SENTENCES:
            found = need_field(refusal)
    return found


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    known = _SENTENCES.get(type(refusal))
    if known is not None:
        return _(known)
    if isinstance(refusal, NeedError):
        return need_refusal(refusal)
    raise refusal
