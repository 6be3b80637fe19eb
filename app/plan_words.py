"""Plans in words for people: states, parts, and what is said to whom a plan refuses."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration, money, number
from marketplace.errors import MarketplaceError
from marketplace.needs import NeedError
from marketplace.plans import AmendmentState, CallState, errors
from marketplace.plans.comparing import Kind

CALL_STATES: Final[Mapping[CallState, str]] = {
    CallState.OPEN: mark("Open for answers"),
    CallState.CLOSED: mark("Closed: the choice is next"),
    CallState.DECIDED: mark("Somebody was chosen"),
    CallState.ENDED: mark("Ended without a choice"),
}

AMENDMENT_STATES: Final[Mapping[AmendmentState, str]] = {
    AmendmentState.OPEN: mark("Waits for an answer"),
    AmendmentState.ACCEPTED: mark("Accepted"),
    AmendmentState.DECLINED: mark("Declined"),
    AmendmentState.WITHDRAWN: mark("Taken back"),
    AmendmentState.LAPSED: mark("Lapsed when the ballot opened"),
}

PARTS: Final[Mapping[str, str]] = {
    "title": mark("Title"),
    "summary": mark("What is done"),
    "place": mark("Place"),
    "lines": mark("Budget"),
    "milestones": mark("Milestones"),
    "maintenance": mark("Afterwards"),
    "attachments": mark("Files"),
}

PART_HINTS: Final[Mapping[str, str]] = {
    "title": mark("How the plan is called."),
    "summary": mark("The words that say what is done, and for whom."),
    "place": mark("Where it is done."),
    "lines": mark("A line of money or of help: another figure, one more, one less."),
    "milestones": mark("What is done by which day."),
    "maintenance": mark("Who looks after it, for how long, and what that costs."),
}

CHANGES: Final[Mapping[Kind, str]] = {
    Kind.SAME: mark("as before"),
    Kind.ADDED: mark("new here"),
    Kind.REMOVED: mark("taken out"),
    Kind.CHANGED: mark("changed"),
}

_MISSING: Final[Mapping[str, str]] = {
    "title": mark("Give the plan a title."),
    "summary": mark("Say what is done, and for whom."),
    "place": mark("Say where it is done."),
    "label": mark("Say what the line is for."),
    "milestone": mark("Say what is done by that day."),
    "who": mark("Say who looks after it."),
    "seeking": mark("Say what kind of group is looked for."),
    "words": mark("Say how you would do it."),
    "brings": mark("Say what you bring along."),
    "reason": mark("Give the reason. Everybody can read it."),
    "why": mark("Give the reason. Everybody can read it."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    errors.NotYourPlan: mark(
        "Only who raised the need, and who carries it out, write its plan. Nothing was changed."
    ),
    errors.NotForYou: mark("This is for somebody else to do. Nothing was changed."),
    errors.NothingChanged: mark("Nothing is different from before, so nothing was written."),
    errors.PlanFrozen: mark(
        "The ballot on this plan is open, so it changes no more. Nothing was changed."
    ),
    errors.NotWanted: mark("The need does not wait for a plan now. Nothing was changed."),
    errors.CallOpen: mark("There is a call already. First choose somebody, or end it."),
    errors.HasUndertaker: mark("Somebody carries this plan out already. Nothing was changed."),
    errors.OfferedAlready: mark("You have answered this call already. Take that back first."),
    errors.OwnOffer: mark(
        "You have an offer in this call, so somebody else has to choose. Nothing was changed."
    ),
    errors.NotUndertaking: mark("You do not carry this plan out. Nothing was changed."),
    errors.OwnAmendment: mark("It is your own change: it has your support already."),
    errors.UnknownOffer: mark("This offer was taken back. Choose among the others."),
    errors.UnknownFile: mark("One of the files is gone. Choose it again."),
}

_CALL_MOVED: Final[Mapping[str, str]] = {
    "open": mark("The call is still open. You can choose when it has closed."),
    "closed": mark("The call has closed. Nothing was changed."),
    "decided": mark("Somebody was chosen already. Nothing was changed."),
    "ended": mark("The call has ended. Nothing was changed."),
}

_FILES: Final[Mapping[str, str]] = {
    "kind": mark("Choose a PDF, a picture, or a file of Word or Excel without macros."),
    "empty": mark("This file is empty. Choose another."),
    "twice": mark("The same file stands there twice. Take one of them out."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    match refusal:
        case errors.InvalidPlan(field=field, why=why, most=most):
            return field, _wrong(field, why, most)
        case errors.FileUnfit(why="too many", most=most):
            words = _("A plan has at most %(most)s files. Take some out.")
            return "file", words % {"most": number(most)}
        case errors.FileUnfit(why="too large", most=most):
            words = _("This file is larger than %(most)s megabytes.")
            return "file", words % {"most": number(most // 1024 // 1024)}
        case errors.FileUnfit(why=why):
            return "file", _(_FILES[why])
        case errors.UnknownFile():
            return "file", _(_SENTENCES[errors.UnknownFile])
        case _:
            return None


def _wrong(field: str, why: str, most: int) -> str:
    kind = field.rpartition("-")[2] if field.startswith("line-") else field.partition("-")[0]
    if why == "missing":
        return _(_MISSING.get(kind, _MISSING["title"]))
    if field == "closes_on":
        words = (
            _("Give groups more time: at least %(most)s days.")
            if why == "past"
            else _("Choose an earlier day: at most %(most)s days from now.")
        )
        return words % {"most": number(most)}
    if why in {"too much", "too long"} and kind in {"lines", "yuan", "cost", "yearly", "hours"}:
        return _too_much(kind, why, most)
    return _PLAIN[why]() % {"most": number(most)}


def _too_much(kind: str, why: str, most: int) -> str:
    if kind == "hours" or why == "too long":
        return _("That is more help than a plan may count on: %(most)s.") % {"most": duration(most)}
    return _("That is more than a plan may ask for: %(most)s.") % {"most": money(most)}


_PLAIN: Final = {
    "too long": lambda: _("Say it in at most %(most)s characters."),
    "too much": lambda: _("At most %(most)s."),
    "too many": lambda: _("At most %(most)s."),
    "twice": lambda: _("Another has the same words. Say them differently."),
    "negative": lambda: _("An amount is never below zero."),
    "nothing": lambda: _("Say what it costs, or how much help it takes."),
    "past": lambda: _("Choose a later day."),
    "unknown": lambda: _("Choose one of these."),
}


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    if isinstance(refusal, errors.CallMoved):
        return _(_CALL_MOVED[refusal.state])
    if isinstance(refusal, errors.AmendmentMoved):
        return _("This change was answered or taken back meanwhile. Nothing was changed.")
    if isinstance(refusal, errors.TooManyAmendments):
        words = _("You have %(most)s changes that wait for an answer. Take one of them back first.")
        return words % {"most": number(refusal.most)}
    if isinstance(refusal, NeedError):
        return _("The need has moved on meanwhile. Nothing was changed.")
    known = _SENTENCES.get(type(refusal))
    if known is None:
        raise refusal
    return _(known)
