"""Where a constraint of the tables of delivery becomes the refusal that it means."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

from marketplace import refusals
from marketplace.delivery.errors import (
    ApprovedAlready,
    Begun,
    DeliveryMoved,
    DisbursementMoved,
    ReportedAlready,
    TiedToIt,
    UnknownDisbursement,
)
from marketplace.delivery.values import Tie
from marketplace.errors import MarketplaceError

# The rules refuse first and say more; these speak where another request was a moment faster.
REFUSALS: Final[Mapping[str, Callable[[], MarketplaceError]]] = {
    "delivery_pkey": Begun,
    # Somebody else's key: a form that was tampered with, or another project's.
    "disbursement_pkey": UnknownDisbursement,
    "delivery_update_pkey": partial(DeliveryMoved, "told elsewhere"),
    "delivery_moves_on": partial(DeliveryMoved, "closed"),
    "one_report_of_each_milestone": ReportedAlready,
    "one_verdict_each": ApprovedAlready,
    "request_moves_on": partial(DisbursementMoved, "closed"),
    "paid_on_two_approvals": partial(TiedToIt, Tie.ASKER),
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
