"""Lets one member act for another: consents, delegations, and the actor who stands in for them.

A verb that is done for another asks `acting_for` within its own transaction: the delegation's row
is then locked, so that a revocation waits for the verb, or the verb for the revocation. Nothing
that rests on a consent is done after it was revoked.

An operator who acts on a word given on the telephone (`by.word_id`) asks the same two verbs; their
row is in `spoken`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from community import delegation_rows as rows
from community import delegation_rules as rules
from community.audit import record
from community.bond_errors import AlreadyGranted, InvalidBond, NotDelegated, UnknownDelegation
from community.bonds import Agreement, Channel, Consent, Delegation, Missing, Terms, Word
from community.delegation_rows import Lock
from community.errors import UnknownMember
from community.holding import actor
from community.kinship import lock_active
from community.messages import Fill, tell
from community.policy import policy_in_force
from community.policy.declared import DELEGATION_YEARS_MAX
from community.reading import community, member
from community.spoken import covering_word
from community.transactions import in_transaction, refusing, transaction
from community.values import Actor, DelegatedAct, Role, Standing, new_id

REPLACED: Final = "replaced"
"""Why a delegation ended that a newer one of the same two took the place of."""

# What the member and the delegate are told; the words stand in the app.
_GRANTED: Final = ("delegation.given", "delegation.received")
_REVOKED: Final = ("delegation.revoked", "delegation.lost")

_Acts = Collection[DelegatedAct]
_ANY: Final = frozenset(DelegatedAct)


async def grant_delegation(
    terms: Terms, agreed: Agreement, *, by: Actor, key: UUID, at: datetime | None = None
) -> Delegation:
    """Let a member's delegate act for them from now on, as the member agreed.

    `key` is the id that the delegation gets: the same grant again is answered with the first. An
    earlier delegation of the two that still holds is replaced. Raises `NotForYou`,
    `OwnDelegation`, `InvalidBond`, `UnknownMember`, `NotActive`, `AlreadyGranted`.
    """
    async with refusing(delegation_pkey=AlreadyGranted(key)):
        await lock_active(terms.member_id, terms.delegate_id, community_id=by.community_id)
        now = at or datetime.now(UTC)  # once it is this one's turn
        rules.refuse_granting(terms, agreed, by=by, at=now)
        before = await rows.by_key(key)
        if before is not None:
            return _same_or_refused(before, terms, by)
        years_max = await delegation_years_max(by.community_id, at=now)
        rules.refuse_terms(terms, at=now, years_max=years_max)
        if agreed.witness_id is not None:
            await _refuse_other_witness(agreed.witness_id, by)
        for old in await rows.between(
            terms.member_id, terms.delegate_id, by.community_id, Lock.TO_END
        ):
            # Also one of a clock that goes ahead, which has yet to begin here.
            if old.revoked_at is None and now < old.until:
                await _end(old, REPLACED, by, now)
        granted = _made(terms, agreed, by=by, key=key, now=now)
        await rows.insert(granted)
        await _write_down("delegation.grant", granted, by)
        await _tell_both(_GRANTED, granted, by)
    return granted


async def revoke_delegation(
    delegation_id: UUID, *, why: str, by: Actor, at: datetime | None = None
) -> Delegation:
    """End a delegation at once, with the reason; one that was revoked stays as it was.

    It waits for what the delegate is doing at this moment and has not finished; nothing later is
    done on it. Raises `UnknownDelegation`, `NotForYou`, `InvalidBond`.
    """
    async with transaction():
        found = await rows.locked(delegation_id, by.community_id)
        if found is None or not _may_see(found, by):
            raise UnknownDelegation(delegation_id)
        rules.refuse_revoking(found, why=why, by=by)
        if found.revoked_at is not None:
            return found
        ended = await _end(found, why.strip(), by, at or datetime.now(UTC))
        await _tell_both(_REVOKED, ended, by)
    return ended


async def acting_for(
    by: Actor, member_id: UUID, act: DelegatedAct, *, at: datetime | None = None
) -> Actor:
    """Return the actor who does this act for a member, with the consent that it rests on.

    Within the transaction of the verb that does the act, which is then safe from a revocation in
    the same moment. The actor's roles are what the affair needs and no more: a delegate's, and an
    elder's where the member is one. Raises `NotDelegated`, which says what is missing.
    """
    if not in_transaction():
        raise RuntimeError("acting_for protects the transaction it is asked in, and there is none")
    if by.word_id is not None:
        return await _on_the_word(by, {act}, at=at, lock=Lock.TO_ACT)
    try:
        now = at or datetime.now(UTC)
        covered = await _covering(by, member_id, {act}, at=now, lock=Lock.TO_ACT)
    except NotDelegated:
        # What was waited for may have been replaced by a newer one, which only a new look sees.
        now = at or datetime.now(UTC)
        covered = await _covering(by, member_id, {act}, at=now, lock=Lock.TO_ACT)
    return await _standing_in(by, covered)


async def delegated(
    by: Actor, member_id: UUID, acts: _Acts, *, at: datetime | None = None
) -> Actor:
    """Return the actor who may do any of these acts for a member, as of just now.

    For guards and pages, which only read; a verb asks `acting_for`. Raises `NotDelegated`.
    """
    if by.word_id is not None:
        return await _on_the_word(by, acts, at=at)
    now = at or datetime.now(UTC)
    return await _standing_in(by, await _covering(by, member_id, acts, at=now))


async def on_the_word(by: Actor, word: Word, *, at: datetime | None = None) -> Actor:
    """Return the operator who acts on a word given on the telephone, as of just now.

    A verb asks anew, with `acting_for`. Raises `NotDelegated`.
    """
    speaking = replace(by, on_behalf_of=word.member_id, consent_id=word.consent_id, word_id=word.id)
    return await _on_the_word(speaking, _ANY, at=at)


async def delegation_in_force(
    by: Actor, member_id: UUID, *, at: datetime | None = None
) -> Delegation:
    """Return the delegation that lets this actor act for a member now. Raises `NotDelegated`."""
    return await _covering(by, member_id, _ANY, at=at or datetime.now(UTC))


async def delegation(delegation_id: UUID, by: Actor) -> Delegation:
    """Return a delegation to one of the two or to the staff. Raises `UnknownDelegation`."""
    found = await rows.one(delegation_id, by.community_id)
    if found is None or not _may_see(found, by):
        raise UnknownDelegation(delegation_id)
    return found


async def delegations_of(member_id: UUID, by: Actor) -> list[Delegation]:
    """Return who may or might act for a member, newest first: to the member or to the staff.

    Raises `UnknownMember` for anybody else.
    """
    if not rules.may_see_bonds(member_id, by=by):
        raise UnknownMember(member_id)
    return await rows.find(
        "delegation.member_id = {} ORDER BY since DESC, delegation.id DESC",
        by.community_id,
        member_id,
    )


async def delegations_to(by: Actor) -> list[Delegation]:
    """Return for whom this member may or might act, newest first."""
    return await rows.find(
        "delegation.delegate_id = {} ORDER BY since DESC, delegation.id DESC",
        by.community_id,
        by.member_id,
    )


async def delegation_years_max(community_id: UUID, *, at: datetime | None = None) -> int:
    """Return for how many years at most a delegation holds, by the policy in force."""
    policy = await policy_in_force(community_id, at or datetime.now(UTC))
    return policy[DELEGATION_YEARS_MAX]


async def _covering(
    by: Actor, member_id: UUID, acts: _Acts, *, at: datetime, lock: Lock = Lock.NONE
) -> Delegation:
    if by.on_behalf_of not in {None, member_id}:
        raise NotDelegated(member_id, Missing.NEVER)
    found = await rows.between(member_id, by.member_id, by.community_id, lock)
    return rules.covering(found, member_id, acts, at=at)


async def _on_the_word(
    by: Actor, acts: _Acts, *, at: datetime | None, lock: Lock = Lock.NONE
) -> Actor:
    """Return the operator acting on a word, once it and what it rests on are looked up anew."""
    word, consent_id = await covering_word(by, acts, at=at or datetime.now(UTC), lock=lock)
    if by.on_behalf_of != word.member_id:
        raise NotDelegated(word.member_id, Missing.NEVER)
    return await _reaching(by, word.member_id, {word.given_by, word.operator_id}, consent_id)


async def _standing_in(by: Actor, covered: Delegation) -> Actor:
    return await _reaching(by, covered.member_id, {covered.delegate_id}, covered.consent.id)


async def _reaching(by: Actor, member_id: UUID, hands: set[UUID], consent_id: UUID) -> Actor:
    """Return the actor with a delegate's reach alone, if all who take part are active members."""
    affair = await member(member_id)
    standings = {(await member(one)).standing for one in hands} | {affair.standing}
    if standings != {Standing.ACTIVE}:
        raise NotDelegated(member_id, Missing.GONE)
    roles = frozenset({Role.DELEGATE}) | (affair.roles & {Role.ELDER})
    return replace(by, roles=roles).acting_for(member_id, consent_id)


async def _refuse_other_witness(witness_id: UUID, by: Actor) -> None:
    witness = await actor(witness_id, by.community_id)
    if witness is None or rules.RECORDS_CONSENT.isdisjoint(witness.roles):
        raise InvalidBond("witness", "no coordinator or phone operator")


def _same_or_refused(before: Delegation, terms: Terms, by: Actor) -> Delegation:
    kept = Terms(before.member_id, before.delegate_id, before.acts, before.until)
    if (before.community_id, before.granted_by, kept) != (by.community_id, by.member_id, terms):
        raise AlreadyGranted(before.id)
    return before


def _made(terms: Terms, agreed: Agreement, *, by: Actor, key: UUID, now: datetime) -> Delegation:
    consent = Consent(
        id=new_id(),
        community_id=by.community_id,
        member_id=terms.member_id,
        channel=agreed.channel,
        words=agreed.words.strip(),
        language=agreed.language,
        witness_id=agreed.witness_id,
        recorded_by=by.member_id,
        given_at=agreed.given_at or now,
        recorded_at=now,
    )
    return Delegation(
        id=key,
        community_id=by.community_id,
        member_id=terms.member_id,
        delegate_id=terms.delegate_id,
        acts=terms.acts,
        since=now,
        until=terms.until,
        granted_by=by.member_id,
        consent=consent,
    )


async def _end(old: Delegation, why: str, by: Actor, at: datetime) -> Delegation:
    ended = replace(old, revoked_at=at, revoked_by=by.member_id, revoked_why=why)
    await rows.revoke(ended)
    await _write_down("delegation.revoke", ended, by)
    return ended


def _may_see(found: Delegation, by: Actor) -> bool:
    return by.member_id == found.delegate_id or rules.may_see_bonds(found.member_id, by=by)


async def _write_down(act: str, what: Delegation, by: Actor) -> None:
    details: dict[str, object] = {
        "delegation": what.id,
        "delegate": what.delegate_id,
        "acts": sorted(what.acts),
        "until": what.until.isoformat(),
        "consent": what.consent.id,
    }
    if what.revoked_why is not None:
        details["why"] = what.revoked_why
    else:
        details["channel"] = what.consent.channel.value
        if what.consent.channel is not Channel.ONLINE:
            details["witness"] = what.consent.witness_id
    await record(act, by=by, subject_kind="member", subject_id=what.member_id, details=details)


async def _tell_both(kinds: tuple[str, str], what: Delegation, by: Actor) -> None:
    """Tell the member and the delegate, each in their own kind of message; not who did it."""
    affair, hand = await member(what.member_id), await member(what.delegate_id)
    home = await community(what.community_id)
    fill: Fill = {
        "member": affair.name,
        "delegate": hand.name,
        "acts": ",".join(sorted(what.acts)),
        "until": what.last_day(ZoneInfo(home.time_zone)),
    }
    told = ((affair, kinds[0], "/me/delegations"), (hand, kinds[1], "/for"))
    for to, kind, link in told:
        if to.id != by.member_id:
            await tell(
                to.id,
                kind,
                community_id=what.community_id,
                fill=fill,
                link=link,
                once=str(what.id),
            )
