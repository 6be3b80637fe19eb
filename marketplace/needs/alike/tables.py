"""What needs are found by, and pairs of needs; checks and rights stand in the migration."""

from piccolo.columns import UUID, Array, Integer, Text, Timestamptz
from piccolo.table import Table


class NeedTermsRow(Table, tablename="need_terms"):
    """A need taken apart into terms, for finding others like it."""

    need_id = UUID(primary_key=True)
    community_id = UUID()
    version = Integer()
    title = Array(base_column=Text())
    story = Array(base_column=Text())
    place = Array(base_column=Text())
    numbers = Array(base_column=Text())
    line = Text()
    terms = Array(base_column=Text())
    compared_at = Timestamptz(null=True, default=None)


class NeedPairRow(Table, tablename="need_pair"):
    """Two needs that may be one; `likeness` in thousandths."""

    one_id = UUID(primary_key=True)
    other_id = UUID()
    community_id = UUID()
    likeness = Integer()
    found_at = Timestamptz()


class NotSameRow(Table, tablename="need_not_same"):
    """Two needs that somebody has looked at: they are not one."""

    one_id = UUID(primary_key=True)
    other_id = UUID()
    community_id = UUID()
    said_by = UUID()
    said_at = Timestamptz()
