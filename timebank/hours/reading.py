"""Reads saved hours on their way for pages: a member's giving, the desk's list. Never writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import community
import ledger
from community import Actor, Role, Standing
from ledger import MINUTE, Balance, CommunityId, Transfer
from timebank.accounts import DONATED, GIFTS, MEMBER
from timebank.eligibility import NotEligible, may_be_given, redeeming
from timebank.hours import donations, gifts, needs, people, proposal_rows, proposal_rules, rules
from timebank.hours.errors import UnknownHours
from timebank.hours.values import Donation, Gift, Proposal

DONATIONS_SHOWN = 60
SEES_ALL = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR})
SEES_PROPOSALS = proposal_rules.APPROVES | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class SeenGift:
    """A gift with the names of both, and what whoever looks can do: `answer`, `withdraw`."""

    gift: Gift
    giver_name: str
    receiver_name: str
    mine: bool
    may_answer: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Giving:
    """What a member gave and received, and can give now.

    `over_cap` are the transfers of what was above a cap and thanked for as a donation, newest
    first; `donated` is what of both stayed given, in minutes.
    """

    saved: Balance
    gifts_left: int
    gifts: tuple[SeenGift, ...]
    donations: tuple[Donation, ...]
    over_cap: tuple[Transfer, ...]
    donated: int


@dataclass(frozen=True, slots=True)
class SeenProposal:
    """A proposal with the names of everybody in it, and what whoever looks can do.

    `names` are by id. `own_kin` says that who proposed it is kin to somebody whose affair it is,
    `why_not` why this member cannot approve (as `NotThisHand` says it), empty where they can.
    """

    proposal: Proposal
    names: Mapping[UUID, str]
    own_kin: bool
    why_not: str
    may_decline: bool
    approved: bool


async def giving(by: Actor) -> Giving:
    """Return what a member gave and received; only for themselves. Raises `OwnHandOnly`."""
    people.refuse_for_another(by)
    here = CommunityId(by.community_id)
    saved, received = [
        await ledger.find_account(community_id=here, kind=kind, unit=MINUTE, owner=by.member_id)
        for kind in (MEMBER, GIFTS)
    ]
    fund = await ledger.find_account(community_id=here, kind=DONATED, unit=MINUTE)
    balance = Balance(ledger.AccountId(by.member_id), MINUTE, 0, 0)
    given: tuple[Transfer, ...] = ()
    donated = 0
    if saved:
        balance = await ledger.balance(saved.id)
        if fund:
            given = await ledger.transfers_between(saved.id, fund.id, size=DONATIONS_SHOWN)
            donated = await ledger.passed_between(saved.id, fund.id)
    found = await gifts.gifts_of(by.member_id, community_id=by.community_id)
    return Giving(
        balance,
        (await ledger.balance(received.id)).available if received else 0,
        tuple(await _seen_gifts(found, by)),
        tuple(await donations.donations_of(by.member_id, community_id=by.community_id)),
        tuple(one for one in given if one.event.kind != "donation"),
        donated,
    )


async def gift_seen(gift_id: UUID, by: Actor) -> SeenGift:
    """Return a gift to its two sides or the desk. Raises `OwnHandOnly`, `UnknownHours`."""
    people.refuse_for_another(by)
    found = await gifts.one(gift_id, community_id=by.community_id)
    sides = {found.giver_id, found.receiver_id}
    if by.member_id not in sides and SEES_ALL.isdisjoint(by.roles):
        raise UnknownHours("gift", gift_id)
    return (await _seen_gifts([found], by))[0]


async def gifts_to_answer(member_id: UUID, by: Actor) -> list[SeenGift]:
    """Return the gifts that wait for a member's answer, for the desk. Raises `UnknownHours`."""
    if SEES_ALL.isdisjoint(by.roles):
        raise UnknownHours("member", member_id)
    found = await gifts.gifts_of(member_id, community_id=by.community_id)
    return await _seen_gifts(
        [one for one in found if one.open and one.receiver_id == member_id], by
    )


async def may_be_given_to(by: Actor, *, at: datetime | None = None) -> list[tuple[UUID, str]]:
    """Return the kin on record whom a member can give hours to now, by name."""
    moment = at or datetime.now(UTC)
    policy = await community.policy_in_force(by.community_id, moment)
    found = []
    kin = await community.kin_kinds(by.member_id, community_id=by.community_id)
    for one, how in kin.items():
        if may_be_given(how, policy) is not None:
            continue
        member = await community.member(one)
        hardship = await needs.in_hardship(one, community_id=by.community_id)
        if member.standing is not Standing.ACTIVE:
            continue
        try:
            await redeeming(one, community_id=by.community_id, at=moment, hardship=hardship)
        except NotEligible:
            continue
        found.append((one, member.name))
    return found


async def donations_here(
    by: Actor, *, before: datetime | None = None
) -> tuple[list[Donation], Mapping[UUID, str]]:
    """Return a community's donations, newest first, and the donors' names, for its own people.

    Raises `NotTheirAct`.
    """
    if SEES_PROPOSALS.isdisjoint(by.roles):
        rules.require(Role.COORDINATOR, by.roles, "see all donations")
    found = await donations.donations(by.community_id, before=before)
    return found, await people.names((one.member_id for one in found), community_id=by.community_id)


async def donation_seen(donation_id: UUID, by: Actor) -> tuple[Donation, str]:
    """Return one donation and its donor's name, to a coordinator. Raises as `donations_here`.

    Raises `UnknownHours` besides.
    """
    rules.require(Role.COORDINATOR, by.roles, "see a donation")
    found = await donations.donation(donation_id, community_id=by.community_id)
    names = await people.names([found.member_id], community_id=by.community_id)
    return found, names.get(found.member_id, "")


async def proposals(by: Actor) -> tuple[list[SeenProposal], list[SeenProposal]]:
    """Return the proposals that wait, oldest first, and the latest that are over.

    Raises `NotTheirAct` for whoever neither proposes, approves nor watches.
    """
    _require_watcher(by)
    waiting = await _waiting(by)
    over = await proposal_rows.find(
        "state <> 'waiting' ORDER BY ended_at DESC, id DESC LIMIT 50",
        community_id=by.community_id,
    )
    return await _seen_proposals(waiting, by), await _seen_proposals(over, by)


async def proposal_seen(proposal_id: UUID, by: Actor) -> SeenProposal:
    """Return one proposal. Raises `NotTheirAct`, `UnknownHours`."""
    _require_watcher(by)
    found = await proposal_rows.one(proposal_id, community_id=by.community_id)
    return (await _seen_proposals([found], by))[0]


async def proposals_for(by: Actor) -> list[SeenProposal]:
    """Return the proposals that wait for this very member's word, oldest first."""
    if proposal_rules.APPROVES.isdisjoint(by.roles):
        return []
    waiting = await _seen_proposals(await _waiting(by), by)
    return [one for one in waiting if not one.why_not and not one.approved]


async def _waiting(by: Actor) -> list[Proposal]:
    return await proposal_rows.find(
        "state = 'waiting' ORDER BY proposed_at, id", community_id=by.community_id
    )


def _require_watcher(by: Actor) -> None:
    if SEES_PROPOSALS.isdisjoint(by.roles):
        rules.require(Role.COORDINATOR, by.roles, "see proposals")


async def _seen_gifts(found: Iterable[Gift], by: Actor) -> list[SeenGift]:
    listed = list(found)
    names = await people.names(
        (side for one in listed for side in (one.giver_id, one.receiver_id)),
        community_id=by.community_id,
    )
    desk = not rules.ANSWERS_AT_DESK.isdisjoint(by.roles)
    return [
        SeenGift(
            one,
            names.get(one.giver_id, ""),
            names.get(one.receiver_id, ""),
            by.member_id in {one.giver_id, one.receiver_id},
            one.open
            and (one.receiver_id == by.member_id or (desk and one.giver_id != by.member_id)),
            one.open and one.giver_id == by.member_id,
        )
        for one in listed
    ]


async def _seen_proposals(found: Iterable[Proposal], by: Actor) -> list[SeenProposal]:
    listed = list(found)
    kin = await community.kin_kinds(by.member_id, community_id=by.community_id)
    names = await people.names(
        (who for one in listed for who in _named(one)), community_id=by.community_id
    )
    of_proposers = {
        proposer: await community.kin_kinds(proposer, community_id=by.community_id)
        for proposer in {one.proposed_by for one in listed}
    }
    seen = []
    for one in listed:
        of_proposer = of_proposers[one.proposed_by]
        why_not = proposal_rules.hand_against(one, by=by.member_id, roles=by.roles, kin=kin)
        seen.append(
            SeenProposal(
                one,
                names,
                not one.concerned.isdisjoint({*of_proposer, one.proposed_by}),
                why_not,
                one.waiting
                and (
                    by.member_id == one.proposed_by
                    or not proposal_rules.APPROVES.isdisjoint(by.roles)
                ),
                any(approval.approver_id == by.member_id for approval in one.approvals),
            )
        )
    return seen


def _named(one: Proposal) -> list[UUID | None]:
    approvers = [approval.approver_id for approval in one.approvals]
    return [*one.concerned, one.proposed_by, one.ended_by, *approvers]
