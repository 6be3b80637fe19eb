"""The rules beside a visit, each said in words above its code. Pure: values in, values out."""

from datetime import datetime, timedelta
from typing import Final

from timebank.beside.errors import RatingOver
from timebank.errors import InvalidRequest, NotYours, WrongState
from timebank.values import Side, State, Visit

# What a volunteer should know for the elder's safety, and whom to call, is seen by the elder and
# whoever may ask for them, by the desk, and by the volunteer who is booked, from booking until the
# visit is closed.

SAFETY_WORDS_MAX: Final = 500
CONTACT_NAME_MAX: Final = 80
WHILE: Final = frozenset({State.BOOKED, State.UNDER_WAY, State.FINISHED, State.DISPUTED})


def sees_safety(visit: Visit, *, member: object) -> bool:
    """Whether this member is the visit's volunteer at a time when they need the safety note."""
    return visit.volunteer_id == member and visit.state in WHILE


def check_safety(words: str, contact_name: str, contact_phone: str) -> None:
    """Raise `InvalidRequest` for a note too long, or a contact of whom half is missing."""
    if len(words) > SAFETY_WORDS_MAX:
        raise InvalidRequest("safety", "too long")
    if len(contact_name) > CONTACT_NAME_MAX:
        raise InvalidRequest("contact_name", "too long")
    if contact_phone and not contact_name:
        raise InvalidRequest("contact_name", "missing")
    if contact_name and not contact_phone:
        raise InvalidRequest("contact_phone", "missing")


# Both sides may say how it was, from one star to five, in words if they like: once the visit is
# closed and some of it counted, for thirty days. Whoever has, may change it for seven days.
# The desk alone reads it. What is published is a volunteer's average and how many rated, from five
# people on: one person's word cannot be read out of it. An elder's is never published.

STARS_MIN: Final = 1
STARS_MAX: Final = 5
STARS_LOW: Final = 2
RATING_WORDS_MAX: Final = 300
PUBLISHED_FROM: Final = 5
RATE_WITHIN: Final = timedelta(days=30)
CHANGE_WITHIN: Final = timedelta(days=7)


def side_of(visit: Visit, *, of: object, hand: object) -> Side:
    """Return as which of the two a member rates: `of` whose affair it is, by the hand of `hand`.

    Raises `NotYours` for anybody else, and for who would rate themselves as the elder's delegate.
    """
    if of == visit.elder_id and hand != visit.volunteer_id:
        return Side.ELDER
    if hand == of == visit.volunteer_id:
        return Side.VOLUNTEER
    raise NotYours("rate")


def check_rate(visit: Visit, *, first_at: datetime | None, at: datetime) -> None:
    """Raise `WrongState` before a visit is closed, `RatingOver` when it is too late.

    `first_at` is when this side rated the visit first; None where it has not.
    """
    if visit.state not in {State.CONFIRMED, State.RESOLVED} or not visit.minutes_confirmed:
        raise WrongState(visit.state, "be rated")
    until = (
        (visit.checked_out_at or visit.ends_at) + RATE_WITHIN
        if first_at is None
        else first_at + CHANGE_WITHIN
    )
    if at > until:
        raise RatingOver(until)


def check_rating(stars: int, words: str) -> None:
    """Raise `InvalidRequest` for stars that there are not, or words too long."""
    if not STARS_MIN <= stars <= STARS_MAX:
        raise InvalidRequest("stars", "not offered")
    if len(words) > RATING_WORDS_MAX:
        raise InvalidRequest("words", "too long")


# A photograph may be left by the volunteer while checking out and until the visit is closed: of a
# swept room, not of a face. One a visit; a new one takes its place.

MAY_PHOTOGRAPH: Final = frozenset({State.UNDER_WAY, State.FINISHED})


def check_photo(visit: Visit, *, by: object) -> None:
    """Raise `NotYours` or `WrongState` where this member cannot leave a photograph."""
    if visit.volunteer_id != by:
        raise NotYours("photograph")
    if visit.state not in MAY_PHOTOGRAPH:
        raise WrongState(visit.state, "be photographed")
