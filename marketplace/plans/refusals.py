"""Where a constraint of the tables of plans becomes the refusal that it means."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

from marketplace import refusals
from marketplace.errors import MarketplaceError
from marketplace.plans.errors import (
    AmendmentMoved,
    CallMoved,
    CallOpen,
    HasUndertaker,
    OfferedAlready,
    PlanFrozen,
)

# The rules refuse first and say more; these speak where another request was a moment faster.
REFUSALS: Final[Mapping[str, Callable[[], MarketplaceError]]] = {
    "plan_is_free": PlanFrozen,
    "one_call_at_a_time": CallOpen,
    "offered_in_time": partial(CallMoved, "closed"),
    "one_offer_of_each_group": OfferedAlready,
    "one_offer_of_each_member": OfferedAlready,
    "one_undertaker_at_a_time": HasUndertaker,
    "call_moves_on": partial(CallMoved, "closed"),
    "amendment_answered_once": partial(AmendmentMoved, "answered"),
    "amendment_taken_in_once": partial(AmendmentMoved, "accepted"),
}


@asynccontextmanager
async def verb() -> AsyncIterator[None]:
    """Open the transaction of a verb, or join its caller's; speak the constraints' language."""
    try:
        async with refusals.verb():
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = REFUSALS.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal() from error
