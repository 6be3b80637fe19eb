"""Linli's own side: accounts in a book, and transfers through both doors and from a file."""

import csv
import random
import time
from pathlib import Path

import ledger
from bench.measuring import Sample, crowd
from bench.server import Server

STRIPES = 16
"""Over how many accounts the hot one is spread to see what its row lock costs."""

_OPEN = """
INSERT INTO account (id, community_id, unit, kind, owner, normal_side, floor)
SELECT id, $2, 'MINUTE', 'member', id, 'credit', NULL FROM unnest($1::uuid[]) AS id
"""

_COLUMNS = ("id", "kind", "community", "event_kind", "event_id", "actor",
            "unit", "debit", "credit", "amount")  # fmt: skip


class Book:
    """A community's book with floorless accounts, and the crowd that books in it.

    No account has a floor, so no transfer is refused and each figure counts transfers stored.
    """

    def __init__(self, server: Server, folder: Path, *, clients: int) -> None:
        self._server = server
        self._file = folder / "journals.csv"
        self._clients = clients
        self._import_rate = 5000.0
        self.community = ledger.CommunityId(ledger.new_id())
        self.accounts: list[ledger.AccountId] = []
        self._origin = ledger.Origin(
            self.community, ledger.Event("visit", ledger.new_id()), ledger.new_id()
        )

    async def open_accounts(self, number: int) -> list[ledger.AccountId]:
        """Open accounts in one statement, and return them."""
        opened = [ledger.AccountId(ledger.new_id()) for _ in range(number)]
        await self._server.owner.execute(_OPEN, opened, self.community)
        return opened

    async def prepare(self, accounts: int) -> None:
        """Open the accounts that all rows use."""
        self.accounts = await self.open_accounts(accounts)
        await self._server.owner.execute("VACUUM ANALYZE account")

    def _sides(self, shape: str) -> tuple[ledger.AccountId, ledger.AccountId]:
        """Choose who is debited and who is credited."""
        if shape == "wide":
            debit, credit = random.sample(self.accounts, 2)
            return debit, credit
        first = 1 if shape == "hot" else STRIPES
        return (
            self.accounts[random.randrange(first)],
            self.accounts[random.randrange(first, len(self.accounts))],
        )

    def _journal(self, shape: str) -> ledger.Journal:
        debit, credit = self._sides(shape)
        leg = ledger.Leg.transfer(debit=debit, credit=credit, amount=1, unit=ledger.MINUTE)
        return ledger.Journal((leg,), self._origin)

    async def group(self, shape: str, seconds: float) -> Sample:
        """Book through the group poster. Its start is not counted, as pgbench's is not."""
        async with ledger.GroupPoster() as poster:
            await poster.submit(self._journal(shape))
            return await crowd(lambda: poster.submit(self._journal(shape)), self._clients, seconds)

    async def caller(self, shape: str, seconds: float) -> Sample:
        """Book in a transaction of the caller's own, on the app's pool."""
        return await crowd(lambda: ledger.book(self._journal(shape)), self._clients, seconds)

    async def imported(self, _shape: str, seconds: float) -> Sample:
        """Import a file of single-leg journals that takes about that long; its start is counted."""
        number = max(100, round(self._import_rate * seconds))
        self._write_file(number)
        began, cpu = time.perf_counter(), time.process_time()
        with self._file.open(newline="") as lines:
            report = await ledger.import_journals(lines)
        spent = Sample(number, time.perf_counter() - began, time.process_time() - cpu)
        self._file.unlink()
        if report.legs != number:
            raise RuntimeError(f"the import booked {report.legs} of {number} legs")
        self._import_rate = spent.rate
        return spent

    def _write_file(self, number: int) -> None:
        origin = self._origin
        same = ("transfer", origin.community_id, origin.event.kind, origin.event.id, origin.actor)
        with self._file.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_COLUMNS)
            for _ in range(number):
                rows.writerow((ledger.new_id(), *same, ledger.MINUTE, *self._sides("wide"), 1))
