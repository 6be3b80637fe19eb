"""Whose affair a need is: one's own, or a caller's whose own word an operator acts on."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import community
from community import Actor, DelegatedAct, Role
from marketplace.errors import NotAResident
from marketplace.needs import rules
from marketplace.needs.errors import NotForAnother, NotYourDesk, NoWordGiven

DESK: Final = frozenset({Role.COORDINATOR, Role.PHONE_OPERATOR})


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom a verb acts; `entered_by` and what it rests on are None who acts for themselves."""

    member_id: UUID
    entered_by: UUID | None = None
    call_id: UUID | None = None
    consent_id: UUID | None = None


def oneself(by: Actor) -> None:
    """Refuse whoever acts for another by a delegation with `NotForAnother`."""
    if by.on_behalf_of is not None:
        raise NotForAnother


async def resident_standing(by: Actor, call_id: UUID | None) -> Standing:
    """Return for whom a resident's verb acts, within its transaction.

    With a call it is the caller, by their own word of that call: whoever speaks for another there
    has no more leave than a delegate. Raises `NotAResident`, `NotForAnother`, `NotYourDesk`,
    `NoWordGiven`.
    """
    oneself(by)
    if call_id is None:
        rules.resident(by.roles)
        await _keep(by.member_id, by.community_id)
        return Standing(by.member_id)
    if DESK.isdisjoint(by.roles):
        raise NotYourDesk
    word = await community.word_of_call(call_id, by)
    if word is None:
        raise NoWordGiven
    if word.given_by != word.member_id:
        raise NotForAnother
    try:
        speaking = await community.on_the_word(by, word)
        await community.acting_for(speaking, word.member_id, DelegatedAct.REQUEST)
    except community.NotDelegated as error:
        raise NoWordGiven from error
    await _keep(word.member_id, by.community_id)
    rules.resident((await community.member(word.member_id)).roles)
    return Standing(word.member_id, by.member_id, call_id, word.consent_id)


async def _keep(member_id: UUID, community_id: UUID) -> None:
    """Keep a member active until the transaction ends: a merge waits, or this finds it done."""
    if not await community.keep_active(member_id, community_id=community_id):
        raise NotAResident
