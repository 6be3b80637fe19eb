"""The policies of moving between communities, each said in words above its code. Pure."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from timebank.moving.errors import (
    ClearingFull,
    HoursSetAside,
    MoveOver,
    NoClearing,
    NoReason,
    NothingToTake,
    NotReleased,
    SameHand,
)
from timebank.moving.values import Luggage, Move, MoveState, Payment, Position

WHY_LENGTH_MAX = 500


# Two communities clear with one another once an administrator over both has agreed on how much they
# may owe. Each of them may allow less by its own policy; the least of the three holds, and 0 means
# that no hours come and go. A move adds to what the old community owes the new one; moves the other
# way take from it. Whoever moves takes everything along, so a move that does not fit is refused.


def limit(agreed: int, *policies: int) -> int:
    """Return what two communities may owe one another, in minutes."""
    return min(agreed, *policies)


def check_room(limit_minutes: int, *, owed: int, minutes: int) -> None:
    """Raise `NoClearing` or `ClearingFull` where minutes cannot go along.

    `owed` is what the old community owes the new one now; below 0 it is owed.
    """
    if limit_minutes <= 0:
        raise NoClearing
    left = max(0, limit_minutes - owed)
    if minutes > left:
        raise ClearingFull(left=left, asked=minutes)


# All that is saved goes along, and so do gifts, which stay gifts: to be spent, never given on. What
# is set aside for something else is settled first.


def check_luggage(luggage: Luggage) -> None:
    """Raise `HoursSetAside` or `NothingToTake` where there is nothing to take along, or not yet."""
    if luggage.held:
        raise HoursSetAside(luggage.held)
    if luggage.minutes <= 0:
        raise NothingToTake


# A member asks for a move, or a coordinator for them, which lets go at once. The old community's
# coordinator lets go first, then the new one's takes in: two people, and never the one who moves.
# Whoever moved on cannot be decided about once more.


def check_release(move: Move, *, by: UUID) -> None:
    """Raise `MoveOver` or `SameHand` where this coordinator cannot let the member go."""
    if move.state is not MoveState.ASKED:
        raise MoveOver(move.state)
    if by == move.member_id:
        raise SameHand


def check_receive(move: Move, *, by: UUID, into: UUID | None) -> None:
    """Raise `NotReleased`, `MoveOver` or `SameHand` where this coordinator cannot take them in."""
    if move.state is MoveState.ASKED:
        raise NotReleased
    if move.state is not MoveState.RELEASED:
        raise MoveOver(move.state)
    if by in {move.released_by, move.member_id, into}:
        raise SameHand


def check_decline(move: Move, *, by: UUID, why: str) -> None:
    """Raise `MoveOver`, `SameHand` or `NoReason` where this coordinator cannot decline."""
    if not move.state.is_open:
        raise MoveOver(move.state)
    if by == move.member_id:
        raise SameHand
    if not why.strip() or len(why) > WHY_LENGTH_MAX:
        raise NoReason


# Netting: what a community owes one it may be owed by another, so only the difference is left. The
# one that owes most gives to the one that is owed most, until all are even: that takes fewer
# payments than there are communities, and no more minutes than were owed in all.


def positions(owed: Mapping[tuple[UUID, UUID], int]) -> list[Position]:
    """Return where each community stands; `owed` is what the first of a pair owes the second."""
    owes: dict[UUID, int] = {}
    is_owed: dict[UUID, int] = {}
    for (one, two), minutes in owed.items():
        giver, receiver = (one, two) if minutes > 0 else (two, one)
        for side, sums in ((giver, owes), (receiver, is_owed)):
            sums[side] = sums.get(side, 0) + abs(minutes)
    every = sorted({community_id for pair in owed for community_id in pair})
    return [Position(one, owes.get(one, 0), is_owed.get(one, 0)) for one in every]


def payments(standing: Iterable[Position]) -> list[Payment]:
    """Return who gives how much to whom so that all are even."""
    net = {position.community_id: position.net for position in standing}
    found = []
    while giver := max(net, key=lambda one: (net[one], one), default=None):
        receiver = min(net, key=lambda one: (net[one], one))
        minutes = min(net[giver], -net[receiver])
        if minutes <= 0:
            break
        found.append(Payment(giver, receiver, minutes))
        net[giver] -= minutes
        net[receiver] += minutes
    return found
