"""What evaluations keep of a person, what an erasure takes out of it, and what a merge hands on.

A rating's marks stay under the pseudonym, so that a published score holds; its words go, and so do
invitations and the words of reports. Inspections, rulings, replies and summaries are public acts
and stand. In a merge a rating that can still change passes on; who rated under both names counts
once, by the membership that stays.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Kept
from marketplace.evaluation.tables import RatingRow
from marketplace.refusals import verb

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "evaluation_ratings",
        ("evaluation_rating.member_id", "evaluation_rating.entered_by"),
        """
        SELECT title, evaluation_rating.member_id = me.id AS own, evaluation.aspects,
            CASE WHEN evaluation_rating.member_id = me.id THEN marks END AS marks,
            CASE WHEN evaluation_rating.member_id = me.id THEN words END AS words, rated_at
        FROM me JOIN evaluation_rating ON me.id IN (member_id, entered_by)
        JOIN evaluation ON evaluation.id = evaluation_id
        JOIN project ON project.id = project_id ORDER BY rated_at
        """,
    ),
    Kept(
        "evaluation_invitations",
        ("evaluation_invitation.member_id",),
        """
        SELECT title, why AS invited_because, closes_at FROM me
        JOIN evaluation_invitation ON member_id = me.id
        JOIN evaluation ON evaluation.id = evaluation_id
        JOIN project ON project.id = project_id ORDER BY closes_at
        """,
    ),
    Kept(
        "inspections",
        ("project_inspector.member_id", "project_inspector.named_by", "sign_off.inspector_id"),
        """
        SELECT title, passed, words, signed_at FROM me
        JOIN sign_off ON inspector_id = me.id JOIN evaluation ON evaluation.id = evaluation_id
        JOIN project ON project.id = project_id
        UNION ALL
        SELECT title, NULL, why, named_at FROM me
        JOIN project_inspector ON me.id IN (member_id, named_by)
        JOIN project ON project.id = project_id ORDER BY signed_at
        """,
    ),
    Kept(
        "evaluation_replies",
        ("evaluation.undertaker_id", "evaluation.replied_by", "project_summary.summed_by"),
        """
        SELECT title, reply AS words, replied_at AS written_at FROM me
        JOIN evaluation ON me.id IN (undertaker_id, replied_by)
        JOIN project ON project.id = project_id
        UNION ALL
        SELECT title, words, summed_at FROM me JOIN project_summary ON summed_by = me.id
        JOIN project ON project.id = project_id ORDER BY written_at
        """,
    ),
    Kept(
        "comment_reports",
        (
            "comment_report.reported_by",
            "comment_second_look.asked_by",
            "comment_ruling.ruled_by",
        ),
        """
        SELECT title, comment_report.reason AS report_reason, comment_report.words, reported_at
        FROM me JOIN comment_report ON reported_by = me.id
        JOIN evaluation_rating ON evaluation_rating.id = rating_id
        JOIN evaluation ON evaluation.id = evaluation_id JOIN project ON project.id = project_id
        UNION ALL
        SELECT title, NULL, look.words, asked_at FROM me
        JOIN comment_second_look AS look ON asked_by = me.id
        JOIN evaluation_rating ON evaluation_rating.id = rating_id
        JOIN evaluation ON evaluation.id = evaluation_id JOIN project ON project.id = project_id
        UNION ALL
        SELECT title, NULL, ruling.reason, ruled_at FROM me
        JOIN comment_ruling AS ruling ON ruled_by = me.id
        JOIN evaluation_rating ON evaluation_rating.id = rating_id
        JOIN evaluation ON evaluation.id = evaluation_id JOIN project ON project.id = project_id
        ORDER BY reported_at
        """,
    ),
)
"""What evaluations keep of a member."""

_FORGET: Final = (
    """UPDATE evaluation_rating SET words = ''
       WHERE community_id = {} AND member_id = ANY({}) AND words <> ''""",
    """UPDATE comment_report SET words = ''
       WHERE community_id = {} AND reported_by = ANY({}) AND words <> ''""",
    """UPDATE comment_second_look SET words = ''
       WHERE community_id = {} AND asked_by = ANY({}) AND words <> ''""",
    "DELETE FROM evaluation_invitation WHERE community_id = {} AND member_id = ANY({})",
)

# Where both memberships have done the same, the one that stays has done it.
_ONCE: Final = (
    """DELETE FROM evaluation_rating AS other USING evaluation_rating AS kept, evaluation
       WHERE other.community_id = {} AND other.member_id = {} AND kept.member_id = {}
           AND kept.evaluation_id = other.evaluation_id AND evaluation.id = other.evaluation_id
           AND evaluation.state = 'open'""",
    """DELETE FROM evaluation_invitation AS other USING evaluation_invitation AS kept
       WHERE other.community_id = {} AND other.member_id = {} AND kept.member_id = {}
           AND kept.evaluation_id = other.evaluation_id""",
    """DELETE FROM comment_report AS other USING comment_report AS kept
       WHERE other.community_id = {} AND other.reported_by = {} AND kept.reported_by = {}
           AND kept.rating_id = other.rating_id""",
    """DELETE FROM project_inspector AS other USING project_inspector AS kept
       WHERE other.community_id = {} AND other.member_id = {} AND kept.member_id = {}
           AND kept.project_id = other.project_id""",
)

_TO_SURVIVOR: Final = (
    """UPDATE evaluation_rating SET member_id = {} FROM evaluation
       WHERE evaluation_rating.community_id = {} AND member_id = {}
           AND evaluation.id = evaluation_id AND evaluation.state = 'open'""",
    "UPDATE evaluation_invitation SET member_id = {} WHERE community_id = {} AND member_id = {}",
    "UPDATE comment_report SET reported_by = {} WHERE community_id = {} AND reported_by = {}",
    "UPDATE comment_second_look SET asked_by = {} WHERE community_id = {} AND asked_by = {}",
    "UPDATE project_inspector SET member_id = {} WHERE community_id = {} AND member_id = {}",
    "UPDATE evaluation SET undertaker_id = {} WHERE community_id = {} AND undertaker_id = {}",
)


async def forget_evaluations(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what an erasure takes, within its transaction."""
    async with verb():
        for sql in _FORGET:
            await RatingRow.raw(sql, community_id, list(members))


async def take_over_evaluations(other: UUID, survivor: UUID, *, community_id: UUID) -> None:
    """Let one membership's ratings and tasks be the other's, within the merge's transaction."""
    async with verb():
        for sql in _ONCE:
            await RatingRow.raw(sql, community_id, other, survivor)
        for sql in _TO_SURVIVOR:
            await RatingRow.raw(sql, survivor, community_id, other)
