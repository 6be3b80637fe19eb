"""The rules alone: values in, a decision or a refusal out; no database."""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import ledger
from ledger import (
    AccountId,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Kind,
    LedgerError,
    Leg,
    Origin,
    Transfer,
    TransferId,
)
from ledger.rules import Batch, Decided, Standing
from ledger.values import LARGEST

HERE, ELSEWHERE = CommunityId(uuid.UUID(int=1)), CommunityId(uuid.UUID(int=2))
A, B, C, D = (AccountId(uuid.UUID(int=10 + n)) for n in range(4))
STRANGER = AccountId(uuid.UUID(int=99))
ORIGIN = Origin(HERE, Event("visit", uuid.UUID(int=3)), uuid.UUID(int=4))
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)

_numbers = itertools.count(1000)


def key() -> TransferId:
    return TransferId(uuid.UUID(int=next(_numbers)))


def standing(account: AccountId, available: int = 0, **more: Any) -> Standing:
    values = {
        "community_id": HERE,
        "unit": ledger.MINUTE,
        "floor": 0,
        "closed": False,
        "debits_posted": 0,
        "credits_posted": available,
        "debits_pending": 0,
        "credits_pending": 0,
    }
    return Standing(account, **{**values, **more})


def move(debit: AccountId, credit: AccountId, amount: int = 1, **more: Any) -> Leg:
    more = {"unit": ledger.MINUTE, "id": key(), **more}
    return Leg.transfer(debit=debit, credit=credit, amount=amount, **more)


def hold(debit: AccountId, credit: AccountId, amount: int = 1, **more: Any) -> Leg:
    more = {"unit": ledger.MINUTE, "id": key(), **more}
    return Leg.hold(debit=debit, credit=credit, amount=amount, **more)


def stored(batch: Batch) -> Iterator[Transfer]:
    """Give what a batch decided as the book would store it."""
    for number, d in enumerate(batch.decided.values(), start=1):
        origin = d.journal.origin
        yield Transfer(
            seq=number,
            id=d.leg.id,
            community_id=origin.community_id,
            kind=d.leg.kind,
            unit=d.unit,
            debit=d.debit,
            credit=d.credit,
            amount=d.amount,
            of=d.leg.of,
            journal_id=d.journal.id,
            event=origin.event,
            actor=origin.actor,
            on_behalf_of=origin.on_behalf_of,
            note=d.leg.note,
            expires_at=d.leg.expires_at,
            effective_at=origin.effective_at or NOW,
            created_at=NOW,
            debit_posted=d.debit_posted,
            debit_held=d.debit_held,
            credit_posted=d.credit_posted,
            credit_held=d.credit_held,
        )


@pytest.fixture
def batch() -> Batch:
    """Give A 100 minutes, B and D none, and C no floor."""
    accounts = (standing(A, 100), standing(B), standing(C, floor=None), standing(D))
    return Batch(accounts, [])


def decide(batch: Batch, *legs: Leg, **more: Any) -> tuple[Transfer | Decided, ...]:
    return batch.decide(Journal(legs, **{"origin": ORIGIN, **more}))


def later(batch: Batch) -> Batch:
    """Return a batch that begins where this one ended, with all of it read from the book."""
    return Batch(batch.standings.values(), list(stored(batch)))


def refused(batch: Batch, refusal: type[LedgerError], *legs: Leg, **more: Any) -> LedgerError:
    """Assert the refusal, and that nothing of the journal remains in the batch."""
    before = {s.id: s.copy() for s in batch.standings.values()}
    decided, resolved = dict(batch.decided), set(batch.resolved)
    with pytest.raises(refusal) as told:
        decide(batch, *legs, **more)
    assert type(told.value) is refusal
    assert batch.standings == before
    assert (batch.decided, batch.resolved) == (decided, resolved)
    return told.value


def totals(batch: Batch, account: AccountId) -> tuple[int, int, int, int]:
    s = batch.standings[account]
    return (s.debits_posted, s.credits_posted, s.debits_pending, s.credits_pending)


# --- what each kind does --------------------------------------------------------------------------


def test_transfer_moves_at_once(batch: Batch) -> None:
    leg = move(A, B, 95)
    assert decide(batch, leg) == (batch.decided[leg.id],)
    assert totals(batch, A) == (95, 100, 0, 0)
    assert totals(batch, B) == (0, 95, 0, 0)
    row = batch.decided[leg.id]
    assert (row.unit, row.debit, row.credit, row.amount) == (ledger.MINUTE, A, B, 95)
    assert (row.debit_posted, row.debit_held, row.credit_posted, row.credit_held) == (5, 0, 95, 0)


def test_hold_reserves_and_moves_nothing(batch: Batch) -> None:
    leg = hold(A, B, 100)
    decide(batch, leg)
    assert totals(batch, A) == (0, 100, 100, 0)
    assert totals(batch, B) == (0, 0, 0, 100)
    assert batch.decided[leg.id][6:10] == (100, 100, 0, 0)
    refused(batch, ledger.NotEnough, move(A, B, 1))
    refused(batch, ledger.NotEnough, move(B, A, 1))


@pytest.mark.parametrize(("asked", "passes"), [(None, 100), (100, 100), (95, 95), (1, 1)])
def test_post_moves_its_part_and_releases_the_rest(
    batch: Batch, asked: int | None, passes: int
) -> None:
    leg = hold(A, B, 100)
    decide(batch, leg)
    decide(batch, Leg.post(leg.id, asked, id=key()))
    assert totals(batch, A) == (passes, 100, 0, 0)
    assert totals(batch, B) == (0, passes, 0, 0)


def test_void_releases_all(batch: Batch) -> None:
    leg = hold(A, B, 100)
    decide(batch, leg)
    decide(batch, Leg.void(leg.id, id=key()))
    assert totals(batch, A) == (0, 100, 0, 0)
    assert totals(batch, B) == (0, 0, 0, 0)


def test_reversal_is_the_opposite_in_full(batch: Batch) -> None:
    leg = move(A, B, 95)
    decide(batch, leg)
    decide(batch, Leg.reverse(leg.id, reason="wrong elder", id=key()))
    assert totals(batch, A) == (95, 195, 0, 0)
    assert totals(batch, B) == (95, 95, 0, 0)


def test_reversal_of_a_post_is_for_what_passed(batch: Batch) -> None:
    leg, post = hold(A, B, 100), key()
    decide(batch, leg)
    decide(batch, Leg.post(leg.id, 95, id=post))
    decide(batch, Leg.reverse(post, reason="never came", id=key()))
    assert batch.standings[A].available == 100
    assert batch.standings[B].available == 0


# --- each refusal ---------------------------------------------------------------------------------


def test_not_enough_names_what_may_be_spent(batch: Batch) -> None:
    batch.standings[A].floor = -20
    refusal = refused(batch, ledger.NotEnough, move(A, B, 121))
    assert isinstance(refusal, ledger.NotEnough)
    assert (refusal.account, refusal.available, refusal.asked) == (A, 120, 121)
    assert "can spend 120 MINUTE, not 121" in str(refusal)
    decide(batch, move(A, B, 120))
    assert batch.standings[A].available == -20
    refused(batch, ledger.NotEnough, hold(A, B, 1))


def test_floor_above_zero_is_kept_too(batch: Batch) -> None:
    batch.standings[A].floor = 40
    refused(batch, ledger.NotEnough, move(A, B, 61))
    decide(batch, move(A, B, 60))


def test_no_floor_goes_as_low_as_it_likes(batch: Batch) -> None:
    decide(batch, move(C, A, LARGEST - 100))
    assert batch.standings[C].available == 100 - LARGEST


@pytest.mark.parametrize("sides", [(STRANGER, A), (A, STRANGER)])
def test_unknown_account(batch: Batch, sides: tuple[AccountId, AccountId]) -> None:
    refused(batch, ledger.UnknownAccount, move(*sides))


@pytest.mark.parametrize("kind", [move, hold])
def test_account_of_another_community_is_unknown(batch: Batch, kind: Any) -> None:
    batch.standings[B].community_id = ELSEWHERE
    refused(batch, ledger.UnknownAccount, kind(A, B))
    refused(
        batch, ledger.UnknownAccount, kind(A, D), origin=replace(ORIGIN, community_id=ELSEWHERE)
    )


@pytest.mark.parametrize("kind", [move, hold])
def test_unit_mismatch_on_either_side(batch: Batch, kind: Any) -> None:
    batch.standings[B].unit = ledger.CNY
    refused(batch, ledger.UnitMismatch, kind(A, B))
    refused(batch, ledger.UnitMismatch, kind(B, A))
    refused(batch, ledger.UnitMismatch, kind(A, B, unit=ledger.CNY))
    refused(batch, ledger.UnitMismatch, kind(A, D, unit=ledger.CNY))


def test_closed_account_takes_nothing_of_any_kind(batch: Batch) -> None:
    moved, held = move(A, B, 10), hold(A, B, 10)
    decide(batch, moved)
    decide(batch, held)
    batch.standings[B].closed = True
    for leg in (
        move(A, B),
        move(B, A),
        hold(A, B),
        Leg.post(held.id, id=key()),
        Leg.void(held.id, id=key()),
        Leg.reverse(moved.id, reason="wrong", id=key()),
    ):
        refused(batch, ledger.AccountClosed, leg)


def settling(of: TransferId) -> list[Leg]:
    return [
        Leg.post(of, id=key()),
        Leg.post(of, 1, id=key()),
        Leg.void(of, id=key()),
        Leg.reverse(of, reason="wrong", id=key()),
    ]


def test_unknown_transfer(batch: Batch) -> None:
    for leg in settling(key()):
        refused(batch, ledger.UnknownTransfer, leg)


@pytest.mark.parametrize("read", [False, True], ids=["in the batch", "in the book"])
def test_transfer_of_another_community_is_unknown(batch: Batch, read: bool) -> None:  # noqa: FBT001 (a case)
    held, moved = hold(A, B), move(A, B)
    decide(batch, held)
    decide(batch, moved)
    if read:
        batch = later(batch)
    elsewhere = replace(ORIGIN, community_id=ELSEWHERE)
    for leg in (*settling(held.id), *settling(moved.id)):
        refused(batch, ledger.UnknownTransfer, leg, origin=elsewhere)


@pytest.mark.parametrize("read", [False, True], ids=["in the batch", "in the book"])
def test_what_can_be_settled_how(batch: Batch, read: bool) -> None:  # noqa: FBT001 (a case)
    moved, held, undone, let_go = move(A, B, 9), hold(A, B, 9), key(), key()
    other = hold(A, B, 9)
    for leg in (
        moved,
        held,
        Leg.reverse(moved.id, reason="wrong", id=undone),
        other,
        Leg.void(other.id, id=let_go),
    ):
        decide(batch, leg)
    if read:
        batch = later(batch)
    refused(batch, ledger.NotResolvable, Leg.reverse(held.id, reason="wrong", id=key()))
    for not_a_hold in (moved.id, undone, let_go):
        refused(batch, ledger.NotResolvable, Leg.post(not_a_hold, id=key()))
        refused(batch, ledger.NotResolvable, Leg.void(not_a_hold, id=key()))
    for never in (undone, let_go):
        refused(batch, ledger.NotResolvable, Leg.reverse(never, reason="wrong", id=key()))


@pytest.mark.parametrize("read", [False, True], ids=["in the batch", "in the book"])
@pytest.mark.parametrize("first", [Leg.post, Leg.void])
def test_a_hold_is_settled_once(batch: Batch, first: Any, read: bool) -> None:  # noqa: FBT001 (a case)
    held = hold(A, B, 9)
    decide(batch, held)
    decide(batch, first(held.id, id=key()))
    if read:
        batch = later(batch)
    for leg in settling(held.id)[:3]:
        refused(batch, ledger.AlreadyResolved, leg)


@pytest.mark.parametrize("last", [Leg.post, Leg.void])
def test_a_hold_whose_settling_was_not_read_is_settled_all_the_same(
    batch: Batch, last: Any
) -> None:
    """Nothing is reserved for it any more, and no sum goes below what it can be."""
    held = hold(C, B, LARGEST)
    decide(batch, held)
    (row,) = stored(batch)
    decide(batch, Leg.void(held.id, id=key()))
    after = Batch(batch.standings.values(), [row])
    refused(after, ledger.AlreadyResolved, last(held.id, id=key()))


@pytest.mark.parametrize("read", [False, True], ids=["in the batch", "in the book"])
def test_a_transfer_is_reversed_once(batch: Batch, read: bool) -> None:  # noqa: FBT001 (a case)
    moved = move(A, B, 9)
    decide(batch, moved)
    decide(batch, Leg.reverse(moved.id, reason="wrong", id=key()))
    if read:
        batch = later(batch)
    refused(batch, ledger.AlreadyResolved, Leg.reverse(moved.id, reason="wrong", id=key()))


def test_post_may_not_exceed_its_hold(batch: Batch) -> None:
    held = hold(A, B, 60)
    decide(batch, held)
    refusal = refused(batch, ledger.ExceedsHold, Leg.post(held.id, 61, id=key()))
    assert "reserved 60, not 61" in str(refusal)
    decide(batch, Leg.post(held.id, 60, id=key()))


def test_reversal_keeps_the_floor(batch: Batch) -> None:
    moved = move(A, B, 9)
    decide(batch, moved)
    decide(batch, move(B, D, 1))
    refused(batch, ledger.NotEnough, Leg.reverse(moved.id, reason="wrong", id=key()))


# --- amounts at both ends -------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -1, LARGEST + 1, True, 1.0, "1", None])
def test_no_leg_can_be_made_of_another_amount(amount: Any) -> None:
    with pytest.raises(ledger.InvalidLeg):
        move(A, B, amount)
    with pytest.raises(ledger.InvalidLeg):
        hold(A, B, amount)
    if amount is not None:
        with pytest.raises(ledger.InvalidLeg):
            Leg.post(key(), amount)


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_no_reversal_without_a_reason(reason: str) -> None:
    with pytest.raises(ledger.InvalidLeg):
        Leg.reverse(key(), reason=reason)


@pytest.mark.parametrize("kind", [move, hold])
def test_no_leg_to_the_same_account(kind: Any) -> None:
    with pytest.raises(ledger.InvalidLeg):
        kind(A, A)


def test_amount_of_one(batch: Batch) -> None:
    for _ in range(100):
        decide(batch, move(A, B, 1))
    refused(batch, ledger.NotEnough, move(A, B, 1))
    assert batch.standings[B].available == 100


def test_sums_up_to_the_largest_and_not_beyond(batch: Batch) -> None:
    decide(batch, move(C, B, LARGEST))
    assert totals(batch, B) == (0, LARGEST, 0, 0)
    for kind in (move, hold):
        refusal = refused(batch, ledger.TooLarge, kind(C, A, 1))
        assert isinstance(refusal, ledger.TooLarge)
        assert refusal.account == C
        refusal = refused(batch, ledger.TooLarge, kind(A, B, 1))
        assert isinstance(refusal, ledger.TooLarge)
        assert refusal.account == B
    decide(batch, move(B, D, LARGEST))
    refused(batch, ledger.NotEnough, move(B, D, 1))


def test_what_is_held_counts_towards_the_largest(batch: Batch) -> None:
    held = hold(C, B, LARGEST - 5)
    decide(batch, held)
    refused(batch, ledger.TooLarge, move(C, D, 6))
    refused(batch, ledger.TooLarge, move(A, B, 6))
    decide(batch, move(C, D, 5))
    decide(batch, Leg.post(held.id, id=key()))
    assert totals(batch, C) == (LARGEST, 0, 0, 0)
    undo = Leg.reverse(held.id, reason="wrong", id=key())
    refused(batch, ledger.NotResolvable, undo)


# --- journals -------------------------------------------------------------------------------------


def test_empty_journal() -> None:
    with pytest.raises(ledger.InvalidLeg):
        Journal((), ORIGIN)


def test_two_legs_with_one_id() -> None:
    leg = move(A, B)
    with pytest.raises(ledger.InvalidLeg):
        Journal((leg, move(B, A, id=leg.id)), ORIGIN)


def test_journal_takes_its_first_legs_id() -> None:
    first, second = move(A, B), move(B, A)
    assert Journal((first, second), ORIGIN).id == first.id
    assert Journal((first,), ORIGIN).id is None
    assert Journal((first, second), ORIGIN, JournalId(second.id)).id == second.id


def test_legs_are_decided_in_order(batch: Batch) -> None:
    there, on = move(A, B, 50), move(B, D, 50)
    refused(batch, ledger.NotEnough, on, there)
    assert decide(batch, there, on) == tuple(batch.decided.values())
    assert [decided.debit_posted for decided in batch.decided.values()] == [50, 0]


def test_one_bad_leg_refuses_the_journal(batch: Batch) -> None:
    good = [move(A, B, 1) for _ in range(5)]
    for place in range(6):
        legs = [*good[:place], move(A, STRANGER), *good[place:]]
        refused(batch, ledger.UnknownAccount, *legs)


def test_hold_and_post_in_one_journal(batch: Batch) -> None:
    held = hold(A, B, 60)
    decide(batch, held, Leg.post(held.id, 45, id=key()), move(B, D, 45))
    assert (totals(batch, A), totals(batch, D)) == ((45, 100, 0, 0), (0, 45, 0, 0))


def test_post_before_its_hold_is_about_nothing(batch: Batch) -> None:
    held = hold(A, B, 60)
    refused(batch, ledger.UnknownTransfer, Leg.post(held.id, id=key()), held)


def test_hold_settled_twice_in_one_journal(batch: Batch) -> None:
    held = hold(A, B, 60)
    refused(
        batch, ledger.AlreadyResolved, held, Leg.post(held.id, 1, id=key()),
        Leg.void(held.id, id=key()),
    )  # fmt: skip


def test_hold_of_a_refused_journal_is_not_there_for_the_next(batch: Batch) -> None:
    held = hold(A, B, 60)
    refused(batch, ledger.NotEnough, held, move(A, B, 41))
    refused(batch, ledger.UnknownTransfer, Leg.void(held.id, id=key()))
    decide(batch, held)
    decide(batch, Leg.void(held.id, id=key()))


def test_ten_thousand_legs(batch: Batch) -> None:
    legs = [move(*sides) for sides in itertools.islice(itertools.cycle([(A, B), (B, A)]), 9_999)]
    refused(batch, ledger.NotEnough, *legs, move(D, A))
    assert len(decide(batch, *legs, move(A, D))) == 10_000
    assert len(batch.decided) == 10_000
    assert totals(batch, A) == (5_001, 100 + 4_999, 0, 0)


# --- repeats --------------------------------------------------------------------------------------


def test_same_leg_again_is_answered_with_the_first_result(batch: Batch) -> None:
    leg = move(A, B, 95, note="visit")
    decide(batch, leg)
    after = later(batch)
    (first,) = stored(batch)
    assert decide(after, leg) == (first,)
    assert after.decided == {}
    assert totals(after, A) == (95, 100, 0, 0)


def test_repeat_is_answered_even_where_it_would_be_refused_now(batch: Batch) -> None:
    leg = move(A, B, 100)
    decide(batch, leg)
    after = later(batch)
    after.standings[A].closed = True
    assert decide(after, leg) == tuple(stored(batch))


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 94},
        {"debit": D},
        {"credit": D},
        {"debit": B, "credit": A},
        {"unit": ledger.CNY},
        {"note": "visit "},
        {"kind": Kind.HOLD},
        {"kind": Kind.HOLD, "expires_at": NOW},
        {"kind": Kind.POST, "of": TransferId(uuid.UUID(int=5))},
    ],
    ids=str,
)
def test_same_id_with_other_content(batch: Batch, other: dict[str, Any]) -> None:
    leg = move(A, B, 95, note="visit")
    decide(batch, leg)
    refusal = refused(later(batch), ledger.KeyReused, replace(leg, **other))
    assert isinstance(refusal, ledger.KeyReused)
    assert refusal.key == leg.id


@pytest.mark.parametrize(
    "other",
    [
        {"community_id": ELSEWHERE},
        {"event": Event("gift", ORIGIN.event.id)},
        {"event": Event("visit", uuid.UUID(int=6))},
        {"actor": uuid.UUID(int=6)},
        {"on_behalf_of": uuid.UUID(int=6)},
        {"effective_at": NOW + timedelta(microseconds=1)},
    ],
    ids=str,
)
def test_same_journal_of_another_origin(batch: Batch, other: dict[str, Any]) -> None:
    legs = (move(A, B, 5), move(B, D, 5))
    decide(batch, *legs)
    refused(later(batch), ledger.KeyReused, *legs, origin=replace(ORIGIN, **other))


def test_hold_again_with_another_expiry(batch: Batch) -> None:
    leg = hold(A, B, 5, expires_at=NOW)
    decide(batch, leg)
    after = later(batch)
    refused(after, ledger.KeyReused, replace(leg, expires_at=None))
    refused(after, ledger.KeyReused, replace(leg, expires_at=NOW + timedelta(seconds=1)))
    same_moment = NOW.astimezone(tz=None)
    assert decide(after, replace(leg, expires_at=same_moment)) == tuple(stored(batch))


def test_what_was_left_open_matches_what_the_book_filled_in(batch: Batch) -> None:
    held, post = hold(A, B, 60), key()
    decide(batch, held)
    decide(batch, Leg.post(held.id, id=post))
    after = later(batch)
    (booked,) = decide(after, Leg.post(held.id, 60, id=post))
    assert booked.amount == 60
    assert decide(after, Leg.post(held.id, id=post)) == (booked,)
    refused(after, ledger.KeyReused, Leg.post(held.id, 59, id=post))
    assert decide(after, Leg.post(held.id, id=post), origin=replace(ORIGIN, effective_at=NOW))


def test_parts_and_more_of_a_journal_are_other_content(batch: Batch) -> None:
    first, second, third = move(A, B, 5), move(B, D, 5), move(A, D, 5)
    decide(batch, first, second)
    after = later(batch)
    key_ = JournalId(first.id)
    assert decide(after, first, second) == tuple(stored(batch))
    refused(after, ledger.KeyReused, first, id=key_)
    refused(after, ledger.KeyReused, first)
    refused(after, ledger.KeyReused, second)
    refused(after, ledger.KeyReused, first, third)
    refused(after, ledger.KeyReused, first, second, third)
    refused(after, ledger.KeyReused, third, id=key_)
    refused(after, ledger.KeyReused, third, first, id=key_)
    refused(after, ledger.KeyReused, first, second, id=JournalId(key()))


def test_lone_leg_is_not_the_journal_of_one_leg(batch: Batch) -> None:
    leg = move(A, B, 5)
    decide(batch, leg)
    refused(later(batch), ledger.KeyReused, leg, id=JournalId(leg.id))


def test_repeat_within_a_batch_is_answered_from_it(batch: Batch) -> None:
    lone, legs = move(A, B, 5), (move(A, B, 5), move(B, D, 5))
    for journal in ((lone,), legs):
        first = decide(batch, *journal)
        assert decide(batch, *journal) == first
        refused(batch, ledger.KeyReused, replace(journal[0], note="other"), *journal[1:])
        refused(batch, ledger.KeyReused, *journal, move(A, D))
        refused(batch, ledger.KeyReused, *journal, origin=replace(ORIGIN, actor=uuid.UUID(int=6)))
    refused(batch, ledger.KeyReused, legs[0], id=JournalId(legs[0].id))
    refused(batch, ledger.KeyReused, move(A, D), id=JournalId(legs[0].id))
    assert totals(batch, A) == (10, 100, 0, 0)


def test_refused_journal_is_decided_anew_when_it_comes_again(batch: Batch) -> None:
    leg = move(A, B, 150)
    refused(batch, ledger.NotEnough, leg)
    decide(batch, move(C, A, 50))
    assert decide(batch, leg) == (batch.decided[leg.id],)
    assert batch.standings[B].available == 150


def test_legs_of_two_journals_together_are_no_repeat(batch: Batch) -> None:
    first, second = move(A, B, 5), move(B, D, 5)
    decide(batch, first)
    decide(batch, second)
    refused(later(batch), ledger.KeyReused, first, second)


@pytest.mark.parametrize("note", ["a\0b", "\ud800"])
def test_what_the_database_cannot_hold_is_refused_first(note: str) -> None:
    hold = ledger.TransferId(ledger.new_id())
    for make in (
        lambda: ledger.Leg.transfer(debit=A, credit=B, amount=1, unit=ledger.MINUTE, note=note),
        lambda: ledger.Leg.hold(debit=A, credit=B, amount=1, unit=ledger.MINUTE, note=note),
        lambda: ledger.Leg.post(hold, note=note),
        lambda: ledger.Leg.void(hold, note=note),
        lambda: ledger.Leg.reverse(hold, reason=note),
        lambda: ledger.Event(note, uuid.uuid4()),
    ):
        with pytest.raises(ledger.InvalidLeg, match="null character"):
            make()
    assert ledger.Leg.void(hold, note="时间 \U0001f3e0").note == "时间 \U0001f3e0"


def test_a_moment_without_a_zone_and_an_event_without_a_kind_are_refused() -> None:
    naive = datetime(2026, 3, 2, 12)  # noqa: DTZ001 (that is the point)
    with pytest.raises(ledger.InvalidLeg, match="time zone"):
        ledger.Leg.hold(debit=A, credit=B, amount=1, unit=ledger.MINUTE, expires_at=naive)
    with pytest.raises(ledger.InvalidLeg, match="time zone"):
        replace(ORIGIN, effective_at=naive)
    with pytest.raises(ledger.InvalidLeg, match="kind"):
        ledger.Event("", uuid.uuid4())
