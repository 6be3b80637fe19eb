"""Writes down that a member agreed to something online, in the very words that they read."""

from uuid import UUID

from community.tables import ConsentRow
from community.transactions import transaction
from community.values import Actor, new_id


async def agree(words: str, *, language: str, by: Actor) -> UUID:
    """Keep the words that a member agreed to themselves, online; return the consent's id.

    It joins the caller's transaction, whose event tells of it.
    """
    made = new_id()
    async with transaction():
        await ConsentRow.raw(
            "INSERT INTO consent (id, community_id, member_id, channel, words, language,"
            " recorded_by, given_at) VALUES ({}, {}, {}, 'online', {}, {}, {}, clock_timestamp())",
            made,
            by.community_id,
            by.member_id,
            words,
            language,
            by.member_id,
        )
    return made
