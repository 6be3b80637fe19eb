"""Who and where: areas, communities, their members and roles, and the record of who did what.

Verbs: `add_area`, `add_community`, `add_member`, `grant_role`; each is one transaction, or joins
its caller's. `record` writes an audit event within the caller's transaction, so that an act and its
trace stand or fall together. An `Actor` is what the verbs of both wings are told about who asks.
"""

from community.areas import add_area, add_community, area
from community.audit import audit_events, record
from community.errors import (
    CodeTaken,
    CommunityError,
    InvalidArea,
    InvalidCommunity,
    InvalidMember,
    InvalidRole,
    PhoneTaken,
    RoleHeld,
    UnknownArea,
    UnknownCommunity,
    UnknownMember,
)
from community.masking import (
    HIDDEN,
    mask_address,
    mask_birth_date,
    mask_email,
    mask_identity,
    mask_phone,
    masked,
)
from community.messages import (
    Message,
    inbox,
    read_all_messages,
    read_message,
    tell,
    unread_messages,
)
from community.reading import (
    actor,
    communities,
    community,
    community_by_code,
    member,
    members,
    named_members,
)
from community.register import add_member
from community.roles import grant_role
from community.values import (
    STAFF,
    SYSTEM,
    Actor,
    Area,
    AuditEvent,
    Community,
    DelegatedAct,
    Details,
    Level,
    Member,
    Registration,
    Role,
    Standing,
    Verified,
    system,
)

__all__ = [
    "HIDDEN",
    "STAFF",
    "SYSTEM",
    "Actor",
    "Area",
    "AuditEvent",
    "CodeTaken",
    "Community",
    "CommunityError",
    "DelegatedAct",
    "Details",
    "InvalidArea",
    "InvalidCommunity",
    "InvalidMember",
    "InvalidRole",
    "Level",
    "Member",
    "Message",
    "PhoneTaken",
    "Registration",
    "Role",
    "RoleHeld",
    "Standing",
    "UnknownArea",
    "UnknownCommunity",
    "UnknownMember",
    "Verified",
    "actor",
    "add_area",
    "add_community",
    "add_member",
    "area",
    "audit_events",
    "communities",
    "community",
    "community_by_code",
    "grant_role",
    "inbox",
    "mask_address",
    "mask_birth_date",
    "mask_email",
    "mask_identity",
    "mask_phone",
    "masked",
    "member",
    "members",
    "named_members",
    "read_all_messages",
    "read_message",
    "record",
    "system",
    "tell",
    "unread_messages",
]
