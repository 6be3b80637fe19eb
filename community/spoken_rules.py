"""What a word given on the telephone lets an operator do: pure rules.

- Somebody without a browser says on the telephone what the desk shall do for them. The operator
  reads back what that is, hears a yes, and acts on it during this one call.
- The word is the member's own, or that of a delegate of theirs. A delegate's reaches no further
  than the delegation, and no longer: where that is revoked in the middle of the call, it is over.
- The operator who hears it is its witness: a coordinator or a phone operator, never the caller,
  never the member, and never on behalf of another.
- It is for the one who answered. A colleague who goes on with the matter hears it anew.
- It ends with the call, and after two hours at the latest, if somebody forgot to end that.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from community.bond_errors import InvalidBond, NotDelegated
from community.bonds import Agreement, Channel, Missing, Word, WordTerms
from community.delegation_rules import LANGUAGES, RECORDS_CONSENT, WORDS_LENGTH_MAX
from community.errors import NotForYou
from community.values import Actor, DelegatedAct

CALL_AT_MOST: Final = timedelta(hours=2)


def refuse_word(terms: WordTerms, agreed: Agreement, *, by: Actor) -> None:
    """Raise `NotForYou` or `InvalidBond` where this actor cannot take down this word."""
    if by.on_behalf_of is not None or RECORDS_CONSENT.isdisjoint(by.roles):
        raise NotForYou("a word on the telephone is taken by a coordinator or a phone operator")
    if by.member_id in {terms.member_id, terms.given_by}:
        raise NotForYou("nobody takes down their own word")
    if not terms.acts:
        raise InvalidBond("acts", "none")
    if agreed.channel is not Channel.PHONE:
        raise InvalidBond("channel", "not on the telephone")
    if agreed.witness_id != by.member_id:
        raise InvalidBond("witness", "somebody else")
    if agreed.language not in LANGUAGES:
        raise InvalidBond("language", "not spoken here")
    if not agreed.words.strip():
        raise InvalidBond("words", "missing")
    if len(agreed.words.strip()) > WORDS_LENGTH_MAX:
        raise InvalidBond("words", "too long")
    if "\0" in agreed.words:
        raise InvalidBond("words", "unreadable")


def covered(word: Word | None, by: Actor, acts: Collection[DelegatedAct], *, at: datetime) -> Word:
    """Return the word that an actor's act rests on. Raises `NotDelegated`, which says why not."""
    if word is None or word.operator_id != by.member_id:
        raise NotDelegated(by.principal, Missing.NEVER)
    over_since = word.over_at(at)
    if over_since is not None:
        raise NotDelegated(word.member_id, Missing.EXPIRED, over_since)
    if word.acts.isdisjoint(acts):
        raise NotDelegated(word.member_id, Missing.NOT_THIS_ACT)
    return word
