"""The one place where a broken constraint or the book's refusal becomes the time bank's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

import ledger
from timebank.errors import BusyThen, NotEnoughMinutes, OwnVisit, TimebankError


class AskedBefore(TimebankError):
    """The visit that was asked for is there already; the verb answers with it."""


REFUSALS: dict[str, type[TimebankError]] = {
    "volunteer_in_one_place": BusyThen,
    "one_visit_for_each_form": AskedBefore,
    "asked_once": AskedBefore,
    "visit_by_another": OwnVisit,
}


@asynccontextmanager
async def one_transaction(**also: TimebankError) -> AsyncIterator[None]:
    """Open the verb's transaction, and name its refusal once it is rolled back.

    `also` are refusals of the verb's own, by the constraint that is broken.

    Raises `BusyThen`, `AskedBefore`, `OwnVisit`, `NotEnoughMinutes`; anything else as it is.
    """
    try:
        async with ledger.transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as broken:
        name = broken.constraint_name or ""
        refusal = also.get(name) or REFUSALS.get(name)
        if refusal is None:
            raise
        raise refusal from broken
    except ledger.NotEnough as short:
        raise NotEnoughMinutes(available=short.available, asked=short.asked) from short
