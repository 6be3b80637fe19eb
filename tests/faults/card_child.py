"""A Linli process that makes card calls, or takes a message in, and is killed at one boundary."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from app.card_payments import applying, calling, inbox
from app.card_payments.keys import keys
from app.card_payments.stripe_client import StripeProcessor, close_processors, processor
from app.embedded import pooled

BEFORE_CALL, AFTER_CALL, AFTER_COMMIT = "before_call", "after_call", "after_commit"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(_done: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def instead(*_args: Any, **_how: Any) -> Any:
        die()

    return instead


def dying_after(done: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def instead(*args: Any, **how: Any) -> Any:
        await done(*args, **how)
        die()

    return instead


def break_calls(boundary: str, verb: str) -> None:
    """Let this process die around a call to Stripe."""
    if boundary == AFTER_COMMIT:
        calling._make = dying_after(calling._make)  # type: ignore[assignment]
        return
    broken = dying_before if boundary == BEFORE_CALL else dying_after
    setattr(StripeProcessor, verb, broken(getattr(StripeProcessor, verb)))


def break_inbox(boundary: str) -> None:
    """Let this process die around taking a message in."""
    if boundary == BEFORE_CALL:
        inbox.take_in = dying_before(inbox.take_in)  # type: ignore[assignment]
    elif boundary == AFTER_CALL:  # all written, nothing committed
        applying.apply_payment = dying_after(applying.apply_payment)  # type: ignore[assignment]
    else:
        inbox.take_in = dying_after(inbox.take_in)  # type: ignore[assignment]


async def main(boundary: str, verb: str) -> None:
    async with pooled():
        if verb == "message":
            await _take_in(boundary)
        else:
            if boundary != "none":
                break_calls(boundary, verb)
            await calling.make_due_calls()
        await close_processors()


async def _take_in(boundary: str) -> None:
    if boundary != "none":
        break_inbox(boundary)
    given = keys()
    assert given is not None
    signature, body = sys.stdin.read().split("\n", 1)
    event = inbox.opened(body.encode(), signature, given.webhook)
    await inbox.take_in(event, given, processor(given))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
