"""Offering a slot, calling one off, granting a project minutes. Each verb is one transaction."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import community
import ledger
from community import Actor
from marketplace.refusals import verb
from marketplace.work import holding, rows, rules, standing, telling
from marketplace.work.errors import GrantRefused, InvalidSlot, NotYourWork, UnknownSlot
from marketplace.work.policy import work_policy_at
from marketplace.work.values import Grant, Slot, SlotDraft, SlotState, TurnState

GRANT_STEP: Final = 15


async def offer_slot(
    project_id: UUID,
    draft: SlotDraft,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Slot:
    """Look for helping hands: what is done, where, when, by how many, for how long.

    The same `id` again is answered with the slot that it made. What an hour counts is the policy's
    of this moment. Raises `NotYourWork`, `NoWorkNow`, `InvalidSlot`, `UnknownProject`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        project = await standing.project_of(project_id, community_id=by.community_id)
        await standing.require_runs(project, by, "offer")
        policy = await work_policy_at(by.community_id, moment)
        rules.check_slot(draft, at=moment, policy=policy)
        await standing.require_under_way(project)
        slot_id = id or ledger.new_id()
        first = await rows.add_slot(
            slot_id,
            project.id,
            draft,
            credit_per_hour=policy.credit_per_hour,
            by=by,
            at=moment,
        )
        slot = await rows.one_slot(slot_id, community_id=by.community_id)
        if slot.project_id != project.id:
            raise UnknownSlot
        if first:
            await rows.note("offer", slot, by=by, people=slot.people, minutes=slot.minutes)
        return slot


async def cancel_slot(slot_id: UUID, reason: str, *, by: Actor, at: datetime | None = None) -> Slot:
    """Call a slot off: all who signed up are told, and what was set aside returns to the project.

    Doing it again changes nothing. Raises `NotYourWork`, `InvalidSlot` without a reason,
    `PlacesSettled`, `UnknownSlot`.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        slot = await rows.locked(slot_id, community_id=by.community_id)
        project = await standing.project_of(slot.project_id, community_id=by.community_id)
        await standing.require_runs(project, by, "cancel")
        if slot.state is SlotState.CANCELLED:
            return slot
        rules.check_reason(reason)
        rules.check_cancel(slot)
        return await call_off(slot, reason.strip(), by=by, at=moment)


async def call_off(slot: Slot, reason: str, *, by: Actor, at: datetime) -> Slot:
    """Call a locked slot off, whoever decided it, within the open transaction."""
    signed = [one for one in await rows.turns_in(slot) if one.state is TurnState.SIGNED]
    await rows.set_slot(
        slot,
        state=SlotState.CANCELLED.value,
        reason=reason,
        cancelled_by=by.member_id,
        cancelled_at=at,
    )
    for turn in signed:
        await rows.set_turn(turn, state=TurnState.CANCELLED.value, changed_at=at)
        await rows.free_quarters(turn)
    await rows.note("cancel", slot, by=by, people=len(signed))
    off = await rows.one_slot(slot.id, community_id=slot.community_id)
    await telling.tell_cancelled(off, {one.member_id for one in signed}, by=by, at=at)
    for turn in sorted(signed, key=lambda one: one.hold_id):
        await holding.let_go(turn, by=by)
    return off


async def grant_minutes(
    project_id: UUID,
    minutes: int,
    why: str,
    *,
    by: Actor,
    id: UUID | None = None,  # noqa: A002 (the row's name)
    at: datetime | None = None,
) -> Grant:
    """Give a project hours of the community's making, in quarter-hours, as far as its rules allow.

    The same `id` again is answered with the first. Raises `NotYourWork` for whoever is no
    coordinator or undertakes the project, `GrantRefused`, `InvalidSlot`, `NoWorkNow`,
    `UnknownProject`.
    """
    moment = at or datetime.now(UTC)
    if not standing.coordinates(by):
        raise NotYourWork("grant")
    rules.check_reason(why)
    if minutes < GRANT_STEP or minutes % GRANT_STEP:
        raise InvalidSlot("minutes", "not offered")
    async with verb():
        project = await standing.project_of(project_id, community_id=by.community_id)
        undertaking = await standing.require_runs(project, by, "grant")
        if by.member_id in undertaking.hands:
            raise NotYourWork("grant")
        await standing.require_under_way(project)
        before = await rows.grants(project.id, community_id=by.community_id)
        for one in before:
            if one.id == id:
                return one
        policy = await work_policy_at(by.community_id, moment)
        if sum(one.minutes for one in before) + minutes > policy.grant_minutes_max:
            raise GrantRefused(policy.grant_minutes_max)
        grant = Grant(id or ledger.new_id(), project.id, minutes, why.strip(), by.member_id, moment)
        if not await rows.add_grant(grant, by=by):
            raise UnknownSlot
        await community.record(
            "work.grant",
            by=by,
            subject_kind="project",
            subject_id=project.id,
            details={"minutes": minutes},
        )
        await holding.issue(grant.id, project.id, minutes, by=by)
        return grant
