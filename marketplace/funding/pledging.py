"""Pledging hours: a hold on the member's own minutes until the drive ends."""

from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor
from ledger import Leg, TransferId
from marketplace.funding import rows, rules
from marketplace.funding.by_telephone import pledger
from marketplace.funding.errors import (
    InvalidGift,
    NotForYou,
    PledgedAlready,
    PledgeMoved,
    SentTwice,
    TooFewMinutes,
    UnknownPledge,
)
from marketplace.funding.policy import funding_policy_at
from marketplace.funding.refusals import verb
from marketplace.funding.settling import pledge_ends, pledge_hold
from marketplace.funding.tables import PledgeRow
from marketplace.funding.values import Drive, Pledge, PledgeId, PledgeState
from marketplace.money import MEMBER, PROJECT_ACCOUNT, minute_account, origin

EVENT = "pledge"


async def pledgeable(member_id: UUID, *, community_id: UUID) -> int:
    """Return how many minutes a member could pledge now: their own that nothing else holds."""
    found = await ledger.find_account(
        community_id=ledger.CommunityId(community_id),
        kind=MEMBER,
        unit=ledger.MINUTE,
        owner=member_id,
    )
    return max(0, (await ledger.balance(found.id)).available) if found else 0


async def pledge_minutes(
    drive_id: UUID,
    minutes: int,
    *,
    by: Actor,
    id: PledgeId | None = None,  # noqa: A002 (the row's name)
    call_id: UUID | None = None,
) -> Pledge:
    """Pledge minutes of one's own for a drive; they are held until it ends.

    With a call an operator writes down what the caller pledges, on their own word. The same `id`
    again returns the first pledge. Raises `NotForYou` (also where one acts for
    another), `UnknownDrive`, `DriveMoved`, `DeadlineOver`, `InvalidGift`, `PledgedAlready`,
    `TooFewMinutes`, `SentTwice`, and what `by_telephone.pledger` raises.
    """
    key = id or PledgeId(ledger.new_id())
    async with verb():
        by = await pledger(by, call_id, "pledge")
        # Before the drive: whoever leaves is locked first, and then lets the pledges go. What else
        # can be known beforehand is, so that others who pledge wait for as little as can be.
        active = await community.keep_active(by.principal, community_id=by.community_id)
        policy = await funding_policy_at(by.community_id)
        drive = await rows.kept_drive(drive_id, community_id=by.community_id)
        before = await rows.pledges("id = {}", key)
        if before:
            return _same(before[0], drive_id, minutes, by)
        rules.taking(drive, now=datetime.now(UTC))
        if not drive.goal_minutes:
            raise InvalidGift("minutes", "not offered")
        rules.minutes(minutes, policy)
        if not active:
            raise NotForYou("pledge")
        return await write_pledge(drive, key, minutes, by=by)


def _same(first: Pledge, drive_id: UUID, minutes: int, by: Actor) -> Pledge:
    """Return the pledge that the same request made before. Raises `SentTwice` for another one."""
    if (first.drive_id, first.member_id, first.minutes) != (drive_id, by.principal, minutes):
        raise SentTwice
    return first


async def write_pledge(drive: Drive, key: PledgeId, minutes: int, *, by: Actor) -> Pledge:
    """Write a pledge of the actor's own to a drive that stays open, and hold its minutes.

    Of two of one member's at the same moment the second waits for the first, and then finds it.
    """
    own = await minute_account(MEMBER, by.principal, community_id=by.community_id)
    jar = await minute_account(PROJECT_ACCOUNT, drive.project_id, community_id=by.community_id)
    pledge = await rows.new_pledge(
        Pledge(
            id=key,
            drive_id=drive.id,
            project_id=drive.project_id,
            community_id=by.community_id,
            member_id=by.principal,
            minutes=minutes,
            state=PledgeState.HELD,
            returned_minutes=0,
            made_at=datetime.now(UTC),
            ended_at=None,
        )
    )
    if pledge is None:
        before = await rows.pledges("id = {}", key)
        if before:
            return _same(before[0], drive.id, minutes, by)
        raise PledgedAlready
    await _record("pledge.make", pledge, by=by)
    hold = Leg.hold(
        debit=own,
        credit=jar,
        amount=ledger.Minutes(minutes),
        unit=ledger.MINUTE,
        id=pledge_hold(pledge),
        note="pledge",
    )
    try:
        await ledger.book(ledger.Journal((hold,), origin(by, EVENT, key)))
    except ledger.NotEnough as refused:
        raise TooFewMinutes(max(0, refused.available)) from refused
    return pledge


async def withdraw_pledge(pledge_id: PledgeId, *, by: Actor, call_id: UUID | None = None) -> Pledge:
    """Take a pledge of one's own back while its drive is open; a second time changes nothing.

    Raises `NotForYou`, `UnknownPledge` (also for another's), `DriveMoved`, `DeadlineOver`,
    `PledgeMoved`, and what `by_telephone.pledger` raises.
    """
    async with verb():
        by = await pledger(by, call_id, "withdraw")
        drive, pledge = await rows.locked_pledge(pledge_id, community_id=by.community_id)
        if pledge.member_id != by.principal:
            raise UnknownPledge
        if pledge.state is PledgeState.WITHDRAWN:
            return pledge
        rules.taking(drive, now=datetime.now(UTC))
        return await release(pledge, by=by)


async def release(pledge: Pledge, *, by: Actor) -> Pledge:
    """Let a held pledge of a locked drive go; its member has the minutes again."""
    if pledge.state is not PledgeState.HELD:
        raise PledgeMoved(pledge.state.value)
    await PledgeRow.raw(
        "UPDATE pledge SET state = 'withdrawn', ended_at = clock_timestamp() WHERE id = {}",
        pledge.id,
    )
    await _record("pledge.withdraw", pledge, by=by)
    void = Leg.void(pledge_hold(pledge), id=TransferId(pledge_ends(pledge)))
    await ledger.book(ledger.Journal((void,), origin(by, EVENT, pledge.id)))
    (found,) = await rows.pledges("id = {}", pledge.id)
    return found


async def _record(act: str, pledge: Pledge, *, by: Actor) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="drive",
        subject_id=pledge.drive_id,
        details={"pledge": str(pledge.id), "minutes": pledge.minutes},
    )
