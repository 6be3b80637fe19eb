"""The two tables of moving; their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Text, Timestamptz
from piccolo.table import Table


class ClearingAgreementRow(Table, tablename="clearing_agreement"):
    """What two communities may owe one another; one row for a pair."""

    community_id = UUID(primary_key=True)
    other_id = UUID()
    limit_minutes = BigInt()
    agreed_by = UUID()
    agreed_at = Timestamptz()


class MemberMoveRow(Table, tablename="member_move"):
    """A member's move to another community, as it stands."""

    id = UUID(primary_key=True)
    community_id = UUID()
    to_community_id = UUID()
    member_id = UUID()
    state = Text()
    asked_at = Timestamptz()
    asked_by = UUID()
    released_at = Timestamptz(null=True, default=None)
    released_by = UUID(null=True, default=None)
    received_at = Timestamptz(null=True, default=None)
    received_by = UUID(null=True, default=None)
    new_member_id = UUID(null=True, default=None)
    minutes = BigInt(null=True, default=None)
    gift_minutes = BigInt(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)
    ended_why = Text()
