"""The tables of the open books. Their checks, keys and rights stand in the migration."""

from piccolo.columns import UUID, BigInt, Text
from piccolo.table import Table


class TrailMarkRow(Table, tablename="trail_mark"):
    """Up to which place in the book an account's transfers are summed up."""

    account_id = UUID(primary_key=True)
    seq = BigInt()


class TrailSumRow(Table, tablename="trail_sum"):
    """What an account's transfers up to its mark come to, by kinds of account, source and event."""

    account_id = UUID(primary_key=True)
    from_kind = Text()
    to_kind = Text()
    source = Text()
    event_kind = Text()
    amount = BigInt()
    transfers = BigInt()
