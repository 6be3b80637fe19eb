"""Why somebody fits a request, in words: for the desk about a volunteer, and for the volunteer."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark, ngettext
from app.wording import duration
from timebank.matching import About, Proposed, Why

# What does not speak for somebody but is no bar: worth a question on the telephone.
TO_ASK: Final = frozenset(
    {About.OTHER_HELP, About.OTHER_GRID, About.OTHER_HOURS, About.UNTOLD, About.OTHER_SPEECH}
)

_OF_ANOTHER: Final[Mapping[About, str]] = {
    About.WISHED: mark("The elder asked for them"),
    About.CERTIFICATE: mark("Has the certificate that this help needs"),
    About.LIKES: mark("Likes to give this help"),
    About.ANY_HELP: mark("Gives any kind of help"),
    About.OTHER_HELP: mark("Chose other kinds of help"),
    About.SAME_GRID: mark("Lives in the same grid"),
    About.GOES_THERE: mark("Goes to this grid"),
    About.ANY_GRID: mark("Named no grids"),
    About.OTHER_GRID: mark("Goes to other grids"),
    About.FREE: mark("Is free then"),
    About.UNTOLD: mark("Did not say when they are free"),
    About.OTHER_HOURS: mark("Named other hours"),
    About.SPEAKS: mark("Speaks the elder's language"),
    About.OTHER_SPEECH: mark("Named other languages"),
}

# To the volunteer, only what is news to them.
_TO_ONESELF: Final[Mapping[About, str]] = {
    About.WISHED: mark("They asked for you"),
    About.CERTIFICATE: mark("You have the certificate for it"),
    About.LIKES: mark("You like to give this help"),
    About.OTHER_HELP: mark("Not one of the kinds of help that you chose"),
    About.SAME_GRID: mark("In your own grid"),
    About.GOES_THERE: mark("In a grid where you go"),
    About.OTHER_GRID: mark("In a grid that you did not name"),
    About.FREE: mark("Within your free hours"),
    About.OTHER_HOURS: mark("Outside your free hours"),
    About.SPEAKS: mark("You share a language"),
    About.OTHER_SPEECH: mark("In a language that you did not name"),
}

_GONE: Final[Mapping[str, str]] = {
    "AlreadyTaken": mark("Taken or called off meanwhile"),
    "TooLate": mark("Its time is over"),
    "NotYours": mark("No volunteer here any more"),
    "OwnVisit": mark("Their own visit"),
}


def for_the_desk(why: Iterable[Why]) -> tuple[list[str], list[str]]:
    """Return what speaks for a volunteer, and what to ask them about first."""
    told = list(why)
    return (
        [_sentence(one) for one in told if one.about not in TO_ASK],
        [_sentence(one) for one in told if one.about in TO_ASK],
    )


def for_oneself(why: Iterable[Why]) -> list[str]:
    """Return why a request fits the volunteer who reads it."""
    found = []
    for one in why:
        if one.about is About.TOGETHER:
            found.append(
                ngettext(
                    "You were there once in the last year",
                    "You were there %(num)s times in the last year",
                    one.figure,
                )
                % {"num": one.figure}
            )
        elif one.about in _TO_ONESELF:
            found.append(_(_TO_ONESELF[one.about]))
    return found


def how_well(points: int) -> str:
    """Return in words how well somebody fits who has so many of the thousand points."""
    if points >= 550:  # noqa: PLR2004 (free, near, likes it, rested, shares a language)
        return _("Fits very well")
    return _("Fits well") if points >= 350 else _("Could do it")  # noqa: PLR2004 (half of that)


def gone(line: Proposed) -> str:
    """Return why a line of a proposal came to nothing."""
    return _(_GONE.get(line.refusal, mark("Not possible any more")))


def _sentence(one: Why) -> str:
    if one.about is About.TOGETHER:
        return ngettext(
            "Came to this elder once in the last year",
            "Came to this elder %(num)s times in the last year",
            one.figure,
        ) % {"num": one.figure}
    if one.about is About.LATELY:
        if not one.figure:
            return _("Gave nothing in the last 30 days")
        return _("Gave %(time)s in the last 30 days") % {"time": duration(one.figure)}
    return _(_OF_ANOTHER[one.about])
