"""Reminds of evaluations that end, chases signatures, and closes what is judged; each once."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from community import Actor, system
from marketplace.delivery.moving import locked as locked_delivery
from marketplace.delivery.moving import move
from marketplace.delivery.telling import followers
from marketplace.delivery.values import DeliveryState
from marketplace.evaluation import circle, reading, rows, telling
from marketplace.evaluation.tables import EvaluationRow, RatingRow
from marketplace.evaluation.values import Evaluation, EvaluationState
from marketplace.refusals import verb

BEFORE: Final = timedelta(days=3)

_ENOUGH: Final = """
(SELECT count(*) FROM sign_off WHERE evaluation_id = evaluation.id AND passed) >= sign_offs
"""
_DUE: Final = f"""
SELECT id, project_id, community_id FROM evaluation
WHERE state = 'open' AND closes_at <= {{}} AND {_ENOUGH} ORDER BY closes_at, id
"""  # noqa: S608 (words of ours)
_SOON: Final = """
SELECT id, community_id FROM evaluation WHERE state = 'open' AND reminded_at IS NULL
    AND closes_at > {} AND closes_at <= {} ORDER BY closes_at, id
"""
_UNSIGNED: Final = f"""
SELECT id, community_id FROM evaluation WHERE state = 'open' AND chased_at IS NULL
    AND closes_at <= {{}} AND NOT {_ENOUGH} ORDER BY closes_at, id
"""  # noqa: S608 (words of ours)
_CLAIM: Final = """
SELECT id FROM evaluation WHERE id = {} AND state = 'open' AND %s IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
"""


async def close_due(*, at: datetime | None = None) -> int:
    """Close every evaluation whose time is over and that has its signatures; a job.

    Each is a transaction of its own. Return how many were closed.
    """
    moment, closed = at or datetime.now(UTC), 0
    for due in await EvaluationRow.raw(_DUE, moment):
        by = system(due["community_id"])
        closed += await close_evaluation(due["project_id"], by=by, at=moment)
    return closed


async def close_evaluation(project_id: UUID, *, by: Actor, at: datetime | None = None) -> bool:
    """Close an evaluation if it is due: its score is there, the project is judged; once.

    Ratings of who approved a payment meanwhile, or became kin of who did, are set aside.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        delivery = await locked_delivery(project_id, community_id=by.community_id)
        found = await rows.of_project(project_id, community_id=by.community_id)
        found = await rows.locked(found.id, community_id=by.community_id)
        signed = sum(one.passed for one in await rows.sign_offs(found))
        waits = found.state is not EvaluationState.OPEN or found.closes_at > moment
        if waits or signed < found.sign_offs or delivery.state is not DeliveryState.DELIVERED:
            return False
        project = await circle.project_of(project_id, community_id=by.community_id)
        aside = await _set_aside(found, await circle.barred(project))
        await rows.end(found, EvaluationState.CLOSED, at=moment)
        hands = await telling.undertaker(project)
        await move(delivery, DeliveryState.JUDGED, by=by, but_not=hands)
        result = await reading.result_of(found)
        await rows.note("close", found, by=by, raters=result.raters, set_aside=aside)
        raters = await _raters(found)
        told = await followers(project)  # of the step, with the move
        await telling.tell(project, raters - hands - told, "evaluation.closed", settles=True)
        await telling.tell(project, hands, "evaluation.judged", settles=True)
        staff = await telling.coordinators(by.community_id)
        link = f"/projects/{project.id}/summary"
        await telling.tell(project, staff - hands, "evaluation.sum_up", link=link)
        return True


async def _set_aside(found: Evaluation, barred: Collection[UUID]) -> int:
    gone = await RatingRow.raw(
        "UPDATE evaluation_rating SET set_aside = true WHERE community_id = {}"
        " AND evaluation_id = {} AND member_id = ANY({}::uuid[]) RETURNING id",
        found.community_id,
        found.id,
        list(barred),
    )
    return len(gone)


async def _raters(found: Evaluation) -> set[UUID]:
    rated = await RatingRow.raw(
        "SELECT member_id FROM evaluation_rating WHERE community_id = {} AND evaluation_id = {}",
        found.community_id,
        found.id,
    )
    return {row["member_id"] for row in rated}


async def remind_of_evaluations(*, at: datetime | None = None) -> int:
    """Remind who was invited and has not rated, a few days before the end; a job, once each.

    Where the time is over and signatures are missing, who may sign is told. Return of how many
    evaluations was told.
    """
    moment, told = at or datetime.now(UTC), 0
    for due in await EvaluationRow.raw(_SOON, moment, moment + BEFORE):
        told += await _remind(due["id"], due["community_id"], moment)
    for due in await EvaluationRow.raw(_UNSIGNED, moment):
        told += await _chase(due["id"], due["community_id"], moment)
    return told


async def _remind(evaluation_id: UUID, community_id: UUID, at: datetime) -> bool:
    async with verb():
        found = await _claimed(evaluation_id, community_id, "reminded_at", at)
        if found is None:
            return False
        project = await circle.project_of(found.project_id, community_id=community_id)
        asked = set(await reading.invited(found))
        late = await circle.active(asked - await _raters(found), community_id=community_id)
        fill = {"until": found.closes_at}
        await telling.tell(project, late, "evaluation.reminder", fill=fill, settles=True)
        return True


async def _chase(evaluation_id: UUID, community_id: UUID, at: datetime) -> bool:
    async with verb():
        found = await _claimed(evaluation_id, community_id, "chased_at", at)
        if found is None:
            return False
        project = await circle.project_of(found.project_id, community_id=community_id)
        named = await reading.inspectors_named(project.id, community_id=community_id)
        signers = await telling.inspectors(found, [one.member_id for one in named])
        signed = {one.inspector_id for one in await rows.sign_offs(found)}
        whom = signers - signed - await circle.close_to_undertaker(project)
        link = f"{telling.page(project.id)}/sign"
        await telling.tell(project, whom, "evaluation.unsigned", link=link, settles=True)
        return True


async def _claimed(
    evaluation_id: UUID, community_id: UUID, mark: str, at: datetime
) -> Evaluation | None:
    """Return an evaluation that nobody else tells of, marked as told; None where it is."""
    if not await EvaluationRow.raw(_CLAIM % mark, evaluation_id):
        return None
    await EvaluationRow.raw(
        f"UPDATE evaluation SET {mark} = {{}} WHERE id = {{}}",  # noqa: S608 (one of our own columns)
        at,
        evaluation_id,
    )
    found = await rows.one(evaluation_id, community_id=community_id)
    await rows.note("remind" if mark == "reminded_at" else "chase", found, by=system(community_id))
    return found
