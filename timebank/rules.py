"""The time bank's policies, each said in words above its code. Pure: values in, values out.

A number that a community may choose comes in with its `VisitPolicy`, as it holds at the moment of
the event; the words above the code name the usual one. One hour given is one hour saved.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from timebank.errors import (
    AlreadyTaken,
    InvalidRequest,
    NeedsWord,
    NotYours,
    OutOfRange,
    OwnHours,
    OwnVisit,
    TooEarly,
    TooLate,
    TooManyStated,
    WrongCode,
    WrongState,
)
from timebank.values import Request, Settlement, State, Visit, VisitPolicy

QUARTER = timedelta(minutes=15)
MINUTES_STEP = 15
PLACE_LENGTH_MAX = 120
WISHES_LENGTH_MAX = 500


# A visit starts on a quarter-hour, not in the past and at most 60 days ahead. It lasts a quarter of
# an hour to four hours, in quarter-hours, so that a volunteer's time can be taken in whole ones.
# It names a place; wishes are free.


def check_request(request: Request, *, at: datetime, policy: VisitPolicy) -> None:
    """Raise `InvalidRequest` for what no visit can be. `at` is the moment of asking."""
    starts_at = request.starts_at
    if starts_at.tzinfo is None or starts_at.timestamp() % QUARTER.total_seconds():
        raise InvalidRequest("starts_at", "not on a quarter-hour")
    if starts_at < at:
        raise InvalidRequest("starts_at", "past")
    if starts_at > at + timedelta(days=policy.days_ahead_max):
        raise InvalidRequest("starts_at", "too far ahead", most=policy.days_ahead_max)
    minutes = request.minutes
    if not policy.minutes_min <= minutes <= policy.minutes_max or minutes % MINUTES_STEP:
        raise InvalidRequest("minutes", "not offered")
    if not request.place.strip():
        raise InvalidRequest("place", "missing")
    if len(request.place) > PLACE_LENGTH_MAX:
        raise InvalidRequest("place", "too long")
    if len(request.wishes) > WISHES_LENGTH_MAX:
        raise InvalidRequest("wishes", "too long")


def quarters(starts_at: datetime, minutes: int) -> list[datetime]:
    """Return the starts of the quarter-hours that a visit takes of a volunteer's time, in order."""
    return [starts_at + QUARTER * number for number in range(-(-minutes // MINUTES_STEP))]


# A volunteer may accept a request that nobody has accepted, until it is due to start, and never
# their own. Whoever comes first has it.


def check_accept(visit: Visit, *, volunteer: object, at: datetime) -> None:
    """Raise `OwnVisit`, `AlreadyTaken` or `TooLate` where this member cannot accept the visit."""
    if visit.elder_id == volunteer:
        raise OwnVisit
    if visit.state is not State.REQUESTED:
        raise AlreadyTaken
    if visit.starts_at <= at:
        raise TooLate(visit.starts_at)


# A volunteer who cannot come gives the visit back before checking in; it is open to others again.


def check_withdraw(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot give the visit back."""
    _require_volunteer(visit, by, "withdraw")
    _require_state(visit, "withdraw", State.BOOKED)


# The volunteer checks in at the elder's door, with the code that the elder's page or card shows,
# from half an hour before the start on. The code proves presence, not identity: the elder's own
# confirmation is what moves minutes.


def check_in_opens(visit: Visit, policy: VisitPolicy) -> datetime:
    """Return the moment from which the volunteer can check in."""
    return visit.starts_at - timedelta(minutes=policy.check_in_early_minutes)


def check_in(visit: Visit, *, by: object, code: str, at: datetime, policy: VisitPolicy) -> None:
    """Raise `NotYours`, `WrongState`, `TooEarly` or `WrongCode` where checking in is not due."""
    _require_volunteer(visit, by, "check in")
    _require_state(visit, "check in", State.BOOKED)
    opens_at = check_in_opens(visit, policy)
    if at < opens_at:
        raise TooEarly(opens_at)
    if code != visit.code:
        raise WrongCode


# The clock decides how long a visit took: from check-in to check-out, up to the next five minutes
# (or what the community rounds to), five at least. A volunteer who forgot to check out states the
# lower figure; a higher one is refused. What is stated is rounded up as well.


def round_up(minutes: int, policy: VisitPolicy) -> int:
    """Return minutes up to the next five, or what the community rounds to; that much at least."""
    step = policy.round_up_minutes
    return max(step, -(-minutes // step) * step)


def clocked(checked_in_at: datetime, checked_out_at: datetime, policy: VisitPolicy) -> int:
    """Return the rounded minutes between two moments; a begun minute counts."""
    seconds = int((checked_out_at - checked_in_at).total_seconds())
    return round_up(-(-seconds // 60), policy)


def measured(
    checked_in_at: datetime, checked_out_at: datetime, stated: int | None, policy: VisitPolicy
) -> int:
    """Return the minutes a visit took. Raises `TooManyStated`, `InvalidRequest` below 1."""
    clock = clocked(checked_in_at, checked_out_at, policy)
    if stated is None:
        return clock
    if stated < 1:
        raise InvalidRequest("minutes", "not offered")
    if stated > clock:
        raise TooManyStated(measured=clock, stated=stated)
    return round_up(stated, policy)


def check_out(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot check out of the visit."""
    _require_volunteer(visit, by, "check out")
    _require_state(visit, "check out", State.UNDER_WAY)


# The elder confirms, or a delegate of theirs, never the volunteer: who is both the elder's delegate
# and the visit's volunteer leaves it to the elder. What was measured passes, and the rest of what
# was set aside returns. When the visit took longer than was set aside, only what was set aside
# passes, unless the elder gives the word for more: all that was measured at most, and it must be
# covered by the elder's available minutes. The page proposes what was set aside, up to thirty
# minutes over, and all of it: whichever is more than was set aside says so, and choosing it is the
# word.


def settle(
    visit: Visit, *, by: object, hand: object, minutes: int, word: bool = False
) -> Settlement:
    """Return how a visit's minutes pass when this many are confirmed.

    `by` is whose affair it is, `hand` who does it: the same, or a delegate. `word` is
    the elder's explicit word for more than was set aside. Raises `NotYours`, `OwnHours`,
    `WrongState`, `OutOfRange`, `NeedsWord`.
    """
    if by != visit.elder_id:
        raise NotYours("confirm")
    if hand == visit.volunteer_id:
        raise OwnHours
    _require_state(visit, "confirm", State.FINISHED)
    taken, booked = visit.minutes_measured, visit.minutes_booked
    if taken is None:
        raise WrongState(visit.state, "confirm")
    least = min(taken, booked)
    if not least <= minutes <= taken:
        raise OutOfRange(least=least, most=taken, minutes=minutes)
    if minutes > booked and not word:
        raise NeedsWord(booked=booked, minutes=minutes)
    from_hold = min(minutes, booked)
    return Settlement(from_hold, minutes - from_hold, booked - from_hold)


def proposals(booked: int, taken: int, policy: VisitPolicy) -> list[int]:
    """Return the minutes that the elder's page proposes; the first needs no word."""
    if taken <= booked:
        return [taken]
    return sorted({booked, min(taken, booked + policy.overrun_minutes), taken})


# The elder may cancel until the volunteer has checked in; a coordinator until the visit is
# confirmed, for example when nobody ever came. All that was set aside returns.

BEFORE_CHECK_IN = (State.REQUESTED, State.BOOKED)
BEFORE_CONFIRMED = (*BEFORE_CHECK_IN, State.UNDER_WAY, State.FINISHED)


def check_cancel(visit: Visit, *, by: object, coordinator: bool) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot cancel the visit."""
    if by != visit.elder_id and not coordinator:
        raise NotYours("cancel")
    _require_state(visit, "cancel", *(BEFORE_CONFIRMED if coordinator else BEFORE_CHECK_IN))


# A visit is seen by its elder, by its volunteer, by the community's own people, and, while it is
# open, by every volunteer. A delegate sees the visits that the elder receives, and no others.

MAY_SEE_ALL = frozenset({"coordinator", "phone_operator", "auditor", "administrator"})


def may_see(visit: Visit, *, member: object, roles: Collection[str]) -> bool:
    """Whether a member of the visit's community may see it."""
    if member in {visit.elder_id, visit.volunteer_id} or not MAY_SEE_ALL.isdisjoint(roles):
        return True
    return visit.state is State.REQUESTED and "volunteer" in roles


# The check-in code is for the elder, to be told at the door. A delegate sees it as well, who may
# have to pass it on: once a volunteer is to come, and unless it is the delegate who comes.


def may_see_code(visit: Visit, *, of: object, hand: object) -> bool:
    """Whether the code is for whoever looks: `hand`, for the member whose affair it is."""
    if of != visit.elder_id:
        return False
    return hand == of or (visit.volunteer_id is not None and visit.volunteer_id != hand)


# A visit wants the desk's attention where nobody has taken it a day before it begins; where the
# volunteer has not checked in an hour after it should have begun, or not checked out two hours
# after it should have ended; and where the elder has not confirmed two days after it was over.

WITHOUT_VOLUNTEER = timedelta(days=1)
NOT_BEGUN = timedelta(hours=1)
NOT_ENDED = timedelta(hours=2)
NOT_CONFIRMED = timedelta(days=2)
MAY_ATTEND = frozenset({"coordinator", "phone_operator"})


def wants_attention_from(visit: Visit) -> datetime | None:
    """Return from when on a visit, standing as it does, wants the desk's attention; None is never.

    One that was asked for at the last moment wants it from that moment on.
    """
    match visit.state:
        case State.REQUESTED:
            return max(visit.starts_at - WITHOUT_VOLUNTEER, visit.asked_at)
        case State.BOOKED:
            return visit.starts_at + NOT_BEGUN
        case State.UNDER_WAY:
            return visit.ends_at + NOT_ENDED
        case State.FINISHED:
            return (visit.checked_out_at or visit.ends_at) + NOT_CONFIRMED
        case _:
            return None


def _require_volunteer(visit: Visit, member: object, act: str) -> None:
    if visit.volunteer_id != member:
        raise NotYours(act)


def _require_state(visit: Visit, act: str, *states: State) -> None:
    if visit.state not in states:
        raise WrongState(visit.state, act)
