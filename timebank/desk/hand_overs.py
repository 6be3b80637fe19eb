"""Matters that an operator hands over to a coordinator: noted, taken by one, closed."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import community
from community import Actor
from timebank import visit_rows
from timebank.desk import rows, rules
from timebank.desk.errors import CallReused
from timebank.desk.values import Did, HandOver, Settled, Topic
from timebank.refusals import one_transaction


@dataclass(frozen=True, slots=True)
class Matter:
    """What an operator hands over, in their words; an urgent one is before all others."""

    topic: Topic
    note: str
    urgent: bool = False
    visit_id: UUID | None = None


async def hand_over(
    call_id: UUID, matter: Matter, *, by: Actor, key: UUID, at: datetime | None = None
) -> HandOver:
    """Leave a matter of a call to the coordinators; the same key again is answered with the first.

    For whom the call is need not be known, and no word is needed: nothing is done for them yet.
    Raises `UnknownCall`, `NotYourCall`, `CallEnded`, `InvalidNote`, `UnknownVisit`, `CallReused`.
    """
    note = rules.refuse_note(matter.note)
    async with one_transaction():
        call = await rows.call(call_id, community_id=by.community_id, locked=True)
        rules.refuse_other_call(call, by)
        if matter.visit_id is not None:
            await visit_rows.one(matter.visit_id, community_id=by.community_id)
        left = HandOver(
            id=key,
            community_id=by.community_id,
            call_id=call.id,
            member_id=call.member_id,
            visit_id=matter.visit_id,
            topic=matter.topic,
            urgent=matter.urgent,
            note=note,
            handed_by=by.member_id,
            handed_at=at or datetime.now(UTC),
            taken_by=None,
            taken_at=None,
            closed_by=None,
            closed_at=None,
            outcome=None,
            outcome_note="",
        )
        if not await rows.insert_hand_over(left):
            before = await rows.hand_over(key, community_id=by.community_id)
            if (before.call_id, before.note) != (left.call_id, left.note):
                raise CallReused(call.id)
            return before
        await rows.step(call, Did.HAND_OVER, at=left.handed_at, visit_id=matter.visit_id)
        await _record("call.hand_over", left, by, {"topic": left.topic.value, "note": note})
        return left


async def take_hand_over(matter_id: UUID, *, by: Actor, at: datetime | None = None) -> HandOver:
    """Look after a matter: one coordinator does, and the others see who.

    Raises `UnknownHandOver`, `NotAtTheDesk`, `TakenAlready`, `Closed`, `OwnCall`.
    """
    async with one_transaction():
        found = await rows.hand_over(matter_id, community_id=by.community_id, locked=True)
        rules.refuse_taking(found, by)
        if found.taken_by is not None:
            return found
        taken = dataclasses.replace(found, taken_by=by.member_id, taken_at=at or datetime.now(UTC))
        await rows.update_hand_over(taken)
        await _record("call.take_over", taken, by, {})
        return taken


async def close_hand_over(
    matter_id: UUID,
    outcome: Settled,
    *,
    by: Actor,
    note: str = "",
    at: datetime | None = None,
) -> HandOver:
    """Write down what became of a matter; once closed it stays so, and a repeat changes nothing.

    Raises `UnknownHandOver`, `NotAtTheDesk`, `TakenAlready`, `NotTaken`, `Closed`, `InvalidNote`.
    """
    async with one_transaction():
        found = await rows.hand_over(matter_id, community_id=by.community_id, locked=True)
        if found.closed_by == by.member_id and found.outcome is outcome:
            return found
        words = rules.refuse_closing(found, by, outcome, note)
        closed = dataclasses.replace(
            found,
            closed_by=by.member_id,
            closed_at=at or datetime.now(UTC),
            outcome=outcome,
            outcome_note=words,
        )
        await rows.update_hand_over(closed)
        await _forget_number(closed)
        details: dict[str, object] = {"outcome": outcome.value}
        await _record("call.close_matter", closed, by, details | ({"note": words} if words else {}))
        return closed


async def _forget_number(closed: HandOver) -> None:
    """Forget a stranger's number once no matter of their call is open any more."""
    call = await rows.call(closed.call_id, community_id=closed.community_id, locked=True)
    if call.phone is None or call.open:
        return
    others = await rows.hand_overs(
        "call_id = {} AND closed_at IS NULL", call.id, community_id=call.community_id
    )
    if not others:
        await rows.update(dataclasses.replace(call, phone=None))


async def _record(act: str, matter: HandOver, by: Actor, details: dict[str, object]) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="member" if matter.member_id else "call",
        subject_id=matter.member_id or matter.call_id,
        details={"call": matter.call_id, **details},
    )
