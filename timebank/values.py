"""The values that pass between the time bank and its callers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Where a visit stands."""

    REQUESTED = "requested"
    BOOKED = "booked"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CareService:
    """A kind of help that the community's catalogue offers; its usual length is in minutes."""

    id: UUID
    community_id: UUID
    code: str
    name_zh: str
    name_en: str
    usual_minutes: int

    def name(self, language: str) -> str:
        """Return its name in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it stands now. All minutes are whole; moments are aware.

    `minutes_booked` is held from the elder's account since the asking; `minutes_measured` is what
    the clock or the volunteer's lower word gave at check-out; `minutes_confirmed` is what passed.
    """

    id: UUID
    community_id: UUID
    care_service: CareService
    elder_id: UUID
    volunteer_id: UUID | None
    state: State
    place: str
    wishes: str
    starts_at: datetime
    minutes_booked: int
    code: str
    hold_id: UUID
    post_id: UUID
    asked_at: datetime
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    minutes_measured: int | None
    minutes_confirmed: int | None

    @property
    def ends_at(self) -> datetime:
        """When the booked time is over."""
        return self.starts_at + timedelta(minutes=self.minutes_booked)

    @property
    def minutes_due(self) -> int | None:
        """What the elder is asked to confirm: the measured minutes, at most those set aside."""
        measured = self.minutes_measured
        return None if measured is None else min(measured, self.minutes_booked)


@dataclass(frozen=True, slots=True)
class Request:
    """What an elder asks for: which care service, when, how many minutes, where, and any wishes."""

    care_service: str
    starts_at: datetime
    minutes: int
    place: str
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """What a community has decided about visits; here are the values where it decided nothing."""

    minutes_min: int = 15
    minutes_max: int = 240
    days_ahead_max: int = 60
    check_in_early_minutes: int = 30
    round_up_minutes: int = 5
    overrun_minutes: int = 30


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a confirmed visit's minutes pass: from the hold, beyond it, and back to the elder."""

    from_hold: int
    beyond_hold: int
    returned: int

    @property
    def passed(self) -> int:
        """What the volunteer receives."""
        return self.from_hold + self.beyond_hold
