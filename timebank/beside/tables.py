"""Tables beside the one of visits. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class SafetyNoteRow(Table, tablename="safety_note"):
    """What a volunteer should know for an elder's safety, and whom to call."""

    member_id = UUID(primary_key=True)
    community_id = UUID()
    words = Text()
    contact_name = Text()
    contact_phone = Text()
    changed_at = Timestamptz()
    changed_by = UUID()
    on_behalf_of = UUID(null=True, default=None)


class VisitRatingRow(Table, tablename="visit_rating"):
    """What one side of a visit thought of it; the key is the visit and the side."""

    visit_id = UUID(primary_key=True)
    side = Text()
    community_id = UUID()
    rater_id = UUID()
    rated_id = UUID()
    stars = Integer()
    words = Text()
    rated_at = Timestamptz()
    changed_at = Timestamptz()
    seen_at = Timestamptz(null=True, default=None)
    seen_by = UUID(null=True, default=None)


class VisitPhotoRow(Table, tablename="visit_photo"):
    """A photograph that the volunteer left, re-encoded and without what the camera wrote."""

    visit_id = UUID(primary_key=True)
    community_id = UUID()
    volunteer_id = UUID()
    image = Bytea()
    taken_at = Timestamptz()
