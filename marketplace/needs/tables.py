"""Tables of needs. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class NeedRow(Table, tablename="need"):
    """A need as it stands; what it said before is in its versions."""

    id = UUID(primary_key=True)
    community_id = UUID()
    area_id = UUID(null=True, default=None)
    category = Text()
    title = Text()
    story = Text()
    place = Text()
    raised_by = UUID()
    entered_by = UUID(null=True, default=None)
    call_id = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    raised_at = Timestamptz()
    state = Text()
    version = Integer()
    merged_into = UUID(null=True, default=None)


class NeedMoveRow(Table, tablename="need_move"):
    """A step of a need: what it became, who moved it, when and why."""

    seq = BigInt(primary_key=True)
    need_id = UUID()
    community_id = UUID()
    state = Text()
    moved_by = UUID()
    moved_at = Timestamptz()
    why = Text()


class NeedVersionRow(Table, tablename="need_version"):
    """What a need said at one time; the key is the need and the number."""

    need_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    area_id = UUID(null=True, default=None)
    category = Text()
    title = Text()
    story = Text()
    place = Text()
    written_by = UUID()
    written_at = Timestamptz()


class NeedAuthorRow(Table, tablename="need_author"):
    """Who raised a need; `from_need` is the need that brought them here by a merge."""

    need_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    from_need = UUID(null=True, default=None)
    since = Timestamptz()
    left_at = Timestamptz(null=True, default=None)


class NeedSecondRow(Table, tablename="need_second"):
    """Who stands behind a need; `from_need` is the need that brought them here by a merge."""

    need_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    entered_by = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    from_need = UUID(null=True, default=None)
    seconded_at = Timestamptz()


class NeedPhotoRow(Table, tablename="need_photo"):
    """A photograph of a need, re-encoded and without what the camera wrote."""

    need_id = UUID(primary_key=True)
    community_id = UUID()
    image = Bytea()
    added_by = UUID()
    added_at = Timestamptz()


class NeedReportRow(Table, tablename="need_report"):
    """A report that a need breaks the rules, and how it was settled."""

    id = UUID(primary_key=True)
    need_id = UUID()
    community_id = UUID()
    member_id = UUID()
    reason = Text()
    reported_at = Timestamptz()
    settled_at = Timestamptz(null=True, default=None)
    settled_by = UUID(null=True, default=None)


class NeedCategoryRow(Table, tablename="need_category"):
    """A category that a community added or changed; the usual five need no row."""

    community_id = UUID(primary_key=True)
    key = Text()
    name_zh = Text()
    name_en = Text()
    icon = Text()
    position = Integer()
    retired_at = Timestamptz(null=True, default=None)
