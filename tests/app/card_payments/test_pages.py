"""The pages of paying and of comparing: whose they are, what they may load, what they say."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from app.card_payments import paying
from app.main import create_app
from app.settings import settings
from tests.app.card_payments.front import Front
from tests.app.card_payments.test_calls import FEN
from tests.app.walking import Walker
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import card, draft, opened, treasurer


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    front: Front,  # noqa: ARG001 (its settings)
    database: object,  # noqa: ARG001 (it must be migrated)
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Litestar]:
    """Give the app with its doors open; no job runs."""
    monkeypatch.setenv("LINLI_DEMO", "true")
    settings.cache_clear()
    yield create_app()


def walker(site: Litestar) -> Walker:
    transport = httpx.ASGITransport(app=site)  # type: ignore[arg-type] # an ASGI app
    return Walker(httpx.AsyncClient(transport=transport, base_url="http://linli"))


async def test_a_giver_pays_and_nobody_else_sees_it(
    neighbourhood: Neighbourhood, front: Front, site: Litestar
) -> None:
    drive = await opened(neighbourhood, draft(100_000))
    giver, other = neighbourhood.residents[:2]
    gift = await card(drive, FEN, giver)
    page = f"/contributions/{gift.id}/pay"
    mine = await walker(site).sign_in(giver.member_id)
    strict = (await mine.open("/")).headers["content-security-policy"]
    assert front.address not in strict
    early = await mine.open(page)
    assert early.headers["content-security-policy"] == strict, "no payment yet, no field"
    await paying.begin(gift.id)
    answer = await mine.open(page)
    assert front.address in answer.headers["content-security-policy"]
    assert f"{front.address}/js.stripe.com/v3/" in mine.page
    assert "sk_test" not in mine.page
    assert (await (await walker(site).sign_in(other.member_id)).open(page)).status_code == 404
    paid = await mine.send(f"{page}/card", method=await front.card())
    assert paid.json() == {"next": "wait"}
    waiting = await mine.open(f"{page}?came=back")
    assert waiting.headers["content-security-policy"] == strict
    assert (await mine.open(f"{page}/state")).json() == {"state": "started"}


async def test_the_treasurer_compares_and_a_resident_may_not(
    neighbourhood: Neighbourhood, site: Litestar
) -> None:
    keeper = await treasurer(neighbourhood)
    page = "/funding/card-payments"
    resident = await walker(site).sign_in(neighbourhood.residents[0].member_id)
    assert (await resident.open(page)).status_code == 403
    mine = await walker(site).sign_in(keeper.member_id)
    assert (await mine.open(page)).status_code == 200
    await mine.send_and_follow(page)
    assert (await mine.open(page)).status_code == 200
