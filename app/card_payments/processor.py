"""What Linli asks of a card processor, and how its answers look here: amounts in fen."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from app.card_keys import Mode


class Trouble(Exception):
    """The processor did not do what it was asked. `reason` is its own word for why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NoAnswer(Trouble):
    """Nobody knows whether it was done: the answer was lost, late, or a fault of theirs."""


class Refused(Trouble):
    """It was not done, and asking again would not help."""


class Progress(StrEnum):
    """How far a payment has come."""

    WANTS_METHOD = "wants_method"
    WANTS_ACTION = "wants_action"
    UNDER_WAY = "under_way"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"


class RefundProgress(StrEnum):
    """How far a refund has come."""

    UNDER_WAY = "under_way"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fee:
    """What the processor kept of one movement of money, under its own id of the movement."""

    movement_id: str
    fen: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `call_id` is our own id, where we asked for it."""

    id: str
    payment_id: str | None
    charge_id: str | None
    call_id: UUID | None
    amount_fen: int
    progress: RefundProgress


@dataclass(frozen=True, slots=True)
class Dispute:
    """A giver's bank asks for money back; `taken` says whether the processor lost it by now."""

    id: str
    payment_id: str | None
    charge_id: str | None
    amount_fen: int
    taken: bool
    returned: bool
    fees: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment with all that is known of it now. `contribution_id` is None for one not of ours.

    `failed_because` is the last refusal of a card, in the processor's code for it. `action` is
    what the giver has to do next, as the processor describes it.
    """

    id: str
    contribution_id: UUID | None
    amount_fen: int
    currency: str
    progress: Progress
    mode: Mode
    made_at: datetime
    charge_id: str | None = None
    paid_at: datetime | None = None
    failed_because: str | None = None
    client_secret: str | None = None
    action: dict[str, Any] = field(default_factory=dict)
    fee: Fee | None = None
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the processor's own book: what came or went, and what it kept of it."""

    id: str
    kind: str
    source_id: str | None
    amount_fen: int
    fee_fen: int


class Processor(Protocol):
    """What Linli asks of a card processor. Each raises `NoAnswer` or `Refused`."""

    async def create_payment(
        self, contribution_id: UUID, amount_fen: int, method: str, *, key: str
    ) -> Payment:
        """Make a payment that nothing is taken for yet; a repeated key gives the first one."""
        ...

    async def payment(self, payment_id: str) -> Payment:
        """Return a payment as it stands now."""
        ...

    async def payment_of(self, contribution_id: UUID, since: datetime) -> Payment | None:
        """Look for the payment of a contribution among those made since then."""
        ...

    async def confirm(self, payment_id: str, method_id: str) -> Payment:
        """Take the money from this card."""
        ...

    async def confirm_elsewhere(self, payment_id: str, method: str, back_to: str) -> Payment:
        """Begin a payment that the giver confirms in another app or on another site."""
        ...

    async def cancel_payment(self, payment_id: str, *, key: str) -> Payment:
        """End a payment that was not made; returns it as it stands, paid ones too."""
        ...

    async def refund(self, payment_id: str, amount_fen: int, call_id: UUID, *, key: str) -> Refund:
        """Give money back; a repeated key gives the first refund."""
        ...

    def payments(self, since: datetime) -> AsyncIterator[Payment]:
        """Walk through all payments made since then."""
        ...

    def disputes(self, since: datetime) -> AsyncIterator[Dispute]:
        """Walk through all disputes opened since then."""
        ...

    def movements(self, since: datetime) -> AsyncIterator[Movement]:
        """Walk through the processor's own book since then."""
        ...
