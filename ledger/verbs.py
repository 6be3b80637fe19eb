"""The first door: verbs that book within the caller's transaction.

A domain verb does its own writes first and books last, so that account rows are locked for the
shortest time. With no transaction open, the verb opens one of its own.

A refusal is raised and ends the whole transaction, so nothing of the caller's verb is stored.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from ledger.errors import KeyReused, LedgerError
from ledger.posting import Connection, write
from ledger.tables import AccountRow
from ledger.values import (
    AccountId,
    Amount,
    Balance,
    Journal,
    JournalId,
    Leg,
    Origin,
    Transfer,
    TransferId,
    Unit,
)


def engine() -> PostgresEngine:
    """Return the database engine that `piccolo_conf` names."""
    found = AccountRow._meta.db  # noqa: SLF001 (Piccolo's own way to the engine)
    if not isinstance(found, PostgresEngine):
        raise TypeError("the book needs PostgreSQL")
    return found


def transaction() -> AbstractAsyncContextManager[PostgresTransaction, None]:
    """Open a database transaction, or join the one that this task has open."""
    return cast("AbstractAsyncContextManager[PostgresTransaction, None]", engine().transaction())


def connection() -> Connection:
    """Return the connection of the open transaction.

    Raises RuntimeError when none is open.
    """
    current = engine().current_transaction.get()
    if current is None:
        raise RuntimeError("no transaction is open")
    return cast("Connection", current.connection)


async def locked_balances(accounts: Collection[AccountId]) -> dict[AccountId, Balance]:
    """Return balances that nobody else changes until the caller's transaction ends.

    For whoever decides by more than an account's floor, right before booking: with all accounts
    that the journal is going to touch, so that the locks are taken in the book's one order. An
    account that is not there is left out.
    """
    rows = await AccountRow.raw(
        "SELECT id, unit, credits_posted - debits_posted AS posted, debits_pending AS held"
        " FROM account WHERE id = ANY({}) ORDER BY id FOR NO KEY UPDATE",
        list(accounts),
    )
    return {
        AccountId(row["id"]): Balance(
            AccountId(row["id"]), Unit(row["unit"]), row["posted"], row["held"]
        )
        for row in rows
    }


async def book(journal: Journal) -> tuple[Transfer, ...]:
    """Book a journal: all of its legs, or none.

    The same journal again returns the first result. Raises a `LedgerError` that says why not.
    """
    async with transaction():
        try:
            (outcome,) = await write(connection(), [journal])
        except asyncpg.UniqueViolationError as race:
            raise KeyReused(journal.legs[0].id) from race
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome


async def transfer(  # noqa: PLR0913 (a transfer has these parts)
    *,
    debit: AccountId,
    credit: AccountId,
    amount: Amount,
    unit: Unit,
    origin: Origin,
    id: TransferId | None = None,  # noqa: A002 (the field's name)
    note: str = "",
) -> Transfer:
    """Move `amount` of `unit` from `debit` to `credit` at once."""
    leg = Leg.transfer(debit=debit, credit=credit, amount=amount, unit=unit, id=id, note=note)
    (booked,) = await book(Journal((leg,), origin))
    return booked


async def hold(  # noqa: PLR0913 (a hold has these parts)
    *,
    debit: AccountId,
    credit: AccountId,
    amount: Amount,
    unit: Unit,
    origin: Origin,
    id: TransferId | None = None,  # noqa: A002 (the field's name)
    expires_at: datetime | None = None,
    note: str = "",
) -> Transfer:
    """Reserve `amount` of `unit` on `debit` for `credit`, until posted, voided or expired."""
    leg = Leg.hold(
        debit=debit,
        credit=credit,
        amount=amount,
        unit=unit,
        id=id,
        expires_at=expires_at,
        note=note,
    )
    (booked,) = await book(Journal((leg,), origin))
    return booked


async def post(
    hold: TransferId,
    amount: Amount | None = None,
    *,
    origin: Origin,
    id: TransferId | None = None,  # noqa: A002 (the field's name)
    then: Sequence[Leg] = (),
) -> tuple[Transfer, ...]:
    """Settle a hold: `amount` of it passes (all of it when None), the rest is released.

    `then` are further legs that stand or fall with it, such as the payment onwards. The journal's
    id is the post's.
    """
    leg = Leg.post(hold, amount, id=id)
    return await book(Journal((leg, *then), origin, JournalId(leg.id) if then else None))


async def void(
    hold: TransferId,
    *,
    origin: Origin,
    id: TransferId | None = None,  # noqa: A002 (the field's name)
    note: str = "",
) -> Transfer:
    """Let a hold go: nothing passes, all of it is released."""
    (booked,) = await book(Journal((Leg.void(hold, id=id, note=note),), origin))
    return booked


async def reverse(
    transfer: TransferId,
    *,
    origin: Origin,
    reason: str,
    id: TransferId | None = None,  # noqa: A002 (the field's name)
) -> Transfer:
    """Book the opposite of a transfer or a post, in full, with the reason."""
    (booked,) = await book(Journal((Leg.reverse(transfer, reason=reason, id=id),), origin))
    return booked
