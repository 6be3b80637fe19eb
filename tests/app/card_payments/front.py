"""Stands between Linli and localstripe and does what Stripe does and localstripe does not.

It lets a payment be made in another app, as those by Alipay and WeChat Pay are.
It honours idempotency keys, refuses to give back more than was paid, keeps a fee of each payment,
and knows disputes. It can lose an answer after the deed, or a question before it; and it holds the
messages that localstripe sends until a test delivers them: late, twice, in another order.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import stripe
from aiohttp import web

from app.card_payments.standing_in import SETTINGS, StandIn

FEE_PER_THOUSAND = 34


@dataclass(frozen=True)
class Message:
    """A message as it came: what is signed, and the signature."""

    body: bytes
    signature: str

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Front:
    """What was asked for, and what is to go wrong."""

    stand_in: StandIn
    client: httpx.AsyncClient
    port: int = 0
    lose_answers: int = 0
    lose_questions: int = 0
    faults: int = 0
    refuse_refunds: bool = False
    refusal: str = "charge_already_refunded"
    asked: list[tuple[str, str]] = field(default_factory=list)
    done: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: dict[str, dict[str, Any]] = field(default_factory=dict)
    before_answer: Callable[[str, str], None] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, method: str, beginning: str) -> int:
        return sum(m == method and p.startswith(beginning) for m, p in self.asked)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/hook":
            self.messages.append(Message(await request.read(), request.headers["Stripe-Signature"]))
            return web.Response()
        changes = request.method == "POST"
        self.asked.append((request.method, request.path))
        if changes and self.lose_questions:
            self.lose_questions -= 1
            return await _broken(request)
        if changes and self.faults:
            self.faults -= 1
            return web.json_response({"error": {"type": "api_error"}}, status=500)
        status, body = await self._answer(request)
        if changes and self.before_answer is not None:
            self.before_answer(request.method, request.path)
        if changes and self.lose_answers:
            self.lose_answers -= 1
            return await _broken(request)
        return web.Response(body=body, status=status, content_type="application/json")

    async def _answer(self, request: web.Request) -> tuple[int, bytes]:
        key = request.headers.get("Idempotency-Key", "")
        sent = await request.read()
        if key and request.method == "POST":
            if key not in self.done:
                status, body = await self._forward(request, sent)
                if status >= 400:
                    return status, body
                self.done[key] = (status, body)
            return self.done[key]
        return await self._forward(request, sent)

    async def _forward(self, request: web.Request, sent: bytes) -> tuple[int, bytes]:
        if request.path == "/v1/disputes":
            return 200, json.dumps({"data": self.disputes, "has_more": False}).encode()
        if request.path == "/v1/refunds" and request.method == "POST":
            refusal = await self._too_much(sent)
            if refusal:
                return refusal
        intent, _, verb = request.path.removeprefix("/v1/payment_intents/").partition("/")
        if verb == "confirm" and b"payment_method_data" in sent:
            asked = {name: values[0] for name, values in parse_qs(sent.decode()).items()}
            found = await self.get(f"payment_intents/{intent}")
            if found["status"] != "requires_payment_method":
                error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}
                return 400, json.dumps({"error": error}).encode()
            self.elsewhere[intent] = self._way_on(intent, asked)
            return 200, json.dumps(found).encode()
        answer = await self.client.request(
            request.method,
            f"{self.stand_in.address}{request.path_qs}",
            content=sent,
            headers={
                name: request.headers[name]
                for name in ("Authorization", "Content-Type")
                if name in request.headers
            },
        )
        if "json" not in answer.headers.get("content-type", ""):
            return answer.status_code, answer.content
        told = _with_fees(answer.json())
        if intent in self.elsewhere and answer.status_code < 400:
            told |= {"status": "requires_action", "next_action": self.elsewhere[intent]}
        return answer.status_code, json.dumps(told).encode()

    def _way_on(self, intent: str, asked: dict[str, str]) -> dict[str, Any]:
        """Return what a giver is to do next, as Stripe says it for each of the two apps."""
        if asked["payment_method_data[type]"] == "alipay":
            url = f"{self.address}/alipay/{intent}"
            more = {"url": url, "return_url": asked["return_url"]}
            return {"type": "alipay_handle_redirect", "alipay_handle_redirect": more}
        assert asked["payment_method_options[wechat_pay][client]"] == "web"
        code = {"data": f"weixin://wxpay/{intent}", "hosted_instructions_url": f"{self.address}/wx"}
        return {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": code}

    async def made_elsewhere(self, intent: str, *, paid: bool = True) -> dict[str, Any]:
        """Let a giver confirm a payment in the other app, or not; return what was asked."""
        action = self.elsewhere.pop(intent)
        method = await self.card("4242424242424242" if paid else "4000000000000341")
        await self.post(f"payment_intents/{intent}", payment_method=method)
        await self.post(f"payment_intents/{intent}/confirm")
        return action

    async def _too_much(self, sent: bytes) -> tuple[int, bytes] | None:
        asked = parse_qs(sent.decode())
        found = await self.get(f"payment_intents/{asked['payment_intent'][0]}")
        refunds = found["latest_charge"]["refunds"]["data"]
        gone = sum(one["amount"] for one in refunds)
        if not self.refuse_refunds and gone + int(asked["amount"][0]) <= found["amount"]:
            return None
        error = {"type": "invalid_request_error", "code": self.refusal}
        return 400, json.dumps({"error": error}).encode()

    async def get(self, path: str) -> dict[str, Any]:
        """Ask localstripe itself, unseen by the lists above."""
        answer = await self.client.get(
            f"{self.stand_in.address}/v1/{path}",
            headers={"Authorization": f"Bearer {SETTINGS['LINLI_STRIPE_SECRET_KEY']}"},
        )
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """Do something at localstripe itself, as the treasurer would in Stripe's own pages."""
        answer = await self.client.post(
            f"{self.stand_in.address}/v1/{path}",
            data=fields,
            headers={"Authorization": f"Bearer {SETTINGS['LINLI_STRIPE_SECRET_KEY']}"},
        )
        found: dict[str, Any] = answer.json()
        return found

    async def card(self, number: str = "4242424242424242") -> str:
        """Return the id of a card, as the browser's field would."""
        made = await self.post(
            "tokens",
            **{
                "card[number]": number,
                "card[exp_month]": "12",
                "card[exp_year]": "2030",
                "card[cvc]": "123",
            },
        )
        return str(made["card"]["id"])

    async def message(self, count: int = 1) -> Message:
        """Wait until localstripe has sent so many messages; return the last."""
        for _ in range(100):
            if len(self.messages) >= count:
                return self.messages[-1]
            await asyncio.sleep(0.05)
        raise AssertionError("no message came")


async def _broken(request: web.Request) -> web.StreamResponse:
    """Cut the line."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def _with_fees(told: Any) -> Any:
    """Let each charge's movement bear a fee."""
    if isinstance(told, list):
        return [_with_fees(one) for one in told]
    if not isinstance(told, dict):
        return told
    if told.get("object") == "balance_transaction" and told["type"] == "charge":
        told = {**told, "fee": fee_of(told["amount"])}
    return {name: _with_fees(value) for name, value in told.items()}


def fee_of(fen: int) -> int:
    """Return what the front keeps of a payment."""
    return fen * FEE_PER_THOUSAND // 1000


def signed(
    kind: str, about: dict[str, Any], *, name: str = "", at: float | None = None, live: bool = False
) -> Message:
    """Return a message as Stripe would send it, signed with the tests' secret."""
    created = int(at if at is not None else time.time())
    told = {
        "id": name or f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": kind,
        "created": created,
        "livemode": live,
        "data": {"object": about},
    }
    body = json.dumps(told)
    signature = stripe.WebhookSignature.generate_signature_header(
        body, SETTINGS["LINLI_STRIPE_WEBHOOK_SECRET"], created
    )
    return Message(body.encode(), signature)


def dispute(payment: dict[str, Any], fen: int, *, won: bool = False) -> dict[str, Any]:
    """Return a dispute about a payment, as Stripe tells of it."""
    number = payment["id"].removeprefix("pi_")
    moved = [
        {
            "id": f"txn_d{number}",
            "amount": -fen,
            "currency": "cny",
            "fee": 1500,
            "type": "adjustment",
        }
    ]
    if won:
        moved.append(
            {
                "id": f"txn_w{number}",
                "amount": fen,
                "currency": "cny",
                "fee": 0,
                "type": "adjustment",
            }
        )
    return {
        "id": f"dp_{number}",
        "object": "dispute",
        "amount": fen,
        "created": int(time.time()),
        "charge": payment["latest_charge"]["id"],
        "payment_intent": payment["id"],
        "status": "won" if won else "needs_response",
        "balance_transactions": moved,
    }


@asynccontextmanager
async def fronting(stand_in: StandIn) -> AsyncIterator[Front]:
    """Run the front on a free port until the block ends."""
    async with httpx.AsyncClient() as client:
        front = Front(stand_in, client)
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", front.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        front.port = runner.addresses[0][1]
        try:
            yield front
        finally:
            await runner.cleanup()
