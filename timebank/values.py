"""The values that pass between the time bank and its callers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Where a visit stands.

    An offered one waits for the answer of the volunteer whom it was offered to; a disputed one for
    the coordinator, who leaves it resolved. An expired one found no volunteer in time.
    """

    REQUESTED = "requested"
    OFFERED = "offered"
    BOOKED = "booked"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


class Side(StrEnum):
    """Who of the two was not there."""

    ELDER = "elder"
    VOLUNTEER = "volunteer"


class Payer(StrEnum):
    """Who pays for a visit, nearest first: saved minutes, gifts, the fund, the community itself."""

    OWN = "own"
    GIFTS = "gifts"
    RELIEF = "relief"
    ISSUANCE = "issuance"


@dataclass(frozen=True, slots=True)
class CareService:
    """A kind of help that the community's catalogue offers; its usual length is in minutes.

    `certificate` is the kind of certificate without which nobody gives it. `minors` says whether
    somebody under age may give it together with a guardian, `group` whether it may be given to
    several elders at once. For an hour of it `credit_per_hour` minutes pass. One that is `retired`
    is offered no more, and visits of before keep its name.
    """

    id: UUID
    community_id: UUID
    code: str
    name_zh: str
    name_en: str
    usual_minutes: int
    words_zh: str = ""
    words_en: str = ""
    certificate: UUID | None = None
    low_risk: bool = True
    minors: bool = False
    credit_per_hour: int = 60
    group: bool = False
    retired: bool = False
    place_in_list: int = 0

    def name(self, language: str) -> str:
        """Return its name in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en

    def words(self, language: str) -> str:
        """Return what it is in a sentence or two, in a language, `zh` or `en`."""
        return self.words_zh if language == "zh" else self.words_en


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it stands now. All minutes are whole; moments are aware.

    `minutes_measured` is what the clock or the volunteer's lower word gave at check-out;
    `minutes_confirmed` is the time that was agreed to in the end. What passes for an hour of it is
    `credit_per_hour`. An offer holds until `offered_until`; a finished visit is confirmed by itself
    at `confirm_due_at`. `preferred_id` is the volunteer whom the elder would like to come.
    `post_id` is the journal that settles it. A request that nobody takes ends at `open_until`, or
    where that is None when it should have begun; at `remind_at` who asked is told so. `renews` is
    the visit instead of which it was asked for.
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
    post_id: UUID
    asked_at: datetime
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    minutes_measured: int | None = None
    minutes_confirmed: int | None = None
    credit_per_hour: int = 60
    preferred_id: UUID | None = None
    offered_until: datetime | None = None
    confirm_due_at: datetime | None = None
    absent: Side | None = None
    open_until: datetime | None = None
    remind_at: datetime | None = None
    renews: UUID | None = None

    @property
    def ends_at(self) -> datetime:
        """When the booked time is over."""
        return self.starts_at + timedelta(minutes=self.minutes_booked)

    @property
    def waits_until(self) -> datetime:
        """Until when it waits for a volunteer."""
        return self.open_until or self.starts_at

    @property
    def minutes_due(self) -> int | None:
        """What the elder is asked to confirm: the measured minutes, at most those set aside."""
        measured = self.minutes_measured
        return None if measured is None else min(measured, self.minutes_booked)

    @property
    def credit_booked(self) -> int:
        """What is set aside for it once it is booked, in minutes of the book."""
        return credit(self.minutes_booked, self.credit_per_hour)


@dataclass(frozen=True, slots=True)
class Request:
    """What an elder asks for: which care service, when, how many minutes, where, and any wishes.

    `preferred_id` is a volunteer whom the elder would like to come.
    """

    care_service: str
    starts_at: datetime
    minutes: int
    place: str
    wishes: str = ""
    preferred_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """What a community has decided about visits; here are the values where it decided nothing."""

    minutes_min: int = 15
    minutes_max: int = 240
    days_ahead_max: int = 60
    check_in_early_minutes: int = 30
    round_up_minutes: int = 5
    overrun_minutes: int = 30
    flat_minutes: int = 0
    offer_hours: int = 24
    confirm_hours: int = 72
    cancel_notice_hours: int = 12
    late_cancel_minutes: int = 0
    no_show_limit: int = 3
    first_use_minutes: int = 0
    whole_hours: bool = False
    request_days: int = 60
    request_reminder_hours: int = 24

    def offers(self, minutes: int) -> bool:
        """Whether a visit of so many minutes can be asked for."""
        step = 60 if self.whole_hours else 15
        return self.minutes_min <= minutes <= self.minutes_max and minutes % step == 0


@dataclass(frozen=True, slots=True)
class Hold:
    """What one payer set aside for a booked visit, in minutes of the book.

    `passed` is what of it passed to the volunteer in the end; None while the hold stands.
    """

    id: UUID
    payer: Payer
    account: UUID
    minutes: int
    passed: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a closed visit's minutes pass: from each hold in order, and beyond all of them.

    `from_holds` has one figure for each hold; what is left of a hold returns to its payer.
    """

    from_holds: tuple[int, ...]
    beyond: int = 0

    @property
    def passed(self) -> int:
        """What the volunteer receives."""
        return sum(self.from_holds) + self.beyond


def credit(minutes: int, per_hour: int) -> int:
    """Return the minutes of the book that so many minutes of help come to, begun ones counted."""
    return -(-minutes * per_hour // 60)
