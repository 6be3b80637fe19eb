"""The values of funding: drives, gifts of money, pledges of hours, matching funds."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from marketplace.money import BANK, CARD_PROCESSOR, CASH_BOX

DriveId = NewType("DriveId", UUID)
ContributionId = NewType("ContributionId", UUID)
PledgeId = NewType("PledgeId", UUID)
FundId = NewType("FundId", UUID)


class DriveState(StrEnum):
    """How far a drive has come: open, then one of the others, for good."""

    OPEN = "open"
    REACHED = "reached"
    MISSED = "missed"
    CANCELLED = "cancelled"


class MatchingKind(StrEnum):
    """By which rule a fund adds to gifts; `rules` says the formulas."""

    RATIO = "ratio"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class Matching:
    """What a fund adds to a drive's gifts: by a rule, never more than `cap_fen`.

    `percent` is what a ratio adds to 100 fen given; a quadratic rule has none and says 0.
    """

    fund_id: FundId
    kind: MatchingKind
    cap_fen: int
    percent: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody asks for who opens a drive.

    Money in fen, help in minutes; one of the two at least. `part_goal_percent` is the share of
    both goals from which the drive counts as reached: 100 for all or nothing.
    """

    goal_fen: int
    goal_minutes: int
    deadline: datetime
    words: str = ""
    part_goal_percent: int = 100
    matching: Matching | None = None


@dataclass(frozen=True, slots=True)
class Drive:
    """Raising money and hours for a project until a deadline.

    `given_fen` and `pledged_minutes` are what it had when it was settled, `matched_fen` what the
    fund added then; 0 before. `why` is why it was cancelled.
    """

    id: DriveId
    project_id: UUID
    community_id: UUID
    goal_fen: int
    goal_minutes: int
    part_goal_percent: int
    deadline: datetime
    words: str
    state: DriveState
    matching: Matching | None
    opened_by: UUID
    opened_at: datetime
    settled_at: datetime | None
    settled_by: UUID | None
    given_fen: int
    pledged_minutes: int
    matched_fen: int
    why: str


class Source(StrEnum):
    """Where a project's money comes from. The last two have no contribution of their own."""

    CARD = "card"
    ALIPAY = "alipay"
    WECHAT_PAY = "wechat_pay"
    CASH = "cash"
    BANK = "bank"
    ORGANISATION = "organisation"
    MATCHING = "matching"
    PUBLIC_BUDGET = "public_budget"


ONLINE: Final = frozenset({Source.CARD, Source.ALIPAY, Source.WECHAT_PAY})
"""The sources that are paid through the card processor; the treasurer enters the others."""

BY_HAND: Final = frozenset({Source.CASH, Source.BANK, Source.ORGANISATION})


class LiesIn(StrEnum):
    """Where given money lies outside the book: the kind of the account that shows it."""

    CARD_PROCESSOR = CARD_PROCESSOR
    CASH_BOX = CASH_BOX
    BANK = BANK


class ContributionState(StrEnum):
    """What became of a gift of money.

    `started` waits for its payment; `paid` counts; `refund_due` has something to be given back
    (`due_fen`); `refunded` was given back in full. One that was given back in part is `paid`.
    """

    STARTED = "started"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Contribution:
    """A gift of money for a drive, in fen.

    `member_id`, `organisation_id` and `name` (of who has no membership) say who gave; a public
    page shows none of them where `anonymous`. `refunded_fen` went back, `disputed_fen` was taken
    back by the giver's bank, `due_fen` is to be given back, `escrow_fen` lies in the drive's
    escrow. `receipt` is the hash of the scanned paper.
    """

    id: ContributionId
    drive_id: DriveId
    project_id: UUID
    community_id: UUID
    source: Source
    lies_in: LiesIn
    amount_fen: int
    member_id: UUID | None
    organisation_id: UUID | None
    name: str
    anonymous: bool
    state: ContributionState
    refunded_fen: int
    disputed_fen: int
    due_fen: int
    escrow_fen: int
    made_by: UUID
    made_at: datetime
    paid_at: datetime | None
    ended_at: datetime | None
    why: str
    intent_id: str | None
    charge_id: str | None
    receipt: str | None
    received_on: date | None

    @property
    def net_fen(self) -> int:
        """What of it helps the project: what was paid and neither left again nor is due back."""
        if self.paid_at is None:
            return 0
        return max(0, self.amount_fen - self.refunded_fen - self.disputed_fen - self.due_fen)

    @property
    def online(self) -> bool:
        """Whether it is paid through the card processor."""
        return self.lies_in is LiesIn.CARD_PROCESSOR


@dataclass(frozen=True, slots=True)
class Gift:
    """What the treasurer enters of money received; `id` makes the same entry twice into one.

    Exactly one of `member_id`, `organisation_id` and `name` says who gave, or `anonymous` holds and
    none does. `lies_in` is where an organisation's gift was put: the bank unless said.
    """

    id: ContributionId
    source: Source
    amount_fen: int
    receipt: str
    received_on: date
    member_id: UUID | None = None
    organisation_id: UUID | None = None
    name: str = ""
    anonymous: bool = False
    lies_in: LiesIn = LiesIn.BANK


@dataclass(frozen=True, slots=True)
class WentBack:
    """Money of a gift that is back with its giver; `words` where the treasurer handed it over."""

    fen: int
    at: datetime
    words: str
    by_hand: bool


class PledgeState(StrEnum):
    """What became of a pledge: held, then one of the others, for good."""

    HELD = "held"
    GIVEN = "given"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Pledge:
    """Minutes that a member promised a project, held on their own account until the drive ends.

    `returned_minutes` is what came back to them when the project was wound up.
    """

    id: PledgeId
    drive_id: DriveId
    project_id: UUID
    community_id: UUID
    member_id: UUID
    minutes: int
    state: PledgeState
    returned_minutes: int
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fund:
    """A matching fund, with what lies in it and what of that drives have reserved, in fen."""

    id: FundId
    community_id: UUID
    name: str
    founded_by: UUID
    founded_at: datetime
    balance_fen: int
    reserved_fen: int

    @property
    def free_fen(self) -> int:
        """What a new drive may reserve."""
        return self.balance_fen - self.reserved_fen


@dataclass(frozen=True, slots=True)
class Progress:
    """How a drive stands: what was given, what its fund adds to that now, what is pledged.

    `givers` counts people and organisations, those unknown by name as one; `pledgers` members.
    """

    given_fen: int
    matched_fen: int
    pledged_minutes: int
    givers: int
    pledgers: int
    reached: bool

    @property
    def raised_fen(self) -> int:
        """What the project would have of the drive if it ended now."""
        return self.given_fen + self.matched_fen


@dataclass(frozen=True, slots=True)
class Spendable:
    """What a project may spend now: fen and minutes that nothing is reserved of."""

    fen: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Returned:
    """One source's part of what was left of a project: fen, or minutes where it has no source.

    Minutes go back to a pledge; those of none are the community's, which granted them.
    """

    source: Source | None
    amount: int
    contribution_id: ContributionId | None = None
    pledge_id: PledgeId | None = None
    fund_id: FundId | None = None


@dataclass(frozen=True, slots=True)
class FundingPolicy:
    """What a community has decided about funding; here are the values where it decided nothing."""

    days_max: int = 90
    part_goal_least_percent: int = 100
    gift_fen_least: int = 100
    gift_fen_max: int = 5_000_000
    pledge_minutes_max: int = 6_000
    reminder_days: int = 3
