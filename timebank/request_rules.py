"""How long a request stays open, what may come instead of it, and which are alike. Pure.

Each rule stands in words above its code.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from timebank.errors import NotYours, WrongState
from timebank.rules import WAITING
from timebank.values import Request, State, Visit, VisitPolicy

# A request that nobody takes stays open for sixty days (or as the community decides), and never
# longer than until it should have begun: then it has expired. A day before that (or as the
# community decides) who asked is told, unless it was asked for later than that. One that a
# volunteer gave back is open for as long again.


def term(visit: Visit, *, at: datetime, policy: VisitPolicy) -> Visit:
    """Return a request that is open from `at` on, with its end and when who asked is told of it."""
    ends = at + timedelta(days=policy.request_days)
    open_until = ends if ends < visit.starts_at else None
    remind_at = (open_until or visit.starts_at) - timedelta(hours=policy.request_reminder_hours)
    wanted = policy.request_reminder_hours > 0 and remind_at > at
    return replace(visit, open_until=open_until, remind_at=remind_at if wanted else None)


# Whoever asked can let a request that ends by days stay open longer, while it is open; and can have
# one that finds nobody in time a week later instead, or at another time. Once.


def check_extend(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot let a request stay open longer."""
    if by != visit.elder_id:
        raise NotYours("extend")
    if visit.state not in WAITING or visit.open_until is None:
        raise WrongState(visit.state, "extend")


def check_renew(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot have a visit at another time."""
    if by != visit.elder_id:
        raise NotYours("renew")
    if visit.state not in {*WAITING, State.EXPIRED}:
        raise WrongState(visit.state, "renew")


# Two visits to one elder are alike where they are of one care service and on one day, or take up
# the same time: it may be that somebody forgot the first. They say so once more before the second
# is asked for.

OPEN: Final = (State.REQUESTED, State.OFFERED, State.BOOKED, State.UNDER_WAY)


def similar(visit: Visit, request: Request, zone: ZoneInfo) -> bool:
    """Whether a visit to the same elder is like the one that is asked for."""
    if visit.state not in OPEN:
        return False
    days = {moment.astimezone(zone).date() for moment in (visit.starts_at, request.starts_at)}
    return overlaps(visit, request) or (
        visit.care_service.code == request.care_service and len(days) == 1
    )


def overlaps(visit: Visit, request: Request) -> bool:
    """Whether a visit takes up some of the time that is asked for."""
    ends_at = request.starts_at + timedelta(minutes=request.minutes)
    return visit.starts_at < ends_at and request.starts_at < visit.ends_at
