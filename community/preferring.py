"""Keeps how a member likes to read, so that the next device knows."""

from uuid import UUID

from community.errors import InvalidMember, UnknownMember
from community.tables import MemberRow
from community.transactions import refusing


async def prefer(
    member_id: UUID,
    *,
    community_id: UUID,
    language: str | None = None,
    text_size: str | None = None,
) -> None:
    """Keep the language or the text size that a member chose; what is not given stays.

    Only the member's own pages follow it, and only the member chooses it: nobody is accountable to
    anybody for a tap on "larger text", so it leaves no event in the trail, which would otherwise
    be full of them. Raises `InvalidMember`, `UnknownMember`.
    """
    async with refusing(
        member_language=InvalidMember(f"{language!r} is not a language that Linli speaks"),
        member_text_size=InvalidMember(f"{text_size!r} is not a text size"),
    ):
        kept = await MemberRow.raw(
            "UPDATE member SET language = coalesce({}, language),"
            " text_size = coalesce({}, text_size)"
            " WHERE id = {} AND community_id = {} AND standing = 'active' RETURNING id",
            language,
            text_size,
            member_id,
            community_id,
        )
    if not kept:
        raise UnknownMember(member_id)
