"""Merging needs in words for people: where a merge stands, and what a refusal means."""

from collections.abc import Mapping
from typing import Final

from app.i18n import gettext as _
from app.i18n import mark
from app.need_words import refusal_words as need_refusal
from app.need_words import wrong_field as wrong_need_field
from marketplace.errors import MarketplaceError, WordsMissing
from marketplace.needs.errors import NotForAnother
from marketplace.needs.merging import (
    IntoItself,
    MergeAskedAlready,
    MergeSettled,
    MergeState,
    NobodyToAsk,
    NotAsked,
    NotMerged,
    NotYoursToMerge,
    Silence,
)

STATES: Final[Mapping[MergeState, str]] = {
    MergeState.ASKED: mark("Those who raised them are asked"),
    MergeState.DONE: mark("They are one need now"),
    MergeState.DECLINED: mark("Declined: both stay as they are"),
    MergeState.TAKEN_BACK: mark("No longer asked for: both stay as they are"),
    MergeState.LAPSED: mark("The time is over: both stay as they are"),
    MergeState.OVERTAKEN: mark("One of the two moved on meanwhile: nothing was joined"),
    MergeState.UNDONE: mark("Taken apart again: both stand by themselves"),
}

SILENCE: Final[Mapping[Silence, str]] = {
    Silence.STAYS: mark("If somebody says nothing by then, both needs stay as they are."),
    Silence.AGREES: mark(
        "If somebody says nothing by then, it counts as agreement, once somebody of each need has"
        " agreed."
    ),
}

_MISSING: Final = {
    "why": mark("Say why they should be one: those who raised them read it."),
    "reason": mark("Say why not, in a sentence: the others read it."),
}

_SENTENCES: Final[Mapping[type[MarketplaceError], str]] = {
    IntoItself: mark("These are one and the same need. Choose another one."),
    NotYoursToMerge: mark(
        "Only those who raised one of the two, and coordinators, can do this. Nothing was changed."
    ),
    NotAsked: mark("Only those who raised one of the two are asked. Nothing was changed."),
    NobodyToAsk: mark(
        "Whoever raised one of the two is no longer here. Please ask a coordinator to do it."
    ),
    NotMerged: mark("This need stands by itself already. Nothing was changed."),
    MergeAskedAlready: mark(
        "Those who raised this need are being asked about another one already. Wait for the answer."
    ),
    NotForAnother: mark("Whoever raised a need answers for it themselves. Nothing was changed."),
}


def wrong_field(refusal: MarketplaceError) -> tuple[str, str] | None:
    """Return the form field that a refusal is about and what to do; None where it is about none."""
    if isinstance(refusal, WordsMissing) and refusal.field in _MISSING:
        return refusal.field, _(_MISSING[refusal.field])
    return wrong_need_field(refusal)


def refusal_words(refusal: MarketplaceError) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    field = wrong_field(refusal)
    if field is not None:
        return field[1]
    if isinstance(refusal, MergeSettled):
        return _("This is settled: %(how)s. Nothing was changed.") % {
            "how": _(STATES[refusal.state])
        }
    known = _SENTENCES.get(type(refusal))
    return _(known) if known else need_refusal(refusal)
