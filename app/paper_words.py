"""Voting on paper in words: what was read, why a ballot does not count, what is refused."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.marketplace_refusals import refusal_words
from app.wording import number
from marketplace.errors import MarketplaceError
from marketplace.paper.errors import (
    DrawnBefore,
    HandedOutBefore,
    KeyedByYou,
    KeyedTwice,
    KeyingOver,
    MarksUnreadable,
    MoreThanHandedOut,
    NoDifference,
    NotForPaper,
    NothingToDraw,
    NotInTheSample,
    NotOnPaper,
    OwnPaper,
    PaperSpoiled,
    SeedTooShort,
    SerialMistyped,
    TooManyPapers,
    UnknownPaper,
    VotedOnline,
)
from marketplace.paper.rules import typed_marks
from marketplace.paper.values import Invalid, PaperState, Reading
from marketplace.values import BallotForm

INVALID: Final[Mapping[Invalid, str]] = {
    Invalid.UNCLEAR: mark("What is marked cannot be made out"),
    Invalid.BLANK: mark("Nothing is marked"),
    Invalid.TOO_MANY: mark("More projects are marked than the rules allow"),
    Invalid.OVER_BUDGET: mark("What is marked costs more than the budget"),
    Invalid.POINTS: mark("The points are not as the rules allow"),
    Invalid.TWICE: mark("One project has two places"),
    Invalid.UNKNOWN_PROJECT: mark("A number is marked that no project has"),
}

KEPT: Final[Mapping[PaperState, str]] = {
    PaperState.ONCE: mark("Kept. Somebody else keys %(serial)s in a second time."),
    PaperState.SETTLED: mark("Kept. Both read %(serial)s alike: it is settled."),
    PaperState.DIFFERING: mark(
        "Kept. The first reading of %(serial)s was another: a third person looks at it."
    ),
}

HOW_TO_KEY: Final[Mapping[BallotForm, str]] = {
    BallotForm.APPROVAL: mark("The numbers of the projects that are ticked, such as 2 5 7"),
    BallotForm.KNAPSACK: mark("The numbers of the projects that are ticked, such as 2 5 7"),
    BallotForm.ORDINAL: mark("The numbers in the order of their places, the first place first"),
    BallotForm.CUMULATIVE: mark("Each number with its points, such as 2:3 5:1"),
}

_FIELDS: Final[Mapping[type[MarketplaceError], tuple[str, str]]] = {
    UnknownPaper: ("serial", mark("No ballot of this round has this number. Look at it again.")),
    SerialMistyped: ("serial", mark("A digit is wrong: the last one does not go with the others.")),
    PaperSpoiled: ("serial", mark("This ballot was taken out as spoiled and does not count.")),
    KeyedByYou: (
        "serial",
        mark("You have read this ballot already. Somebody else has to; nothing was changed."),
    ),
    KeyedTwice: ("serial", mark("Two people have keyed this ballot in. Nothing was changed.")),
    MoreThanHandedOut: (
        "serial",
        mark(
            "As many ballots are keyed in as were handed out, so this one is nobody’s. Was "
            "somebody given one and not written down?"
        ),
    ),
    NoDifference: ("serial", mark("This ballot is settled already. Nothing was changed.")),
    NotInTheSample: ("serial", mark("This ballot was not drawn, or was looked at already.")),
    OwnPaper: ("name", mark("Somebody else hands you your own ballot.")),
    HandedOutBefore: ("name", mark("They have been given a paper ballot in this round already.")),
    VotedOnline: (
        "withdraw",
        mark(
            "They have a ballot online. If they want paper instead, tick that it is taken back; "
            "otherwise their ballot online stands."
        ),
    ),
}

_NOTES: Final[Mapping[type[MarketplaceError], str]] = {
    NotForPaper: mark("Only staff of this community handle paper ballots. Nothing was changed."),
    NotOnPaper: mark("The round is not open for paper ballots. Nothing was changed."),
    KeyingOver: mark(
        "The sample was drawn, so nothing more is handed out or keyed in. Nothing was changed."
    ),
    DrawnBefore: mark("The sample was drawn already. Nothing was changed."),
    NothingToDraw: mark(
        "There is nothing to draw from yet: key every ballot in twice and settle what differs."
    ),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case MarksUnreadable(part=part):
            return "marks", _("“%(part)s” is no project number. %(hint)s") % {
                "part": part,
                "hint": _("Write numbers with a gap between them."),
            }
        case SeedTooShort(least=least):
            return "seed", _("Throw at least %(num)s digits.") % {"num": number(least)}
        case TooManyPapers(most=most):
            return "size", _("Print 1 to %(num)s ballots at a time.") % {"num": number(most)}
    found = _FIELDS.get(type(refusal))
    return (found[0], _(found[1])) if found else None


def told(refusal: MarketplaceError) -> str:
    """Return what to tell of a refusal that no field of the form is about."""
    note = _NOTES.get(type(refusal))
    return _(note) if note else refusal_words(refusal)


def reading_words(reading: Reading) -> str:
    """Return what somebody read on a ballot, as they keyed it in."""
    if reading.unclear:
        return _(INVALID[Invalid.UNCLEAR])
    return typed_marks(reading.marks) or _(INVALID[Invalid.BLANK])
