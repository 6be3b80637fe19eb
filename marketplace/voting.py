"""A resident's verb: choose projects on a round's ballot, and choose anew until it closes.

A ballot is kept under a mark that only the round's key leads back to a resident, and neither the
ballot nor the audit trail says when it was cast: a vote writes no event. One beside the ballot
would share its moment, its order and its database transaction, and so lead from the voter to the
ballot. The roll, written at closing, says who voted.
"""

from collections.abc import Collection
from uuid import UUID

from community import Actor, keep_active
from marketplace import rules
from marketplace.errors import NotAResident, VotingClosed
from marketplace.reading import ballot_costs, read_round
from marketplace.refusals import verb
from marketplace.tables import BallotRow, RoundKeyRow
from marketplace.values import Marks, RoundId


async def vote(
    round_id: RoundId, choices: Collection[int], *, by: Actor, points: Collection[int] = ()
) -> tuple[int, ...]:
    """Keep a resident's ballot: exactly these project numbers, instead of any chosen before.

    Returns them as they are kept; none withdraws the ballot. Raises `NotAResident`,
    `UnknownRound`, and what `rules.ballot` raises; the ballot before stands.
    """
    rules.resides(by.roles)
    async with verb():
        if not await keep_active(by.member_id, community_id=by.community_id):
            raise NotAResident  # merged or gone at this moment: the ballot would count twice
        current = await read_round(round_id, community_id=by.community_id)
        kept = rules.ballot(
            current.state,
            Marks(tuple(choices), tuple(points)),
            terms=current.terms,
            costs=await ballot_costs(round_id),
        )
        chosen = kept.choices
        mark = await _mark(round_id, by.member_id)
        if mark is None:
            raise VotingClosed
        if chosen:
            await BallotRow.raw(
                "INSERT INTO ballot (round_id, mark, choices, points) VALUES ({}, {}, {}, {})"
                " ON CONFLICT ON CONSTRAINT one_ballot_each"
                " DO UPDATE SET choices = excluded.choices, points = excluded.points",
                round_id,
                mark,
                list(chosen),
                list(kept.points) or None,
            )
        else:
            await BallotRow.raw(
                "DELETE FROM ballot WHERE round_id = {} AND mark = {}", round_id, mark
            )
        return chosen


async def own_choices(round_id: RoundId, *, by: Actor) -> tuple[int, ...]:
    """Return what this resident has chosen in a round whose ballot is open; else nothing."""
    mark = await _mark(round_id, by.member_id)
    if mark is None:
        return ()
    rows = await BallotRow.raw(
        "SELECT choices FROM ballot WHERE round_id = {} AND mark = {}", round_id, mark
    )
    return tuple(rows[0]["choices"]) if rows else ()


async def _mark(round_id: RoundId, member_id: UUID) -> bytes | None:
    """Return where this resident's ballot is kept; None when the round has no key."""
    rows = await RoundKeyRow.raw("SELECT key FROM round_key WHERE round_id = {}", round_id)
    return rules.voter_mark(rows[0]["key"], member_id) if rows else None
