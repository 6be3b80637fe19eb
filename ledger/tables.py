"""The book's three tables. Their rules (checks, keys, triggers, rights) stand in the migration.

`account` and `open_hold` follow from `transfer` and could be rebuilt from it; `ledger.verify`
does just that and compares.
"""

from piccolo.columns import UUID, BigInt, Integer, Text, Timestamptz, Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table


class AccountRow(Table, tablename="account"):
    """A place where one unit is held in one community's book, with its running totals."""

    id = UUID(primary_key=True)
    community_id = UUID()
    unit = Text()
    kind = Text()
    owner = UUID(null=True, default=None)
    normal_side = Text()
    floor = BigInt(null=True, default=None)
    debits_posted = BigInt()
    credits_posted = BigInt()
    debits_pending = BigInt()
    credits_pending = BigInt()
    opened_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)


class TransferRow(Table, tablename="transfer"):
    """One immutable row: both sides of one movement."""

    seq = BigInt(primary_key=True)
    id = UUID(unique=True)
    community_id = UUID()
    kind = Text()
    unit = Text()
    debit_account = UUID(index=True, index_method=IndexMethod.btree)
    credit_account = UUID(index=True, index_method=IndexMethod.btree)
    amount = BigInt()
    of = UUID(null=True, default=None)
    journal_id = UUID(null=True, default=None)
    leg = Integer()
    event_kind = Text()
    event_id = UUID()
    actor = UUID()
    on_behalf_of = UUID(null=True, default=None)
    note = Text()
    expires_at = Timestamptz(null=True, default=None)
    effective_at = Timestamptz()
    created_at = Timestamptz()
    booked_in = Varchar()  # xid8: the database transaction that wrote the row
    debit_posted = BigInt()
    debit_held = BigInt()
    credit_posted = BigInt()
    credit_held = BigInt()


class OpenHoldRow(Table, tablename="open_hold"):
    """A hold that was neither posted nor voided yet, so that expired ones are found at once."""

    hold_id = UUID(primary_key=True)
    community_id = UUID()
    debit_account = UUID()
    expires_at = Timestamptz(null=True, default=None)
