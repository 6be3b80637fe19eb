"""Opens the transaction of a verb about saved hours, and names a broken constraint's refusal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from timebank.hours.errors import HoursError, MayNotReceive
from timebank.refusals import one_transaction


class StoredBefore(HoursError):
    """What the form asks for is stored already; the verb answers with it."""


_REFUSALS: Final[dict[str, HoursError]] = {
    "gift_to_another": MayNotReceive("oneself"),
    "one_gift_for_each_form": StoredBefore(),
    "one_donation_for_each_form": StoredBefore(),
    "one_proposal_for_each_form": StoredBefore(),
    "one_open_proposal_for_each_estate": StoredBefore(),
}


@asynccontextmanager
async def verb() -> AsyncIterator[None]:
    """Open or join the transaction; a refusal is raised once it is rolled back.

    Raises `NotEnoughMinutes`, `StoredBefore`, `MayNotReceive`; anything else as it is.
    """
    try:
        async with one_transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as broken:
        refusal = _REFUSALS.get(broken.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from broken
