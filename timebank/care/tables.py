"""Tables of certificates and volunteers. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Array, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class CertificateKindRow(Table, tablename="certificate_kind"):
    """A kind of certificate that a community knows."""

    id = UUID(primary_key=True)
    community_id = UUID()
    code = Text()
    name_zh = Text()
    name_en = Text()
    place_in_list = Integer()
    retired_at = Timestamptz(null=True, default=None)


class CertificateRow(Table, tablename="certificate"):
    """A member's certificate: claimed, verified or ended."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    kind_id = UUID()
    number = Text()
    issued_on = Date()
    expires_on = Date(null=True, default=None)
    claimed_at = Timestamptz()
    verified_at = Timestamptz(null=True, default=None)
    verified_by = UUID(null=True, default=None)
    evidence = Text()
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)
    ended_why = Text()


class VolunteerRow(Table, tablename="volunteer"):
    """A volunteer's own words, where they stand, and their guardian where they are under age."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    standing = Text()
    since = Timestamptz()
    words = Text()
    languages = Array(base_column=Text())
    honours_public = Boolean()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    why = Text()
    guardian_id = UUID(null=True, default=None)
    guardian_evidence = Text()
    guardian_by = UUID(null=True, default=None)
    guardian_at = Timestamptz(null=True, default=None)


class VolunteerSkillRow(Table, tablename="volunteer_skill"):
    """A care service that a volunteer likes to give."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    care_service_id = UUID()


class VolunteerGridRow(Table, tablename="volunteer_grid"):
    """A grid where a volunteer goes."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    grid_id = UUID()


class VolunteerHoursRow(Table, tablename="volunteer_hours"):
    """A stretch of a weekday when a volunteer is free."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    weekday = Integer()
    from_minute = Integer()
    until_minute = Integer()


class VolunteerExceptionRow(Table, tablename="volunteer_exception"):
    """Days of absence, or more hours on one day."""

    id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    away = Boolean()
    first_day = Date()
    last_day = Date()
    from_minute = Integer(null=True, default=None)
    until_minute = Integer(null=True, default=None)


class CalendarFeedRow(Table, tablename="calendar_feed"):
    """A member's address for their calendar; another id is another address."""

    id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    made_at = Timestamptz()
