"""The values of a screening: the checklist and its answers, the outcome, and the one appeal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

DUTY: Final = "duty"
SAFETY: Final = "safety"
BUDGET: Final = "budget"
LIKE: Final = "like"
POINTS: Final = (DUTY, SAFETY, BUDGET, LIKE)
"""The four points that every need is screened by; a community adds questions of its own."""


class Verdict(StrEnum):
    """The answer to a point. Each point is asked so that yes speaks for the need."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What a screening comes to."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a community added to the checklist; `key` never changes, words may."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class ScreeningList:
    """What a community screens by: its list of government duties, and questions of its own.

    `number` counts the versions, from 1; 0 is the usual list, with no words of its own.
    """

    number: int
    duties: tuple[str, ...]
    questions: tuple[Question, ...]
    changed_by: UUID | None = None
    changed_at: datetime | None = None

    @property
    def points(self) -> tuple[str, ...]:
        """The keys of all points, in the order in which they are asked."""
        return (*POINTS, *(one.key for one in self.questions))


@dataclass(frozen=True, slots=True)
class Band:
    """What the screener expects a need to cost, from least to most, in fen."""

    least_fen: int
    most_fen: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A point's answer, with a note that says why it is no or unclear."""

    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a screener has so far: answers by point, the expected cost, and needs that are alike."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    band: Band | None = None
    alike: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """What a community has decided about screening: days, and what a project may cost, in fen."""

    days: int
    remind_days: int
    appeal_days: int
    appeal_answer_days: int
    cost_fen_least: int
    cost_fen_most: int


@dataclass(frozen=True, slots=True)
class Screening:
    """A need's screening as it stands. `revision` counts how often it was saved."""

    need_id: UUID
    community_id: UUID
    list_number: int
    seconded_at: datetime
    due_at: datetime
    revision: int
    draft: Draft
    saved_by: UUID | None
    saved_at: datetime | None
    outcome: Outcome | None
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    appeal_until: datetime | None

    @property
    def decided(self) -> bool:
        """Whether it has come to an outcome."""
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class CouncilWord:
    """That a council decided an appeal: the decision's id in its minutes, and in words."""

    decision_id: UUID
    words: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """The one appeal against a refusal, and what was decided about it."""

    need_id: UUID
    appealed_by: UUID
    words: str
    appealed_at: datetime
    due_at: datetime
    granted: bool | None
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    council: CouncilWord | None

    @property
    def decided(self) -> bool:
        """Whether it was decided."""
        return self.granted is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A need that waits for screening or for its appeal, in the coordinators' queue."""

    need_id: UUID
    title: str
    since: datetime
    due_at: datetime
    appeal: bool
    begun: bool
