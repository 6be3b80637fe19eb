"""The register's tables. Their checks, keys, triggers and rights stand in the migrations."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class AreaRow(Table, tablename="area"):
    """A place in the tree; `lineage` is the area itself and all above it."""

    id = UUID(primary_key=True)
    parent_id = UUID(null=True, default=None)
    level = Text()
    code = Text()
    name = Text()
    time_zone = Text()
    lineage = Array(base_column=UUID())
    created_at = Timestamptz()


class CommunityRow(Table, tablename="community"):
    """An area with a book of its own; `code` is its name in addresses."""

    id = UUID(primary_key=True)
    code = Text(unique=True)
    desk_phone = Text()
    created_at = Timestamptz()


class HouseholdRow(Table, tablename="household"):
    """Who lives together, and where."""

    id = UUID(primary_key=True)
    community_id = UUID()
    grid_id = UUID(null=True, default=None)
    code = Text()
    address = Text()


class MemberRow(Table, tablename="member"):
    """A person known to a community."""

    id = UUID(primary_key=True)
    community_id = UUID(index=True)
    name = Text()
    language = Text()
    text_size = Text()
    joined_at = Timestamptz()
    phone = Text(null=True, default=None, unique=True)
    email = Text(null=True, default=None)
    birth_date = Date(null=True, default=None)
    grid_id = UUID(null=True, default=None)
    household_id = UUID(null=True, default=None)
    registration = Text(null=True, default=None)
    roster_number = Text(null=True, default=None)
    identity_sealed = Text(null=True, default=None)
    identity_lookup = Bytea(null=True, default=None)
    standing = Text()
    verified_at = Timestamptz(null=True, default=None)
    verified_by = UUID(null=True, default=None)
    verified_how = Text(null=True, default=None)
    merged_into = UUID(null=True, default=None)
    left_at = Timestamptz(null=True, default=None)


class MemberRoleRow(Table, tablename="member_role"):
    """A role that a member has or had: at which area, from when, and until when."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    role = Text()
    area_id = UUID()
    since = Timestamptz()
    until = Timestamptz(null=True, default=None)
    granted_by = UUID(null=True, default=None)
    ended_by = UUID(null=True, default=None)
    ended_why = Text(null=True, default=None)


class KinshipRow(Table, tablename="kinship"):
    """That two members are kin, as a coordinator verified; the lower id comes first."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    relative_id = UUID()
    kind = Text()
    evidence = Text()
    verified_by = UUID()
    verified_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)
    ended_why = Text(null=True, default=None)


class ConsentRow(Table, tablename="consent"):
    """What a member agreed to, in the words read to them; rows are only added."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    channel = Text()
    words = Text()
    language = Text()
    witness_id = UUID(null=True, default=None)
    recorded_by = UUID()
    given_at = Timestamptz()
    recorded_at = Timestamptz()


class DelegationRow(Table, tablename="delegation"):
    """Who may act for a member, in which acts, until when, and on which consent."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    delegate_id = UUID()
    acts = Array(base_column=Text())
    since = Timestamptz()
    until = Timestamptz()
    consent_id = UUID()
    granted_by = UUID()
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = UUID(null=True, default=None)
    revoked_why = Text(null=True, default=None)


class CallWordRow(Table, tablename="call_word"):
    """A word given on the telephone, on which an operator acts during that call."""

    id = UUID(primary_key=True)
    community_id = UUID()
    call_id = UUID()
    member_id = UUID()
    given_by = UUID()
    operator_id = UUID()
    acts = Array(base_column=Text())
    consent_id = UUID()
    delegation_id = UUID(null=True, default=None)
    since = Timestamptz()
    until = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class OrganisationRow(Table, tablename="organisation"):
    """A group with a name of its own that serves the community."""

    id = UUID(primary_key=True)
    community_id = UUID()
    kind = Text()
    name = Text()
    registration_number = Text(null=True, default=None)
    phone = Text(null=True, default=None)
    purpose = Text()
    since = Timestamptz()
    until = Timestamptz(null=True, default=None)


class OrganisationMemberRow(Table, tablename="organisation_member"):
    """Which post a member has or had in an organisation."""

    id = UUID(primary_key=True)
    community_id = UUID()
    organisation_id = UUID()
    member_id = UUID()
    post = Text()
    since = Timestamptz()
    until = Timestamptz(null=True, default=None)


class PolicyPackRow(Table, tablename="policy_pack"):
    """A community's settings from a moment on; rows are only added."""

    id = UUID(primary_key=True)
    community_id = UUID()
    holds_from = Timestamptz()
    name = Text()
    source = Text()
    settings = JSONB()
    file = Text()
    adopted_by = UUID()
    adopted_at = Timestamptz()


class MessageRow(Table, tablename="message"):
    """A message to a member, in the transaction of what it tells of."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    kind = Text()
    fill = JSONB()
    link = Text(null=True, default=None)
    urgent = Boolean()
    private = Boolean()
    once = Text(null=True, default=None)
    created_at = Timestamptz()
    spread_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)


class RosterImportRow(Table, tablename="roster_import"):
    """An uploaded roster and how far it has come."""

    id = UUID(primary_key=True)
    community_id = UUID()
    status = Text()
    file_name = Text()
    sha256 = Bytea()
    bytes = BigInt()
    uploaded_by = UUID()
    uploaded_at = Timestamptz()
    found = JSONB()
    new_rows = Integer()
    changed_rows = Integer()
    same_rows = Integer()
    fault_rows = Integer()
    digest = Bytea(null=True, default=None)
    moved = Boolean()
    leave_out = Boolean()
    confirmed_by = UUID(null=True, default=None)
    confirmed_from = Text(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    emptied_at = Timestamptz(null=True, default=None)


class RosterProgressRow(Table, tablename="roster_progress"):
    """How far the work on a roster is, seen from outside its transaction."""

    import_id = UUID(primary_key=True)
    step = Text()
    done = Integer()
    whole = Integer(null=True, default=None)
    attempts = Integer()
    at = Timestamptz()


class InvitationRow(Table, tablename="invitation"):
    """That somebody may join with a code; only the code's digest is kept."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    roles = Array(base_column=Text())
    code_digest = Bytea(unique=True)
    verified_how = Text()
    invited_by = UUID()
    invited_at = Timestamptz()
    until = Timestamptz()
    accepted_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class ApplicationRow(Table, tablename="application"):
    """That somebody asked to join, and what was decided."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID(null=True, default=None)
    address = Text()
    applied_at = Timestamptz()
    code_digest = Bytea(null=True, default=None)
    code_tries = Integer()
    code_until = Timestamptz(null=True, default=None)
    phone_verified_at = Timestamptz(null=True, default=None)
    decision = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    reason = Text(null=True, default=None)


class ErasureRow(Table, tablename="erasure"):
    """A member's wish to be erased, and what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    asked_by = UUID()
    asked_at = Timestamptz()
    withdrawn_by = UUID(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    carried_out_by = UUID(null=True, default=None)
    carried_out_at = Timestamptz(null=True, default=None)


class AuditEventRow(Table, tablename="audit_event"):
    """One act that was done; rows are only added."""

    seq = BigInt(primary_key=True)
    area_id = UUID()
    at = Timestamptz()
    actor = UUID()
    on_behalf_of = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    act = Text()
    subject_kind = Text()
    subject_id = UUID()
    details = JSONB()
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    address = Text(null=True, default=None)
