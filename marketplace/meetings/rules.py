"""What meetings allow, as pure functions; each policy stands in words above its code."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import holidays

from marketplace.councils import Seat
from marketplace.meetings.errors import InvalidMeeting, NoQuorum, NotNow, TooManyVotes
from marketplace.meetings.values import (
    Audience,
    Meeting,
    MeetingDraft,
    MeetingPolicy,
    Quorum,
    Votes,
)

LENGTHS_MAX: Final = {
    "title": 80,
    "about": 2000,
    "place": 120,
    "link": 300,
    "phone": 40,
    "access_words": 300,
    "reason": 300,
    "words": 1000,
    "minutes": 5000,
    "item": 120,
    "item_about": 1000,
}
"""The most characters that each text may have."""

LENGTH_MIN, LENGTH_MAX = 15, 480  # minutes that a meeting may take
PEOPLE_MAX: Final = 5000
ITEMS_MAX: Final = 20
CODE_SECONDS: Final = 60
CODE_DIGITS: Final = 6
CODES_THAT_COUNT: Final = 3
"""The number in the room changes each minute, and one of the two minutes before still counts."""


# In China a working day is Monday to Friday without public holidays, and the weekend days on which
# people work instead, as the State Council announces them for the next year each November.
@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people work on a day in China."""
    return _china(day.year).is_working_day(day)


@lru_cache(maxsize=64)
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=[year])


# A meeting's notice stands for a number of whole days before the day of the meeting: neither the
# day of the notice nor the day of the meeting counts among them. Where working days are counted,
# other days lie between without counting. A community that sets no days may call one for today.
def earliest_day(
    announced: date, days: int, *, working: bool, works: Callable[[date], bool] = is_working_day
) -> date:
    """Return the first day on which a meeting announced on a day may take place."""
    if days == 0:
        return announced
    day, counted = announced, 0
    while counted < days:
        day += timedelta(days=1)
        if not working or works(day):
            counted += 1
    return day + timedelta(days=1)


# Of a council more than the set share of its members has to be there, as the law asks of residents'
# assemblies ("more than half"), and never more than all. Without a council, a set number of
# residents has to be there.
def needed(seated: int, percent: int) -> int:
    """Return how many of a council's members have to be present to decide; at least one."""
    return max(1, min(seated, seated * percent // 100 + 1))


# The chair and the members vote. Where one of them is missing, an alternate who is there votes
# instead, in the order in which they came onto the council; never more vote than have seats.
def voters(seats: Iterable[Seat], present: Collection[UUID]) -> list[UUID]:
    """Return who of a council's people may vote at a meeting, given who is there."""
    held = sorted(seats, key=lambda seat: (seat.since, seat.id))
    full = [seat.member_id for seat in held if seat.full]
    there = [member for member in full if member in present]
    standing_in = [seat.member_id for seat in held if not seat.full and seat.member_id in present]
    return there + standing_in[: len(full) - len(there)]


def check_quorum(quorum: Quorum) -> None:
    """Raise `NoQuorum` where too few are there."""
    if not quorum.reached:
        raise NoQuorum(quorum.present, quorum.needed)


# Hands are counted among those who may vote and have not done so by telephone or computer: no
# more votes than people, together or apart.
def check_votes(room: Votes, *, online: Votes, present: int) -> None:
    """Raise `TooManyVotes` for more votes than people who may vote, `InvalidMeeting` below zero."""
    if min(room.yes, room.no, room.abstain) < 0:
        raise InvalidMeeting("votes", "below zero")
    if room.all + online.all > present:
        raise TooManyVotes(room.all, max(0, present - online.all))


# A motion is carried when more than half of those present who may vote say yes: whoever abstains
# or keeps silent does not say yes. So the law has it for residents' assemblies.
def carried(votes: Votes, *, present: int) -> bool:
    """Say whether a motion is carried."""
    return votes.yes * 2 > present


def opens_at(meeting: Meeting, policy: MeetingPolicy) -> datetime:
    """Return from when people are written down as present."""
    return meeting.starts_at - timedelta(minutes=policy.early_minutes)


def closes_at(meeting: Meeting, policy: MeetingPolicy) -> datetime:
    """Return until when people can say by themselves that they are there."""
    return meeting.ends_at + timedelta(minutes=policy.late_minutes)


def check_window(meeting: Meeting, policy: MeetingPolicy, *, at: datetime) -> None:
    """Raise `NotNow` before people are written down as present, and after."""
    opens, closes = opens_at(meeting, policy), closes_at(meeting, policy)
    if not opens <= at <= closes:
        raise NotNow(opens, closes)


# The number shown in the room follows from the meeting's secret and the minute, so that a photo of
# it is soon worth nothing (as in RFC 6238, with SHA-256).
def room_code(secret: bytes, at: datetime, *, back: int = 0) -> str:
    """Return the number shown in the room at a moment, or some changes before."""
    step = int(at.timestamp()) // CODE_SECONDS - back
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha256)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_counts(secret: bytes, typed: str, at: datetime) -> bool:
    """Say whether a typed number was shown in the room a moment ago."""
    digits = "".join(typed.split()).encode()
    return any(
        hmac.compare_digest(room_code(secret, at, back=back).encode(), digits)
        for back in range(CODES_THAT_COUNT)
    )


# Items can be proposed until a number of days before the meeting, so that who comes can prepare.
def items_until(meeting: Meeting, policy: MeetingPolicy) -> datetime:
    """Return until when residents may propose an item."""
    return meeting.starts_at - timedelta(days=policy.item_days)


# A meeting says what, when, where, and what will be talked about; a council's is its council's.
def check_draft(draft: MeetingDraft, *, at: datetime) -> None:
    """Raise `InvalidMeeting` for what cannot be announced."""
    check_words(title=draft.title, place=draft.place)
    check_words(
        needed=False,
        about=draft.about,
        link=draft.link,
        phone=draft.phone,
        access_words=draft.access_words,
    )
    check_link(draft.link)
    check_length(draft.length)
    if draft.starts_at <= at:
        raise InvalidMeeting("day", "past")
    if draft.seats is not None and not 1 <= draft.seats <= PEOPLE_MAX:
        raise InvalidMeeting("seats", "out of bounds")
    if draft.kind.of_council != (draft.council_id is not None):
        raise InvalidMeeting("council", "missing" if draft.kind.of_council else "not wanted")
    if draft.audience is Audience.COUNCIL and draft.council_id is None:
        raise InvalidMeeting("audience", "no council")
    if draft.audience is Audience.AREA and draft.area_id is None:
        raise InvalidMeeting("area", "missing")
    if draft.audience is Audience.FOLLOWERS and not draft.needs:
        raise InvalidMeeting("audience", "no needs")
    if not 1 <= len(draft.items) <= ITEMS_MAX:
        raise InvalidMeeting("items", "missing" if not draft.items else "too many")
    for item in draft.items:
        check_words(items=item.title, most=LENGTHS_MAX["item"])
        check_words(items=item.about, most=LENGTHS_MAX["item_about"], needed=False)


def check_minutes(item_id: UUID, words: str) -> None:
    """Raise `InvalidMeeting` for minutes of an item that are too long; the field names the item."""
    if len(words) > LENGTHS_MAX["minutes"]:
        raise InvalidMeeting(f"minutes-{item_id}", "too long")


def check_length(length: int) -> None:
    """Raise `InvalidMeeting` for a meeting that is too short or too long."""
    if not LENGTH_MIN <= length <= LENGTH_MAX:
        raise InvalidMeeting("length", "out of bounds")


def check_link(link: str) -> None:
    """Raise `InvalidMeeting` for an online address that a browser would not open safely."""
    if link and not link.startswith(("https://", "http://")):
        raise InvalidMeeting("link", "no address")


def check_words(*, needed: bool = True, most: int = 0, **texts: str) -> None:
    """Raise `InvalidMeeting` for a text that is missing or too long."""
    for field, text in texts.items():
        if needed and not text.strip():
            raise InvalidMeeting(field, "missing")
        if len(text) > (most or LENGTHS_MAX[field]):
            raise InvalidMeeting(field, "too long")
