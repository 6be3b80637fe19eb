"""The tables of evaluations. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class EvaluationRow(Table, tablename="evaluation"):
    """A judgement of a delivered project, under the policy of its opening."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    number = Integer()
    state = Text()
    aspects = Array(base_column=Text())
    checks = Array(base_column=Text())
    shown_from = Integer()
    sign_offs = Integer()
    undertaker_id = UUID(null=True, default=None)
    organisation_id = UUID(null=True, default=None)
    opened_at = Timestamptz()
    closes_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    chased_at = Timestamptz(null=True, default=None)
    reply = Text()
    replied_by = UUID(null=True, default=None)
    replied_at = Timestamptz(null=True, default=None)


class InvitationRow(Table, tablename="evaluation_invitation"):
    """Who was asked to rate, and why them."""

    evaluation_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    why = Text()


class RatingRow(Table, tablename="evaluation_rating"):
    """What a member gave: a mark for each aspect, in the order of the evaluation's."""

    id = UUID(primary_key=True)
    evaluation_id = UUID()
    member_id = UUID()
    community_id = UUID()
    marks = Array(base_column=SmallInt())
    words = Text()
    entered_by = UUID(null=True, default=None)
    call_id = UUID(null=True, default=None)
    consent_id = UUID(null=True, default=None)
    rated_at = Timestamptz()
    set_aside = Boolean()


class InspectorRow(Table, tablename="project_inspector"):
    """A resident named to inspect a project."""

    project_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    named_by = UUID()
    named_at = Timestamptz()
    why = Text()


class SignOffRow(Table, tablename="sign_off"):
    """What an inspector found, point by point, and said."""

    id = UUID(primary_key=True)
    evaluation_id = UUID()
    community_id = UUID()
    inspector_id = UUID()
    passed = Boolean()
    findings = JSONB()
    words = Text()
    mend_by = Date(null=True, default=None)
    signed_at = Timestamptz()


class SignOffPhotoRow(Table, tablename="sign_off_photo"):
    """A photograph beside a sign-off."""

    sign_off_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    image = Bytea()
    words = Text()


class CommentReportRow(Table, tablename="comment_report"):
    """That somebody reported a comment."""

    rating_id = UUID(primary_key=True)
    reported_by = UUID()
    community_id = UUID()
    reason = Text()
    words = Text()
    reported_at = Timestamptz()


class CommentRulingRow(Table, tablename="comment_ruling"):
    """What a coordinator decided about a comment, and why."""

    rating_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    hidden = Boolean()
    reason = Text()
    ruled_by = UUID()
    ruled_at = Timestamptz()


class CommentLookRow(Table, tablename="comment_second_look"):
    """That the author of a hidden comment wishes another coordinator to look again."""

    rating_id = UUID(primary_key=True)
    community_id = UUID()
    asked_by = UUID()
    words = Text()
    asked_at = Timestamptz()


class ProjectSummaryRow(Table, tablename="project_summary"):
    """Who summed a project up, when, and what they said; the figures are the records'."""

    project_id = UUID(primary_key=True)
    community_id = UUID()
    words = Text()
    summed_by = UUID()
    summed_at = Timestamptz()
