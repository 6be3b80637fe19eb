"""Keeps how a member likes to read, so that the next device knows."""

from community.audit import record
from community.errors import InvalidMember, UnknownMember
from community.tables import MemberRow
from community.transactions import refusing
from community.values import Actor


async def prefer(*, by: Actor, language: str | None = None, text_size: str | None = None) -> None:
    """Keep the language or the text size that a member chose; what is not given stays.

    A tap that changes nothing writes nothing. Raises `InvalidMember`, `UnknownMember`.
    """
    async with refusing(
        member_language=InvalidMember(f"{language!r} is not a language that Linli speaks"),
        member_text_size=InvalidMember(f"{text_size!r} is not a text size"),
    ):
        rows = await MemberRow.raw(
            "SELECT language, text_size FROM member"
            " WHERE id = {} AND community_id = {} AND standing = 'active' FOR NO KEY UPDATE",
            by.member_id,
            by.community_id,
        )
        if not rows:
            raise UnknownMember(by.member_id)
        before = rows[0]
        wanted = {"language": language, "text_size": text_size}
        after = {name: value for name, value in wanted.items() if value not in {None, before[name]}}
        if not after:
            return
        await MemberRow.raw(
            "UPDATE member SET language = coalesce({}, language),"
            " text_size = coalesce({}, text_size) WHERE id = {}",
            language,
            text_size,
            by.member_id,
        )
        await record(
            "member.prefer",
            by=by,
            subject_kind="member",
            subject_id=by.member_id,
            before={name: before[name] for name in after},
            after=after,
        )
