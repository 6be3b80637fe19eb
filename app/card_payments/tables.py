"""The tables of card payments. Their checks, rights and triggers stand in the migration."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class StripeEventRow(Table, tablename="stripe_event"):
    """Something that Stripe told us by itself, once under its own id, and what came of it."""

    id = Text(primary_key=True)
    kind = Text()
    mode = Text()
    happened_at = Timestamptz()
    received_at = Timestamptz()
    outcome = Text()
    about = Text(null=True, default=None)
    amount_fen = BigInt(null=True, default=None)
    contribution_id = UUID(null=True, default=None)
    community_id = UUID(null=True, default=None)


class StripePaymentRow(Table, tablename="stripe_payment"):
    """A payment of ours at Stripe, and when to ask after it next: null once it is all known."""

    intent_id = Text(primary_key=True)
    contribution_id = UUID()
    community_id = UUID()
    mode = Text()
    made_at = Timestamptz()
    fee_known = Boolean()
    looks = Integer()
    look_at = Timestamptz(null=True, default=None)


class StripeModeRow(Table, tablename="stripe_mode"):
    """Whether a community's first payment was for play or for real money."""

    community_id = UUID(primary_key=True)
    mode = Text()
    since = Timestamptz()


class ReconciliationRow(Table, tablename="reconciliation"):
    """What a comparison of Stripe's list with the book found: in all, or for one community."""

    id = UUID(primary_key=True)
    community_id = UUID(null=True, default=None)
    ran_at = Timestamptz()
    since = Timestamptz()
    mode = Text()
    compared = JSONB()
    differences = JSONB()
