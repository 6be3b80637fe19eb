"""The values of repeating requests."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from timebank.values import CareService, Request, Visit


class Every(StrEnum):
    """How often something is asked for."""

    DAY = "day"
    WEEK = "week"
    TWO_WEEKS = "two_weeks"
    MONTH = "month"


class Missed(StrEnum):
    """Why no visit was asked for at a moment.

    The hours did not suffice; the rules do not allow it any more; the catalogue no longer has it;
    or another visit to the same elder takes up that time.
    """

    MINUTES = "minutes"
    RULES = "rules"
    SERVICE = "service"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class RepeatDraft:
    """What is asked for regularly: the first time as any request, and how it goes on.

    It ends with `last_day`, or when somebody stops it. With `same_person`, whoever came last time
    is asked first; else whom the request prefers.
    """

    request: Request
    every: Every
    last_day: date | None = None
    skip_holidays: bool = True
    same_person: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeating request as it stands; `ended_by` is None where it came to its end by itself."""

    id: UUID
    community_id: UUID
    care_service: CareService
    elder_id: UUID
    place: str
    wishes: str
    minutes: int
    starts_at: datetime
    rule: str
    skip_holidays: bool
    last_day: date | None
    preferred_id: UUID | None
    same_person: bool
    asked_by: UUID
    asked_at: datetime
    ended_at: datetime | None = None
    ended_by: UUID | None = None

    def request(self, starts_at: datetime, preferred_id: UUID | None) -> Request:
        """Return what is asked for at one of its moments."""
        return Request(
            self.care_service.code, starts_at, self.minutes, self.place, self.wishes, preferred_id
        )


@dataclass(frozen=True, slots=True)
class Coming:
    """A moment that comes: its visit, or why there is none; neither while it is not its turn."""

    starts_at: datetime
    visit: Visit | None = None
    missed: Missed | None = None


@dataclass(frozen=True, slots=True)
class RepeatSeen:
    """A repeating request with the names of its people and its next moments."""

    repeat: Repeat
    elder_name: str
    preferred_name: str
    coming: tuple[Coming, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What became of a repeating request that was ended.

    `called_off` is how many visits nobody had taken; `kept` are those that somebody has.
    """

    repeat: Repeat
    called_off: int
    kept: tuple[Visit, ...]
