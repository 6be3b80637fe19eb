"""The values of a passbook: its two purses, a period, lines, and what they must add up to."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from ledger import Balance
from timebank.values import Visit


class Purse(StrEnum):
    """The two accounts of a member: hours saved by giving, and hours received as gifts."""

    SAVED = "member"
    GIFTS = "gifts"


Minutes = Mapping[Purse, int]
"""An amount of minutes for each purse."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the book by when its lines were booked: from `since` up to before `until`.

    None is the beginning, or now. By the moment of booking, because only then is a balance at the
    end of a period final: what is entered later about an earlier day is in a later period.
    """

    since: datetime | None = None
    until: datetime | None = None

    @property
    def last_moment(self) -> datetime | None:
        """The last moment that belongs to it."""
        return self.until - self.until.resolution if self.until else None

    @property
    def moment_before(self) -> datetime | None:
        """The last moment before it."""
        return self.since - self.since.resolution if self.since else None


EVER: Final = Period()


@dataclass(frozen=True, slots=True)
class PassbookLine:
    """A line of a passbook: what changed a purse, with whom, and the visit, if it was one.

    `change`, `saved` and `gifts` are minutes: what this line did to its purse, and what each purse
    held right after it. `returned` is what of the minutes set aside came back. `kind` is the event
    that caused it, `reversal` whether it puts an earlier line right, for the reason in `note`.
    `other_name` is the person or community on the other side; `other_kind` the kind of account.
    `hand_name` is who did it on somebody's behalf, where they did not do it themselves.
    """

    seq: int
    at: datetime
    booked_at: datetime
    kind: str
    purse: Purse
    change: int
    saved: int
    gifts: int
    visit: Visit | None
    gave: bool
    other_name: str
    other_kind: str
    returned: int
    reversal: bool
    note: str
    hand_name: str = ""

    @property
    def balance(self) -> int:
        """What its purse held right after it."""
        return self.gifts if self.purse is Purse.GIFTS else self.saved


@dataclass(frozen=True, slots=True)
class PassbookSums:
    """What a period's lines come to: opening + came - went = closing, for each purse.

    `opening` and `closing` are the book's own balances, `came` and `went` the sums of `lines`
    lines. `complete` is false where there were too many to read for a page: then nothing was
    compared.
    """

    opening: Minutes
    closing: Minutes
    came: Minutes
    went: Minutes
    lines: int
    complete: bool

    def difference(self, purse: Purse) -> int:
        """Return by how much the lines miss the book's closing balance; 0 where all is well."""
        return self.closing[purse] - self.opening[purse] - self.came[purse] + self.went[purse]

    @property
    def reconciles(self) -> bool:
        """Whether every line was read and all of them lead from the opening to the closing."""
        return self.complete and not any(self.difference(purse) for purse in Purse)


@dataclass(frozen=True, slots=True)
class Passbook:
    """A page of a passbook, newest line first; `older` continues it, None at the end.

    `balance` is that of the saved minutes now, `gifts` that of the gifts. `sums` come with the
    first page alone.
    """

    owner: UUID
    period: Period
    balance: Balance
    gifts: Balance
    lines: tuple[PassbookLine, ...]
    older: int | None
    sums: PassbookSums | None

    @property
    def has_gifts(self) -> bool:
        """Whether gifts ever came, so that they need a column of their own."""
        return bool(
            self.gifts.posted
            or self.gifts.held
            or any(line.purse is Purse.GIFTS or line.gifts for line in self.lines)
            or (self.sums and any(side[Purse.GIFTS] for side in (self.sums.came, self.sums.went)))
        )


@dataclass(frozen=True, slots=True)
class WholePassbook:
    """All lines of a period, oldest first, read as they are asked for; and what they come to."""

    owner: UUID
    period: Period
    sums: PassbookSums
    lines: AsyncIterator[PassbookLine] = field(compare=False)
