"""The one place where a broken constraint becomes the refusal that it means."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

import ledger
from marketplace.errors import (
    MarketplaceError,
    ProposalsClosed,
    RoundMoved,
    TooManyChoices,
    VotingClosed,
)

# The rules refuse first and say more; these speak where another request was a moment faster.
REFUSALS: dict[str, MarketplaceError] = {
    "proposed_in_time": ProposalsClosed(),
    "one_number_each": ProposalsClosed(),
    "voting_is_open": VotingClosed(),
    "choices_within_limit": TooManyChoices(0, given=0),
    "round_moves_on": RoundMoved("closed"),
    "one_move_each": RoundMoved("closed"),
    "one_project_move_each": RoundMoved("closed"),
    "round_counted_once": RoundMoved("closed"),
}


@asynccontextmanager
async def verb() -> AsyncIterator[None]:
    """Open the transaction of a verb, or join its caller's; speak the constraints' language."""
    try:
        async with ledger.transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = REFUSALS.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from error
