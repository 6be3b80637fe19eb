"""Ending what repeats: what nobody has taken is called off, what somebody has taken stays."""

import dataclasses
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from community import SYSTEM, Actor, DelegatedAct, Role
from timebank.acting import entitled
from timebank.asking import call_off_untaken
from timebank.errors import NotYours
from timebank.refusals import one_transaction
from timebank.repeats import rows, telling
from timebank.repeats.values import Repeat, Stopped
from timebank.rules import WAITING
from timebank.values import State, Visit


async def end_repeating(repeat_id: UUID, *, by: Actor, at: datetime | None = None) -> Stopped:
    """Ask for nothing more of it: by the elder, who may ask for them, or a coordinator.

    Visits that nobody has taken are called off; those that somebody has taken stay. The same again
    changes nothing. Raises `NotYours`, `NotDelegated`, `UnknownRepeat`.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        repeat = await rows.locked(repeat_id, community_id=by.community_id)
        by = await entitled(by, DelegatedAct.REQUEST, at)
        coordinator = by.on_behalf_of is None and Role.COORDINATOR in by.roles
        if by.principal != repeat.elder_id and not coordinator:
            raise NotYours("end")
        if repeat.ended_at is not None:
            return Stopped(repeat, 0, await _kept(repeat))
        return await stop(repeat, by=by, at=moment)


async def end_repeats_of(
    members: Collection[UUID], *, by: Actor, at: datetime | None = None
) -> list[Repeat]:
    """End everything that these elders ask for regularly; return it.

    For a merge, for who leaves and for an erasure: before the members are locked, as whoever takes
    one of its visits on locks them last.
    """
    moment = at or datetime.now(UTC)
    async with one_transaction():
        found = await rows.find(
            "repeat.community_id = {} AND repeat.elder_id = ANY({}) AND repeat.ended_at IS NULL"
            " ORDER BY repeat.id FOR NO KEY UPDATE OF repeat",
            by.community_id,
            list(members),
        )
        for repeat in found:
            await stop(repeat, by=by, at=moment)
        return found


async def tell_survivor(ended: Iterable[Repeat], survivor: UUID) -> None:
    """Tell whoever an elder's other membership was merged into what is not asked for any more."""
    for repeat in ended:
        await telling.tell_ended(dataclasses.replace(repeat, elder_id=survivor), by=None)


async def waiting_of(members: Collection[UUID], *, community_id: UUID) -> set[UUID]:
    """Return the visits that nobody has taken of what these elders ask for regularly.

    They are called off where it ends.
    """
    found = await rows.find(
        "repeat.community_id = {} AND repeat.elder_id = ANY({}) AND repeat.ended_at IS NULL",
        community_id,
        list(members),
    )
    return {visit.id for repeat in found for visit in await rows.visits(repeat, *WAITING)}


async def stop(repeat: Repeat, *, by: Actor, at: datetime) -> Stopped:
    """End one that is locked and goes on, within the caller's transaction."""
    ended_by = None if by.member_id == SYSTEM else by.member_id
    ended = await rows.end(repeat, by=ended_by, at=at)
    waiting = await rows.visits(repeat, *WAITING)
    called_off = sum([await call_off_untaken(one, by=by, at=at) for one in waiting])
    await rows.note("end", ended, by=by, called_off=called_off)
    await telling.tell_ended(ended, by=ended_by)
    return Stopped(ended, called_off, await _kept(ended))


async def _kept(repeat: Repeat) -> tuple[Visit, ...]:
    return tuple(await rows.visits(repeat, State.BOOKED, State.UNDER_WAY))
