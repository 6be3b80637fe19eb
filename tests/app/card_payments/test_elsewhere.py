"""Alipay and WeChat Pay: switched on by a setting, paid in another app, told of by a message.

localstripe knows neither, so the front plays the other app; no payment of Alipay's or WeChat Pay's
own was ever made here.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from litestar import Litestar

from app.card_payments import calling
from app.main import create_app
from app.settings import settings
from marketplace.funding import reading
from marketplace.funding.drives import cancel_drive
from marketplace.funding.values import Contribution, ContributionState, Drive, Source
from tests.app.card_payments.front import Front, signed
from tests.app.card_payments.test_calls import now
from tests.app.walking import Walker, walker
from tests.marketplace.conftest import Neighbourhood
from tests.marketplace.funding_examples import draft, opened

FEN = 6_600


@pytest.fixture
def methods() -> str:
    return "card,alipay,wechat_pay"


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    front: Front,  # noqa: ARG001 (its settings)
    database: object,  # noqa: ARG001 (it must be migrated)
    monkeypatch: pytest.MonkeyPatch,
    methods: str,
) -> AsyncIterator[Litestar]:
    """Give the app with its doors open, and all three ways to pay; no job runs."""
    monkeypatch.setenv("LINLI_DEMO", "true")
    monkeypatch.setenv("LINLI_STRIPE_METHODS", methods)
    monkeypatch.setenv("LINLI_PUBLIC_ADDRESS", "http://site.test")
    settings.cache_clear()
    yield create_app()


@dataclass(frozen=True)
class Giving:
    """Somebody who gives, and the drive they give to."""

    at: Walker
    drive: Drive
    home: Neighbourhood

    @property
    def give(self) -> str:
        return f"/projects/{self.drive.project_id}/funding/give"

    async def begin(self, way: Source) -> Contribution:
        """Begin a gift this way, and come to where it is paid."""
        await self.at.open(self.give)
        page = await self.at.send_and_follow(
            self.give, key=self.at.hidden("key"), amount="66", way=way.value, named="yes"
        )
        return await self.gift(page)

    async def gift(self, page: str) -> Contribution:
        (found,) = [UUID(part) for part in page.split("/") if len(part) == 36]
        return await reading.read_contribution(found, community_id=self.home.id)


@pytest_asyncio.fixture(loop_scope="session")
async def giving(site: Litestar, neighbourhood: Neighbourhood) -> AsyncIterator[Giving]:
    drive = await opened(neighbourhood, draft(100_000))
    async with walker(site) as at:
        await at.sign_in(neighbourhood.residents[0].member_id)
        yield Giving(at, drive, neighbourhood)


async def deliver(giving: Giving, front: Front, gift: Contribution, kind: str) -> int:
    told = signed(kind, await front.get(f"payment_intents/{gift.intent_id}"))
    answer = await giving.at.client.post(
        "/webhooks/stripe", content=told.body, headers={"stripe-signature": told.signature}
    )
    return answer.status_code


async def test_alipay_leads_away_and_back_and_counts_when_told_of(
    giving: Giving, front: Front
) -> None:
    gift = await giving.begin(Source.ALIPAY)
    page = f"/contributions/{gift.id}/pay"
    assert "You confirm the payment in Alipay and then come back here." in giving.at.words
    assert "script src" not in giving.at.page.split("<main")[1], "it works without a script"
    shown = await giving.at.send(f"{page}/elsewhere")
    assert shown.status_code == 200
    assert gift.intent_id is not None
    assert f'href="{front.address}/alipay/{gift.intent_id}"' in giving.at.page
    assert (await now(gift)).state is ContributionState.STARTED
    action = await front.made_elsewhere(gift.intent_id)
    back = action["alipay_handle_redirect"]["return_url"]
    assert back == f"http://site.test{page}?came=back"
    parts = urlsplit(back)
    await giving.at.open(f"{parts.path}?{parts.query}")
    assert "We are waiting for word from the payment service." in giving.at.words
    assert (await now(gift)).state is ContributionState.STARTED, "coming back counts for nothing"
    assert await deliver(giving, front, gift, "payment_intent.succeeded") == 200
    await giving.at.open(page)
    assert "Your gift has arrived" in giving.at.words
    await cancel_drive(giving.drive.id, by=giving.home.coordinator, why="The lane is dug up")
    await calling.make_due_calls()
    assert (await now(gift)).state is ContributionState.REFUNDED


async def test_wechat_pay_shows_a_code_to_scan(giving: Giving, front: Front) -> None:
    gift = await giving.begin(Source.WECHAT_PAY)
    await giving.at.send(f"/contributions/{gift.id}/pay/elsewhere")
    assert "Scan this with WeChat on your telephone" in giving.at.words
    assert 'src="data:image/svg+xml' in giving.at.page
    assert f"{front.address}/wx" in giving.at.page
    assert gift.intent_id is not None
    await front.made_elsewhere(gift.intent_id)
    assert await deliver(giving, front, gift, "payment_intent.succeeded") == 200
    assert (await now(gift)).state is ContributionState.PAID


async def test_one_that_the_giver_turns_down_takes_nothing_and_says_so(
    giving: Giving, front: Front
) -> None:
    gift = await giving.begin(Source.ALIPAY)
    page = f"/contributions/{gift.id}/pay"
    await giving.at.send(f"{page}/elsewhere")
    assert gift.intent_id is not None
    await front.made_elsewhere(gift.intent_id, paid=False)
    assert await deliver(giving, front, gift, "payment_intent.payment_failed") == 200
    await giving.at.open(page)
    assert "The payment was not made in the other app" in giving.at.words
    assert "Nothing was taken." in giving.at.words
    assert "accept this card" not in giving.at.words


async def test_what_the_service_does_not_begin_is_said(giving: Giving, front: Front) -> None:
    gift = await giving.begin(Source.ALIPAY)
    await front.post(f"payment_intents/{gift.intent_id}/cancel")
    await giving.at.send_and_follow(f"/contributions/{gift.id}/pay/elsewhere")
    assert "did not begin it" in giving.at.words or "Nothing was taken" in giving.at.words


@pytest.mark.parametrize("methods", ["card", "card,wechat_pay"])
async def test_what_is_not_switched_on_is_neither_offered_nor_taken(
    giving: Giving, methods: str
) -> None:
    await giving.at.open(giving.give)
    assert 'value="alipay"' not in giving.at.page
    assert ('value="wechat_pay"' in giving.at.page) == ("wechat_pay" in methods)
    closed = giving.at.words.split("Not possible here now")[1]
    assert "Alipay" in closed
    assert "This neighbourhood has not switched it on." in closed
    refused = await giving.at.send(giving.give, amount="66", way="alipay", named="yes")
    assert refused.status_code == 422


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let no later test find these settings."""
    yield
    settings.cache_clear()
