"""The tables of visits. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Integer, Text, Timestamptz
from piccolo.table import Table


class CareServiceRow(Table, tablename="care_service"):
    """A kind of help that the community's catalogue offers."""

    id = UUID(primary_key=True)
    community_id = UUID()
    code = Text()
    name_zh = Text()
    name_en = Text()
    usual_minutes = Integer()
    place_in_list = Integer()


class VisitRow(Table, tablename="visit"):
    """A visit as it stands now; how it came there is in `visit_history`."""

    id = UUID(primary_key=True)
    community_id = UUID()
    care_service_id = UUID()
    elder_id = UUID()
    volunteer_id = UUID(null=True, default=None)
    state = Text()
    place = Text()
    wishes = Text()
    starts_at = Timestamptz()
    minutes_booked = Integer()
    code = Text()
    form_key = UUID()
    post_id = UUID()
    asked_at = Timestamptz()
    checked_in_at = Timestamptz(null=True, default=None)
    checked_out_at = Timestamptz(null=True, default=None)
    minutes_measured = Integer(null=True, default=None)
    minutes_confirmed = Integer(null=True, default=None)
    credit_per_hour = Integer()
    preferred_id = UUID(null=True, default=None)
    offered_until = Timestamptz(null=True, default=None)
    confirm_due_at = Timestamptz(null=True, default=None)
    absent = Text(null=True, default=None)
    open_until = Timestamptz(null=True, default=None)
    remind_at = Timestamptz(null=True, default=None)
    renews = UUID(null=True, default=None)


class VisitHoldRow(Table, tablename="visit_hold"):
    """What one payer set aside for a booked visit."""

    hold_id = UUID(primary_key=True)
    community_id = UUID()
    visit_id = UUID()
    place = Integer()
    payer = Text()
    account = UUID()
    minutes = Integer()
    passed = Integer(null=True, default=None)
    held_at = Timestamptz()


class VisitHistoryRow(Table, tablename="visit_history"):
    """One step in a visit's life; rows are only added."""

    seq = BigInt(primary_key=True)
    community_id = UUID()
    visit_id = UUID()
    at = Timestamptz()
    state = Text()
    actor = UUID()
    on_behalf_of = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    minutes = Integer(null=True, default=None)
    note = Text()


class VolunteerQuarterRow(Table, tablename="volunteer_quarter"):
    """A quarter-hour of a volunteer's time that a visit has taken."""

    community_id = UUID()
    volunteer_id = UUID()
    quarter = Timestamptz()
    visit_id = UUID()
