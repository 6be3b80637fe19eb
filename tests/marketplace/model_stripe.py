"""What Stripe has, kept by the test itself, behind a small real HTTP server that speaks as it does.

It takes payments, gives back, keeps fees, loses and wins disputes, and tells of each in an event
that the test delivers whenever and as often as it likes. Lists come in small pages, the newest
first. One question can go wrong: lost before the deed, its answer lost after it, refused for now,
or carried out so late that whoever asked has asked again meanwhile.
"""

import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import stripe
from aiohttp import web

from app.card_payments.standing_in import SETTINGS

FEE_PER_THOUSAND = 34
DISPUTE_FEE = 1500
PAGE, REFUNDS_SHOWN = 3, 2
Told = dict[str, Any]


class Trouble(StrEnum):
    """What becomes of one question that changes something."""

    LOST_QUESTION = "lost question"
    LOST_ANSWER = "lost answer"
    FAULT = "fault"
    BUSY = "busy"
    LATE = "late"


@dataclass(frozen=True)
class Asked:
    """A question as it came."""

    method: str
    path: str
    fields: dict[str, str]
    key: str


def refusal(code: str, status: int = 400) -> tuple[int, Told]:
    return status, {"error": {"type": "invalid_request_error", "code": code, "message": code}}


def new(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"


@dataclass
class Stripe:
    """An account at Stripe. `answered` is of what it told whoever asked, with the refunds then."""

    intents: dict[str, Told] = field(default_factory=dict)
    charges: dict[str, Told] = field(default_factory=dict)
    refunds: dict[str, Told] = field(default_factory=dict)
    asked_back: list[tuple[str, int]] = field(default_factory=list)
    """Each question for a refund when it is asked, with its gift, whatever comes of it."""
    disputes: dict[str, Told] = field(default_factory=dict)
    movements: list[Told] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)
    keys: dict[str, tuple[dict[str, str], int, Told]] = field(default_factory=dict)
    answered: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    late: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What was asked for and never ought to have been."""
    trouble: Trouble | None = None
    port: int = 0

    # --- what happens at Stripe ---

    def tell(self, kind: str, about: Told) -> None:
        """Make an event of something, as it is at this moment."""
        told = {"id": new("evt"), "object": "event", "type": kind, "livemode": False}
        self.events.append({**told, "created": self.now(), "data": {"object": deepcopy(about)}})

    def now(self) -> int:
        return int(time.time())

    def pay(self, intent_id: str) -> None:
        """Let a giver pay."""
        intent = self.intents[intent_id]
        charge = {"id": new("ch"), "object": "charge", "amount": intent["amount"],
                  "created": self.now(), "payment_intent": intent_id}  # fmt: skip
        fee = intent["amount"] * FEE_PER_THOUSAND // 1000
        charge["balance_transaction"] = self._moved("charge", charge["id"], intent["amount"], fee)
        self.charges[charge["id"]] = charge
        intent |= {"status": "succeeded", "latest_charge": charge["id"], "last_payment_error": None}
        self.tell("payment_intent.succeeded", intent)
        self.tell("charge.succeeded", charge)

    def decline(self, intent_id: str) -> None:
        """Let a giver's card be refused."""
        intent = self.intents[intent_id]
        intent["last_payment_error"] = {"code": "card_declined"}
        self.tell("payment_intent.payment_failed", intent)

    def _moved(self, kind: str, source: str, fen: int, fee: int = 0) -> str:
        moved = {"id": new("txn"), "object": "balance_transaction", "type": kind, "source": source,
                 "amount": fen, "fee": fee, "currency": "cny", "created": self.now(),
                 "exchange_rate": None}  # fmt: skip
        self.movements.append(moved)
        return str(moved["id"])

    def _movement(self, name: str) -> Told:
        return next(one for one in self.movements if one["id"] == name)

    def left(self, charge_id: str) -> int:
        """Say how much of a charge was neither given back nor taken back."""
        gone = sum(
            one["amount"]
            for one in self.refunds.values()
            if one["charge"] == charge_id and one["status"] != "failed"
        )
        taken = sum(
            one["amount"]
            for one in self.disputes.values()
            if one["charge"] == charge_id and one["status"] != "won"
        )
        return int(self.charges[charge_id]["amount"] - gone - taken)

    def refund(self, intent_id: str, fen: int, *, call: str = "") -> tuple[int, Told]:
        """Give money back: a card's at once, another way's after a while."""
        intent = self.intents.get(intent_id)
        if intent is None or intent["status"] != "succeeded":
            return refusal("payment_intent_unexpected_state")
        charge = intent["latest_charge"]
        about = [one for one in self.disputes.values() if one["charge"] == charge]
        if any(one["status"] != "won" for one in about):
            return refusal("charge_disputed")
        if fen > self.left(charge):
            return refusal("charge_already_refunded")
        slow = intent["payment_method_types"] != ["card"]
        made = {"id": new("re"), "object": "refund", "amount": fen, "charge": charge,
                "payment_intent": intent_id, "created": self.now(), "status": "pending",
                "gift": intent["metadata"]["contribution"],
                "metadata": {"call": call} if call else {}}  # fmt: skip
        if call and any(
            one["metadata"].get("call") == call and one["status"] != "failed"
            for one in self.refunds.values()
        ):
            self.wrong.append(f"one call gave back twice: {call}")
        self.refunds[made["id"]] = made
        self._moved("refund", made["id"], -fen)
        if not slow:
            made["status"] = "succeeded"
        self.tell("refund.created", made)
        self.tell("charge.refunded", self.charges[charge])
        return 200, made

    def given_back(self, gift: str) -> int:
        """Return how much of a gift was given back because Linli asked for it."""
        return sum(
            int(one["amount"])
            for one in self.refunds.values()
            if one["gift"] == gift and one["metadata"] and one["status"] != "failed"
        )

    def all_arrive(self) -> None:
        """Let every refund that is under way arrive."""
        for name, one in self.refunds.items():
            if one["status"] == "pending":
                self.arrive(name)

    def finish(self) -> None:
        """Let what is late be done, and nothing go wrong any more."""
        self.trouble = None
        for one in self.late:
            self.do(one)
        self.late.clear()

    def forget(self) -> None:
        """Begin with an empty account."""
        for kept in (self.intents, self.charges, self.refunds, self.disputes, self.keys):
            kept.clear()
        for listed in (self.movements, self.events, self.answered, self.late, self.wrong):
            listed.clear()
        self.trouble = None

    def arrive(self, refund_id: str) -> None:
        """Let a refund arrive."""
        self.refunds[refund_id]["status"] = "succeeded"
        self.tell("refund.updated", self.refunds[refund_id])

    def bounce(self, refund_id: str) -> None:
        """Let a refund come back."""
        made = self.refunds[refund_id]
        made["status"] = "failed"
        self._moved("refund_failure", refund_id, made["amount"])
        self.tell("refund.failed", made)

    def dispute(self, intent_id: str, fen: int) -> None:
        """Let a giver's bank take money back."""
        charge = self.intents[intent_id]["latest_charge"]
        made = {"id": new("dp"), "object": "dispute", "amount": fen, "charge": charge,
                "payment_intent": intent_id, "created": self.now(), "status": "needs_response",
                "number": len(self.disputes), "balance_transactions": []}  # fmt: skip
        self.disputes[made["id"]] = made
        self.tell("charge.dispute.created", made)
        moved = self._moved("adjustment", made["id"], -fen, DISPUTE_FEE)
        made["balance_transactions"].append(self._movement(moved))
        self.tell("charge.dispute.funds_withdrawn", made)

    def win(self, dispute_id: str) -> None:
        """Let a dispute be won: the money is back, the fee is not."""
        made = self.disputes[dispute_id]
        made["status"] = "won"
        moved = self._moved("adjustment", dispute_id, made["amount"])
        made["balance_transactions"].append(self._movement(moved))
        self.tell("charge.dispute.funds_reinstated", made)
        self.tell("charge.dispute.closed", made)

    def lose(self, dispute_id: str) -> None:
        """Let a dispute be lost: nothing moves any more."""
        self.disputes[dispute_id]["status"] = "lost"
        self.tell("charge.dispute.closed", self.disputes[dispute_id])

    def grow_older(self, seconds: int) -> None:
        """Let everything be so much longer ago."""
        for kept in (self.intents, self.charges, self.refunds, self.disputes):
            for one in kept.values():
                one["created"] -= seconds
        for one in [*self.movements, *self.events]:
            one["created"] -= seconds
            about = one.get("data", {}).get("object", {})
            if "created" in about:
                about["created"] -= seconds

    # --- what it says of it ---

    def balance(self) -> int:
        """Return what lies in the account."""
        return sum(one["amount"] - one["fee"] for one in self.movements)

    def refunds_of(self, charge_id: str) -> list[Told]:
        """Return the refunds of a charge, the newest first."""
        return [one for one in reversed(self.refunds.values()) if one["charge"] == charge_id]

    def whole(self, intent_id: str) -> Told:
        """Return a payment with its charge, the charge's movement and its latest refunds."""
        intent = dict(self.intents[intent_id])
        if intent["latest_charge"]:
            charge = dict(self.charges[intent["latest_charge"]])
            every = self.refunds_of(charge["id"])
            charge["refunds"] = {"data": every[:REFUNDS_SHOWN],
                                 "has_more": len(every) > REFUNDS_SHOWN}  # fmt: skip
            charge["balance_transaction"] = self._movement(charge["balance_transaction"])
            intent["latest_charge"] = charge
        return deepcopy(intent)

    def message(self, event: Told) -> tuple[bytes, str]:
        """Return an event as it is sent: what is signed, and the signature of this moment."""
        body = json.dumps(event)
        secret = SETTINGS["LINLI_STRIPE_WEBHOOK_SECRET"]
        signed = stripe.WebhookSignature.generate_signature_header(body, secret, self.now())
        return body.encode(), signed

    # --- being asked ---

    def do(self, asked: Asked) -> tuple[int, Told]:
        """Do what is asked, once under each key; a key with another question is refused."""
        if asked.key in self.keys:
            fields, status, told = self.keys[asked.key]
            return (status, told) if fields == asked.fields else refusal("idempotency_error")
        status, told = self._do(asked)
        if status < 400:
            self.keys[asked.key] = (asked.fields, status, deepcopy(told))
        return status, told

    def _do(self, asked: Asked) -> tuple[int, Told]:
        fields = asked.fields
        match asked.path.strip("/").split("/")[1:]:
            case ["payment_intents"]:
                return 200, self._intent(fields)
            case ["payment_intents", name, "cancel"]:
                intent = self.intents[name]
                if intent["status"] in {"succeeded", "canceled"}:
                    return refusal("payment_intent_unexpected_state")
                intent["status"] = "canceled"
                self.tell("payment_intent.canceled", intent)
                return 200, intent
            case ["refunds"]:
                call = fields.get("metadata[call]", "")
                return self.refund(fields["payment_intent"], int(fields["amount"]), call=call)
        raise AssertionError(asked)

    def _intent(self, fields: dict[str, str]) -> Told:
        made: Told = {
            "id": new("pi"), "object": "payment_intent", "amount": int(fields["amount"]),
            "currency": fields["currency"], "status": "requires_payment_method",
            "payment_method_types": [fields["payment_method_types[0]"]],
            "metadata": {"contribution": fields["metadata[contribution]"]},
            "created": self.now(), "livemode": False, "latest_charge": None,
            "last_payment_error": None, "next_action": None, "client_secret": new("secret"),
        }  # fmt: skip
        gift = made["metadata"]["contribution"]
        if any(one["metadata"]["contribution"] == gift for one in self.intents.values()):
            self.wrong.append(f"a second payment was made for {gift}")
        self.intents[made["id"]] = made
        self.tell("payment_intent.created", made)
        return made

    def look(self, path: str, query: dict[str, str]) -> tuple[int, Told]:
        """Answer a question that changes nothing."""
        match path.strip("/").split("/")[1:]:
            case ["payment_intents", name]:
                return (200, self.whole(name)) if name in self.intents else refusal("missing", 404)
            case ["payment_intents"]:
                every = [self.whole(name) for name in reversed(self.intents)]
            case ["refunds"]:
                every = self.refunds_of(query["charge"])
            case ["disputes"]:
                every = list(reversed(self.disputes.values()))
            case ["balance_transactions"]:
                every = list(reversed(self.movements))
            case _:
                return refusal("missing", 404)
        ids = [one["id"] for one in every]
        first = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        size = min(int(query["limit"]), PAGE)
        return 200, {"data": every[first : first + size], "has_more": len(every) > first + size}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer over HTTP, unless this question is the one that goes wrong."""
        if request.method == "GET":
            status, told = self.look(request.path, dict(request.query))
            return self._answer(status, told)
        fields = dict(parse_qsl((await request.read()).decode()))
        key = request.headers.get("Idempotency-Key", new("key"))
        asked = Asked(request.method, request.path, fields, key)
        if request.path.endswith("/refunds") and key not in self.keys:
            about = self.intents[fields["payment_intent"]]["metadata"]["contribution"]
            self.asked_back.append((about, int(fields["amount"])))
        for one in self.late:
            self.do(one)
        self.late.clear()
        trouble, self.trouble = self.trouble, None
        if trouble is Trouble.LATE:
            self.late.append(asked)
        if trouble in {Trouble.FAULT, Trouble.BUSY}:
            status = 500 if trouble is Trouble.FAULT else 429
            return web.json_response({"error": {"type": "api_error"}}, status=status)
        if trouble in {Trouble.LOST_QUESTION, Trouble.LATE}:
            return await _cut(request)
        status, told = self.do(asked)
        return await _cut(request) if trouble else self._answer(status, told)

    def _answer(self, status: int, told: Told) -> web.StreamResponse:
        if status < 400 and "id" in told:
            about = (str(told["object"]), str(told["id"]))
            self.answered.append((*about, frozenset(self.refunds)))
        return web.json_response(told, status=status)


async def _cut(request: web.Request) -> web.StreamResponse:
    """Cut the line."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def serving() -> AsyncIterator[Stripe]:
    """Run an empty account on a free port until the block ends."""
    account = Stripe()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", account.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    account.port = runner.addresses[0][1]
    try:
        yield account
    finally:
        await runner.cleanup()
