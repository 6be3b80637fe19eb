"""The tables of classes. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class CourseRow(Table, tablename="course"):
    """A class as it repeats."""

    id = UUID(primary_key=True)
    community_id = UUID()
    care_service_id = UUID()
    title = Text()
    about = Text()
    place = Text()
    leader_id = UUID()
    team_id = UUID(null=True, default=None)
    capacity = Integer()
    minutes = Integer()
    starts_at = Timestamptz()
    rule = Text()
    skip_holidays = Boolean()
    until = Date(null=True, default=None)
    state = Text()
    proposed_by = UUID()
    proposed_at = Timestamptz()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    reason = Text()


class CourseAssistantRow(Table, tablename="course_assistant"):
    """Somebody who helps the leader of a class."""

    community_id = UUID()
    course_id = UUID()
    member_id = UUID()


class GroupSessionRow(Table, tablename="group_session"):
    """One session of a class, as it stands now."""

    id = UUID(primary_key=True)
    community_id = UUID()
    course_id = UUID()
    starts_at = Timestamptz()
    minutes = Integer()
    place = Text()
    capacity = Integer()
    credit_per_hour = Integer()
    leader_id = UUID(null=True, default=None)
    state = Text()
    code = Text()
    post_id = UUID()
    planned_at = Timestamptz()
    held_at = Timestamptz(null=True, default=None)
    minutes_held = Integer(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    minutes_each = Integer(null=True, default=None)
    reason = Text()
    reminded_at = Timestamptz(null=True, default=None)


class SessionAssistantRow(Table, tablename="session_assistant"):
    """Somebody who helps the leader of one session."""

    community_id = UUID()
    group_session_id = UUID()
    member_id = UUID()


class SignUpRow(Table, tablename="sign_up"):
    """Somebody on a session's list; `number` is its order."""

    id = UUID(primary_key=True)
    number = BigInt()
    community_id = UUID()
    group_session_id = UUID()
    member_id = UUID()
    signed_up_at = Timestamptz()
    signed_up_by = UUID()
    placed_at = Timestamptz(null=True, default=None)
    gave_up_at = Timestamptz(null=True, default=None)
    attended_at = Timestamptz(null=True, default=None)
    attended_how = Text(null=True, default=None)
    confirmed_at = Timestamptz(null=True, default=None)
    confirmed_by = UUID(null=True, default=None)
    share_minutes = Integer(null=True, default=None)
