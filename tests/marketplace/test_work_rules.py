"""The rules of work, without a database: what a slot can be, and what counts of somebody's help."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.work import (
    InvalidSlot,
    NotSignedUp,
    OwnHours,
    PlacesSettled,
    SettledOtherwise,
    Slot,
    SlotDraft,
    SlotFull,
    SlotNotBegun,
    SlotOver,
    SlotState,
    TooLongStated,
    Turn,
    TurnState,
    WorkPolicy,
    rules,
)
from marketplace.work.values import credit

AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
USUAL = WorkPolicy()
DRAFT = SlotDraft("Carry the seats", "Lane 3", AT + timedelta(days=2), 60, 2)
ME = uuid4()


def slot(**how: object) -> Slot:
    told: dict[str, object] = {
        "id": uuid4(), "community_id": uuid4(), "project_id": uuid4(), "title": "T", "about": "",
        "place": "P", "starts_at": AT, "minutes": 60, "people": 2, "credit_per_hour": 60,
        "state": SlotState.OPEN, "reason": "", "offered_by": uuid4(), "offered_at": AT,
        "cancelled_at": None, "taken": 1, "came": 0, "missed": 0, "paid": 0, **how,
    }  # fmt: skip
    return Slot(**told)  # type: ignore[arg-type] # a test's own


def turn(**how: object) -> Turn:
    told: dict[str, object] = {
        "id": uuid4(), "community_id": uuid4(), "slot_id": uuid4(), "project_id": uuid4(),
        "member_id": ME, "state": TurnState.SIGNED, "signed_at": AT, "hold_id": uuid4(),
        "held": 60, "own": False, "minutes": None, "paid": None, "settled_by": None,
        "settled_at": None, "changed_at": AT, **how,
    }  # fmt: skip
    return Turn(**told)  # type: ignore[arg-type] # a test's own


def test_a_usual_slot_is_fine() -> None:
    rules.check_slot(DRAFT, at=AT, policy=USUAL)


@pytest.mark.parametrize(
    ("field", "reason", "how"),
    [
        ("title", "missing", {"title": " "}),
        ("title", "too long", {"title": "x" * 61}),
        ("place", "missing", {"place": ""}),
        ("place", "too long", {"place": "x" * 121}),
        ("about", "too long", {"about": "x" * 501}),
        ("starts_at", "not on a quarter-hour", {"starts_at": AT + timedelta(minutes=7)}),
        ("starts_at", "not on a quarter-hour", {"starts_at": datetime(2027, 3, 2, 8)}),  # noqa: DTZ001 (that is the fault)
        ("starts_at", "past", {"starts_at": AT - timedelta(minutes=15)}),
        ("starts_at", "too far ahead", {"starts_at": AT + timedelta(days=61)}),
        ("minutes", "not offered", {"minutes": 0}),
        ("minutes", "not offered", {"minutes": 50}),
        ("minutes", "not offered", {"minutes": 495}),
        ("people", "not offered", {"people": 0}),
        ("people", "not offered", {"people": 51}),
    ],
)
def test_a_slot_that_cannot_be(field: str, reason: str, how: dict[str, object]) -> None:
    draft = dataclasses.replace(DRAFT, **how)  # type: ignore[arg-type] # a test's own
    with pytest.raises(InvalidSlot) as refused:
        rules.check_slot(draft, at=AT, policy=USUAL)
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_a_slot_takes_whole_quarter_hours() -> None:
    taken = rules.quarters(AT, 45)
    assert taken == [AT, AT + timedelta(minutes=15), AT + timedelta(minutes=30)]


def test_signing_up_ends_when_the_slot_begins_or_is_full() -> None:
    before = AT - timedelta(seconds=1)
    rules.check_sign_up(slot(), at=before)
    with pytest.raises(SlotOver):
        rules.check_sign_up(slot(), at=AT)
    with pytest.raises(SlotFull):
        rules.check_sign_up(slot(taken=2), at=before)
    with pytest.raises(SlotOver):
        rules.check_sign_up(slot(state=SlotState.CANCELLED), at=before)


def test_stepping_back() -> None:
    before = AT - timedelta(seconds=1)
    mine = turn()
    assert rules.check_step_back(slot(), mine, at=before) is mine
    with pytest.raises(NotSignedUp):
        rules.check_step_back(slot(), None, at=before)
    with pytest.raises(SlotOver):
        rules.check_step_back(slot(), mine, at=AT)
    with pytest.raises(SlotOver):
        rules.check_step_back(slot(), turn(state=TurnState.CAME), at=before)


def test_nobody_confirms_their_own_hours_or_before_the_beginning() -> None:
    assert rules.check_settle(slot(), turn(), by=uuid4(), at=AT).member_id == ME
    with pytest.raises(OwnHours):
        rules.check_settle(slot(), turn(), by=ME, at=AT)
    with pytest.raises(SlotNotBegun):
        rules.check_settle(slot(), turn(), by=uuid4(), at=AT - timedelta(seconds=1))
    with pytest.raises(NotSignedUp):
        rules.check_settle(slot(), None, by=uuid4(), at=AT)


def test_what_was_said_stands() -> None:
    came = turn(state=TurnState.CAME, minutes=60)
    assert not rules.said_before(turn(), TurnState.CAME, 60)
    assert rules.said_before(came, TurnState.CAME, 60)
    with pytest.raises(SettledOtherwise):
        rules.said_before(came, TurnState.CAME, 55)
    with pytest.raises(SettledOtherwise):
        rules.said_before(came, TurnState.NO_SHOW, None)


def test_a_slot_with_somebody_settled_is_not_called_off() -> None:
    rules.check_cancel(slot())
    for how in ({"came": 1}, {"missed": 1}):
        with pytest.raises(PlacesSettled):
            rules.check_cancel(slot(**how))


@pytest.mark.parametrize("stated", [0, -5, 61])
def test_minutes_that_cannot_be(stated: int) -> None:
    with pytest.raises(TooLongStated):
        rules.counted(slot(), stated, USUAL)


@given(
    planned=st.integers(1, 48).map(lambda quarters: quarters * 15),
    share=st.integers(1, 1000),
    per_hour=st.integers(15, 240),
    step=st.integers(1, 60),
)
def test_never_more_passes_than_was_set_aside(
    planned: int, share: int, per_hour: int, step: int
) -> None:
    stated = max(1, planned * share // 1000)
    one = slot(minutes=planned, credit_per_hour=per_hour)
    counted = rules.counted(one, stated, WorkPolicy(round_up_minutes=step))
    assert stated <= counted <= planned
    assert 1 <= credit(counted, per_hour) <= one.credit_each
