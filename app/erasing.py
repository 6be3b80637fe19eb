"""Erases a person from the whole house: register, wings, sign-ins, devices; all in one commit."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
import ledger
import timebank
from app.tables import WebSessionRow
from community import Actor, Erased
from ledger import Balance
from marketplace import deliberation, delivery, needs, plans, screening
from marketplace.aftercare import forget_aftercare
from marketplace.councils.personal import forget_councils
from marketplace.delivery.changes import forget_changes
from marketplace.evaluation.personal import forget_evaluations
from marketplace.funding.personal import leave_funding
from marketplace.meetings.personal import forget_meetings
from marketplace.needs.merging.personal import forget_need_merges
from marketplace.work import leave_work
from timebank import hours
from timebank.repeats import end_repeats_of, waiting_of

# A recovery code goes with its second factor, a delivery with its message.
_FORGET: Final = (
    "DELETE FROM web_session WHERE member_id = ANY({})",
    "DELETE FROM member_password WHERE member_id = ANY({})",
    "DELETE FROM one_time_code WHERE member_id = ANY({})",
    "DELETE FROM second_factor WHERE member_id = ANY({})",
    "DELETE FROM sign_in_card WHERE member_id = ANY({})",
    "DELETE FROM push_device WHERE member_id = ANY({})",
    "DELETE FROM message_preference WHERE member_id = ANY({})",
    "DELETE FROM message_delivery WHERE member_id = ANY({})",
)


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What has to be settled before a person can be erased; nothing of it, and it can go ahead."""

    visits: int
    roles: tuple[str, ...]
    hours: bool = False

    @property
    def any(self) -> bool:
        """Whether something has to be settled first."""
        return bool(self.visits or self.roles or self.hours)


async def erase(member_id: UUID, *, by: Actor) -> Erased:
    """Erase a person who asked for it, from everywhere at once; a second time changes nothing.

    The minutes that are left stay in the book under the pseudonym. Raises what
    `community.erase_member` raises, `timebank.OpenVisits` and `hours.HoursOpen`.
    """
    async with ledger.transaction():
        who = await community.memberships(member_id, community_id=by.community_id)
        await end_repeats_of(who, by=by)
        erased = await community.erase_member(member_id, by=by)
        if erased.now:
            await timebank.forget(erased.ids, community_id=by.community_id)
            await needs.forget_needs(erased.ids, by=by)
            await forget_need_merges(erased.ids, community_id=by.community_id)
            await screening.forget_screening(erased.ids, community_id=by.community_id)
            await plans.forget_plans(erased.ids, community_id=by.community_id)
            await deliberation.forget_words(erased.ids, community_id=by.community_id)
            await delivery.forget_deliveries(erased.ids, community_id=by.community_id)
            await forget_evaluations(erased.ids, community_id=by.community_id)
            await forget_councils(erased.ids, community_id=by.community_id)
            await forget_meetings(erased.ids, community_id=by.community_id)
            await leave_work(erased.ids, community_id=by.community_id)
            await forget_changes(erased.ids, community_id=by.community_id)
            await leave_funding(erased.ids, by=by)
            await forget_aftercare(erased.ids, community_id=by.community_id)
            await forget_sign_ins(erased.ids)
    return erased


async def forget_sign_ins(members: Collection[UUID]) -> None:
    """Delete everything by which these members sign in or are reached on their devices."""
    for sql in _FORGET:
        await WebSessionRow.raw(sql, list(members))


async def obstacles(member_id: UUID, *, community_id: UUID) -> Obstacles:
    """Return what has to be settled before this person can be erased."""
    who = await community.memberships(member_id, community_id=community_id)
    try:
        await timebank.refuse_unfinished(who, community_id=community_id)
    except timebank.OpenVisits as refused:
        # What was asked for regularly ends with an erasure, and what nobody took of it.
        ending = await waiting_of(who, community_id=community_id)
        visits = len(set(refused.visits) - ending)
    else:
        visits = 0
    on_their_way = False
    try:
        await hours.refuse_open_hours(who, community_id=community_id)
    except hours.HoursOpen:
        on_their_way = True
    roles = {
        held.role.value
        for one in who
        for held in await community.roles_held(one)
        if held.role in community.STAFF and not held.over()
    }
    return Obstacles(visits, tuple(sorted(roles)), on_their_way)


async def minutes_left(member_id: UUID, *, community_id: UUID) -> Balance | None:
    """Return the minutes that would stay under the pseudonym; None where there is no account."""
    found = await ledger.find_account(
        community_id=ledger.CommunityId(community_id),
        kind="member",
        unit=ledger.MINUTE,
        owner=member_id,
    )
    return await ledger.balance(found.id) if found else None
