"""Finds the members who sign in: by their telephone number, or in a demo by role and name."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from community.directory import holding
from community.holding import ROLES_HERE
from community.tables import MemberRow
from community.values import Member, Role, Standing

_ACTIVE = f"""
SELECT member.id, member.community_id, member.name, language, text_size, joined_at, standing,
    {ROLES_HERE}
FROM member JOIN area AS here ON here.id = member.community_id
WHERE member.standing = 'active'
"""  # noqa: S608 (a piece of our own)


async def active_member_by_phone(phone: str) -> Member | None:
    """Return the active member with this telephone number (E.164), in any community."""
    rows = await MemberRow.raw(f"{_ACTIVE} AND member.phone = {{}}", phone)
    return _member(rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Guessable:
    """What a stranger may know of a member: no good start for a password."""

    phone: str | None = None
    birth_date: date | None = None


async def phone_of(member_id: UUID, *, community_id: UUID) -> str | None:
    """Return a member's telephone number (E.164); None where there is none, or no such member."""
    return (await guessable(member_id, community_id=community_id)).phone


async def guessable(member_id: UUID, *, community_id: UUID) -> Guessable:
    """Return a member's telephone number and birth date, for refusing passwords made of them."""
    rows = await MemberRow.raw(
        "SELECT phone, birth_date FROM member WHERE id = {} AND community_id = {}",
        member_id,
        community_id,
    )
    return Guessable(**rows[0]) if rows else Guessable()


async def some_members(
    community_id: UUID, *, role: Role | None = None, name: str = "", size: int = 20
) -> list[Member]:
    """Return a few active members, in the order they joined.

    Those with a role now, the delegate's included, or with this in their name.
    """
    where, values = _of(community_id, role)
    if name:
        where += " AND strpos(lower(member.name), lower({})) > 0"
        values = (*values, name)
    rows = await MemberRow.raw(
        f"{_ACTIVE} AND {where} ORDER BY joined_at, member.id LIMIT {{}}", *values, size
    )
    return [_member(row) for row in rows]


async def count_with_role(community_id: UUID, role: Role) -> int:
    """Return how many active members have a role now, the delegate's included."""
    where, values = _of(community_id, role)
    (row,) = await MemberRow.raw(
        f"SELECT count(*) AS holders FROM member WHERE standing = 'active' AND {where}",  # noqa: S608 (pieces of our own)
        *values,
    )
    return int(row["holders"])


def _of(community_id: UUID, role: Role | None) -> tuple[str, tuple[Any, ...]]:
    """Return the condition for the members of a community, or those of them with a role now."""
    condition, values = holding(role) if role else ("true", ())
    return f"member.community_id = {{}} AND {condition}", (community_id, *values)


def _member(row: dict[str, Any]) -> Member:
    roles = frozenset(Role(name) for name in row["roles"])
    return Member(**{**row, "roles": roles, "standing": Standing(row["standing"])})
