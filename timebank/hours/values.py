"""The values of saved hours on their way to others: gifts, donations, proposals, estates, needs."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class GiftState(StrEnum):
    """Where a gift stands; all but an offered one are over."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Gift:
    """Minutes that one member gives another: set aside until the receiver answers.

    `words` is what the giver says with it, perhaps nothing. `ended_at` is when it was answered,
    taken back, or returned by the clock.
    """

    id: UUID
    community_id: UUID
    giver_id: UUID
    receiver_id: UUID
    minutes: int
    words: str
    state: GiftState
    offered_at: datetime
    lapses_at: datetime
    ended_at: datetime | None
    hold_id: UUID
    post_id: UUID

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state is GiftState.OFFERED


@dataclass(frozen=True, slots=True)
class Donation:
    """Minutes that a member gave to the relief fund of their own accord.

    The book has them as `first_id`, from the member to the donations, and `second_id`, from there
    to the fund.
    """

    id: UUID
    community_id: UUID
    member_id: UUID
    minutes: int
    donated_at: datetime
    first_id: UUID
    second_id: UUID
    reversed_at: datetime | None = None
    reversed_by: UUID | None = None
    reversed_why: str | None = None


class Source(StrEnum):
    """Where the minutes of a proposal come from."""

    RELIEF = "relief"
    ISSUANCE = "issuance"
    ESTATE = "estate"


class ProposalKind(StrEnum):
    """What a proposal is for."""

    GRANT = "grant"
    OPENING = "opening"
    ESTATE = "estate"


class ProposalState(StrEnum):
    """Where a proposal stands; a booked one has moved its minutes."""

    WAITING = "waiting"
    BOOKED = "booked"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Line:
    """One receiver of a proposal and the minutes; nobody (None) is the relief fund."""

    place: int
    receiver_id: UUID | None
    minutes: int
    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class Approval:
    """That somebody agreed to a proposal, and when."""

    approver_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Minutes that are to move when two people have agreed: a grant, or the parts of an estate.

    `estate_of` is whose estate it is. `why` says why it was declined.
    """

    id: UUID
    community_id: UUID
    kind: ProposalKind
    source: Source
    estate_of: UUID | None
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    state: ProposalState
    ended_at: datetime | None
    ended_by: UUID | None
    why: str | None
    lines: tuple[Line, ...] = ()
    approvals: tuple[Approval, ...] = ()

    @property
    def minutes(self) -> int:
        """What moves in all."""
        return sum(line.minutes for line in self.lines)

    @property
    def receivers(self) -> frozenset[UUID]:
        """The members who receive something."""
        return frozenset(line.receiver_id for line in self.lines if line.receiver_id)

    @property
    def concerned(self) -> frozenset[UUID]:
        """The members whose affair it is: the receivers, and whose estate it is."""
        return self.receivers | ({self.estate_of} if self.estate_of else set())

    @property
    def waiting(self) -> bool:
        """Whether it still can be approved or declined."""
        return self.state is ProposalState.WAITING


class Leaving(StrEnum):
    """Why a membership ended whose minutes became an estate."""

    DIED = "died"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Estate:
    """That a member left minutes behind, when and why. How many, the book says."""

    member_id: UUID
    community_id: UUID
    why: Leaving
    opened_at: datetime
    opened_by: UUID


class Living(StrEnum):
    """With whom an elder lives; an empty nest is an old couple whose children live far away."""

    WITH_FAMILY = "with_family"
    EMPTY_NEST = "empty_nest"
    ALONE = "alone"


class Disability(StrEnum):
    """How far somebody depends on the help of others in daily life."""

    NONE = "none"
    SEMI = "semi"
    FULL = "full"


class Rank(StrEnum):
    """In which order the relief fund helps."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Needs:
    """What an elder's help from the relief fund rests on: how they live, as somebody has seen it.

    `evidence` says what was seen; `review_on` is the day by which somebody looks again.
    """

    living: Living
    low_income: bool
    disability: Disability
    hardship: bool
    evidence: str
    review_on: date


@dataclass(frozen=True, slots=True)
class NeedsProfile:
    """The needs on record for a member, by whom and since when."""

    member_id: UUID
    community_id: UUID
    needs: Needs
    entered_by: UUID
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class ReliefPolicy:
    """What a community has decided about its relief fund; ages in years, the rest in minutes."""

    first_age_min: int
    second_age_min: int
    hardship_first: bool
    month_minutes_first: int
    month_minutes_second: int
    reserve_minutes: int
