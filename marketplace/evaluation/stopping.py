"""Stops a project with everything that hangs on it: its help, its changes and its judgement."""

from datetime import UTC, datetime
from uuid import UUID

from community import Actor
from marketplace import delivery
from marketplace.delivery import Delivery
from marketplace.delivery import rules as delivery_rules
from marketplace.delivery.changes import end_changes_of
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.evaluation import rows
from marketplace.evaluation.values import EvaluationState
from marketplace.funding.returning import keep_still
from marketplace.refusals import verb
from marketplace.work import end_work_of


async def stop_project(
    project_id: UUID, why: str, *, by: Actor, at: datetime | None = None
) -> Delivery:
    """Stop a project for a reason that everybody can read, in one transaction with all of it.

    Help that has not begun is called off, changes that nobody decided are taken back, a judgement
    under way ends without a score, open requests end unpaid, and what is left returns to its
    sources. Help that has begun is still written down; what it leaves returns later
    (`work.return_late_hours`). Raises as `delivery.stop`.
    """
    moment = at or datetime.now(UTC)
    delivery_rules.coordinates(by, "stop")
    async with verb():
        found = await locked_delivery(project_id, community_id=by.community_id)
        delivery_rules.standing(found, delivery_rules.STOPPABLE)
        await keep_still(project_id, community_id=by.community_id)
        await end_changes_of(project_id, by=by, at=moment)
        last = await rows.latest(project_id, community_id=by.community_id)
        if last is not None and last.state is EvaluationState.OPEN:
            last = await rows.locked(last.id, community_id=by.community_id)
            await rows.end(last, EvaluationState.STOPPED, at=moment)
            await rows.note("stop", last, by=by)
        await end_work_of(project_id, community_id=by.community_id, at=moment)
        return await delivery.stop(project_id, why, by=by)
