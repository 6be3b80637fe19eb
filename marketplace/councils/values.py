"""The values of councils: what a council is, and a seat on it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class CouncilKind(StrEnum):
    """A council (议事会) talks and decides; delegates (居民代表) stand for all residents."""

    COUNCIL = "council"
    DELEGATES = "delegates"


class SeatRole(StrEnum):
    """What somebody does on a council. An alternate votes where a member is missing."""

    CHAIR = "chair"
    MEMBER = "member"
    ALTERNATE = "alternate"


class Entry(StrEnum):
    """How somebody came in."""

    ELECTED = "elected"
    APPOINTED = "appointed"


@dataclass(frozen=True, slots=True)
class CouncilDraft:
    """What is said of a council when it is entered; its term lasts from a day to another."""

    name: str
    kind: CouncilKind
    seats: int
    term_from: date
    term_to: date
    area_id: UUID | None = None
    votes_public: bool = True


@dataclass(frozen=True, slots=True)
class Council:
    """A council of one term. With `votes_public` its members vote by name, else only counts stand.

    `seated` is how many seats (the chair's and the members', not the alternates') are taken now.
    """

    id: UUID
    community_id: UUID
    name: str
    kind: CouncilKind
    area_id: UUID | None
    seats: int
    term_from: date
    term_to: date
    votes_public: bool
    founded_at: datetime
    seated: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's seat on a council, from a moment to another; `until` is None while they hold it.

    `words` say more of how they came in, such as the election's day.
    """

    id: UUID
    council_id: UUID
    member_id: UUID
    role: SeatRole
    entry: Entry
    words: str
    since: datetime
    until: datetime | None

    @property
    def full(self) -> bool:
        """Whether it is one of the council's seats, and not an alternate's."""
        return self.role is not SeatRole.ALTERNATE
