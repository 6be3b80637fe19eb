"""What is allowed of a need, as pure functions; each policy stands in words above its code."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from marketplace.errors import NotAResident, TooLong, WordsMissing
from marketplace.needs.errors import NeedChanged, NeedMoved, NotAnAuthor, OwnNeed
from marketplace.needs.values import NeedDraft, NeedState

LENGTHS_MAX: Final[Mapping[str, int]] = MappingProxyType(
    {"title": 60, "story": 2000, "place": 120, "why": 500, "reason": 500}
)
"""The most characters that each text may have."""

_S = NeedState

_HIDEABLE: Final = frozenset(
    {_S.RAISED, _S.SECONDED, _S.REFUSED, _S.ACCEPTED, _S.PLANNED, _S.WITHDRAWN}
)
_MERGEABLE: Final = frozenset({_S.RAISED, _S.SECONDED, _S.REFUSED})

# A need goes through its steps one by one. It can be withdrawn until it stands in a round, and
# hidden until then too; a hidden one comes back to where it stood, and so does one whose merge is
# undone. A refusal that was appealed against can still be accepted. A plan that falls away leaves
# the need waiting for another, and one that did not win in its round keeps its plan or looks for a
# new one.
MOVES: Final[Mapping[NeedState, frozenset[NeedState]]] = MappingProxyType(
    {
        _S.RAISED: frozenset({_S.SECONDED, _S.WITHDRAWN, _S.MERGED, _S.HIDDEN}),
        _S.SECONDED: frozenset({_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN, _S.MERGED, _S.HIDDEN}),
        _S.REFUSED: frozenset({_S.ACCEPTED, _S.MERGED, _S.HIDDEN}),
        _S.ACCEPTED: frozenset({_S.PLANNED, _S.REFUSED, _S.WITHDRAWN, _S.HIDDEN}),
        _S.PLANNED: frozenset({_S.ENTERED, _S.ACCEPTED, _S.WITHDRAWN, _S.HIDDEN}),
        _S.ENTERED: frozenset({_S.PLANNED, _S.ACCEPTED}),
        _S.WITHDRAWN: frozenset({_S.HIDDEN}),
        _S.HIDDEN: _HIDEABLE,
        _S.MERGED: _MERGEABLE,
    }
)

SECONDABLE: Final = frozenset({_S.RAISED, _S.SECONDED, _S.ACCEPTED, _S.PLANNED, _S.ENTERED})
EDITABLE: Final = frozenset({_S.RAISED})
BESIDE: Final = frozenset({_S.HIDDEN, _S.MERGED})
"""States from which a need comes back to where it stood before."""


def move(now: NeedState, to: NeedState, *, before: NeedState | None = None) -> None:
    """Refuse a move that is none of `MOVES` with `NeedMoved`.

    `before` is where the need stood when it was hidden or merged: it comes back to that alone.
    """
    if to not in MOVES[now] or (now in BESIDE and to is not before):
        raise NeedMoved(now)


# A need may change its words until it has reached the threshold: then it waits for its screening,
# and what its seconders stood behind is what is looked at. Of two authors who mend it at once the
# second sees the other's words first.
def editing(state: NeedState, *, version: int, now: int) -> None:
    """Refuse to edit a need that has moved on (`NeedMoved`) or changed (`NeedChanged`)."""
    if state not in EDITABLE:
        raise NeedMoved(state)
    if version != now:
        raise NeedChanged


# Every resident seconds a need once, and nobody their own. Whoever raised it stands behind it
# already, and the threshold counts the others.
def seconding(state: NeedState, *, member: UUID, authors: Collection[UUID]) -> None:
    """Refuse to second a need that is not open for it (`NeedMoved`) or is one's own (`OwnNeed`)."""
    if state not in SECONDABLE:
        raise NeedMoved(state)
    if member in authors:
        raise OwnNeed


# Seconds count up to the screening. What was screened stays screened even where somebody changes
# their mind later.
def reaches(state: NeedState, *, seconds: int, threshold: int) -> bool:
    """Whether a need moves on to screening with that many seconds."""
    return state is NeedState.RAISED and seconds >= threshold


def author(member: UUID, authors: Collection[UUID]) -> None:
    """Refuse whoever did not raise the need with `NotAnAuthor`."""
    if member not in authors:
        raise NotAnAuthor


def resident(roles: Collection[str]) -> None:
    """Refuse whoever is no resident with `NotAResident`."""
    if "resident" not in roles:
        raise NotAResident


# A title and a story are needed; words for the spot help and may be left out.
def draft(said: NeedDraft) -> NeedDraft:
    """Return a draft with its texts trimmed. Raises `WordsMissing`, `TooLong`."""
    title, story, place = said.title.strip(), said.story.strip(), said.place.strip()
    text("title", title)
    text("story", story)
    if len(place) > LENGTHS_MAX["place"]:
        raise TooLong("place", most=LENGTHS_MAX["place"])
    return NeedDraft(title, story, said.category, place, said.area_id)


def text(field: str, words: str) -> str:
    """Return a text trimmed. Raises `WordsMissing`, `TooLong`."""
    if not words.strip():
        raise WordsMissing(field)
    if len(words.strip()) > LENGTHS_MAX[field]:
        raise TooLong(field, most=LENGTHS_MAX[field])
    return words.strip()


# Only what is hidden can be shown again.
def showing(state: NeedState) -> None:
    """Refuse to show what is not hidden with `NeedMoved`."""
    if state is not NeedState.HIDDEN:
        raise NeedMoved(state)
