"""The values of classes: a course as it repeats, its group sessions, and who signs up for one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from timebank.values import credit


class CourseState(StrEnum):
    """Where a class stands: proposed by a volunteer, running, declined, or ended."""

    PROPOSED = "proposed"
    RUNNING = "running"
    DECLINED = "declined"
    ENDED = "ended"


class SessionState(StrEnum):
    """Where a session stands: planned, held (its hours wait for a word), confirmed, cancelled."""

    PLANNED = "planned"
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Came(StrEnum):
    """How it is known that somebody came: by the list, or by the session's code."""

    LIST = "list"
    CODE = "code"


class GroupPayer(StrEnum):
    """Who gives the minutes that the people who lead a session earn; the policy chooses."""

    EACH = "each"
    SHARED = "shared"
    RELIEF = "relief"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """What somebody says of a class they would like to begin.

    `starts_at` is its first session, on a quarter-hour; it repeats on that weekday every
    `every_weeks`, until the day `until`, included, or without an end. A class of a team may be led
    by anybody in it.
    """

    care_service: str
    title: str
    place: str
    starts_at: datetime
    minutes: int
    capacity: int
    about: str = ""
    every_weeks: int = 1
    skip_holidays: bool = True
    until: date | None = None
    assistants: frozenset[UUID] = frozenset()
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A class (公益课堂) as it repeats. Its sessions are planned some weeks ahead."""

    id: UUID
    community_id: UUID
    care_service_code: str
    name_zh: str
    name_en: str
    credit_per_hour: int
    title: str
    about: str
    place: str
    leader_id: UUID
    team_id: UUID | None
    capacity: int
    minutes: int
    starts_at: datetime
    rule: str
    skip_holidays: bool
    until: date | None
    state: CourseState
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str
    assistants: frozenset[UUID]

    def kind(self, language: str) -> str:
        """Return what care service it is, in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class GroupSession:
    """One session of a class, as it stands now. Moments are aware, minutes whole.

    `placed` people have a place, `waiting` ones do not; `attended` came. `assistants` help the one
    who leads it; without a leader it waits for one. `minutes_each` is what each who gave it has
    earned, in minutes of the book.
    """

    id: UUID
    community_id: UUID
    course_id: UUID
    care_service_code: str
    name_zh: str
    name_en: str
    title: str
    about: str
    team_id: UUID | None
    starts_at: datetime
    minutes: int
    place: str
    capacity: int
    credit_per_hour: int
    leader_id: UUID | None
    state: SessionState
    code: str
    post_id: UUID
    held_at: datetime | None
    minutes_held: int | None
    confirmed_at: datetime | None
    minutes_each: int | None
    reason: str
    assistants: frozenset[UUID]
    placed: int
    waiting: int
    attended: int
    words: int

    @property
    def ends_at(self) -> datetime:
        """When its time is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def free(self) -> int:
        """How many places are free; none while somebody waits for one."""
        return 0 if self.waiting else max(self.capacity - self.placed, 0)

    @property
    def givers(self) -> frozenset[UUID]:
        """Who gives it: the leader and the assistants."""
        return self.assistants | ({self.leader_id} if self.leader_id else set())

    @property
    def credit_each(self) -> int:
        """What each who gave it earns, in minutes of the book; 0 before it was held."""
        return credit(self.minutes_held or 0, self.credit_per_hour)

    def kind(self, language: str) -> str:
        """Return what care service it is, in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody on a session's list, with a place or waiting; `number` is the order of the list."""

    id: UUID
    number: int
    group_session_id: UUID
    member_id: UUID
    signed_up_at: datetime
    signed_up_by: UUID
    placed_at: datetime | None
    gave_up_at: datetime | None = None
    attended_at: datetime | None = None
    attended_how: Came | None = None
    confirmed_at: datetime | None = None
    share_minutes: int | None = None

    @property
    def placed(self) -> bool:
        """Whether there is a place for them."""
        return self.placed_at is not None

    @property
    def attended(self) -> bool:
        """Whether they came."""
        return self.attended_at is not None
