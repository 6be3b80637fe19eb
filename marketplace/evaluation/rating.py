"""Rates a project: once each, changed until its time is over; by oneself or on the telephone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from community import Actor
from marketplace.evaluation import circle, rows, rules
from marketplace.evaluation.errors import EvaluationOver, NotARater
from marketplace.evaluation.standing import rater
from marketplace.evaluation.tables import RatingRow
from marketplace.evaluation.values import Aspect, Evaluation
from marketplace.needs.standing import Standing
from marketplace.refusals import verb

# The id is random: one that tells the time would tell in which order residents came.
_RATE: Final = """
INSERT INTO evaluation_rating (id, evaluation_id, member_id, community_id, marks, words, entered_by,
    call_id, consent_id, rated_at)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_rating_each DO UPDATE SET marks = excluded.marks,
    words = excluded.words, entered_by = excluded.entered_by, call_id = excluded.call_id,
    consent_id = excluded.consent_id, rated_at = excluded.rated_at
"""


async def rate(
    project_id: UUID,
    given: Mapping[Aspect, int],
    words: str = "",
    *,
    by: Actor,
    call_id: UUID | None = None,
    at: datetime | None = None,
) -> Evaluation:
    """Rate a project by its aspects, or change what one gave; with `call_id`, a caller does.

    Marks are 1 to 5, or 0 for "I cannot say". Return the evaluation. Raises `NotARater`,
    `EvaluationOver`, `MarksMissing`, `TooLong`, `UnknownEvaluation`, `NotForAnother`,
    `NotYourDesk`, `NoWordGiven`.
    """
    moment = at or datetime.now(UTC)
    async with verb(evaluation_takes=EvaluationOver()):
        whose = await rater(by, call_id)
        found = await rows.of_project(project_id, community_id=by.community_id)
        found = await rows.kept_open(found.id, community_id=by.community_id)
        if not found.open_at(moment):
            raise EvaluationOver
        project = await circle.project_of(project_id, community_id=by.community_id)
        reason = await circle.why_not(project, whose.member_id)
        if reason is not None:
            raise NotARater(reason)
        marks = rules.marks(given, found.aspects)
        said = rules.text("comment", words, most=rules.LENGTHS_MAX["comment"], needed=False)
        await _store(found, whose, marks, said, at=moment)
        details = {"member": whose.member_id, "call": call_id} if call_id else {}
        await rows.note("rate", found, by=by, **details)
    return found


async def _store(
    found: Evaluation, whose: Standing, marks: tuple[int, ...], words: str, *, at: datetime
) -> None:
    await RatingRow.raw(
        _RATE,
        uuid4(),
        found.id,
        whose.member_id,
        found.community_id,
        list(marks),
        words,
        whose.entered_by,
        whose.call_id,
        whose.consent_id,
        at,
    )
