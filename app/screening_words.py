"""Screening in words for people: points and answers, outcomes, and what a refusal means."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.need_words import refusal_words as need_refusal_words
from app.need_words import wrong_field as need_wrong_field
from app.wording import money, number
from marketplace import screening
from marketplace.errors import MarketplaceError, TooLong, WordsMissing
from marketplace.screening import Outcome, Question, Verdict

POINTS: Final[Mapping[str, tuple[str, str]]] = {
    "duty": (
        mark("Is it free of what government or a company already owes?"),
        mark("Compare it with the duty list. Residents' money must not pay for others' duties."),
    ),
    "safety": (
        mark("Can it be done safely?"),
        mark("For those who build it, those who use it, and those who live beside it."),
    ),
    "budget": (
        mark("Does its cost fit?"),
        mark("State below what it will cost, from least to most."),
    ),
    "like": (
        mark("Is it new?"),
        mark("Is nobody doing it already, and is no need like it on its way?"),
    ),
}
"""The four points: the question, asked so that yes speaks for the need, and what to look at."""

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.YES: mark("yes"),
    Verdict.NO: mark("no"),
    Verdict.UNCLEAR: mark("unclear"),
}

OUTCOMES: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.ACCEPTED: (
        mark("Accept it"),
        mark("It goes on: somebody makes a plan for it."),
    ),
    Outcome.REFUSED: (
        mark("Refuse it"),
        mark("It stops here. Who raised it can appeal once."),
    ),
}

_MISSING: Final = {
    "reason": mark("Give the reason. Everybody can read it."),
    "words": mark("Say why the refusal is wrong."),
    "council": mark("Say which council decided, and when."),
    "duties": mark("The list needs at least one duty."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    screening.OwnNeed: mark(
        "You raised or support this need yourself, so another coordinator looks at it."
        " Nothing was changed."
    ),
    screening.ChangedMeanwhile: mark(
        "A colleague saved something here meanwhile, so yours was not saved. Look at theirs first."
    ),
    screening.NotItsAuthor: mark(
        "Only those who raised this need can appeal. Nothing was changed."
    ),
    screening.NotRefused: mark("This need was not refused, so there is nothing to appeal against."),
    screening.AppealOver: mark("The time for an appeal is over. The refusal stands."),
    screening.AppealedAlready: mark("There is one appeal for each need, and it was made."),
    screening.NoAppeal: mark("Nobody has appealed. Nothing was changed."),
    screening.AppealDecided: mark("A colleague has decided this appeal already. That stands."),
    screening.SameScreener: mark(
        "You screened this need, so another coordinator decides the appeal. You can only write down"
        " what a council decided."
    ),
    screening.UnknownScreening: mark("This need does not wait for screening."),
    screening.AgainstTheChecklist: mark(
        "The answers do not carry this outcome. Look at the checklist again."
    ),
}

_MOVED: Final[Mapping[str, str]] = {
    "accepted": mark("This need was accepted already. That outcome stands."),
    "refused": mark("This need was refused already. That outcome stands."),
}


def question(point: str, questions: tuple[Question, ...]) -> str:
    """Return a point of the checklist as it is asked."""
    if point in POINTS:
        return _(POINTS[point][0])
    return next((one.words for one in questions if one.key == point), point)


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    told: tuple[str, str] | None = None
    match refusal:
        case WordsMissing(field=field) if field in _MISSING:
            told = field, _(_MISSING[field])
        case TooLong(field=field, most=most):
            too_long = _("This is too long. Use at most %(most)s characters.")
            told = field, too_long % {"most": number(most)}
        case screening.InvalidPoint(point=point):
            told = f"note_{point}", _("Say why: everybody can read it.")
        case screening.PointsOpen(points=points):
            told = f"point_{points[0]}", _("Answer this point first.")
        case screening.InvalidBand(field="most"):
            told = "most", _("The most cannot be less than the least.")
        case screening.InvalidBand():
            told = "least", _("State what you expect it to cost.")
        case screening.BandOutside(least_fen=least, most_fen=most):
            words = _("A project here costs %(least)s to %(most)s. So the answer is no or unclear.")
            told = "point_budget", words % {"least": money(least), "most": money(most)}
        case screening.NotAlike():
            told = "alike", _("One of these is not there any more. Choose again.")
        case screening.InvalidList(field=field, most=most):
            told = field, _("That are too many: at most %(most)s.") % {"most": number(most)}
        case _:
            told = need_wrong_field(refusal)
    return told


def refusal_words(refusal: MarketplaceError) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    if isinstance(refusal, screening.NotWaiting) and refusal.state in _MOVED:
        return _(_MOVED[refusal.state])
    if isinstance(refusal, screening.NotWaiting):
        return _("This need does not wait for screening any more. Nothing was changed.")
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    told = wrong_field(refusal)
    return told[1] if told else need_refusal_words(refusal)
