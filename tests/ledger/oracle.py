"""A book in plain Python that says beforehand what the real one must answer.

Written from the prose of the design and of `ledger.rules`, not from its code: no running totals,
no batches, no locks. Every balance is summed from all transfers each time it is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import ledger
from ledger import Journal, Kind, LedgerError, Leg, Origin, Unit

LARGEST = 2**63 - 1
MOVES = (Kind.TRANSFER, Kind.POST, Kind.REVERSAL)
SETTLES = (Kind.POST, Kind.VOID)


@dataclass
class Place:
    """An account as it was opened."""

    id: UUID
    community_id: UUID
    unit: Unit
    floor: int | None
    closed: bool = False


@dataclass(frozen=True)
class Booked:
    """A transfer of the oracle's book, with the balances that the real one must show on its row."""

    leg: Leg
    journal: Journal
    unit: Unit
    debit: UUID
    credit: UUID
    amount: int
    released: int
    """What of a hold this transfer ends: the whole of it, however much was posted."""
    debit_posted: int = 0
    debit_held: int = 0
    credit_posted: int = 0
    credit_held: int = 0


@dataclass
class Oracle:
    """All communities' books: accounts by id, and transfers in the order they were booked."""

    places: dict[UUID, Place] = field(default_factory=dict)
    rows: list[Booked] = field(default_factory=list)

    # --- sums -------------------------------------------------------------------------------------

    def posted(self, account: UUID) -> int:
        """Credits less debits of what has passed."""
        return self._total(account, MOVES, "credit") - self._total(account, MOVES, "debit")

    def held(self, account: UUID, side: str = "debit") -> int:
        """Sum what holds reserve of the account, or (on the credit side) announce to it."""
        return sum(
            row.amount if row.leg.kind is Kind.HOLD else -row.released
            for row in self.rows
            if getattr(row, side) == account
        )

    def available(self, account: UUID) -> int:
        return self.posted(account) - self.held(account)

    def _total(self, account: UUID, kinds: Sequence[Kind], side: str) -> int:
        return sum(
            row.amount
            for row in self.rows
            if row.leg.kind in kinds and getattr(row, side) == account
        )

    def find(self, key: UUID) -> Booked | None:
        return next((row for row in self.rows if row.leg.id == key), None)

    def settled(self, key: UUID) -> bool:
        return any(row.leg.of == key for row in self.rows)

    def journal(self, key: UUID) -> list[Booked]:
        """Return a journal's transfers, or the lone transfer of this id."""
        return [row for row in self.rows if row.journal.id == key] or [
            row for row in self.rows if row.leg.id == key
        ]

    def open_holds(self, account: UUID) -> list[Booked]:
        return [
            row
            for row in self.rows
            if row.leg.kind is Kind.HOLD and row.debit == account and not self.settled(row.leg.id)
        ]

    def expired(self, now: datetime) -> list[Booked]:
        return [
            row
            for row in self.rows
            if row.leg.kind is Kind.HOLD
            and row.leg.expires_at is not None
            and row.leg.expires_at <= now
            and not self.settled(row.leg.id)
        ]

    # --- verbs ------------------------------------------------------------------------------------

    def close(self, account: UUID, community_id: UUID) -> LedgerError | None:
        place = self.places.get(account)
        if place is None or place.community_id != community_id:
            return ledger.UnknownAccount(account)
        rest = (self.posted(account), self.held(account), self.held(account, "credit"))
        if not place.closed and any(rest):
            posted, held, incoming = rest
            return ledger.AccountNotEmpty(account, posted=posted, held=held, incoming=incoming)
        place.closed = True
        return None

    def book(self, journal: Journal) -> list[Booked] | LedgerError:
        """Return what the journal's transfers are, by first booking or by repeat; or a refusal."""
        by_id = {row.leg.id: row for row in self.rows}
        known = [by_id[leg.id] for leg in journal.legs if leg.id in by_id]
        of_journal = [r for r in self.rows if journal.id is not None and r.journal.id == journal.id]
        if known or of_journal:
            whole = len(known) == len(journal.legs) == max(len(of_journal), 1)
            if not whole or not all(map(self._same, journal.legs, [journal] * len(known), known)):
                return ledger.KeyReused((known or of_journal)[0].leg.id)
            return known
        before = len(self.rows)
        for leg in journal.legs:
            row = self._row(leg, journal)
            if isinstance(row, LedgerError):
                del self.rows[before:]
                return row
            self.rows.append(row)
            self.rows[-1] = self._with_balances(row)
        return self.rows[before:]

    def _same(self, leg: Leg, journal: Journal, row: Booked) -> bool:
        first, asked = row.leg, (leg.kind, leg.of, leg.note, leg.expires_at)
        if asked != (first.kind, first.of, first.note, first.expires_at):
            return False
        if leg.of is None and (leg.unit, leg.debit, leg.credit) != (
            row.unit,
            row.debit,
            row.credit,
        ):
            return False
        if leg.amount is not None and leg.amount != row.amount:
            return False
        return journal.id == row.journal.id and journal.origin == row.journal.origin

    def _row(self, leg: Leg, journal: Journal) -> Booked | LedgerError:
        released = 0
        if leg.of is None:
            debit, credit, amount, unit = leg.debit, leg.credit, leg.amount, leg.unit
        else:
            target = self._target(leg, leg.of, journal.origin)
            if isinstance(target, LedgerError):
                return target
            debit, credit, amount, unit = target.debit, target.credit, target.amount, target.unit
            if leg.kind is Kind.REVERSAL:
                debit, credit = credit, debit
            else:
                released = target.amount
            if leg.kind is Kind.POST and leg.amount is not None:
                if leg.amount > target.amount:
                    return ledger.ExceedsHold(leg.of, held=target.amount, asked=leg.amount)
                amount = leg.amount
        assert debit is not None
        assert credit is not None
        assert amount is not None
        assert unit is not None
        row = Booked(leg, journal, unit, debit, credit, amount, released)
        for account in (debit, credit):
            if refusal := self._usable(account, unit, journal.origin):
                return refusal
        return self._enough(row) or self._small_enough(row) or row

    def _target(self, leg: Leg, of: UUID, origin: Origin) -> Booked | LedgerError:
        target = self.find(of)
        if target is None or target.journal.origin.community_id != origin.community_id:
            return ledger.UnknownTransfer(of)
        wanted = MOVES[:2] if leg.kind is Kind.REVERSAL else (Kind.HOLD,)
        if target.leg.kind not in wanted:
            return ledger.NotResolvable(of, kind=target.leg.kind, asked=leg.kind)
        return ledger.AlreadyResolved(of) if self.settled(of) else target

    def _usable(self, account: UUID, unit: Unit, origin: Origin) -> LedgerError | None:
        place = self.places.get(account)
        if place is None or place.community_id != origin.community_id:
            return ledger.UnknownAccount(account)
        if place.unit != unit:
            return ledger.UnitMismatch(account, holds=place.unit, asked=unit)
        return ledger.AccountClosed(account) if place.closed else None

    def _enough(self, row: Booked) -> LedgerError | None:
        """Ask for what is debited anew; a hold took its amount already."""
        floor = self.places[row.debit].floor
        if row.leg.kind in SETTLES or floor is None:
            return None
        may = self.available(row.debit) - floor
        if row.amount <= may:
            return None
        return ledger.NotEnough(row.debit, available=may, asked=row.amount, unit=row.unit)

    def _small_enough(self, row: Booked) -> LedgerError | None:
        self.rows.append(row)
        try:
            for account, side in ((row.debit, "debit"), (row.credit, "credit")):
                if self._total(account, MOVES, side) + self.held(account, side) > LARGEST:
                    return ledger.TooLarge(account)
        finally:
            self.rows.pop()
        return None

    def _with_balances(self, row: Booked) -> Booked:
        return Booked(
            row.leg, row.journal, row.unit, row.debit, row.credit, row.amount, row.released,
            self.posted(row.debit), self.held(row.debit),
            self.posted(row.credit), self.held(row.credit),
        )  # fmt: skip
