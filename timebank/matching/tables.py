"""The tables of matching. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Array, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class MatchRunRow(Table, tablename="match_run"):
    """A week that somebody had matched, and how far that is."""

    id = UUID(primary_key=True)
    community_id = UUID()
    asked_by = UUID()
    asked_at = Timestamptz()
    since = Timestamptz()
    until = Timestamptz()
    availability = Text()
    day_most = Integer()
    week_most = Integer()
    state = Text()
    attempts = Integer()
    ended_at = Timestamptz(null=True, default=None)
    requests = Integer()
    volunteers = Integer()
    proven = Boolean()


class MatchSuggestionRow(Table, tablename="match_suggestion"):
    """A volunteer whom a run proposes for a request, and what became of it."""

    run_id = UUID(primary_key=True)
    community_id = UUID()
    visit_id = UUID()
    volunteer_id = UUID()
    points = Integer()
    why = Array(base_column=Text())
    outcome = Text()
    refusal = Text()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)
