"""Saying who came and for how long, and who did not: the minutes pass exactly once."""

from datetime import UTC, datetime
from uuid import UUID

from community import Actor
from marketplace.refusals import verb
from marketplace.work import holding, rows, rules, standing, telling
from marketplace.work.holding import Beyond, keep_all
from marketplace.work.policy import work_policy_at
from marketplace.work.values import Turn, TurnState, credit


async def confirm(
    slot_id: UUID,
    member_id: UUID,
    minutes: int,
    *,
    by: Actor,
    beyond: Beyond = keep_all,
    at: datetime | None = None,
) -> Turn:
    """Say that somebody helped for so many real minutes: they pass from the project to them.

    The same said again changes nothing. `beyond` says what becomes of minutes above what a member
    may save. Raises `NotYourWork`, `OwnHours`, `NotSignedUp`, `SlotNotBegun`, `TooLongStated`,
    `SettledOtherwise`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        slot = await rows.locked(slot_id, community_id=by.community_id)
        project = await standing.project_of(slot.project_id, community_id=by.community_id)
        await standing.require_runs(project, by, "confirm")
        found = await rows.turn_of(slot, member_id)
        turn = rules.check_settle(slot, found, by=by.member_id, at=moment)
        policy = await work_policy_at(by.community_id, slot.starts_at)
        counted = rules.counted(slot, minutes, policy)
        if rules.said_before(turn, TurnState.CAME, counted):
            return turn
        paid = credit(counted, slot.credit_per_hour)
        await rows.set_turn(
            turn,
            state=TurnState.CAME.value,
            minutes=counted,
            paid=paid,
            settled_by=by.member_id,
            settled_at=moment,
            changed_at=moment,
        )
        await rows.note("confirm", slot, by=by, member=str(member_id), minutes=paid)
        await telling.tell_confirmed(slot, member_id, paid)
        await holding.pass_on(turn, paid, by=by, beyond=beyond)
        done = await rows.turn_of(slot, member_id)
        return done or turn


async def not_there(
    slot_id: UUID, member_id: UUID, *, by: Actor, at: datetime | None = None
) -> Turn:
    """Say that somebody who had signed up did not come: what was set aside returns.

    The same said again changes nothing. Raises `NotYourWork`, `OwnHours`, `NotSignedUp`,
    `SlotNotBegun`, `SettledOtherwise`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        slot = await rows.locked(slot_id, community_id=by.community_id)
        project = await standing.project_of(slot.project_id, community_id=by.community_id)
        await standing.require_runs(project, by, "confirm")
        found = await rows.turn_of(slot, member_id)
        turn = rules.check_settle(slot, found, by=by.member_id, at=moment)
        if rules.said_before(turn, TurnState.NO_SHOW, None):
            return turn
        await rows.set_turn(
            turn,
            state=TurnState.NO_SHOW.value,
            settled_by=by.member_id,
            settled_at=moment,
            changed_at=moment,
        )
        await rows.note("no_show", slot, by=by, member=str(member_id))
        await telling.tell_missed(slot, member_id)
        await holding.let_go(turn, by=by)
        missed = await rows.turn_of(slot, member_id)
        return missed or turn
