"""The verbs of those who decide about a project's money: two approve it, or one refuses."""

from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace.delivery import rules, telling
from marketplace.delivery.asking import (
    EVENT,
    close,
    leg_id,
    let_go,
    note,
    open_request,
    request_page,
)
from marketplace.delivery.errors import NotYoursToDecide
from marketplace.delivery.reading import disbursement
from marketplace.delivery.refusals import verb
from marketplace.delivery.tables import DisbursementDecisionRow, DisbursementRow
from marketplace.delivery.undertaking import tie, undertaking_of
from marketplace.delivery.values import Disbursement, DisbursementState, Verdict
from marketplace.money import origin
from marketplace.reading import read_project
from marketplace.values import Project

_DECIDE: Final = """
INSERT INTO disbursement_decision (disbursement_id, decided_by, community_id, verdict, why)
VALUES ({}, {}, {}, {}, {})
"""

_APPROVED_ONCE: Final = """
UPDATE disbursement SET state = 'approved_once' WHERE id = {} AND community_id = {}
"""


async def approve(disbursement_id: UUID, *, by: Actor, why: str = "") -> Disbursement:
    """Approve a request; the second approval, by another person, pays it.

    Raises `UnknownDisbursement`, `NotYoursToDecide`, `DisbursementMoved`, `DeliveryMoved`,
    `ApprovedAlready`, `TiedToIt`.
    """
    rules.decides(by, "approve")
    async with verb():
        await _keep_active(by)
        delivery, found = await open_request(disbursement_id, by=by)
        rules.deciding(found, by)
        rules.standing(delivery, rules.SPENDING)
        project = await _want_untied(found, by)
        await _decide(found, Verdict.APPROVED, why, by)
        await note("approve", found, by)
        if len(found.approvers) + 1 < rules.APPROVALS:
            await DisbursementRow.raw(_APPROVED_ONCE, found.id, found.community_id)
        else:
            await _pay(found, project, by)
        return await disbursement(disbursement_id, community_id=by.community_id)


async def refuse(disbursement_id: UUID, why: str, *, by: Actor) -> Disbursement:
    """Refuse a request, with the reason; its money is free again.

    Raises `UnknownDisbursement`, `NotYoursToDecide`, `DisbursementMoved`, `TiedToIt`,
    `InvalidDelivery`.
    """
    rules.decides(by, "refuse")
    rules.text("why", why, rules.REASON_MAX)
    async with verb():
        await _keep_active(by)
        _, found = await open_request(disbursement_id, by=by)
        rules.still_open(found)
        project = await _want_untied(found, by)
        await _decide(found, Verdict.REFUSED, why, by)
        await telling.tell(
            {found.asked_by} | (await undertaking_of(project)).hands,
            "disbursement.refused",
            project,
            by=by,
            fill={"fen": found.amount_fen, "why": why.strip()},
            link=request_page(found),
        )
        await let_go(found, DisbursementState.REFUSED, by=by)
        return await disbursement(disbursement_id, community_id=by.community_id)


async def _keep_active(by: Actor) -> None:
    """Refuse whoever left meanwhile; a merge waits until this is done, so the member comes first.

    Who decides may be a member of another community, such as the street's treasurer.
    """
    home = (await community.member(by.member_id)).community_id
    if not await community.keep_active(by.member_id, community_id=home):
        raise NotYoursToDecide("decide")


async def _want_untied(found: Disbursement, by: Actor) -> Project:
    """Refuse whoever is tied to who asks; return the project."""
    project = await read_project(found.project_id, community_id=found.community_id)
    undertaking = await undertaking_of(project)
    rules.untied(
        await tie(undertaking, found.asked_by, by.member_id, community_id=found.community_id)
    )
    return project


async def _decide(found: Disbursement, verdict: Verdict, why: str, by: Actor) -> None:
    if why:
        rules.text("why", why, rules.REASON_MAX)
    await DisbursementDecisionRow.raw(
        _DECIDE, found.id, by.member_id, found.community_id, verdict.value, why.strip()
    )


async def _pay(found: Disbursement, project: Project, by: Actor) -> None:
    """Close a request as paid and let its hold pass, in the book last."""
    await close(found, DisbursementState.PAID)
    await note("pay", found, by)
    await telling.tell(
        {found.asked_by} | (await undertaking_of(project)).hands,
        "disbursement.paid",
        project,
        by=by,
        fill={"fen": found.amount_fen, "purpose": found.purpose},
        link=request_page(found),
    )
    await ledger.post(
        leg_id(found.id, "hold"), id=leg_id(found.id, "post"), origin=origin(by, EVENT, found.id)
    )
