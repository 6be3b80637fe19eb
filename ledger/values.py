"""The values that pass between the book and its callers: units, ids, legs, journals, balances."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType, Self
from uuid import UUID

from uuid_utils.compat import uuid7

from ledger.errors import InvalidLeg

Unit = NewType("Unit", str)
"""What is counted: `MINUTE`, or a currency's ISO 4217 code for its minor unit."""

MINUTE = Unit("MINUTE")
CNY = Unit("CNY")
"""Fen, the hundredth of a yuan."""

Minutes = NewType("Minutes", int)
Fen = NewType("Fen", int)
Amount = Minutes | Fen | int
"""A whole number of the unit's smallest part, 1 to 2^63 - 1; never a fraction."""

LARGEST = 2**63 - 1

AccountId = NewType("AccountId", UUID)
TransferId = NewType("TransferId", UUID)
JournalId = NewType("JournalId", UUID)
CommunityId = NewType("CommunityId", UUID)


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562).

    The caller of a verb makes the id and keeps it: a repeated call finds the first result by it.
    """
    return uuid7()


class Kind(StrEnum):
    """What a transfer does to its two accounts."""

    TRANSFER = "transfer"
    HOLD = "hold"
    POST = "post"
    VOID = "void"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer that a caller asks for. Build it with the five constructors below."""

    kind: Kind
    id: TransferId
    amount: int | None = None
    unit: Unit | None = None
    debit: AccountId | None = None
    credit: AccountId | None = None
    of: TransferId | None = None
    expires_at: datetime | None = None
    note: str = ""

    @classmethod
    def transfer(
        cls,
        *,
        debit: AccountId,
        credit: AccountId,
        amount: Amount,
        unit: Unit,
        id: TransferId | None = None,  # noqa: A002 (the field's name)
        note: str = "",
    ) -> Self:
        """Move `amount` from `debit` to `credit` at once."""
        _check_sides(debit, credit, amount)
        _check_text(note)
        return cls(Kind.TRANSFER, _key(id), amount, unit, debit, credit, note=note)

    @classmethod
    def hold(  # noqa: PLR0913 (a hold has these seven parts)
        cls,
        *,
        debit: AccountId,
        credit: AccountId,
        amount: Amount,
        unit: Unit,
        id: TransferId | None = None,  # noqa: A002 (the field's name)
        expires_at: datetime | None = None,
        note: str = "",
    ) -> Self:
        """Reserve `amount` of `debit` for `credit` until it is posted, voided or expired."""
        _check_sides(debit, credit, amount)
        _check_text(note)
        _check_moment(expires_at)
        return cls(Kind.HOLD, _key(id), amount, unit, debit, credit, None, expires_at, note)

    @classmethod
    def post(
        cls,
        hold: TransferId,
        amount: Amount | None = None,
        *,
        id: TransferId | None = None,  # noqa: A002 (the field's name)
        note: str = "",
    ) -> Self:
        """Settle a hold: `amount` of it passes (all of it when None), the rest is released."""
        if amount is not None:
            _check_amount(amount)
        _check_text(note)
        return cls(Kind.POST, _key(id), amount, of=hold, note=note)

    @classmethod
    def void(
        cls,
        hold: TransferId,
        *,
        id: TransferId | None = None,  # noqa: A002 (the field's name)
        note: str = "",
    ) -> Self:
        """Let a hold go: nothing passes, all of it is released."""
        _check_text(note)
        return cls(Kind.VOID, _key(id), of=hold, note=note)

    @classmethod
    def reverse(
        cls,
        transfer: TransferId,
        *,
        reason: str,
        id: TransferId | None = None,  # noqa: A002 (the field's name)
    ) -> Self:
        """Book the opposite of a transfer or a post, in full, with the reason."""
        if not reason.strip():
            raise InvalidLeg("a reversal needs a reason")
        _check_text(reason)
        return cls(Kind.REVERSAL, _key(id), of=transfer, note=reason)


def _key(given: TransferId | None) -> TransferId:
    return TransferId(new_id()) if given is None else given


def _check_amount(amount: int) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidLeg(f"an amount is a whole number, not {amount!r}")
    if not 1 <= amount <= LARGEST:
        raise InvalidLeg(f"an amount is 1 to 2^63 - 1, not {amount}")


def _check_sides(debit: AccountId, credit: AccountId, amount: int) -> None:
    _check_amount(amount)
    if debit == credit:
        raise InvalidLeg("a transfer needs two different accounts")


def _check_text(text: str) -> None:
    """Refuse what PostgreSQL cannot hold: the null character, half of a surrogate pair."""
    if text and ("\0" in text or (not text.isascii() and _unpaired(text))):
        raise InvalidLeg("a note cannot hold a null character or half a surrogate pair")


def _unpaired(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_moment(moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidLeg(f"{moment} has no time zone")


@dataclass(frozen=True, slots=True)
class Event:
    """What caused a journal: a kind such as `visit` and the id of the one in question."""

    kind: str
    id: UUID

    def __post_init__(self) -> None:
        """Refuse a cause without a name."""
        if not self.kind:
            raise InvalidLeg("an event needs a kind")
        _check_text(self.kind)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a journal comes from: whose book, what caused it, who acted, and for whom.

    `effective_at` is when the event happened in the world, if that is not when it is booked.
    """

    community_id: CommunityId
    event: Event
    actor: UUID
    on_behalf_of: UUID | None = None
    effective_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a moment that could mean two."""
        _check_moment(self.effective_at)


@dataclass(frozen=True, slots=True)
class Journal:
    """Legs that belong to one event and stand or fall together.

    A journal of several legs has an id (its first leg's, unless the caller gives one); a single
    leg needs none.
    """

    legs: tuple[Leg, ...]
    origin: Origin
    id: JournalId | None = field(default=None)

    def __post_init__(self) -> None:
        """Refuse a journal that could not be found again by its ids."""
        if not self.legs:
            raise InvalidLeg("a journal needs at least one leg")
        if len(self.legs) > 1 and self.id is None:
            object.__setattr__(self, "id", JournalId(self.legs[0].id))
        if len({leg.id for leg in self.legs}) < len(self.legs):
            raise InvalidLeg("two legs of a journal have one id")


class Transfer(NamedTuple):
    """A transfer as it stands in the book, with both accounts' balances right after it.

    `debit_posted` and `credit_posted` are posted balances (credits less debits), `debit_held` and
    `credit_held` what is reserved on each account; all in the transfer's unit.
    """

    seq: int
    id: TransferId
    community_id: CommunityId
    kind: Kind
    unit: Unit
    debit: AccountId
    credit: AccountId
    amount: int
    of: TransferId | None
    journal_id: JournalId | None
    event: Event
    actor: UUID
    on_behalf_of: UUID | None
    note: str
    expires_at: datetime | None
    effective_at: datetime
    created_at: datetime
    debit_posted: int
    debit_held: int
    credit_posted: int
    credit_held: int


@dataclass(frozen=True, slots=True)
class Account:
    """An account: a place where one unit is held in one community's book.

    `owner` is None for the community's own accounts. `floor` is the lowest available balance that
    the account may reach; None means that it has none.
    """

    id: AccountId
    community_id: CommunityId
    unit: Unit
    kind: str
    owner: UUID | None
    normal_side: str
    floor: int | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds, in its unit: booked, reserved by holds, and announced by holds."""

    account: AccountId
    unit: Unit
    posted: int
    held: int

    @property
    def available(self) -> int:
        """What may still be spent."""
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a transfer, seen from one account: a line of its statement.

    `change` is what the posted balance gained (negative: lost); `posted` and `held` are the
    account's balances right after it.
    """

    transfer: Transfer
    account: AccountId
    change: int
    posted: int
    held: int

    @property
    def counterpart(self) -> AccountId:
        """The account on the other side."""
        transfer = self.transfer
        return transfer.credit if transfer.debit == self.account else transfer.debit


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an account's entries, newest first. `older` continues it; None at the end."""

    account: AccountId
    entries: tuple[Entry, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """One account's balance in a trial balance."""

    account: Account
    balance: Balance


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All balances of a community's book, which sum to zero for each unit."""

    lines: tuple[TrialBalanceLine, ...]

    def sums(self) -> dict[Unit, int]:
        """Return the sum of posted balances for each unit: zero, if the book is sound."""
        totals: dict[Unit, int] = {}
        for line in self.lines:
            unit = line.balance.unit
            totals[unit] = totals.get(unit, 0) + line.balance.posted
        return totals

    @property
    def balanced(self) -> bool:
        """Whether every unit sums to zero."""
        return not any(self.sums().values())
