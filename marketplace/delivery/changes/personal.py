"""What changes keep of a person, what an erasure takes out of it, and what a merge hands on.

What was asked for and decided is public and stays, under the pseudonym of whoever is erased. The
words of an objection go.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.delivery.changes.tables import ChangeObjectionRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "project_changes",
        ("project_change.asked_by", "project_change.decided_by"),
        """
        SELECT project.title AS project, project_change.kind AS change_kind, project_change.reason,
            asked_at, project_change.state AS change_state, answer, decided_at
        FROM me JOIN project_change ON me.id IN (asked_by, decided_by)
        JOIN project ON project.id = project_id ORDER BY asked_at
        """,
    ),
    Kept(
        "change_objections",
        ("change_objection.member_id",),
        """
        SELECT project.title AS project, words, made_at FROM me
        JOIN change_objection ON member_id = me.id
        JOIN project_change ON project_change.id = change_id
        JOIN project ON project.id = project_id ORDER BY made_at
        """,
    ),
)
"""What changes keep of a member, in the order in which a page tells it."""

_HAND_ON: Final = """
UPDATE change_objection AS other SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND NOT EXISTS (SELECT FROM change_objection AS kept
        WHERE kept.change_id = other.change_id AND kept.member_id = {})
"""


async def forget_changes(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out what an erasure takes, within its transaction: the words of objections."""
    await ChangeObjectionRow.raw(
        "UPDATE change_objection SET words = '' WHERE community_id = {} AND member_id = ANY({})"
        " AND words <> ''",
        community_id,
        list(members),
    )


async def take_over_changes(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand objections on, within the merge's transaction; one person objects once."""
    await ChangeObjectionRow.raw(_HAND_ON, survivor, by.community_id, other, survivor)
