"""Composes a project's summary from its records: promised, done, planned, spent. Never writes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from marketplace import plans
from marketplace.delivery import reading as delivery_reading
from marketplace.delivery.values import (
    Delivery,
    DeliveryMove,
    DeliveryState,
    Disbursement,
    DisbursementState,
    Milestone,
    Photo,
)
from marketplace.evaluation import circle, reading, rows
from marketplace.evaluation.tables import EvaluationRow, ProjectSummaryRow
from marketplace.evaluation.values import Evaluation, Result, SignOff
from marketplace.funding.reading import (
    contributions_of_project,
    drives_of_project,
    pledges_of_project,
)
from marketplace.funding.returning import returned
from marketplace.funding.values import Returned, Source
from marketplace.needs import followers
from marketplace.plans import BudgetLine
from marketplace.values import Project
from marketplace.work.reading import hours_of
from marketplace.work.values import Hours

_WORKED: Final = """
SELECT count(DISTINCT member_id)::int AS people, coalesce(sum(minutes), 0)::bigint AS minutes
FROM work_turn WHERE community_id = {} AND project_id = {} AND state = 'came'
"""


@dataclass(frozen=True, slots=True)
class LineSpent:
    """A budget line: what was planned and what was paid for it, in fen; its help in minutes.

    What was paid for no line of the plan has an empty label.
    """

    label: str
    planned_fen: int
    spent_fen: int
    planned_minutes: int

    @property
    def over_fen(self) -> int:
        """How many fen more than planned were spent; less than 0 where some were saved."""
        return self.spent_fen - self.planned_fen


@dataclass(frozen=True, slots=True)
class Part:
    """How many took part in what way; nobody is named."""

    stood_behind: int
    gave: int
    pledged: int
    worked: int
    rated: int


@dataclass(frozen=True, slots=True)
class Words:
    """What was said when the project was summed up."""

    words: str
    summed_by: UUID
    summed_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A project from its promise to its end, as the records have it; money in fen.

    `sources` is what came in and stayed until the end, by where it came from; `returned` is what
    went back of it, line by line. `worked_minutes` were helped, `hours` says what passed for them.
    """

    project: Project
    delivery: Delivery
    promise: str
    milestones: Sequence[Milestone]
    moves: Sequence[DeliveryMove]
    lines: Sequence[LineSpent]
    sources: Sequence[tuple[Source, int]]
    paid: Sequence[Disbursement]
    received_fen: int
    paid_fen: int
    left_fen: int
    planned_minutes: int
    worked_minutes: int
    hours: Hours
    part: Part
    evaluation: Evaluation | None
    result: Result | None
    sign_offs: Sequence[SignOff]
    photos: Sequence[Photo]
    returned: Sequence[Returned]
    words: Words | None

    @property
    def delivered_at(self) -> datetime | None:
        """When it was delivered for the last time; None where it never was."""
        steps = [one.at for one in self.moves if one.state is DeliveryState.DELIVERED]
        return max(steps, default=None)


async def compose(project_id: UUID, *, community_id: UUID) -> Summary:
    """Return a project's summary from its records, at any time since its work began.

    Raises `UnknownProject`, `delivery.NotBegun`.
    """
    project = await circle.project_of(project_id, community_id=community_id)
    delivery = await delivery_reading.read_delivery(project.id, community_id=community_id)
    promise, planned = await _promised(project)
    asked = await delivery_reading.disbursements(project.id, community_id=community_id)
    paid = [one for one in asked if one.state is DisbursementState.PAID]
    purse = await delivery_reading.purse(delivery)
    gone = await returned(project.id, community_id=community_id)
    back = sum(one.amount for one in gone if one.source is not None)
    found = await reading.evaluation_of(project.id, community_id=community_id)
    worked = (await EvaluationRow.raw(_WORKED, community_id, project.id))[0]
    return Summary(
        project,
        delivery,
        promise,
        await delivery_reading.milestones(project.id, community_id=community_id),
        await delivery_reading.delivery_moves(project.id, community_id=community_id),
        lines_spent(planned, paid),
        await _sources(project, purse.received_fen + back, gone),
        paid,
        purse.received_fen + back,
        purse.paid_fen,
        purse.left_fen,
        sum(one.minutes for one in planned),
        worked["minutes"],
        await hours_of(project.id, community_id=community_id),
        await _part(project, found, worked["people"]),
        found,
        await reading.result_of(found) if found else None,
        await rows.sign_offs(found) if found else [],
        await delivery_reading.photos(project.id, community_id=community_id),
        gone,
        await summed_up(project),
    )


def lines_spent(planned: Sequence[BudgetLine], paid: Sequence[Disbursement]) -> list[LineSpent]:
    """Return the plan's lines with what was paid for each; and last, what was paid for none."""
    spent: dict[str, int] = {}
    known = {one.label for one in planned}
    for one in paid:
        label = one.line if one.line in known else ""
        spent[label] = spent.get(label, 0) + one.amount_fen
    found = [
        LineSpent(one.label, one.amount_fen, spent.get(one.label, 0), one.minutes)
        for one in planned
    ]
    if spent.get("") or not planned:
        found.append(LineSpent("", 0, spent.get("", 0), 0))
    return found


async def _promised(project: Project) -> tuple[str, Sequence[BudgetLine]]:
    if project.plan_id is None or project.plan_version is None:
        return project.purpose, (BudgetLine(project.title, project.cost_fen),)
    found = await plans.version(
        project.plan_id, project.plan_version, community_id=project.community_id
    )
    return found.content.summary, found.content.lines


async def _sources(
    project: Project, received_fen: int, returned: Sequence[Returned]
) -> list[tuple[Source, int]]:
    """Return what came in by source; what no gift and no fund brought is the round's."""
    here = project.community_id
    back: Counter[UUID] = Counter()
    for one in returned:
        if one.contribution_id is not None:
            back[one.contribution_id] += one.amount
    found: Counter[Source] = Counter()
    for gift in await contributions_of_project(project.id, community_id=here):
        found[gift.source] += gift.net_fen + back[gift.id]
    for drive in await drives_of_project(project.id, community_id=here):
        found[Source.MATCHING] += drive.matched_fen
    found[Source.PUBLIC_BUDGET] = max(0, received_fen - found.total())
    return [(source, found[source]) for source in Source if found[source]]


async def _part(project: Project, found: Evaluation | None, worked: int) -> Part:
    here = project.community_id
    behind = 1
    if project.plan_id is not None:
        plan = await plans.read_plan(project.plan_id, community_id=here)
        behind = len(await followers(plan.need_id, here))
    gifts = await contributions_of_project(project.id, community_id=here)
    pledges = await pledges_of_project(project.id, community_id=here)
    return Part(
        behind,
        len({(one.member_id, one.organisation_id, one.name) for one in gifts}),
        len({one.member_id for one in pledges}),
        worked,
        (await reading.counted(found)).rated if found else 0,
    )


async def summed_up(project: Project) -> Words | None:
    """Return what was said at the end; None where the project is not summed up."""
    said = await ProjectSummaryRow.raw(
        "SELECT words, summed_by, summed_at FROM project_summary"
        " WHERE community_id = {} AND project_id = {}",
        project.community_id,
        project.id,
    )
    return Words(**said[0]) if said else None
