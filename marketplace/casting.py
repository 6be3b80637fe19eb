"""Turns the sealed ballots of an open round into those of a closed one: opened, unmarked, shuffled.

Whoever casts has the ballots alone (`turns.py`) until the transaction ends. The key is destroyed
after it: were it destroyed before, a closing that failed would lose every vote.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple
from uuid import UUID

from community import in_transaction, member_ids
from ledger import transaction
from marketplace import secrecy
from marketplace.electorate import voters
from marketplace.paper.values import PaperBallots
from marketplace.secrecy import MARK_BYTES, BallotSeal
from marketplace.tables import BallotRow
from marketplace.values import Marks, Round, RoundId

# A few large rows are read in a third of the time that it takes for one a ballot.
_KEPT: Final = """
SELECT array_agg(mark || sealed) AS kept FROM ballot WHERE round_id = {}
GROUP BY get_byte(mark, 0)
"""


class OpenedBallot(NamedTuple):
    """A ballot as its voter left it: what it says, and the receipt it answers to."""

    mark: bytes
    marks: Marks
    receipt: str


async def opened_ballots(round_id: RoundId) -> list[OpenedBallot]:
    """Return an open round's ballots, in an order that says nothing.

    Raises `KeyMissing`; `BallotDamaged` where one was changed by other hands: then none is counted.
    """
    rows = await BallotRow.raw(_KEPT, round_id)
    seal = secrecy.seal_of(round_id)
    return await asyncio.to_thread(_opened, seal, [one for row in rows for one in row["kept"]])


def _opened(seal: BallotSeal, kept: Collection[bytes]) -> list[OpenedBallot]:
    alike: dict[Marks, Marks] = {}  # of a hundred thousand ballots many say the same

    def opened(mark: bytes, sealed: bytes) -> OpenedBallot:
        marks = seal.open(sealed, mark)
        return OpenedBallot(mark, alike.setdefault(marks, marks), seal.receipt(mark))

    return secrecy.shuffled(opened(one[:MARK_BYTES], one[MARK_BYTES:]) for one in kept)


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
    await _write(
        "cast_ballot",
        ("round_id", "number", "choices", "points", "receipt"),
        (
            (current.id, number, one.marks.choices, one.marks.points or None, one.receipt)
            for number, one in enumerate(ballots, start=1)
        ),
    )
    await BallotRow.raw("DELETE FROM ballot WHERE round_id = {}", current.id)
    return on_roll


async def _write_roll(current: Round, marks: Collection[bytes], on_paper: Collection[UUID]) -> int:
    could = set(await voters(current))
    everybody = could | set(await member_ids(current.community_id))
    seal = secrecy.seal_of(current.id)

    def who_voted() -> set[UUID]:
        return {one for one in everybody if seal.mark(one) in marks or one in on_paper}

    voted = await asyncio.to_thread(who_voted)
    roll = sorted(could | voted)
    await _write(
        "voter_roll",
        ("round_id", "member_id", "voted"),
        ((current.id, one, one in voted) for one in roll),
    )
    return len(roll)


async def _write(table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows in this order, all in one statement of the open transaction."""
    async with transaction() as running:
        await running.connection.copy_records_to_table(table, columns=columns, records=rows)


async def end_key(round_id: RoundId) -> None:
    """Destroy the key of a round that was closed: after the closing's transaction, never within.

    Where it cannot be done now, or the closing is part of a greater transaction, the job that
    destroys keys left behind does it.
    """
    if not in_transaction():
        with suppress(OSError):
            await asyncio.to_thread(secrecy.round_keys().destroy, round_id)
