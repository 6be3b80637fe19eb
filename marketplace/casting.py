"""Turns the sealed ballots of an open round into those of a closed one: opened, unmarked, shuffled.

Whoever casts has the ballots alone (`turns.py`) until the transaction ends. The key is destroyed
after it: were it destroyed before, a closing that failed would lose every vote.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from community import in_transaction, member_ids
from marketplace import secrecy
from marketplace.electorate import voters
from marketplace.paper.values import PaperBallots
from marketplace.secrecy import BallotSeal
from marketplace.tables import BallotRow, CastBallotRow, VoterRollRow
from marketplace.values import Marks, Round, RoundId


@dataclass(frozen=True, slots=True)
class OpenedBallot:
    """A ballot as its voter left it: what it says, and the receipt it answers to."""

    mark: bytes
    marks: Marks
    receipt: str


async def opened_ballots(round_id: RoundId) -> list[OpenedBallot]:
    """Return an open round's ballots, in an order that says nothing.

    Raises `KeyMissing`; `BallotDamaged` where one was changed by other hands: then none is counted.
    """
    rows = await BallotRow.raw("SELECT mark, sealed FROM ballot WHERE round_id = {}", round_id)
    seal = secrecy.seal_of(round_id)
    return await asyncio.to_thread(_opened, seal, [(row["mark"], row["sealed"]) for row in rows])


def _opened(seal: BallotSeal, rows: Sequence[tuple[bytes, bytes]]) -> list[OpenedBallot]:
    return secrecy.shuffled(
        OpenedBallot(mark, seal.open(sealed, mark), seal.receipt(mark)) for mark, sealed in rows
    )


def grouped(ballots: Collection[OpenedBallot]) -> list[tuple[Marks, int]]:
    """Return the ways in which ballots are marked, each with how many are so."""
    many = Counter(one.marks for one in ballots)
    return sorted(many.items(), key=lambda item: (item[0].choices, item[0].points))


def with_paper(ballots: Collection[OpenedBallot], paper: PaperBallots) -> list[OpenedBallot]:
    """Return the ballots of screen and paper among one another, in an order that says nothing."""
    return secrecy.shuffled(
        [*ballots, *(OpenedBallot(b"", marks, code) for marks, code in paper.ballots)]
    )


async def cast(
    current: Round, ballots: Sequence[OpenedBallot], *, on_paper: Collection[UUID]
) -> int:
    """Write the roll, and the ballots anew: without marks, in random order, with their receipts.

    Returns how many stand on the roll; those who were given a ballot `on_paper` have voted. The
    order of the ballots was drawn from a strong source, so neither the numbers nor the place of a
    row in the table say anything about the order in which ballots came in.
    """
    on_roll = await _write_roll(current, {one.mark for one in ballots}, on_paper)
    await CastBallotRow.raw(
        "INSERT INTO cast_ballot (round_id, number, choices, points, receipt)"
        " SELECT {}, number, string_to_array(choices, ' ')::integer[],"
        " string_to_array(nullif(points, ''), ' ')::integer[], receipt"
        " FROM unnest({}::text[], {}::text[], {}::text[])"
        " WITH ORDINALITY AS one (choices, points, receipt, number) ORDER BY number",
        current.id,
        [" ".join(map(str, one.marks.choices)) for one in ballots],
        [" ".join(map(str, one.marks.points)) for one in ballots],
        [one.receipt for one in ballots],
    )
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {}", current.id)
    return on_roll


async def _write_roll(current: Round, marks: Collection[bytes], on_paper: Collection[UUID]) -> int:
    seal = secrecy.seal_of(current.id)
    could = set(await voters(current))
    everybody = could | set(await member_ids(current.community_id))
    roll: dict[UUID, bool] = {}
    for one in sorted(everybody):
        voted = seal.mark(one) in marks or one in on_paper
        if voted or one in could:
            roll[one] = voted
    await VoterRollRow.raw(
        "INSERT INTO voter_roll (round_id, member_id, voted)"
        " SELECT {}, * FROM unnest({}::uuid[], {}::boolean[])",
        current.id,
        list(roll),
        list(roll.values()),
    )
    return len(roll)


async def end_key(round_id: RoundId) -> None:
    """Destroy the key of a round that was closed: after the closing's transaction, never within.

    Where it cannot be done now, or the closing is part of a greater transaction, the job that
    destroys keys left behind does it.
    """
    if not in_transaction():
        with suppress(OSError):
            await asyncio.to_thread(secrecy.round_keys().destroy, round_id)
