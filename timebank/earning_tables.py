"""The tables of who earned how much on which day; keys and rights stand in the migration."""

from piccolo.columns import UUID, Date, Integer
from piccolo.table import Table


class EarnerRow(Table, tablename="earner"):
    """A volunteer who has earned something: the row that one earning at a time holds."""

    member_id = UUID(primary_key=True)
    community_id = UUID()


class EarnedDayRow(Table, tablename="earned_day"):
    """The minutes that a volunteer saved by help given on one day."""

    member_id = UUID()
    community_id = UUID()
    day = Date()
    minutes = Integer()
