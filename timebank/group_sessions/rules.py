"""The rules of classes, each said in words above its code. Pure: values in, values out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from timebank.errors import NotYours, TooEarly, TooManyStated, WrongCode, WrongState
from timebank.group_sessions.errors import (
    InvalidCourse,
    NoPlaceLeft,
    NotOnTheList,
    OwnClass,
    SessionOver,
    WithoutLeader,
)
from timebank.group_sessions.values import (
    Course,
    CourseDraft,
    CourseState,
    GroupPayer,
    GroupSession,
    SessionState,
    SignUp,
)
from timebank.rules import MINUTES_STEP, QUARTER
from timebank.values import VisitPolicy

TITLE_LENGTH_MAX: Final = 60
PLACE_LENGTH_MAX: Final = 120
WORDS_LENGTH_MAX: Final = 500
REASON_LENGTH_MAX: Final = 300
CAPACITY_MIN, CAPACITY_MAX = 2, 200
ASSISTANTS_MAX: Final = 10
EVERY_WEEKS: Final = (1, 2, 4)
AHEAD_MAX: Final = timedelta(days=365)


# A class has a title and a place, begins on a quarter-hour within the next year, and lasts as long
# as a visit may. It has room for 2 to 200 people. It repeats every week, every other week or every
# four weeks, and does not end before it began. Nobody assists themselves.


def check_course(draft: CourseDraft, *, leader: UUID, at: datetime, policy: VisitPolicy) -> None:
    """Raise `InvalidCourse` for what no class can be. `at` is the moment of asking."""
    _require_text("title", draft.title, TITLE_LENGTH_MAX)
    _require_text("place", draft.place, PLACE_LENGTH_MAX)
    if len(draft.about) > WORDS_LENGTH_MAX:
        raise InvalidCourse("about", "too long")
    starts_at = draft.starts_at
    if starts_at.tzinfo is None or starts_at.timestamp() % QUARTER.total_seconds():
        raise InvalidCourse("starts_at", "not on a quarter-hour")
    if starts_at < at:
        raise InvalidCourse("starts_at", "past")
    if starts_at > at + AHEAD_MAX:
        raise InvalidCourse("starts_at", "too far ahead")
    minutes = draft.minutes
    if not policy.minutes_min <= minutes <= policy.minutes_max or minutes % MINUTES_STEP:
        raise InvalidCourse("minutes", "not offered")
    if not CAPACITY_MIN <= draft.capacity <= CAPACITY_MAX:
        raise InvalidCourse("capacity", "not offered")
    if draft.every_weeks not in EVERY_WEEKS:
        raise InvalidCourse("every_weeks", "not offered")
    if draft.until is not None and draft.until < starts_at.date() - timedelta(days=1):
        raise InvalidCourse("until", "before the first")
    if leader in draft.assistants or len(draft.assistants) > ASSISTANTS_MAX:
        raise InvalidCourse("assistants", "not offered")


def _require_text(field: str, text: str, most: int) -> None:
    if not text.strip():
        raise InvalidCourse(field, "missing")
    if len(text) > most:
        raise InvalidCourse(field, "too long")


# A coordinator decides about what a volunteer proposed. The leader may end their own class, and the
# coordinator any.


def check_decide(course: Course) -> None:
    """Raise `WrongState` where there is nothing to decide any more."""
    if course.state is not CourseState.PROPOSED:
        raise WrongState(course.state, "decide")


def check_end(course: Course, *, by: UUID, coordinator: bool) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot end the class."""
    if by != course.leader_id and not coordinator:
        raise NotYours("end")
    if course.state not in {CourseState.PROPOSED, CourseState.RUNNING}:
        raise WrongState(course.state, "end")


# Whoever belongs to the community may sign up, as long as the session is not over; who gives it has
# no need to. While a place is free and nobody waits, who comes next has it; else they wait, in the
# order in which they came. When a place is given up before the session ends, it goes to who has
# waited longest.


def check_sign_up(session: GroupSession, *, member: UUID, at: datetime) -> None:
    """Raise `SessionOver` or `OwnClass` where this member cannot sign up."""
    if session.state is not SessionState.PLANNED or session.ends_at <= at:
        raise SessionOver
    if member in session.givers:
        raise OwnClass


def check_give_up(session: GroupSession, signed: SignUp) -> None:
    """Raise `SessionOver` where it is no longer a matter of a place."""
    if session.state is not SessionState.PLANNED or signed.attended:
        raise SessionOver


# Attendance is taken by who gives the session or by the desk, on the list, from the moment on from
# which a volunteer may check in, until the session is closed. Somebody who waited and came may have
# the chair of somebody who stayed away: those who came are never more than there are places.
# Whoever is there may also say so themselves with the number that the leader shows. That number is
# for who has a place; who has not signed up gets one with it, if one is free.


def opens_at(session: GroupSession, policy: VisitPolicy) -> datetime:
    """Return the moment from which attendance can be taken."""
    return session.starts_at - timedelta(minutes=policy.check_in_early_minutes)


def check_list(
    session: GroupSession, *, by: UUID, desk: bool, at: datetime, policy: VisitPolicy
) -> None:
    """Raise `NotYours`, `SessionOver` or `TooEarly` where this member cannot take attendance."""
    if by not in session.givers and not desk:
        raise NotYours("take attendance of")
    _require_open(session, at, policy)


def check_present(session: GroupSession, listed: Collection[UUID], came: Collection[UUID]) -> None:
    """Raise `NotOnTheList` or `NoPlaceLeft` where these cannot all have been there."""
    if not set(came) <= set(listed):
        raise NotOnTheList
    if len(came) > session.capacity:
        raise NoPlaceLeft


def check_here(
    session: GroupSession, signed: SignUp | None, *, code: str, at: datetime, policy: VisitPolicy
) -> None:
    """Raise `SessionOver`, `TooEarly`, `WrongCode` or `NoPlaceLeft` for who says they came."""
    _require_open(session, at, policy)
    if code != session.code:
        raise WrongCode
    seated = signed is not None and (signed.placed or signed.attended)
    if not seated and (signed is not None or not session.free):
        raise NoPlaceLeft
    if (signed is None or not signed.attended) and session.attended >= session.capacity:
        raise NoPlaceLeft


def _require_open(session: GroupSession, at: datetime, policy: VisitPolicy) -> None:
    if session.state is not SessionState.PLANNED:
        raise SessionOver
    if at < opens_at(session, policy):
        raise TooEarly(opens_at(session, policy))


# Who gives a session closes it once it has begun, or the desk does: it was held, for the planned
# minutes or for fewer. Somebody must have led it.


def check_close(session: GroupSession, *, by: UUID, desk: bool, minutes: int, at: datetime) -> None:
    """Raise what refuses this member, this moment or these minutes to close the session."""
    if by not in session.givers and not desk:
        raise NotYours("close")
    if session.leader_id is None:
        raise WithoutLeader
    if session.state is not SessionState.PLANNED:
        raise WrongState(session.state, "close")
    if at < session.starts_at:
        raise TooEarly(session.starts_at)
    if not 1 <= minutes <= session.minutes:
        raise TooManyStated(measured=session.minutes, stated=minutes)


# That it was held is confirmed by a coordinator, or by as many of those who came as the community
# asks for (usually two). Who gave it confirms nothing of it, neither as a coordinator nor as
# somebody's delegate: nobody confirms own hours.


def check_confirm(session: GroupSession, *, hand: UUID) -> None:
    """Raise `OwnClass` or `WrongState` where this member's word does not count."""
    if hand in session.givers:
        raise OwnClass
    if session.state is not SessionState.HELD:
        raise WrongState(session.state, "confirm")


# Who gives a session may call it off, and a coordinator, until its hours are confirmed.


def check_cancel(session: GroupSession, *, by: UUID, coordinator: bool) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot call the session off."""
    if by != session.leader_id and not coordinator:
        raise NotYours("cancel")
    allowed = {SessionState.PLANNED, SessionState.HELD} if coordinator else {SessionState.PLANNED}
    if session.state not in allowed:
        raise WrongState(session.state, "cancel")


# Each who gave the session earns its minutes once, however many came. Who gives those minutes is
# the community's choice:
# - the community: they are created, and coming costs nobody anything (usual: a class is a public
#   good);
# - the relief fund;
# - all who came, in equal parts: no part is larger than the others by more than a minute;
# - everybody who came, each for the whole time: what is more than is earned goes to the fund.
# Who came pays from own saved minutes and only as much as is there: nobody is kept away for want of
# hours. What the people or the fund cannot give, the relief fund gives as far as it reaches, and
# the community creates the rest.


@dataclass(frozen=True, slots=True)
class Shares:
    """Who gives what, in minutes of the book. Together it is what is earned and the `surplus`."""

    members: Mapping[UUID, int]
    relief: int
    issuance: int
    surplus: int

    @property
    def total(self) -> int:
        """All that is given."""
        return sum(self.members.values()) + self.relief + self.issuance


def shares(
    due: int,
    *,
    each: int,
    payer: GroupPayer,
    came: Sequence[tuple[UUID, int]],
    fund: int,
) -> Shares:
    """Return who gives `due` minutes; `each` is the session's length in minutes of the book.

    `came` are those who came with what each could give, `fund` is what the relief fund could.
    """
    parts = _parts(due, each, payer, len(came))
    members = {
        member: min(part, max(available, 0))
        for (member, available), part in zip(came, parts, strict=True)
    }
    given = sum(members.values())
    missing = max(due - given, 0)
    relief = min(missing, max(fund, 0)) if payer is not GroupPayer.COMMUNITY else 0
    return Shares(members, relief, missing - relief, max(given - due, 0))


def _parts(due: int, each: int, payer: GroupPayer, people: int) -> list[int]:
    if payer is GroupPayer.EACH:
        return [each] * people
    if payer is not GroupPayer.SHARED or not people:
        return [0] * people
    part, over = divmod(due, people)
    return [part + (place < over) for place in range(people)]


# A class wants the desk's attention while it is only proposed; a session while nobody leads it and
# it begins within a week, while it should have been closed two hours ago, and two days after it was
# held without anybody's word.

NO_LEADER: Final = timedelta(days=7)
NOT_CLOSED: Final = timedelta(hours=2)
NOT_CONFIRMED: Final = timedelta(days=2)


def wants_attention_from(session: GroupSession) -> datetime | None:
    """Return from when on a session, standing as it does, wants the desk's; None is never."""
    if session.state is SessionState.HELD and session.held_at is not None:
        return session.held_at + NOT_CONFIRMED
    if session.state is not SessionState.PLANNED:
        return None
    if session.leader_id is None:
        return session.starts_at - NO_LEADER
    return session.ends_at + NOT_CLOSED
