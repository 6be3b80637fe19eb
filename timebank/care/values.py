"""The values of the catalogue's certificates and of volunteers: who can what, where and when."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Reason(StrEnum):
    """Why somebody may not take a visit on."""

    NOT_APPROVED = "not_approved"
    PAUSED = "paused"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    NOT_FOR_MINORS = "not_for_minors"
    NO_GUARDIAN = "no_guardian"
    NOT_TRAINED = "not_trained"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_EXPIRES = "certificate_expires"


class VolunteerStanding(StrEnum):
    """Where a volunteer stands: asked to help, helps, rests by the desk's word, or was declined."""

    APPLIED = "applied"
    ACTIVE = "active"
    PAUSED = "paused"
    DECLINED = "declined"


class Speech(StrEnum):
    """A language in which a volunteer can talk with an elder."""

    MANDARIN = "mandarin"
    DIALECT = "dialect"
    CANTONESE = "cantonese"
    ENGLISH = "english"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """A kind of certificate that a community knows, such as first aid."""

    id: UUID
    community_id: UUID
    code: str
    name_zh: str
    name_en: str
    retired: bool = False

    def name(self, language: str) -> str:
        """Return its name in a language, `zh` or `en`."""
        return self.name_zh if language == "zh" else self.name_en


class CertificateState(StrEnum):
    """Where a certificate stands."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A volunteer's certificate: claimed by them, verified by a coordinator who saw it.

    It counts from `issued_on` to `expires_on`, both included; without an end it stays good.
    `ended_why` says why it was declined, taken back or revoked.
    """

    id: UUID
    community_id: UUID
    member_id: UUID
    kind: CertificateKind
    number: str
    issued_on: date
    expires_on: date | None
    claimed_at: datetime
    verified_at: datetime | None = None
    verified_by: UUID | None = None
    evidence: str = ""
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    ended_why: str = ""

    @property
    def state(self) -> CertificateState:
        """Where it stands, whatever the day."""
        if self.ended_at is not None:
            return CertificateState.ENDED
        if self.verified_at is None:
            return CertificateState.CLAIMED
        return CertificateState.VERIFIED

    def expired(self, on: date) -> bool:
        """Whether it is over on this day."""
        return self.expires_on is not None and self.expires_on < on


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A verified certificate as the rules need it."""

    kind: UUID
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """A volunteer as the rules of fitness need them.

    Whose birth date is not known counts as of age: a coordinator has seen them.
    """

    birth_date: date | None = None
    guardian: bool = False
    standing: VolunteerStanding = VolunteerStanding.ACTIVE
    certificates: tuple[HeldCertificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """What a care service asks of whoever gives it."""

    certificate: UUID | None = None
    minors: bool = False


@dataclass(frozen=True, slots=True)
class GivePolicy:
    """What a community has decided about who gives help; an age of 0 is no bound.

    `training` is the kind of certificate that shows the training that everybody needs first.
    """

    age_min: int = 18
    age_max: int = 0
    minors_with_guardian: bool = True
    minors_in_groups: bool = False
    training: UUID | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a weekday, in minutes after midnight on the community's clocks.

    `weekday` is 1 for Monday to 7 for Sunday (ISO 8601); `until_minute` is 1440 at midnight.
    """

    weekday: int
    from_minute: int
    until_minute: int


@dataclass(frozen=True, slots=True)
class Away:
    """Whole days on which the usual hours of the week do not hold, both included."""

    first_day: date
    last_day: date
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """Hours on one day beside the usual ones; they hold on days of absence as well."""

    day: date
    from_minute: int
    until_minute: int
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """When a volunteer is free: hours of the week, and what differs from them."""

    weekly: tuple[Hours, ...] = ()
    away: tuple[Away, ...] = ()
    extra: tuple[Extra, ...] = ()

    @property
    def told(self) -> bool:
        """Whether the volunteer said anything about when they are free."""
        return bool(self.weekly or self.extra)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a volunteer says of themselves, to be changed by them alone.

    `skills` are care services that they like to give; `grids` where they go; nothing chosen means
    no preference. `honours_public` lets their name stand on the page of honours.
    """

    words: str = ""
    skills: frozenset[UUID] = frozenset()
    grids: frozenset[UUID] = frozenset()
    languages: frozenset[Speech] = frozenset()
    honours_public: bool = False


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A volunteer as they stand now, with their profile; a guardian where they are under age."""

    member_id: UUID
    community_id: UUID
    name: str
    standing: VolunteerStanding
    profile: Profile
    since: datetime
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    why: str = ""
    birth_date: date | None = None
    grid_id: UUID | None = None
    guardian_id: UUID | None = None
    guardian_evidence: str = ""


Window = tuple[datetime, datetime]
"""A stretch of time from a moment up to, but not including, another; both in UTC."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active volunteer with all that matching asks about them in a period.

    `windows` are when they are free by their own word; where they said nothing, `told` is false and
    there is none. `busy` are the quarter-hours of the period that visits have taken.
    `minutes_lately` is the time that they gave in the last 30 days.
    """

    member_id: UUID
    name: str
    person: Person
    home_grid: UUID | None
    skills: frozenset[UUID]
    grids: frozenset[UUID]
    languages: frozenset[Speech]
    told: bool
    windows: tuple[Window, ...]
    busy: frozenset[datetime]
    minutes_lately: int
