"""The verbs of those who decide about a project's money: two approve it, or one refuses."""

from typing import Final, Protocol
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
from marketplace.delivery.policy import delivery_policy_at
from marketplace.delivery.reading import disbursement
from marketplace.delivery.refusals import verb
from marketplace.delivery.tables import DisbursementDecisionRow, DisbursementRow
from marketplace.delivery.undertaking import tie, undertaking_of
from marketplace.delivery.values import FORBIDDEN, Disbursement, DisbursementState, Verdict
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


class Watch(Protocol):
    """Looks for conflicts of interest that only the steps after delivery know of.

    It is asked within the approval's transaction, with the project's delivery locked, and only
    where the community's rules let nobody approve who has one.
    """

    async def __call__(self, found: Disbursement, by: Actor, /) -> None:
        """Raise `Conflicted` where the approval would carry a flag."""


async def nothing_more(_found: Disbursement, _by: Actor, /) -> None:
    """Know of no conflict beyond the ties that delivery looks at itself."""


async def approve(
    disbursement_id: UUID, *, by: Actor, why: str = "", watch: Watch = nothing_more
) -> Disbursement:
    """Approve a request; the second approval, by another person, pays it.

    An approval that was given by somebody who carries the project out by now does not count. Raises
    `UnknownDisbursement`, `NotYoursToDecide`, `DisbursementMoved`, `DeliveryMoved`,
    `ApprovedAlready`, `TiedToIt`, `Conflicted`.
    """
    rules.decides(by, "approve")
    async with verb():
        await _keep_active(by)
        delivery, found = await open_request(disbursement_id, by=by)
        rules.deciding(found, by)
        rules.standing(delivery, rules.SPENDING)
        project = await _want_untied(found, by)
        if not (await delivery_policy_at(by.community_id)).tied_decide:
            await watch(found, by)
        standing = await _still_apart(found, project)
        await _decide(found, Verdict.APPROVED, why, by)
        await note("approve", found, by)
        if standing + 1 < rules.APPROVALS:
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
    """Refuse whoever is tied to who asks, as far as the rules say; return the project."""
    project = await read_project(found.project_id, community_id=found.community_id)
    undertaking = await undertaking_of(project)
    tied = await tie(undertaking, found.asked_by, by.member_id, community_id=found.community_id)
    allowed = (await delivery_policy_at(found.community_id)).tied_decide
    rules.untied(tied, allowed=allowed)
    return project


async def _still_apart(found: Disbursement, project: Project) -> int:
    """Return how many approvals count now: a project may pass into an approver's hands."""
    undertaking, here = await undertaking_of(project), found.community_id
    ties = [
        await tie(undertaking, found.asked_by, one, community_id=here) for one in found.approvers
    ]
    return sum(one not in FORBIDDEN for one in ties)


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
