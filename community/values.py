"""The values that pass between the register and its callers: places, members, roles, who acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

SYSTEM = UUID(int=0)
"""Who acts when no member does, such as a set-up or a job. No member has this id."""


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): unique, and in the order of time."""
    return uuid7()


class Level(StrEnum):
    """How high an area stands in the tree; each lies in one of a level above it."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


class Role(StrEnum):
    """What a member may be; one may be several, each held at an area and below it.

    `DELEGATE` is never granted: whoever has a delegation in force has it.
    """

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    ELDER = "elder"
    DELEGATE = "delegate"
    COORDINATOR = "coordinator"
    PHONE_OPERATOR = "phone_operator"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


STAFF: Final = frozenset(
    {
        Role.COORDINATOR,
        Role.PHONE_OPERATOR,
        Role.TREASURER,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)
"""The roles that see other people's data: they need a second factor at sign-in."""


class Standing(StrEnum):
    """Where a member stands between applying and leaving; only an active one signs in."""

    APPLIED = "applied"
    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    DECLINED = "declined"
    MERGED = "merged"
    ERASED = "erased"


class Registration(StrEnum):
    """Whether a resident's household register (户籍) is here."""

    REGISTERED = "registered"
    NON_REGISTERED = "non_registered"


class Verified(StrEnum):
    """How a coordinator knew that a member is who they say."""

    IDENTITY_CARD = "identity_card"
    HOUSEHOLD_REGISTER = "household_register"
    HOME_VISIT = "home_visit"
    KNOWN_IN_PERSON = "known_in_person"
    ROSTER = "roster"


class OrganisationKind(StrEnum):
    """What sort of organisation serves the community."""

    SOCIAL_ORGANISATION = "social_organisation"
    PROPERTY_COMPANY = "property_company"
    SCHOOL = "school"
    RESIDENTS_GROUP = "residents_group"
    ENTERPRISE = "enterprise"
    PUBLIC_INSTITUTION = "public_institution"


class Post(StrEnum):
    """What a member does in an organisation; one may hold several posts."""

    LEADER = "leader"
    CONTACT = "contact"
    STAFF = "staff"
    MEMBER = "member"


class DelegatedAct(StrEnum):
    """What one member may do for another. Voting is not among them, and never will be."""

    REQUEST = "request"
    CONFIRM = "confirm"
    PASSBOOK = "passbook"


@dataclass(frozen=True, slots=True)
class Area:
    """A place in the tree: city, district, street, community, grid.

    `lineage` is the area's own id and those of all areas above it, nearest first. `code` is the
    short name among its siblings: `a-z`, `0-9`, hyphens, or the official number.
    """

    id: UUID
    parent_id: UUID | None
    level: Level
    code: str
    name: str
    time_zone: str
    lineage: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """A neighbourhood with a book of its own.

    `time_zone` is an IANA name, `Asia/Shanghai`. `desk_phone` is where members call for help;
    empty where there is no desk.
    """

    id: UUID
    code: str
    name: str
    time_zone: str
    created_at: datetime
    desk_phone: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person known to a community.

    `language` (`zh`, `en`) and `text_size` (`normal`, `large`) are how the member likes to read.
    `roles` are those that hold now.
    """

    id: UUID
    community_id: UUID
    name: str
    language: str
    text_size: str
    joined_at: datetime
    roles: frozenset[Role] = frozenset()
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a member besides the name: personal data, read only where it is needed.

    `phone` is E.164 (`+8613812345678`). `identity_sealed` is an identity number as the app sealed
    it; nobody below the app can open it.
    """

    member_id: UUID
    phone: str | None = None
    email: str | None = None
    birth_date: date | None = None
    grid_id: UUID | None = None
    household_id: UUID | None = None
    registration: Registration | None = None
    roster_number: str | None = None
    identity_sealed: str | None = None
    verified_at: datetime | None = None
    verified_by: UUID | None = None
    verified_how: Verified | None = None
    merged_into: UUID | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which community, with the roles that hold there now, and from which address.

    Where one member acts for another, `on_behalf_of` names the other and `consent_id` what they
    agreed to; `community.acting_for` makes such an actor and nothing else should. `word_id` is the
    word that an operator acts on during a call, and None for whoever acts by a delegation.
    """

    member_id: UUID
    community_id: UUID
    roles: frozenset[Role] = frozenset()
    address: str | None = None
    on_behalf_of: UUID | None = None
    consent_id: UUID | None = None
    word_id: UUID | None = None

    @property
    def principal(self) -> UUID:
        """Whose affair it is: the member acted for, else the one who acts."""
        return self.on_behalf_of or self.member_id

    def acting_for(self, member_id: UUID, consent_id: UUID) -> "Actor":
        """Return this actor, acting for another member on that member's consent."""
        return replace(self, on_behalf_of=member_id, consent_id=consent_id)


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """What somebody says of an organisation; `registration_number` is that of its certificate."""

    kind: OrganisationKind
    name: str
    purpose: str = ""
    registration_number: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A group with a name of its own that serves the community; closed from `until` on.

    `people` is how many members have a post in it now.
    """

    id: UUID
    community_id: UUID
    kind: OrganisationKind
    name: str
    purpose: str
    registration_number: str | None
    phone: str | None
    since: datetime
    until: datetime | None = None
    people: int = 0

    @property
    def closed(self) -> bool:
        """Whether it changes no more."""
        return self.until is not None


def system(community_id: UUID) -> Actor:
    """Return the actor of a set-up or a job in a community."""
    return Actor(SYSTEM, community_id)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act that was done: by whom, for whom and on which consent, on what. The list only grows.

    `area_id` is the community, or the area above communities, whose trail it is in. `before` and
    `after` hold what changed of personal data, sensitive fields masked.
    """

    seq: int
    area_id: UUID
    at: datetime
    actor: UUID
    on_behalf_of: UUID | None
    consent_id: UUID | None
    act: str
    subject_kind: str
    subject_id: UUID
    details: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    address: str | None = None
