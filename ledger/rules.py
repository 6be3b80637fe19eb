"""What the book allows, decided over values alone: no database, no clock.

A transfer is one row with a debit and a credit account, so it cannot be out of balance.
A `transfer` moves its amount at once. A `hold` reserves it: the debit account's available balance
falls, its posted balance does not. A `post` moves the hold's amount or a part and releases the
rest; a `void` releases all; each hold takes one of the two, once. A `reversal` is the opposite of a
transfer or post, in full, once.

An account with a floor never has less available than its floor after any leg that debits it, and
legs are decided in order, so every line of every statement respects the floor. A closed account
takes nothing. Ids are keys: the same journal again is answered with the first result, and an id
with other content is refused.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ledger.errors import (
    AccountClosed,
    AlreadyResolved,
    ExceedsHold,
    KeyReused,
    NotEnough,
    NotResolvable,
    TooLarge,
    UnitMismatch,
    UnknownAccount,
    UnknownTransfer,
)
from ledger.values import (
    LARGEST,
    AccountId,
    CommunityId,
    Journal,
    Kind,
    Leg,
    Origin,
    Transfer,
    TransferId,
    Unit,
)


@dataclass(slots=True)
class Standing:
    """An account's balances while a batch is being decided."""

    id: AccountId
    community_id: CommunityId
    unit: Unit
    floor: int | None
    closed: bool
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int

    @property
    def available(self) -> int:
        """What may still be spent."""
        return self.credits_posted - self.debits_posted - self.debits_pending

    def copy(self) -> "Standing":
        """Return a copy that can change without touching this one."""
        return Standing(
            self.id,
            self.community_id,
            self.unit,
            self.floor,
            self.closed,
            self.debits_posted,
            self.credits_posted,
            self.debits_pending,
            self.credits_pending,
        )


class Decided(NamedTuple):
    """A leg that the rules allow, with everything a row needs but its place in the book."""

    leg: Leg
    journal: Journal
    unit: Unit
    debit: AccountId
    credit: AccountId
    amount: int
    debit_posted: int
    debit_held: int
    credit_posted: int
    credit_held: int
    position: int
    """Its place in its journal, from 1."""


@dataclass(slots=True)
class _Draft:
    """What one journal would change; joins its batch when every leg is allowed."""

    origin: Origin
    standings: dict[AccountId, Standing]
    legs: dict[TransferId, Decided]
    resolved: set[TransferId]


class Batch:
    """Journals decided one after another against running balances.

    It starts from what was read under the locks: the accounts, and the transfers that the book
    already has among the ids, journals and targets in question. What is decided joins both, so a
    journal sees the ones before it.
    """

    def __init__(self, standings: Iterable[Standing], stored: Iterable[Transfer]) -> None:
        self.standings = {standing.id: standing for standing in standings}
        self.stored = {transfer.id: transfer for transfer in stored}
        self.resolved = {t.of for t in self.stored.values() if t.of is not None}
        self.legs_of_journal = Counter(t.journal_id for t in self.stored.values() if t.journal_id)
        self.decided: dict[TransferId, Decided] = {}

    def decide(self, journal: Journal) -> tuple[Transfer | Decided, ...]:
        """Decide one journal: what joined the batch, or what the same journal led to before.

        Raises the `LedgerError` that fits; then nothing of the journal remains in the batch.
        """
        repeat = self._repeat(journal)
        if repeat is not None:
            return repeat
        draft = _Draft(journal.origin, {}, {}, set())
        for leg in journal.legs:
            draft.legs[leg.id] = self._decide_leg(leg, journal, draft)
            if leg.of is not None:
                draft.resolved.add(leg.of)
        self.standings.update(draft.standings)
        self.decided.update(draft.legs)
        self.resolved |= draft.resolved
        if journal.id is not None:
            self.legs_of_journal[journal.id] = len(draft.legs)
        return tuple(draft.legs.values())

    def _repeat(self, journal: Journal) -> tuple[Transfer | Decided, ...] | None:
        """Return the first result of the same journal, None if all its ids are new."""
        legs = journal.legs
        found = (self.stored.get(leg.id) or self.decided.get(leg.id) for leg in legs)
        known = [transfer for transfer in found if transfer is not None]
        if journal.id is None:
            if not known:
                return None
        elif not known and journal.id not in self.legs_of_journal:
            return None
        elif len(known) < len(legs) or self.legs_of_journal[journal.id] != len(legs):
            reused = next((leg.id for leg in legs if self._knows(leg.id)), journal.id)
            raise KeyReused(reused)
        for leg, transfer in zip(legs, known, strict=True):
            if not same(leg, journal, transfer):
                raise KeyReused(leg.id)
        return tuple(known)

    def _knows(self, transfer: TransferId) -> bool:
        return transfer in self.stored or transfer in self.decided

    def _decide_leg(self, leg: Leg, journal: Journal, draft: _Draft) -> Decided:
        held = 0
        if leg.of is None:
            debit_id, credit_id, amount, unit = leg.debit, leg.credit, leg.amount, leg.unit
            if debit_id is None or credit_id is None or amount is None or unit is None:
                raise TypeError("a transfer or hold names both accounts, amount and unit")
        else:
            target = self._target(leg, leg.of, draft)
            debit_id, credit_id, unit, held = (
                target.debit,
                target.credit,
                target.unit,
                target.amount,
            )
            amount = _settled(leg, leg.of, held)
            if leg.kind is Kind.REVERSAL:
                debit_id, credit_id = credit_id, debit_id
        debit = self._standing(debit_id, unit, draft)
        credit = self._standing(credit_id, unit, draft)
        if leg.of is not None and leg.kind is not Kind.REVERSAL and debit.debits_pending < held:
            # Less is reserved than the hold took: it was settled, by a row that was not read.
            raise AlreadyResolved(leg.of)
        move(leg.kind, debit, credit, amount, held=held)
        return Decided(
            leg,
            journal,
            unit,
            debit_id,
            credit_id,
            amount,
            debit.credits_posted - debit.debits_posted,
            debit.debits_pending,
            credit.credits_posted - credit.debits_posted,
            credit.debits_pending,
            len(draft.legs) + 1,
        )

    def _target(self, leg: Leg, of: TransferId, draft: _Draft) -> Transfer | Decided:
        """Find what a post, void or reversal is about, in the book or earlier in the batch."""
        community, kind = None, None
        target = draft.legs.get(of) or self.decided.get(of)
        if target is not None:
            community, kind = target.journal.origin.community_id, target.leg.kind
        stored = self.stored.get(of)
        if stored is not None:
            community, kind = stored.community_id, stored.kind
        found = stored or target
        if found is None or kind is None or community != draft.origin.community_id:
            raise UnknownTransfer(of)
        wanted = (Kind.TRANSFER, Kind.POST) if leg.kind is Kind.REVERSAL else (Kind.HOLD,)
        if kind not in wanted:
            raise NotResolvable(of, kind=kind, asked=leg.kind)
        if of in self.resolved or of in draft.resolved:
            raise AlreadyResolved(of)
        return found

    def _standing(self, account: AccountId, unit: Unit, draft: _Draft) -> Standing:
        standing = draft.standings.get(account)
        if standing is None:
            found = self.standings.get(account)
            if found is None or found.community_id != draft.origin.community_id:
                raise UnknownAccount(account)
            standing = found.copy()
        if standing.unit != unit:
            raise UnitMismatch(account, holds=standing.unit, asked=unit)
        if standing.closed:
            raise AccountClosed(account)
        draft.standings[account] = standing
        return standing


def _settled(leg: Leg, of: TransferId, target_amount: int) -> int:
    """Return how much a post, void or reversal is for."""
    if leg.kind is Kind.POST and leg.amount is not None:
        if leg.amount > target_amount:
            raise ExceedsHold(of, held=target_amount, asked=leg.amount)
        return leg.amount
    return target_amount


def move(kind: Kind, debit: Standing, credit: Standing, amount: int, *, held: int) -> None:
    """Apply one leg to its two accounts. `held` is the whole of the hold that it settles.

    Raises `NotEnough` or `TooLarge`; the caller then drops both standings.
    """
    if kind is Kind.HOLD:
        _require(debit, amount)
        debit.debits_pending += amount
        credit.credits_pending += amount
    elif kind is Kind.VOID:
        debit.debits_pending -= held
        credit.credits_pending -= held
    else:
        if kind is Kind.POST:
            debit.debits_pending -= held
            credit.credits_pending -= held
        else:
            _require(debit, amount)
        debit.debits_posted += amount
        credit.credits_posted += amount
    if debit.debits_posted + debit.debits_pending > LARGEST:
        raise TooLarge(debit.id)
    if credit.credits_posted + credit.credits_pending > LARGEST:
        raise TooLarge(credit.id)


def _require(debit: Standing, amount: int) -> None:
    floor = debit.floor
    if floor is not None and debit.available - amount < floor:
        raise NotEnough(debit.id, available=debit.available - floor, asked=amount, unit=debit.unit)


def same(leg: Leg, journal: Journal, found: Transfer | Decided) -> bool:
    """Tell whether a leg asks for just what was booked, or decided, under its id.

    What the caller left open (the amount of a full post, the time it took effect) matches what the
    book filled in.
    """
    if leg.of is None and (leg.unit, leg.debit, leg.credit) != (
        found.unit,
        found.debit,
        found.credit,
    ):
        return False
    if leg.amount is not None and leg.amount != found.amount:
        return False
    asked_at = journal.origin.effective_at
    if isinstance(found, Decided):
        return asked_at in (None, found.journal.origin.effective_at) and (
            _asked(leg, journal) == _asked(found.leg, found.journal)
        )
    return asked_at in (None, found.effective_at) and _asked(leg, journal) == (
        found.kind,
        found.of,
        found.note,
        found.expires_at,
        found.journal_id,
        found.community_id,
        found.event,
        found.actor,
        found.on_behalf_of,
    )


def _asked(leg: Leg, journal: Journal) -> tuple[object, ...]:
    """Return what a caller fixes about a leg beside its sides and amount."""
    origin = journal.origin
    return (
        leg.kind,
        leg.of,
        leg.note,
        leg.expires_at,
        journal.id,
        origin.community_id,
        origin.event,
        origin.actor,
        origin.on_behalf_of,
    )
