"""The tables of changes. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class ProjectChangeRow(Table, tablename="project_change"):
    """A change of what was promised, as it was asked for, and what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    number = Integer()
    kind = Text()
    milestone = Integer(null=True, default=None)
    before_on = Date(null=True, default=None)
    due_on = Date(null=True, default=None)
    from_line = Text(null=True, default=None)
    to_line = Text(null=True, default=None)
    amount_fen = BigInt(null=True, default=None)
    scope = Text(null=True, default=None)
    reason = Text()
    asked_by = UUID()
    asked_at = Timestamptz()
    objections_until = Timestamptz()
    state = Text()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    answer = Text()
    decision_id = UUID(null=True, default=None)
    told_due_at = Timestamptz(null=True, default=None)


class ChangeObjectionRow(Table, tablename="change_objection"):
    """What a resident says against a change."""

    id = UUID(primary_key=True)
    community_id = UUID()
    change_id = UUID()
    member_id = UUID()
    words = Text()
    made_at = Timestamptz()
