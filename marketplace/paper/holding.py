"""What every verb on paper does first: hold the round, and find the ballot.

Each verb holds the round's row, so two people never act on a ballot at the same moment, and a
closing waits for whoever is at it.
"""

from community import Actor
from marketplace.paper import rules
from marketplace.paper.errors import KeyingOver, NotOnPaper, PaperSpoiled
from marketplace.paper.reading import Trace, trace
from marketplace.paper.tables import PaperDrawRow
from marketplace.paper.values import PaperState
from marketplace.rounds import locked
from marketplace.values import Round, RoundId, RoundState


async def held(round_id: RoundId, by: Actor) -> Round:
    """Return the round, held until the transaction ends.

    Raises `NotForPaper`, `UnknownRound`, `NotOnPaper`.
    """
    rules.handles_paper(by.roles)
    current = await locked(round_id, community_id=by.community_id)
    if current.state is not RoundState.VOTING:
        raise NotOnPaper
    return current


async def held_paper(round_id: RoundId, serial: str, by: Actor) -> Trace:
    """Return a ballot that may still be read, its round held.

    Raises `UnknownPaper`, `SerialMistyped`, `PaperSpoiled`, `KeyingOver`, and what `held` raises.
    """
    await held(round_id, by)
    one = await trace(round_id, rules.as_serial(serial))
    if one.state is PaperState.SPOILED:
        raise PaperSpoiled
    drawn = await PaperDrawRow.raw("SELECT FROM paper_draw WHERE round_id = {}", round_id)
    if drawn:
        raise KeyingOver
    return one
