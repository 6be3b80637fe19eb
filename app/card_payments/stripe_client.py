"""Stripe behind `Processor`: its calls, its answers read into our own values, its failures sorted.

No call repeats itself: what to do after a lost answer is decided by whoever asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import stripe

from app.card_payments import answers
from app.card_payments.keys import Keys
from app.card_payments.processor import (
    Dispute,
    Movement,
    NoAnswer,
    Payment,
    Processor,
    Progress,
    Refund,
    Refused,
)

SECONDS_MAX: Final = 20.0
"""How long an answer is waited for; a call that was sent is left alone for longer than this."""

PAGE: Final = 100
WHOLE: Final = ["latest_charge.balance_transaction", "latest_charge.refunds"]
"""With what a payment is asked for, so that one answer says all about it."""

TOO_MANY, FAULT, WRONG = 429, 500, 400


async def _asked(call: Awaitable[Any]) -> dict[str, Any]:
    """Wait for an answer, plain; and sort the failures: not done, or nobody knows."""
    try:
        return dict((await call).to_dict())
    except stripe.StripeError as error:
        reason = error.code or type(error).__name__
        if _surely_not_done(error.http_status):
            raise Refused(reason) from error
        raise NoAnswer(reason) from error


def _surely_not_done(status: int | None) -> bool:
    """Say whether an answer of this status means that nothing was done, now or on a repeat."""
    return status is not None and WRONG <= status < FAULT and status not in {409, TOO_MANY}


class StripeProcessor:
    """Stripe, or the stand-in that the settings name."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @cached_property
    def _stripe(self) -> Any:  # its types ask for literals where we pass settings
        more = {"base_addresses": {"api": self._keys.api}} if self._keys.stands_in else {}
        return stripe.StripeClient(
            self._keys.secret,
            http_client=self._http,
            max_network_retries=0,
            **more,  # type: ignore[arg-type]  # its TypedDict takes fewer names than it reads
        ).v1

    @cached_property
    def _http(self) -> stripe.HTTPXClient:
        return stripe.HTTPXClient(timeout=SECONDS_MAX)

    async def close(self) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # Stripe's

    async def create_payment(
        self, contribution_id: UUID, amount_fen: int, method: str, *, key: str
    ) -> Payment:
        """Make a payment that nothing is taken for yet."""
        made = await _asked(
            self._stripe.payment_intents.create_async(
                {
                    "amount": amount_fen,
                    "currency": answers.CURRENCY,
                    "payment_method_types": [method],
                    "metadata": {answers.OURS: str(contribution_id)},
                },
                {"idempotency_key": key},
            )
        )
        return answers.payment(made)

    async def payment(self, payment_id: str) -> Payment:
        """Return a payment as it stands now."""
        found = await _asked(
            self._stripe.payment_intents.retrieve_async(payment_id, {"expand": WHOLE})
        )
        return await self._with_all_refunds(found)

    async def payment_of(self, contribution_id: UUID, since: datetime) -> Payment | None:
        """Look for the payment of a contribution among those made since then."""
        async for one in self._every(self._stripe.payment_intents, since):
            if answers.contribution_of(one) == contribution_id:
                return await self.payment(one["id"])
        return None

    async def confirm(self, payment_id: str, method_id: str) -> Payment:
        """Take the money from this card. A refused card is told by the payment itself."""
        with suppress(Refused):
            await _asked(
                self._stripe.payment_intents.update_async(payment_id, {"payment_method": method_id})
            )
            await _asked(self._stripe.payment_intents.confirm_async(payment_id))
        return await self.payment(payment_id)

    async def confirm_elsewhere(self, payment_id: str, method: str, back_to: str) -> Payment:
        """Begin a payment that the giver confirms in another app or on another site."""
        more: dict[str, Any] = {}
        if method == "wechat_pay":
            more["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        with suppress(Refused):
            await _asked(
                self._stripe.payment_intents.confirm_async(
                    payment_id,
                    {"payment_method_data": {"type": method}, "return_url": back_to, **more},
                )
            )
        return await self.payment(payment_id)

    async def cancel_payment(self, payment_id: str, *, key: str) -> Payment:
        """End a payment that was not made; one that was made, or ended before, is as it is."""
        found = await self.payment(payment_id)
        if found.progress in {Progress.SUCCEEDED, Progress.CANCELLED}:
            return found
        with suppress(Refused):  # paid in this very moment: then it says so
            await _asked(
                self._stripe.payment_intents.cancel_async(
                    payment_id, options={"idempotency_key": key}
                )
            )
        return await self.payment(payment_id)

    async def refund(self, payment_id: str, amount_fen: int, call_id: UUID, *, key: str) -> Refund:
        """Give money back."""
        made = await _asked(
            self._stripe.refunds.create_async(
                {
                    "payment_intent": payment_id,
                    "amount": amount_fen,
                    "metadata": {answers.CALL: str(call_id)},
                },
                {"idempotency_key": key},
            )
        )
        return answers.refund(made)

    async def payments(self, since: datetime) -> AsyncIterator[Payment]:
        """Walk through all payments made since then."""
        expand = [f"data.{path}" for path in WHOLE]
        async for one in self._every(self._stripe.payment_intents, since, expand=expand):
            yield await self._with_all_refunds(one)

    async def disputes(self, since: datetime) -> AsyncIterator[Dispute]:
        """Walk through all disputes opened since then; a stand-in may know none."""
        try:
            async for one in self._every(self._stripe.disputes, since):
                yield answers.dispute(one)
        except Refused:
            if not self._keys.stands_in:
                raise

    async def movements(self, since: datetime) -> AsyncIterator[Movement]:
        """Walk through the processor's own book since then."""
        async for one in self._every(self._stripe.balance_transactions, since):
            yield answers.movement(one)

    async def _with_all_refunds(self, found: Any) -> Payment:
        """Read a payment; where it has more refunds than came along, ask for all of them."""
        charge = answers.charge_of(found)
        if charge is None or not answers.more_refunds(charge):
            return answers.payment(found)
        walk = self._pages(self._stripe.refunds, {"charge": charge["id"]})
        every = [answers.refund(one) async for one in walk]
        return answers.payment(found, tuple(every))

    async def _every(self, of: Any, since: datetime, **more: Any) -> AsyncIterator[dict[str, Any]]:
        """Walk through what was made since then.

        The stand-in knows no dates in lists, and has few things in them: there all are looked at.
        """
        first = int(since.timestamp())
        dated = {} if self._keys.stands_in else {"created": {"gte": first}}
        async for one in self._pages(of, {**dated, **more}):
            if one["created"] >= first:
                yield one

    async def _pages(self, of: Any, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Walk through a list page by page."""
        page = await _asked(of.list_async({"limit": PAGE, **asked}))
        while True:
            for one in page["data"]:
                yield one
            if not page["has_more"] or not page["data"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}
            page = await _asked(of.list_async({"limit": PAGE, **asked, **after}))


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Keys, StripeProcessor]] = (
    WeakKeyDictionary()
)


def processor(keys: Keys) -> Processor:
    """Return the processor behind these keys, the same one for as long as this loop runs."""
    made = _of_loop.setdefault(asyncio.get_running_loop(), {})
    if keys not in made:
        made[keys] = StripeProcessor(keys)
    return made[keys]


async def close_processors() -> None:
    """Close the connections of this loop's processors."""
    for one in _of_loop.pop(asyncio.get_running_loop(), {}).values():
        await one.close()
