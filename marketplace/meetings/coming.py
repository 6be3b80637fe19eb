"""Saying whether one comes: a place in the room while there is one, else one waits and moves up."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor, system
from marketplace import councils
from marketplace.meetings import rows, telling
from marketplace.meetings.errors import MeetingOver, NotYourMeeting
from marketplace.meetings.tables import MeetingAnswerRow
from marketplace.meetings.values import Answer, Meeting, MeetingState, OwnAnswer

_KEEP: Final = """
INSERT INTO meeting_answer (community_id, meeting_id, member_id, answer, answered_at, placed_at)
VALUES ({}, {}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_answer_each DO UPDATE
SET answer = excluded.answer, answered_at = excluded.answered_at, placed_at = excluded.placed_at
"""

_MOVE_UP: Final = """
UPDATE meeting_answer SET placed_at = {} WHERE meeting_id = {} AND member_id = (
    SELECT member_id FROM meeting_answer WHERE meeting_id = {} AND answer = 'yes'
        AND placed_at IS NULL ORDER BY answered_at, member_id LIMIT 1)
RETURNING member_id
"""

_OWN: Final = """
SELECT answer, placed_at IS NOT NULL AS placed,
    CASE WHEN answer = 'yes' AND placed_at IS NULL THEN (
        SELECT count(*)::int FROM meeting_answer AS before WHERE before.meeting_id = own.meeting_id
            AND before.answer = 'yes' AND before.placed_at IS NULL
            AND (before.answered_at, before.member_id) <= (own.answered_at, own.member_id))
    ELSE 0 END AS place
FROM meeting_answer AS own WHERE community_id = {} AND meeting_id = {} AND member_id = {}
"""


async def answer_meeting(
    meeting_id: UUID, answer: Answer, *, by: Actor, at: datetime | None = None
) -> OwnAnswer:
    """Say whether one comes; the last word counts. Who has a vote on the council has a place.

    Raises `NotYourMeeting`, `MeetingOver`, `UnknownMeeting`.
    """
    async with ledger.transaction():
        meeting = await rows.announced(meeting_id, community_id=by.community_id)
        # Under the lock: who waits stands in the order in which the answers came to be kept.
        moment = at or datetime.now(UTC)
        if by.on_behalf_of is not None:
            raise NotYourMeeting("answer")
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotYourMeeting("answer")
        if meeting.ends_at <= moment:
            raise MeetingOver("begun")
        before = await own_answer(meeting, by.member_id)
        if before is not None and before.answer is answer:
            return before
        placed = answer is Answer.YES and (
            meeting.free or await _votes(meeting, by.member_id, moment)
        )
        await MeetingAnswerRow.raw(
            _KEEP,
            by.community_id,
            meeting.id,
            by.member_id,
            answer.value,
            moment,
            moment if placed else None,
        )
        await rows.note("answer", meeting, by=by, answer=answer.value)
        await community.settle_messages(
            by.member_id, telling.page(meeting), community_id=by.community_id
        )
        if before is not None and before.placed:
            await move_up(meeting, by=by, at=moment)
        found = await own_answer(meeting, by.member_id)
        if found is None:  # written above, in this very transaction
            raise RuntimeError("an answer that was kept is gone")
        return found


async def _votes(meeting: Meeting, member_id: UUID, moment: datetime) -> bool:
    if meeting.council_id is None:
        return False
    seats = await councils.seats_at(
        meeting.council_id, at=moment, community_id=meeting.community_id
    )
    return any(seat.full and seat.member_id == member_id for seat in seats)


async def move_up(meeting: Meeting, *, by: Actor, at: datetime) -> None:
    """Give a place that became free to who has waited longest, and tell them."""
    current = await rows.one(meeting.id, community_id=meeting.community_id)
    if not current.free or current.state is not MeetingState.ANNOUNCED:
        return
    moved = await MeetingAnswerRow.raw(_MOVE_UP, at, meeting.id, meeting.id)
    for row in moved:
        await rows.note("move_up", meeting, by=by, member=str(row["member_id"]))
        await telling.tell(
            meeting,
            [row["member_id"]],
            "meeting.moved_up",
            telling.when_and_where(meeting),
            urgent=telling.near(meeting, at),
        )


async def own_answer(meeting: Meeting, member_id: UUID) -> OwnAnswer | None:
    """Return what a member answered; None where they did not."""
    found = await MeetingAnswerRow.raw(_OWN, meeting.community_id, meeting.id, member_id)
    if not found:
        return None
    return OwnAnswer(Answer(found[0]["answer"]), found[0]["placed"], found[0]["place"])


async def give_up_answers(members: list[UUID], *, community_id: UUID, at: datetime) -> None:
    """Take members who leave off the lists of meetings to come; who waits moves up."""
    gone = await MeetingAnswerRow.raw(
        "DELETE FROM meeting_answer USING meeting WHERE meeting.id = meeting_id"
        " AND meeting_answer.community_id = {} AND member_id = ANY({}) AND starts_at > {}"
        " RETURNING meeting_id, placed_at IS NOT NULL AS placed",
        community_id,
        members,
        at,
    )
    for row in sorted(gone, key=lambda one: str(one["meeting_id"])):
        if row["placed"]:
            meeting = await rows.locked(row["meeting_id"], community_id=community_id)
            await move_up(meeting, by=system(community_id), at=at)
