"""What is kept of a member beside their visits, and what becomes of it in merge and erasure.

In an erasure a safety note and photographs go, and the words of ratings; the stars stay as part of
sums that name nobody. In a merge the safety note passes on where the other has none; ratings and
photographs stay with their visits, which keep the names that they were given under.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import community
from community import Actor, Kept
from timebank.beside.tables import SafetyNoteRow, VisitPhotoRow, VisitRatingRow
from timebank.refusals import one_transaction

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "safety",
        ("safety_note.member_id", "safety_note.changed_by", "safety_note.on_behalf_of"),
        """
        SELECT elder.name AS elder, CASE WHEN member_id = me.id THEN words END AS words,
            CASE WHEN member_id = me.id THEN contact_name END AS contact_name,
            CASE WHEN member_id = me.id THEN contact_phone END AS contact_phone, changed_at
        FROM me JOIN safety_note ON me.id IN (member_id, changed_by, on_behalf_of)
        JOIN member AS elder ON elder.id = member_id ORDER BY changed_at
        """,
    ),
    # What others said of one is the desk's alone: a word given in confidence.
    Kept(
        "ratings",
        ("visit_rating.rater_id", "visit_rating.rated_id", "visit_rating.seen_by"),
        """
        SELECT starts_at, rated.name AS other,
            CASE WHEN rater_id = me.id THEN stars END AS stars,
            CASE WHEN rater_id = me.id THEN visit_rating.words END AS words, rated_at
        FROM me JOIN visit_rating ON me.id IN (rater_id, rated_id, seen_by)
        JOIN visit ON visit.id = visit_id
        JOIN member AS rated ON rated.id = rated_id ORDER BY rated_at
        """,
    ),
    Kept(
        "photos",
        ("visit_photo.volunteer_id",),
        """
        SELECT starts_at, taken_at FROM me JOIN visit ON me.id IN (elder_id, visit.volunteer_id)
        JOIN visit_photo ON visit_id = visit.id ORDER BY taken_at
        """,
    ),
)
"""What is kept of a member beside their visits, in the order in which a page tells it."""


async def forget_beside(members: Collection[UUID], *, community_id: UUID) -> None:
    """Delete notes and photographs of these members, and words by and about them.

    Within the transaction that erases them.
    """
    ids = list(members)
    async with one_transaction():
        await SafetyNoteRow.raw(
            "DELETE FROM safety_note WHERE community_id = {} AND member_id = ANY({})",
            community_id,
            ids,
        )
        await VisitPhotoRow.raw(
            "DELETE FROM visit_photo WHERE community_id = {} AND visit_id IN ("
            "SELECT id FROM visit WHERE elder_id = ANY({}) OR volunteer_id = ANY({}))",
            community_id,
            ids,
            ids,
        )
        await VisitRatingRow.raw(
            "UPDATE visit_rating SET words = '' WHERE community_id = {} AND words <> ''"
            " AND (rater_id = ANY({}) OR rated_id = ANY({}))",
            community_id,
            ids,
            ids,
        )


async def take_over_beside(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand a safety note on to the membership that stays, where that has none.

    Within the transaction that merges the two.
    """
    async with one_transaction():
        taken = await SafetyNoteRow.raw(
            "INSERT INTO safety_note (member_id, community_id, words, contact_name, contact_phone,"
            " changed_at, changed_by, on_behalf_of)"
            " SELECT {}, community_id, words, contact_name, contact_phone, changed_at, changed_by,"
            " on_behalf_of FROM safety_note WHERE community_id = {} AND member_id = {}"
            " ON CONFLICT (member_id) DO NOTHING RETURNING member_id",
            survivor,
            by.community_id,
            other,
        )
        gone = await SafetyNoteRow.raw(
            "DELETE FROM safety_note WHERE community_id = {} AND member_id = {}"
            " RETURNING member_id",
            by.community_id,
            other,
        )
        if gone:
            await community.record(
                "safety.merge",
                by=by,
                subject_kind="member",
                subject_id=survivor,
                details={"merged": str(other), "taken_over": bool(taken)},
            )
