"""The marketplace's half of a merge, where two memberships of one person become one.

One person has one ballot. Where both memberships have voted in a round that is still open, nobody
may choose for the person which of the two counts: the merge waits until the round is closed.
Where only the former one has, its ballot is kept under the mark of the one that stays.
"""

from uuid import UUID

from marketplace import rules
from marketplace.errors import VotedTwice
from marketplace.refusals import verb
from marketplace.tables import BallotRow, RoundKeyRow, RoundRow
from marketplace.values import RoundId

# Whoever closes one of these waits; one that was closed before is not among them.
_OPEN_ROUNDS = """
SELECT id, name FROM round WHERE community_id = {} AND state = 'voting' ORDER BY id FOR SHARE
"""


async def take_over_ballots(other: UUID, survivor: UUID, *, community_id: UUID) -> None:
    """Keep one membership's ballots in open rounds as another's.

    Within the transaction that merges the two in the register, after their rows are locked. It
    leaves no trace that would tell who voted. Raises `VotedTwice`.
    """
    async with verb():
        for row in await RoundRow.raw(_OPEN_ROUNDS, community_id):
            await _take_over(row["id"], row["name"], other, survivor)


async def _take_over(round_id: RoundId, name: str, other: UUID, survivor: UUID) -> None:
    (row,) = await RoundKeyRow.raw("SELECT key FROM round_key WHERE round_id = {}", round_id)
    former, staying = (rules.voter_mark(row["key"], one) for one in (other, survivor))
    rows = await BallotRow.raw(
        "SELECT mark, choices, points FROM ballot WHERE round_id = {} AND mark = ANY({}::bytea[])",
        round_id,
        [former, staying],
    )
    ballots = {row["mark"]: row for row in rows}
    if former not in ballots:
        return
    if staying in ballots:
        raise VotedTwice(name)
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {} AND mark = {}", round_id, former)
    await BallotRow.raw(
        "INSERT INTO ballot (round_id, mark, choices, points) VALUES ({}, {}, {}, {})",
        round_id,
        staying,
        ballots[former]["choices"],
        ballots[former]["points"],
    )
