"""What needs keep of a person, and what becomes of it when they are erased or merged.

What was raised is public and others stand behind it: it stays, under the pseudonym. A need that
nobody else raised, seconded or took further loses its words and is withdrawn. Photographs go, and
the reasons of reports. In a merge two authors become one author and two seconds one second.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.needs.moving import locked, move
from marketplace.needs.tables import (
    NeedAuthorRow,
    NeedMoveRow,
    NeedPhotoRow,
    NeedReportRow,
    NeedRow,
    NeedSecondRow,
    NeedVersionRow,
)
from marketplace.needs.values import NeedState
from marketplace.refusals import verb

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "needs_raised",
        ("need_author.member_id", "need.raised_by", "need_version.written_by",
         "need_photo.added_by"),
        """
        SELECT version.title, version.story, version.place, version.category, need.state,
            need.raised_at, version.written_at, left_at,
            EXISTS (SELECT FROM need_photo WHERE need_id = need.id AND added_by = me.id)
                AS photograph,
            (SELECT why FROM need_move WHERE need_id = need.id AND moved_by = me.id
                AND need_move.state = 'withdrawn' ORDER BY seq DESC LIMIT 1) AS why
        FROM me JOIN need ON need.raised_by = me.id OR EXISTS (
            SELECT FROM need_author WHERE need_id = need.id AND member_id = me.id)
        LEFT JOIN need_author ON need_author.need_id = need.id AND member_id = me.id
        JOIN need_version AS version ON version.need_id = need.id AND written_by = me.id
        ORDER BY version.written_at
        """,
    ),
    Kept(
        "needs_seconded",
        ("need_second.member_id",),
        """
        SELECT need.title, seconded_at FROM me JOIN need_second ON member_id = me.id
        JOIN need ON need.id = need_id ORDER BY seconded_at
        """,
    ),
    Kept(
        "need_reports",
        ("need_report.member_id",),
        """
        SELECT need.title, reason, reported_at, settled_at FROM me
        JOIN need_report ON member_id = me.id JOIN need ON need.id = need_id ORDER BY reported_at
        """,
    ),
)  # fmt: skip
"""What needs keep of a member, in the order in which a page tells it."""

DASH: Final = "–"
"""Stands where words were, as in a consent of somebody who was erased."""

# Nobody else raised it, nobody stands behind it, and no screening has begun.
_ALONE: Final = """
SELECT id FROM need WHERE community_id = {} AND raised_by = ANY({})
    AND state IN ('raised', 'withdrawn', 'hidden')
    AND NOT EXISTS (SELECT FROM need_author WHERE need_id = need.id AND member_id <> ALL({}))
    AND NOT EXISTS (SELECT FROM need_second WHERE need_id = need.id AND member_id <> ALL({}))
    AND NOT EXISTS (SELECT FROM need_move WHERE need_id = need.id
        AND state IN ('seconded', 'accepted', 'refused', 'planned', 'entered', 'merged'))
    AND NOT EXISTS (SELECT FROM need AS other WHERE other.merged_into = need.id)
ORDER BY id
"""

_ONE_AUTHOR: Final = """
UPDATE need_author AS mine SET left_at = NULL FROM need_author AS theirs
WHERE mine.need_id = theirs.need_id AND mine.community_id = {} AND mine.member_id = {}
    AND theirs.member_id = {} AND theirs.left_at IS NULL AND mine.left_at IS NOT NULL
"""


async def forget_needs(members: Collection[UUID], *, by: Actor) -> None:
    """Take out what these members alone said, within the transaction that erases them."""
    ids = list(members)
    async with verb():
        await NeedPhotoRow.raw(
            "DELETE FROM need_photo WHERE community_id = {} AND added_by = ANY({})",
            by.community_id,
            ids,
        )
        await NeedReportRow.raw(
            "UPDATE need_report SET reason = {} WHERE community_id = {} AND member_id = ANY({})",
            DASH,
            by.community_id,
            ids,
        )
        await NeedMoveRow.raw(
            "UPDATE need_move SET why = {} WHERE community_id = {} AND moved_by = ANY({})"
            " AND state = 'withdrawn' AND why <> ''",
            DASH,
            by.community_id,
            ids,
        )
        for row in await NeedRow.raw(_ALONE, by.community_id, ids, ids, ids):
            await _empty(row["id"], by)


async def _empty(need_id: UUID, by: Actor) -> None:
    need = await locked(need_id, community_id=by.community_id)
    # Nobody stands by it any more, so nobody is told: there is no inbox left to tell.
    await NeedAuthorRow.raw(
        "UPDATE need_author SET left_at = clock_timestamp() WHERE need_id = {} AND left_at IS NULL",
        need_id,
    )
    if need.state is NeedState.RAISED:
        await move(need, NeedState.WITHDRAWN, by=by)
    for table in (NeedRow, NeedVersionRow):
        named = "id" if table is NeedRow else "need_id"
        await table.raw(
            f"UPDATE {table._meta.tablename} SET title = {{}}, story = {{}}, place = ''"  # noqa: S608, SLF001 (names of ours)
            f" WHERE {named} = {{}}",
            DASH,
            DASH,
            need_id,
        )


async def take_over_needs(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand a former membership's needs and seconds on to the one that stays; none counts twice.

    Within the transaction that merges the two, after their rows are locked. A need that had reached
    the threshold stays where it is.
    """
    here = by.community_id
    async with verb():
        await NeedAuthorRow.raw(_ONE_AUTHOR, here, survivor, other)
        for table in (NeedAuthorRow, NeedSecondRow):
            name = table._meta.tablename  # noqa: SLF001 (Piccolo's own way to a table's name)
            await table.raw(
                f"UPDATE {name} SET member_id = {{}} WHERE community_id = {{}} AND member_id = {{}}"  # noqa: S608 (a table of ours)
                f" AND need_id NOT IN (SELECT need_id FROM {name} WHERE member_id = {{}})",
                survivor,
                here,
                other,
                survivor,
            )
            await table.raw(
                f"DELETE FROM {name} WHERE community_id = {{}} AND member_id = {{}}",  # noqa: S608 (a table of ours)
                here,
                other,
            )
        # Whoever raised a need does not second it as well.
        await NeedSecondRow.raw(
            "DELETE FROM need_second WHERE community_id = {} AND member_id = {} AND need_id IN ("
            "SELECT need_id FROM need_author WHERE member_id = {} AND left_at IS NULL"
            " AND from_need IS NULL)",
            here,
            survivor,
            survivor,
        )
        await NeedRow.raw(
            "UPDATE need SET raised_by = {} WHERE community_id = {} AND raised_by = {}",
            survivor,
            here,
            other,
        )
        await NeedPhotoRow.raw(
            "UPDATE need_photo SET added_by = {} WHERE community_id = {} AND added_by = {}",
            survivor,
            here,
            other,
        )
        await NeedReportRow.raw(
            "UPDATE need_report SET member_id = {} WHERE community_id = {} AND member_id = {}"
            " AND need_id NOT IN (SELECT need_id FROM need_report WHERE member_id = {})",
            survivor,
            here,
            other,
            survivor,
        )
