"""The values of the phone desk: calls, what was done in them, call-backs, hand-overs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from timebank.values import Visit


class Check(StrEnum):
    """How the operator made sure of who speaks."""

    NUMBER = "number"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    LAST_VISIT = "last_visit"
    VOICE = "voice"


class Outcome(StrEnum):
    """How a call ended."""

    DONE = "done"
    TOLD = "told"
    HANDED_OVER = "handed_over"
    NOTHING = "nothing"
    NO_ANSWER = "no_answer"
    WRONG_PERSON = "wrong_person"
    NOT_RIGHT = "not_right"


class Did(StrEnum):
    """What was done in a call."""

    WORD = "word"
    ASK = "ask"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    DISPUTE = "dispute"
    CODE = "code"
    BALANCE = "balance"
    VISITS = "visits"
    HAND_OVER = "hand_over"


class Topic(StrEnum):
    """What a matter that is handed over is about; `NOT_REACHED` is handed over by itself."""

    NOT_RIGHT = "not_right"
    NOT_ALLOWED = "not_allowed"
    NOT_REACHED = "not_reached"
    HOURS = "hours"
    SAFETY = "safety"
    JOIN = "join"
    OTHER = "other"


class Settled(StrEnum):
    """What became of a matter that was handed over; `ERASED` is the system's own."""

    SETTLED = "settled"
    PASSED_ON = "passed_on"
    NOT_REACHED = "not_reached"
    NO_NEED = "no_need"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Call:
    """A call at the desk: `caller_id` speaks, `member_id` is for whom; often the same.

    `outgoing` is a call-back about the finished visit `visit_id`. `phone` is kept only of a number
    that no caller is known by, E.164.
    """

    id: UUID
    community_id: UUID
    outgoing: bool
    operator_id: UUID
    caller_id: UUID | None
    member_id: UUID | None
    visit_id: UUID | None
    phone: str | None
    checked: tuple[Check, ...]
    note: str
    opened_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None

    @property
    def open(self) -> bool:
        """Whether it is still going on."""
        return self.ended_at is None

    @property
    def by_oneself(self) -> bool:
        """Whether the caller speaks for themselves."""
        return self.caller_id is not None and self.caller_id == self.member_id


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks on a call, and for whom."""

    caller_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True)
class CallStep:
    """One thing that was done in a call, and the visit that it was about."""

    at: datetime
    act: Did
    visit_id: UUID | None


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call with its people's names and what was done in it, for its page and for histories."""

    call: Call
    operator_name: str
    caller_name: str
    member_name: str
    steps: tuple[CallStep, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """A matter that waits for a coordinator, or waited for one."""

    id: UUID
    community_id: UUID
    call_id: UUID
    member_id: UUID | None
    visit_id: UUID | None
    topic: Topic
    urgent: bool
    note: str
    handed_by: UUID
    handed_at: datetime
    taken_by: UUID | None
    taken_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    outcome: Settled | None
    outcome_note: str


@dataclass(frozen=True, slots=True)
class HandOverSeen:
    """A matter with the names that belong to it; `phone` is that of the call, if it was kept."""

    matter: HandOver
    member_name: str
    handed_by_name: str
    taken_by_name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A finished visit that waits for its elder's word, and how often they were called about it.

    `due_from` is from when on to call (again). `calling` is the colleague who calls at this moment.
    `tries` are calls that nobody answered, or somebody else did.
    """

    visit: Visit
    elder_name: str
    volunteer_name: str
    phone: str | None
    tries: int
    last_try_at: datetime | None
    due_from: datetime
    calling: str
