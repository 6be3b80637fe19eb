"""Asks for the coming visits of what repeats: each moment once, or the elder is told why not.

Each moment is a transaction of its own. Its row and its visit stand together, so it does not matter
at which line a worker is killed, or how many work at once.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
from community import Role, Standing
from timebank.asking import ask_for
from timebank.continuity import still_helps
from timebank.eligibility import NotEligible
from timebank.errors import (
    InvalidRequest,
    NotEnoughMinutes,
    TimebankError,
    UnknownCareService,
)
from timebank.policy import REPEAT_DAYS_AHEAD, visit_policy
from timebank.refusals import one_transaction
from timebank.repeats import rows, rules, telling
from timebank.repeats.ending import stop
from timebank.repeats.values import Missed, Repeat

_WHY: Final[dict[type[TimebankError], Missed]] = {
    NotEnoughMinutes: Missed.MINUTES,
    NotEligible: Missed.RULES,
    InvalidRequest: Missed.RULES,
    UnknownCareService: Missed.SERVICE,
}


async def ask_ahead(*, at: datetime | None = None) -> int:
    """Ask for the coming visits of everything that repeats; return how many. A job.

    What is over, or is no elder's any more, ends.
    """
    asked = 0
    for home in await community.communities():
        for repeat in await rows.find(
            "repeat.community_id = {} AND repeat.ended_at IS NULL ORDER BY repeat.id", home.id
        ):
            asked += await ask_coming(repeat, at=at)
    return asked


async def ask_coming(repeat: Repeat, *, at: datetime | None = None) -> int:
    """Ask for the coming visits of one repeating request; return how many."""
    moment = at or datetime.now(UTC)
    home = await community.community(repeat.community_id)
    zone = ZoneInfo(home.time_zone)
    elder = await community.member(repeat.elder_id)
    lives_here = elder.standing is Standing.ACTIVE and elder.community_id == home.id
    if not lives_here or Role.ELDER not in elder.roles or rules.is_over(repeat, zone, at=moment):
        await _end(repeat, at=moment)
        return 0
    policy = await community.policy_in_force(home.id, moment)
    ahead = rules.moments_ahead(
        repeat,
        zone,
        at=moment,
        days=policy[REPEAT_DAYS_AHEAD],
        policy=visit_policy(policy),
    )
    decided = await rows.decided(repeat, moment)
    return sum([await _ask(repeat, one, at=moment) for one in ahead if one not in decided])


async def _ask(repeat: Repeat, starts_at: datetime, *, at: datetime) -> bool:
    """Ask for the visit of one moment; whether it was asked for now."""
    preferred = await _preferred(repeat)
    try:
        async with one_transaction():
            if not await community.keep_active(
                repeat.elder_id, community_id=repeat.community_id, alone=True
            ):
                return False
            # Before the request itself, as an erasure of theirs locks them in that order.
            if preferred and not await community.keep_active(
                preferred, community_id=repeat.community_id
            ):
                preferred = None
            return await _is_due(repeat, starts_at) and await _ask_due(
                repeat, starts_at, preferred, at=at
            )
    except (NotEligible, InvalidRequest, NotEnoughMinutes, UnknownCareService) as refusal:
        if isinstance(refusal, InvalidRequest) and refusal.field == "preferred":
            return False  # gone at this moment; the next run asks for nobody in particular
        async with one_transaction():
            if await _is_due(repeat, starts_at):
                await _miss(repeat, starts_at, _WHY[type(refusal)], at=at)
        return False


async def _is_due(repeat: Repeat, starts_at: datetime) -> bool:
    """Lock a request; whether it goes on, and nothing is decided about that moment yet."""
    if await rows.locked_at_once(repeat) is None:
        return False
    return starts_at not in await rows.decided(repeat, starts_at)


async def _ask_due(
    repeat: Repeat, starts_at: datetime, preferred: UUID | None, *, at: datetime
) -> bool:
    if await rows.is_busy(
        repeat.elder_id, starts_at, repeat.minutes, community_id=repeat.community_id
    ):
        await _miss(repeat, starts_at, Missed.BUSY, at=at)
        return False
    visit = await ask_for(
        repeat.elder_id,
        repeat.request(starts_at, preferred),
        by=community.system(repeat.community_id),
        form_key=uuid5(repeat.id, starts_at.isoformat()),
        at=at,
    )
    return await rows.decide(repeat, starts_at, at=at, visit=visit, missed=None)


async def _miss(repeat: Repeat, starts_at: datetime, why: Missed, *, at: datetime) -> None:
    """Leave one moment out, of a locked request, and tell the elder once."""
    if await rows.decide(repeat, starts_at, at=at, visit=None, missed=why):
        by = community.system(repeat.community_id)
        await rows.note("miss", repeat, by=by, why=why.value, starts_at=starts_at.isoformat())
        await telling.tell_missed(repeat, starts_at, why)


async def _preferred(repeat: Repeat) -> UUID | None:
    """Return who is asked first: whoever came last time, or whom the elder named, if they help."""
    last = await rows.last_volunteer(repeat) if repeat.same_person else None
    for wished in (last, repeat.preferred_id):
        one = await still_helps(wished, community_id=repeat.community_id)
        if one is not None and one.id != repeat.elder_id:
            return one.id
    return None


async def _end(repeat: Repeat, *, at: datetime) -> None:
    async with one_transaction():
        found = await rows.locked(repeat.id, community_id=repeat.community_id)
        if found.ended_at is None:
            await stop(found, by=community.system(repeat.community_id), at=at)
