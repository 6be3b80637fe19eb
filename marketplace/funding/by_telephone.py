"""Whose pledge it is: one's own, or a caller's on whose own word an operator acts."""

from uuid import UUID

import community
from community import Actor, DelegatedAct
from marketplace.funding import rules
from marketplace.needs import NotForAnother, NotYourDesk, NoWordGiven
from marketplace.needs.standing import DESK


async def pledger(by: Actor, call_id: UUID | None, act: str) -> Actor:
    """Return who pledges, within the verb's transaction: themselves, or a caller by their own word.

    Minutes are promised by their owner alone: whoever calls for another cannot. The actor that is
    returned for a call acts for the caller, on what they agreed to. Raises `NotForYou`,
    `NotForAnother`, `NotYourDesk`, `NoWordGiven`.
    """
    rules.own_hand(by, act)
    if call_id is None:
        return by
    if DESK.isdisjoint(by.roles):
        raise NotYourDesk
    word = await community.word_of_call(call_id, by)
    if word is None:
        raise NoWordGiven
    if word.given_by != word.member_id:
        raise NotForAnother
    try:
        speaking = await community.on_the_word(by, word)
        return await community.acting_for(speaking, word.member_id, DelegatedAct.REQUEST)
    except community.NotDelegated as error:
        raise NoWordGiven from error
