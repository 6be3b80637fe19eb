"""The values of plans: what a plan says, its versions, its undertaker, calls, and amendments."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

PlanId = NewType("PlanId", UUID)
CallId = NewType("CallId", UUID)
OfferId = NewType("OfferId", UUID)
AmendmentId = NewType("AmendmentId", UUID)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of a budget: what it is for, its money in fen, its help in minutes."""

    label: str
    amount_fen: int
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that is done by a day."""

    title: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Who looks after it afterwards, for how many months, and what that costs a year, in fen."""

    who: str = ""
    months: int = 0
    yearly_fen: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a version: the hash of its content, and the name it is shown under."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class PlanContent:
    """What one version of a plan says. No two lines have the same label, no two milestones a title.

    `place` is where in words, `area_id` the grid it belongs to, None for the whole community.
    """

    title: str
    summary: str
    lines: tuple[BudgetLine, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    maintenance: Maintenance = Maintenance()
    place: str = ""
    area_id: UUID | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def cost_fen(self) -> int:
        """What it costs in all, in fen."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def minutes(self) -> int:
        """How much help it takes in all, in minutes."""
        return sum(line.minutes for line in self.lines)

    def canonical(self) -> str:
        """Return the content as the one text that is stored and hashed."""
        stated = {
            "title": self.title,
            "summary": self.summary,
            "lines": [[one.label, one.amount_fen, one.minutes] for one in self.lines],
            "milestones": [[one.title, one.due_on.isoformat()] for one in self.milestones],
            "maintenance": [
                self.maintenance.who,
                self.maintenance.months,
                self.maintenance.yearly_fen,
            ],
            "place": self.place,
            "area_id": str(self.area_id) if self.area_id else None,
            "attachments": [[one.sha256, one.name] for one in self.attachments],
        }
        return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def sha256(self) -> str:
        """Return the hash of the canonical text."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def of(cls, canonical: str) -> "PlanContent":
        """Read content back from its text."""
        stated: Mapping[str, Any] = json.loads(canonical)
        return cls(
            title=stated["title"],
            summary=stated["summary"],
            lines=tuple(BudgetLine(*one) for one in stated["lines"]),
            milestones=tuple(
                Milestone(title, date.fromisoformat(day)) for title, day in stated["milestones"]
            ),
            maintenance=Maintenance(*stated["maintenance"]),
            place=stated["place"],
            area_id=UUID(stated["area_id"]) if stated["area_id"] else None,
            attachments=tuple(Attachment(*one) for one in stated["attachments"]),
        )


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a plan, which never changes: what it says, who wrote it, when and why.

    `amendment_id` is the amendment that it takes in, if any.
    """

    plan_id: PlanId
    number: int
    content: PlanContent
    sha256: str
    cost_fen: int
    minutes: int
    written_by: UUID
    written_at: datetime
    note: str
    amendment_id: AmendmentId | None


@dataclass(frozen=True, slots=True)
class Undertaker:
    """Who carries a plan out: a member, who may speak for an organisation; since when and why.

    `ended_at` and `ended_why` are of one who stepped back.
    """

    id: UUID
    plan_id: PlanId
    offer_id: OfferId
    member_id: UUID
    organisation_id: UUID | None
    chosen_by: UUID
    chosen_at: datetime
    reason: str
    ended_at: datetime | None = None
    ended_why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A need's plan: its undertaker, its latest version (0 before the first), whether it is frozen.

    It is frozen while its project stands in a round whose ballot is open.
    """

    id: PlanId
    need_id: UUID
    community_id: UUID
    undertaker: Undertaker | None
    version: int
    frozen: bool


class CallState(StrEnum):
    """How far a call has come: open until its day; closed; then decided, or ended without one."""

    OPEN = "open"
    CLOSED = "closed"
    DECIDED = "decided"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Call:
    """An open call for undertakers: what is looked for, until when, and what became of it."""

    id: CallId
    plan_id: PlanId
    need_id: UUID
    community_id: UUID
    seeking: str
    opened_by: UUID
    opened_at: datetime
    closes_at: datetime
    state: CallState
    ended_why: str


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What somebody says who would undertake a plan; money in fen and help in minutes, indicative.

    `conflict` is what they stand to gain besides, or whom they are close to; empty for nothing.
    """

    words: str
    brings: str
    cost_fen: int
    minutes: int
    reference: str
    conflict: str = ""
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer to a call. `withdrawn_at` is None while it stands."""

    id: OfferId
    call_id: CallId
    member_id: UUID
    draft: OfferDraft
    offered_at: datetime
    withdrawn_at: datetime | None


class AmendmentState(StrEnum):
    """What became of an amendment: open, then one of the others, for good."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that a resident proposes: content against the version `base`, and why.

    `supporters` is how many residents besides the author want it. `answer` is the words of who
    accepted or declined it; `version` the one that took it in.
    """

    id: AmendmentId
    plan_id: PlanId
    community_id: UUID
    base: int
    content: PlanContent
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    state: AmendmentState
    answered_by: UUID | None
    answered_at: datetime | None
    answer: str
    version: int | None
    supporters: int


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """What a community has decided about plans; here are the values where it decided nothing."""

    cost_fen_max: int = 50_000_000
    minutes_max: int = 600_000
    attachments_max: int = 10
    call_days_min: int = 3
    call_days_max: int = 60
    reminder_days: int = 3
    chosen_by_authors: bool = False
