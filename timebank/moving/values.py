"""The values of moving between communities: a move, an agreement, and what a pair owes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

LIMIT_MINUTES_MAX: Final = 6_000_000
"""The most that two communities can agree to owe one another: 100,000 hours."""


class MoveState(StrEnum):
    """Where a move stands: it was asked for, the old side let go, the new one took in; or not."""

    ASKED = "asked"
    RELEASED = "released"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self in {MoveState.ASKED, MoveState.RELEASED}


@dataclass(frozen=True, slots=True)
class Move:
    """A member's way from one community to another, with their saved hours.

    `released_by` is the coordinator of the old community who let them go, `received_by` the one of
    the new who took them in. `minutes` and `gift_minutes` are what went along; None before.
    """

    id: UUID
    community_id: UUID
    to_community_id: UUID
    member_id: UUID
    state: MoveState
    asked_at: datetime
    asked_by: UUID
    released_at: datetime | None = None
    released_by: UUID | None = None
    received_at: datetime | None = None
    received_by: UUID | None = None
    new_member_id: UUID | None = None
    minutes: int | None = None
    gift_minutes: int | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    ended_why: str = ""

    @property
    def taken_along(self) -> int:
        """All minutes that went along; 0 before."""
        return (self.minutes or 0) + (self.gift_minutes or 0)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two communities may owe one another at most, in minutes; 0 where it was ended.

    `community_id` is the smaller of the two ids, so that a pair has one agreement.
    """

    community_id: UUID
    other_id: UUID
    limit_minutes: int
    agreed_by: UUID
    agreed_at: datetime

    def beside(self, one: UUID) -> UUID:
        """Return the other of the two."""
        return self.other_id if one == self.community_id else self.community_id


@dataclass(frozen=True, slots=True)
class Luggage:
    """What somebody could take along now: saved minutes, gifts, and what is set aside of both."""

    saved: int
    gifts: int
    held: int

    @property
    def minutes(self) -> int:
        """All that would go along."""
        return self.saved + self.gifts


@dataclass(frozen=True, slots=True)
class Pair:
    """Two communities' clearing accounts in a period, seen from the first.

    Balances are minutes that the first owes the second (below 0: is owed). `mirror` is what the
    second's book says at the end, with the opposite sign where all is well. `by_moves` is what the
    moves say that ever were, for the balance of now.
    """

    one: UUID
    two: UUID
    limit: int
    opening: int
    closing: int
    mirror: int
    went: int
    went_minutes: int
    came: int
    came_minutes: int
    now: int
    by_moves: int

    @property
    def difference(self) -> int:
        """What the two books differ by; 0 where they mirror each other."""
        return self.closing + self.mirror

    @property
    def unexplained(self) -> int:
        """What the balance of now differs by from the moves; 0 where they agree."""
        return self.now - self.by_moves

    @property
    def sound(self) -> bool:
        """Whether both books and all moves agree."""
        return not (
            self.difference
            or self.unexplained
            or self.closing - self.opening - self.went_minutes + self.came_minutes
        )


@dataclass(frozen=True, slots=True)
class Position:
    """A community among others: what it owes all of them, is owed by them, and the net of both."""

    community_id: UUID
    owes: int
    is_owed: int

    @property
    def net(self) -> int:
        """Owed to the others when above 0, owed by them when below."""
        return self.owes - self.is_owed


@dataclass(frozen=True, slots=True)
class Payment:
    """What one community would give another so that all of them are even."""

    giver: UUID
    receiver: UUID
    minutes: int


@dataclass(frozen=True, slots=True)
class NetSettlement:
    """The net-settlement report: pairs, what each community stands at, and how to make it even.

    `pairs` are those with both sides in the report's area, `outside` those with one.
    """

    pairs: tuple[Pair, ...]
    outside: tuple[Pair, ...]
    positions: tuple[Position, ...]
    payments: tuple[Payment, ...]

    @property
    def sound(self) -> bool:
        """Whether every pair's two books mirror each other, and the moves explain them."""
        return all(pair.sound for pair in (*self.pairs, *self.outside))

    @property
    def gross(self) -> int:
        """What all of them owe one another before netting, in minutes."""
        return sum(position.owes for position in self.positions)

    @property
    def netted(self) -> int:
        """What is left to give when all debts are offset, in minutes."""
        return sum(payment.minutes for payment in self.payments)
