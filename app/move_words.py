"""Moves between communities in words: where one stands, and what to tell whom a rule refuses."""

from collections.abc import Mapping
from typing import Final

import community
import timebank
from app import member_words
from app.i18n import gettext as _
from app.i18n import mark
from app.wording import duration
from timebank import moving
from timebank.moving import MoveState

STATES: Final[Mapping[MoveState, str]] = {
    MoveState.ASKED: mark("Waiting for the old community"),
    MoveState.RELEASED: mark("Waiting for the new community"),
    MoveState.DONE: mark("Done"),
    MoveState.DECLINED: mark("Turned down"),
    MoveState.WITHDRAWN: mark("Taken back"),
}

_SENTENCES: Final[Mapping[type[Exception], str]] = {
    moving.NoClearing: mark(
        "These two communities have not agreed that hours go from one to the other. Ask at the "
        "desk; nothing was changed."
    ),
    moving.NothingToTake: mark(
        "There are no saved hours to take along. Leaving here and joining there is enough."
    ),
    moving.AlreadyMoving: mark(
        "A move to another community is already under way. Take it back first; nothing was changed."
    ),
    moving.NotReleased: mark("The old community has not let them go yet. Nothing was changed."),
    moving.MoveOver: mark(
        "This move was decided in the meantime. This is how it stands now; nothing was changed."
    ),
    moving.SameHand: mark(
        "Two people agree to a move, one of each community, and never the one who moves. Ask a "
        "colleague; nothing was changed."
    ),
    moving.NoReason: mark("Say why, in at most 500 characters: it is told to the member."),
    moving.NotAboveBoth: mark(
        "Only an administrator over both communities can say that. Nothing was changed."
    ),
    timebank.NotYours: mark("This is for the coordinators of the other community."),
    community.UnknownMember: mark("There is no such member here. Choose from the list."),
}


def refusal_words(refusal: Exception) -> str:
    """Return what happened, what was kept and what to do, in one or two sentences."""
    match refusal:
        case moving.ClearingFull(left=left, asked=asked):
            return _(
                "%(asked)s would go along, but the two communities agreed to owe each other only "
                "so much that %(left)s are left. Nothing was changed; an administrator over both "
                "can agree on more."
            ) % {"asked": duration(asked), "left": duration(left)}
        case moving.HoursSetAside(held=held):
            return _(
                "%(held)s are set aside for something that is not over yet. Let that be settled "
                "first; nothing was changed."
            ) % {"held": duration(held)}
    told = _SENTENCES.get(type(refusal))
    return _(told) if told else member_words.refusal_words(refusal)
