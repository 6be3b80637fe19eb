"""A summary is composed from the records, and what is left returns, each to where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

import ledger
from marketplace import delivery, evaluation
from marketplace.delivery import DeliveryState, DisbursementDraft
from marketplace.delivery.errors import NotBegun, NotYourProject
from marketplace.delivery.values import Disbursement, DisbursementState
from marketplace.errors import WordsMissing
from marketplace.evaluation import MoneyOnItsWay, NotJudged, SummedUpAlready
from marketplace.evaluation.summary import lines_spent
from marketplace.funding.values import Source
from marketplace.money import PUBLIC_BUDGET, fen_account
from marketplace.plans import BudgetLine
from tests.marketplace.conftest import YUAN, Neighbourhood
from tests.marketplace.delivery_examples import PAPER, chosen, chosen_with_plan
from tests.marketplace.evaluation_examples import (
    FINE,
    GOOD,
    auditor,
    deliver,
    delivered,
    judged,
    over,
)

labels = some.sampled_from(("Rails", "Lamps", "Paint", ""))


@given(
    some.lists(some.tuples(labels.filter(bool), some.integers(0, 10**6)), max_size=3,
               unique_by=lambda one: one[0]),
    some.lists(some.tuples(labels, some.integers(1, 10**6)), max_size=8),
)  # fmt: skip
def test_every_fen_that_was_paid_stands_in_one_line(
    planned: list[tuple[str, int]], paid: list[tuple[str, int]]
) -> None:
    lines = lines_spent(
        [BudgetLine(label, fen) for label, fen in planned],
        [_payment(label, fen) for label, fen in paid],
    )
    assert sum(one.spent_fen for one in lines) == sum(fen for _label, fen in paid)
    assert sum(one.planned_fen for one in lines) == sum(fen for _label, fen in planned)
    assert len({one.label for one in lines}) == len(lines)


def _payment(label: str, fen: int) -> Disbursement:
    given_ = dict.fromkeys(Disbursement.__dataclass_fields__)
    known = {"amount_fen": fen, "line": label, "state": DisbursementState.PAID}
    return Disbursement(**{**given_, **known})  # type: ignore[arg-type]  # only these are looked at


async def test_planned_and_spent_by_line_and_what_is_left(neighbourhood: Neighbourhood) -> None:
    here = await chosen_with_plan(neighbourhood)
    await here.begun()
    summary = await evaluation.compose(here.project.id, community_id=neighbourhood.id)
    line = summary.lines[0]
    draft = DisbursementDraft(100 * YUAN, "First part", line.label)
    asked = await delivery.ask(here.project.id, draft, [PAPER], by=here.undertaker)
    await delivery.approve(asked.id, by=here.treasurer)
    await delivery.approve(asked.id, by=here.coordinator)
    await deliver(here)
    summary = await evaluation.compose(here.project.id, community_id=neighbourhood.id)
    assert summary.lines[0].spent_fen == 100 * YUAN
    assert summary.paid_fen == 100 * YUAN
    assert summary.left_fen == summary.received_fen - 100 * YUAN
    assert summary.sources == [(Source.PUBLIC_BUDGET, summary.received_fen)]
    assert all(one.report for one in summary.milestones)
    assert summary.delivered_at is not None
    assert summary.words is None


async def test_what_is_left_returns_once_and_the_project_is_closed(
    neighbourhood: Neighbourhood,
) -> None:
    here = await judged(neighbourhood)
    public = await fen_account(PUBLIC_BUDGET, community_id=neighbourhood.id)
    before = (await ledger.balance(public)).posted
    said = await evaluation.sum_up(here.project.id, "Cheaper.", by=here.undertaker)
    assert await evaluation.sum_up(here.project.id, "Cheaper.", by=here.undertaker) == said
    with pytest.raises(SummedUpAlready):
        await evaluation.sum_up(here.project.id, "Otherwise.", by=here.coordinator)
    assert abs((await ledger.balance(public)).posted - before) == 1000 * YUAN
    summary = await evaluation.compose(here.project.id, community_id=neighbourhood.id)
    assert summary.delivery.state is DeliveryState.CLOSED
    assert [(one.source, one.amount) for one in summary.returned] == [
        (Source.PUBLIC_BUDGET, 1000 * YUAN)
    ]
    assert (summary.received_fen, summary.left_fen) == (1000 * YUAN, 0)
    assert summary.words is not None
    assert (await here.book())[0] == 0


async def test_only_what_is_judged_and_settled_is_summed_up_by_whose_it_is(
    neighbourhood: Neighbourhood,
) -> None:
    here = await chosen(neighbourhood)
    with pytest.raises(NotBegun):
        await evaluation.compose(here.project.id, community_id=neighbourhood.id)
    await here.begun()
    await here.ask(100)
    await deliver(here)
    with pytest.raises(NotJudged):
        await evaluation.sum_up(here.project.id, "Done.", by=here.undertaker)
    for one in neighbourhood.residents[1:]:
        await evaluation.rate(here.project.id, GOOD, by=one)
    await evaluation.sign(here.project.id, FINE, by=await auditor(neighbourhood))
    await evaluation.close_evaluation(here.project.id, by=here.coordinator, at=over())
    with pytest.raises(NotYourProject):
        await evaluation.sum_up(here.project.id, "Done.", by=neighbourhood.residents[3])
    with pytest.raises(WordsMissing):
        await evaluation.sum_up(here.project.id, " ", by=here.undertaker)
    with pytest.raises(MoneyOnItsWay):
        await evaluation.sum_up(here.project.id, "Done.", by=here.undertaker)


async def test_the_last_part_is_free_once_residents_have_judged(
    neighbourhood: Neighbourhood,
) -> None:
    here = await delivered(neighbourhood)
    with pytest.raises(delivery.errors.BeyondBalance):
        await here.ask(1000)
    await evaluation.sign(here.project.id, FINE, by=here.coordinator)
    await evaluation.close_evaluation(here.project.id, by=here.coordinator, at=over())
    assert (await here.ask(1000)).amount_fen == 1000 * YUAN
