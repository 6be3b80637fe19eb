"""The marketplace's half of a merge, where two memberships of one person become one.

One person has one ballot. Where both memberships have voted in a round that is still open, nobody
may choose for the person which of the two counts: the merge waits until the round is closed.
Where only the former one has, its ballot is kept under the mark of the one that stays.
"""

from uuid import UUID

from marketplace import secrecy, turns
from marketplace.errors import VotedTwice
from marketplace.paper import take_over_paper
from marketplace.reading import ballot_costs, read_round
from marketplace.refusals import verb
from marketplace.tables import BallotRow, RoundRow
from marketplace.values import Round, RoundId, RoundState

_OPEN_ROUNDS = "SELECT id FROM round WHERE community_id = {} AND state = 'voting' ORDER BY id"


async def hold_ballots(community_id: UUID) -> None:
    """Have the ballots of a community's open rounds alone: the first step of a merge.

    Before the two memberships are locked: a closing has the ballots first and then writes to
    members, so whoever did it the other way round would wait for it in a circle.
    """
    for row in await RoundRow.raw(_OPEN_ROUNDS, community_id):
        await turns.alone(row["id"])


async def take_over_ballots(other: UUID, survivor: UUID, *, community_id: UUID) -> None:
    """Keep one membership's ballots in open rounds as another's.

    Within the transaction that merges the two in the register, after their rows are locked, and
    the ballots before them (`hold_ballots`). It
    leaves no trace that would tell who voted. Raises `VotedTwice`, `KeyMissing`.
    """
    async with verb():
        for row in await RoundRow.raw(_OPEN_ROUNDS, community_id):
            # Votes under way end first; those that come later see who was merged.
            await turns.alone(row["id"])
            current = await read_round(RoundId(row["id"]), community_id=community_id)
            if current.state is RoundState.VOTING:
                await _take_over(current, other, survivor)


async def _take_over(current: Round, other: UUID, survivor: UUID) -> None:
    seal = secrecy.seal_of(current.id)
    on_paper = await take_over_paper(other, survivor, current.id)
    former, staying = seal.mark(other), seal.mark(survivor)
    rows = await BallotRow.raw(
        "SELECT mark, sealed FROM ballot WHERE round_id = {} AND mark = ANY({}::bytea[])",
        current.id,
        [former, staying],
    )
    sealed = {row["mark"]: row["sealed"] for row in rows}
    if len(sealed) + on_paper > 1:
        raise VotedTwice(current.name)
    if former not in sealed:
        return
    marks = seal.open(sealed[former], former)
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {} AND mark = {}", current.id, former)
    await BallotRow.raw(
        "INSERT INTO ballot (round_id, mark, sealed) VALUES ({}, {}, {})",
        current.id,
        staying,
        seal.seal(marks, staying, room=len(await ballot_costs(current.id))),
    )
