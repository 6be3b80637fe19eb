"""What screening keeps of a person, and what becomes of it in an erasure and in a merge.

Outcomes and their reasons are public acts of the community: they stand, under the pseudonym of
whoever decided. The words of an appeal are the member's own and go with them; that they appealed,
and what was decided, stands.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Kept
from marketplace.refusals import verb
from marketplace.screening.tables import ScreeningAppealRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "screenings",
        ("screening.saved_by", "screening.decided_by", "screening_list.changed_by"),
        """
        SELECT title, saved_at, outcome, reason, decided_at FROM me
        JOIN screening ON me.id IN (saved_by, decided_by) JOIN need ON need.id = need_id
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, changed_at FROM me
        JOIN screening_list ON changed_by = me.id
        ORDER BY saved_at
        """,
    ),
    Kept(
        "screening_appeals",
        ("screening_appeal.appealed_by", "screening_appeal.decided_by"),
        """
        SELECT title, CASE WHEN appealed_by = me.id THEN words END AS words, appealed_at, granted,
            screening_appeal.reason, decided_at
        FROM me JOIN screening_appeal ON me.id IN (appealed_by, decided_by)
        JOIN need ON need.id = need_id ORDER BY appealed_at
        """,
    ),
)
"""What screening keeps of a member."""


async def forget_screening(members: Collection[UUID], *, community_id: UUID) -> None:
    """Empty the words of erased members' appeals, within the transaction that erases them."""
    async with verb():
        await ScreeningAppealRow.raw(
            "UPDATE screening_appeal SET words = '' WHERE community_id = {}"
            " AND appealed_by = ANY({})",
            community_id,
            list(members),
        )


async def take_over_appeals(other: UUID, survivor: UUID, *, community_id: UUID) -> None:
    """Let one membership's appeals be the other's, within the transaction that merges the two."""
    async with verb():
        await ScreeningAppealRow.raw(
            "UPDATE screening_appeal SET appealed_by = {} WHERE community_id = {}"
            " AND appealed_by = {}",
            survivor,
            community_id,
            other,
        )
