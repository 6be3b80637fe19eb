"""Who and where: communities, their members and roles, and the record of who did what.

Verbs: `add_community`, `add_member`, `grant_role`; each is one transaction, or joins its caller's.
`record` writes an audit event within the caller's transaction, so that an act and its trace stand
or fall together. An `Actor` is what the verbs of both wings are told about who asks.
"""

from community.audit import audit_events, record
from community.errors import (
    CodeTaken,
    CommunityError,
    InvalidCommunity,
    InvalidMember,
    RoleHeld,
    UnknownCommunity,
    UnknownMember,
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
from community.register import add_community, add_member, grant_role
from community.values import SYSTEM, Actor, AuditEvent, Community, Member, Role

__all__ = [
    "SYSTEM", "Actor", "AuditEvent", "CodeTaken", "Community", "CommunityError",
    "InvalidCommunity", "InvalidMember", "Member", "Role", "RoleHeld", "UnknownCommunity",
    "UnknownMember", "actor", "add_community", "add_member", "audit_events", "communities",
    "community", "community_by_code", "grant_role", "member", "members", "named_members",
    "record",
]  # fmt: skip
