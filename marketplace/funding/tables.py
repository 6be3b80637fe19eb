"""The tables of funding. Their checks, keys, triggers and rights stand in the migration."""

from piccolo.columns import (
    UUID,
    BigInt,
    Boolean,
    Bytea,
    Date,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class DriveRow(Table, tablename="drive"):
    """A drive: what it asks for, until when, and how it ended."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    goal_fen = BigInt()
    goal_minutes = BigInt()
    part_goal_percent = Integer()
    deadline = Timestamptz()
    words = Text()
    state = Text()
    fund_id = UUID(null=True, default=None)
    matching_kind = Text(null=True, default=None)
    matching_percent = Integer()
    matching_cap_fen = BigInt()
    opened_by = UUID()
    opened_at = Timestamptz()
    settled_at = Timestamptz(null=True, default=None)
    settled_by = UUID(null=True, default=None)
    given_fen = BigInt()
    pledged_minutes = BigInt()
    matched_fen = BigInt()
    why = Text()
    reminded_at = Timestamptz(null=True, default=None)


class ContributionRow(Table, tablename="contribution"):
    """A gift of money."""

    id = UUID(primary_key=True)
    community_id = UUID()
    drive_id = UUID()
    project_id = UUID()
    source = Text()
    lies_in = Text()
    amount_fen = BigInt()
    member_id = UUID(null=True, default=None)
    organisation_id = UUID(null=True, default=None)
    name = Text()
    anonymous = Boolean()
    state = Text()
    refunded_fen = BigInt()
    disputed_fen = BigInt()
    due_fen = BigInt()
    escrow_fen = BigInt()
    made_by = UUID()
    made_at = Timestamptz()
    paid_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    why = Text()
    intent_id = Text(null=True, default=None)
    charge_id = Text(null=True, default=None)
    receipt = Text(null=True, default=None)
    received_on = Date(null=True, default=None)


class ReceiptFileRow(Table, tablename="receipt_file"):
    """A scanned paper under the hash of its content."""

    community_id = UUID(primary_key=True)
    sha256 = Text()
    kind = Text()
    body = Bytea()
    added_by = UUID()
    added_at = Timestamptz()


class CardEntryRow(Table, tablename="card_entry"):
    """What the card processor did to a contribution after its payment, once by its own id."""

    kind = Text(primary_key=True)
    processor_id = Text()
    community_id = UUID()
    contribution_id = UUID()
    amount_fen = BigInt()
    from_escrow_fen = BigInt()
    from_project_fen = BigInt()
    from_losses_fen = BigInt()
    entered_at = Timestamptz()


class HandedBackRow(Table, tablename="handed_back"):
    """Money that the treasurer handed back, and to whom."""

    id = UUID(primary_key=True)
    community_id = UUID()
    contribution_id = UUID()
    amount_fen = BigInt()
    words = Text()
    handed_by = UUID()
    handed_at = Timestamptz()


class PledgeRow(Table, tablename="pledge"):
    """Minutes that a member promised."""

    id = UUID(primary_key=True)
    community_id = UUID()
    drive_id = UUID()
    project_id = UUID()
    member_id = UUID()
    minutes = BigInt()
    state = Text()
    returned_minutes = BigInt()
    made_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class MatchingFundRow(Table, tablename="matching_fund"):
    """A fund that adds to gifts."""

    id = UUID(primary_key=True)
    community_id = UUID()
    name = Text()
    founded_by = UUID()
    founded_at = Timestamptz()


class FundGiftRow(Table, tablename="matching_fund_gift"):
    """Money that was put into a matching fund."""

    id = UUID(primary_key=True)
    community_id = UUID()
    fund_id = UUID()
    amount_fen = BigInt()
    came_from = Text()
    words = Text()
    receipt = Text(null=True, default=None)
    entered_by = UUID()
    entered_at = Timestamptz()


class GivingBackRow(Table, tablename="giving_back"):
    """That what was left of a project went back to its sources, how much and when."""

    id = UUID(primary_key=True)
    community_id = UUID()
    project_id = UUID()
    fen = BigInt()
    minutes = BigInt()
    parts = Text()
    given_by = UUID()
    given_at = Timestamptz()


class StripeCallRow(Table, tablename="stripe_call"):
    """Something that the card processor is to be asked for, and what came of it."""

    id = UUID(primary_key=True)
    community_id = UUID()
    contribution_id = UUID()
    kind = Text()
    amount_fen = BigInt()
    key = Text()
    state = Text()
    wanted_at = Timestamptz()
    next_at = Timestamptz()
    attempts = Integer()
    answer = Text(null=True, default=None)
    problem = Text()
    ended_at = Timestamptz(null=True, default=None)
