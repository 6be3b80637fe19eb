"""The rules of work for a project, each said in words above its code. Pure: values in and out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from marketplace.work.errors import (
    InvalidSlot,
    NothingToCorrect,
    NotSignedUp,
    OwnHours,
    PlacesSettled,
    SettledOtherwise,
    SlotFull,
    SlotNotBegun,
    SlotOver,
    TooLongStated,
)
from marketplace.work.values import Slot, SlotDraft, SlotState, Turn, TurnState, WorkPolicy

QUARTER: Final = timedelta(minutes=15)
MINUTES_STEP: Final = 15
TITLE_LENGTH_MAX: Final = 60
PLACE_LENGTH_MAX: Final = 120
ABOUT_LENGTH_MAX: Final = 500
REASON_LENGTH_MAX: Final = 300


# A slot says what is done and where. It begins on a quarter-hour, not in the past and not further
# ahead than the community plans. It lasts whole quarter-hours, so that somebody's time can be taken
# in whole ones. It has room for one person at least.


def check_slot(draft: SlotDraft, *, at: datetime, policy: WorkPolicy) -> None:
    """Raise `InvalidSlot` for what no slot can be. `at` is the moment of offering it."""
    _require_text("title", draft.title, TITLE_LENGTH_MAX)
    _require_text("place", draft.place, PLACE_LENGTH_MAX)
    if len(draft.about) > ABOUT_LENGTH_MAX:
        raise InvalidSlot("about", "too long", most=ABOUT_LENGTH_MAX)
    starts_at = draft.starts_at
    if starts_at.tzinfo is None or starts_at.timestamp() % QUARTER.total_seconds():
        raise InvalidSlot("starts_at", "not on a quarter-hour")
    if starts_at < at:
        raise InvalidSlot("starts_at", "past")
    if starts_at > at + timedelta(days=policy.days_ahead_max):
        raise InvalidSlot("starts_at", "too far ahead", most=policy.days_ahead_max)
    if not MINUTES_STEP <= draft.minutes <= policy.minutes_max or draft.minutes % MINUTES_STEP:
        raise InvalidSlot("minutes", "not offered", most=policy.minutes_max)
    if not 1 <= draft.people <= policy.people_max:
        raise InvalidSlot("people", "not offered", most=policy.people_max)


def _require_text(field: str, text: str, most: int) -> None:
    if not text.strip():
        raise InvalidSlot(field, "missing")
    if len(text) > most:
        raise InvalidSlot(field, "too long", most=most)


def check_reason(reason: str) -> None:
    """Raise `InvalidSlot` unless a reason was given, not too long."""
    _require_text("reason", reason, REASON_LENGTH_MAX)


def quarters(starts_at: datetime, minutes: int) -> list[datetime]:
    """Return the starts of the quarter-hours that a turn takes of somebody's time, in order."""
    return [starts_at + QUARTER * number for number in range(-(-minutes // MINUTES_STEP))]


# Whoever belongs to the community may sign up until the slot begins, while a place is free; and
# step back until then. A place that was given back is free again.


def check_sign_up(slot: Slot, *, at: datetime) -> None:
    """Raise `SlotOver` or `SlotFull` where nobody more can sign up."""
    if slot.state is not SlotState.OPEN or slot.starts_at <= at:
        raise SlotOver
    if not slot.free:
        raise SlotFull


def check_step_back(slot: Slot, turn: Turn | None, *, at: datetime) -> Turn:
    """Return the turn that is given back. Raises `NotSignedUp`, `SlotOver`."""
    if turn is None:
        raise NotSignedUp
    if slot.state is not SlotState.OPEN or slot.starts_at <= at or turn.state is not SIGNED:
        raise SlotOver
    return turn


SIGNED: Final = TurnState.SIGNED


# Who came is said by whoever undertakes the project, or by a coordinator, once the slot has begun;
# never by oneself. It counts for the real minutes, up to the next five (or what the community
# rounds to), and never for longer than was planned: no more can pass than was set aside. What was
# said stands; the same said again changes nothing.


def check_settle(slot: Slot, turn: Turn | None, *, by: UUID, at: datetime) -> Turn:
    """Return the turn that is settled. Raises `NotSignedUp`, `OwnHours`, `SlotNotBegun`."""
    if turn is None:
        raise NotSignedUp
    if turn.member_id == by:
        raise OwnHours
    if at < slot.starts_at:
        raise SlotNotBegun(slot.starts_at)
    return turn


def counted(slot: Slot, stated: int, policy: WorkPolicy) -> int:
    """Return the minutes that count for a turn. Raises `TooLongStated`."""
    if not 1 <= stated <= slot.minutes:
        raise TooLongStated(slot.minutes)
    step = policy.round_up_minutes
    return min(max(step, -(-stated // step) * step), slot.minutes)


def said_before(turn: Turn, state: TurnState, minutes: int | None) -> bool:
    """Whether the same was said of a turn before. Raises `SettledOtherwise` for anything else."""
    if turn.state is SIGNED:
        return False
    if turn.state is state and turn.minutes == minutes:
        return True
    raise SettledOtherwise


# What was written down wrongly is mended by a coordinator who neither helped there nor undertakes
# the project, with a reason that stands beside it: other minutes, that they came after all, or that
# they did not. The minutes in the book follow.


def check_correct(turn: Turn | None, minutes: int | None, why: str, *, by: UUID) -> Turn:
    """Return the turn to correct.

    Raises `NotSignedUp`, `OwnHours`, `NothingToCorrect`, `InvalidSlot` without a reason.
    """
    check_reason(why)
    if turn is None:
        raise NotSignedUp
    if turn.member_id == by:
        raise OwnHours
    if turn.state is SIGNED or turn.minutes == minutes:
        raise NothingToCorrect
    return turn


# A slot is called off while nobody was written down as having been there. All who signed up are
# told, and what was set aside for them is the project's again.


def check_cancel(slot: Slot) -> None:
    """Raise `PlacesSettled` where the slot cannot be called off."""
    if slot.came or slot.missed:
        raise PlacesSettled
