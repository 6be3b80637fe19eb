"""The tables of delivery. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class DeliveryRow(Table, tablename="delivery"):
    """A project whose work has begun, and how far it has come."""

    project_id = UUID(primary_key=True)
    community_id = UUID()
    state = Text()
    last_part_percent = Integer()
    began_by = UUID()
    began_at = Timestamptz()


class DeliveryMoveRow(Table, tablename="delivery_move"):
    """A step of a delivery: what it became, who moved it, when and why."""

    seq = BigInt(primary_key=True)
    project_id = UUID()
    community_id = UUID()
    state = Text()
    moved_by = UUID()
    moved_at = Timestamptz()
    why = Text()


class MilestoneRow(Table, tablename="milestone"):
    """A milestone of a project; the key is the project and the number."""

    project_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    title = Text()
    promised_on = Date()
    due_on = Date()
    reminded_for = Date(null=True, default=None)
    late_told_for = Date(null=True, default=None)


class MilestoneReportRow(Table, tablename="milestone_report"):
    """What was said of a milestone when it was done."""

    project_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    done_on = Date()
    words = Text()
    reported_by = UUID()
    reported_at = Timestamptz()


class DeliveryUpdateRow(Table, tablename="delivery_update"):
    """News of a project's work."""

    id = UUID(primary_key=True)
    project_id = UUID()
    community_id = UUID()
    words = Text()
    written_by = UUID()
    written_at = Timestamptz()


class DeliveryPhotoRow(Table, tablename="delivery_photo"):
    """A photograph of a milestone or of an update, re-encoded and without the camera's data."""

    id = UUID(primary_key=True)
    project_id = UUID()
    community_id = UUID()
    milestone = Integer(null=True, default=None)
    update_id = UUID(null=True, default=None)
    image = Bytea()
    added_by = UUID()
    added_at = Timestamptz()


class DisbursementRow(Table, tablename="disbursement"):
    """A request for some of a project's money."""

    id = UUID(primary_key=True)
    project_id = UUID()
    community_id = UUID()
    amount_fen = BigInt()
    purpose = Text()
    line = Text()
    asked_by = UUID()
    asked_at = Timestamptz()
    state = Text()
    closed_at = Timestamptz(null=True, default=None)


class DisbursementDecisionRow(Table, tablename="disbursement_decision"):
    """What one person decided about a request; the key is the request and the person."""

    disbursement_id = UUID(primary_key=True)
    decided_by = UUID()
    community_id = UUID()
    verdict = Text()
    decided_at = Timestamptz()
    why = Text()


class ReceiptRow(Table, tablename="disbursement_receipt"):
    """A paper of a request."""

    id = UUID(primary_key=True)
    disbursement_id = UUID()
    community_id = UUID()
    name = Text()
    kind = Text()
    sha256 = Text()
    body = Bytea()
    public = Boolean()
    added_by = UUID()
    added_at = Timestamptz()
