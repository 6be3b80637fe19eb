"""The tables of saved hours on their way; checks, keys, triggers and rights: see the migration."""

from piccolo.columns import UUID, Boolean, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class GiftRow(Table, tablename="gift"):
    """Minutes that one member gives another, and how it ended."""

    id = UUID(primary_key=True)
    community_id = UUID()
    giver_id = UUID()
    receiver_id = UUID()
    minutes = Integer()
    words = Text()
    state = Text()
    offered_at = Timestamptz()
    lapses_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    form_key = UUID()
    hold_id = UUID()
    post_id = UUID()


class DonationRow(Table, tablename="donation"):
    """Minutes that a member gave to the relief fund."""

    id = UUID(primary_key=True)
    community_id = UUID()
    member_id = UUID()
    minutes = Integer()
    donated_at = Timestamptz()
    form_key = UUID()
    first_id = UUID()
    second_id = UUID()
    reversed_at = Timestamptz(null=True, default=None)
    reversed_by = UUID(null=True, default=None)
    reversed_why = Text(null=True, default=None)


class ProposalRow(Table, tablename="hours_proposal"):
    """Minutes that are to move when two people have agreed."""

    id = UUID(primary_key=True)
    community_id = UUID()
    kind = Text()
    source = Text()
    estate_of = UUID(null=True, default=None)
    reason = Text()
    proposed_by = UUID()
    proposed_at = Timestamptz()
    form_key = UUID()
    state = Text()
    ended_at = Timestamptz(null=True, default=None)
    ended_by = UUID(null=True, default=None)
    why = Text(null=True, default=None)


class ProposalLineRow(Table, tablename="hours_proposal_line"):
    """One receiver of a proposal; none is the relief fund. Rows are only added."""

    proposal_id = UUID()
    community_id = UUID()
    place = Integer()
    receiver_id = UUID(null=True, default=None)
    minutes = Integer()
    transfer_id = UUID()


class ApprovalRow(Table, tablename="hours_approval"):
    """That somebody agreed to a proposal; rows are only added."""

    proposal_id = UUID()
    community_id = UUID()
    approver_id = UUID()
    at = Timestamptz()


class EstateRow(Table, tablename="estate"):
    """That a former member left minutes behind, and why the membership ended."""

    community_id = UUID()
    member_id = UUID()
    why = Text()
    opened_at = Timestamptz()
    opened_by = UUID()


class NeedsRow(Table, tablename="needs_profile"):
    """How an elder lives and what they cannot do, as far as the relief fund has to know."""

    community_id = UUID()
    member_id = UUID()
    living = Text()
    low_income = Boolean()
    disability = Text()
    hardship = Boolean()
    evidence = Text()
    review_on = Date()
    entered_by = UUID()
    entered_at = Timestamptz()
