"""A community's book of one's own for each test, with named accounts and short verbs."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

import ledger
from ledger import AccountId, CommunityId, Journal, Leg, Origin, Transfer, Unit
from ledger.tables import TransferRow


@dataclass
class SmallBook:
    """A community with an issuance that has no floor, and members who cannot go below zero."""

    community_id: CommunityId = field(default_factory=lambda: CommunityId(uuid.uuid4()))
    unit: Unit = ledger.MINUTE
    origin: Origin = field(init=False)
    accounts: dict[str, AccountId] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin = Origin(
            self.community_id, ledger.Event("example", uuid.uuid4()), actor=uuid.uuid4()
        )

    async def open(self, *names: str, floor: int | None = 0) -> list[AccountId]:
        """Open an account for each name."""
        for name in names:
            account = await ledger.open_account(
                community_id=self.community_id, kind=name, unit=self.unit, floor=floor
            )
            self.accounts[name] = account.id
        return [self.accounts[name] for name in names]

    async def give(self, amount: int, *names: str) -> None:
        """Let issuance give an amount to each name, opening what is not there."""
        await self.open("issuance", floor=None)
        await self.open(*[name for name in names if name not in self.accounts])
        for name in names:
            await self.book(self.move("issuance", name, amount))

    def move(self, debit: str, credit: str, amount: int = 1, **more: Any) -> Leg:
        return Leg.transfer(
            debit=self.accounts[debit],
            credit=self.accounts[credit],
            amount=amount,
            unit=self.unit,
            **more,
        )

    def hold(self, debit: str, credit: str, amount: int = 1, **more: Any) -> Leg:
        return Leg.hold(
            debit=self.accounts[debit],
            credit=self.accounts[credit],
            amount=amount,
            unit=self.unit,
            **more,
        )

    def journal(self, *legs: Leg, **more: Any) -> Journal:
        return Journal(legs, self.origin, **more)

    async def book(self, *legs: Leg) -> tuple[Transfer, ...]:
        """Book through the first door."""
        return await ledger.book(self.journal(*legs))

    async def posted(self, *names: str) -> list[int]:
        return [(await ledger.balance(self.accounts[name])).posted for name in names]

    async def available(self, *names: str) -> list[int]:
        return [(await ledger.balance(self.accounts[name])).available for name in names]

    async def count(self) -> int:
        """Return how many transfers the community's book has."""
        return await TransferRow.count().where(TransferRow.community_id == self.community_id)


@pytest.fixture
async def book(database: object) -> AsyncIterator[SmallBook]:  # noqa: ARG001 (must be migrated)
    """Give a book; afterwards it still sums to zero."""
    opened = SmallBook()
    yield opened
    assert (await ledger.trial_balance(opened.community_id)).balanced
