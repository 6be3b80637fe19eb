"""The real book against the oracle: every verb, both doors, results and refusals, in random order.

`LINLI_STEPS=100000 pytest tests/ledger/test_state_machine.py` plays longer than the suite does.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

import ledger
from ledger import (
    Account,
    AccountId,
    CommunityId,
    Event,
    GroupPoster,
    Journal,
    JournalId,
    Kind,
    LedgerError,
    Leg,
    Origin,
    Transfer,
    TransferId,
)
from tests.ledger.oracle import LARGEST, Booked, Oracle, Place

STEPS = int(os.environ.get("LINLI_STEPS", "8000"))
STEPS_A_RUN = 80
SECONDS_MAX = 20
"""No verb waits longer, whatever it met: a book that hangs has failed too."""

NEVER = datetime.max.replace(tzinfo=UTC)

Result = TypeVar("Result")

number = st.integers(0, 255)
few = st.integers(0, 15)
amounts = st.sampled_from(
    [1, 1, 2, 15, 30, 60, 95, 120, 120, 1000, LARGEST // 2, LARGEST - 1, LARGEST]
)
# A leg in numbers: what, between whom, how much, about which, and what is odd about it.
legs = st.tuples(st.integers(0, 9), number, number, amounts, number, number)
journals = st.tuples(st.lists(legs, min_size=1, max_size=4), few)


async def settled(asked: Awaitable[Result]) -> Result | LedgerError:
    """Return a refusal instead of raising it."""
    try:
        return await asked
    except LedgerError as refusal:
        return refusal


class Book(RuleBasedStateMachine):
    """Two communities and their accounts, played on the real book and on the oracle."""

    loop: asyncio.AbstractEventLoop
    poster: GroupPoster
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.communities = [CommunityId(uuid.uuid4()), CommunityId(uuid.uuid4())]
        self.accounts: list[AccountId] = []
        self.asked: list[Journal] = []
        """Everything ever handed in, booked or refused, to be handed in again."""
        self.transfers: list[Transfer] = []

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do all database work in the loop that the pool lives in."""
        type(self).steps += 1
        return self.loop.run_until_complete(asyncio.wait_for(work, SECONDS_MAX))

    # --- accounts ---------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.run(ledger.void_expired_holds(most=10**6))
        for place, unit, floor in (
            (0, 0, None), (0, 0, 0), (0, 0, 0), (0, 0, -60), (0, 1, None), (0, 1, 0),
            (1, 0, None), (1, 0, 0),
        ):  # fmt: skip
            self._open(place, (ledger.MINUTE, ledger.CNY)[unit], floor)
        self._book(self._between(self.accounts[0], self.accounts[1], 120), ledger.book)
        self._book(self._between(self.accounts[0], self.accounts[2], 60), ledger.book)

    def _between(self, debit: AccountId, credit: AccountId, amount: int) -> Journal:
        place = self.oracle.places[debit]
        leg = Leg.transfer(debit=debit, credit=credit, amount=amount, unit=place.unit)
        return Journal((leg,), self._origin(CommunityId(place.community_id)))

    def _open(self, place: int, unit: ledger.Unit, floor: int | None) -> None:
        community_id, kind = self.communities[place], f"member {len(self.accounts)}"
        account = self.run(
            ledger.open_account(community_id=community_id, kind=kind, unit=unit, floor=floor)
        )
        assert (account.community_id, account.unit, account.floor) == (community_id, unit, floor)
        self.accounts.append(account.id)
        self.oracle.places[account.id] = Place(account.id, community_id, unit, floor)

    @rule(place=st.integers(0, 1), unit=st.sampled_from([ledger.MINUTE, ledger.CNY]), n=few)
    def open_account(self, place: int, unit: ledger.Unit, n: int) -> None:
        if len(self.accounts) < 12:
            self._open(place, unit, (0, 0, None, -60)[n % 4])

    @rule(n=number, floor=few)
    def open_account_again(self, n: int, floor: int) -> None:
        place = self.oracle.places[self.accounts[n % len(self.accounts)]]
        answer = self.run(
            settled(
                ledger.open_account(
                    community_id=CommunityId(place.community_id),
                    kind=f"member {self.accounts.index(AccountId(place.id))}",
                    unit=place.unit,
                    floor=floor,
                )
            )
        )
        if place.closed:
            assert repr(answer) == repr(ledger.AccountClosed(place.id))
        else:
            assert isinstance(answer, Account)
            assert (answer.id, answer.floor) == (place.id, place.floor)

    @rule(n=number, place=st.sampled_from([0, 0, 0, 1]), empty=st.booleans())
    def close_account(self, n: int, place: int, empty: bool) -> None:  # noqa: FBT001 (drawn)
        account = self.accounts[n % len(self.accounts)]
        if empty:  # few accounts are empty by chance
            unused = [a for a in self.accounts[3:] if not self.oracle.posted(a)]
            account = unused[n % len(unused)] if unused and n % 3 == 0 else account
        predicted = self.oracle.close(account, self.communities[place])
        answer = self.run(
            settled(ledger.close_account(account, community_id=self.communities[place]))
        )
        assert repr(answer) == repr(predicted)

    # --- making requests from numbers -------------------------------------------------------------

    def _origin(self, community_id: CommunityId) -> Origin:
        return Origin(community_id, Event("visit", uuid.uuid4()), uuid.uuid4())

    def _account(self, n: int, beside: AccountId | None = None) -> AccountId:
        """Mostly an account that fits the one beside it; sometimes any, sometimes nobody's."""
        if n == 255:
            return AccountId(uuid.uuid4())
        choice = self.accounts
        if beside in self.oracle.places and n % 16:
            other = self.oracle.places[beside]
            choice = [
                a
                for a in self.accounts
                if (place := self.oracle.places[a]).unit == other.unit
                and place.community_id == other.community_id
            ]
        choice = [account for account in choice if account != beside]
        return choice[n % len(choice)] if choice else AccountId(uuid.uuid4())

    def _target(self, n: int, kind: Kind, made: list[Leg]) -> TransferId:
        """Mostly something that can be settled so; sometimes any transfer, sometimes none."""
        if n == 255:
            return TransferId(uuid.uuid4())
        if n % 3 == 0 and (holds := [leg.id for leg in made if leg.kind is Kind.HOLD]):
            return holds[n % len(holds)]
        wanted = (Kind.TRANSFER, Kind.POST) if kind is Kind.REVERSAL else (Kind.HOLD,)
        fits = [r.leg.id for r in self.oracle.rows if r.leg.kind in wanted]
        still = [key for key in fits if not self.oracle.settled(key)]
        choice = (still, still, still, fits)[n % 4] or [row.leg.id for row in self.oracle.rows]
        return choice[n // 4 % len(choice)]

    def _leg(self, drawn: tuple[int, ...], made: list[Leg]) -> Leg:
        what, one, two, amount, about, odd = drawn
        kind = (*[Kind.TRANSFER] * 3, *[Kind.HOLD] * 3, Kind.POST, Kind.POST, Kind.VOID,
                Kind.REVERSAL)[what]  # fmt: skip
        key = TransferId(ledger.new_id())
        if odd == 255 and self.oracle.rows:
            key = self.oracle.rows[about % len(self.oracle.rows)].leg.id
        if kind in (Kind.TRANSFER, Kind.HOLD):
            debit = self._account(one)
            credit = self._account(two, debit)
            place = self.oracle.places.get(debit)
            unit = place.unit if place and odd % 32 else ledger.CNY
            if kind is Kind.TRANSFER:
                return Leg.transfer(debit=debit, credit=credit, amount=amount, unit=unit, id=key)
            now = datetime.now(UTC)
            expires = (None, now + timedelta(hours=1), now - timedelta(hours=1))[odd % 3]
            return Leg.hold(
                debit=debit, credit=credit, amount=amount, unit=unit, id=key, expires_at=expires
            )
        of = self._target(about, kind, made)
        if kind is Kind.POST:
            return Leg.post(of, amount if odd % 2 else None, id=key)
        return Leg.void(of, id=key) if kind is Kind.VOID else Leg.reverse(of, reason="r", id=key)

    def _journal(self, drawn: tuple[list[tuple[int, ...]], int]) -> Journal:
        numbers, odd = drawn
        if odd < 4 and self.asked:
            return self._again(numbers[0][1], odd, numbers)
        made: list[Leg] = []
        for leg in numbers:
            made.append(self._leg(leg, made))
        unique = {leg.id: leg for leg in made}
        community = self._community(made[0])
        key = JournalId(ledger.new_id()) if odd == 4 else None
        return Journal(tuple(unique.values()), self._origin(community), key)

    def _community(self, leg: Leg) -> CommunityId:
        place = self.oracle.places.get(leg.debit) if leg.debit else None
        target = self.oracle.find(leg.of) if leg.of else None
        if target is not None:
            return target.journal.origin.community_id
        return CommunityId(place.community_id) if place else self.communities[0]

    def _again(self, n: int, odd: int, numbers: list[tuple[int, ...]]) -> Journal:  # noqa: PLR0911 (one for each change)
        """Hand in once more what was handed in before: as it was, or with something changed."""
        journal = self.asked[-1 - n % min(len(self.asked), 12)]
        if odd < 2:
            return journal
        first, *others = journal.legs
        new = replace(self._leg(numbers[0], []), id=TransferId(ledger.new_id()))
        match n % 7:
            case 0:
                changed = replace(first, note="otherwise")
                return replace(journal, legs=(changed, *others))
            case 1 if first.amount is not None:
                changed = replace(first, amount=first.amount % LARGEST + 1)
                return replace(journal, legs=(changed, *others))
            case 2 if others:
                return replace(journal, legs=(first, *others[1:]))
            case 3:
                return replace(journal, legs=(*journal.legs, new))
            case 4 if journal.id is not None:
                return replace(journal, legs=(new,))
            case 5:
                return replace(journal, id=JournalId(ledger.new_id()))
            case _:
                return replace(journal, origin=replace(journal.origin, actor=uuid.uuid4()))

    # --- comparing --------------------------------------------------------------------------------

    def _compare(
        self, journal: Journal, answer: object, predicted: list[Booked] | LedgerError
    ) -> None:
        self.asked.append(journal)
        if isinstance(predicted, ledger.KeyReused):
            assert isinstance(answer, ledger.KeyReused), (answer, predicted)
        elif isinstance(predicted, LedgerError):
            assert repr(answer) == repr(predicted)
        else:
            assert isinstance(answer, tuple), (answer, predicted)
            assert len(answer) == len(predicted)
            for transfer, row in zip(answer, predicted, strict=True):
                self._compare_row(transfer, row)
            known = {transfer.id for transfer in self.transfers}
            self.transfers += [transfer for transfer in answer if transfer.id not in known]
            self.transfers.sort(key=lambda transfer: transfer.seq)

    def _compare_row(self, transfer: Transfer, row: Booked) -> None:
        leg, origin = row.leg, row.journal.origin
        assert (
            transfer.id, transfer.kind, transfer.unit, transfer.debit, transfer.credit,
            transfer.amount, transfer.of, transfer.journal_id, transfer.note,
            transfer.expires_at, transfer.community_id, transfer.event, transfer.actor,
            transfer.on_behalf_of,
        ) == (
            leg.id, leg.kind, row.unit, row.debit, row.credit, row.amount, leg.of,
            row.journal.id, leg.note, leg.expires_at, origin.community_id, origin.event,
            origin.actor, origin.on_behalf_of,
        )  # fmt: skip
        assert (
            transfer.debit_posted, transfer.debit_held,
            transfer.credit_posted, transfer.credit_held,
        ) == (row.debit_posted, row.debit_held, row.credit_posted, row.credit_held)  # fmt: skip

    def _book(
        self, journal: Journal, door: Callable[[Journal], Coroutine[Any, Any, Any]]
    ) -> list[Booked] | LedgerError:
        predicted = self.oracle.book(journal)
        answer = self.run(settled(door(journal)))
        self._compare(journal, answer, predicted)
        return predicted

    # --- the first door ---------------------------------------------------------------------------

    @rule(drawn=legs)
    def one_leg(self, drawn: tuple[int, ...]) -> None:
        leg = self._leg(drawn, [])
        journal = Journal((leg,), self._origin(self._community(leg)))
        self._book(journal, by_verb)

    @rule(drawn=journals)
    def journal(self, drawn: tuple[list[tuple[int, ...]], int]) -> None:
        self._book(self._journal(drawn), ledger.book)

    @rule(first=journals, second=journals)
    def two_in_one_transaction(
        self,
        first: tuple[list[tuple[int, ...]], int],
        second: tuple[list[tuple[int, ...]], int],
    ) -> None:
        one, two = self._journal(first), self._journal(second)
        before = list(self.oracle.rows)
        predicted = [self.oracle.book(one)]
        if not isinstance(predicted[0], LedgerError):
            predicted.append(self.oracle.book(two))

        async def together() -> list[tuple[Transfer, ...]]:
            async with ledger.transaction():
                return [await ledger.book(one), await ledger.book(two)]

        answer = self.run(settled(together()))
        if isinstance(answer, list):
            self._compare(one, answer[0], predicted[0])
            self._compare(two, answer[1], predicted[1])
        else:
            self.oracle.rows = before
            self._compare((one, two)[len(predicted) - 1], answer, predicted[-1])

    # --- the second door --------------------------------------------------------------------------

    @rule(drawn=st.lists(journals, min_size=1, max_size=6), mixed=st.booleans())
    def batch(self, drawn: list[tuple[list[tuple[int, ...]], int]], mixed: bool) -> None:  # noqa: FBT001 (drawn)
        """Hand in a batch; `mixed`: each answer is awaited before the next is handed in."""
        made: list[Journal] = []
        for numbers in drawn:
            journal = self._journal(numbers)
            if numbers[1] == 15 and made:
                journal = made[numbers[0][0][1] % len(made)]
            made.append(journal)
        predicted = [self.oracle.book(journal) for journal in made]

        async def submit() -> list[Any]:
            if mixed:
                return [await settled(self.poster.submit(journal)) for journal in made]
            futures = [await self.poster.enqueue(journal) for journal in made]
            return await asyncio.gather(*futures, return_exceptions=True)

        for journal, answer, expected in zip(made, self.run(submit()), predicted, strict=True):
            self._compare(journal, answer, expected)

    # --- the clock --------------------------------------------------------------------------------

    @rule(most=st.sampled_from([1, 2, 1000]))
    def void_expired(self, most: int) -> None:
        expired = self.oracle.expired(datetime.now(UTC))
        voided = sorted(expired, key=lambda row: row.leg.expires_at or NEVER)[:most]
        blocked = [row for row in voided if self._closed(row)]
        assert not blocked, "an account with a hold cannot be closed"
        assert self.run(ledger.void_expired_holds(most=most)) == len(voided)
        for hold in voided:
            stored = self.run(self._void_of(hold))
            leg = Leg.void(hold.leg.id, id=stored.id, note="expired")
            origin = Origin(
                hold.journal.origin.community_id, Event("expiry", hold.leg.id), ledger.CLOCK
            )
            journal = Journal((leg,), origin)
            self._compare(journal, (stored,), self.oracle.book(journal))

    def _closed(self, row: Booked) -> bool:
        return any(self.oracle.places[account].closed for account in (row.debit, row.credit))

    async def _void_of(self, hold: Booked) -> Transfer:
        entries = await ledger.statement(AccountId(hold.debit), size=1000, kinds=(Kind.VOID,))
        (found,) = [e.transfer for e in entries.entries if e.transfer.of == hold.leg.id]
        return found

    # --- reading ----------------------------------------------------------------------------------

    @rule(n=number)
    def balance(self, n: int) -> None:
        account = self._account(n)
        answer = self.run(settled(ledger.balance(account)))
        if account not in self.oracle.places:
            assert repr(answer) == repr(ledger.UnknownAccount(account))
            return
        assert isinstance(answer, ledger.Balance)
        assert answer.posted == self.oracle.posted(account)
        assert answer.held == self.oracle.held(account)
        assert answer.available == self.oracle.available(account)
        holds = self.run(ledger.open_holds(account))
        assert {hold.id for hold in holds} == {r.leg.id for r in self.oracle.open_holds(account)}

    def _as_of(self, moment: datetime) -> Oracle:
        """Return the oracle's book as far as it had come at a moment."""
        reached = [t for t in self.transfers if t.created_at <= moment]
        place = reached[-1].seq if reached else 0
        known = {t.id for t in self.transfers if t.seq <= place}
        return Oracle(self.oracle.places, [r for r in self.oracle.rows if r.leg.id in known])

    @rule(n=number, when=number)
    def balance_as_of(self, n: int, when: int) -> None:
        if not self.transfers:
            return
        account = self.accounts[n % len(self.accounts)]
        moment = self.transfers[when % len(self.transfers)].created_at
        moment -= timedelta(microseconds=when % 2)
        then = self._as_of(moment)
        answer = self.run(ledger.balance(account, as_of=moment))
        assert (answer.posted, answer.held) == (then.posted(account), then.held(account))

    @rule(place=st.integers(0, 1), when=number)
    def trial_balance(self, place: int, when: int) -> None:
        moment, then = None, self.oracle
        if when % 2 and self.transfers:
            moment = self.transfers[when % len(self.transfers)].created_at
            then = self._as_of(moment)
        found = self.run(ledger.trial_balance(self.communities[place], as_of=moment))
        assert found.balanced
        assert {
            line.account.id: (line.balance.posted, line.balance.held) for line in found.lines
        } == {
            account.id: (then.posted(account.id), then.held(account.id))
            for account in self.oracle.places.values()
            if account.community_id == self.communities[place]
        }

    @rule(n=number, size=st.integers(1, 9), every=st.booleans())
    def statement(self, n: int, size: int, every: bool) -> None:  # noqa: FBT001 (drawn)
        account = self.accounts[n % len(self.accounts)]
        kinds = tuple(Kind) if every else ledger.reading.POSTED
        found: list[ledger.Entry] = []
        page: int | None = None
        while True:
            part = self.run(ledger.statement(account, page=page, size=size, kinds=kinds))
            found += part.entries
            page = part.older
            if page is None:
                break
            assert len(part.entries) == size
        rows = {row.leg.id: row for row in self.oracle.rows}
        of_account = [
            t for t in reversed(self.transfers)
            if account in (t.debit, t.credit) and rows[t.id].leg.kind in kinds
        ]  # fmt: skip
        assert [entry.transfer for entry in found] == of_account
        if every:
            for newer, older in pairwise(found):
                assert newer.posted - newer.change == older.posted

    @rule(n=number)
    def journal_by_id(self, n: int) -> None:
        if not self.asked:
            return
        journal = self.asked[n % len(self.asked)]
        key = journal.id or journal.legs[0].id
        found = self.run(ledger.journal(key))
        expected = self.oracle.journal(key)
        assert len(found) == len(expected)
        for transfer, row in zip(found, expected, strict=True):
            self._compare_row(transfer, row)

    def teardown(self) -> None:
        """Hold every balance against the oracle, and the whole book against itself."""
        for place in (0, 1):
            self.trial_balance(place, 0)
        verification = self.run(ledger.verify())
        assert verification.sound, [str(finding) for finding in verification.findings]


async def by_verb(journal: Journal) -> Any:
    """Book a lone leg through the verb of its own."""
    (leg,), origin = journal.legs, journal.origin
    match leg.kind:
        case Kind.TRANSFER | Kind.HOLD:
            parts: dict[str, Any] = {
                "debit": leg.debit, "credit": leg.credit, "amount": leg.amount,
                "unit": leg.unit, "origin": origin, "id": leg.id, "note": leg.note,
            }  # fmt: skip
            if leg.kind is Kind.TRANSFER:
                return (await ledger.transfer(**parts),)
            return (await ledger.hold(**parts, expires_at=leg.expires_at),)
        case Kind.POST:
            assert leg.of is not None
            return await ledger.post(leg.of, leg.amount, origin=origin, id=leg.id)
        case Kind.VOID:
            assert leg.of is not None
            return (await ledger.void(leg.of, origin=origin, id=leg.id, note=leg.note),)
        case Kind.REVERSAL:
            assert leg.of is not None
            return (await ledger.reverse(leg.of, origin=origin, reason=leg.note, id=leg.id),)


@pytest.fixture
async def doors(database: object) -> AsyncIterator[None]:  # noqa: ARG001 (must be migrated)
    """Let the machine know the loop that the pool lives in, and a group poster."""
    async with GroupPoster() as poster:
        Book.loop, Book.poster, Book.steps = asyncio.get_running_loop(), poster, 0
        yield


@pytest.mark.usefixtures("doors")
def test_book_does_as_the_oracle_says(record_property: Callable[[str, object], None]) -> None:
    play = settings(
        max_examples=max(1, STEPS // STEPS_A_RUN),
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Book, settings=play)
    record_property("steps played against the oracle", Book.steps)
    assert Book.steps >= STEPS // 4
