"""Fills the book with millions of transfers, fast, and with balances that are right in every row.

Transfers come in rounds. In a round each account pays once and is paid once, in an order that is
shuffled anew for each round; so what an account holds after any of them follows from the places of
those two alone, and no running sum is needed. Every tenth transfer belongs to two accounts apart:
one with a tenth of the whole history, and one with a hundred transfers, which trade with partners
there and back. All balances are zero after each round.

The rows lie before everything that the rows of the benchmark book: `reserve` sets their numbers
aside first.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

import ledger
from app.database import owner_connection_settings
from bench.book import Book
from bench.server import Server

FEW = 100
"""Transfers of the account with a short history."""

PARTNERS = 100
SHORT = 2
"""Rounds of the short book."""

ROUNDS_AT_ONCE = 10
TELL_EVERY = 1_000_000
YEARS = 5

_APART = 10  # every tenth transfer

_ACCOUNTS = """
DROP TABLE IF EXISTS fill_account;
CREATE UNLOGGED TABLE fill_account (place int PRIMARY KEY, id uuid NOT NULL);
"""

# Round r puts account `(place * times + plus) % n` in each place; the one at `place` pays the one
# at `place + step`. An account's other transfer of the round is done already if its place is lower.
_WIDE = """
SELECT r, slot,
       (place * times + plus) % {n} AS debit,
       ((place + step) % {n} * times + plus) % {n} AS credit,
       CASE WHEN (place - step + {n}) % {n} < place THEN 0 ELSE -1 END AS debit_posted,
       CASE WHEN (place + step) % {n} < place THEN 0 ELSE 1 END AS credit_posted
FROM (
    SELECT r, slot, (slot - slot / {apart})::bigint AS place,
           (ARRAY[1, 3, 7, 9])[1 + r % 4] + 10 * ((r * 7919) % ({n} / 10)) AS times,
           (r * 104729) % {n} AS plus, 1 + (r * 15485863::bigint) % ({n} - 1) AS step
    FROM generate_series({first}::bigint, {last}) AS r, generate_series(0, {slots} - 1) AS slot
    WHERE slot % {apart} <> {apart} - 1
) AS places
"""

# Pair p goes from a partner to the account apart, and back.
_TWO_APART = """
SELECT r, slot,
       CASE WHEN back = 0 THEN partner ELSE own END, CASE WHEN back = 0 THEN own ELSE partner END,
       CASE WHEN back = 0 THEN -1 ELSE 0 END, CASE WHEN back = 0 THEN 1 ELSE 0 END
FROM (
    SELECT r, slot, j % 2 AS back, {n} + 2 + (j / 2) % {partners} AS partner,
           CASE WHEN (j / 2) % {pairs_between} = 0 AND j / 2 / {pairs_between} < {few} / 2
                THEN {n} + 1 ELSE {n} END AS own
    FROM (
        SELECT r, slot, r * ({slots} / {apart}) + slot / {apart} AS j
        FROM generate_series({first}::bigint, {last}) AS r, generate_series(0, {slots} - 1) AS slot
        WHERE slot % {apart} = {apart} - 1
    ) AS numbered
) AS pairs
"""

_FILL = """
INSERT INTO transfer (seq, amount, debit_posted, debit_held, credit_posted, credit_held,
    created_at, effective_at, id, community_id, debit_account, credit_account, event_id, actor,
    kind, unit, event_kind)
OVERRIDING SYSTEM VALUE
SELECT seq, 1, debit_posted, 0, credit_posted, 0, moment, moment, uuidv7(moment - now()),
    $3::uuid, debit.id, credit.id, $3::uuid, $3::uuid, 'transfer', 'MINUTE', 'visit'
FROM (
    SELECT *, 1 + r * {slots} + slot AS seq,
           $1::timestamptz + (r * {slots} + slot) * $2::interval AS moment
    FROM ({choice}) AS chosen (r, slot, debit, credit, debit_posted, credit_posted)
) AS row
JOIN fill_account AS debit ON debit.place = row.debit
JOIN fill_account AS credit ON credit.place = row.credit
ORDER BY seq
"""

# In each round every account pays once and is paid once; those apart are counted.
_TOTALS_WIDE = """
UPDATE account SET debits_posted = debits_posted + $1, credits_posted = credits_posted + $1
FROM fill_account WHERE fill_account.id = account.id AND fill_account.place < $2
"""

_TOTALS_APART = """
UPDATE account SET debits_posted = debits_posted + moved.debits,
                   credits_posted = credits_posted + moved.credits
FROM fill_account JOIN (
    SELECT place, sum(debits) AS debits, sum(credits) AS credits
    FROM ({choice}) AS chosen (r, slot, debit, credit, debit_posted, credit_posted),
         LATERAL (VALUES (debit, 1, 0), (credit, 0, 1)) AS sides (place, debits, credits)
    GROUP BY place
) AS moved USING (place)
WHERE fill_account.id = account.id
"""

_REBUILT = ("transfer_by_debit", "transfer_by_credit")


@dataclass
class History:
    """The filled part of a book: `rounds` of `slots` transfers, of which `filled` are stored."""

    server: Server
    book: Book
    rounds: int
    slots: int
    many: ledger.AccountId
    few: ledger.AccountId
    since: datetime
    filled: int = 0

    @classmethod
    async def reserve(cls, server: Server, book: Book, transfers: int) -> "History":
        """Set numbers aside for at least that many transfers; open the accounts apart."""
        n = len(book.accounts)
        if n % 10:
            raise ValueError(f"{n} accounts: the shuffle needs a multiple of ten")
        slots = n + (n - 1) // (_APART - 1)
        # Even, so that the last pair of the accounts apart is whole.
        rounds = max(SHORT, 2 * math.ceil(transfers / slots / 2))
        apart = await book.open_accounts(2 + PARTNERS)
        owner = server.owner
        await owner.execute(_ACCOUNTS)
        await owner.copy_records_to_table(
            "fill_account", records=enumerate([*book.accounts, *apart])
        )
        await owner.execute("ANALYZE fill_account")
        await owner.execute(f"ALTER TABLE transfer ALTER seq RESTART {rounds * slots + 1}")
        return cls(
            server,
            book,
            rounds,
            slots,
            apart[0],
            apart[1],
            datetime.now(UTC) - timedelta(days=YEARS * 365),
        )

    @property
    def transfers(self) -> int:
        """How many transfers there are when all is filled."""
        return self.rounds * self.slots

    async def fill(self, rounds: int, say: Callable[[str], None]) -> float:
        """Fill up to that many rounds and return the seconds it took."""
        began = time.monotonic()
        owner = self.server.owner
        start = self.filled // self.slots
        rebuild = rounds - start > ROUNDS_AT_ONCE
        definitions = []
        if rebuild:
            definitions = [
                await owner.fetchval("SELECT pg_get_indexdef($1::regclass)", name)
                for name in _REBUILT
            ]
            await owner.execute("".join(f"DROP INDEX {name};" for name in _REBUILT))
        chunks = [
            (first, min(first + ROUNDS_AT_ONCE, rounds))
            for first in range(start, rounds, ROUNDS_AT_ONCE)
        ]
        chunks.reverse()
        lanes = 2 if rebuild else 1
        await asyncio.gather(*(self._lane(chunks, say) for _ in range(lanes)))
        say("balances")
        await owner.execute(_TOTALS_WIDE, rounds - start, len(self.book.accounts))
        apart = _TWO_APART.format(**self._parts(start, rounds - 1))
        await owner.execute(_TOTALS_APART.format(choice=apart))
        for name, definition in zip(_REBUILT, definitions, strict=False):
            say(f"index {name}")
            await owner.execute(f"SET maintenance_work_mem = '512MB'; {definition}")
        say("vacuum, checkpoint")
        await owner.execute("VACUUM ANALYZE transfer")
        await owner.execute("VACUUM ANALYZE account")
        await owner.execute("CHECKPOINT")
        return time.monotonic() - began

    async def _lane(self, chunks: list[tuple[int, int]], say: Callable[[str], None]) -> None:
        connection = await asyncpg.connect(**owner_connection_settings())
        try:
            # No foreign key needs to be looked up: both accounts come from the table of accounts.
            await connection.execute("SET session_replication_role = replica")
            while chunks:
                first, end = chunks.pop()
                await self._chunk(connection, first, end - 1)
                before = self.filled
                self.filled += (end - first) * self.slots
                if before // TELL_EVERY != self.filled // TELL_EVERY:
                    say(f"{self.filled:,} of {self.transfers:,} transfers")
        finally:
            await connection.close()

    async def _chunk(
        self, connection: "asyncpg.Connection[asyncpg.Record]", first: int, last: int
    ) -> None:
        choice = f"{_WIDE} UNION ALL {_TWO_APART}".format(**self._parts(first, last))
        statement = _FILL.format(slots=self.slots, choice=choice)
        step = timedelta(days=YEARS * 365) / (self.transfers + self.slots)
        await connection.execute(statement, self.since, step, self.book.community)

    def _parts(self, first: int, last: int) -> dict[str, int]:
        """Return the numbers that the choice of accounts is made with, for these rounds."""
        return {
            "n": len(self.book.accounts),
            "apart": _APART,
            "slots": self.slots,
            "partners": PARTNERS,
            "few": FEW,
            "pairs_between": max(1, self.rounds * (self.slots // _APART) // 2 // (FEW // 2)),
            "first": first,
            "last": last,
        }
