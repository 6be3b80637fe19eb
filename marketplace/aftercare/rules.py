"""What is allowed after a project is finished, as pure functions; each policy stands in words."""

import calendar
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from marketplace.aftercare.errors import (
    AttentionMoved,
    CheckDone,
    CheckTooEarly,
    CovenantChanged,
    NotToJoin,
    NotToSign,
    SameWords,
    TooManyPhotos,
)
from marketplace.aftercare.values import (
    Attention,
    AttentionState,
    Check,
    Custodian,
    Outcome,
)
from marketplace.errors import TooLong, WordsMissing

LENGTHS_MAX: Final[Mapping[str, int]] = MappingProxyType(
    {"covenant": 6000, "note": 200, "words": 1000, "why": 500}
)
"""The most characters that each text may have."""
PHOTOS_MAX: Final = 4

_A = AttentionState
# What is open can be answered as often as there is something to say, until it is mended. A double
# goes on under another and can be taken apart again; a hidden one is shown again.
MOVES: Final[Mapping[AttentionState, frozenset[AttentionState]]] = MappingProxyType(
    {
        _A.OPEN: frozenset({_A.ANSWERED, _A.MENDED, _A.JOINED, _A.HIDDEN}),
        _A.ANSWERED: frozenset({_A.ANSWERED, _A.MENDED, _A.JOINED, _A.HIDDEN}),
        _A.MENDED: frozenset({_A.HIDDEN}),
        _A.JOINED: frozenset({_A.OPEN}),
        _A.HIDDEN: frozenset({_A.OPEN}),
    }
)
STANDING: Final = frozenset({_A.OPEN, _A.ANSWERED})
"""States in which something still needs attention."""


def text(field: str, given: str, *, needed: bool = True) -> str:
    """Return words without spaces around them. Raises `WordsMissing`, `TooLong`."""
    words = given.strip()
    if needed and not words:
        raise WordsMissing(field)
    if len(words) > LENGTHS_MAX[field]:
        raise TooLong(field, most=LENGTHS_MAX[field])
    return words


def photos(given: Sequence[bytes]) -> None:
    """Refuse more photographs than are kept of one thing with `TooManyPhotos`."""
    if len(given) > PHOTOS_MAX:
        raise TooManyPhotos(PHOTOS_MAX)


# A version is written against the latest: of two who write at once the second reads the other's
# words first. Who sends the same words twice has written them once.
def writing(words: str, *, base: int, latest: int, latest_words: str) -> None:
    """Refuse a version that misses the latest (`CovenantChanged`) or repeats it (`SameWords`)."""
    if latest and words == latest_words:
        raise SameWords
    if base != latest:
        raise CovenantChanged(latest)


# Two versions take signatures: the latest, which asks everybody anew, and the one in force, which
# holds until enough have signed the latest. Every other is history.
def signing(number: int, *, latest: int, in_force: int) -> None:
    """Refuse to sign a version that is history with `NotToSign`."""
    if number not in {latest, in_force} or not number:
        raise NotToSign


# A version comes into force with enough signatures, once, and stays in force until a later one
# does: a signature that is taken back afterwards lowers the count that everybody sees, no more.
def comes_into_force(number: int, *, in_force: int, signatures: int, needed: int) -> bool:
    """Whether a version comes into force now."""
    return number > in_force and signatures >= needed


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


# Checks fall on the day of the month on which the project was finished, every so many months, and
# the last lies within the months of care.
def check_days(delivered: date, *, months: int, every: int) -> tuple[date, ...]:
    """Return the days on which a finished project is looked at."""
    return tuple(months_after(delivered, after) for after in range(every, months + 1, every))


# A check belongs to whoever of the custodians serves on its day and has the fewest; of those who
# have as few, to who has served longest. One that has a custodian keeps them.
def shared(checks: Sequence[Check], custodians: Sequence[Custodian]) -> dict[UUID, UUID]:
    """Return for each check without a custodian whose it becomes, by member; as far as any serves.

    Checks that are done, or belong to somebody who serves on their day, stay as they are.
    """
    serving = sorted(custodians, key=lambda one: (one.answered_at or one.asked_at, one.id))
    load = dict.fromkeys((one.member_id for one in serving), 0)
    waiting = []
    for check in sorted(checks, key=lambda one: one.due_on):
        if check.done_at is not None:
            continue
        if check.custodian_id in load and any(
            one.member_id == check.custodian_id and one.serves(check.due_on) for one in serving
        ):
            load[check.custodian_id] += 1
        else:
            waiting.append(check)
    found: dict[UUID, UUID] = {}
    for check in waiting:
        able = [one.member_id for one in serving if one.serves(check.due_on)]
        if able:
            chosen = min(able, key=lambda one: load[one])
            load[chosen] += 1
            found[check.id] = chosen
    return found


# A check can be done from the day on which its custodian is reminded, and late as well: that it was
# missed stays to be seen. One result each.
def checking(check: Check, outcome: Outcome, words: str, *, on: date, remind_days: int) -> str:
    """Return the words of a result. Raises `CheckDone`, `CheckTooEarly`, `WordsMissing`."""
    said = text("words", words, needed=outcome is not Outcome.GOOD)
    if check.done_at is not None:
        raise CheckDone
    if on < check.due_on - timedelta(days=remind_days):
        raise CheckTooEarly(remind_days)
    return said


def missed(check: Check, *, on: date, late_days: int) -> bool:
    """Whether a check counts as missed on a day."""
    over = check.due_on + timedelta(days=late_days) < on
    return check.done_at is None and check.missed_at is None and over


def move(now: AttentionState, to: AttentionState) -> None:
    """Refuse a move that is none of `MOVES` with `AttentionMoved`."""
    if to not in MOVES[now]:
        raise AttentionMoved


def joining(one: Attention, into: Attention) -> None:
    """Refuse to join what is the same, of another project, or over (`NotToJoin`)."""
    if one.id == into.id or one.project_id != into.project_id or into.state not in STANDING:
        raise NotToJoin
    move(one.state, AttentionState.JOINED)


def hands(custodians: Collection[Custodian], on: date) -> frozenset[UUID]:
    """Return which members look after a project on a day."""
    return frozenset(one.member_id for one in custodians if one.serves(on))
