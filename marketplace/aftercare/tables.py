"""The tables of aftercare. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class AftercareRow(Table, tablename="aftercare"):
    """A finished project that is looked after; whoever changes something of it locks this row."""

    project_id = UUID(primary_key=True)
    community_id = UUID()
    delivered_on = Date()
    months = Integer()
    begun_at = Timestamptz()


class CovenantVersionRow(Table, tablename="covenant_version"):
    """What a covenant said from a version on; never changed."""

    project_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    words = Text()
    sha256 = Text()
    note = Text()
    written_by = UUID()
    written_at = Timestamptz()


class CovenantForceRow(Table, tablename="covenant_force"):
    """When a version came into force; never changed."""

    project_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    from_at = Timestamptz()


class CovenantSignatureRow(Table, tablename="covenant_signature"):
    """A resident's signature under a version, until they take it back."""

    project_id = UUID(primary_key=True)
    number = Integer()
    member_id = UUID()
    community_id = UUID()
    way = Text()
    entered_by = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    signed_at = Timestamptz()


class CustodianRow(Table, tablename="custodian"):
    """Somebody who looks after a finished project, or was asked to."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    member_id = UUID()
    state = Text()
    asked_by = UUID()
    asked_at = Timestamptz()
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    term_until = Date(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    why = Text()


class CheckRow(Table, tablename="follow_up"):
    """A look at a finished project on a day, and what was found."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    number = Integer()
    due_on = Date()
    custodian_id = UUID(null=True, default=None)
    outcome = Text(null=True, default=None)
    words = Text()
    done_by = UUID(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    missed_at = Timestamptz(null=True, default=None)


class AttentionRow(Table, tablename="attention"):
    """Something at a finished project that needs attention."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    words = Text()
    raised_by = UUID()
    entered_by = UUID(null=True, default=None)
    call_id = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    check_id = UUID(null=True, default=None)
    raised_at = Timestamptz()
    state = Text()
    into_id = UUID(null=True, default=None)


class AttentionMoveRow(Table, tablename="attention_move"):
    """An answer to it, and what it became; never changed but for an erasure."""

    seq = BigInt(primary_key=True)
    attention_id = UUID()
    community_id = UUID()
    state = Text()
    words = Text()
    moved_by = UUID()
    moved_at = Timestamptz()


class AftercarePhotoRow(Table, tablename="aftercare_photo"):
    """A photograph of a check or of something that needs attention."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    check_id = UUID(null=True, default=None)
    attention_id = UUID(null=True, default=None)
    image = Bytea()
    added_by = UUID()
    added_at = Timestamptz()


class NeedOriginRow(Table, tablename="need_origin"):
    """The project from which a need came."""

    need_id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    again = Text()
    words = Text()
    raised_at = Timestamptz()
