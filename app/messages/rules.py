"""When and on which ways a message goes: pure functions of a member's choices and the clock.

- A message goes at once, on the ways that the member chose.
- In quiet hours (21:00 to 8:00 in the community's time, unless the member says otherwise) it waits
  until they end. Something urgent does not wait.
- Who wants one message a day gets it when the quiet hours end, else at 8:00.
- A private message (a code) goes at once and one way only: by SMS, else by mail. It is worth
  nothing after ten minutes, so it is not sent later than that.
- What could not be sent is tried again: after 30 s, then twice as long each time and an hour at
  most, for a day. So that many do not come back in the same moment, chance shortens each wait by
  up to a half.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Way(StrEnum):
    """How a message reaches a member besides the inbox, in the order in which a code tries them."""

    SMS = "sms"
    MAIL = "mail"
    PUSH = "push"


QUIET_FROM: Final = 21 * 60
QUIET_UNTIL: Final = 8 * 60
DAY_MINUTES: Final = 24 * 60

LIFE: Final = timedelta(days=1)
PRIVATE_LIFE: Final = timedelta(minutes=10)
WAIT_MIN: Final = timedelta(seconds=30)
WAIT_MAX: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a member likes to get messages.

    `ways` is None where they never said: then push and mail, and SMS where there is neither, as
    each SMS costs the community money. `quiet_from` and `quiet_until` are minutes after midnight
    in the community's time zone; two equal ones mean no quiet hours. `daily` asks for one message
    a day with all that happened.
    """

    ways: frozenset[Way] | None = None
    quiet_from: int = QUIET_FROM
    quiet_until: int = QUIET_UNTIL
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """What kind of thing a message is: whether it may wait, and whether others may see it."""

    urgent: bool = False
    private: bool = False


def ways(choice: Choice, reachable: Collection[Way], sort: Sort) -> tuple[Way, ...]:
    """Return the ways of a message, of those on which the member can be reached at all."""
    possible = [way for way in Way if way in reachable]
    if sort.private:
        return tuple(way for way in possible if way is not Way.PUSH)[:1]
    if choice.ways is not None:
        return tuple(way for way in possible if way in choice.ways)
    free = tuple(way for way in possible if way is not Way.SMS)
    return free or tuple(possible)


def quiet(at: datetime, choice: Choice, zone: ZoneInfo) -> bool:
    """Return whether a moment lies in the member's quiet hours, by the clock on the wall."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    begins, ends = choice.quiet_from, choice.quiet_until
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


def not_quiet(at: datetime, choice: Choice, zone: ZoneInfo) -> datetime:
    """Return the first moment from `at` on that is not in the quiet hours.

    Minute by minute: on the days when the clock is put forward or back, quiet hours are longer,
    shorter, or come twice, and the wall is the only one to ask.
    """
    moment = at
    while quiet(moment, choice, zone):
        moment = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return moment


def due(at: datetime, choice: Choice, zone: ZoneInfo, sort: Sort) -> datetime:
    """Return when a message told at this moment is to be sent: then, or later."""
    if sort.urgent or sort.private:
        return at
    if choice.daily:
        return not_quiet(_next_daily(at, choice, zone), choice, zone)
    return not_quiet(at, choice, zone)


def _next_daily(at: datetime, choice: Choice, zone: ZoneInfo) -> datetime:
    none_quiet = choice.quiet_from == choice.quiet_until
    minute = QUIET_UNTIL if none_quiet else choice.quiet_until
    today = at.astimezone(zone).date()
    for days in (0, 1, 2):
        wall = time(minute // 60, minute % 60)
        moment = datetime.combine(today + timedelta(days=days), wall, zone).astimezone(UTC)
        if moment > at:
            return moment
    raise ValueError(f"no daily moment after {at}")


def expires(told: datetime, due_at: datetime, sort: Sort) -> datetime:
    """Return the moment after which a message is no longer tried."""
    return told + PRIVATE_LIFE if sort.private else due_at + LIFE


def wait(attempts: int, chance: int) -> timedelta:
    """Return how long to wait after so many failed attempts; `chance` is 0 to 999 thousandths."""
    whole = min(WAIT_MAX, WAIT_MIN * (1 << min(attempts - 1, 10)))
    return whole - whole * chance // 2000
