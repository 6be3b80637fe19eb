"""Tables of screening. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class ScreeningListRow(Table, tablename="screening_list"):
    """A version of what a community screens by; the key is the community and the number."""

    community_id = UUID(primary_key=True)
    number = Integer()
    duties = Array(base_column=Text())
    questions = JSONB()
    changed_by = UUID()
    changed_at = Timestamptz()


class ScreeningRow(Table, tablename="screening"):
    """A need's screening: what was answered so far, its deadline, its outcome."""

    need_id = UUID(primary_key=True)
    community_id = UUID()
    list_number = Integer()
    seconded_at = Timestamptz()
    due_at = Timestamptz()
    revision = Integer()
    answers = JSONB()
    cost_least_fen = BigInt(null=True, default=None)
    cost_most_fen = BigInt(null=True, default=None)
    alike = Array(base_column=UUID())
    saved_by = UUID(null=True, default=None)
    saved_at = Timestamptz(null=True, default=None)
    outcome = Text(null=True, default=None)
    reason = Text()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    appeal_until = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    overdue_at = Timestamptz(null=True, default=None)


class ScreeningAppealRow(Table, tablename="screening_appeal"):
    """The one appeal against a need's refusal, and what became of it."""

    need_id = UUID(primary_key=True)
    community_id = UUID()
    appealed_by = UUID()
    words = Text()
    appealed_at = Timestamptz()
    due_at = Timestamptz()
    granted = Boolean(null=True, default=None)
    reason = Text()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    council_decision_id = UUID(null=True, default=None)
    council_words = Text()
    reminded_at = Timestamptz(null=True, default=None)
    overdue_at = Timestamptz(null=True, default=None)
