"""Needs in words for people: where one stands, what happened to it, and what a refusal means."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.wording import number
from marketplace import needs
from marketplace.errors import (
    MarketplaceError,
    NotACoordinator,
    NotAResident,
    TooLong,
    WordsMissing,
)
from marketplace.needs import NeedState

STATES: Final[Mapping[NeedState, str]] = {
    NeedState.RAISED: mark("Looking for support"),
    NeedState.SECONDED: mark("Waits for screening"),
    NeedState.ACCEPTED: mark("A plan is wanted"),
    NeedState.REFUSED: mark("Refused"),
    NeedState.PLANNED: mark("Has a plan"),
    NeedState.ENTERED: mark("In a round"),
    NeedState.WITHDRAWN: mark("Withdrawn"),
    NeedState.MERGED: mark("Joined with another"),
    NeedState.HIDDEN: mark("Hidden"),
}

SENTENCES: Final[Mapping[NeedState, str]] = {
    NeedState.RAISED: mark("It is screened as soon as enough neighbours stand behind it."),
    NeedState.SECONDED: mark(
        "Enough neighbours stand behind it. A coordinator looks whether it can become a project."
    ),
    NeedState.ACCEPTED: mark("It has passed the screening. Now somebody makes a plan for it."),
    NeedState.REFUSED: mark("It was looked at and refused. The reason stands below."),
    NeedState.PLANNED: mark("There is a plan. Read it, ask, and say what you think."),
    NeedState.ENTERED: mark("Its plan stands in a round. The residents decide."),
    NeedState.WITHDRAWN: mark("Those who raised it took it back. The reason stands below."),
    NeedState.MERGED: mark("It goes on together with a need that asks for the same."),
    NeedState.HIDDEN: mark("A coordinator has hidden its words. The reason stands below."),
}

HAPPENED: Final[Mapping[NeedState, str]] = {
    NeedState.RAISED: mark("Raised"),
    NeedState.SECONDED: mark("Enough neighbours stood behind it"),
    NeedState.ACCEPTED: mark("Passed the screening"),
    NeedState.REFUSED: mark("Refused"),
    NeedState.PLANNED: mark("Got a plan"),
    NeedState.ENTERED: mark("Entered a round"),
    NeedState.WITHDRAWN: mark("Withdrawn"),
    NeedState.MERGED: mark("Joined with another need"),
    NeedState.HIDDEN: mark("Hidden"),
}

STOPPED: Final[Mapping[NeedState, str]] = {
    NeedState.REFUSED: mark("refused"),
    NeedState.WITHDRAWN: mark("withdrawn"),
    NeedState.HIDDEN: mark("hidden"),
    NeedState.MERGED: mark("goes on elsewhere"),
}
"""The word at the step where a need's way has stopped, for now or for good."""

ICONS: Final[Mapping[str, str]] = {
    "hand-heart": mark("a hand with a heart"),
    "music": mark("music"),
    "sprout": mark("a young plant"),
    "users": mark("people"),
    "graduation-cap": mark("a student's cap"),
    "house": mark("a house"),
    "heart-pulse": mark("health"),
    "book-open": mark("a book"),
    "footprints": mark("steps"),
    "brush-cleaning": mark("a brush"),
    "utensils": mark("a meal"),
    "hammer": mark("a hammer"),
    "shield-check": mark("a shield"),
    "megaphone": mark("a loudspeaker"),
    "coffee": mark("a warm drink"),
    "flag": mark("a flag"),
}

_MISSING: Final = {
    "title": mark("Say in a few words what is missing."),
    "story": mark("Tell what is missing, and whom it would help."),
    "why": mark("Give the reason: everybody can read it."),
    "reason": mark("Say what is wrong with it."),
}

_CATEGORY: Final = {
    ("name_zh", "taken"): mark("Another category has this name."),
    ("name_en", "taken"): mark("Another category has this name."),
    ("name_zh", "too long"): mark("This name is too long."),
    ("name_en", "too long"): mark("This name is too long."),
    ("name_zh", "missing"): mark("Type the name in Chinese."),
    ("name_en", "missing"): mark("Type the name in English."),
    ("icon", "unknown"): mark("Choose one of the pictures shown."),
    ("position", "out of bounds"): mark("Type a whole number from 0 to 999."),
    ("retired", "last"): mark("One category has to remain. Add another one first."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    NotAResident: mark("Only residents of this community do this. Nothing was changed."),
    NotACoordinator: mark("Only a coordinator of this community may do this. Nothing was changed."),
    needs.NotAnAuthor: mark("Only those who raised this need may do this. Nothing was changed."),
    needs.OwnNeed: mark("You raised this need yourself, so your voice counts already."),
    needs.NotImpartial: mark(
        "This concerns you or your own need, so another coordinator does it. Nothing was changed."
    ),
    needs.NotForAnother: mark(
        "A need is raised and supported in one's own name. Who acts for another cannot do it for"
        " them; they can call the desk themselves."
    ),
    needs.NotYourDesk: mark("Only the desk writes a need down for somebody. Nothing was changed."),
    needs.NoWordGiven: mark(
        "Their word for this call is missing or over. Read it back to them again; nothing was"
        " changed."
    ),
    needs.ReportedAlready: mark("You have reported this need before. A coordinator looks at it."),
    needs.NothingReported: mark("A colleague was faster: no report waits any more."),
    needs.FormReused: mark("This form was sent before. Begin with a new one."),
}

_MOVED: Final[Mapping[str, str]] = {
    "raised": mark("The need is still looking for support. Nothing was changed."),
    "seconded": mark("The need waits for its screening now. Nothing was changed."),
    "accepted": mark("The need has passed the screening. Nothing was changed."),
    "refused": mark("The need was refused meanwhile. Nothing was changed."),
    "planned": mark("The need has a plan now. Nothing was changed."),
    "entered": mark("The need stands in a round now. Nothing was changed."),
    "withdrawn": mark("The need was withdrawn meanwhile. Nothing was changed."),
    "merged": mark("The need goes on together with another one. Nothing was changed."),
    "hidden": mark("The need is hidden. Nothing was changed."),
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
        case needs.UnknownCategory():
            found = "category", _("Choose what it is about.")
        case needs.UnknownPlace():
            found = "area", _("Choose one of the places shown.")
        case needs.BadPhoto():
            found = "photo", _("This photograph is too large even when made smaller.")
        case needs.NeedChanged():
            found = (
                "story",
                _("Another who raised it has changed it meanwhile. Look at it again first."),
            )
        case needs.BadCategory(field=field, why=why):
            found = field, _(_CATEGORY[field, why])
    return found


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    if isinstance(refusal, needs.NeedMoved):
        return _(_MOVED[refusal.state])
    known = _SENTENCES.get(type(refusal))
    if known is None:
        raise refusal
    return _(known)
