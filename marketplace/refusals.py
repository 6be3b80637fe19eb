"""The one place where a broken constraint becomes the refusal that it means."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

import ledger
from marketplace.errors import MarketplaceError, ProposalsClosed, RoundMoved, VotingClosed

# The rules refuse first and say more; these speak where another request was a moment faster.
REFUSALS: Final[dict[str, Callable[[], MarketplaceError]]] = {
    "proposed_in_time": ProposalsClosed,
    "voting_is_open": VotingClosed,
    "round_moves_on": partial(RoundMoved, "closed"),
    "one_move_each": partial(RoundMoved, "closed"),
    "round_counted_once": partial(RoundMoved, "closed"),
}


@asynccontextmanager
async def verb(**of_its_own: MarketplaceError) -> AsyncIterator[None]:
    """Open the transaction of a verb, or join its caller's; speak the constraints' language.

    A part names what its own constraints mean: `verb(one_appeal_each=AppealedAlready())`.
    """
    try:
        async with ledger.transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        name = error.constraint_name or ""
        if name in of_its_own:
            raise of_its_own[name] from error
        refusal = REFUSALS.get(name)
        if refusal is None:
            raise
        raise refusal() from error
