"""What moving keeps of a member: from where to where, when, and what came along."""

from collections.abc import Sequence
from typing import Final

from community import Kept

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "moves",
        ("member_move.member_id", "member_move.new_member_id"),
        """
        SELECT asked_at, old.name AS from_community, new.name AS to_community,
            member_move.state, released_at, received_at, minutes, gift_minutes, ended_at, ended_why
        FROM me JOIN member_move ON me.id IN (member_move.member_id, member_move.new_member_id)
        JOIN area AS old ON old.id = member_move.community_id
        JOIN area AS new ON new.id = member_move.to_community_id
        ORDER BY asked_at
        """,
    ),
)
"""What moving keeps of a member besides the book."""
