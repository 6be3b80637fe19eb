"""What the page of a visit offers where nobody takes it, and of what regular request it is one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import community
import timebank
from app import repeat_words
from app.standing_in import ActedFor
from community import Actor, Role
from timebank import State, Visit, repeats, rules
from timebank.request_rules import check_extend, check_renew


async def context(visit: Visit, by: Actor, whom: ActedFor | None, now: datetime) -> dict[str, Any]:
    """Return what a visit's page needs of it.

    `extend_until` is until when a request waits that may stay open longer, `again_at` when the same
    could be again; each is None where it cannot be. `renewed` is the visit that was asked for
    instead. `near` says that it ends soon, or has ended.
    """
    repeat = await repeats.repeat_of_visit(visit.id, community_id=by.community_id)
    mine = by.principal == visit.elder_id and (whom is None or whom.may("request"))
    coordinator = by.on_behalf_of is None and Role.COORDINATOR in by.roles
    found: dict[str, Any] = {
        "repeat": None,
        "may_end_repeat": False,
        "extend_until": None,
        "again_at": None,
        "renewed": None,
        "near": False,
        "may_choose": False,
        "how_often": "",
    }
    if repeat is not None and (mine or coordinator):
        home = await community.community(by.community_id)
        found["repeat"] = repeat
        found["how_often"] = repeat_words.how_often(repeat, ZoneInfo(home.time_zone))
        found["may_end_repeat"] = repeat.ended_at is None
    if mine and visit.state in {*rules.WAITING, State.EXPIRED, State.CANCELLED}:
        found |= await _renewing(visit, by, now, goes_on=found["may_end_repeat"])
    return found


async def _renewing(visit: Visit, by: Actor, now: datetime, *, goes_on: bool) -> dict[str, Any]:
    renewed = await timebank.renewal(visit)
    told = visit.state in rules.WAITING and visit.remind_at is None
    near = told or visit.state is State.EXPIRED or rules.expires(visit, at=now)
    found = {"renewed": renewed, "near": near}
    if renewed is not None or visit.state is State.CANCELLED:
        return found
    try:
        check_extend(visit, by=by.principal)
        if not rules.expires(visit, at=now):
            return {**found, "extend_until": visit.waits_until}
    except timebank.TimebankError:
        pass
    check_renew(visit, by=by.principal)
    # The next visit of what goes on regularly is asked for by itself.
    again = None if goes_on else await timebank.a_week_later(visit, at=now)
    return {**found, "again_at": again, "may_choose": True}
