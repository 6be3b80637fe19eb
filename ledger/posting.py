"""Writes journals into the book: the one engine behind both doors.

Three statements, each with its reason:

1. **Lock** every account that the batch touches, once, in id order, so that two batches can never
   wait for each other in a circle. `FOR NO KEY UPDATE` leaves foreign-key checks free to pass.
2. **Decide** in `rules`, against the balances just read. READ COMMITTED suffices, because nothing
   that a decision rests on can change under the locks: balances are locked, a hold's or transfer's
   row is immutable, and whoever resolves it must hold the locks of its two accounts.
3. **Write** everything in one statement, which looks first whether one of the ids is in the book
   by now. Its snapshot is taken after the locks, so it sees all that was committed before them. If
   one is, it writes nothing, and the batch is decided again with those rows in hand.

The look in step 3 spares a round trip in the usual case, where all ids are new. Two journals with
one id and not one account in common do not meet at a lock; there the unique key on `id` decides
(`asyncpg.UniqueViolationError`): the first door says `KeyReused`, the group poster runs again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from ledger.errors import LedgerError
from ledger.rules import Batch, Decided, Standing
from ledger.values import (
    AccountId,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Kind,
    Transfer,
    TransferId,
    Unit,
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Outcome = tuple[Transfer, ...] | LedgerError

_LOCK = """
SELECT id, community_id, unit, floor, closed_at IS NOT NULL,
       debits_posted, credits_posted, debits_pending, credits_pending
FROM account WHERE id {accounts} ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_MANY = _LOCK.format(accounts="= ANY($1::uuid[])")
# With an array PostgreSQL would plan anew each time, at the cost of the whole posting.
_LOCK_TWO = _LOCK.format(accounts="IN ($1, $2)")

TRANSFER_COLUMNS = """
seq, id, community_id, kind, unit, debit_account, credit_account, amount, "of", journal_id,
event_kind, event_id, actor, on_behalf_of, note, expires_at, effective_at, created_at,
debit_posted, debit_held, credit_posted, credit_held
"""

# Three index look-ups, never one OR: a generic plan would read the whole table for that.
_STORED = f"""
SELECT {TRANSFER_COLUMNS} FROM transfer WHERE seq IN (
    SELECT seq FROM transfer WHERE id = ANY($1::uuid[])
    UNION ALL SELECT seq FROM transfer WHERE journal_id = ANY($2::uuid[])
    UNION ALL SELECT seq FROM transfer WHERE "of" = ANY($3::uuid[])
)
ORDER BY seq
"""

_DRAFT_COLUMNS = """
id, community_id, debit_account, credit_account, "of", journal_id, event_id, actor, on_behalf_of,
leg, kind, unit, event_kind, note, amount, debit_posted, debit_held, credit_posted, credit_held,
expires_at, effective_at
"""

# One array of rows and one of totals: twenty arrays, one a column, took a third longer.
_WRITE = f"""
WITH fresh AS MATERIALIZED (
    SELECT NOT EXISTS (SELECT FROM transfer WHERE id = ANY($3::uuid[]))
       AND NOT EXISTS (SELECT FROM transfer WHERE journal_id = ANY($4::uuid[]))
       AND NOT EXISTS (SELECT FROM transfer WHERE "of" = ANY($5::uuid[])) AS ok
), written AS (
    INSERT INTO transfer ({_DRAFT_COLUMNS})
    SELECT id, community_id, debit_account, credit_account, "of", journal_id, event_id, actor,
           on_behalf_of, leg, kind::transfer_kind, unit, event_kind, note, amount, debit_posted,
           debit_held, credit_posted, credit_held, expires_at,
           coalesce(effective_at, clock_timestamp())
    FROM unnest($1::transfer_draft[]) WHERE (SELECT ok FROM fresh)
    RETURNING seq, created_at, effective_at
), moved AS (
    UPDATE account SET
        debits_posted = total.debits_posted, credits_posted = total.credits_posted,
        debits_pending = total.debits_pending, credits_pending = total.credits_pending
    FROM unnest($2::account_totals[]) AS total
    WHERE account.id = total.id AND (SELECT ok FROM fresh)
)
SELECT seq, created_at, effective_at FROM written
"""

# A lone leg needs no look at the ids: any unique key that it meets (its id, or its target resolved
# before) makes the insert do nothing, and then nothing moves.
_WRITE_ONE = f"""
WITH written AS (
    INSERT INTO transfer ({_DRAFT_COLUMNS})
    VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, $8, 1, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18, coalesce($19::timestamptz, clock_timestamp()))
    ON CONFLICT DO NOTHING
    RETURNING seq, created_at, effective_at
), moved AS (
    UPDATE account SET
        debits_posted = CASE WHEN id = $3 THEN $20::bigint ELSE $24 END,
        credits_posted = CASE WHEN id = $3 THEN $21::bigint ELSE $25 END,
        debits_pending = CASE WHEN id = $3 THEN $22::bigint ELSE $26 END,
        credits_pending = CASE WHEN id = $3 THEN $23::bigint ELSE $27 END
    WHERE id IN ($3, $4) AND EXISTS (SELECT FROM written)
)
SELECT seq, created_at, effective_at FROM written
"""

_OPEN_HOLDS = """
INSERT INTO open_hold (hold_id, community_id, debit_account, expires_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
"""

_CLOSE_HOLDS = "DELETE FROM open_hold WHERE hold_id IN (SELECT unnest($1::uuid[]))"


async def write(connection: Connection, journals: Sequence[Journal]) -> list[Outcome]:
    """Decide and store journals in the open transaction; one outcome for each, in order.

    A refused journal leaves no trace and its neighbours stand. A journal that repeats an earlier
    one of the same call is answered from it.
    """
    targets = {leg.of for journal in journals for leg in journal.legs if leg.of is not None}
    stored = await _read_targets(connection, targets) if targets else []
    standings = await _lock(connection, _accounts(journals, stored))
    locked = {standing.id for standing in standings}
    all_read = False
    while True:
        batch = Batch(standings, stored)
        outcomes = [_decided(batch, journal) for journal in journals]
        # A refusal may turn out to be a repeat of what once was allowed: look before it is final.
        if all_read or not any(isinstance(outcome, LedgerError) for outcome in outcomes):
            rows = await _store(connection, batch)
            if rows is not None:
                break
        # A target that appeared only after the locks were chosen counts as unknown: to lock its
        # accounts now would break the order.
        ids = {leg.id for journal in journals for leg in journal.legs}
        keys = {journal.id for journal in journals if journal.id is not None}
        stored = [
            transfer
            for transfer in await _read_stored(connection, journals, targets)
            if transfer.id in ids
            or transfer.journal_id in keys
            or {transfer.debit, transfer.credit} <= locked
        ]
        all_read = True
    booked = {
        decided.leg.id: _as_transfer(decided, row)
        for decided, row in zip(batch.decided.values(), rows, strict=True)
    }
    return [
        outcome
        if isinstance(outcome, LedgerError)
        else tuple(t if isinstance(t, Transfer) else booked[t.leg.id] for t in outcome)
        for outcome in outcomes
    ]


def _decided(batch: Batch, journal: Journal) -> tuple[Transfer | Decided, ...] | LedgerError:
    try:
        return batch.decide(journal)
    except LedgerError as refusal:
        return refusal


def _accounts(journals: Iterable[Journal], stored: Iterable[Transfer]) -> set[AccountId]:
    """Return every account that the journals may touch, by themselves or through a target."""
    accounts = {
        account
        for journal in journals
        for leg in journal.legs
        for account in (leg.debit, leg.credit)
        if account is not None
    }
    for transfer in stored:
        accounts.add(transfer.debit)
        accounts.add(transfer.credit)
    return accounts


async def _lock(connection: Connection, accounts: set[AccountId]) -> list[Standing]:
    if len(accounts) == 2:  # noqa: PLR2004 (a lone leg's two sides)
        rows = await connection.fetch(_LOCK_TWO, *accounts)
    else:
        rows = await connection.fetch(_LOCK_MANY, list(accounts))
    return [Standing(*row) for row in rows]


async def _read_targets(connection: Connection, targets: set[TransferId]) -> list[Transfer]:
    """Read what posts, voids and reversals are about: immutable rows, so no lock is needed.

    Only the targets themselves; whether one was resolved is asked again under the locks.
    """
    rows = await connection.fetch(_STORED, list(targets), [], [])
    return [transfer_of(row) for row in rows]


async def _read_stored(
    connection: Connection, journals: Sequence[Journal], targets: set[TransferId]
) -> list[Transfer]:
    ids = {leg.id for journal in journals for leg in journal.legs} | targets
    keys = [journal.id for journal in journals if journal.id is not None]
    rows = await connection.fetch(_STORED, list(ids), keys, list(targets))
    return [transfer_of(row) for row in rows]


async def _store(connection: Connection, batch: Batch) -> Sequence[asyncpg.Record] | None:
    """Write what the batch decided; None if an id turned out to be in the book by now."""
    legs = list(batch.decided.values())
    if not legs:
        return []
    if len(legs) == 1 and legs[0].journal.id is None:
        rows = await _store_one(connection, legs[0], batch)
    else:
        touched = {leg.debit for leg in legs} | {leg.credit for leg in legs}
        rows = await connection.fetch(
            _WRITE,
            [_row(leg) for leg in legs],
            [_totals(batch.standings[account]) for account in touched],
            [leg.leg.id for leg in legs],
            list({leg.journal.id for leg in legs if leg.journal.id is not None}),
            [leg.leg.of for leg in legs if leg.leg.of is not None],
        )
    if not rows:
        return None
    await _keep_open_holds(connection, legs)
    return rows


async def _store_one(
    connection: Connection, leg: Decided, batch: Batch
) -> Sequence[asyncpg.Record]:
    row = _row(leg)
    *sides, _journal, event, actor, behalf, _leg = row[:10]
    return await connection.fetch(
        _WRITE_ONE,
        *(*sides, event, actor, behalf),
        *row[10:],
        *_totals(batch.standings[leg.debit])[1:],
        *_totals(batch.standings[leg.credit])[1:],
    )


def _row(decided: Decided) -> tuple[Any, ...]:
    """Return a leg in the order of the type `transfer_draft`."""
    leg, journal, unit, debit, credit, amount, *balances, position = decided
    origin = journal.origin
    event = origin.event
    return (
        leg.id,
        origin.community_id,
        debit,
        credit,
        leg.of,
        journal.id,
        event.id,
        origin.actor,
        origin.on_behalf_of,
        position,
        leg.kind.value,
        unit,
        event.kind,
        leg.note,
        amount,
        *balances,
        leg.expires_at,
        origin.effective_at,
    )


def _totals(standing: Standing) -> tuple[Any, ...]:
    """Return an account's totals in the order of the type `account_totals`."""
    return (
        standing.id,
        standing.debits_posted,
        standing.credits_posted,
        standing.debits_pending,
        standing.credits_pending,
    )


async def _keep_open_holds(connection: Connection, legs: Sequence[Decided]) -> None:
    """Note new holds as open and settled ones as no longer so."""
    opened = [d for d in legs if d.leg.kind is Kind.HOLD]
    if opened:
        await connection.execute(
            _OPEN_HOLDS,
            [d.leg.id for d in opened],
            [d.journal.origin.community_id for d in opened],
            [d.debit for d in opened],
            [d.leg.expires_at for d in opened],
        )
    closed = [d.leg.of for d in legs if d.leg.kind in (Kind.POST, Kind.VOID)]
    if closed:
        await connection.execute(_CLOSE_HOLDS, closed)


def _as_transfer(decided: Decided, row: asyncpg.Record) -> Transfer:
    leg, journal, unit, debit, credit, amount, *balances, _position = decided
    origin = journal.origin
    seq, created_at, effective_at = row
    return Transfer(
        seq,
        leg.id,
        origin.community_id,
        leg.kind,
        unit,
        debit,
        credit,
        amount,
        leg.of,
        journal.id,
        origin.event,
        origin.actor,
        origin.on_behalf_of,
        leg.note,
        leg.expires_at,
        effective_at,
        created_at,
        *balances,
    )


def transfer_of(row: asyncpg.Record) -> Transfer:
    """Read a stored transfer from a row of `TRANSFER_COLUMNS`."""
    (seq, id_, community, kind, unit, debit, credit, amount, of, journal, event_kind, event_id,
     actor, behalf, note, expires, effective, created, *balances) = row  # fmt: skip
    expires_at: datetime | None = expires
    return Transfer(
        seq,
        TransferId(id_),
        CommunityId(community),
        Kind(kind),
        Unit(unit),
        AccountId(debit),
        AccountId(credit),
        amount,
        None if of is None else TransferId(of),
        None if journal is None else JournalId(journal),
        Event(event_kind, event_id),
        actor,
        behalf,
        note,
        expires_at,
        effective,
        created,
        *balances,
    )
