"""The rules of moving, without a database: room, luggage, who decides, netting."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.moving import errors, rules
from timebank.moving.values import Luggage, Move, MoveState

NOW = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)
WHO, OLD_DESK, NEW_DESK, THERE = [uuid.UUID(int=number) for number in range(1, 5)]


def move(state: MoveState = MoveState.ASKED, **more: Any) -> Move:
    return Move(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), WHO, state, NOW, WHO, **more)


def test_the_least_of_agreement_and_policies_is_the_limit() -> None:
    assert rules.limit(600, 900, 700) == 600
    assert rules.limit(600, 900, 0) == 0


@pytest.mark.parametrize(("owed", "minutes"), [(0, 600), (599, 1), (-100, 700), (600, 0)])
def test_what_fits_may_go(owed: int, minutes: int) -> None:
    rules.check_room(600, owed=owed, minutes=minutes)


@pytest.mark.parametrize(
    ("owed", "minutes", "left"), [(0, 601, 600), (600, 1, 0), (-100, 701, 700), (900, 1, 0)]
)
def test_what_does_not_fit_is_told_what_is_left(owed: int, minutes: int, left: int) -> None:
    with pytest.raises(errors.ClearingFull) as refused:
        rules.check_room(600, owed=owed, minutes=minutes)
    assert (refused.value.left, refused.value.asked) == (left, minutes)


def test_a_limit_of_nothing_is_no_clearing() -> None:
    with pytest.raises(errors.NoClearing):
        rules.check_room(0, owed=-100, minutes=50)


def test_luggage_is_neither_empty_nor_set_aside() -> None:
    rules.check_luggage(Luggage(0, 1, 0))
    with pytest.raises(errors.NothingToTake):
        rules.check_luggage(Luggage(0, 0, 0))
    with pytest.raises(errors.HoursSetAside) as refused:
        rules.check_luggage(Luggage(90, 0, 30))
    assert refused.value.held == 30


def test_nobody_decides_about_themselves_and_nobody_twice() -> None:
    rules.check_release(move(), by=OLD_DESK)
    with pytest.raises(errors.SameHand):
        rules.check_release(move(), by=WHO)
    released = move(MoveState.RELEASED, released_by=OLD_DESK)
    with pytest.raises(errors.MoveOver):
        rules.check_release(released, by=OLD_DESK)
    rules.check_receive(released, by=NEW_DESK, into=THERE)
    for by, into in ((OLD_DESK, None), (WHO, None), (THERE, THERE)):
        with pytest.raises(errors.SameHand):
            rules.check_receive(released, by=by, into=into)
    with pytest.raises(errors.NotReleased):
        rules.check_receive(move(), by=NEW_DESK, into=None)
    for over in (MoveState.DONE, MoveState.DECLINED, MoveState.WITHDRAWN):
        with pytest.raises(errors.MoveOver):
            rules.check_receive(move(over), by=NEW_DESK, into=None)
        with pytest.raises(errors.MoveOver):
            rules.check_decline(move(over), by=NEW_DESK, why="x")


def test_whoever_declines_says_why() -> None:
    rules.check_decline(move(), by=OLD_DESK, why="x" * 500)
    for why in ("", " \n", "x" * 501):
        with pytest.raises(errors.NoReason):
            rules.check_decline(move(), by=OLD_DESK, why=why)
    with pytest.raises(errors.SameHand):
        rules.check_decline(move(), by=WHO, why="x")


places = [uuid.UUID(int=number) for number in range(1, 9)]
pairs = [(one, two) for one in places for two in places if one < two]


@given(
    st.dictionaries(
        st.sampled_from(pairs), st.integers(-6_000_000, 6_000_000).filter(bool), max_size=28
    )
)
def test_netting_leaves_all_even_with_few_payments(owed: dict[Any, int]) -> None:
    standing = rules.positions(owed)
    assert sum(one.net for one in standing) == 0
    assert sum(one.owes for one in standing) == sum(map(abs, owed.values()))
    net = {one.community_id: one.net for one in standing}
    paid = rules.payments(standing)
    for payment in paid:
        assert payment.minutes > 0
        net[payment.giver] -= payment.minutes
        net[payment.receiver] += payment.minutes
    assert set(net.values()) <= {0}
    assert len(paid) < max(1, len(standing))
    assert sum(one.minutes for one in paid) == sum(one.net for one in standing if one.net > 0)


def test_a_circle_of_debts_leaves_nothing_to_give() -> None:
    a, b, c = places[:3]
    standing = rules.positions({(a, b): 100, (b, c): 100, (a, c): -100})
    assert [(one.owes, one.is_owed) for one in standing] == [(100, 100)] * 3
    assert rules.payments(standing) == []
