"""The tables of meetings that the verbs ask through; their rules stand in the migration."""

from piccolo.columns import UUID, Array, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class MeetingRow(Table, tablename="meeting"):
    """A meeting as it stands."""

    id = UUID(primary_key=True)
    community_id = UUID()
    kind = Text()
    council_id = UUID(null=True, default=None)
    title = Text()
    about = Text()
    starts_at = Timestamptz()
    length = Integer()
    place = Text()
    link = Text()
    phone = Text()
    access = Array(base_column=Text())
    access_words = Text()
    seats = Integer(null=True, default=None)
    audience = Text()
    area_id = UUID(null=True, default=None)
    chair_id = UUID()
    clerk_id = UUID()
    state = Text()
    reason = Text()
    secret = Bytea()
    guests = Integer()
    called_by = UUID()
    called_at = Timestamptz()
    held_at = Timestamptz(null=True, default=None)
    minutes_state = Text()
    objections_until = Timestamptz(null=True, default=None)
    published_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    chased_at = Timestamptz(null=True, default=None)


class MeetingNoticeRow(Table, tablename="meeting_notice"):
    """What was announced of time and place."""

    seq = BigInt(primary_key=True)
    community_id = UUID()
    meeting_id = UUID()
    starts_at = Timestamptz()
    length = Integer()
    place = Text()
    link = Text()
    phone = Text()
    why = Text()
    announced_by = UUID()
    announced_at = Timestamptz()


class MeetingSubjectRow(Table, tablename="meeting_subject"):
    """A need or a round that a meeting is about."""

    community_id = UUID()
    meeting_id = UUID()
    kind = Text()
    subject_id = UUID()


class MeetingAnswerRow(Table, tablename="meeting_answer"):
    """Whether a member said they come."""

    community_id = UUID()
    meeting_id = UUID()
    member_id = UUID()
    answer = Text()
    answered_at = Timestamptz()
    placed_at = Timestamptz(null=True, default=None)


class MeetingPresenceRow(Table, tablename="meeting_presence"):
    """A member who was there."""

    community_id = UUID()
    meeting_id = UUID()
    member_id = UUID()
    way = Text()
    how = Text()
    marked_by = UUID()
    came_at = Timestamptz()


class AgendaItemRow(Table, tablename="agenda_item"):
    """An item that was brought in, and what became of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    meeting_id = UUID()
    number = Integer(null=True, default=None)
    title = Text()
    about = Text()
    need_id = UUID(null=True, default=None)
    brought_by = UUID()
    brought_at = Timestamptz()
    state = Text()
    reason = Text()
    decided_by = UUID(null=True, default=None)


class ItemMinutesRow(Table, tablename="item_minutes"):
    """The minutes of an item."""

    community_id = UUID()
    meeting_id = UUID()
    item_id = UUID(primary_key=True)
    words = Text()
    written_by = UUID()
    written_at = Timestamptz()


class MinutesNoteRow(Table, tablename="minutes_note"):
    """An objection to minutes, or an addition to published ones."""

    id = UUID(primary_key=True)
    community_id = UUID()
    meeting_id = UUID()
    kind = Text()
    words = Text()
    written_by = UUID()
    written_at = Timestamptz()


class MotionRow(Table, tablename="motion"):
    """What was put to the vote."""

    id = UUID(primary_key=True)
    community_id = UUID()
    meeting_id = UUID()
    item_id = UUID()
    words = Text()
    replaces_id = UUID(null=True, default=None)
    by_name = Boolean()
    open = Boolean()
    online_yes = Integer()
    online_no = Integer()
    online_abstain = Integer()
    put_by = UUID()
    put_at = Timestamptz()


class MotionVoiceRow(Table, tablename="motion_voice"):
    """That a member voted; how, where a council votes by name."""

    community_id = UUID()
    meeting_id = UUID()
    motion_id = UUID()
    member_id = UUID()
    way = Text()
    choice = Text(null=True, default=None)


class DecisionCountRow(Table, tablename="decision_count"):
    """The last number given to a decision of a community in a year."""

    community_id = UUID()
    year = Integer()
    last = Integer()


class DecisionRow(Table, tablename="decision"):
    """What was decided; it only grows."""

    id = UUID(primary_key=True)
    community_id = UUID()
    meeting_id = UUID()
    item_id = UUID()
    motion_id = UUID()
    year = Integer()
    number = Integer()
    words = Text()
    room_yes = Integer()
    room_no = Integer()
    room_abstain = Integer()
    online_yes = Integer()
    online_no = Integer()
    online_abstain = Integer()
    present = Integer()
    needed = Integer()
    carried = Boolean()
    replaces_id = UUID(null=True, default=None)
    decided_by = UUID()
    decided_at = Timestamptz()
