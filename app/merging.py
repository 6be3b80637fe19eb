"""Makes two memberships of one person one, in every part of the house; and lets a member leave.

Only the app sees the register, both wings and the sessions, so what each does for a merge meets
here, in one transaction: all of it stands, or nothing. Once nothing repeats that is asked for, the
register goes first and locks both members; whoever asks for a visit, accepts one or votes at that
moment waits for it.
"""

from dataclasses import dataclass
from uuid import UUID

import community
import ledger
import marketplace
import timebank
from app import sessions
from community import Actor, Merged
from marketplace import deliberation, delivery, needs, plans, screening
from marketplace.aftercare import leave_aftercare, take_over_aftercare
from marketplace.councils.personal import leave_councils, take_over_seats
from marketplace.delivery.changes import take_over_changes
from marketplace.evaluation.personal import take_over_evaluations
from marketplace.funding.personal import leave_funding, pledge_anew, take_over_gifts
from marketplace.meetings.personal import leave_meetings, take_over_meetings
from marketplace.needs.merging.personal import take_over_need_merges
from marketplace.work import leave_work, take_over_work
from timebank import beside, care, earning, hours
from timebank.group_sessions.personal import leave_classes, take_over_classes
from timebank.hours import Leaving
from timebank.moving import refuse_open_move
from timebank.repeats import end_repeats_of, tell_survivor
from timebank.teams.personal import leave_teams, take_over_teams


@dataclass(frozen=True, slots=True)
class MergeDone:
    """What a merge did in the register, and how many minutes moved to the survivor's passbook."""

    merged: Merged
    minutes: int


async def merge(survivor: UUID, other: UUID, *, by: Actor) -> MergeDone:
    """Make `other` a former membership of `survivor`, with its history.

    The same merge again changes nothing. Raises what `community.merge_members` raises,
    `timebank.OpenVisits` where the other has visits that are not over, and
    `marketplace.VotedTwice` where both have voted in a round that is still open.
    """
    async with ledger.transaction():
        await marketplace.hold_ballots(by.community_id)
        ended = await end_repeats_of([other], by=by)
        merged = await community.merge_members(survivor, other, by=by)
        if merged.before:
            return MergeDone(merged, 0)
        await tell_survivor(ended, survivor)
        await refuse_open_move(other, community_id=by.community_id)
        await marketplace.take_over_ballots(other, survivor, community_id=by.community_id)
        await needs.take_over_needs(other, survivor, by=by)
        await take_over_need_merges(other, survivor, by=by)
        await screening.take_over_appeals(other, survivor, community_id=by.community_id)
        await plans.take_over_plans(other, survivor, by=by)
        await deliberation.take_over_words(other, survivor, community_id=by.community_id)
        await delivery.take_over_deliveries(other, survivor, by=by)
        await take_over_evaluations(other, survivor, community_id=by.community_id)
        await take_over_seats(other, survivor, by=by)
        await take_over_meetings(other, survivor, by=by)
        await take_over_aftercare(other, survivor, by=by)
        await take_over_work(other, survivor, by=by)
        await take_over_changes(other, survivor, by=by)
        pledged = await take_over_gifts(other, survivor, by=by)
        minutes = await timebank.take_over_minutes(other, survivor, by=by)
        await pledge_anew(pledged, survivor, by=by)
        await beside.take_over_beside(other, survivor, by=by)
        await care.take_over_volunteering(other, survivor, by=by)
        await earning.take_over_earned(other, survivor, by=by)
        await take_over_classes(other, survivor, by=by)
        await take_over_teams(other, survivor, by=by)
        await sessions.end_all(other)
    return MergeDone(merged, minutes)


async def leave(member_id: UUID, *, by: Actor, why: Leaving | None = None) -> int:
    """Let a member go; what they did stays, and what they saved is their estate.

    `why` is None where they move to another community and take their hours along: then no estate
    is opened. Return how many minutes one has. Raises what `community.member_left` raises,
    `timebank.OpenVisits`, and `hours.HoursOpen` where minutes are still set aside.
    """
    async with ledger.transaction():
        await end_repeats_of([member_id], by=by)
        await community.member_left(member_id, by=by)
        await timebank.refuse_open_visits(member_id, community_id=by.community_id)
        await leave_classes([member_id], community_id=by.community_id)
        await leave_teams([member_id], community_id=by.community_id)
        await leave_councils([member_id], community_id=by.community_id)
        await leave_meetings([member_id], community_id=by.community_id)
        await leave_aftercare([member_id], community_id=by.community_id)
        await leave_work([member_id], community_id=by.community_id)
        await leave_funding([member_id], by=by)
        await sessions.end_all(member_id)
        if why is None:
            await hours.end_open_gifts(member_id, by=by)
            return 0
        return await hours.open_estate(member_id, why, by=by)


async def come_back(member_id: UUID, *, by: Actor) -> int:
    """Make a member who left active again, with what is left of their estate; return how much.

    Where a proposal about the estate waits, that is decided first and given back later, on the
    estate's page. Raises what `community.member_back` raises.
    """
    async with ledger.transaction():
        await community.member_back(member_id, by=by)
        if not await hours.estate_left(member_id, community_id=by.community_id):
            return 0
        if (await hours.seen_estate(member_id, by=by)).waiting is not None:
            return 0
        return await hours.return_estate(member_id, by=by)
