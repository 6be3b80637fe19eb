"""The tables of messages on their way. Their checks and keys stand in the migrations."""

from piccolo.columns import UUID, Array, Boolean, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table


class PreferenceRow(Table, tablename="message_preference"):
    """How a member likes to get messages; no row where they never said."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    ways = Array(base_column=Text())
    quiet_from = SmallInt()
    quiet_until = SmallInt()
    daily = Boolean()
    changed_at = Timestamptz()


class DeviceRow(Table, tablename="push_device"):
    """A browser that a member lets show messages."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    endpoint = Text(unique=True)
    public_key = Text()
    auth = Text()
    name = Text()
    made_at = Timestamptz()


class DeliveryRow(Table, tablename="message_delivery"):
    """A message on one of its ways."""

    id = UUID(primary_key=True)
    message_id = UUID()
    community_id = UUID()
    member_id = UUID()
    way = Text()
    state = Text()
    due_at = Timestamptz()
    expires_at = Timestamptz()
    parcel = UUID(null=True, default=None)
    attempts = Integer()
    leased_until = Timestamptz(null=True, default=None)
    trouble = Text(null=True, default=None)
    made_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class StaffDigestRow(Table, tablename="staff_digest"):
    """What the staff's chat of a community was told of a day."""

    community_id = UUID(primary_key=True)
    chat = Text()
    day = Date()
    attempts = Integer()
    next_try_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)
