"""Reads the rows of votes and decisions."""

from typing import Any, Final
from uuid import UUID

from marketplace.meetings.errors import UnknownMeeting
from marketplace.meetings.tables import DecisionRow, MotionRow, MotionVoiceRow
from marketplace.meetings.values import Choice, Decision, Meeting, Motion, Voice, Votes, Way

_MOTION: Final = """
SELECT id, meeting_id, item_id, words, replaces_id, by_name, open, online_yes, online_no,
    online_abstain
FROM motion WHERE community_id = {} AND """

_DECISION: Final = """
SELECT one.*, later.id AS replaced_by
FROM decision AS one LEFT JOIN decision AS later ON later.replaces_id = one.id
WHERE one.community_id = {} AND """


async def motions(condition: str, *values: Any, community_id: UUID) -> list[Motion]:
    """Return motions that fit a condition written in this package."""
    return [
        Motion(
            id=row["id"],
            meeting_id=row["meeting_id"],
            item_id=row["item_id"],
            words=row["words"],
            replaces_id=row["replaces_id"],
            by_name=row["by_name"],
            open=row["open"],
            online=_votes(row, "online"),
        )
        for row in await MotionRow.raw(_MOTION + condition, community_id, *values)
    ]


def _votes(row: dict[str, Any], where: str) -> Votes:
    return Votes(*(row[f"{where}_{choice.value}"] for choice in Choice))


async def one_motion(meeting: Meeting, motion_id: UUID) -> Motion:
    """Return a motion of a meeting. Raises `UnknownMeeting`."""
    found = await motions(
        "meeting_id = {} AND id = {}", meeting.id, motion_id, community_id=meeting.community_id
    )
    if not found:
        raise UnknownMeeting
    return found[0]


async def open_motion(meeting: Meeting) -> Motion | None:
    """Return what is put to the vote now."""
    found = await motions("meeting_id = {} AND open", meeting.id, community_id=meeting.community_id)
    return found[0] if found else None


async def voices(motion: Motion) -> list[Voice]:
    """Return who has voted on a motion; how, where votes are by name."""
    rows = await MotionVoiceRow.raw(
        "SELECT member_id, way, choice FROM motion_voice WHERE motion_id = {} ORDER BY member_id",
        motion.id,
    )
    return [
        Voice(
            row["member_id"],
            Way(row["way"]),
            Choice(row["choice"]) if row["choice"] else None,
        )
        for row in rows
    ]


async def decisions(condition: str, *values: Any, community_id: UUID) -> list[Decision]:
    """Return decisions that fit a condition written in this package."""
    return [
        Decision(
            id=row["id"],
            meeting_id=row["meeting_id"],
            item_id=row["item_id"],
            motion_id=row["motion_id"],
            year=row["year"],
            number=row["number"],
            words=row["words"],
            room=_votes(row, "room"),
            online=_votes(row, "online"),
            present=row["present"],
            needed=row["needed"],
            carried=row["carried"],
            replaces_id=row["replaces_id"],
            replaced_by=row["replaced_by"],
            decided_at=row["decided_at"],
        )
        for row in await DecisionRow.raw(_DECISION + condition, community_id, *values)
    ]
