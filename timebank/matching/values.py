"""The values that matching takes in and gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from timebank.care import Candidate, GivePolicy, Speech


class Availability(StrEnum):
    """Whether the hours that a volunteer told must hold the visit, or merely speak for it."""

    MUST = "must"
    PREFER = "prefer"


class Order(StrEnum):
    """Which requests a page of the board shows first."""

    SOONEST = "soonest"
    OLDEST = "oldest"


class RunState(StrEnum):
    """Where a run of "match this week" stands."""

    ASKED = "asked"
    SOLVING = "solving"
    DONE = "done"
    FAILED = "failed"

    @property
    def working(self) -> bool:
        """Whether its outcome is still to come."""
        return self in {RunState.ASKED, RunState.SOLVING}


class Outcome(StrEnum):
    """What became of a suggestion: open, offered to the volunteer, or not possible any more."""

    OPEN = "open"
    OFFERED = "offered"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run keeps to besides the rules: how told hours count, and how many visits each takes.

    `day_most` and `week_most` count visits of one volunteer, those booked before included; 0 is no
    bound.
    """

    availability: Availability = Availability.MUST
    day_most: int = 2
    week_most: int = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as matching needs it; `first_day` and `last_day` are the community's own days."""

    visit_id: UUID
    elder_id: UUID
    care_service_id: UUID
    certificate: UUID | None
    minors: bool
    starts_at: datetime
    minutes: int
    asked_at: datetime
    first_day: date
    last_day: date
    grid_id: UUID | None = None
    speech: Speech | None = None
    preferred_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """A visit that a volunteer has been booked for, or was offered and has not answered."""

    volunteer_id: UUID
    starts_at: datetime
    minutes: int
    day: date


Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that one matching looks at, read at one moment.

    `together` counts by elder and volunteer the visits of the last year; `kin` are elders with
    their kin; `said_no` are requests with volunteers who declined or gave them back. `missed`
    counts to how many visits a volunteer did not come of late; `miss_limit` of them pause
    (0: never).
    """

    at: datetime
    wanted: Sequence[Wanted]
    candidates: Sequence[Candidate]
    policy: GivePolicy
    promised: Sequence[Promised] = ()
    together: Mapping[Pair, int] = field(default_factory=dict)
    kin: frozenset[Pair] = frozenset()
    said_no: frozenset[Pair] = frozenset()
    missed: Mapping[UUID, int] = field(default_factory=dict)
    miss_limit: int = 0


class About(StrEnum):
    """What speaks for a pair of request and volunteer, or does not speak against it."""

    WISHED = "wished"
    TOGETHER = "together"
    CERTIFICATE = "certificate"
    LIKES = "likes"
    ANY_HELP = "any_help"
    OTHER_HELP = "other_help"
    SAME_GRID = "same_grid"
    GOES_THERE = "goes_there"
    ANY_GRID = "any_grid"
    OTHER_GRID = "other_grid"
    FREE = "free"
    UNTOLD = "untold"
    OTHER_HOURS = "other_hours"
    LATELY = "lately"
    SPEAKS = "speaks"
    OTHER_SPEECH = "other_speech"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason; `figure` is visits for `TOGETHER`, minutes for `LATELY`, else 0."""

    about: About
    figure: int = 0

    @property
    def stored(self) -> str:
        """The reason as a row keeps it: `together:3`."""
        return f"{self.about.value}:{self.figure}"

    @classmethod
    def of(cls, stored: str) -> "Why":
        """Return the reason that a row keeps."""
        about, _colon, figure = stored.partition(":")
        return cls(About(about), int(figure))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A volunteer for a request, with points of at most 1,000 and the reasons, weightiest first."""

    visit_id: UUID
    volunteer_id: UUID
    points: int
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """Who takes what, as places in the lists that were put in; `proven` where none is better."""

    pairs: tuple[tuple[int, int], ...]
    proven: bool
