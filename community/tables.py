"""The register's four tables. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import JSONB, UUID, BigInt, Text, Timestamptz
from piccolo.table import Table


class CommunityRow(Table, tablename="community"):
    """A neighbourhood with a book of its own."""

    id = UUID(primary_key=True)
    code = Text(unique=True)
    name = Text()
    time_zone = Text()
    desk_phone = Text()
    created_at = Timestamptz()


class MemberRow(Table, tablename="member"):
    """A person known to a community."""

    id = UUID(primary_key=True)
    community_id = UUID(index=True)
    name = Text()
    language = Text()
    text_size = Text()
    joined_at = Timestamptz()


class MemberRoleRow(Table, tablename="member_role"):
    """A role that a member has or had: from when, and until when."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    role = Text()
    since = Timestamptz()
    until = Timestamptz(null=True, default=None)


class AuditEventRow(Table, tablename="audit_event"):
    """One act that was done; rows are only added."""

    seq = BigInt(primary_key=True)
    community_id = UUID()
    at = Timestamptz()
    actor = UUID()
    on_behalf_of = UUID(null=True, default=None)
    act = Text()
    subject_kind = Text()
    subject_id = UUID()
    details = JSONB()
