"""The same again: what an elder's last visit would be a week later. Never writes.

It is proposed where nothing of its kind is asked for yet and hours would suffice; asking for it is
`ask`, as for any other request.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from community import Actor
from timebank import visit_rows
from timebank.continuity import still_helps
from timebank.covering import left_to_ask
from timebank.errors import UnknownVisit
from timebank.policy import visit_policy_at
from timebank.reading import Seen
from timebank.request_rules import similar
from timebank.values import Request, State, Visit, credit

WEEK: Final = timedelta(weeks=1)
TIME_TO_ANSWER: Final = timedelta(days=1)
_ASKED: Final = frozenset({State.REQUESTED, State.OFFERED})
_OPEN: Final = frozenset({State.REQUESTED, State.OFFERED, State.BOOKED, State.UNDER_WAY})
_CLOSED: Final = frozenset({State.CONFIRMED, State.RESOLVED})


@dataclass(frozen=True, slots=True)
class Again:
    """A visit that an elder could ask for once more: which one it was, and what it would be.

    `volunteer` is the name of whoever came, and would be asked first; empty if they cannot.
    """

    last: Visit
    request: Request
    volunteer: str


# Who had a visit is likely to want it again: on the same weekday, at the same time by the clock on
# the wall, for as long, at the same place, from the same person. There must be a day at least for
# somebody to answer.


def a_week_on(visit: Visit, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment at least a day ahead that is so many whole weeks after the visit."""
    earliest, local = at + TIME_TO_ANSWER, visit.starts_at.astimezone(zone)
    weeks = max((earliest - visit.starts_at) // WEEK, 1)
    while local + WEEK * weeks < earliest:  # twice at most, where the clocks are changed between
        weeks += 1
    return (local + WEEK * weeks).astimezone(UTC)


def to_repeat(visits: Iterable[Visit], elder_id: UUID) -> Visit | None:
    """Return the latest visit that an elder was given, unless one of its kind is still open."""
    received = [one for one in visits if one.elder_id == elder_id]
    open_kinds = {one.care_service.id for one in received if one.state in _OPEN}
    given = [one for one in received if one.state in _CLOSED and one.minutes_confirmed]
    if not given:
        return None
    last = max(given, key=lambda one: one.starts_at)
    return None if last.care_service.id in open_kinds or last.care_service.retired else last


async def same_again(
    seen: Iterable[Seen], *, by: Actor, at: datetime, zone: ZoneInfo, saved: int
) -> Again | None:
    """Return what an elder could ask for with one tap, out of `my_visits`; None if nothing.

    `saved` is what they have of their own: who else could pay is asked only where it lacks.
    """
    visits = [one.visit for one in seen]
    last = to_repeat(visits, by.principal)
    if last is None:
        return None
    starts_at = a_week_on(last, at=at, zone=zone)
    policy = await visit_policy_at(by.community_id, at)
    too_far = starts_at > at + timedelta(days=policy.days_ahead_max)
    if too_far or not policy.offers(last.minutes_booked):
        return None
    needed = credit(last.minutes_booked, last.care_service.credit_per_hour)
    asked = sum(one.credit_booked for one in visits if one.state in _ASKED and one.starts_at > at)
    if saved - asked < needed and await left_to_ask(by, at=at) < needed:
        return None
    request, name = await _request(last, starts_at)
    if any(one.elder_id == by.principal and similar(one, request, zone) for one in visits):
        return None
    return Again(last, request, name)


async def request_again(visit_id: UUID, starts_at: datetime, *, by: Actor) -> Request:
    """Return the request that asks for an elder's visit once more, at another moment.

    Raises `UnknownVisit` where it is none of theirs.
    """
    last = await visit_rows.one(visit_id, community_id=by.community_id)
    if last.elder_id != by.principal:
        raise UnknownVisit(visit_id)
    return (await _request(last, starts_at))[0]


async def _request(last: Visit, starts_at: datetime) -> tuple[Request, str]:
    """Return what would be asked for, and the name of who would be asked first."""
    one = await still_helps(last.volunteer_id, community_id=last.community_id)
    return Request(
        last.care_service.code,
        starts_at,
        last.minutes_booked,
        last.place,
        last.wishes,
        one.id if one else None,
    ), one.name if one else ""
