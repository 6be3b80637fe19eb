"""Opens the judgement of what was delivered, and asks residents for it."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import ledger
from community import Actor, system
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.undertaking import undertaking_of
from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import circle, reading, rows, rules, telling
from marketplace.evaluation.errors import NotDelivered
from marketplace.evaluation.policy import evaluation_policy_at
from marketplace.evaluation.tables import EvaluationRow, InvitationRow
from marketplace.evaluation.values import Evaluation, EvaluationId, EvaluationState, Invited
from marketplace.refusals import verb
from marketplace.values import Project

_DELIVERED: Final = """
SELECT project_id, community_id FROM delivery WHERE state = 'delivered'
    AND NOT EXISTS (SELECT FROM evaluation WHERE evaluation.project_id = delivery.project_id
        AND evaluation.state <> 'sent_back')
ORDER BY project_id
"""

_INVITE: Final = """
INSERT INTO evaluation_invitation (evaluation_id, member_id, community_id, why)
SELECT {}, member_id, {}, why FROM unnest({}::uuid[], {}::text[]) AS asked (member_id, why)
"""


async def open_due(*, at: datetime | None = None) -> int:
    """Open the evaluation of every project that was delivered and has none yet; a job.

    Each is a transaction of its own. Return how many were opened.
    """
    opened = 0
    for due in await EvaluationRow.raw(_DELIVERED):
        try:
            await open_evaluation(due["project_id"], by=system(due["community_id"]), at=at)
        except NotDelivered:  # it was sent back, or stopped, at this very moment
            continue
        opened += 1
    return opened


async def open_evaluation(project_id: UUID, *, by: Actor, at: datetime | None = None) -> Evaluation:
    """Open the evaluation of a delivered project and ask residents; one that is open stays.

    Whoever took part is asked, and so many residents as there is room for, drawn by lot. Raises
    `NotDelivered`, `NotBegun`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        delivery = await locked_delivery(project_id, community_id=by.community_id)
        last = await rows.latest(project_id, community_id=by.community_id)
        if last is not None and last.state is not EvaluationState.SENT_BACK:
            return last
        if delivery.state is not DeliveryState.DELIVERED:
            raise NotDelivered(delivery.state)
        project = await circle.project_of(project_id, community_id=by.community_id)
        policy = await evaluation_policy_at(by.community_id, moment)
        undertaking = await undertaking_of(project)
        found = Evaluation(
            EvaluationId(ledger.new_id()),
            by.community_id,
            project.id,
            last.number + 1 if last else 1,
            EvaluationState.OPEN,
            policy.aspects,
            policy.checks,
            policy.shown_from,
            policy.sign_offs,
            undertaking.member_id,
            undertaking.organisation_id,
            moment,
            moment + timedelta(days=policy.days),
            None,
            "",
            None,
            None,
        )
        await rows.add(found)
        invited = await _invite(found, project, policy.invited_max)
        await rows.note("open", found, by=by, invited=len(invited), until=found.closes_at)
        until = {"until": found.closes_at}
        await telling.tell(project, invited, "evaluation.invited", fill=until)
        named = await reading.inspectors_named(project.id, community_id=by.community_id)
        signers = await telling.inspectors(found, [one.member_id for one in named])
        close = await circle.close_to_undertaker(project)
        await telling.tell(
            project, signers - close, "evaluation.inspect", link=f"{telling.page(project.id)}/sign"
        )
        return found


async def _invite(found: Evaluation, project: Project, most: int) -> dict[UUID, Invited]:
    """Write down who is asked: whoever took part first, then residents, all of them by lot."""
    barred = await circle.barred(project)
    part = await circle.taking_part(project)
    at_home = set(await circle.residents(project))
    active = await circle.active(set(part) | at_home, community_id=project.community_id)
    asked = rules.drawn((set(part) & active) - barred.keys(), most, found.id)
    others = (at_home & active) - part.keys() - barred.keys()
    asked += rules.drawn(others, most - len(asked), found.id)
    invited = {one: part.get(one, Invited.LIVES_HERE) for one in asked}
    await InvitationRow.raw(
        _INVITE,
        found.id,
        found.community_id,
        list(invited),
        [why.value for why in invited.values()],
    )
    return invited
