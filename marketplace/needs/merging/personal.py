"""What merges of needs keep of a person, and what becomes of it when they are erased or merged.

That a merge was asked for, by whom and what came of it stays, under the pseudonym; words that they
wrote go. In a merge of two memberships the one that stays is asked in the other's place.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Actor, Kept, record
from marketplace.needs.merging.tables import NeedMergeAnswerRow, NeedMergeRow
from marketplace.refusals import verb

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "need_merges",
        ("need_merge.asked_by", "need_merge_answer.member_id"),
        """
        SELECT need.title, other.title AS other, need_merge.why, need_merge.asked_at, agreed,
            answer.reason, answered_at
        FROM me JOIN need_merge ON asked_by = me.id OR EXISTS (
            SELECT FROM need_merge_answer WHERE merge_id = need_merge.id AND member_id = me.id)
        JOIN need ON need.id = need_merge.need_id JOIN need AS other ON other.id = into_id
        LEFT JOIN need_merge_answer AS answer
            ON merge_id = need_merge.id AND answer.member_id = me.id
        ORDER BY need_merge.asked_at
        """,
    ),
)
"""What merges of needs keep of a member."""

DASH: Final = "–"

_HAND_ON: Final = """
UPDATE need_merge_answer AS theirs SET member_id = {}
WHERE community_id = {} AND member_id = {} AND NOT EXISTS (
    SELECT FROM need_merge_answer AS mine WHERE mine.merge_id = theirs.merge_id
        AND mine.need_id = theirs.need_id AND mine.member_id = {})
RETURNING merge_id
"""


async def forget_need_merges(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what these members wrote, within the transaction that erases them."""
    ids = list(members)
    async with verb():
        await NeedMergeRow.raw(
            "UPDATE need_merge SET why = {} WHERE community_id = {} AND asked_by = ANY({})",
            DASH,
            community_id,
            ids,
        )
        await NeedMergeAnswerRow.raw(
            "UPDATE need_merge_answer SET reason = {}"
            " WHERE community_id = {} AND member_id = ANY({}) AND reason <> ''",
            DASH,
            community_id,
            ids,
        )


async def take_over_need_merges(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Ask the membership that stays where the former one was asked; what was answered stands."""
    async with verb():
        handed = await NeedMergeAnswerRow.raw(_HAND_ON, survivor, by.community_id, other, survivor)
        handed += await NeedMergeAnswerRow.raw(
            "DELETE FROM need_merge_answer WHERE community_id = {} AND member_id = {}"
            " RETURNING merge_id",
            by.community_id,
            other,
        )
        handed += await NeedMergeRow.raw(
            "UPDATE need_merge SET asked_by = {} WHERE community_id = {} AND asked_by = {}"
            " RETURNING id",
            survivor,
            by.community_id,
            other,
        )
        if handed:
            await record("need.merge_take_over", by=by, subject_kind="member", subject_id=survivor)
