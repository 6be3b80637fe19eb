"""A resident's verb: mark a round's ballot, and mark it anew until it closes.

A ballot is kept sealed, under a mark that only the round's key leads back to a resident
(`secrecy.py`), and nothing says when it was cast: a vote writes its ballot and no other row, no
event, no lock on the voter. One beside the ballot would share its moment, its order and its
database transaction. The roll, written at closing, says who voted.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from community import Actor
from marketplace import rules, secrecy, turns
from marketplace.electorate import admit
from marketplace.errors import BallotDamaged, KeyMissing
from marketplace.paper import votes_on_paper
from marketplace.paper.errors import VotesOnPaper
from marketplace.reading import ballot_costs, read_round
from marketplace.refusals import verb
from marketplace.tables import BallotRow
from marketplace.values import Marks, Round, RoundId, RoundState

_KEEP = """
INSERT INTO ballot (round_id, mark, sealed) VALUES ({}, {}, {})
ON CONFLICT ON CONSTRAINT one_ballot_each DO UPDATE SET sealed = excluded.sealed
"""


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """What a voter's ballot says now, and the code by which they find it after closing."""

    marks: Marks
    receipt: str


async def vote(
    round_id: RoundId, choices: Collection[int], *, by: Actor, points: Collection[int] = ()
) -> tuple[int, ...]:
    """Keep a resident's ballot: exactly these project numbers, instead of any chosen before.

    Returns them as they are kept; none withdraws the ballot. Raises `VotesAlone`,
    `UnknownRound`, `KeyMissing`, and what `admit` and `rules.ballot` raise; the ballot before
    stands.
    """
    rules.votes_alone(acting_for=by.on_behalf_of)
    async with verb():
        await turns.beside_others(round_id)
        current = await read_round(round_id, community_id=by.community_id)
        # Asked after the turn began: whoever merges two memberships waits for its end, or was here
        # before and is seen. Else one ballot could count twice.
        await admit(current, by=by)
        if await votes_on_paper(round_id, by.member_id):
            raise VotesOnPaper
        costs = await ballot_costs(round_id)
        kept = rules.ballot(
            current.state, Marks(tuple(choices), tuple(points)), terms=current.terms, costs=costs
        )
        seal = secrecy.seal_of(round_id)
        mark = seal.mark(by.member_id)
        if kept.choices:
            sealed = seal.seal(kept, mark, room=len(costs))
            await BallotRow.raw(_KEEP, round_id, mark, sealed)
        else:
            await BallotRow.raw(
                "DELETE FROM ballot WHERE round_id = {} AND mark = {}", round_id, mark
            )
        return kept.choices


async def own_ballot(round_id: RoundId, *, by: Actor) -> OwnBallot | None:
    """Return a resident's ballot as it is kept; None where none is, or voting is not open.

    Raises `UnknownRound`, `KeyMissing`.
    """
    return await ballot_in(await read_round(round_id, community_id=by.community_id), by=by)


async def ballot_in(current: Round, *, by: Actor) -> OwnBallot | None:
    """Return a resident's ballot in a round of their community that was read a moment ago.

    None where none is kept, or voting is not open. Raises `KeyMissing`.
    """
    if current.state is not RoundState.VOTING:
        return None
    seal = secrecy.seal_of(current.id)
    mark = seal.mark(by.member_id)
    rows = await BallotRow.raw(
        "SELECT sealed FROM ballot WHERE round_id = {} AND mark = {}", current.id, mark
    )
    return OwnBallot(seal.open(rows[0]["sealed"], mark), seal.receipt(mark)) if rows else None


async def own_choices(round_id: RoundId, *, by: Actor) -> tuple[int, ...]:
    """Return which projects this resident's ballot names in a round whose ballot is open.

    Nothing where it cannot be read at the moment: for pages that are about more than this.
    """
    with suppress(KeyMissing, BallotDamaged):
        own = await own_ballot(round_id, by=by)
        return own.marks.choices if own else ()
    return ()
