"""The values of kinship, consent and delegation: how two members stand to each other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from community.values import DelegatedAct


class KinKind(StrEnum):
    """How two members are kin: married, in a straight line (parent, grandchild), or otherwise."""

    SPOUSE = "spouse"
    LINEAL = "lineal"
    OTHER = "other"


class Channel(StrEnum):
    """How a member gave their consent; online is by their own sign-in, and needs no witness."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    PAPER = "paper"
    ONLINE = "online"


class Missing(StrEnum):
    """What is missing where somebody wants to act for another."""

    NEVER = "never"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_THIS_ACT = "not_this_act"
    GONE = "gone"
    """One of the two is no active member any more."""


@dataclass(frozen=True, slots=True)
class Kinship:
    """That two members are kin, as a coordinator verified on the evidence that `evidence` names."""

    id: UUID
    community_id: UUID
    member_id: UUID
    relative_id: UUID
    kind: KinKind
    evidence: str
    verified_by: UUID
    verified_at: datetime
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    ended_why: str | None = None

    def other(self, member_id: UUID) -> UUID:
        """Return the kin of one of the two."""
        return self.relative_id if member_id == self.member_id else self.member_id


@dataclass(frozen=True, slots=True)
class Terms:
    """What a delegation says: who lets whom do which acts, and until which moment (not after)."""

    member_id: UUID
    delegate_id: UUID
    acts: frozenset[DelegatedAct]
    until: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a member agrees: in which words, read in which language, how, and who heard it.

    `given_at` is now unless it was earlier, such as on a paper signed yesterday.
    """

    words: str
    language: str
    channel: Channel
    witness_id: UUID | None = None
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a member agreed to, as it was recorded. Nobody can change one."""

    id: UUID
    community_id: UUID
    member_id: UUID
    channel: Channel
    words: str
    language: str
    witness_id: UUID | None
    recorded_by: UUID
    given_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who may act for a member, in which acts, from when until when, and on which consent.

    It holds from `since` on and no longer at `until`; revoked, it holds no longer at all.
    """

    id: UUID
    community_id: UUID
    member_id: UUID
    delegate_id: UUID
    acts: frozenset[DelegatedAct]
    since: datetime
    until: datetime
    granted_by: UUID
    consent: Consent
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    revoked_why: str | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether it lets its delegate act at this moment."""
        return self.revoked_at is None and self.since <= at < self.until

    def last_day(self, zone: ZoneInfo) -> date:
        """Return the last day on which it holds, in a time zone."""
        return (self.until - timedelta.resolution).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class WordTerms:
    """What was said in one call: by whom, for which member, and what the desk shall do for them."""

    call_id: UUID
    member_id: UUID
    given_by: UUID
    acts: frozenset[DelegatedAct]


@dataclass(frozen=True, slots=True)
class Word:
    """A word given on the telephone: the operator who heard it acts on it during that call.

    `given_by` is the member, or a delegate of theirs; then `delegation_id` is what that rests on.
    """

    id: UUID
    community_id: UUID
    call_id: UUID
    member_id: UUID
    given_by: UUID
    operator_id: UUID
    acts: frozenset[DelegatedAct]
    consent_id: UUID
    delegation_id: UUID | None
    since: datetime
    until: datetime
    ended_at: datetime | None = None

    def over_at(self, at: datetime) -> datetime | None:
        """Return since when it is over at this moment; None where it still holds."""
        if self.ended_at is not None and self.ended_at <= at:
            return self.ended_at
        return self.until if self.until <= at else None
