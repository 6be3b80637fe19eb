"""Carries out what is wanted of Stripe: outside any transaction, the answer applied in its own.

A call is marked `sent` and committed before it is made. Killed or timed out after that, it stays
so, and the next run does not send it again before it has asked Stripe whether it was done: for the
payment that names the gift, or for the refund that names the call. Only then it is repeated, under
the same key, which Stripe also knows a repeat by.

Calls about one gift go one after the other, in the order in which they were wanted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

import community
import ledger
from app.card_payments import applying
from app.card_payments.keys import Keys, keys
from app.card_payments.processor import (
    NoAnswer,
    Payment,
    Processor,
    Progress,
    Refund,
    RefundProgress,
    Refused,
)
from app.card_payments.stripe_client import processor
from community import Actor
from marketplace.funding import payments
from marketplace.funding.calls import CANCEL, CREATE, REFUND
from marketplace.funding.errors import FundingError
from marketplace.funding.rows import contribution as find_contribution
from marketplace.funding.rows import locked_contribution
from marketplace.funding.tables import StripeCallRow
from marketplace.funding.values import Contribution, ContributionId, ContributionState

log = structlog.get_logger("linli.card_payments")

LEASE: Final = timedelta(minutes=2)
"""How long a call that was sent is left alone: longer than its answer is waited for."""

AT_ONCE_MAX: Final = 200
LOOK_BACK: Final = timedelta(hours=1)  # the clocks differ

_CLAIM: Final = """
UPDATE stripe_call SET state = 'sent', attempts = attempts + 1,
    next_at = clock_timestamp() + least({}::interval * power(2, attempts), interval '6 hours')
WHERE id = (
    SELECT id FROM stripe_call AS due
    WHERE state IN ('wanted', 'sent') AND next_at <= clock_timestamp()
        AND id = coalesce({}::uuid, id)
        AND NOT EXISTS (
            SELECT FROM stripe_call AS before
            WHERE before.contribution_id = due.contribution_id
                AND before.state IN ('wanted', 'sent')
                AND (before.wanted_at, before.id) < (due.wanted_at, due.id))
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, community_id, contribution_id, kind, amount_fen, key, wanted_at, attempts
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is being made. `attempts` counts this one."""

    id: UUID
    community_id: UUID
    contribution_id: UUID
    kind: str
    amount_fen: int
    key: str
    wanted_at: datetime
    attempts: int

    @property
    def maybe_done(self) -> bool:
        """Whether it was sent before, and nobody knows what came of it."""
        return self.attempts > 1


async def make_due_calls() -> int:
    """Make the calls that are due; return how many came to an end. The job of this name.

    One that fails is left for a later run and keeps no other waiting.
    """
    given = keys()
    if given is None:
        return 0
    ended = 0
    for _ in range(AT_ONCE_MAX):
        call = await _claim(None)
        if call is None:
            break
        ended += await _make(call, given)
    return ended


async def make_call(call_id: UUID) -> bool:
    """Make this call now, if it is due; return whether it came to an end."""
    given = keys()
    call = await _claim(call_id) if given is not None else None
    return call is not None and given is not None and await _make(call, given)


async def _claim(call_id: UUID | None) -> Call | None:
    rows = await StripeCallRow.raw(_CLAIM, LEASE, call_id)
    return Call(**rows[0]) if rows else None


async def _make(call: Call, given: Keys) -> bool:
    """Make one call and apply its answer; return whether it came to an end."""
    at = processor(given)
    try:
        gift = await find_contribution(call.contribution_id)
        async with ledger.transaction():
            await applying.hold_mode(call.community_id, given.mode)
        if call.kind == CREATE:
            await _create(call, gift, at)
        elif call.kind == CANCEL:
            await _cancel(call, gift, at)
        else:
            await _refund(call, gift, at)
    except NoAnswer as trouble:
        await _trouble(call, trouble.reason)
        return False
    except (Refused, applying.OtherMode, FundingError) as refusal:
        await _failed(call, refusal)
    except Exception:  # another call's turn; this one is resolved by a later run
        log.exception("call failed", call=str(call.id), kind=call.kind)
        await _trouble(call, "fault")
        return False
    return True


async def _create(call: Call, gift: Contribution, at: Processor) -> None:
    """Make the payment that a gift is to be paid with, unless the gift was cancelled meanwhile."""
    made: Payment | None = None
    if call.maybe_done:
        made = await at.payment_of(gift.id, call.wanted_at - LOOK_BACK)
    if made is None and gift.state is not ContributionState.STARTED:
        await _done(call, None)
        return
    if made is None:
        made = await at.create_payment(gift.id, call.amount_fen, gift.source.value, key=call.key)
    async with ledger.transaction():
        await applying.apply_payment(made)
        await _done(call, made.id)


async def _cancel(call: Call, gift: Contribution, at: Processor) -> None:
    """End a gift's payment; one that was paid in the same moment is booked as paid."""
    payment_id = gift.intent_id
    if payment_id is None:
        found = await at.payment_of(gift.id, gift.made_at - LOOK_BACK)
        payment_id = found.id if found else None
    if payment_id is None:
        await _done(call, "there was none")
        return
    ended = await at.cancel_payment(payment_id, key=call.key)
    if ended.progress not in {Progress.CANCELLED, Progress.SUCCEEDED}:
        raise NoAnswer("not cancelled yet")
    async with ledger.transaction():
        await applying.apply_payment(ended)
        await _done(call, ended.id)


async def _refund(call: Call, gift: Contribution, at: Processor) -> None:
    """Give money back through the payment it came by: no more than is still to be given back.

    Somebody may have given some of it back at Stripe by hand, the giver's bank may have taken it,
    or the treasurer handed it back after a refusal.
    """
    if gift.intent_id is None:
        raise Refused("no payment")
    made: Refund | None = None
    if call.maybe_done:
        known = await at.payment(gift.intent_id)
        made = next((one for one in known.refunds if _came_of(call, one)), None)
    fen = min(call.amount_fen, gift.due_fen - await _on_the_way(gift))
    if made is None and fen < 1:
        await _done(call, None)
        return
    if made is None:
        made = await at.refund(gift.intent_id, fen, call.id, key=call.key)
    async with ledger.transaction():
        if made.progress is RefundProgress.SUCCEEDED:
            await payments.refund_confirmed(gift.id, made.id, made.amount_fen)
        elif made.progress is RefundProgress.FAILED:
            raise Refused("refund failed")
        else:
            await applying.look_soon(gift.intent_id)
        await _done(call, made.id)


def _came_of(call: Call, refund: Refund) -> bool:
    """Say whether this refund is what an earlier try of the call did; one that failed did not."""
    return refund.call_id == call.id and refund.progress is not RefundProgress.FAILED


async def _on_the_way(gift: Contribution) -> int:
    """Return how much of a gift's money the processor is giving back and has not told as done."""
    rows = await StripeCallRow.raw(
        "SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM stripe_call"
        " WHERE contribution_id = {} AND kind = 'refund' AND state = 'done'"
        " AND answer IS NOT NULL AND NOT EXISTS (SELECT FROM card_entry"
        " WHERE card_entry.kind = 'refund' AND processor_id = stripe_call.answer)",
        gift.id,
    )
    return int(rows[0]["fen"])


async def _done(call: Call, answer: str | None) -> None:
    await StripeCallRow.raw(
        "UPDATE stripe_call SET state = 'done', answer = {}, problem = '',"
        " ended_at = clock_timestamp() WHERE id = {} AND state = 'sent'",
        answer,
        call.id,
    )


async def _trouble(call: Call, reason: str) -> None:
    """Leave the call as sent: a later run asks what came of it."""
    log.warning("no answer", call=str(call.id), kind=call.kind, reason=reason)
    await StripeCallRow.raw(
        "UPDATE stripe_call SET problem = {} WHERE id = {} AND state = 'sent'",
        reason[:200],
        call.id,
    )


async def _failed(call: Call, refusal: Exception) -> None:
    """Write down that it was not done and why; the treasurer sees it."""
    reason = str(refusal)[:200] or type(refusal).__name__
    log.warning("call refused", call=str(call.id), kind=call.kind, reason=reason)
    async with ledger.transaction():
        if call.kind == CREATE:
            await payments.payment_failed(ContributionId(call.contribution_id), None, reason)
        ended = await StripeCallRow.raw(
            "UPDATE stripe_call SET state = 'failed', problem = {},"
            " ended_at = clock_timestamp() WHERE id = {} AND state = 'sent' RETURNING id",
            reason,
            call.id,
        )
        if ended and call.kind == REFUND:
            await payments.refund_refused(ContributionId(call.contribution_id))


async def want_again(call_id: UUID, *, by: Actor) -> bool:
    """Ask once more for what was refused, under a new key; return whether there was such a call.

    It counts as one that may have been done: Stripe is asked first. The gift is locked, so that who
    hands its money back by hand at this moment comes before or after.
    """
    async with ledger.transaction():
        await _lock_gift_of(call_id, by)
        rows = await StripeCallRow.raw(
            "UPDATE stripe_call SET state = 'wanted', ended_at = NULL, attempts = 1,"
            " next_at = clock_timestamp(), key = key || '-again'"
            " WHERE id = {} AND community_id = {} AND state = 'failed' AND kind = 'refund'"
            " RETURNING contribution_id",
            call_id,
            by.community_id,
        )
        if rows:
            await community.record(
                "payment.try_again",
                by=by,
                subject_kind="contribution",
                subject_id=rows[0]["contribution_id"],
                details={"call": str(call_id)},
            )
        return bool(rows)


async def _lock_gift_of(call_id: UUID, by: Actor) -> None:
    gift = await StripeCallRow.raw(
        "SELECT contribution_id FROM stripe_call WHERE id = {} AND community_id = {}",
        call_id,
        by.community_id,
    )
    if gift:
        await locked_contribution(gift[0]["contribution_id"], community_id=by.community_id)
