"""Turns at a round's ballots: voters take them side by side, whoever ends the vote takes it alone.

The locks are the database's advisory ones. A lock on a row of the voter's, or of the round's, would
be written into that row and into the write-ahead log, beside the ballot: this kind is written
nowhere.
"""

from typing import Final

from marketplace.tables import RoundRow
from marketplace.values import RoundId

_KEY: Final = "hashtextextended('ballots ' || {}::uuid::text, 7046)"  # as in the migration


async def beside_others(round_id: RoundId) -> None:
    """Take part in voting until the transaction ends; whoever wants the ballots alone waits."""
    await RoundRow.raw(f"SELECT pg_advisory_xact_lock_shared({_KEY})", round_id)


async def alone(round_id: RoundId) -> None:
    """Have a round's ballots alone until the transaction ends: nobody votes meanwhile."""
    await RoundRow.raw(f"SELECT pg_advisory_xact_lock({_KEY})", round_id)
