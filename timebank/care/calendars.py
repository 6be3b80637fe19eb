"""A member's own calendar of visits, and the address under which another program may read it.

The address rests on the feed's id: making a new one shuts the old. Reading never writes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import community
import ledger
from community import Actor
from timebank import visit_rows
from timebank.care.errors import NotAllowed
from timebank.care.tables import CalendarFeedRow
from timebank.tables import VisitHistoryRow
from timebank.values import Visit

_OWNER: Final = """
SELECT feed.member_id, feed.community_id FROM calendar_feed AS feed
JOIN member ON member.id = feed.member_id AND member.standing = 'active'
WHERE feed.id = {}
"""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A visit in somebody's calendar: as its volunteer (`gives`) or its elder, and with whom.

    `steps` counts what happened to it, and `changed_at` is when that was last.
    """

    visit: Visit
    gives: bool
    other: str
    steps: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedOwner:
    """Whose calendar an address opens."""

    member_id: UUID
    community_id: UUID


async def calendar_of(
    member_id: UUID, *, community_id: UUID, since: datetime, until: datetime | None = None
) -> list[CalendarEntry]:
    """Return the visits that a member gives and receives from a moment on, soonest first.

    Called-off ones are among them, so that another program takes them out; the check-in codes are
    not for the calendar's reader.
    """
    end, bound = ("", ()) if until is None else (" AND starts_at < {}", (until,))
    found: list[Visit] = []
    for side in ("volunteer_id", "elder_id"):
        found += await visit_rows.find(
            f"{side} = {{}} AND starts_at >= {{}}{end}",
            member_id,
            since,
            *bound,
            community_id=community_id,
        )
    rows = await VisitHistoryRow.raw(
        "SELECT visit_id, count(*) AS steps, max(at) AS changed_at FROM visit_history"
        " WHERE community_id = {} AND visit_id = ANY({}) GROUP BY visit_id",
        community_id,
        [visit.id for visit in found],
    )
    steps = {row["visit_id"]: (int(row["steps"]), row["changed_at"]) for row in rows}
    others = {_other(visit, member_id) for visit in found} - {None}
    names = await community.named_members(
        {one for one in others if one is not None}, community_id=community_id
    )
    entries = [
        CalendarEntry(
            visit,
            visit.volunteer_id == member_id,
            names.get(_other(visit, member_id) or member_id, ""),
            *steps.get(visit.id, (1, visit.asked_at)),
        )
        for visit in found
    ]
    return sorted(entries, key=lambda one: (one.visit.starts_at, one.visit.id))


def _other(visit: Visit, member_id: UUID) -> UUID | None:
    return visit.elder_id if visit.volunteer_id == member_id else visit.volunteer_id


async def renew_feed(*, by: Actor, at: datetime | None = None) -> UUID:
    """Make a new address for one's calendar, and return its id; an address of before opens nothing.

    Raises `NotAllowed` for another.
    """
    _refuse_for_another(by)
    made = uuid4()
    async with ledger.transaction():
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotAllowed("have a calendar")
        await _delete(by)
        await CalendarFeedRow.raw(
            "INSERT INTO calendar_feed (id, member_id, community_id, made_at)"
            " VALUES ({}, {}, {}, {})",
            made,
            by.member_id,
            by.community_id,
            at or datetime.now(UTC),
        )
        await _record("calendar.renew", by)
    return made


async def stop_feed(*, by: Actor) -> None:
    """Shut the address of one's calendar. Raises `NotAllowed` for another."""
    _refuse_for_another(by)
    async with ledger.transaction():
        if await _delete(by):
            await _record("calendar.stop", by)


async def feed_of(member_id: UUID) -> UUID | None:
    """Return the id of a member's address; None where there is none."""
    rows = await CalendarFeedRow.raw("SELECT id FROM calendar_feed WHERE member_id = {}", member_id)
    return rows[0]["id"] if rows else None


async def feed_owner(feed_id: UUID) -> FeedOwner | None:
    """Return whose calendar an address opens; None for one that was shut or never was."""
    rows = await CalendarFeedRow.raw(_OWNER, feed_id)
    return FeedOwner(**rows[0]) if rows else None


async def _delete(by: Actor) -> bool:
    gone = await CalendarFeedRow.raw(
        "DELETE FROM calendar_feed WHERE community_id = {} AND member_id = {} RETURNING id",
        by.community_id,
        by.member_id,
    )
    return bool(gone)


def _refuse_for_another(by: Actor) -> None:
    if by.on_behalf_of is not None:
        raise NotAllowed("have the calendar of another")


async def _record(act: str, by: Actor) -> None:
    await community.record(act, by=by, subject_kind="member", subject_id=by.member_id)
