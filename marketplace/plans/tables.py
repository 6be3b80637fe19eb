"""The tables of plans. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import (
    UUID,
    BigInt,
    Bytea,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class PlanRow(Table, tablename="plan"):
    """A need's plan, under which its versions, calls and amendments stand."""

    id = UUID(primary_key=True)
    community_id = UUID()
    need_id = UUID()
    begun_by = UUID()
    begun_at = Timestamptz()


class PlanVersionRow(Table, tablename="plan_version"):
    """What a plan said from a moment on; never changed."""

    plan_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    content = Text()
    sha256 = Text()
    cost_fen = BigInt()
    minutes = BigInt()
    written_by = UUID()
    written_at = Timestamptz()
    note = Text()
    amendment_id = UUID(null=True, default=None)


class PlanFileRow(Table, tablename="plan_file"):
    """A file under the hash of its content."""

    community_id = UUID(primary_key=True)
    sha256 = Text()
    kind = Text()
    body = Bytea()
    added_by = UUID()
    added_at = Timestamptz()


class PlanAttachmentRow(Table, tablename="plan_attachment"):
    """Which version has which file; its content says under which name."""

    plan_id = UUID(primary_key=True)
    number = Integer()
    community_id = UUID()
    sha256 = Text()


class UndertakingRow(Table, tablename="undertaking"):
    """Who was chosen to carry a plan out, by whom and why; and if they stepped back, why."""

    id = UUID(primary_key=True)
    community_id = UUID()
    plan_id = UUID()
    offer_id = UUID()
    member_id = UUID()
    organisation_id = UUID(null=True, default=None)
    chosen_by = UUID()
    chosen_at = Timestamptz()
    reason = Text()
    ended_at = Timestamptz(null=True, default=None)
    ended_why = Text()


class OpenCallRow(Table, tablename="open_call"):
    """A call for undertakers."""

    id = UUID(primary_key=True)
    community_id = UUID()
    plan_id = UUID()
    need_id = UUID()
    seeking = Text()
    opened_by = UUID()
    opened_at = Timestamptz()
    closes_at = Timestamptz()
    state = Text()
    ended_why = Text()
    reminded_at = Timestamptz(null=True, default=None)


class CallOfferRow(Table, tablename="call_offer"):
    """An answer to a call."""

    id = UUID(primary_key=True)
    community_id = UUID()
    call_id = UUID()
    member_id = UUID()
    organisation_id = UUID(null=True, default=None)
    words = Text()
    brings = Text()
    cost_fen = BigInt()
    minutes = BigInt()
    reference = Text()
    conflict = Text()
    offered_at = Timestamptz()
    withdrawn_at = Timestamptz(null=True, default=None)


class AmendmentRow(Table, tablename="amendment"):
    """A change that a resident proposes to a plan."""

    id = UUID(primary_key=True)
    community_id = UUID()
    plan_id = UUID()
    base = Integer()
    content = Text()
    reason = Text()
    proposed_by = UUID()
    proposed_at = Timestamptz()
    state = Text()
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    answer = Text()
    version = Integer(null=True, default=None)


class AmendmentSupportRow(Table, tablename="amendment_support"):
    """A resident who wants an amendment."""

    amendment_id = UUID(primary_key=True)
    member_id = UUID()
    community_id = UUID()
    supported_at = Timestamptz()
