"""Merges of needs and the answers to them; checks, triggers and rights stand in the migration."""

from piccolo.columns import UUID, Boolean, Text, Timestamptz
from piccolo.table import Table


class NeedMergeRow(Table, tablename="need_merge"):
    """That one need go on in another: who asked, what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    need_id = UUID()
    into_id = UUID()
    state = Text()
    why = Text()
    asked_by = UUID()
    asked_at = Timestamptz()
    due_at = Timestamptz()
    silence = Text()
    reminded_at = Timestamptz(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    undone_by = UUID(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_why = Text()


class NeedMergeAnswerRow(Table, tablename="need_merge_answer"):
    """An author who is asked, for which of the two needs, and what they said."""

    merge_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    need_id = UUID()
    agreed = Boolean(null=True, default=None)
    reason = Text()
    answered_at = Timestamptz(null=True, default=None)
