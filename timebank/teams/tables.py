"""The tables of teams. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class TeamRow(Table, tablename="team"):
    """A named group of volunteers."""

    id = UUID(primary_key=True)
    community_id = UUID()
    organisation_id = UUID(null=True, default=None)
    name = Text()
    about = Text()
    leader_id = UUID()
    founded_by = UUID()
    founded_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)


class TeamMemberRow(Table, tablename="team_member"):
    """Who belongs, or belonged, to a team, was invited, or asks to join."""

    id = UUID(primary_key=True)
    community_id = UUID()
    team_id = UUID()
    member_id = UUID()
    invited_at = Timestamptz(null=True, default=None)
    invited_by = UUID(null=True, default=None)
    asked_at = Timestamptz(null=True, default=None)
    since = Timestamptz(null=True, default=None)
    until = Timestamptz(null=True, default=None)


class TeamOfferRow(Table, tablename="team_offer"):
    """A request that was offered to a team."""

    community_id = UUID()
    team_id = UUID()
    visit_id = UUID()
    offered_by = UUID()
    offered_at = Timestamptz()
