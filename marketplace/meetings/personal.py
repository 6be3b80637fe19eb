"""What meetings keep of a person, and what becomes of it when they leave, are erased or merged.

What was said, decided and voted by name at a public meeting stays, under the pseudonym of whoever
is erased. Answers to meetings still to come, and the words of objections, go.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from community import Actor, Kept
from marketplace.meetings.coming import give_up_answers
from marketplace.meetings.tables import MeetingAnswerRow, MeetingPresenceRow, MeetingRow

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "meetings_run",
        (
            "meeting.chair_id",
            "meeting.clerk_id",
            "meeting.called_by",
            "meeting_notice.announced_by",
        ),
        """
        SELECT title, starts_at, chair_id = me.id AS chairs, clerk_id = me.id AS writes_minutes
        FROM me JOIN meeting ON me.id IN (chair_id, clerk_id, called_by) OR EXISTS (
            SELECT FROM meeting_notice WHERE meeting_id = meeting.id AND announced_by = me.id)
        ORDER BY starts_at
        """,
    ),
    Kept(
        "meeting_answers",
        ("meeting_answer.member_id",),
        """
        SELECT title, starts_at, answer AS reply, answered_at FROM me
        JOIN meeting_answer ON member_id = me.id JOIN meeting ON meeting.id = meeting_id
        ORDER BY starts_at
        """,
    ),
    Kept(
        "meetings_attended",
        ("meeting_presence.member_id", "meeting_presence.marked_by"),
        """
        SELECT title, whose.name AS member, way AS took_part, how AS noted_how, came_at FROM me
        JOIN meeting_presence ON me.id IN (member_id, marked_by)
        JOIN meeting ON meeting.id = meeting_id JOIN member AS whose ON whose.id = member_id
        ORDER BY came_at
        """,
    ),
    Kept(
        "agenda_items",
        ("agenda_item.brought_by", "agenda_item.decided_by"),
        """
        SELECT meeting.title AS meeting, item.title, item.about, brought_at,
            item.state AS item_state, item.reason
        FROM me JOIN agenda_item AS item ON me.id IN (brought_by, decided_by)
        JOIN meeting ON meeting.id = meeting_id ORDER BY brought_at
        """,
    ),
    Kept(
        "minutes_written",
        ("item_minutes.written_by", "minutes_note.written_by"),
        """
        SELECT meeting.title AS meeting, item_minutes.words, written_at FROM me
        JOIN item_minutes ON written_by = me.id JOIN meeting ON meeting.id = meeting_id
        UNION ALL
        SELECT meeting.title, minutes_note.words, written_at FROM me
        JOIN minutes_note ON written_by = me.id JOIN meeting ON meeting.id = meeting_id
        ORDER BY written_at
        """,
    ),
    Kept(
        "meeting_votes",
        ("motion_voice.member_id",),
        """
        SELECT meeting.title AS meeting, motion.words, way AS took_part, choice AS vote,
            put_at FROM me
        JOIN motion_voice ON member_id = me.id JOIN motion ON motion.id = motion_id
        JOIN meeting ON meeting.id = motion.meeting_id ORDER BY put_at
        """,
    ),
    Kept(
        "meeting_decisions_entered",
        ("motion.put_by", "decision.decided_by"),
        """
        SELECT meeting.title AS meeting, motion.words, put_at FROM me
        JOIN motion ON put_by = me.id OR EXISTS (
            SELECT FROM decision WHERE motion_id = motion.id AND decided_by = me.id)
        JOIN meeting ON meeting.id = motion.meeting_id ORDER BY put_at
        """,
    ),
)
"""What meetings keep of a member."""

_FORGET: Final = (
    """UPDATE minutes_note SET words = '' WHERE community_id = {} AND written_by = ANY({})
       AND kind = 'objection' AND words <> ''""",
    "DELETE FROM meeting_answer WHERE community_id = {} AND member_id = ANY({})",
)

_HAND_ON_ANSWERS: Final = """
UPDATE meeting_answer AS other SET member_id = {} FROM meeting
WHERE meeting.id = other.meeting_id AND other.community_id = {} AND other.member_id = {}
    AND meeting.state = 'announced' AND NOT EXISTS (SELECT FROM meeting_answer AS kept
        WHERE kept.meeting_id = other.meeting_id AND kept.member_id = {})
"""

_HAND_ON_PRESENCE: Final = """
UPDATE meeting_presence AS other SET member_id = {} FROM meeting
WHERE meeting.id = other.meeting_id AND other.community_id = {} AND other.member_id = {}
    AND meeting.state = 'announced' AND NOT EXISTS (SELECT FROM meeting_presence AS kept
        WHERE kept.meeting_id = other.meeting_id AND kept.member_id = {})
"""

# Somebody who is written down twice at a meeting under way counts once; a vote given stays.
_COUNT_ONCE: Final = """
DELETE FROM meeting_presence AS other USING meeting
WHERE meeting.id = other.meeting_id AND other.community_id = {} AND other.member_id = {}
    AND meeting.state = 'announced' AND NOT EXISTS (SELECT FROM motion_voice AS voice
        WHERE voice.meeting_id = other.meeting_id AND voice.member_id = other.member_id)
"""

_RUNS: Final = (
    """UPDATE meeting SET chair_id = {} WHERE community_id = {} AND chair_id = {}
       AND minutes_state <> 'published'""",
    """UPDATE meeting SET clerk_id = {} WHERE community_id = {} AND clerk_id = {}
       AND minutes_state <> 'published'""",
)


async def leave_meetings(
    members: Collection[UUID], *, community_id: UUID, at: datetime | None = None
) -> None:
    """Give up the places of members who leave, within the transaction that lets them go.

    A meeting that they were to chair keeps their name; a coordinator can run it too.
    """
    await give_up_answers(list(members), community_id=community_id, at=at or datetime.now(UTC))


async def forget_meetings(members: Collection[UUID], *, community_id: UUID) -> None:
    """Let go of the answers and the objections of members who are erased."""
    await leave_meetings(members, community_id=community_id)
    for sql in _FORGET:
        await MeetingAnswerRow.raw(sql, community_id, list(members))


async def take_over_meetings(
    other: UUID, survivor: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Hand on what a former membership has at meetings still open; one person counts once."""
    await MeetingAnswerRow.raw(_HAND_ON_ANSWERS, survivor, by.community_id, other, survivor)
    await MeetingPresenceRow.raw(_HAND_ON_PRESENCE, survivor, by.community_id, other, survivor)
    await MeetingPresenceRow.raw(_COUNT_ONCE, by.community_id, other)
    for sql in _RUNS:
        await MeetingRow.raw(sql, survivor, by.community_id, other)
    await leave_meetings([other], community_id=by.community_id, at=at)
