"""Grants: proposed by a coordinator, approved by two other people, booked with the second word.

Parts of an estate are approved here as well (`timebank.hours.estates` proposes them).
"""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import community
import ledger
from community import Actor, Role
from ledger import (
    MINUTE,
    AccountId,
    CommunityId,
    Event,
    Journal,
    JournalId,
    Leg,
    Origin,
    TransferId,
)
from timebank.accounts import (
    RELIEF,
    estate_account,
    gifts_account,
    member_account,
    own_account,
)
from timebank.hours import people, proposal_rows, proposal_rules, rules, telling
from timebank.hours.errors import NotGrantable, SentBefore
from timebank.hours.refusals import StoredBefore, verb
from timebank.hours.relief import month_of, rank_on_record
from timebank.hours.values import (
    Line,
    Proposal,
    ProposalKind,
    ProposalState,
    Source,
)
from timebank.policy.passing import (
    GRANT_MINUTES_MAX,
    GRANT_MONTH_MINUTES_MAX,
    GRANTS_TO,
    KEY_ELDERS,
)

_EVENTS = {
    ProposalKind.GRANT: "grant",
    ProposalKind.OPENING: "opening_grant",
    ProposalKind.ESTATE: "estate",
}


async def propose_grant(  # noqa: PLR0913 (a grant has these parts)
    receiver_id: UUID,
    minutes: int,
    *,
    source: Source,
    reason: str,
    by: Actor,
    form_key: UUID,
    at: datetime | None = None,
) -> Proposal:
    """Propose that an elder is given minutes from the relief fund or by the community itself.

    The same form again returns the first proposal. Raises `NotTheirAct` for whoever is no
    coordinator, `InvalidHours`, `NotGrantable`, `OverMonth`, `SentBefore`.
    """
    lines = ((receiver_id, minutes),)
    return await _propose(ProposalKind.GRANT, source, lines, reason, by=by, key=form_key, at=at)


async def propose_opening(
    lines: Sequence[tuple[UUID, int]],
    *,
    reason: str,
    by: Actor,
    form_key: UUID,
    at: datetime | None = None,
) -> Proposal:
    """Propose that many elders get the minutes that the community starts them with, once in life.

    Raises as `propose_grant` does, and `NotGrantable` for those who have had theirs.
    """
    return await _propose(
        ProposalKind.OPENING, Source.ISSUANCE, lines, reason, by=by, key=form_key, at=at
    )


async def _propose(  # noqa: PLR0913 (a proposal has these parts)
    kind: ProposalKind,
    source: Source,
    lines: Sequence[tuple[UUID, int]],
    reason: str,
    *,
    by: Actor,
    key: UUID,
    at: datetime | None,
) -> Proposal:
    people.refuse_for_another(by)
    proposal_rules.check_proposer(by.roles)
    moment, told = at or datetime.now(UTC), rules.check_reason(reason)
    proposal = Proposal(
        id=ledger.new_id(),
        community_id=by.community_id,
        kind=kind,
        source=source,
        estate_of=None,
        reason=told,
        proposed_by=by.member_id,
        proposed_at=moment,
        state=ProposalState.WAITING,
        ended_at=None,
        ended_by=None,
        why=None,
        lines=tuple(
            Line(place, receiver, minutes, _transfer(kind, receiver))
            for place, (receiver, minutes) in enumerate(lines, 1)
        ),
    )

    async def store() -> Proposal:
        policy = await community.policy_in_force(by.community_id, moment)
        proposal_rules.check_lines(lines, most=policy[GRANT_MINUTES_MAX])
        await _check(proposal, at=moment)
        await proposal_rows.insert(proposal, form_key=key)
        await proposal_rows.note_proposal("grant.propose", proposal, by=by)
        return proposal

    return await stored_once(proposal, store, by=by, key=key)


async def stored_once(
    proposal: Proposal, store: Callable[[], Awaitable[Proposal]], *, by: Actor, key: UUID
) -> Proposal:
    """Store a proposal, or return the one that the same form brought before.

    Raises `SentBefore` where that one was another.
    """
    try:
        async with verb():
            known = await _sent(key, by)
            if known is None:
                return await store()
    except StoredBefore:
        known = await _sent(key, by)
        if known is None:
            raise
    if not _same(known, proposal):
        raise SentBefore(known.id)
    return known


async def approve_proposal(proposal_id: UUID, *, by: Actor, at: datetime | None = None) -> Proposal:
    """Agree to a proposal; the second one who does books it, in the same transaction.

    Agreeing twice counts once. Raises `NotThisHand`, `ProposalOver`, `UnknownHours`; and at the
    booking what may have changed since: `NotGrantable`, `OverMonth`, `NotEnoughMinutes`.
    """
    people.refuse_for_another(by)
    moment = at or datetime.now(UTC)
    async with verb():
        seen = await proposal_rows.one(proposal_id, community_id=by.community_id)
        active = await people.keep_active(
            {*seen.receivers, seen.proposed_by, by.member_id}, community_id=by.community_id
        )
        proposal = await proposal_rows.locked(proposal_id, community_id=by.community_id)
        kin = await community.kin_kinds(by.member_id, community_id=by.community_id)
        proposal_rules.check_hand(proposal, by=by.member_id, roles=by.roles, kin=kin)
        approvals = proposal_rules.approve(proposal, by=by.member_id, at=moment)
        if approvals is None:
            return proposal
        agreed = dataclasses.replace(proposal, approvals=approvals)
        await proposal_rows.approve(agreed, approvals[-1])
        await proposal_rows.note_proposal(
            "estate.approve" if agreed.estate_of else "grant.approve", agreed, by=by
        )
        if len(approvals) < proposal_rules.APPROVALS:
            return agreed
        return await _book(agreed, active, by=by, at=moment)


async def decline_proposal(
    proposal_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Proposal:
    """Say no to a proposal, with the reason; whoever proposed it takes it back this way.

    Raises `NotTheirAct`, `InvalidHours`, `ProposalOver`, `UnknownHours`.
    """
    people.refuse_for_another(by)
    moment, told = at or datetime.now(UTC), rules.check_reason(why, field="why")
    async with verb():
        await community.keep_active(by.member_id, community_id=by.community_id)
        proposal = await proposal_rows.locked(proposal_id, community_id=by.community_id)
        if not proposal_rules.check_decline(proposal, by=by.member_id, roles=by.roles):
            return proposal
        declined = dataclasses.replace(
            proposal,
            state=ProposalState.DECLINED,
            ended_at=moment,
            ended_by=by.member_id,
            why=told,
        )
        await proposal_rows.end(declined)
        await proposal_rows.note_proposal(
            "estate.decline" if declined.estate_of else "grant.decline",
            declined,
            by=by,
            why=told,
        )
        await telling.declined(declined)
    return declined


async def _book(
    proposal: Proposal, active: frozenset[UUID], *, by: Actor, at: datetime
) -> Proposal:
    """Move the minutes, once everything holds that had to hold when it was proposed."""
    gone = sorted(proposal.receivers - active)
    if gone:
        raise NotGrantable("gone", gone)
    if proposal.kind is not ProposalKind.ESTATE:
        await _check(proposal, at=at)
    booked = dataclasses.replace(
        proposal, state=ProposalState.BOOKED, ended_at=at, ended_by=by.member_id
    )
    await proposal_rows.end(booked)
    await proposal_rows.note_proposal(
        "estate.book" if booked.estate_of else "grant.book", booked, by=by
    )
    await telling.booked(booked)
    source = await _source(booked)
    legs = [
        Leg.transfer(
            debit=source,
            credit=await _target(booked, line),
            amount=line.minutes,
            unit=MINUTE,
            id=TransferId(line.transfer_id),
            note=_EVENTS[booked.kind],
        )
        for line in booked.lines
    ]
    event = Event(_EVENTS[booked.kind], booked.estate_of or booked.id)
    origin = Origin(CommunityId(booked.community_id), event, by.member_id, effective_at=at)
    await ledger.book(Journal(tuple(legs), origin, JournalId(booked.id)))
    return booked


async def _source(proposal: Proposal) -> AccountId:
    if proposal.estate_of is not None:
        return await estate_account(proposal.estate_of, community_id=proposal.community_id)
    return await own_account(proposal.source.value, community_id=proposal.community_id)


async def _target(proposal: Proposal, line: Line) -> AccountId:
    """Return where a line's minutes go: what is inherited was not earned, so it is a gift."""
    if line.receiver_id is None:
        return await own_account(RELIEF, community_id=proposal.community_id)
    if proposal.kind is ProposalKind.ESTATE:
        return await gifts_account(line.receiver_id, community_id=proposal.community_id)
    return await member_account(line.receiver_id, community_id=proposal.community_id)


async def _check(proposal: Proposal, *, at: datetime) -> None:
    """Raise what speaks against a grant at this moment: who receives, and the month's limit."""
    policy = await community.policy_in_force(proposal.community_id, at)
    key_elders_alone = policy[GRANTS_TO] == KEY_ELDERS
    against: dict[str, list[UUID]] = {"gone": [], "not an elder": [], "not a key elder": []}
    for one in sorted(proposal.receivers):
        member = await community.member(one)
        here = member.community_id == proposal.community_id
        if not here or member.standing is not community.Standing.ACTIVE:
            against["gone"].append(one)
        elif Role.ELDER not in member.roles:
            against["not an elder"].append(one)
        elif key_elders_alone and not await rank_on_record(
            one, community_id=proposal.community_id, at=at
        ):
            against["not a key elder"].append(one)
    if proposal.kind is ProposalKind.OPENING:
        against["before"] = [
            line.receiver_id
            for line in proposal.lines
            if line.receiver_id and await ledger.journal(TransferId(line.transfer_id))
        ]
    for why, members in against.items():
        if members:
            raise NotGrantable(why, members)
    zone = ZoneInfo((await community.community(proposal.community_id)).time_zone)
    since, until = month_of(at, zone)
    granted = await proposal_rows.granted_between(since, until, community_id=proposal.community_id)
    proposal_rules.check_month(
        granted=granted, asked=proposal.minutes, most=policy[GRANT_MONTH_MINUTES_MAX]
    )


def _transfer(kind: ProposalKind, receiver: UUID) -> UUID:
    """Return a line's id in the book; of an opening grant the member's own, once in their life."""
    return uuid5(receiver, "opening grant") if kind is ProposalKind.OPENING else ledger.new_id()


async def _sent(key: UUID, by: Actor) -> Proposal | None:
    found = await proposal_rows.find(
        "proposed_by = {} AND form_key = {}", by.member_id, key, community_id=by.community_id
    )
    return found[0] if found else None


def _same(known: Proposal, again: Proposal) -> bool:
    def content(one: Proposal) -> tuple[object, ...]:
        lines = tuple((line.receiver_id, line.minutes) for line in one.lines)
        return one.kind, one.source, one.estate_of, one.reason, lines

    return content(known) == content(again)
