"""The desk's tables. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, Array, BigInt, Boolean, Text, Timestamptz
from piccolo.table import Table


class CallRow(Table, tablename="desk_call"):
    """A telephone call at the desk, answered or made; who called, and for whom."""

    id = UUID(primary_key=True)
    community_id = UUID()
    outgoing = Boolean()
    operator_id = UUID()
    caller_id = UUID(null=True, default=None)
    member_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    phone = Text(null=True, default=None)
    checked = Array(base_column=Text())
    note = Text()
    opened_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)


class CallStepRow(Table, tablename="desk_call_step"):
    """One thing that was done in a call; rows are only added."""

    seq = BigInt(primary_key=True)
    community_id = UUID()
    call_id = UUID()
    at = Timestamptz()
    act = Text()
    visit_id = UUID(null=True, default=None)


class HandOverRow(Table, tablename="hand_over"):
    """A matter that an operator passed to a coordinator, and what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    call_id = UUID()
    member_id = UUID(null=True, default=None)
    visit_id = UUID(null=True, default=None)
    topic = Text()
    urgent = Boolean()
    note = Text()
    handed_by = UUID()
    handed_at = Timestamptz()
    taken_by = UUID(null=True, default=None)
    taken_at = Timestamptz(null=True, default=None)
    closed_by = UUID(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)
    outcome_note = Text()
