"""Reminds the people of a class the day before, once."""

from datetime import UTC, datetime, timedelta
from typing import Final

import community
from timebank.group_sessions import rows, telling
from timebank.group_sessions.values import SessionState
from timebank.refusals import one_transaction

BEFORE: Final = timedelta(days=1)

_DUE: Final = """
one.state = 'planned' AND one.reminded_at IS NULL AND one.starts_at > {} AND one.starts_at <= {}
ORDER BY one.starts_at, one.id
"""


async def remind_of_classes(*, at: datetime | None = None) -> int:
    """Tell who gives a session, and who has a place in it, that it is within a day; a job.

    Whoever signed up within that day has just read it. Each session is a transaction of its own.
    Return of how many sessions was told.
    """
    moment = at or datetime.now(UTC)
    told = 0
    for home in await community.communities():
        due = await rows.sessions(_DUE, moment, moment + BEFORE, community_id=home.id)
        for found in due:
            async with one_transaction():
                session = await rows.locked(found.id, community_id=home.id)
                still = await rows.sessions(
                    "one.id = {} AND one.reminded_at IS NULL", session.id, community_id=home.id
                )
                if not still or session.state is not SessionState.PLANNED:
                    continue
                earlier = session.starts_at - BEFORE
                coming = {
                    one.member_id
                    for one in await rows.listed(session)
                    if one.placed_at is not None and one.signed_up_at <= earlier
                }
                await rows.set_session(session, reminded_at=moment)
                await rows.note_session("remind", session, by=community.system(home.id))
                await telling.tell_soon(session, sorted(coming | session.givers))
                told += 1
    return told
