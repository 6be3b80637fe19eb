"""Deliberation in words for people: sides, reasons of reports, and what a refusal means."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.need_words import refusal_words as need_refusal_words
from app.need_words import wrong_field as need_wrong_field
from app.wording import number
from marketplace import deliberation
from marketplace.deliberation import Channel, ReportReason, Side
from marketplace.errors import MarketplaceError, TooLong, WordsMissing

SIDES: Final[Mapping[Side, str]] = {
    Side.FOR: mark("For it"),
    Side.AGAINST: mark("Against it"),
    Side.QUESTION: mark("Question"),
    Side.ANSWER: mark("Answer"),
}

FORMS: Final[Mapping[Side, tuple[str, str]]] = {
    Side.FOR: (mark("What speaks for it?"), mark("Your argument for it")),
    Side.AGAINST: (mark("What speaks against it?"), mark("Your argument against it")),
    Side.QUESTION: (mark("What would you like to know?"), mark("Your question")),
    Side.ANSWER: (mark("Answer"), mark("Your answer")),
}
"""For each side the heading of its form, and the label of the words."""

CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.MEETING: mark("said at a meeting"),
    Channel.PHONE: mark("said on the telephone"),
}

REASONS: Final[Mapping[ReportReason, str]] = {
    ReportReason.INSULT: mark("It hurts or insults somebody"),
    ReportReason.PRIVATE: mark("It tells what is private"),
    ReportReason.ADVERTISING: mark("It is advertising"),
    ReportReason.OFF_TOPIC: mark("It has nothing to do with this need"),
    ReportReason.OTHER: mark("Something else"),
}

CLOSED: Final[Mapping[str, str]] = {
    "voting": mark("The ballot is open, so the talk is closed. Everything stays to be read."),
    "counted": mark("The round is counted, so the talk is closed. Everything stays to be read."),
    "raised": mark("The talk opens once the need has passed its screening."),
    "seconded": mark("The talk opens once the need has passed its screening."),
    "refused": mark("The need was refused, so the talk is closed."),
    "withdrawn": mark("The need was withdrawn, so the talk is closed."),
    "merged": mark("The need goes on together with another one; the talk goes on there."),
    "hidden": mark("The need is hidden, so the talk is closed."),
}
"""Why nothing more can be said."""

_MISSING: Final = {
    "words": mark("Write something first."),
    "reason": mark("Give the reason. Everybody can read it."),
    "in_favour": mark("Write what speaks for it."),
    "against": mark("Write what speaks against it."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    deliberation.NotYourWords: mark("Only whoever said this changes it. Nothing was changed."),
    deliberation.OwnWords: mark("These are your own words. Nothing was changed."),
    deliberation.AmendOver: mark(
        "The time to put this right is over. You can add to it; both can be read then."
    ),
    deliberation.GoneWords: mark("These words are gone meanwhile. Nothing was changed."),
    deliberation.ReportedAlready: mark(
        "You have reported these words before. A coordinator looks at them."
    ),
    deliberation.NothingToRule: mark("A colleague was faster: nothing waits here any more."),
    deliberation.NotImpartial: mark(
        "This concerns you or your own need, so another coordinator does it. Nothing was changed."
    ),
    deliberation.SameModerator: mark(
        "You decided here before, so another coordinator takes the second look."
    ),
    deliberation.NotHidden: mark("These words are not hidden any more. Nothing was changed."),
    deliberation.AskedAlready: mark("You have asked for a second look before. There is one."),
    deliberation.SummaryChanged: mark(
        "A colleague wrote another version meanwhile, so yours was not saved. Read theirs first."
    ),
    deliberation.RulesChanged: mark(
        "A colleague changed these rules meanwhile, so yours were not saved. Read theirs first."
    ),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    told: tuple[str, str] | None = None
    match refusal:
        case WordsMissing(field=field) if field in _MISSING:
            told = field, _(_MISSING[field])
        case TooLong(field=field, most=most):
            too_long = _("This is too long. Use at most %(most)s characters.")
            told = field, too_long % {"most": number(most)}
        case deliberation.NotAgreed():
            told = "agreed", _("Tick that you keep to the neighbourly rules.")
        case deliberation.NotAMember():
            told = "leader", _("They are no active member here. Leave the name empty.")
        case deliberation.TooFast(most=most):
            words = ngettext(
                "You spoke %(num)s time within an hour. Let others speak, and come back later.",
                "You spoke %(num)s times within an hour. Let others speak, and come back later.",
                most,
            )
            told = "words", words % {"num": number(most)}
        case deliberation.TooManyAdded(most=most):
            words = _("You added to this %(most)s times already. Say the rest in an answer.")
            told = "words", words % {"most": number(most)}
        case deliberation.Lopsided(field=field, least=least):
            words = _(
                "Both sides get equal space: this one needs at least %(least)s characters, or the"
                " other fewer."
            )
            told = field, words % {"least": number(least)}
        case _:
            told = need_wrong_field(refusal)
    return told


def refusal_words(refusal: MarketplaceError) -> str:
    """Return a refusal as one or two sentences for the person who met it."""
    if isinstance(refusal, deliberation.NotOpen):
        return _(CLOSED.get(refusal.why, CLOSED["hidden"]))
    if type(refusal) in _SENTENCES:
        return _(_SENTENCES[type(refusal)])
    told = wrong_field(refusal)
    return told[1] if told else need_refusal_words(refusal)
