"""The tables of work for projects. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class WorkSlotRow(Table, tablename="work_slot"):
    """A time at which people help a project."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    title = Text()
    about = Text()
    place = Text()
    starts_at = Timestamptz()
    minutes = Integer()
    people = Integer()
    credit_per_hour = Integer()
    state = Text()
    reason = Text()
    offered_by = UUID()
    offered_at = Timestamptz()
    cancelled_by = UUID(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    chased_at = Timestamptz(null=True, default=None)


class WorkTurnRow(Table, tablename="work_turn"):
    """Somebody's turn in a slot, and what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    slot_id = UUID()
    project_id = UUID()
    member_id = UUID()
    state = Text()
    own = Boolean()
    signed_at = Timestamptz()
    hold_id = UUID()
    held = Integer()
    minutes = Integer(null=True, default=None)
    paid = Integer(null=True, default=None)
    settled_by = UUID(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz()


class WorkQuarterRow(Table, tablename="work_quarter"):
    """A quarter-hour that somebody has promised to a project."""

    community_id = UUID()
    member_id = UUID()
    quarter = Timestamptz()
    turn_id = UUID()


class WorkCorrectionRow(Table, tablename="work_correction"):
    """What was wrong about a settled turn, and what holds instead; only grows."""

    id = UUID(primary_key=True)
    community_id = UUID()
    turn_id = UUID()
    number = Integer()
    was_minutes = Integer(null=True, default=None)
    minutes = Integer(null=True, default=None)
    why = Text()
    corrected_by = UUID()
    corrected_at = Timestamptz()


class WorkGrantRow(Table, tablename="work_grant"):
    """Minutes that the community gave a project; only grows."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    minutes = Integer()
    why = Text()
    granted_by = UUID()
    granted_at = Timestamptz()
