"""Requests that nobody takes: who asked is told before one ends, and has it again with one tap.

One that ends by days stays open longer. One whose time comes or has come is asked for again a week
later, or with `ask(instead_of=...)` at another time; the new visit names the old one.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
from community import Actor, DelegatedAct, NotDelegated
from timebank import rules, telling, visit_rows
from timebank.acting import entitled
from timebank.again import a_week_on
from timebank.asking import ask
from timebank.continuity import still_helps
from timebank.errors import NotYours
from timebank.policy import visit_policy_at
from timebank.refusals import one_transaction
from timebank.request_rules import check_extend, check_renew, term
from timebank.tables import VisitHistoryRow
from timebank.values import Request, Visit

# Who asked on another's behalf, be it once or for every week.
_ASKED_BY: Final = """
SELECT coalesce(
    (SELECT asked_by FROM repeat_moment JOIN repeating_request ON id = repeat_id
     WHERE visit_id = {}),
    (SELECT actor FROM visit_history WHERE visit_id = {} AND on_behalf_of IS NOT NULL
     ORDER BY seq LIMIT 1)) AS asked_by
"""


async def extend(
    visit_id: UUID, *, until: datetime, by: Actor, at: datetime | None = None
) -> Visit:
    """Let a request that ends at `until` stay open as long as a new one would.

    One that ends at another moment was extended before, and is returned as it stands. Raises
    `NotYours`, `WrongState`, `NotDelegated`, `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.REQUEST, at)
        if by.principal == visit.elder_id and visit.waits_until > until:
            return visit
        check_extend(visit, by=by.principal)
        policy = await visit_policy_at(by.community_id, moment)
        longer = term(visit, at=moment, policy=policy)
        await visit_rows.update(longer)
        await visit_rows.write_down(longer, "extend", by=by, at=moment)
        await telling.settle_ending(longer)
        return longer


async def renew(visit_id: UUID, *, by: Actor, at: datetime | None = None) -> Visit:
    """Ask for a visit that finds nobody in time on the same weekday, a week later or more.

    The same again returns the visit that it made. Raises as `ask` does, and `UnknownVisit`.
    """
    moment = at or datetime.now(UTC)
    visit = await visit_rows.one(visit_id, community_id=by.community_id)
    if by.principal != visit.elder_id:
        raise NotYours("renew")
    renewed = await renewal(visit)
    if renewed is not None:
        await entitled(by, DelegatedAct.REQUEST, at)
        return renewed
    check_renew(visit, by=by.principal)
    preferred = await still_helps(visit.preferred_id, community_id=visit.community_id)
    request = Request(
        visit.care_service.code,
        await a_week_later(visit, at=moment),
        visit.minutes_booked,
        visit.place,
        visit.wishes,
        preferred.id if preferred else None,
    )
    key = uuid5(visit_id, "renewed")
    return await ask(request, by=by, form_key=key, at=at, despite=frozenset(), instead_of=visit_id)


async def a_week_later(visit: Visit, *, at: datetime) -> datetime:
    """Return when a visit would be that is asked for now instead of one that nobody took."""
    home = await community.community(visit.community_id)
    return a_week_on(visit, at=at, zone=ZoneInfo(home.time_zone))


async def renewal(visit: Visit) -> Visit | None:
    """Return the visit that was asked for instead of this one, if any."""
    found = await visit_rows.find("renews = {}", visit.id, community_id=visit.community_id)
    return found[0] if found else None


async def remind_of_ending(*, at: datetime | None = None, most: int = 200) -> int:
    """Tell who asked that a request ends soon which nobody has taken; return of how many. A job.

    Each is told of once: in the transaction that writes it down.
    """
    moment = at or datetime.now(UTC)
    reminded = 0
    for one in await visit_rows.due(
        "visit.state IN ('requested', 'offered') AND remind_at <= {}"
        " AND coalesce(open_until, starts_at) > {} ORDER BY remind_at",
        moment,
        moment,
        most=most,
    ):
        async with one_transaction():
            visit = await visit_rows.locked(one.id, community_id=one.community_id)
            due = visit.remind_at
            if visit.state in rules.WAITING and due is not None and due <= moment:
                await visit_rows.update(replace(visit, remind_at=None))
                await community.record(
                    "visit.remind",
                    by=community.system(visit.community_id),
                    subject_kind="visit",
                    subject_id=visit.id,
                )
                await telling.tell_ending(visit, delegate=await _delegate(visit, moment))
                reminded += 1
    return reminded


async def _delegate(visit: Visit, at: datetime) -> UUID | None:
    """Return the delegate who asked for a visit, if they may still ask."""
    rows = await VisitHistoryRow.raw(_ASKED_BY, visit.id, visit.id)
    asked_by = rows[0]["asked_by"]
    if asked_by in {None, visit.elder_id}:
        return None
    try:
        found = await community.delegation_in_force(
            Actor(asked_by, visit.community_id), visit.elder_id, at=at
        )
    except NotDelegated:
        return None
    return asked_by if DelegatedAct.REQUEST in found.acts else None
