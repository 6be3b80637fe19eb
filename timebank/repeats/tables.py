"""The tables of repeating requests. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class RepeatingRequestRow(Table, tablename="repeating_request"):
    """What an elder asks for regularly."""

    id = UUID(primary_key=True)
    community_id = UUID()
    elder_id = UUID()
    care_service_id = UUID()
    place = Text()
    wishes = Text()
    minutes = Integer()
    starts_at = Timestamptz()
    rule = Text()
    skip_holidays = Boolean()
    last_day = Date(null=True, default=None)
    preferred_id = UUID(null=True, default=None)
    same_person = Boolean()
    asked_by = UUID()
    asked_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)


class RepeatMomentRow(Table, tablename="repeat_moment"):
    """A moment that was decided: the visit that was asked for then, or why none was."""

    repeat_id = UUID()
    community_id = UUID()
    starts_at = Timestamptz()
    visit_id = UUID(null=True, default=None)
    missed = Text(null=True, default=None)
    decided_at = Timestamptz()
