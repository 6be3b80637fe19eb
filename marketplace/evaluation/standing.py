"""Whose rating it is: one's own, or a caller's whose own word an operator acts on."""

from uuid import UUID

import community
from community import Actor, DelegatedAct
from marketplace.needs import NotForAnother, NotYourDesk, NoWordGiven
from marketplace.needs.standing import DESK, Standing, oneself


async def rater(by: Actor, call_id: UUID | None) -> Standing:
    """Return for whom a rating is given, within its transaction.

    Nobody judges for another: with a call it is the caller's own, by their word of that call.
    Raises `NotForAnother`, `NotYourDesk`, `NoWordGiven`.
    """
    oneself(by)
    if call_id is None:
        await community.keep_active(by.member_id, community_id=by.community_id)
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
    await community.keep_active(word.member_id, community_id=by.community_id)
    return Standing(word.member_id, by.member_id, call_id, word.consent_id)
