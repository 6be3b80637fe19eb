"""The demo's paper ballots: a print, some handed out, a batch with two differences to settle."""

from collections.abc import Sequence
from typing import Final

from community import Actor, Community
from marketplace import BallotForm, Marks, RoundState, paper, reading
from marketplace.paper.values import Reading

PRINTED: Final = 12
HANDED_OUT: Final = 7

# What the operator read on each ballot, and what the coordinator did; a few wait for the second.
READ: Final[Sequence[tuple[tuple[int, ...], tuple[int, ...] | None]]] = (
    ((1, 2), (1, 2)),
    ((2, 3), (2, 5)),
    ((4,), (4,)),
    ((1, 5), (1,)),
    ((2,), None),
)


async def fill(
    home: Community, coordinator: Actor, operator: Actor, residents: Sequence[Actor]
) -> None:
    """Let some vote on paper in the open round; `residents` have not voted in it."""
    current = next(
        one
        for one in await reading.rounds(home.id)
        if one.state is RoundState.VOTING and one.terms.kind is BallotForm.APPROVAL
    )
    made = await paper.print_ballots(current.id, PRINTED, by=coordinator, number=1)
    for resident in residents[:HANDED_OUT]:
        await paper.hand_out(current.id, resident.member_id, by=operator)
    papers = await paper.papers_of(current.id, made.number)
    for one, (first, second) in zip(papers, READ, strict=False):
        await paper.key_in(current.id, one.serial, Reading(Marks(first)), by=operator)
        if second is not None:
            await paper.key_in(current.id, one.serial, Reading(Marks(second)), by=coordinator)
    await paper.spoil(current.id, papers[-1].serial, why="被雨淋湿了", by=operator)
