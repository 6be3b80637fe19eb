"""The values of work for a project: slots, who comes to them, and the project's minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class SlotState(StrEnum):
    """Whether a slot stands, or was called off."""

    OPEN = "open"
    CANCELLED = "cancelled"


class TurnState(StrEnum):
    """What became of somebody's turn: promised, then one of the others, for good."""

    SIGNED = "signed"
    CAME = "came"
    NO_SHOW = "no_show"
    STEPPED_BACK = "stepped_back"
    CANCELLED = "cancelled"


STANDING = frozenset({TurnState.SIGNED, TurnState.CAME, TurnState.NO_SHOW})
"""The turns that take a place: the others were given back."""


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """What somebody says who looks for helping hands; `minutes` is for each who comes.

    `starts_at` is on a quarter-hour, and `minutes` are whole quarter-hours.
    """

    title: str
    place: str
    starts_at: datetime
    minutes: int
    people: int
    about: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which so many people help a project. Moments are aware, minutes whole.

    `taken` people have a place in it, `came` were there, `missed` were not; `paid` is what they
    have received together, in minutes of the book.
    """

    id: UUID
    community_id: UUID
    project_id: UUID
    title: str
    about: str
    place: str
    starts_at: datetime
    minutes: int
    people: int
    credit_per_hour: int
    state: SlotState
    reason: str
    offered_by: UUID
    offered_at: datetime
    cancelled_at: datetime | None
    taken: int
    came: int
    missed: int
    paid: int

    @property
    def ends_at(self) -> datetime:
        """When its time is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def free(self) -> int:
        """How many places are free."""
        return max(self.people - self.taken, 0) if self.state is SlotState.OPEN else 0

    @property
    def waits(self) -> int:
        """How many turns wait for somebody's word on whether they were there."""
        return self.taken - self.came - self.missed

    @property
    def credit_each(self) -> int:
        """What is set aside for each who signs up, in minutes of the book."""
        return credit(self.minutes, self.credit_per_hour)


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's turn in a slot. `held` is what the project set aside, in minutes of the book.

    `minutes` is how long they helped, `paid` what passed to them for it. `own` says that they help
    a project which they themselves undertake.
    """

    id: UUID
    community_id: UUID
    slot_id: UUID
    project_id: UUID
    member_id: UUID
    state: TurnState
    signed_at: datetime
    hold_id: UUID
    held: int
    own: bool
    minutes: int | None
    paid: int | None
    settled_by: UUID | None
    settled_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """That something wrong was written down about a turn, and what holds instead.

    `was_minutes` and `minutes` are None for somebody who did not come. `number` counts from 1.
    """

    id: UUID
    turn_id: UUID
    number: int
    was_minutes: int | None
    minutes: int | None
    why: str
    corrected_by: UUID
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """Minutes that the community gave a project, beside those that were pledged to it."""

    id: UUID
    project_id: UUID
    minutes: int
    why: str
    granted_by: UUID
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """A project's minutes: all that came in, what was paid, what is promised, and what is left."""

    received: int = 0
    paid: int = 0
    held: int = 0
    granted: int = 0

    @property
    def left(self) -> int:
        """What may still be promised."""
        return self.received - self.paid - self.held


@dataclass(frozen=True, slots=True)
class WorkPolicy:
    """What a community decided about work for projects; here is what holds where it did not.

    `credit_per_hour` is in minutes of the book for an hour of help.
    """

    credit_per_hour: int = 60
    round_up_minutes: int = 5
    days_ahead_max: int = 60
    minutes_max: int = 480
    people_max: int = 50
    grant_minutes_max: int = 0


def credit(minutes: int, per_hour: int) -> int:
    """Return the minutes of the book that so many minutes of help come to, begun ones counted."""
    return -(-minutes * per_hour // 60)
