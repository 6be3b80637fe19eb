"""Estates: what somebody leaves who died or moved away, until heirs or the relief fund have it.

When the membership ends, saved minutes and gifts pass to an account of kind `estate`, owned by the
former member. A coordinator proposes who has which part; two others approve, as with grants
(`timebank.hours.grants`). Nothing is lost: what comes in later (a visit that was put right) is
gathered up too, and who comes back has theirs again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import community
import ledger
from community import Actor, Role, Standing
from ledger import MINUTE, AccountId, Balance, CommunityId, Event, Journal, Leg, Origin
from timebank.accounts import ESTATE, GIFTS, MEMBER, estate_account, owned_account
from timebank.hours import people, proposal_rows, proposal_rules, rules
from timebank.hours.errors import (
    EstateWaits,
    HoursOpen,
    NothingLeft,
    NotTheirAct,
    UnknownHours,
)
from timebank.hours.gifts import end_open_gifts
from timebank.hours.grants import stored_once
from timebank.hours.refusals import verb
from timebank.hours.tables import EstateRow
from timebank.hours.values import (
    Estate,
    Leaving,
    Line,
    Proposal,
    ProposalKind,
    ProposalState,
    Source,
)
from timebank.policy import ESTATE_TO_KIN
from timebank.policy.passing import ESTATE_YEARS

_FIND: Final = """
SELECT member_id, community_id, why, opened_at, opened_by FROM estate
WHERE community_id = {} AND """
_OPEN: Final = """
INSERT INTO estate (community_id, member_id, why, opened_at, opened_by) VALUES ({}, {}, {}, {}, {})
ON CONFLICT ON CONSTRAINT one_estate_each DO UPDATE SET why = excluded.why,
    opened_at = excluded.opened_at, opened_by = excluded.opened_by
"""
_PURSES: Final = (MEMBER, GIFTS)


@dataclass(frozen=True, slots=True)
class ListedEstate:
    """An estate in a list: what is left of it in minutes, and whether a proposal waits.

    `claim_until` is from when on the fund may have it.
    """

    estate: Estate
    name: str
    left: int
    waits: bool
    claim_until: datetime


@dataclass(frozen=True, slots=True)
class SeenEstate:
    """An estate with what is left of it in minutes, from when on the fund may have it, and heirs.

    `heirs` are the kin on record who are members here, and the member who came back.
    """

    estate: Estate
    name: str
    left: int
    claim_until: datetime
    heirs: Mapping[UUID, str]
    waiting: Proposal | None
    settled: tuple[Proposal, ...]


async def open_estate(
    member_id: UUID, why: Leaving, *, by: Actor, at: datetime | None = None
) -> int:
    """Pass what a member leaves to their estate, and return how many minutes that are.

    Within the transaction that ends the membership, with the member locked. Gifts that still wait
    go back first. With nothing left, no estate is opened. Raises `HoursOpen` where minutes are
    still set aside.
    """
    moment = at or datetime.now(UTC)
    async with verb():
        await end_open_gifts(member_id, by=by, at=moment)
        found = await _purses(member_id, by.community_id)
        if any(balance.held for balance in found.values()):
            raise HoursOpen
        left = sum(balance.posted for balance in found.values())
        if not left:
            return 0
        await EstateRow.raw(_OPEN, by.community_id, member_id, why.value, moment, by.member_id)
        await _note_estate("estate.open", member_id, by=by, minutes=left, why=why.value)
        await _gather(member_id, found, by=by, at=moment)
    return left


async def propose_parts(  # noqa: PLR0913 (a proposal has these parts)
    member_id: UUID,
    parts: Mapping[UUID | None, int],
    *,
    reason: str,
    by: Actor,
    form_key: UUID,
    family_agrees: bool = False,
    at: datetime | None = None,
) -> Proposal:
    """Propose how all that is left of an estate is shared out, in these proportions.

    Nobody (None) is the relief fund; `family_agrees` says that the family asked for that, as the
    reason tells. The same form again returns the first proposal. Raises `NotTheirAct`,
    `InvalidHours`, `UnknownHours`, `NotAnHeir`, `FundOnly`, `HeirsFirst`, `NothingLeft`,
    `EstateWaits`, `SentBefore`.
    """
    people.refuse_for_another(by)
    proposal_rules.check_proposer(by.roles)
    moment, told = at or datetime.now(UTC), rules.check_reason(reason)
    async with verb():
        # One at a time: what is given back or shared out meanwhile is not shared out as well.
        await _one(member_id, community_id=by.community_id, locked=True)
        parted = await _parted(member_id, parts, told, family_agrees, by=by, at=moment)

        async def store() -> Proposal:
            waiting = await _waiting(member_id, by.community_id)
            if waiting is not None:
                raise EstateWaits(waiting.id)
            await people.keep_active(parted.receivers, community_id=by.community_id)
            await proposal_rows.insert(parted, form_key=form_key)
            await proposal_rows.note_proposal("estate.propose", parted, by=by)
            purses = await _purses(member_id, by.community_id)
            await _gather(member_id, purses, by=by, at=moment)
            return parted

        return await stored_once(parted, store, by=by, key=form_key)


async def _parted(
    member_id: UUID,
    parts: Mapping[UUID | None, int],
    reason: str,
    family_agrees: bool,  # noqa: FBT001 (the verb's own)
    *,
    by: Actor,
    at: datetime,
) -> Proposal:
    """Return the proposal that shares out what is left now, in these proportions."""
    seen = await seen_estate(member_id, by=by, at=at)
    if seen.waiting is not None and seen.waiting.proposed_by != by.member_id:
        raise EstateWaits(seen.waiting.id)
    policy = await community.policy_in_force(by.community_id, at)
    proposal_rules.check_heirs(
        parts,
        heirs=seen.heirs,
        to_kin=policy[ESTATE_TO_KIN],
        family_agrees=family_agrees,
        claim_until=seen.claim_until,
        at=at,
    )
    if not seen.left:
        raise NothingLeft
    minutes = proposal_rules.shares(seen.left, list(parts.values()))
    lines = [(one, share) for one, share in zip(parts, minutes, strict=True) if share]
    return Proposal(
        id=ledger.new_id(),
        community_id=by.community_id,
        kind=ProposalKind.ESTATE,
        source=Source.ESTATE,
        estate_of=member_id,
        reason=reason,
        proposed_by=by.member_id,
        proposed_at=at,
        state=ProposalState.WAITING,
        ended_at=None,
        ended_by=None,
        why=None,
        lines=tuple(
            Line(place, receiver, share, ledger.new_id())
            for place, (receiver, share) in enumerate(lines, 1)
        ),
    )


async def return_estate(member_id: UUID, *, by: Actor, at: datetime | None = None) -> int:
    """Give somebody back what is left of their estate, who came back or moves on with it.

    It is theirs, so a coordinator alone does it: saved minutes as far as they were saved, the rest
    as gifts. Return how many minutes. Not for somebody who died. Raises `NotTheirAct`,
    `UnknownHours`, `EstateWaits`.
    """
    moment = at or datetime.now(UTC)
    rules.require(Role.COORDINATOR, by.roles, "give an estate back")
    async with verb():
        back = await community.keep_active(member_id, community_id=by.community_id)
        found = await _one(member_id, community_id=by.community_id, locked=True)
        if found.why is Leaving.DIED and not back:
            raise NotTheirAct("give an estate back")
        waiting = await _waiting(member_id, by.community_id)
        if waiting is not None:
            raise EstateWaits(waiting.id)
        estate = await estate_account(member_id, community_id=by.community_id)
        left = (await ledger.balance(estate)).available
        if not left:
            return 0
        purses = {
            kind: await owned_account(kind, member_id, community_id=by.community_id)
            for kind in _PURSES
        }
        saved = await ledger.passed_between(purses[MEMBER], estate)
        saved -= await ledger.passed_between(estate, purses[MEMBER])
        to_saved = max(0, min(left, saved))
        await _note_estate("estate.return", member_id, by=by, minutes=left)
        legs = tuple(
            Leg.transfer(debit=estate, credit=purses[kind], amount=minutes, unit=MINUTE)
            for kind, minutes in ((MEMBER, to_saved), (GIFTS, left - to_saved))
            if minutes
        )
        await ledger.book(Journal(legs, _origin(member_id, by, moment)))
    return left


async def estates(by: Actor, *, at: datetime | None = None) -> list[ListedEstate]:
    """Return a community's estates, those with something left first, then the newest.

    In few queries, however many there are. What came in after the membership ended is counted on
    the estate's own page. Raises `NotTheirAct` for whoever neither proposes nor approves.
    """
    _require_watcher(by)
    here = by.community_id
    found = await _find("true ORDER BY opened_at DESC, member_id", community_id=here)
    left = await ledger.balances_by_owner(CommunityId(here), ESTATE, MINUTE)
    waiting = await proposal_rows.waiting_estates(here)
    names = await people.names((one.member_id for one in found), community_id=here)
    policy = await community.policy_in_force(here, at)
    listed = [
        ListedEstate(
            one,
            names.get(one.member_id, ""),
            left[one.member_id].posted if one.member_id in left else 0,
            one.member_id in waiting,
            _years_later(one.opened_at, policy[ESTATE_YEARS]),
        )
        for one in found
    ]
    return sorted(listed, key=lambda one: not one.left)


async def seen_estate(member_id: UUID, *, by: Actor, at: datetime | None = None) -> SeenEstate:
    """Return one estate. Raises `NotTheirAct`, `UnknownHours`."""
    _require_watcher(by)
    found = await _one(member_id, community_id=by.community_id)
    return await _seen(found, by=by, at=at or datetime.now(UTC))


async def estate_left(member_id: UUID, *, community_id: UUID) -> int:
    """Return the minutes of a former member that nobody has yet."""
    account = await ledger.find_account(
        community_id=CommunityId(community_id), kind=ESTATE, unit=MINUTE, owner=member_id
    )
    return (await ledger.balance(account.id)).posted if account else 0


def _require_watcher(by: Actor) -> None:
    if (proposal_rules.APPROVES | {Role.AUDITOR}).isdisjoint(by.roles):
        rules.require(Role.COORDINATOR, by.roles, "see estates")


async def _seen(found: Estate, *, by: Actor, at: datetime) -> SeenEstate:
    here = by.community_id
    kin = await community.kin_kinds(found.member_id, community_id=here)
    heirs = {
        one: member.name
        for one in [*kin, found.member_id]
        if (member := await community.member(one)).standing is Standing.ACTIVE
    }
    policy = await community.policy_in_force(here, at)
    proposals = await proposal_rows.find(
        "estate_of = {} ORDER BY proposed_at, id", found.member_id, community_id=here
    )
    purses = await _purses(found.member_id, here)
    late = sum(balance.available for balance in purses.values())
    if found.member_id in heirs:
        late = 0  # whoever came back saves for themselves again
    return SeenEstate(
        found,
        (await community.member(found.member_id)).name,
        await estate_left(found.member_id, community_id=here) + late,
        _years_later(found.opened_at, policy[ESTATE_YEARS]),
        heirs,
        next((one for one in proposals if one.waiting), None),
        tuple(one for one in proposals if one.state is ProposalState.BOOKED),
    )


def _years_later(moment: datetime, years: int) -> datetime:
    """Return the same day so many years on; for 29 February, 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


async def _purses(member_id: UUID, community_id: UUID) -> dict[AccountId, Balance]:
    found = {}
    for kind in _PURSES:
        account = await ledger.find_account(
            community_id=CommunityId(community_id), kind=kind, unit=MINUTE, owner=member_id
        )
        if account is not None:
            found[account.id] = await ledger.balance(account.id)
    return found


async def _gather(
    member_id: UUID, purses: Mapping[AccountId, Balance], *, by: Actor, at: datetime
) -> None:
    """Pass what is in a former member's purses to the estate; a member's who came back stays."""
    if (await community.member(member_id)).standing is Standing.ACTIVE:
        return
    estate = await estate_account(member_id, community_id=by.community_id)
    legs = tuple(
        Leg.transfer(debit=account, credit=estate, amount=balance.posted, unit=MINUTE)
        for account, balance in purses.items()
        if balance.posted
    )
    if legs:
        await ledger.book(Journal(legs, _origin(member_id, by, at)))


async def _waiting(member_id: UUID, community_id: UUID) -> Proposal | None:
    found = await proposal_rows.find(
        "estate_of = {} AND state = 'waiting' FOR NO KEY UPDATE", member_id,
        community_id=community_id,
    )  # fmt: skip
    return found[0] if found else None


async def _one(member_id: UUID, *, community_id: UUID, locked: bool = False) -> Estate:
    lock = " FOR NO KEY UPDATE" if locked else ""
    found = await _find("member_id = {}" + lock, member_id, community_id=community_id)
    if not found:
        raise UnknownHours("estate", member_id)
    return found[0]


async def _find(condition: str, *values: Any, community_id: UUID) -> list[Estate]:
    return [
        Estate(**{**row, "why": Leaving(row["why"])})
        for row in await EstateRow.raw(_FIND + condition, community_id, *values)
    ]


def _origin(member_id: UUID, by: Actor, at: datetime) -> Origin:
    event = Event("estate", member_id)
    return Origin(CommunityId(by.community_id), event, by.member_id, effective_at=at)


async def _note_estate(act: str, member_id: UUID, *, by: Actor, **details: object) -> None:
    await community.record(
        act,
        by=by,
        subject_kind="member",
        subject_id=member_id,
        details=details,
    )
