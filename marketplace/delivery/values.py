"""The values of delivery: how far a chosen project has come, and what it was paid for what."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from marketplace.values import ProjectId

DisbursementId = NewType("DisbursementId", UUID)
UpdateId = NewType("UpdateId", UUID)
PhotoId = NewType("PhotoId", UUID)
ReceiptId = NewType("ReceiptId", UUID)


class DeliveryState(StrEnum):
    """How far a project has come since its work began; each move is a row of its history.

    `delivered` has reported all its milestones and waits for the residents' judgement, `judged`
    has it, `closed` has given back what was left; `stopped` ended before it was delivered.
    """

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    JUDGED = "judged"
    CLOSED = "closed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A project's delivery as it stands.

    `last_part_percent` is how much of the money waits for the judgement, as the community's rules
    said when the work began.
    """

    project_id: ProjectId
    community_id: UUID
    state: DeliveryState
    last_part_percent: int
    began_by: UUID
    began_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryMove:
    """A step that a delivery took: what it became, who moved it, when and why."""

    state: DeliveryState
    by: UUID
    at: datetime
    why: str


class Tie(StrEnum):
    """What ties somebody who would decide about a request to who asks.

    Nobody decides about their own (`FORBIDDEN`); with another tie only where the community's rules
    let them, and then it is public that there is one.
    """

    ASKER = "asker"
    UNDERTAKER = "undertaker"
    KIN = "kin"
    ORGANISATION = "organisation"


FORBIDDEN = frozenset({Tie.ASKER, Tie.UNDERTAKER})
"""The ties with which nobody decides, whatever a community's rules say."""


@dataclass(frozen=True, slots=True)
class Undertaking:
    """Who carries a project out: a member, for an organisation where it names one.

    `hands` are all who act for it: the member, and who speaks for the organisation now.
    """

    member_id: UUID
    organisation_id: UUID | None
    hands: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class MilestoneReport:
    """What was said of a milestone when it was done."""

    done_on: date
    words: str
    reported_by: UUID
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of a project. `promised_on` is the plan's day, `due_on` the day that holds now.

    `number` counts from 1 in the order of the plan.
    """

    project_id: ProjectId
    number: int
    title: str
    promised_on: date
    due_on: date
    report: MilestoneReport | None = None

    def late(self, today: date) -> bool:
        """Return whether it was done after its day, or is not done and its day is past."""
        return self.days_late(today) > 0

    def days_late(self, today: date) -> int:
        """Return how many days after its day it was done, or is still not done; 0 in time."""
        end = self.report.done_on if self.report else today
        return max(0, (end - self.due_on).days)


@dataclass(frozen=True, slots=True)
class Update:
    """News of a project's work, written by who undertakes it."""

    id: UpdateId
    project_id: ProjectId
    words: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph of a milestone or of an update, without its picture."""

    id: PhotoId
    milestone: int | None
    update_id: UpdateId | None


class DisbursementState(StrEnum):
    """How far a request for money has come.

    `stopped` is one that was open when its project stopped.
    """

    ASKED = "asked"
    APPROVED_ONCE = "approved_once"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody's decision; its money is held until then."""
        return self in (DisbursementState.ASKED, DisbursementState.APPROVED_ONCE)


@dataclass(frozen=True, slots=True)
class DisbursementDraft:
    """What an undertaker asks for: fen, for what, and under which line of the budget, if any."""

    amount_fen: int
    purpose: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    """A paper that is handed in with a request; `public` where its owner lets everybody see it."""

    name: str
    kind: str
    body: bytes
    public: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A paper of a request, without its content. `kind` is `pdf`, `jpg`, `xlsx` or `docx`."""

    id: ReceiptId
    disbursement_id: DisbursementId
    name: str
    kind: str
    size: int
    public: bool
    added_by: UUID
    added_at: datetime


class Verdict(StrEnum):
    """What somebody decided about a request."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided about a request, and why."""

    verdict: Verdict
    by: UUID
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Disbursement:
    """A request for some of a project's money, with what was decided about it, oldest first.

    `closed_at` is when it was paid, refused, withdrawn or stopped.
    """

    id: DisbursementId
    project_id: ProjectId
    community_id: UUID
    amount_fen: int
    purpose: str
    line: str
    asked_by: UUID
    asked_at: datetime
    state: DisbursementState
    closed_at: datetime | None = None
    decisions: tuple[Decision, ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def approvers(self) -> tuple[UUID, ...]:
        """Who has approved it, the first first."""
        return tuple(one.by for one in self.decisions if one.verdict is Verdict.APPROVED)


@dataclass(frozen=True, slots=True)
class Purse:
    """A project's money in fen: all it received, what is paid, held for requests, and kept back.

    `kept_back_fen` is the last part while it waits for the judgement.
    """

    received_fen: int
    paid_fen: int
    held_fen: int
    kept_back_fen: int

    @property
    def left_fen(self) -> int:
        """What is not paid yet."""
        return self.received_fen - self.paid_fen

    @property
    def free_fen(self) -> int:
        """The most that can be asked for now; never below nothing."""
        return max(0, self.left_fen - self.held_fen - self.kept_back_fen)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """What a community has decided about delivery; here are the values where it decided nothing."""

    last_part_percent: int = 10
    whole_days: int = 90
    reminder_days: int = 7
    tied_decide: bool = True
