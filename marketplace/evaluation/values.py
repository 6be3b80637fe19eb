"""The values of an evaluation: what is asked, what was rated and inspected, and the score."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType
from uuid import UUID

from marketplace.values import ProjectId

EvaluationId = NewType("EvaluationId", UUID)
RatingId = NewType("RatingId", UUID)

MARKS = (1, 2, 3, 4, 5)
"""What an aspect can be given, worst first; 0 stands for "I cannot say"."""


class Aspect(StrEnum):
    """What residents judge a project by; `USEFUL` is always asked, the others by policy."""

    USEFUL = "useful"
    WELL_MADE = "well_made"
    AS_PROMISED = "as_promised"
    WORTH_IT = "worth_it"
    INVOLVED = "involved"


class Check(StrEnum):
    """What an inspector looks at; `AS_PLANNED` is always asked, the others by policy."""

    AS_PLANNED = "as_planned"
    SAFE = "safe"
    MATERIALS = "materials"
    TIDY = "tidy"
    ACCESSIBLE = "accessible"
    RECEIPTS = "receipts"
    LOOKED_AFTER = "looked_after"


class CheckAnswer(StrEnum):
    """What an inspector found of one point: it is so, it is not, or it does not apply here."""

    YES = "yes"
    NO = "no"
    NOT_HERE = "not_here"


class EvaluationState(StrEnum):
    """How far an evaluation has come.

    It is open, closed with its score, or ended without one: the project was sent back or stopped.
    """

    OPEN = "open"
    CLOSED = "closed"
    SENT_BACK = "sent_back"
    STOPPED = "stopped"


class WhyNot(StrEnum):
    """Why somebody does not rate a project."""

    UNDERTAKER = "undertaker"
    APPROVER = "approver"
    KIN = "kin"
    ELSEWHERE = "elsewhere"


class Invited(StrEnum):
    """Why somebody was invited to rate."""

    SECONDED = "seconded"
    GAVE = "gave"
    HELPED = "helped"
    LIVES_HERE = "lives_here"


@dataclass(frozen=True, slots=True)
class EvaluationPolicy:
    """What a community decided about evaluations; here are the values where it decided nothing."""

    days: int = 14
    invited_max: int = 200
    shown_from: int = 5
    sign_offs: int = 1
    mend_days_max: int = 60
    aspects: tuple[Aspect, ...] = tuple(Aspect)
    checks: tuple[Check, ...] = tuple(Check)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A judgement of one delivered project; `number` counts from 1, one for each delivery.

    `aspects`, `checks`, `shown_from` and `sign_offs` are those of the policy at its opening.
    `undertaker_id` and `organisation_id` are who carried the project out at that moment.
    """

    id: EvaluationId
    community_id: UUID
    project_id: ProjectId
    number: int
    state: EvaluationState
    aspects: tuple[Aspect, ...]
    checks: tuple[Check, ...]
    shown_from: int
    sign_offs: int
    undertaker_id: UUID | None
    organisation_id: UUID | None
    opened_at: datetime
    closes_at: datetime
    ended_at: datetime | None
    reply: str
    replied_by: UUID | None
    replied_at: datetime | None

    def open_at(self, at: datetime) -> bool:
        """Whether it takes ratings at a moment; it may wait for an inspector after that."""
        return self.state is EvaluationState.OPEN and at < self.closes_at


@dataclass(frozen=True, slots=True)
class Rating:
    """What a member gave: a mark for each aspect of the evaluation, in its order, and words."""

    id: RatingId
    marks: tuple[int, ...]
    words: str
    rated_at: datetime
    by_telephone: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How often each mark was given, from 1 to 5. Sums and means are exact."""

    counts: tuple[int, int, int, int, int]

    @property
    def raters(self) -> int:
        """How many gave a mark."""
        return sum(self.counts)

    @property
    def total(self) -> int:
        """All marks together."""
        return sum(mark * count for mark, count in zip(MARKS, self.counts, strict=True))

    @property
    def mean(self) -> Fraction:
        """The mean of the marks, exactly. Raises `ZeroDivisionError` where nobody gave one."""
        return Fraction(self.total, self.raters)

    def __add__(self, other: "Score") -> "Score":
        """Return both together."""
        one, two, three, four, five = (
            mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)
        )
        return Score((one, two, three, four, five))


@dataclass(frozen=True, slots=True)
class Result:
    """What everybody may know of the ratings: None stands where too few gave a mark.

    `overall` puts the marks of all shown aspects together, so nothing can be worked out of it
    about an aspect that is not shown.
    """

    raters: int
    shown_from: int
    overall: Score | None
    aspects: Mapping[Aspect, Score | None]


@dataclass(frozen=True, slots=True)
class Comment:
    """Words about a project, without a name and without a time."""

    id: RatingId
    words: str
    hidden: bool
    hidden_reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspector found of one point, with a word about it where one is needed."""

    check: Check
    answer: CheckAnswer
    words: str = ""


@dataclass(frozen=True, slots=True)
class SignOffDraft:
    """What an inspector says; with any point that is not so, the project has until `mend_by`."""

    findings: tuple[Finding, ...]
    words: str
    mend_by: date | None = None
    photos: tuple[tuple[bytes, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class SignOff:
    """An inspector's signature: passed, or refused with a term."""

    id: UUID
    evaluation_id: EvaluationId
    inspector_id: UUID
    passed: bool
    findings: tuple[Finding, ...]
    words: str
    mend_by: date | None
    signed_at: datetime
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspector:
    """A resident whom a coordinator named to inspect a project, and why them."""

    project_id: UUID
    member_id: UUID
    named_by: UUID
    named_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged project on an undertaker's record, with what they replied."""

    evaluation: Evaluation
    title: str
    result: Result


@dataclass(frozen=True, slots=True)
class Counted:
    """How many were invited and how many rated, of an evaluation that may still be open."""

    invited: int
    rated: int
    sign_offs: int


def as_findings(stored: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """Read findings back from what is stored."""
    return tuple(
        Finding(Check(one["check"]), CheckAnswer(one["answer"]), one["words"]) for one in stored
    )
