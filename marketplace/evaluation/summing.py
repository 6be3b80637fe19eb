"""The verb that sums a judged project up, and returns what is left of it to its sources."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, Role
from marketplace.delivery import reading as delivery_reading
from marketplace.delivery.errors import NotYourProject
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.moving import move
from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import circle, rules, telling
from marketplace.evaluation.errors import MoneyOnItsWay, NotJudged, SummedUpAlready
from marketplace.evaluation.summary import Words, summed_up
from marketplace.evaluation.tables import ProjectSummaryRow
from marketplace.funding.errors import PartsReserved
from marketplace.funding.returning import give_back, keep_still
from marketplace.refusals import verb
from marketplace.values import Project
from marketplace.work import end_work_of
from marketplace.work.reading import hours_of

_SUM_UP: Final = """
INSERT INTO project_summary (project_id, community_id, words, summed_by, summed_at)
VALUES ({}, {}, {}, {}, {})
"""


async def sum_up(project_id: UUID, words: str, *, by: Actor, at: datetime | None = None) -> Words:
    """Sum a judged project up and return what is left of it to its sources; once, for good.

    By who undertook it, or a coordinator. Raises `NotJudged`, `MoneyOnItsWay`, `SummedUpAlready`,
    `delivery.NotYourProject`, `delivery.NotBegun`, `WordsMissing`, `TooLong`.
    """
    said = rules.text("summary", words, most=rules.LENGTHS_MAX["summary"])
    async with verb(summed_up_once=SummedUpAlready()):
        delivery = await locked_delivery(project_id, community_id=by.community_id)
        project = await circle.project_of(project_id, community_id=by.community_id)
        if not await may_sum_up(project, by=by):
            raise NotYourProject
        before = await summed_up(project)
        if before is not None:
            if before.words == said and before.summed_by == by.member_id:
                return before
            raise SummedUpAlready
        if delivery.state is not DeliveryState.JUDGED:
            raise NotJudged(delivery.state)
        moment = at or datetime.now(UTC)
        await keep_still(project.id, community_id=by.community_id)
        await end_work_of(project.id, community_id=by.community_id, at=moment)
        await _nothing_waits(project)
        await ProjectSummaryRow.raw(
            _SUM_UP, project.id, by.community_id, said, by.member_id, moment
        )
        try:
            returned = await give_back(project.id, by=by)
        except PartsReserved as error:  # a payment or a turn came between
            raise MoneyOnItsWay from error
        await move(delivery, DeliveryState.CLOSED, by=by)
        await community.record(
            "evaluation.sum_up",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"returned_fen": sum(one.amount for one in returned if one.source is not None)},
        )
        return Words(said, by.member_id, moment)


async def may_sum_up(project: Project, *, by: Actor) -> bool:
    """Whether somebody undertook the project, or coordinates."""
    if by.on_behalf_of is not None:
        return False
    return Role.COORDINATOR in by.roles or by.member_id in await telling.undertaker(project)


async def _nothing_waits(project: Project) -> None:
    """Refuse while a request for money or somebody's hours wait for a decision."""
    asked = await delivery_reading.disbursements(project.id, community_id=project.community_id)
    hours = await hours_of(project.id, community_id=project.community_id)
    if hours.held or any(one.state.open for one in asked):
        raise MoneyOnItsWay
