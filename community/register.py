"""Adds members to a community's register. One verb is one transaction, with its audit event."""

from datetime import UTC, datetime
from uuid import UUID

from community.audit import record
from community.errors import InvalidMember, PhoneTaken, UnknownCommunity
from community.roles import grant_role
from community.tables import MemberRow
from community.transactions import refusing
from community.values import Actor, Member, Role, Standing, new_id, system


async def add_member(  # noqa: PLR0913 (a member has these parts)
    *,
    community_id: UUID,
    name: str,
    phone: str | None = None,
    language: str = "zh",
    text_size: str = "normal",
    joined_at: datetime | None = None,
    roles: tuple[Role, ...] = (),
    by: Actor | None = None,
) -> Member:
    """Add an active member with the roles that hold from joining on.

    `phone` is E.164; `joined_at` is now unless given. Raises `UnknownCommunity`, `InvalidMember`,
    `PhoneTaken`.
    """
    since = joined_at or datetime.now(UTC)
    added = Member(
        new_id(),
        community_id,
        name.strip(),
        language,
        text_size,
        since,
        frozenset(roles),
        Standing.ACTIVE,
    )
    async with refusing(
        member_of_known_community=UnknownCommunity(community_id),
        member_named=InvalidMember("a member has a name of at most 80 characters"),
        member_language=InvalidMember(f"{language!r} is not a language that Linli speaks"),
        member_text_size=InvalidMember(f"{text_size!r} is not a text size"),
        member_phone_form=InvalidMember(f"{phone!r} is not a telephone number with its country"),
        one_member_per_phone=PhoneTaken(),
    ):
        await MemberRow.raw(
            "INSERT INTO member (id, community_id, name, phone, language, text_size, joined_at)"
            " VALUES ({}, {}, {}, {}, {}, {}, {})",
            added.id,
            community_id,
            added.name,
            phone,
            language,
            text_size,
            since,
        )
        await record(
            "member.add",
            by=by or system(community_id),
            area_id=community_id,
            subject_kind="member",
            subject_id=added.id,
        )
        for role in sorted(added.roles):
            await grant_role(added.id, role, community_id=community_id, since=since, by=by)
    return added
