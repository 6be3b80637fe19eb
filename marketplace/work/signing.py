"""Signing up for a slot and stepping back from it. Each verb is one transaction."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace.delivery.undertaking import undertaking_of
from marketplace.refusals import verb
from marketplace.work import holding, rows, rules, standing
from marketplace.work.errors import BusyThen, NotYourWork
from marketplace.work.values import Turn, TurnState


class Elsewhere(Protocol):
    """Says whether somebody has promised a stretch of time outside of projects: to a visit, say."""

    async def __call__(
        self, member_id: UUID, starts_at: datetime, minutes: int, /, *, community_id: UUID
    ) -> bool:
        """Return whether any of that time is taken."""


async def nowhere_else(
    _member_id: UUID,
    _starts_at: datetime,
    _minutes: int,
    /,
    *,
    community_id: UUID,  # noqa: ARG001 (the protocol's own)
) -> bool:
    """Know of nothing that takes somebody's time but projects."""
    return False


async def sign_up(
    slot_id: UUID,
    *,
    by: Actor,
    elsewhere: Elsewhere = nowhere_else,
    at: datetime | None = None,
) -> Turn:
    """Promise to help at a slot: its minutes are set aside, and the time is taken.

    Doing it again changes nothing. `elsewhere` knows what else takes somebody's time. Raises
    `NotYourWork` for whoever acts for another or has left, `NoWorkNow`, `SlotOver`, `SlotFull`,
    `BusyThen`, `NoMinutesLeft`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    if by.on_behalf_of is not None:
        raise NotYourWork("sign up")
    async with verb(helps_in_one_place=BusyThen()):
        # The member first, then the delivery, the slot and the book: every verb in this order.
        if not await community.keep_active(by.member_id, community_id=by.community_id):
            raise NotYourWork("sign up")
        seen = await rows.one_slot(slot_id, community_id=by.community_id)
        project = await standing.project_of(seen.project_id, community_id=by.community_id)
        await standing.require_under_way(project)
        slot = await rows.locked(slot_id, community_id=by.community_id)
        before = await rows.turn_of(slot, by.member_id)
        if before is not None:
            return before
        rules.check_sign_up(slot, at=moment)
        await community.keep_time(by.member_id)
        if await rows.busy(by.member_id, slot):
            raise BusyThen
        here = by.community_id
        if await elsewhere(by.member_id, slot.starts_at, slot.minutes, community_id=here):
            raise BusyThen(elsewhere=True)
        undertaking = await undertaking_of(project)
        turn = Turn(
            id=ledger.new_id(),
            community_id=by.community_id,
            slot_id=slot.id,
            project_id=slot.project_id,
            member_id=by.member_id,
            state=TurnState.SIGNED,
            signed_at=moment,
            hold_id=ledger.new_id(),
            held=slot.credit_each,
            own=by.member_id in undertaking.hands,
            minutes=None,
            paid=None,
            settled_by=None,
            settled_at=None,
            changed_at=moment,
        )
        await rows.add_turn(turn, slot)
        await rows.note("sign_up", slot, by=by)
        await holding.set_aside(turn, by=by)
        return turn


async def step_back(slot_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """Give a place back before the slot begins: what was set aside is the project's again.

    Doing it again changes nothing. Raises `NotSignedUp` for who never was, `SlotOver`,
    `NotYourWork`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    if by.on_behalf_of is not None:
        raise NotYourWork("step back")
    async with verb():
        slot = await rows.locked(slot_id, community_id=by.community_id)
        turn = await rows.turn_of(slot, by.member_id)
        if turn is None and await rows.turns(
            "slot_id = {} AND member_id = {} LIMIT 1",
            slot.id,
            by.member_id,
            community_id=by.community_id,
        ):
            return
        await give_back(rules.check_step_back(slot, turn, at=moment), by=by, at=moment)


async def give_back(turn: Turn, *, by: Actor, at: datetime) -> None:
    """Give a turn of a locked slot back, within the open transaction."""
    await rows.set_turn(turn, state=TurnState.STEPPED_BACK.value, changed_at=at)
    await rows.free_quarters(turn)
    slot = await rows.one_slot(turn.slot_id, community_id=turn.community_id)
    await rows.note("step_back", slot, by=by, member=str(turn.member_id))
    await holding.let_go(turn, by=by)
