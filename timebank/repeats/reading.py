"""Reads what repeats, for pages: what an elder asks for regularly, and its next moments."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from community import Actor, DelegatedAct, Role
from timebank import visit_rows
from timebank.errors import NotYours
from timebank.repeats import rows, rules
from timebank.repeats.values import Coming, Missed, Repeat, RepeatSeen

NEXT_SHOWN: Final = 3
LOOKED_AHEAD: Final = timedelta(days=120)
_MAY_END: Final = frozenset({DelegatedAct.REQUEST})


async def repeats_of(by: Actor, *, at: datetime | None = None) -> list[RepeatSeen]:
    """Return what a member asks for regularly and has not ended. Raises `NotDelegated`."""
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _MAY_END)
    found = await rows.find(
        "repeat.community_id = {} AND repeat.elder_id = {} AND repeat.ended_at IS NULL"
        " ORDER BY repeat.asked_at, repeat.id",
        by.community_id,
        by.principal,
    )
    return [await _seen(one, at or datetime.now(UTC)) for one in found]


async def repeat_seen(repeat_id: UUID, by: Actor, *, at: datetime | None = None) -> RepeatSeen:
    """Return one of them: to its elder, who may ask for them, or a coordinator.

    Raises `UnknownRepeat`, `NotYours`, `NotDelegated`.
    """
    if by.on_behalf_of is not None:
        await community.delegated(by, by.on_behalf_of, _MAY_END)
    repeat = await rows.one(repeat_id, community_id=by.community_id)
    coordinator = by.on_behalf_of is None and Role.COORDINATOR in by.roles
    if by.principal != repeat.elder_id and not coordinator:
        raise NotYours("see")
    return await _seen(repeat, at or datetime.now(UTC))


async def repeat_of_visit(visit_id: UUID, *, community_id: UUID) -> Repeat | None:
    """Return what a visit is one of; None for one that was asked for on its own."""
    found = await rows.find(
        "repeat.community_id = {}"
        " AND repeat.id = (SELECT repeat_id FROM repeat_moment WHERE visit_id = {})",
        community_id,
        visit_id,
    )
    return found[0] if found else None


async def first_visit(repeat: Repeat) -> UUID:
    """Return the visit that was asked for together with it."""
    visit_id, _missed = (await rows.decided(repeat, repeat.starts_at))[repeat.starts_at]
    if visit_id is None:  # its moment and its visit are one transaction
        raise LookupError(f"{repeat.id} began without a visit")
    return visit_id


async def _seen(repeat: Repeat, at: datetime) -> RepeatSeen:
    home = await community.community(repeat.community_id)
    coming = () if repeat.ended_at else await _coming(repeat, ZoneInfo(home.time_zone), at)
    names = await community.named_members(
        {repeat.elder_id} | ({repeat.preferred_id} if repeat.preferred_id else set()),
        community_id=home.id,
    )
    preferred = names.get(repeat.preferred_id, "") if repeat.preferred_id else ""
    return RepeatSeen(repeat, names.get(repeat.elder_id, ""), preferred, coming)


async def _coming(repeat: Repeat, zone: ZoneInfo, at: datetime) -> tuple[Coming, ...]:
    moments = list(
        islice(rules.moments_after(repeat, zone, at=at, until=at + LOOKED_AHEAD), NEXT_SHOWN)
    )
    decided = await rows.decided(repeat, at)
    ids = [decided[one][0] for one in moments if one in decided and decided[one][0]]
    visits = {
        visit.id: visit
        for visit in await visit_rows.find(
            "visit.id = ANY({})", ids, community_id=repeat.community_id
        )
    }
    shown = []
    for one in moments:
        visit_id, missed = decided.get(one, (None, None))
        shown.append(
            Coming(one, visits[visit_id] if visit_id else None, Missed(missed) if missed else None)
        )
    return tuple(shown)
