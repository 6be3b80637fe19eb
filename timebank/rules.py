"""The time bank's policies, each said in words above its code. Pure: values in, values out.

A number that a community may choose comes in with its `VisitPolicy`, as it holds at the moment of
the event; the words above the code name the usual one. One hour given is one hour saved.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from timebank.errors import (
    AlreadyTaken,
    InvalidRequest,
    NeedsWord,
    NotEnoughMinutes,
    NotYours,
    OutOfRange,
    OwnHours,
    OwnVisit,
    Paused,
    TooEarly,
    TooLate,
    TooManyStated,
    WrongCode,
    WrongState,
)
from timebank.values import (
    Hold,
    Payer,
    Request,
    Settlement,
    Side,
    State,
    Visit,
    VisitPolicy,
    credit,
)

QUARTER = timedelta(minutes=15)
MINUTES_STEP = 15
PLACE_LENGTH_MAX = 120
WISHES_LENGTH_MAX = 500


# A visit starts on a quarter-hour, not in the past and at most 60 days ahead. It lasts a quarter of
# an hour to four hours, in quarter-hours, so that a volunteer's time can be taken in whole ones; or
# in whole hours, where the community has decided so. It names a place; wishes are free.


def check_request(request: Request, *, at: datetime, policy: VisitPolicy) -> None:
    """Raise `InvalidRequest` for what no visit can be. `at` is the moment of asking."""
    starts_at = request.starts_at
    if starts_at.tzinfo is None or starts_at.timestamp() % QUARTER.total_seconds():
        raise InvalidRequest("starts_at", "not on a quarter-hour")
    if starts_at < at:
        raise InvalidRequest("starts_at", "past")
    if starts_at > at + timedelta(days=policy.days_ahead_max):
        raise InvalidRequest("starts_at", "too far ahead", most=policy.days_ahead_max)
    if not policy.offers(request.minutes):
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


# A visit is paid by its payers in their order: the elder's saved minutes, gifts that the elder
# received, the relief fund as far as it pays for this elder, and the community itself as far as it
# pays for an elder's first use. Each gives what it can until the visit is covered.


def share(needed: int, offers: Sequence[tuple[Payer, int]]) -> list[tuple[Payer, int]]:
    """Return what each payer sets aside, in order; payers of nothing are left out.

    `offers` is what each could give. Raises `NotEnoughMinutes` where together they cannot.
    """
    shares = []
    left = needed
    for payer, offered in offers:
        taken = min(left, max(offered, 0))
        if taken:
            shares.append((payer, taken))
            left -= taken
    if left:
        raise NotEnoughMinutes(available=needed - left, asked=needed)
    return shares


# A volunteer may accept a request that nobody has accepted, until it is due to start, and never
# their own. Whoever comes first has it. While it is offered to one volunteer, that one alone may.


def check_accept(visit: Visit, *, volunteer: object, at: datetime) -> None:
    """Raise `OwnVisit`, `AlreadyTaken` or `TooLate` where this member cannot accept the visit."""
    if visit.elder_id == volunteer:
        raise OwnVisit
    offered = visit.state is State.OFFERED and visit.volunteer_id == volunteer
    if visit.state is not State.REQUESTED and not offered:
        raise AlreadyTaken
    if visit.waits_until <= at:
        raise TooLate(visit.waits_until)


# A request may be offered to one volunteer: by the desk, or because the elder named whom they would
# like. For a day (or as the community decides), and until it is due to start, it waits for that
# one's answer; after that, or after a no, it is open to all.


def offer_ends(visit: Visit, *, at: datetime, policy: VisitPolicy) -> datetime:
    """Return until when an offer of this visit, made now, waits for an answer."""
    return min(at + timedelta(hours=policy.offer_hours), visit.waits_until)


def check_offer(visit: Visit, *, volunteer: object, at: datetime) -> None:
    """Raise `OwnVisit`, `AlreadyTaken` or `TooLate` where the visit cannot be offered to them."""
    if visit.elder_id == volunteer:
        raise OwnVisit
    if visit.state is not State.REQUESTED:
        raise AlreadyTaken
    if visit.waits_until <= at:
        raise TooLate(visit.waits_until)


def check_decline(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member has no offer of the visit to decline."""
    _require_volunteer(visit, by, "decline")
    _require_state(visit, "decline", State.OFFERED)


# A volunteer who cannot come gives the visit back before checking in; it is open to others again.


def check_withdraw(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot give the visit back."""
    _require_volunteer(visit, by, "withdraw")
    _require_state(visit, "withdraw", State.BOOKED)


# A volunteer who is late says by how much, until checking in.


def check_late(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot say that they will be late."""
    _require_volunteer(visit, by, "be late for")
    _require_state(visit, "be late for", State.BOOKED)


# Who three times within ninety days did not come (or as often as the community decides) accepts no
# more until the desk has spoken with them or the ninety days are over.

MISSED_WITHIN = timedelta(days=90)


def check_reliable(missed: int, policy: VisitPolicy) -> None:
    """Raise `Paused` for a volunteer who missed so many visits in the last ninety days."""
    if policy.no_show_limit and missed >= policy.no_show_limit:
        raise Paused(missed)


# The volunteer checks in at the elder's door, with the code that the elder's page or card shows,
# from half an hour before the start on. The code proves presence, not identity: the elder's own
# confirmation is what moves minutes.


def check_in_opens(visit: Visit, policy: VisitPolicy) -> datetime:
    """Return the moment from which the volunteer can check in."""
    return visit.starts_at - timedelta(minutes=policy.check_in_early_minutes)


def check_in(visit: Visit, *, by: object, code: str, at: datetime, policy: VisitPolicy) -> None:
    """Raise `NotYours`, `WrongState`, `TooEarly` or `WrongCode` where checking in is not due."""
    _require_volunteer(visit, by, "check in")
    check_in_due(visit, at=at, policy=policy)
    if code != visit.code:
        raise WrongCode


# The desk checks a volunteer in or out who is on the telephone: no code is asked for, and the
# history says who did it.


def check_in_due(visit: Visit, *, at: datetime, policy: VisitPolicy) -> None:
    """Raise `WrongState` or `TooEarly` where nobody could check in now."""
    _require_state(visit, "check in", State.BOOKED)
    opens_at = check_in_opens(visit, policy)
    if at < opens_at:
        raise TooEarly(opens_at)


# Without a network the volunteer's page keeps the moment and sends it later. It is believed as far
# as it can have been: at most a day ago, not before checking in opens or before the visit was
# booked, not in the future. Whether the code fits is looked at when it arrives.

SENT_LATER = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=2)


def happened(moment: datetime | None, *, at: datetime, after: datetime) -> datetime:
    """Return the moment that counts for something sent later; `at` where none was named.

    Raises `InvalidRequest` for a moment that cannot be, `TooLate` for one of more than a day ago.
    """
    if moment is None:
        return at
    if moment.tzinfo is None or moment > at + CLOCKS_DIFFER or moment < after:
        raise InvalidRequest("moment", "cannot be")
    if moment < at - SENT_LATER:
        raise TooLate(moment + SENT_LATER)
    return min(moment, at)


# The clock decides how long a visit took: from check-in to check-out, up to the next five minutes
# (or what the community rounds to), five at least. A volunteer who forgot to check out states the
# lower figure; a higher one is refused. What is stated is rounded up as well. A community may have
# decided that every visit counts the same instead.


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
    if stated is not None and stated < 1:
        raise InvalidRequest("minutes", "not offered")
    if stated is not None and stated > clock:
        raise TooManyStated(measured=clock, stated=stated)
    if policy.flat_minutes:
        return policy.flat_minutes
    return clock if stated is None else round_up(stated, policy)


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


def check_confirm(
    visit: Visit, *, by: object, hand: object, minutes: int, word: bool = False
) -> None:
    """Raise where so many minutes cannot be confirmed so.

    `by` is whose affair it is, `hand` who does it: the same, or a delegate. `word` is the elder's
    explicit word for more than was set aside. Raises `NotYours`, `OwnHours`, `WrongState`,
    `OutOfRange`, `NeedsWord`.
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


# What passes comes from the holds in the order of their payers, so that what is not needed returns
# to the farthest payer first: the elder's own minutes pay before the fund does. What the holds do
# not cover, because the elder gave the word for more, comes from the elder's available minutes.


def settle(minutes: int, per_hour: int, holds: Sequence[Hold]) -> Settlement:
    """Return how the minutes of help that were agreed to pass from these holds, and beyond them."""
    left = credit(minutes, per_hour)
    parts = []
    for hold in holds:
        part = min(left, hold.minutes)
        parts.append(part)
        left -= part
    return Settlement(tuple(parts), left)


# An elder who says nothing is taken to agree after three days (or as the community decides): to
# what was measured, at most what was set aside. Not where somebody disputes it.


def confirms_itself_at(checked_out_at: datetime, policy: VisitPolicy) -> datetime | None:
    """Return when a visit that ended then is confirmed by itself; None is never."""
    hours = policy.confirm_hours
    return checked_out_at + timedelta(hours=hours) if hours else None


# "This is not right": the elder, a delegate of theirs who may confirm, or the volunteer disputes a
# visit that is over and not confirmed. What was set aside stays so until a coordinator, who is
# neither of the two, resolves it: some minutes pass or none, with a reason that both are told.

REASON_LENGTH_MAX = 500


def check_dispute(visit: Visit, *, by: object, reason: str) -> None:
    """Raise `NotYours`, `WrongState` or `InvalidRequest` where this member cannot dispute it."""
    if by not in {visit.elder_id, visit.volunteer_id}:
        raise NotYours("dispute")
    _require_state(visit, "dispute", State.FINISHED)
    _require_reason(reason)


def check_resolve(visit: Visit, *, by: object, minutes: int, reason: str) -> None:
    """Raise `NotYours`, `WrongState`, `OutOfRange` or `InvalidRequest`."""
    _require_third(visit, by, "resolve")
    _require_state(visit, "resolve", State.DISPUTED)
    _require_minutes(visit, minutes)
    _require_reason(reason)


# A mistake that is found after minutes have passed is corrected by a coordinator, who is neither of
# the two: the settlement is reversed, and the right minutes pass. Never by an edit.


def check_correct(visit: Visit, *, by: object, minutes: int, reason: str) -> None:
    """Raise `NotYours`, `WrongState`, `OutOfRange` or `InvalidRequest`."""
    _require_third(visit, by, "correct")
    _require_state(visit, "correct", State.CONFIRMED, State.RESOLVED)
    _require_minutes(visit, minutes)
    _require_reason(reason)


# Somebody was not there. That the volunteer did not come, the elder says, a delegate of theirs who
# may ask for them, or the desk, from a quarter of an hour after the start; all returns. That the
# elder was not there, the volunteer says, or the desk; what a late cancelling costs is the
# volunteer's.

WAITS = timedelta(minutes=15)


def check_no_show(visit: Visit, absent: Side, *, by: object, desk: bool, at: datetime) -> None:
    """Raise `NotYours`, `WrongState` or `TooEarly` where nobody can say so now."""
    other = visit.elder_id if absent is Side.VOLUNTEER else visit.volunteer_id
    if by != other and not desk:
        raise NotYours("say so of")
    _require_state(visit, "be missed", State.BOOKED)
    if at < visit.starts_at + WAITS:
        raise TooEarly(visit.starts_at + WAITS)


def proposals(booked: int, taken: int, policy: VisitPolicy) -> list[int]:
    """Return the minutes that the elder's page proposes; the first needs no word."""
    if taken <= booked:
        return [taken]
    return sorted({booked, min(taken, booked + policy.overrun_minutes), taken})


# The elder may cancel until the volunteer has checked in; a coordinator until the visit is
# confirmed, for example when nobody ever came. All that was set aside returns.

# Where a booked visit is called off less than twelve hours before it begins (or as the community
# decides), the community may let the volunteer have some minutes for it; usually none.

WAITING = (State.REQUESTED, State.OFFERED)
BEFORE_CHECK_IN = (*WAITING, State.BOOKED)
BEFORE_CONFIRMED = (*BEFORE_CHECK_IN, State.UNDER_WAY, State.FINISHED, State.DISPUTED)


def check_cancel(visit: Visit, *, by: object, coordinator: bool) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot cancel the visit."""
    if by != visit.elder_id and not coordinator:
        raise NotYours("cancel")
    _require_state(visit, "cancel", *(BEFORE_CONFIRMED if coordinator else BEFORE_CHECK_IN))


def late_cost(visit: Visit, *, at: datetime, policy: VisitPolicy) -> int:
    """Return the minutes of help that calling a visit off at this moment costs the elder."""
    notice = timedelta(hours=policy.cancel_notice_hours)
    if visit.state is not State.BOOKED or at < visit.starts_at - notice:
        return 0
    return min(policy.late_cancel_minutes, visit.minutes_booked)


# A request that nobody took in time (`request_rules.term`) has expired.


def expires(visit: Visit, *, at: datetime) -> bool:
    """Whether a visit has come to nothing because nobody took it in time."""
    return visit.state in WAITING and visit.waits_until <= at


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
# after it should have ended; where the elder has not confirmed two days after it was over;
# and at once where it is disputed.

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
        case State.REQUESTED | State.OFFERED:
            return max(visit.starts_at - WITHOUT_VOLUNTEER, visit.asked_at)
        case State.BOOKED:
            return visit.starts_at + NOT_BEGUN
        case State.UNDER_WAY:
            return visit.ends_at + NOT_ENDED
        case State.FINISHED:
            return (visit.checked_out_at or visit.ends_at) + NOT_CONFIRMED
        case State.DISPUTED:
            return visit.checked_out_at or visit.ends_at
        case _:
            return None


def _require_third(visit: Visit, member: object, act: str) -> None:
    if member in {visit.elder_id, visit.volunteer_id}:
        raise NotYours(act)


def _require_minutes(visit: Visit, minutes: int) -> None:
    most = max(visit.minutes_measured or 0, visit.minutes_booked)
    if not 0 <= minutes <= most:
        raise OutOfRange(least=0, most=most, minutes=minutes)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidRequest("reason", "missing")
    if len(reason) > REASON_LENGTH_MAX:
        raise InvalidRequest("reason", "too long")


def _require_volunteer(visit: Visit, member: object, act: str) -> None:
    if visit.volunteer_id != member:
        raise NotYours(act)


def _require_state(visit: Visit, act: str, *states: State) -> None:
    if visit.state not in states:
        raise WrongState(visit.state, act)
