"""The values that pass between the register and its callers: communities, members, roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

SYSTEM = UUID(int=0)
"""Who acts when no member does, such as a set-up or a job. No member has this id."""


def new_id() -> UUID:
    """Make a UUIDv7 (RFC 9562): unique, and in the order of time."""
    return uuid7()


class Role(StrEnum):
    """What a member may be in a community; one may be several."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    ELDER = "elder"
    COORDINATOR = "coordinator"
    PHONE_OPERATOR = "phone_operator"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


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


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who acts, in which community, with the roles that hold now."""

    member_id: UUID
    community_id: UUID
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act that was done: by whom, for whom, on what. The list only grows."""

    seq: int
    community_id: UUID
    at: datetime
    actor: UUID
    on_behalf_of: UUID | None
    act: str
    subject_kind: str
    subject_id: UUID
    details: Mapping[str, Any] = field(default_factory=dict)
