"""The values of the open books: what passed, what each source gave, and the streams between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from ledger import Transfer, Unit
from marketplace.funding.values import Source
from marketplace.money import (
    BANK,
    CARD_PROCESSOR,
    CASH_BOX,
    MATCHING_FUND,
    MEMBER,
    PUBLIC_BUDGET,
    ROUND_ACCOUNT,
)

PLEDGE: Final = "pledge"
"""The source of a project's hours: what members pledged."""

HELPED: Final = "helped"
"""Where a project's minutes go when somebody helps: to the members who did."""

BY_KIND: Final = {
    ROUND_ACCOUNT: Source.PUBLIC_BUDGET.value,
    PUBLIC_BUDGET: Source.PUBLIC_BUDGET.value,
    MATCHING_FUND: Source.MATCHING.value,
    CARD_PROCESSOR: Source.CARD.value,
    CASH_BOX: Source.CASH.value,
    BANK: Source.BANK.value,
    MEMBER: PLEDGE,
}
"""The source that a kind of account stands for where no gift says it."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What passed from accounts of one kind to those of another, by one kind of event, in all.

    `source` is that of the gift which the event names, empty where it names none. `amount` is in
    the unit's smallest parts, `transfers` how many there were.
    """

    from_kind: str
    to_kind: str
    source: str
    event_kind: str
    amount: int
    transfers: int


@dataclass(frozen=True, slots=True)
class SourceBalance:
    """What a source gave and what became of it: it went back, was spent, or is still held.

    What is spent is everybody's money at once; a source's part of it is in proportion to what of
    its money was there to be spent, to the last fen by the greatest remainder.
    """

    source: str
    given: int
    returned: int
    spent: int
    held: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The sums of a project in one unit: by source, and all together.

    `waiting` lies in escrow, `left` on the project's own account.
    """

    unit: Unit
    sources: tuple[SourceBalance, ...]
    waiting: int
    left: int

    @property
    def given(self) -> int:
        """All that came in."""
        return sum(one.given for one in self.sources)

    @property
    def returned(self) -> int:
        """All that went back."""
        return sum(one.returned for one in self.sources)

    @property
    def spent(self) -> int:
        """All that was spent."""
        return sum(one.spent for one in self.sources)

    @property
    def held(self) -> int:
        """All that is still there, as the transfers say."""
        return sum(one.held for one in self.sources)


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows from one node of the picture to another."""

    from_node: str
    to_node: str
    amount: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent on one request for money: its line of the budget, what it was for, how much.

    `id` is None for all the small ones together.
    """

    id: UUID | None
    line: str
    purpose: str
    amount: int


@dataclass(frozen=True, slots=True)
class BookLine:
    """Whether the book balances now, in one unit's smallest parts.

    `rows` is what the transfers come to, added up one by one, and `accounts` what the accounts say,
    of all that is held and spent; `whole` is the sum over every account of the community's book.
    """

    rows: int
    accounts: int
    whole: int

    @property
    def balanced(self) -> bool:
        """Whether transfers and accounts agree, and the whole book comes to nothing."""
        return self.rows == self.accounts and self.whole == 0


@dataclass(frozen=True, slots=True)
class Books:
    """The open books of a project, or of a community for a stretch of time, in one unit."""

    reckoning: Reckoning
    streams: tuple[Stream, ...]
    spendings: tuple[Spending, ...]
    line: BookLine
    transfers: int


@dataclass(frozen=True, slots=True)
class CommunityBooks:
    """What came to all a community's rounds and projects in a span, and what became of it.

    `had` and `holds` are what accounts of each kind held before and after; `given` and `returned`
    are by source.
    """

    unit: Unit
    had: Mapping[str, int]
    given: Mapping[str, int]
    returned: Mapping[str, int]
    spent: int
    holds: Mapping[str, int]
    streams: tuple[Stream, ...]
    line: BookLine
    transfers: int


@dataclass(frozen=True, slots=True)
class ProjectSum:
    """What a project spent, and what is still on its account."""

    id: UUID
    title: str
    held: int
    spent: int


class DocumentKind(StrEnum):
    """What stands behind a transfer."""

    ROUND = "round"
    DRIVE = "drive"
    CONTRIBUTION = "contribution"
    PLEDGE = "pledge"
    DISBURSEMENT = "disbursement"
    GIVING_BACK = "giving_back"
    FUND = "fund"
    WORK = "work"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Document:
    """What a transfer came from: a gift, a pledge, a request for money, a round.

    `source` is a gift's; `giver` the member who gave or did it and `name` a name that is written
    down where there is no membership; `anonymous` that the public learns neither. `words` is what
    a request was for, or a round's name. `papers` is how many papers lie behind it, `drive_id` the
    drive of a gift or a pledge.
    """

    kind: DocumentKind
    id: UUID
    source: str = ""
    giver: UUID | None = None
    organisation_id: UUID | None = None
    name: str = ""
    anonymous: bool = False
    words: str = ""
    line: str = ""
    papers: int = 0
    drive_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One transfer of a trail: between which kinds of account, of which project, by what document.

    `project_id` is None for what concerns the community alone.
    """

    transfer: Transfer
    from_kind: str
    to_kind: str
    project_id: UUID | None
    document: Document


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of a trail, newest first. `older` continues it; None at the end."""

    lines: tuple[TrailLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both moments included."""

    since: datetime
    until: datetime
