"""The sessions of classes in somebody's own calendar. Never writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from timebank.group_sessions import rows
from timebank.group_sessions.tables import GroupSessionRow
from timebank.group_sessions.values import GroupSession

# Each part along its index by member; a session is one line, however somebody takes part in it.
_THEIRS: Final = """
SELECT group_session.id, bool_or(gives) AS gives, bool_or(waits) AS waits,
    max(greatest(planned_at, changed_at, held_at, confirmed_at)) AS changed_at
FROM group_session JOIN (
    SELECT id AS session_id, true AS gives, false AS waits, planned_at AS changed_at
    FROM group_session WHERE leader_id = {}
    UNION ALL
    SELECT group_session_id, true, false, NULL FROM session_assistant WHERE member_id = {}
    UNION ALL
    SELECT group_session_id, false, placed_at IS NULL, coalesce(placed_at, signed_up_at)
    FROM sign_up WHERE member_id = {} AND gave_up_at IS NULL
) AS part ON part.session_id = group_session.id
WHERE community_id = {} AND starts_at >= {} GROUP BY group_session.id
"""


@dataclass(frozen=True, slots=True)
class CalendarSession:
    """A session in somebody's calendar: as who gives it or as who comes, perhaps still waiting.

    `changed_at` is when it, or their place in it, last changed.
    """

    session: GroupSession
    gives: bool
    waits: bool
    changed_at: datetime


async def calendar_sessions(
    member_id: UUID, *, community_id: UUID, since: datetime
) -> list[CalendarSession]:
    """Return the sessions that a member gives or is on the list of, from a moment on, by time.

    Called-off ones are among them, so that another program takes them out.
    """
    found = {
        row["id"]: row
        for row in await GroupSessionRow.raw(
            _THEIRS, member_id, member_id, member_id, community_id, since
        )
    }
    seen = await rows.sessions(
        "one.id = ANY({}) ORDER BY one.starts_at, one.id", list(found), community_id=community_id
    )
    return [
        CalendarSession(
            one,
            gives=found[one.id]["gives"],
            waits=found[one.id]["waits"] and not found[one.id]["gives"],
            changed_at=found[one.id]["changed_at"],
        )
        for one in seen
    ]
