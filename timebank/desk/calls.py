"""A call at the desk: opened, who speaks found out, their word taken down, ended. Each a verb."""

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor, Agreement, DelegatedAct, Word, WordTerms
from ledger import new_id
from timebank.desk import rows, rules
from timebank.desk.errors import CallReused, InvalidNote
from timebank.desk.values import Call, Check, Did, HandOver, Outcome, Speakers, Topic
from timebank.policy import CALL_BACK_TRIES_MAX, DESK_CHECKS_MIN
from timebank.refusals import one_transaction


async def open_call(
    speakers: Speakers | None,
    *,
    by: Actor,
    key: UUID,
    phone: str | None = None,
    at: datetime | None = None,
) -> Call:
    """Write down that a call was answered, who speaks, and for whom; None is not known yet.

    `key` is the id that the call gets: the same again is answered with the first. `phone` is the
    number of a caller whom nobody knows, E.164, to call them back. Raises `NotAtTheDesk`,
    `OwnCall`, `CallReused`, `community.UnknownMember`, `community.NotActive`.
    """
    rules.refuse_stranger(by)
    rules.refuse_oneself(speakers, by)
    opened = Call(
        id=key,
        community_id=by.community_id,
        outgoing=False,
        operator_id=by.member_id,
        caller_id=speakers.caller_id if speakers else None,
        member_id=speakers.member_id if speakers else None,
        visit_id=None,
        phone=None if speakers else phone,
        checked=(),
        note="",
        opened_at=at or datetime.now(UTC),
        ended_at=None,
        outcome=None,
    )
    async with one_transaction():
        await _refuse_gone(speakers, by)
        return await begun(opened, by=by)


async def begun(opened: Call, *, by: Actor) -> Call:
    """Store a call that begins, within its verb's transaction; a repeat finds the first one."""
    if not await rows.insert(opened):
        before = await rows.call(opened.id, community_id=by.community_id)
        same = (before.operator_id, before.caller_id, before.member_id, before.visit_id)
        if same != (opened.operator_id, opened.caller_id, opened.member_id, opened.visit_id):
            raise CallReused(before.id)
        return before
    await _record("call.open", opened, by, {"outgoing": opened.outgoing})
    return opened


async def name_speakers(
    call_id: UUID, speakers: Speakers, *, by: Actor, at: datetime | None = None
) -> Call:
    """Write down who speaks on a call, and for whom, once that is found out or found to be another.

    What was checked and said before counts no longer. Raises `UnknownCall`, `NotYourCall`,
    `CallEnded`, `OwnCall`, `community.UnknownMember`, `community.NotActive`.
    """
    async with one_transaction():
        before = await rows.call(call_id, community_id=by.community_id, locked=True)
        rules.refuse_other_call(before, by)
        rules.refuse_oneself(speakers, by)
        if (before.caller_id, before.member_id) == (speakers.caller_id, speakers.member_id):
            return before
        await _refuse_gone(speakers, by)
        named = dataclasses.replace(
            before,
            caller_id=speakers.caller_id,
            member_id=speakers.member_id,
            phone=None,
            checked=(),
        )
        await rows.update(named)
        await community.end_words(call_id, by=by, at=at)
        await _record("call.name", named, by, {})
        return named


async def take_word(  # noqa: PLR0913 (a word has these parts)
    call_id: UUID,
    checked: Collection[Check],
    acts: frozenset[DelegatedAct],
    agreed: Agreement,
    *,
    by: Actor,
    key: UUID,
    at: datetime | None = None,
) -> Word:
    """Take down the caller's word, once it is sure who speaks and it was read back to them.

    From now on and during this call the operator acts for the member. Raises `UnknownCall`,
    `NotYourCall`, `CallEnded`, `CallerUnknown`, `NotChecked`, and as `community.give_word` does.
    """
    async with one_transaction():
        call = await rows.call(call_id, community_id=by.community_id, locked=True)
        rules.refuse_other_call(call, by)
        now = at or datetime.now(UTC)
        policy = await community.policy_in_force(by.community_id, now)
        speakers = rules.refuse_unchecked(call, checked, policy[DESK_CHECKS_MIN])
        terms = WordTerms(call.id, speakers.member_id, speakers.caller_id, acts)
        word = await community.give_word(terms, agreed, by=by, key=key, at=at)
        made_sure = tuple(one for one in Check if one in set(checked))
        await rows.update(dataclasses.replace(call, checked=made_sure))
        await rows.step(call, Did.WORD, at=word.since)
        return word


async def end_call(
    call_id: UUID,
    outcome: Outcome,
    *,
    by: Actor,
    note: str = "",
    at: datetime | None = None,
) -> Call:
    """Write down how a call ended; the word that was given in it is over.

    A call that is over stays as it ended. Raises `UnknownCall`, `NotYourCall`, `InvalidNote`.
    """
    if len(note.strip()) > rules.NOTE_LENGTH_MAX // 2:
        raise InvalidNote("note", "too long")
    async with one_transaction():
        call = await rows.call(call_id, community_id=by.community_id, locked=True)
        if not call.open and call.operator_id == by.member_id:
            return call
        rules.refuse_other_call(call, by)
        return await ended(call, outcome, by=by, note=note.strip(), at=at or datetime.now(UTC))


async def ended(call: Call, outcome: Outcome, *, by: Actor, note: str, at: datetime) -> Call:
    """End a locked call within its verb's transaction."""
    over = dataclasses.replace(
        call,
        note=note or call.note,
        ended_at=max(at, call.opened_at),
        outcome=outcome,
        # A number is kept for a coordinator who calls back, and for nobody else.
        phone=call.phone if outcome is Outcome.HANDED_OVER else None,
    )
    await rows.update(over)
    await community.end_words(call.id, by=by, at=over.ended_at)
    await _record("call.end", over, by, {"outcome": outcome.value})
    if over.outgoing and outcome in rules.FAILED_TRIES:
        await _give_up(over, by, at=at)
    return over


async def _give_up(call: Call, by: Actor, *, at: datetime) -> None:
    """Hand a visit over whose elder was called about it in vain often enough."""
    visit_id = call.visit_id
    if visit_id is None or await rows.searched_for([visit_id]):
        return
    policy = await community.policy_in_force(call.community_id, at)
    tries = (await rows.tries([visit_id]))[visit_id]["tries"]
    if tries < policy[CALL_BACK_TRIES_MAX]:
        return
    left = HandOver(
        id=new_id(),
        community_id=call.community_id,
        call_id=call.id,
        member_id=call.member_id,
        visit_id=visit_id,
        topic=Topic.NOT_REACHED,
        urgent=False,
        note=f"{tries} ×",
        handed_by=by.member_id,
        handed_at=at,
        taken_by=None,
        taken_at=None,
        closed_by=None,
        closed_at=None,
        outcome=None,
        outcome_note="",
    )
    await rows.insert_hand_over(left)
    await rows.step(call, Did.HAND_OVER, at=at, visit_id=visit_id)
    await _record("call.hand_over", call, by, {"topic": left.topic.value})


async def _refuse_gone(speakers: Speakers | None, by: Actor) -> None:
    """Raise where one of the two is no active member here."""
    if speakers is None:
        return
    for one in {speakers.caller_id, speakers.member_id}:
        if not await community.keep_active(one, community_id=by.community_id):
            found = await community.member(one)  # raises `UnknownMember`
            if found.community_id != by.community_id:
                raise community.UnknownMember(one)
            raise community.NotActive(one, found.standing)


async def _record(act: str, call: Call, by: Actor, details: dict[str, object]) -> None:
    """Write down an act about the member whom the call is for, or about the call alone."""
    told = {"call": call.id, **details}
    if call.caller_id is not None and not call.by_oneself:
        told["caller"] = call.caller_id
    await community.record(
        act,
        by=by,
        subject_kind="member" if call.member_id else "call",
        subject_id=call.member_id or call.id,
        details=told,
    )
