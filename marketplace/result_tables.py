"""The tables of results. Their rules (checks, keys, triggers, rights) stand in the migration."""

from piccolo.columns import JSONB, UUID, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class TurnoutRow(Table, tablename="round_turnout"):
    """How many of whom voted in a closed round, by grid and by age, in groups that name nobody."""

    round_id = UUID(primary_key=True)
    told = JSONB()


class UploadRow(Table, tablename="election_upload"):
    """An election's file that somebody handed in, and how far the work on it has come."""

    id = UUID(primary_key=True)
    community_id = UUID()
    file_name = Text()
    file = Bytea(null=True, default=None)
    uploaded_by = UUID()
    uploaded_at = Timestamptz()
    state = Text()
    step = Text()
    attempts = Integer()
    told = Text()
    known = Boolean()
    election_id = UUID(null=True, default=None)
