"""Who are kin, what a consent and a delegation must be, and what one covers: pure rules."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from community.bond_errors import (
    AlreadyKin,
    AlreadyMarried,
    InvalidBond,
    NotDelegated,
    OwnDelegation,
    OwnKin,
)
from community.bonds import Agreement, Channel, Delegation, KinKind, Kinship, Missing, Terms
from community.errors import NotForYou
from community.values import Actor, DelegatedAct, Role

EVIDENCE_LENGTH_MAX: Final = 500
WORDS_LENGTH_MAX: Final = 2000
WHY_LENGTH_MAX: Final = 500
LANGUAGES: Final = ("zh", "en")
END_OF_DAY: Final = timedelta(days=1)

# Kinship
#
# - A coordinator records that two members are kin, once they have seen the evidence, and says in
#   words which document it was and where they saw it.
# - Nobody records or ends their own kinship, and nobody acts for another in it.
# - Of two members one kinship stands at a time, and nobody has two spouses at once.
# - A kinship ends with a reason, such as a divorce or a mistake; it stays on record as ended.
# - Both sides see it, and so do those of the staff who see members' data.

SEES_BONDS: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR, Role.AUDITOR})
RECORDS_CONSENT: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR})


def may_see_bonds(member_id: UUID, *, by: Actor) -> bool:
    """Whether this actor sees a member's kin and delegations; the community is asked elsewhere."""
    return by.member_id == member_id or not SEES_BONDS.isdisjoint(by.roles)


def refuse_kinship(member_id: UUID, relative_id: UUID, *, evidence: str, by: Actor) -> None:
    """Raise `NotForYou`, `OwnKin` or `InvalidBond` where this actor cannot record this kinship."""
    _refuse_unless_coordinator(by)
    if member_id == relative_id:
        raise InvalidBond("relative", "oneself")
    if by.member_id in {member_id, relative_id}:
        raise OwnKin
    _refuse_bad_words("evidence", evidence, EVIDENCE_LENGTH_MAX)


def refuse_second(kind: KinKind, two: frozenset[UUID], live: Iterable[Kinship]) -> None:
    """Raise `AlreadyKin` or `AlreadyMarried` where the live kinships of the two leave no room."""
    live = list(live)
    for one in live:
        if {one.member_id, one.relative_id} == two:
            raise AlreadyKin(one.id)
    for one in live:
        if kind is KinKind.SPOUSE and one.kind is KinKind.SPOUSE:
            raise AlreadyMarried(next(iter(two & {one.member_id, one.relative_id})))


def refuse_ending(kinship: Kinship, *, why: str, by: Actor) -> None:
    """Raise `NotForYou`, `OwnKin` or `InvalidBond` where this actor cannot end this kinship."""
    _refuse_unless_coordinator(by)
    if by.member_id in {kinship.member_id, kinship.relative_id}:
        raise OwnKin
    _refuse_bad_words("why", why, WHY_LENGTH_MAX)


def _refuse_unless_coordinator(by: Actor) -> None:
    if by.on_behalf_of is not None or Role.COORDINATOR not in by.roles:
        raise NotForYou("kin are put on record by a coordinator")


# Delegation and the consent it rests on
#
# - A member lets another act for them: ask for visits, confirm them, see the passbook. Nothing
#   else can be delegated; voting least of all.
# - It ends: at the latest as many years after its beginning as the community's policy says, at the
#   end of that day.
# - It rests on what the member agreed to, in the words that were read to them, in their language.
# - The member grants it online, by their own sign-in, without a witness. Or a coordinator or phone
#   operator records it who was told in person, on the phone or on paper; then somebody of the same
#   two roles heard it and is named as its witness: never the member, never the delegate.
# - Who records a delegation is never its delegate, and a member of the staff who lets somebody act
#   for them does so online, like anybody.
# - Granting anew to the same delegate replaces what was granted before.
# - Delegates cannot delegate: nobody grants or revokes on behalf of another.


def refuse_terms(terms: Terms, *, at: datetime, years_max: int) -> None:
    """Raise `InvalidBond` for what no delegation can be that begins at this moment."""
    if terms.member_id == terms.delegate_id:
        raise InvalidBond("delegate", "oneself")
    if not terms.acts:
        raise InvalidBond("acts", "none")
    if terms.until <= at:
        raise InvalidBond("until", "past")
    if terms.until > years_after(at, years_max) + END_OF_DAY:
        raise InvalidBond("until", "too far ahead")


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same moment so many years later; for 29 February, 1 March where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def refuse_granting(terms: Terms, agreed: Agreement, *, by: Actor, at: datetime) -> None:
    """Raise `NotForYou`, `OwnDelegation` or `InvalidBond` where this actor cannot record this.

    Whether the witness holds one of the two roles is the verb's to look up.
    """
    if by.on_behalf_of is not None:
        raise NotForYou("nobody delegates on behalf of another")
    if by.member_id == terms.member_id:
        if agreed.channel is not Channel.ONLINE:
            raise OwnDelegation("one's own delegation is given online")
    elif RECORDS_CONSENT.isdisjoint(by.roles):
        raise NotForYou("a delegation is recorded by a coordinator or a phone operator")
    elif agreed.channel is Channel.ONLINE:
        raise InvalidBond("channel", "online is the member's own sign-in")
    if by.member_id == terms.delegate_id:
        raise OwnDelegation("nobody records a delegation to themselves")
    _refuse_bad_words("words", agreed.words, WORDS_LENGTH_MAX)
    if agreed.language not in LANGUAGES:
        raise InvalidBond("language", "not spoken here")
    if agreed.given_at is not None and agreed.given_at > at:
        raise InvalidBond("given_at", "in the future")
    _refuse_witness(terms, agreed)


def _refuse_witness(terms: Terms, agreed: Agreement) -> None:
    if agreed.channel is Channel.ONLINE:
        if agreed.witness_id is not None:
            raise InvalidBond("witness", "needless online")
    elif agreed.witness_id is None:
        raise InvalidBond("witness", "missing")
    elif agreed.witness_id in {terms.member_id, terms.delegate_id}:
        raise InvalidBond("witness", "one of the two")


# - A delegation is revoked at once by the member, by the delegate, or by a coordinator or phone
#   operator, with a reason. It is never taken up again: a new one is granted instead.


def may_revoke(delegation: Delegation, *, by: Actor) -> bool:
    """Whether this actor may end the delegation before its time."""
    if by.on_behalf_of is not None:
        return False
    own = by.member_id in {delegation.member_id, delegation.delegate_id}
    return own or not RECORDS_CONSENT.isdisjoint(by.roles)


def refuse_revoking(delegation: Delegation, *, why: str, by: Actor) -> None:
    """Raise `NotForYou` or `InvalidBond` where this actor cannot revoke the delegation."""
    if not may_revoke(delegation, by=by):
        raise NotForYou("a delegation is revoked by the two whom it concerns, or by the desk")
    _refuse_bad_words("why", why, WHY_LENGTH_MAX)


# What a delegation covers
#
# - Whoever acts for another has, at that moment, a delegation in force that names the act: from its
#   first moment on, no longer at its last, not revoked. A delegation does not reach further: no
#   role of the delegate's own comes into it, and a delegate's delegate has nothing.


def covering(
    found: Iterable[Delegation], member_id: UUID, acts: Collection[DelegatedAct], *, at: datetime
) -> Delegation:
    """Return which of a member's delegations to one delegate covers any of the acts.

    Raises `NotDelegated`, which says what is missing.
    """
    begun = sorted((one for one in found if one.since <= at), key=lambda one: one.since)
    live = [one for one in begun if one.in_force(at)]
    for one in reversed(live):
        if not one.acts.isdisjoint(acts):
            return one
    if live:
        raise NotDelegated(member_id, Missing.NOT_THIS_ACT)
    if not begun:
        raise NotDelegated(member_id, Missing.NEVER)
    latest = begun[-1]
    if latest.revoked_at is not None:
        raise NotDelegated(member_id, Missing.REVOKED, latest.revoked_at)
    raise NotDelegated(member_id, Missing.EXPIRED, latest.until)


def _refuse_bad_words(field: str, words: str, longest: int) -> None:
    if not words.strip():
        raise InvalidBond(field, "missing")
    if len(words.strip()) > longest:
        raise InvalidBond(field, "too long")
    if "\0" in words:
        raise InvalidBond(field, "unreadable")
