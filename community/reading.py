"""Reads the register: communities and members. Never writes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from community.directory import holding
from community.errors import UnknownCommunity, UnknownMember
from community.holding import ROLES_HERE
from community.tables import CommunityRow, MemberRow
from community.values import Community, Member, Role, Standing

_COMMUNITY = """
SELECT community.id, community.code, name, time_zone, community.created_at, desk_phone
FROM community JOIN area USING (id)
"""

_MEMBER = f"""
SELECT member.id, member.community_id, member.name, language, text_size, joined_at, standing,
    {ROLES_HERE}
FROM member JOIN area AS here ON here.id = member.community_id
"""  # noqa: S608 (a piece of our own)


async def community(community_id: UUID) -> Community:
    """Return a community. Raises `UnknownCommunity`."""
    rows = await CommunityRow.raw(f"{_COMMUNITY} WHERE community.id = {{}}", community_id)
    if not rows:
        raise UnknownCommunity(community_id)
    return Community(**rows[0])


async def community_by_code(code: str) -> Community:
    """Return the community with this code. Raises `UnknownCommunity`."""
    rows = await CommunityRow.raw(f"{_COMMUNITY} WHERE community.code = {{}}", code)
    if not rows:
        raise UnknownCommunity(code)
    return Community(**rows[0])


async def communities() -> list[Community]:
    """Return every community, oldest first."""
    return [
        Community(**row)
        for row in await CommunityRow.raw(f"{_COMMUNITY} ORDER BY community.created_at")
    ]


async def member(member_id: UUID) -> Member:
    """Return a member with the roles that hold now. Raises `UnknownMember`."""
    rows = await MemberRow.raw(f"{_MEMBER} WHERE member.id = {{}}", member_id)
    if not rows:
        raise UnknownMember(member_id)
    return _member(rows[0])


async def members(community_id: UUID, role: Role | None = None) -> list[Member]:
    """Return a community's members, or those with a role now, in the order they joined."""
    condition, values = holding(role) if role else ("true", ())
    rows = await MemberRow.raw(
        f"{_MEMBER} WHERE member.community_id = {{}} AND {condition} ORDER BY joined_at, id",
        community_id,
        *values,
    )
    found = [_member(row) for row in rows]
    return found if role is None else [one for one in found if role in one.roles]


async def members_among(member_ids: Collection[UUID], *, community_id: UUID) -> list[Member]:
    """Return these members of a community in the order they joined; unknown ids are left out."""
    rows = await MemberRow.raw(
        f"{_MEMBER} WHERE member.community_id = {{}} AND member.id = ANY({{}})"
        " ORDER BY joined_at, id",
        community_id,
        list(member_ids),
    )
    return [_member(row) for row in rows]


async def named_members(member_ids: set[UUID], *, community_id: UUID) -> dict[UUID, str]:
    """Return the names of these members of a community by id; unknown ids are left out."""
    if not member_ids:
        return {}
    rows = await MemberRow.raw(
        "SELECT id, name FROM member WHERE community_id = {} AND id = ANY({})",
        community_id,
        list(member_ids),
    )
    return {row["id"]: row["name"] for row in rows}


def _member(row: dict[str, Any]) -> Member:
    roles = frozenset(Role(name) for name in row["roles"])
    return Member(**{**row, "roles": roles, "standing": Standing(row["standing"])})


async def count_applicants(community_id: UUID) -> int:
    """Return how many have applied to join a community and wait for an answer."""
    (row,) = await MemberRow.raw(
        "SELECT count(*) AS waiting FROM member WHERE community_id = {} AND standing = 'applied'",
        community_id,
    )
    return int(row["waiting"])
