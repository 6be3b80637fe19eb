"""The values of changes to what was promised: what is asked for, objections, promised and now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

ChangeId = NewType("ChangeId", UUID)


class ChangeKind(StrEnum):
    """What is to be otherwise: a milestone's day, a line's money, or what is done at all."""

    DATE = "date"
    MONEY = "money"
    SCOPE = "scope"


class ChangeState(StrEnum):
    """What became of a change: open, then one of the others, for good."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NewDate:
    """Another day for a milestone, by its number. `before` is the day that held when asked."""

    milestone: int
    due_on: date
    before: date | None = None


@dataclass(frozen=True, slots=True)
class MoveMoney:
    """So many fen that are spent under another line of the budget."""

    from_line: str
    to_line: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class NewScope:
    """What is done instead, in words: less than was promised, or something else."""

    words: str


What = NewDate | MoveMoney | NewScope


@dataclass(frozen=True, slots=True)
class Change:
    """A change that an undertaker asks for, in public. `number` counts from 1 in its project.

    Residents object until `objections_until`; then somebody decides, with an `answer` that
    everybody can read. `decision_id` is the council's decision that it follows, if any.
    """

    id: ChangeId
    project_id: UUID
    community_id: UUID
    number: int
    what: What
    reason: str
    asked_by: UUID
    asked_at: datetime
    objections_until: datetime
    state: ChangeState
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str
    decision_id: UUID | None
    objections: int

    @property
    def kind(self) -> ChangeKind:
        """What it is about."""
        match self.what:
            case NewDate():
                return ChangeKind.DATE
            case MoveMoney():
                return ChangeKind.MONEY
            case NewScope():
                return ChangeKind.SCOPE

    def objects(self, at: datetime) -> bool:
        """Whether residents may object now."""
        return self.state is ChangeState.OPEN and at < self.objections_until


@dataclass(frozen=True, slots=True)
class Objection:
    """What a resident says against a change; empty words are those of somebody erased."""

    id: UUID
    change_id: ChangeId
    member_id: UUID
    words: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line of the budget: what was promised, what holds now, and what is asked for or spent."""

    label: str
    promised_fen: int
    now_fen: int
    used_fen: int

    @property
    def free_fen(self) -> int:
        """What of it could be moved to another line."""
        return max(0, self.now_fen - self.used_fen)


@dataclass(frozen=True, slots=True)
class MilestoneNow:
    """A milestone: the day that was promised, the day that holds now, and whether it is done."""

    number: int
    title: str
    promised_on: date
    due_on: date
    done: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What was promised and what holds now; the plan itself is never edited."""

    milestones: tuple[MilestoneNow, ...]
    lines: tuple[LineNow, ...]
    scope: tuple[Change, ...]
