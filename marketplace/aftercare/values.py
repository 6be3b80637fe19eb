"""The values of what comes after a project: covenant, custodians, checks, what is broken."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

CustodianId = NewType("CustodianId", UUID)
CheckId = NewType("CheckId", UUID)
AttentionId = NewType("AttentionId", UUID)


@dataclass(frozen=True, slots=True)
class AftercarePolicy:
    """What a community has decided about aftercare; here are the values where it decided nothing.

    Months between two checks, months of care where no plan names any, days of notice before a
    check, days after which one without a result is missed, months of a custodian's term, and how
    many signatures put a covenant in force.
    """

    check_months: int = 6
    care_months: int = 24
    remind_days: int = 7
    late_days: int = 14
    term_months: int = 24
    signatures: int = 10


@dataclass(frozen=True, slots=True)
class Aftercare:
    """A finished project that is looked after: since when, and for how many months."""

    project_id: UUID
    community_id: UUID
    title: str
    delivered_on: date
    months: int


class Way(StrEnum):
    """How a signature came: on the site, by telephone, or on paper at the desk."""

    ONLINE = "online"
    PHONE = "phone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class CovenantVersion:
    """What a covenant said from one version on; never changed.

    `in_force_from` is when enough residents had signed it, None while they have not. `signatures`
    is how many stand now.
    """

    project_id: UUID
    number: int
    words: str
    sha256: str
    note: str
    written_by: UUID
    written_at: datetime
    in_force_from: datetime | None
    signatures: int


@dataclass(frozen=True, slots=True)
class Signature:
    """That a resident signed a version."""

    number: int
    member_id: UUID
    way: Way
    signed_at: datetime


class CustodianState(StrEnum):
    """How far somebody has come as a custodian.

    One who volunteered waits for the community's word, one who was named for their own.
    """

    VOLUNTEERED = "volunteered"
    NAMED = "named"
    SERVING = "serving"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Custodian:
    """Somebody who looks after a finished project; `term_until` is the last day of their term."""

    id: CustodianId
    project_id: UUID
    community_id: UUID
    member_id: UUID
    state: CustodianState
    asked_by: UUID
    asked_at: datetime
    answered_at: datetime | None
    term_until: date | None
    ended_at: datetime | None
    why: str

    def serves(self, on: date) -> bool:
        """Whether they serve on a day."""
        serving = self.state is CustodianState.SERVING
        return serving and self.term_until is not None and on <= self.term_until


class Outcome(StrEnum):
    """What a check found."""

    GOOD = "good"
    SMALL_FAULTS = "small_faults"
    BROKEN = "broken"


class CheckState(StrEnum):
    """How a check stands: its day lies ahead, it is due, it was missed or done, or done late."""

    AHEAD = "ahead"
    DUE = "due"
    MISSED = "missed"
    DONE = "done"
    DONE_LATE = "done_late"


@dataclass(frozen=True, slots=True)
class Check:
    """A look at a finished project on a day; `photos` are ids, the first taken first."""

    id: CheckId
    project_id: UUID
    community_id: UUID
    number: int
    due_on: date
    custodian_id: UUID | None
    outcome: Outcome | None
    words: str
    done_by: UUID | None
    done_at: datetime | None
    reminded_at: datetime | None
    missed_at: datetime | None
    photos: tuple[UUID, ...] = ()

    def state(self, on: date) -> CheckState:
        """Return how it stands on a day."""
        if self.done_at is not None:
            return CheckState.DONE if self.missed_at is None else CheckState.DONE_LATE
        if self.missed_at is not None:
            return CheckState.MISSED
        return CheckState.DUE if self.due_on <= on else CheckState.AHEAD


class AttentionState(StrEnum):
    """How far something that needs attention has come; `joined` goes on under another."""

    OPEN = "open"
    ANSWERED = "answered"
    MENDED = "mended"
    JOINED = "joined"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something at a finished project that needs attention, as somebody said or a check found it.

    `check_id` is the check that found it. `photos` are ids, the first taken first.
    """

    id: AttentionId
    project_id: UUID
    community_id: UUID
    words: str
    raised_by: UUID
    raised_at: datetime
    check_id: UUID | None
    state: AttentionState
    into_id: AttentionId | None
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class AttentionMove:
    """What somebody answered or did about it, and what it became."""

    state: AttentionState
    words: str
    by: UUID
    at: datetime


class Again(StrEnum):
    """Why a project is wanted once more."""

    NOT_CHOSEN = "not_chosen"
    WORN_OUT = "worn_out"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Origin:
    """The project from which a need came, and why."""

    need_id: UUID
    project_id: UUID
    again: Again
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chapter:
    """One stand of a long story: a need that was raised, or a project that stood in a round.

    `state` is the need's or the project's; `delivery` is how its delivery stands, if it was chosen
    and has begun. `again` and `words` say why a need came from the project `from_project`.
    """

    kind: str
    id: UUID
    title: str
    at: datetime
    state: str
    round_id: UUID | None = None
    round_name: str = ""
    delivery: str = ""
    again: Again | None = None
    words: str = ""
    from_project: UUID | None = None
