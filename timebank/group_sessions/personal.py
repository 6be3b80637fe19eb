"""What classes keep of a person, and what becomes of it when they leave, are erased, or merged."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from community import Actor, Kept, system
from timebank.group_sessions import rows
from timebank.group_sessions.leading import move_up
from timebank.group_sessions.tables import CourseRow, GroupSessionRow, SignUpRow
from timebank.group_sessions.values import GroupSession, SessionState
from timebank.refusals import one_transaction

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "classes",
        ("course.leader_id", "course.proposed_by", "course_assistant.member_id"),
        """
        SELECT DISTINCT title, place, state, proposed_at, leader.name AS leader
        FROM me JOIN course ON me.id IN (course.leader_id, course.proposed_by) OR course.id IN
            (SELECT course_id FROM course_assistant WHERE member_id = me.id)
        JOIN member AS leader ON leader.id = course.leader_id ORDER BY proposed_at
        """,
    ),
    Kept(
        "sessions_given",
        ("group_session.leader_id", "session_assistant.member_id"),
        """
        SELECT group_session.starts_at, title, group_session.state, minutes_held, minutes_each
        FROM me JOIN group_session ON group_session.leader_id = me.id OR group_session.id IN
            (SELECT group_session_id FROM session_assistant WHERE member_id = me.id)
        JOIN course ON course.id = course_id ORDER BY starts_at
        """,
    ),
    Kept(
        "sign_ups",
        ("sign_up.member_id", "sign_up.signed_up_by", "sign_up.confirmed_by"),
        """
        SELECT group_session.starts_at, title, whose.name AS member, signed_up_at, placed_at,
            gave_up_at, attended_at, sign_up.confirmed_at, share_minutes
        FROM me JOIN sign_up
            ON me.id IN (sign_up.member_id, sign_up.signed_up_by, sign_up.confirmed_by)
        JOIN member AS whose ON whose.id = sign_up.member_id
        JOIN group_session ON group_session.id = group_session_id
        JOIN course ON course.id = course_id ORDER BY number
        """,
    ),
)
"""What classes keep of a member, in the order in which a page tells it."""

_PLACES: Final = """
group_session_id IN (SELECT id FROM group_session WHERE community_id = {} AND state = 'planned')
    AND member_id = ANY({}) AND gave_up_at IS NULL AND attended_at IS NULL
    ORDER BY group_session_id
"""

_GIVEN: Final = """
one.state IN ('planned', 'held') AND (one.leader_id = ANY({}) OR one.id IN
    (SELECT group_session_id FROM session_assistant WHERE member_id = ANY({})))
ORDER BY one.id
"""

# What the other came to counts for the one who stays, where both were on one list.
_BOTH_ON_A_LIST: Final = """
UPDATE sign_up AS kept SET placed_at = coalesce(kept.placed_at, other.placed_at),
    attended_at = coalesce(kept.attended_at, other.attended_at),
    attended_how = coalesce(kept.attended_how, other.attended_how),
    confirmed_at = coalesce(kept.confirmed_at, other.confirmed_at),
    confirmed_by = coalesce(kept.confirmed_by, other.confirmed_by)
FROM sign_up AS other JOIN group_session ON group_session.id = other.group_session_id
WHERE kept.community_id = {} AND kept.member_id = {} AND other.member_id = {}
    AND kept.group_session_id = other.group_session_id AND state IN ('planned', 'held')
    AND kept.gave_up_at IS NULL AND other.gave_up_at IS NULL
RETURNING other.id
"""

_OFF_THE_LIST: Final = """
UPDATE sign_up SET gave_up_at = {}, attended_at = NULL, attended_how = NULL, confirmed_at = NULL,
    confirmed_by = NULL
WHERE id = ANY({})
"""

_HAND_ON: Final = """
UPDATE sign_up SET member_id = {} WHERE community_id = {} AND member_id = {}
    AND gave_up_at IS NULL AND group_session_id IN (
        SELECT id FROM group_session WHERE community_id = {} AND state IN ('planned', 'held'))
"""

_ASSIST: Final = """
INSERT INTO course_assistant (community_id, course_id, member_id)
SELECT community_id, course_id, {} FROM course_assistant WHERE community_id = {} AND member_id = {}
ON CONFLICT ON CONSTRAINT assists_a_course_once DO NOTHING
"""

_ASSIST_NO_MORE: Final = """
DELETE FROM course_assistant WHERE community_id = {} AND (member_id = {} OR (member_id = {}
    AND course_id IN (SELECT id FROM course WHERE leader_id = {})))
"""


async def leave_classes(
    members: Collection[UUID], *, community_id: UUID, at: datetime | None = None
) -> None:
    """Let members go who leave or are erased, within the transaction that does so.

    Their places go to who waits; the sessions that they were to give wait for somebody else. What
    was held and waits for a word stays theirs: the minutes are in the book then.
    """
    moment, by, ids = at or datetime.now(UTC), system(community_id), list(members)
    async with one_transaction():
        for signed in await rows.sign_ups(_PLACES, community_id, ids, community_id=community_id):
            await rows.locked(signed.group_session_id, community_id=community_id)
            await rows.set_sign_up(signed, community_id=community_id, gave_up_at=moment)
            if signed.placed:
                await move_up(signed.group_session_id, by=by, at=moment)
        for session in await rows.sessions(_GIVEN, ids, ids, community_id=community_id):
            if session.state is SessionState.PLANNED:
                await _without(session, set(ids), by=by)


async def _without(session: GroupSession, gone: set[UUID], *, by: Actor) -> None:
    for member_id in gone & session.givers:
        await rows.free_quarters(session, member_id)
    if session.leader_id in gone:
        await rows.set_session(session, leader_id=None)
    await rows.drop_assistants(session, gone)
    await rows.note_session("step_back", session, by=by)


async def take_over_classes(
    other: UUID, survivor: UUID, *, by: Actor, at: datetime | None = None
) -> None:
    """Hand a former membership's places, classes and sessions on to the one that stays.

    Within the transaction that merges the two. What is confirmed keeps the name that it was given
    under. Where the survivor is busy at a session's time, it waits for somebody to lead it.
    """
    community_id, moment = by.community_id, at or datetime.now(UTC)
    async with one_transaction():
        both = await SignUpRow.raw(_BOTH_ON_A_LIST, community_id, survivor, other)
        await SignUpRow.raw(_OFF_THE_LIST, moment, [row["id"] for row in both])
        await SignUpRow.raw(_HAND_ON, survivor, community_id, other, community_id)
        await CourseRow.raw(
            "UPDATE course SET leader_id = {} WHERE community_id = {} AND leader_id = {}"
            " AND state IN ('proposed', 'running')",
            survivor,
            community_id,
            other,
        )
        await CourseRow.raw(_ASSIST, survivor, community_id, other)
        await CourseRow.raw(_ASSIST_NO_MORE, community_id, other, survivor, survivor)
        for session in await rows.sessions(_GIVEN, [other], [other], community_id=community_id):
            await _give_instead(session, other, survivor)


async def _give_instead(session: GroupSession, other: UUID, survivor: UUID) -> None:
    await rows.free_quarters(session, other)
    await rows.drop_assistants(session, [other])
    here = survivor in session.givers
    held = session.state is SessionState.HELD
    free = here or held or await rows.took_quarters_if_free(session, survivor)
    if session.leader_id == other:
        await rows.drop_assistants(session, [survivor] if free else [])
        await GroupSessionRow.raw(
            "UPDATE group_session SET leader_id = {} WHERE community_id = {} AND id = {}",
            survivor if free else None,
            session.community_id,
            session.id,
        )
    elif free and not here:
        await rows.add_assistant(session, survivor)
