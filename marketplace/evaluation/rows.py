"""Reads, locks and writes the rows of evaluations: the only place that knows their columns."""

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import community
from community import Actor
from marketplace.evaluation.errors import UnknownEvaluation
from marketplace.evaluation.tables import EvaluationRow, RatingRow, SignOffRow
from marketplace.evaluation.values import (
    Aspect,
    Check,
    Evaluation,
    EvaluationState,
    SignOff,
    as_findings,
)

_EVALUATION: Final = """
SELECT id, community_id, project_id, number, state, aspects, checks, shown_from, sign_offs,
    undertaker_id, organisation_id, opened_at, closes_at, ended_at, reply, replied_by, replied_at
FROM evaluation WHERE community_id = {} AND """

_ADD: Final = """
INSERT INTO evaluation (id, community_id, project_id, number, aspects, checks, shown_from,
    sign_offs, undertaker_id, organisation_id, opened_at, closes_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_SIGN_OFFS: Final = """
SELECT id, evaluation_id, inspector_id, passed, findings, words, mend_by, signed_at,
    ARRAY(SELECT photo.words FROM sign_off_photo AS photo
        WHERE photo.sign_off_id = sign_off.id ORDER BY photo.number) AS photos
FROM sign_off WHERE community_id = {} AND evaluation_id = {} ORDER BY signed_at, id
"""


async def evaluations(condition: str, *values: Any, community_id: UUID) -> list[Evaluation]:
    """Return a community's evaluations that fit a condition written in this package."""
    rows = await EvaluationRow.raw(_EVALUATION + condition, community_id, *values)
    return [
        Evaluation(
            **{
                **row,
                "state": EvaluationState(row["state"]),
                "aspects": tuple(map(Aspect, row["aspects"])),
                "checks": tuple(map(Check, row["checks"])),
            }
        )
        for row in rows
    ]


async def one(evaluation_id: UUID, *, community_id: UUID) -> Evaluation:
    """Return an evaluation. Raises `UnknownEvaluation`."""
    found = await evaluations("id = {}", evaluation_id, community_id=community_id)
    if not found:
        raise UnknownEvaluation
    return found[0]


async def latest(project_id: UUID, *, community_id: UUID) -> Evaluation | None:
    """Return a project's last evaluation; None where it was never delivered."""
    found = await evaluations(
        "project_id = {} ORDER BY number DESC LIMIT 1", project_id, community_id=community_id
    )
    return found[0] if found else None


async def of_project(project_id: UUID, *, community_id: UUID) -> Evaluation:
    """Return a project's last evaluation. Raises `UnknownEvaluation`."""
    found = await latest(project_id, community_id=community_id)
    if found is None:
        raise UnknownEvaluation
    return found


async def kept_open(evaluation_id: UUID, *, community_id: UUID) -> Evaluation:
    """Return an evaluation that nobody ends until the open transaction does; ratings go on."""
    return await _locked(evaluation_id, "FOR SHARE", community_id=community_id)


async def locked(evaluation_id: UUID, *, community_id: UUID) -> Evaluation:
    """Return an evaluation that nobody else changes, nor rates in, until the transaction ends."""
    return await _locked(evaluation_id, "FOR UPDATE", community_id=community_id)


async def _locked(evaluation_id: UUID, how: str, *, community_id: UUID) -> Evaluation:
    await EvaluationRow.raw(
        f"SELECT id FROM evaluation WHERE community_id = {{}} AND id = {{}} {how}",  # noqa: S608 (words of ours)
        community_id,
        evaluation_id,
    )
    return await one(evaluation_id, community_id=community_id)


async def add(found: Evaluation) -> None:
    """Store a new evaluation."""
    await EvaluationRow.raw(
        _ADD,
        found.id,
        found.community_id,
        found.project_id,
        found.number,
        [aspect.value for aspect in found.aspects],
        [check.value for check in found.checks],
        found.shown_from,
        found.sign_offs,
        found.undertaker_id,
        found.organisation_id,
        found.opened_at,
        found.closes_at,
    )


async def end(found: Evaluation, state: EvaluationState, *, at: datetime) -> None:
    """End an evaluation that was `locked`."""
    await EvaluationRow.raw(
        "UPDATE evaluation SET state = {}, ended_at = {} WHERE community_id = {} AND id = {}",
        state.value,
        at,
        found.community_id,
        found.id,
    )


async def sign_offs(found: Evaluation) -> list[SignOff]:
    """Return the signatures of an evaluation, oldest first."""
    rows = await SignOffRow.raw(_SIGN_OFFS, found.community_id, found.id)
    return [
        SignOff(
            **{
                **row,
                "findings": as_findings(json.loads(row["findings"])),
                "photos": tuple(row["photos"]),
            }
        )
        for row in rows
    ]


async def counted_marks(found: Evaluation) -> list[tuple[int, ...]]:
    """Return the marks of every rating that counts, without who gave them and in no order."""
    rows = await RatingRow.raw(
        "SELECT marks FROM evaluation_rating"
        " WHERE community_id = {} AND evaluation_id = {} AND NOT set_aside ORDER BY id",
        found.community_id,
        found.id,
    )
    return [tuple(row["marks"]) for row in rows]


async def note(act: str, found: Evaluation, *, by: Actor, **details: Any) -> None:
    """Add what was done to the community's audit trail."""
    await community.record(
        f"evaluation.{act}",
        by=by,
        subject_kind="project",
        subject_id=found.project_id,
        details={"number": found.number, **details},
    )
