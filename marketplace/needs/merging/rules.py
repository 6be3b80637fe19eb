"""When two needs may become one, as pure functions; each policy stands in words above its code."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from marketplace.needs.errors import NeedMoved
from marketplace.needs.merging.errors import IntoItself, NotYoursToMerge
from marketplace.needs.merging.values import Answer, Silence
from marketplace.needs.rules import MOVES
from marketplace.needs.values import Need, NeedId, NeedState

JOINABLE: Final = frozenset(
    {NeedState.RAISED, NeedState.SECONDED, NeedState.ACCEPTED, NeedState.PLANNED}
)
"""States in which a need takes others up: it is still open, and in no round whose terms stand."""


# A need goes on in another one, and only while it waits for people: what has been accepted has a
# way of its own. The other one stands by itself, so a chain grows at its end alone and no circle
# can come about.
def joining(need: Need, into: Need) -> None:
    """Refuse two needs that cannot become one with `IntoItself` or `NeedMoved`."""
    if need.id == into.id:
        raise IntoItself
    if NeedState.MERGED not in MOVES[need.state]:
        raise NeedMoved(need.state)
    if into.state not in JOINABLE:
        raise NeedMoved(into.state)


# Coordinators ask, and so may whoever raised one of the two. Nobody else moves others' wishes.
def asking(by: UUID, roles: Collection[str], authors: Collection[UUID]) -> None:
    """Refuse whoever may not ask with `NotYoursToMerge`."""
    if "coordinator" not in roles and by not in authors:
        raise NotYoursToMerge


# Everybody who raised one of the two is asked; one no is enough, and with the last yes they are
# one. A need whose authors have all gone has nobody to ask: there a coordinator who asks answers
# for it.
#
# When the time is over and somebody has said nothing, a community either leaves both as they are,
# or takes silence for agreement once somebody of each need has agreed.
def outcome(
    answers: Sequence[Answer],
    sides: tuple[NeedId, NeedId],
    *,
    by_staff: bool,
    silence: Silence | None,
) -> bool | None:
    """Whether the two become one: yes, no, or None while somebody is still to answer.

    `answers` are those of authors who can answer now. `silence` is None before the deadline.
    """
    if any(one.agreed is False for one in answers):
        return False
    heard = all(
        any(one.agreed for one in answers if one.need_id == side)
        or (by_staff and not any(one.need_id == side for one in answers))
        for side in sides
    )
    if heard and all(one.agreed for one in answers):
        return True
    if silence is None:
        return None
    return heard and silence is Silence.AGREES
