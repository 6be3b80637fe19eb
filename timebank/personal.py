"""What the time bank keeps of a person, and how it lets go of their words when they are erased.

Visits and minutes stay: they are the book's and the other person's as well. Free words go: where
somebody lives, what they wished, and what was noted on the way.
"""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from community import Kept, forget_words
from timebank import beside, care, earning, matching
from timebank.desk.personal import KEPT as OF_CALLS
from timebank.desk.personal import forget_calls
from timebank.errors import OpenVisits
from timebank.group_sessions.personal import KEPT as OF_CLASSES
from timebank.group_sessions.personal import leave_classes
from timebank.hours import KEPT as OF_HOURS
from timebank.hours import forget_hours
from timebank.merging import refuse_open_visits
from timebank.moving import forget_moves
from timebank.moving.personal import KEPT as OF_MOVES
from timebank.refusals import one_transaction
from timebank.repeats import rows as repeat_rows
from timebank.repeats.personal import KEPT as OF_REPEATS
from timebank.tables import VisitHistoryRow, VisitRow
from timebank.teams.personal import KEPT as OF_TEAMS
from timebank.teams.personal import leave_teams

KEPT: Final[Sequence[Kept]] = (
    Kept(
        "visits_received",
        ("visit.elder_id",),
        """
        SELECT starts_at, name_zh, name_en, state, volunteer.name AS volunteer,
            preferred.name AS preferred, place, wishes, minutes_booked, minutes_measured,
            minutes_confirmed, asked_at, checked_in_at, checked_out_at
        FROM me JOIN visit ON elder_id = me.id
        JOIN care_service ON care_service.id = care_service_id
        LEFT JOIN member AS volunteer ON volunteer.id = volunteer_id
        LEFT JOIN member AS preferred ON preferred.id = preferred_id ORDER BY starts_at
        """,
    ),
    # Where the elder lives and what they wished is the elder's.
    Kept(
        "visits_given",
        ("visit.volunteer_id", "visit.preferred_id"),
        """
        SELECT starts_at, name_zh, name_en, state, elder.name AS elder, minutes_booked,
            minutes_measured, minutes_confirmed, checked_in_at, checked_out_at
        FROM me JOIN visit ON me.id IN (volunteer_id, preferred_id)
        JOIN care_service ON care_service.id = care_service_id
        JOIN member AS elder ON elder.id = elder_id ORDER BY starts_at
        """,
    ),
    Kept(
        "visit_steps",
        ("visit_history.actor", "visit_history.on_behalf_of"),
        """
        SELECT at, visit_history.state, actor.name AS actor, principal.name AS on_behalf_of,
            minutes, note, visit.starts_at
        FROM me JOIN visit_history ON me.id IN (visit_history.actor, visit_history.on_behalf_of)
        JOIN visit ON visit.id = visit_id
        LEFT JOIN member AS actor ON actor.id = visit_history.actor
        LEFT JOIN member AS principal ON principal.id = visit_history.on_behalf_of ORDER BY seq
        """,
    ),
    Kept(
        "quarters",
        ("volunteer_quarter.volunteer_id",),
        """
        SELECT min(quarter) AS starts_at, count(*) * 15 AS minutes FROM me
        JOIN volunteer_quarter ON volunteer_id = me.id GROUP BY visit_id, group_session_id
        ORDER BY 1
        """,
    ),
    *OF_REPEATS,
    *beside.KEPT,
    *care.KEPT,
    *matching.KEPT,
    *OF_CLASSES,
    *OF_TEAMS,
    *earning.KEPT,
    *OF_MOVES,
    *OF_HOURS,
    *OF_CALLS,
)
"""What the time bank keeps of a member besides the book, in the order in which a page tells it."""

GONE: Final = "–"
"""What stands where a place was: a visit has one."""

_OPEN_FOR_OTHERS = """
SELECT DISTINCT visit_id FROM visit_history JOIN visit ON visit.id = visit_id
WHERE visit_history.community_id = {} AND visit_history.actor = ANY({})
    AND visit_history.on_behalf_of IS NOT NULL
    AND visit.state IN ('requested', 'offered', 'booked', 'under_way', 'finished', 'disputed')
"""

_THEIRS = """
SELECT id FROM visit WHERE community_id = {} AND elder_id = ANY({})
UNION SELECT id FROM visit WHERE community_id = {} AND volunteer_id = ANY({})
"""

_NOTES = """
UPDATE visit_history SET note = '' WHERE note <> '' AND seq IN (
    SELECT seq FROM visit_history WHERE community_id = {} AND actor = ANY({})
    UNION ALL
    SELECT seq FROM visit_history WHERE visit_id IN (
        SELECT id FROM visit WHERE community_id = {} AND elder_id = ANY({})
        UNION ALL SELECT id FROM visit WHERE community_id = {} AND volunteer_id = ANY({})))
"""


async def refuse_unfinished(members: Collection[UUID], *, community_id: UUID) -> None:
    """Raise `OpenVisits` where one of these members receives, gives or looks after an open visit.

    Who asked for a visit on behalf of another looks after it.
    """
    for member_id in members:
        await refuse_open_visits(member_id, community_id=community_id)
    rows = await VisitRow.raw(_OPEN_FOR_OTHERS, community_id, list(members))
    if rows:
        raise OpenVisits([row["visit_id"] for row in rows])


async def forget(members: Collection[UUID], *, community_id: UUID) -> None:
    """Take out of visits the words by and about people whom the register has just erased.

    Within the transaction that erases them. Raises `OpenVisits`, as `refuse_unfinished` does,
    `moving.OpenMove` and `hours.HoursOpen`.
    """
    ids = list(members)
    async with one_transaction():
        await refuse_unfinished(ids, community_id=community_id)
        await beside.forget_beside(ids, community_id=community_id)
        await care.forget_volunteers(ids, community_id=community_id)
        await matching.forget_suggestions(ids, community_id=community_id)
        await leave_classes(ids, community_id=community_id)
        await leave_teams(ids, community_id=community_id)
        await forget_moves(ids, community_id=community_id)
        await forget_hours(ids, community_id=community_id)
        await forget_calls(ids)
        await repeat_rows.forget(ids, community_id=community_id, gone=GONE)
        await VisitRow.raw(
            "UPDATE visit SET place = {}, wishes = '' WHERE community_id = {}"
            " AND elder_id = ANY({}) AND (place <> {} OR wishes <> '')",
            GONE,
            community_id,
            ids,
            GONE,
        )
        await VisitHistoryRow.raw(_NOTES, community_id, ids, community_id, ids, community_id, ids)
        visits = await VisitRow.raw(_THEIRS, community_id, ids, community_id, ids)
        await forget_words(row["id"] for row in visits)
