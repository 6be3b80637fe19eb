"""The rules of delivery without a database: moves, the last part, late days, what is free."""

import uuid
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import Actor, Role
from marketplace.delivery import (
    DeliveryState,
    DisbursementDraft,
    Milestone,
    Purse,
    errors,
    rules,
)
from marketplace.delivery.values import MilestoneReport
from marketplace.values import ProjectId

FEN = st.integers(0, 10**12)
DAY = date(2027, 3, 1)


def test_a_delivery_moves_on_and_never_out_of_its_ends() -> None:
    assert rules.MOVES.keys() == set(DeliveryState)
    for end in (DeliveryState.CLOSED, DeliveryState.STOPPED):
        for state in DeliveryState:
            with pytest.raises(errors.DeliveryMoved):
                rules.move(end, state)
    rules.move(DeliveryState.DELIVERED, DeliveryState.UNDER_WAY)
    with pytest.raises(errors.DeliveryMoved):
        rules.move(DeliveryState.UNDER_WAY, DeliveryState.JUDGED)


@given(received=FEN, percent=st.integers(0, 50), state=st.sampled_from(DeliveryState))
def test_the_last_part_is_kept_until_the_judgement_and_never_more_than_its_share(
    received: int, percent: int, state: DeliveryState
) -> None:
    kept = rules.kept_back(received, percent, state)
    if state in (DeliveryState.JUDGED, DeliveryState.CLOSED):
        assert kept == 0
    else:
        assert kept * 100 <= received * percent < (kept + 1) * 100


@given(purse=st.builds(Purse, FEN, FEN, FEN, FEN), amount=st.integers(1, 10**12))
def test_what_is_granted_never_exceeds_what_is_there(purse: Purse, amount: int) -> None:
    granted = purse.paid_fen + purse.held_fen + purse.kept_back_fen + amount
    if granted <= purse.received_fen:
        rules.within(amount, purse)
        return
    with pytest.raises(errors.BeyondBalance) as refused:
        rules.within(amount, purse)
    assert 0 <= refused.value.free_fen < amount


@pytest.mark.parametrize(("days", "late"), [(-3, 0), (0, 0), (1, 1), (40, 40)])
def test_a_milestone_is_late_after_its_day_whether_done_or_not(days: int, late: int) -> None:
    still_open = Milestone(ProjectId(uuid.uuid4()), 1, "Rails", DAY, DAY)
    day = DAY + timedelta(days=days)
    assert still_open.days_late(day) == late
    assert still_open.late(day) is (late > 0)
    told = MilestoneReport(day, "Done", uuid.uuid4(), None)  # type: ignore[arg-type] # not asked
    done = Milestone(still_open.project_id, 1, "Rails", DAY, DAY, told)
    assert done.days_late(DAY + timedelta(days=99)) == late


@pytest.mark.parametrize("role", Role)
def test_treasurers_and_coordinators_decide_with_their_own_hand(role: Role) -> None:
    somebody = Actor(uuid.uuid4(), uuid.uuid4(), frozenset({role}))
    if role in (Role.TREASURER, Role.COORDINATOR):
        rules.decides(somebody, "approve")
    else:
        with pytest.raises(errors.NotYoursToDecide):
            rules.decides(somebody, "approve")


def test_a_request_names_an_amount_a_purpose_and_a_line_of_the_budget() -> None:
    rules.request(DisbursementDraft(1, "Rails", "Wood"), {"Wood"})
    for draft, field in (
        (DisbursementDraft(-5, "Rails"), "amount"),
        (DisbursementDraft(rules.AMOUNT_FEN_MAX + 1, "Rails"), "amount"),
        (DisbursementDraft(1, ""), "purpose"),
        (DisbursementDraft(1, "Rails", "Glass"), "line"),
    ):
        with pytest.raises(errors.InvalidDelivery) as refused:
            rules.request(draft, {"Wood"})
        assert refused.value.field == field
