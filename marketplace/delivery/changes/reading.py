"""Reads changes, and what was promised beside what holds now. Never writes."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from marketplace import plans
from marketplace.delivery import reading as delivery_reading
from marketplace.delivery.changes import rows, rules
from marketplace.delivery.changes.errors import UnknownChange
from marketplace.delivery.changes.values import (
    Change,
    ChangeState,
    LineNow,
    MilestoneNow,
    MoveMoney,
    NewScope,
    Objection,
    Standing,
)
from marketplace.delivery.values import DisbursementState
from marketplace.plans import BudgetLine
from marketplace.values import Project

USED: Final = frozenset(
    {DisbursementState.ASKED, DisbursementState.APPROVED_ONCE, DisbursementState.PAID}
)
"""The requests for money whose amount cannot be moved to another line any more."""


async def changes_of(project_id: UUID, *, community_id: UUID) -> list[Change]:
    """Return a project's changes, the newest first."""
    return await rows.changes(
        "one.project_id = {} ORDER BY number DESC", project_id, community_id=community_id
    )


async def change_of(
    project_id: UUID, change_id: UUID, *, community_id: UUID
) -> tuple[Change, Sequence[Objection]]:
    """Return a change of a project with its objections. Raises `UnknownChange`."""
    change = await rows.one_change(change_id, community_id=community_id)
    if change.project_id != project_id:
        raise UnknownChange
    return change, await rows.objections(change)


async def waiting_changes(community_id: UUID) -> list[Change]:
    """Return a community's changes that wait for a decision, the oldest first."""
    return await rows.changes(
        "one.state = 'open' ORDER BY objections_until, one.id", community_id=community_id
    )


async def accepted(project_id: UUID, *, community_id: UUID) -> list[Change]:
    """Return a project's accepted changes, the first first."""
    return await rows.changes(
        "one.project_id = {} AND one.state = 'accepted' ORDER BY decided_at, number",
        project_id,
        community_id=community_id,
    )


async def standing(project: Project) -> Standing:
    """Return what a project promised, line by line and day by day, and what holds now."""
    taken = await accepted(project.id, community_id=project.community_id)
    return Standing(
        milestones=await milestones_now(project),
        lines=await _lines_now(project, taken),
        scope=tuple(one for one in taken if isinstance(one.what, NewScope)),
    )


async def milestones_now(project: Project) -> tuple[MilestoneNow, ...]:
    """Return a project's milestones with the days that were promised and that hold now."""
    found = await delivery_reading.milestones(project.id, community_id=project.community_id)
    return tuple(
        MilestoneNow(one.number, one.title, one.promised_on, one.due_on, one.report is not None)
        for one in found
    )


async def lines_now(project: Project) -> tuple[LineNow, ...]:
    """Return the lines of a project's budget as they hold now."""
    return await _lines_now(project, await accepted(project.id, community_id=project.community_id))


async def _lines_now(project: Project, taken: Sequence[Change]) -> tuple[LineNow, ...]:
    used: Counter[str] = Counter()
    for one in await delivery_reading.disbursements(project.id, community_id=project.community_id):
        if one.state in USED:
            used[one.line] += one.amount_fen
    moved = [one.what for one in taken if isinstance(one.what, MoveMoney)]
    return rules.lines_now(await _promised(project), moved, used)


async def _promised(project: Project) -> Sequence[BudgetLine]:
    if project.plan_id is None or project.plan_version is None:
        return ()
    written = await plans.version(
        project.plan_id, project.plan_version, community_id=project.community_id
    )
    return written.content.lines


def still_open(changes: Sequence[Change]) -> list[Change]:
    """Return those that wait for objections or a decision."""
    return [one for one in changes if one.state is ChangeState.OPEN]
