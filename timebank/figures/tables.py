"""The tables of prompts and reports. Their checks, keys and rights stand in the migration."""

from piccolo.columns import JSONB, UUID, Boolean, Date, Integer, Timestamptz
from piccolo.table import Table


class ReportRow(Table, tablename="month_report"):
    """A month's figures as they were made; later entries make a later version."""

    id = UUID(primary_key=True)
    community_id = UUID()
    month = Date()
    version = Integer()
    made_by = UUID()
    made_at = Timestamptz()
    balanced = Boolean()
    figures = JSONB()


class PromptChoiceRow(Table, tablename="prompt_choice"):
    """A member who wishes no reminders of hours that they could use."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    declined_at = Timestamptz()


class PromptRunRow(Table, tablename="prompt_run"):
    """That a community's reminders of a month are all told."""

    community_id = UUID()
    month = Date()
    told = Integer()
    finished_at = Timestamptz()
