"""Reads all that a matching looks at, in a handful of statements however large the board is."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from timebank import rules as visit_rules
from timebank.care import Speech, give_policy_at, volunteers_for_matching
from timebank.matching.rules import TOGETHER_DAYS
from timebank.matching.values import Order, Promised, Situation, Wanted
from timebank.policy import visit_policy_at
from timebank.tables import VisitRow

_WANTED: Final = """
SELECT visit.id, elder_id, care_service_id, certificate_kind_id, minors, starts_at, minutes_booked,
    asked_at, preferred_id, member.grid_id, member.language
FROM visit JOIN care_service ON care_service.id = care_service_id
JOIN member ON member.id = elder_id
WHERE visit.community_id = {} AND visit.state = 'requested' AND starts_at > {} AND starts_at < {}
    AND ({}::uuid IS NULL OR care_service_id = {}) AND ({}::uuid IS NULL OR member.grid_id = {})
"""
_ORDERS: Final = {
    Order.SOONEST: "ORDER BY starts_at, visit.id",
    Order.OLDEST: "ORDER BY asked_at, visit.id",
}

_PROMISED: Final = """
SELECT volunteer_id, starts_at, minutes_booked FROM visit
WHERE community_id = {} AND volunteer_id = ANY({}) AND starts_at >= {} AND starts_at < {}
    AND state NOT IN ('cancelled', 'no_show', 'expired')
"""

_TOGETHER: Final = """
SELECT elder_id, volunteer_id, count(*) AS visits FROM visit
WHERE community_id = {} AND elder_id = ANY({}) AND volunteer_id IS NOT NULL AND starts_at >= {}
    AND state IN ('confirmed', 'resolved')
GROUP BY elder_id, volunteer_id
"""

_KIN: Final = """
SELECT member_id, relative_id FROM kinship
WHERE community_id = {} AND ended_at IS NULL AND (member_id = ANY({}) OR relative_id = ANY({}))
"""

# Whoever left a request open in their own name, and is not its elder, declined or gave it back.
_SAID_NO: Final = """
SELECT DISTINCT visit_id, actor FROM visit_history JOIN visit ON visit.id = visit_id
WHERE visit_history.community_id = {} AND visit_id = ANY({}) AND visit_history.state = 'requested'
    AND on_behalf_of IS NULL AND actor <> elder_id
"""

_MISSED: Final = """
SELECT volunteer_id, count(*) AS missed FROM visit
WHERE community_id = {} AND state = 'no_show' AND absent = 'volunteer' AND starts_at >= {}
GROUP BY volunteer_id
"""


async def wanted(
    community_id: UUID,
    since: datetime,
    until: datetime,
    *,
    order: Order = Order.SOONEST,
    care_service: UUID | None = None,
    grid: UUID | None = None,
) -> list[Wanted]:
    """Return the open requests that begin after `since` and before `until`."""
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    rows = await VisitRow.raw(
        _WANTED + _ORDERS[order],
        community_id,
        since,
        until,
        care_service,
        care_service,
        grid,
        grid,
    )
    return [_wanted(row, zone) for row in rows]


def _wanted(row: dict[str, Any], zone: ZoneInfo) -> Wanted:
    starts_at = row["starts_at"].astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=row["minutes_booked"])
    return Wanted(
        visit_id=row["id"],
        elder_id=row["elder_id"],
        care_service_id=row["care_service_id"],
        certificate=row["certificate_kind_id"],
        minors=row["minors"],
        starts_at=starts_at,
        minutes=row["minutes_booked"],
        asked_at=row["asked_at"],
        first_day=starts_at.astimezone(zone).date(),
        last_day=ends_at.astimezone(zone).date(),
        grid_id=row["grid_id"],
        # Somebody who reads English pages is glad of English at the door.
        speech=Speech.ENGLISH if row["language"] == "en" else Speech.MANDARIN,
        preferred_id=row["preferred_id"],
    )


async def situation(
    found: list[Wanted],
    *,
    community_id: UUID,
    at: datetime,
    only: Collection[UUID] | None = None,
) -> Situation:
    """Return what is known of these requests and of the community's volunteers, or `only` some.

    `found` is not empty.
    """
    zone = ZoneInfo((await community.community(community_id)).time_zone)
    since = min(one.starts_at for one in found)
    until = max(one.starts_at + timedelta(minutes=one.minutes) for one in found)
    # Whole days, since visits are counted by day.
    first = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    last = until.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    candidates = await volunteers_for_matching(
        community_id, first, last + timedelta(days=1), at=at, only=only
    )
    who = [one.member_id for one in candidates]
    elders = list({one.elder_id for one in found})
    visits = [one.visit_id for one in found]
    policy = await visit_policy_at(community_id, at)
    year_ago = at - timedelta(days=TOGETHER_DAYS)
    promised = await VisitRow.raw(_PROMISED, community_id, who, first, last + timedelta(days=1))
    together = await VisitRow.raw(_TOGETHER, community_id, elders, year_ago)
    kin = await VisitRow.raw(_KIN, community_id, elders, elders)
    said_no = await VisitRow.raw(_SAID_NO, community_id, visits)
    missed = await VisitRow.raw(_MISSED, community_id, at - visit_rules.MISSED_WITHIN)
    bonds = [(row["member_id"], row["relative_id"]) for row in kin]
    return Situation(
        at=at,
        wanted=found,
        candidates=candidates,
        policy=await give_policy_at(community_id, at),
        promised=[
            Promised(
                row["volunteer_id"],
                row["starts_at"],
                row["minutes_booked"],
                row["starts_at"].astimezone(zone).date(),
            )
            for row in promised
        ],
        together={(row["elder_id"], row["volunteer_id"]): row["visits"] for row in together},
        kin=frozenset(bonds) | {(relative, member) for member, relative in bonds},
        said_no=frozenset((row["visit_id"], row["actor"]) for row in said_no),
        missed={row["volunteer_id"]: row["missed"] for row in missed},
        miss_limit=policy.no_show_limit,
    )
