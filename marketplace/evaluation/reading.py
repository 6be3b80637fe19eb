"""Reads evaluations for pages, for registers and for summaries. Never writes, names no rater."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from marketplace.evaluation import rows, rules
from marketplace.evaluation.errors import UnknownEvaluation
from marketplace.evaluation.tables import (
    EvaluationRow,
    InspectorRow,
    InvitationRow,
    RatingRow,
    SignOffPhotoRow,
)
from marketplace.evaluation.values import (
    Comment,
    Counted,
    Evaluation,
    EvaluationState,
    Inspector,
    Judged,
    Rating,
    RatingId,
    Result,
)

LIST_SHOWN: Final = 60

_COUNTED: Final = """
SELECT (SELECT count(*)::int FROM evaluation_invitation WHERE evaluation_id = one.id) AS invited,
    (SELECT count(*)::int FROM evaluation_rating WHERE evaluation_id = one.id
        AND NOT set_aside) AS rated,
    (SELECT count(*)::int FROM sign_off WHERE evaluation_id = one.id AND passed) AS sign_offs
FROM evaluation AS one WHERE community_id = {} AND id = {}
"""

_COMMENTS: Final = """
SELECT id, words, coalesce(ruling.hidden, false) AS hidden,
    CASE WHEN ruling.hidden THEN ruling.reason ELSE '' END AS hidden_reason
FROM evaluation_rating LEFT JOIN LATERAL (SELECT hidden, reason FROM comment_ruling
    WHERE rating_id = evaluation_rating.id ORDER BY number DESC LIMIT 1) AS ruling ON true
WHERE community_id = {} AND evaluation_id = {} AND words <> '' AND NOT set_aside
"""

# Who undertook is read from the evaluation, as it was: a member for themselves, or an organisation.
_RECORD: Final = """
SELECT evaluation.id, project.title FROM evaluation JOIN project ON project.id = project_id
WHERE evaluation.community_id = {} AND state = 'closed'
    AND (({}::uuid IS NOT NULL AND organisation_id = {}::uuid)
        OR ({}::uuid IS NULL AND organisation_id IS NULL AND undertaker_id = {}::uuid))
ORDER BY ended_at DESC, evaluation.id
"""


async def evaluation_of(project_id: UUID, *, community_id: UUID) -> Evaluation | None:
    """Return a project's last evaluation; None where it was never delivered."""
    return await rows.latest(project_id, community_id=community_id)


async def ended_at(
    project_ids: Collection[UUID], community_id: UUID
) -> dict[UUID, datetime | None]:
    """Return when the last evaluation of each of these projects ended; None while it goes on."""
    if not project_ids:
        return {}
    rows = await EvaluationRow.raw(
        "SELECT DISTINCT ON (project_id) project_id, ended_at FROM evaluation"
        " WHERE community_id = {} AND project_id = ANY({}) ORDER BY project_id, number DESC",
        community_id,
        list(project_ids),
    )
    return {row["project_id"]: row["ended_at"] for row in rows}


async def evaluations_shown(community_id: UUID) -> list[Evaluation]:
    """Return the evaluations that are open, those that end soonest first, then the last closed."""
    return await rows.evaluations(
        "state IN ('open', 'closed') ORDER BY state = 'closed',"
        " CASE state WHEN 'open' THEN closes_at END, ended_at DESC, id"
        f" LIMIT {LIST_SHOWN}",
        community_id=community_id,
    )


async def evaluations_of(project_id: UUID, *, community_id: UUID) -> list[Evaluation]:
    """Return every evaluation of a project, the first first."""
    return await rows.evaluations(
        "project_id = {} ORDER BY number", project_id, community_id=community_id
    )


async def counted(found: Evaluation) -> Counted:
    """Return how many were invited, rated and signed: figures that may be seen at any time."""
    (row,) = await EvaluationRow.raw(_COUNTED, found.community_id, found.id)
    return Counted(**row)


async def result_of(found: Evaluation) -> Result:
    """Return the score of an evaluation: nothing but the number of raters until it is closed.

    Seen while it grows, each new rating would give itself away; and of one that was sent back
    nothing is told, for it would give away by the difference who rated again, and how.
    """
    ratings = await rows.counted_marks(found)
    if found.state is not EvaluationState.CLOSED:
        return Result(len(ratings), found.shown_from, None, dict.fromkeys(found.aspects))
    return rules.result(ratings, found.aspects, shown_from=found.shown_from)


async def comments(found: Evaluation) -> list[Comment]:
    """Return what residents said, once the evaluation is closed; in no order of time."""
    if found.state is not EvaluationState.CLOSED:
        return []
    said = [
        Comment(row["id"], row["words"], row["hidden"], row["hidden_reason"])
        for row in await RatingRow.raw(_COMMENTS, found.community_id, found.id)
    ]
    return sorted(said, key=lambda one: rules.comment_order(one.id))


async def own_rating(found: Evaluation, member_id: UUID) -> Rating | None:
    """Return what a member gave; None where they have not rated."""
    given = await RatingRow.raw(
        "SELECT id, marks, words, rated_at, call_id IS NOT NULL AS by_telephone"
        " FROM evaluation_rating WHERE community_id = {} AND evaluation_id = {} AND member_id = {}",
        found.community_id,
        found.id,
        member_id,
    )
    if not given:
        return None
    row: dict[str, Any] = given[0]
    return Rating(**{**row, "id": RatingId(row["id"]), "marks": tuple(row["marks"])})


async def invited(found: Evaluation) -> list[UUID]:
    """Return who was asked to rate; for verbs and the audit, never for a public page."""
    asked = await InvitationRow.raw(
        "SELECT member_id FROM evaluation_invitation WHERE community_id = {} AND evaluation_id = {}"
        " ORDER BY member_id",
        found.community_id,
        found.id,
    )
    return [row["member_id"] for row in asked]


async def inspectors_named(project_id: UUID, *, community_id: UUID) -> list[Inspector]:
    """Return the residents who were named to inspect a project, the first first."""
    named = await InspectorRow.raw(
        "SELECT project_id, member_id, named_by, named_at, why FROM project_inspector"
        " WHERE community_id = {} AND project_id = {} ORDER BY named_at, member_id",
        community_id,
        project_id,
    )
    return [Inspector(**row) for row in named]


async def sign_off_photo(
    sign_off_id: UUID, number: int, *, project_id: UUID, community_id: UUID
) -> bytes:
    """Return a photograph of a project's sign-off as JPEG. Raises `UnknownEvaluation`."""
    if not 0 < number <= rules.PHOTOS_MAX:  # also a number that no column holds
        raise UnknownEvaluation
    found = await SignOffPhotoRow.raw(
        "SELECT image FROM sign_off_photo AS photo JOIN sign_off ON sign_off.id = sign_off_id"
        " JOIN evaluation ON evaluation.id = evaluation_id WHERE photo.community_id = {}"
        " AND sign_off_id = {} AND photo.number = {} AND project_id = {}",
        community_id,
        sign_off_id,
        number,
        project_id,
    )
    if not found:
        raise UnknownEvaluation
    image: bytes = found[0]["image"]
    return image


async def record_of(
    *, community_id: UUID, member_id: UUID | None = None, organisation_id: UUID | None = None
) -> list[Judged]:
    """Return how an undertaker's projects were judged, the latest first, with their replies.

    With an organisation it is the organisation's record; else what the member undertook alone.
    """
    found = await EvaluationRow.raw(
        _RECORD, community_id, organisation_id, organisation_id, organisation_id, member_id
    )
    judged = []
    for row in found:
        one = await rows.one(row["id"], community_id=community_id)
        judged.append(Judged(one, row["title"], await result_of(one)))
    return judged


async def not_yet_rated(member_id: UUID, *, community_id: UUID) -> list[Evaluation]:
    """Return the open evaluations that a member was asked to and has not rated, soonest first."""
    return await rows.evaluations(
        "state = 'open' AND closes_at > clock_timestamp() AND EXISTS (SELECT FROM"
        " evaluation_invitation WHERE evaluation_id = evaluation.id AND member_id = {})"
        " AND NOT EXISTS (SELECT FROM evaluation_rating WHERE evaluation_id = evaluation.id"
        " AND member_id = {}) ORDER BY closes_at, id",
        member_id,
        member_id,
        community_id=community_id,
    )


async def to_rate(member_id: UUID, *, community_id: UUID) -> list[tuple[Evaluation, bool]]:
    """Return the open evaluations that a member was asked to, and whether they have rated."""
    found = await rows.evaluations(
        "state = 'open' AND closes_at > clock_timestamp() AND EXISTS (SELECT FROM"
        " evaluation_invitation WHERE evaluation_id = evaluation.id AND member_id = {})"
        " ORDER BY closes_at, id",
        member_id,
        community_id=community_id,
    )
    return [(one, await own_rating(one, member_id) is not None) for one in found]
