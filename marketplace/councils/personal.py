"""What councils keep of a person, and what becomes of it when they leave, are erased or merged."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.councils.tables import CouncilSeatRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "council_seats",
        ("council_seat.member_id", "council_seat.entered_by", "council_seat.ended_by"),
        """
        SELECT council.name AS council, whose.name AS member, council_seat.role AS seat_role,
            council_seat.entry, council_seat.words, council_seat.since, council_seat.until
        FROM me JOIN council_seat ON me.id IN (member_id, entered_by, ended_by)
        JOIN council ON council.id = council_id JOIN member AS whose ON whose.id = member_id
        ORDER BY council_seat.since
        """,
    ),
    Kept(
        "councils_entered",
        ("council.founded_by",),
        """
        SELECT council.name AS council, founded_at FROM me JOIN council ON founded_by = me.id
        ORDER BY founded_at
        """,
    ),
)
"""What councils keep of a member."""

_END: Final = """
UPDATE council_seat SET until = greatest({}, since)
WHERE community_id = {} AND member_id = ANY({}) AND until IS NULL
"""

_FORGET_WORDS: Final = """
UPDATE council_seat SET words = '' WHERE community_id = {} AND member_id = ANY({}) AND words <> ''
"""

_HAND_ON: Final = """
UPDATE council_seat AS other SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND until IS NULL AND NOT EXISTS (
        SELECT FROM council_seat AS kept WHERE kept.council_id = other.council_id
            AND kept.member_id = {} AND kept.until IS NULL)
"""


async def leave_councils(
    members: Collection[UUID], *, community_id: UUID, at: datetime | None = None
) -> None:
    """End the seats of members who leave, within the transaction that lets them go."""
    await CouncilSeatRow.raw(_END, at or datetime.now(UTC), community_id, list(members))


async def forget_councils(members: Collection[UUID], *, community_id: UUID) -> None:
    """End the seats of members who are erased, and let go what was said of how they came in."""
    await leave_councils(members, community_id=community_id)
    await CouncilSeatRow.raw(_FORGET_WORDS, community_id, list(members))


async def take_over_seats(other: UUID, survivor: UUID, *, by: Actor) -> None:
    """Hand a former membership's open seats to the one that stays; one person sits once."""
    await CouncilSeatRow.raw(_HAND_ON, survivor, by.community_id, other, survivor)
    await leave_councils([other], community_id=by.community_id)
