"""A real localstripe beside the tests, a front before it, and Linli's settings that name it."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio

from app.card_payments.keys import Keys, keys
from app.card_payments.processor import Processor
from app.card_payments.standing_in import SETTINGS, StandIn, standing_in
from app.card_payments.stripe_client import close_processors, processor
from app.settings import settings
from tests.app.card_payments.front import Front, fronting
from tests.marketplace.conftest import neighbourhood

__all__ = ["neighbourhood"]  # a fixture here too


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def front(
    stand_in: StandIn, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Front]:
    """Give the front, with the settings of this process naming it as Stripe.

    What other tests left to be asked for is no part of this one.
    """
    await owner.execute(
        "UPDATE stripe_call SET state = 'failed', ended_at = clock_timestamp()"
        " WHERE state IN ('wanted', 'sent')"
    )
    async with fronting(stand_in) as made:
        for name, value in {**SETTINGS, "LINLI_STRIPE_API": made.address}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield made
        await close_processors()
    settings.cache_clear()


@pytest.fixture
def given(front: Front) -> Keys:  # noqa: ARG001 (its settings)
    found = keys()
    assert found is not None
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def at(given: Keys) -> Processor:
    return processor(given)
