"""The tables of councils; their rules stand in the migration."""

from piccolo.columns import UUID, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class CouncilRow(Table, tablename="council"):
    """A council of one term."""

    id = UUID(primary_key=True)
    community_id = UUID()
    name = Text()
    kind = Text()
    area_id = UUID(null=True, default=None)
    seats = Integer()
    term_from = Date()
    term_to = Date()
    votes_public = Boolean()
    founded_by = UUID()
    founded_at = Timestamptz()


class CouncilSeatRow(Table, tablename="council_seat"):
    """Who sits, or sat, on a council, since when and until when."""

    id = UUID(primary_key=True)
    community_id = UUID()
    council_id = UUID()
    member_id = UUID()
    role = Text()
    entry = Text()
    words = Text()
    since = Timestamptz()
    until = Timestamptz(null=True, default=None)
    entered_by = UUID()
    ended_by = UUID(null=True, default=None)
