"""What an operator does in a call for the member whom it is for: each verb rests on the word given.

A visit is asked for, confirmed and called off with the same verbs as from the member's own page;
they ask for the word anew in their transaction, and what was done is added to the call in it.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, NotDelegated
from timebank import asking, closing, visit_rows
from timebank.desk import rows, rules
from timebank.desk.errors import NoWord
from timebank.desk.values import Call, Did
from timebank.errors import AlreadyAsked, NotYours, OwnHours
from timebank.refusals import one_transaction
from timebank.repeats import (
    Repeat,
    RepeatDraft,
    Stopped,
    ask_coming,
    begin_repeating,
    end_repeating,
    first_visit,
)
from timebank.rules import may_see_code
from timebank.values import Request, Visit

_VISITS: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.CONFIRM})
_BALANCE: Final = frozenset({DelegatedAct.REQUEST, DelegatedAct.PASSBOOK})


async def on_the_phone(
    call_id: UUID, by: Actor, *, at: datetime | None = None
) -> tuple[Call, Actor]:
    """Return a call of this operator's and the actor who acts in it on the word that was given.

    Raises `UnknownCall`, `NotYourCall`, `CallEnded`, `NoWord`.
    """
    call = await rows.call(call_id, community_id=by.community_id)
    rules.refuse_other_call(call, by)
    return call, await _hand(call, by, at)


async def ask_on_word(
    call_id: UUID,
    request: Request,
    *,
    by: Actor,
    form_key: UUID,
    despite: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> Visit:
    """Ask for a visit on the caller's word. Raises as `timebank.ask` does, and `NoWord`."""
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        await _refuse_second(request, hand, form_key)
        visit = await asking.ask(request, by=hand, form_key=form_key, despite=despite, at=at)
        await rows.step_once(call, Did.ASK, visit.id, at=at or datetime.now(UTC))
        return visit


async def repeat_on_word(
    call_id: UUID,
    draft: RepeatDraft,
    *,
    by: Actor,
    key: UUID,
    despite: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> Repeat:
    """Ask for something regularly on the caller's word; `key` is the page's form.

    Raises as `repeats.ask_repeating` does, and `NoWord`.
    """
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        repeat = await begin_repeating(draft, by=hand, id=key, despite=despite, at=at)
        first = await first_visit(repeat)
        await rows.step_once(call, Did.ASK, first, at=at or datetime.now(UTC))
    await ask_coming(repeat, at=at)
    return repeat


async def end_repeat_on_word(
    call_id: UUID, repeat_id: UUID, *, by: Actor, at: datetime | None = None
) -> Stopped:
    """Stop what is asked for regularly on the caller's word.

    Raises as `repeats.end_repeating` does, and `NoWord`.
    """
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        stopped = await end_repeating(repeat_id, by=hand, at=at)
        first = await first_visit(stopped.repeat)
        await rows.step_once(call, Did.CANCEL, first, at=at or datetime.now(UTC))
        return stopped


async def confirm_on_word(
    call_id: UUID, visit_id: UUID, minutes: int, *, by: Actor, at: datetime | None = None
) -> Visit:
    """Confirm a finished visit on the caller's word; more minutes than set aside were read back.

    Nobody confirms own hours, on the telephone neither: not as the elder's delegate, and not as
    the operator. Raises as `timebank.confirm` does, and `NoWord`.
    """
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        visit = await visit_rows.locked(visit_id, community_id=by.community_id)
        if visit.volunteer_id in {call.caller_id, by.member_id}:
            raise OwnHours
        confirmed = await closing.confirm(visit_id, by=hand, minutes=minutes, word=True, at=at)
        await rows.step_once(call, Did.CONFIRM, visit_id, at=at or datetime.now(UTC))
        return confirmed


async def cancel_on_word(
    call_id: UUID, visit_id: UUID, *, by: Actor, reason: str = "", at: datetime | None = None
) -> Visit:
    """Call a visit off on the caller's word. Raises as `timebank.cancel` does, and `NoWord`."""
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        cancelled = await asking.cancel(visit_id, by=hand, reason=reason, at=at)
        await rows.step_once(call, Did.CANCEL, visit_id, at=at or datetime.now(UTC))
        return cancelled


async def dispute_on_word(
    call_id: UUID, visit_id: UUID, reason: str, *, by: Actor, at: datetime | None = None
) -> Visit:
    """Say on the caller's word that a visit was not as it stands. Raises as `timebank.dispute`."""
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        disputed = await closing.dispute(visit_id, by=hand, reason=reason, at=at)
        await rows.step_once(call, Did.DISPUTE, visit_id, at=at or datetime.now(UTC))
        return disputed


async def read_code(call_id: UUID, visit_id: UUID, *, by: Actor, at: datetime | None = None) -> str:
    """Return the number for the door, to be read to the elder who calls; that is written down.

    Raises `ForTheElderOnly`, `NotYours` while nobody is to come, `UnknownVisit`, `NoWord`,
    `community.NotDelegated`.
    """
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        hand = await community.delegated(hand, hand.principal, _VISITS, at=at)
        visit = await visit_rows.one(visit_id, community_id=by.community_id)
        rules.refuse_code(call, visit)
        if not may_see_code(visit, of=hand.principal, hand=by.member_id):
            raise NotYours("hear the number of")
        await rows.step(call, Did.CODE, at=at or datetime.now(UTC), visit_id=visit_id)
        await community.record(
            "call.code",
            by=hand,
            subject_kind="visit",
            subject_id=visit_id,
            details={"call": call.id},
        )
        return visit.code


async def told(call_id: UUID, what: Did, *, by: Actor, at: datetime | None = None) -> None:
    """Write down that the caller was told the balance or the next visits. Raises `NoWord`."""
    if what not in {Did.BALANCE, Did.VISITS}:
        raise ValueError(f"{what} is not told")
    async with one_transaction():
        call, hand = await _locked(call_id, by, at)
        if what is Did.BALANCE:
            await community.delegated(hand, hand.principal, _BALANCE, at=at)
        await rows.step(call, what, at=at or datetime.now(UTC))
        await community.record(
            "call.tell",
            by=hand,
            subject_kind="member",
            subject_id=hand.principal,
            details={"call": call.id, "what": what.value},
        )


async def _refuse_second(request: Request, hand: Actor, form_key: UUID) -> None:
    """Raise `AlreadyAsked` where the member has such an open visit, before the database refuses.

    What is done in a call is one transaction, and a broken constraint would end all of it.
    """
    await community.keep_active(hand.principal, community_id=hand.community_id, alone=True)
    found = await visit_rows.find(
        "elder_id = {} AND care_service.code = {} AND starts_at = {} AND form_key <> {}"
        " AND visit.state IN ('requested', 'offered', 'booked', 'under_way') LIMIT 1",
        hand.principal,
        request.care_service,
        request.starts_at,
        form_key,
        community_id=hand.community_id,
    )
    if found:
        raise AlreadyAsked(found[0].id)


async def _locked(call_id: UUID, by: Actor, at: datetime | None) -> tuple[Call, Actor]:
    """Return a call that nobody ends until this is over, and who acts in it."""
    call = await rows.call(call_id, community_id=by.community_id, locked=True)
    rules.refuse_other_call(call, by)
    return call, await _hand(call, by, at)


async def _hand(call: Call, by: Actor, at: datetime | None) -> Actor:
    word = await community.word_of_call(call.id, by, at=at)
    if word is None:
        raise NoWord
    try:
        return await community.on_the_word(by, word, at=at)
    except NotDelegated as refused:
        raise NoWord from refused
