"""Where a constraint of the tables of funding becomes the refusal that it means."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import asyncpg

from marketplace import refusals
from marketplace.errors import MarketplaceError
from marketplace.funding.errors import (
    DeliveryBegun,
    DriveMoved,
    DriveThere,
    FundNameTaken,
    GiftMoved,
    OtherPayment,
    PledgedAlready,
    PledgeMoved,
    UnknownReceipt,
)

# The rules refuse first and say more; these speak where another request was a moment faster.
REFUSALS: Final[Mapping[str, Callable[[], MarketplaceError]]] = {
    "one_drive_at_a_time": DriveThere,
    "drive_before_delivery": DeliveryBegun,
    "given_in_time": partial(DriveMoved, "settled"),
    "drive_moves_on": partial(DriveMoved, "settled"),
    "contribution_moves_on": partial(GiftMoved, "settled"),
    "contribution_paper": UnknownReceipt,
    "fund_gift_paper": UnknownReceipt,
    "contribution_of_intent": OtherPayment,
    "contribution_of_charge": OtherPayment,
    "one_pledge_at_a_time": PledgedAlready,
    "pledge_moves_on": partial(PledgeMoved, "settled"),
    "matching_fund_name_once": FundNameTaken,
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
