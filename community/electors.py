"""What decides who may vote: roles, age, a checked identity, and where somebody lives."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from community.holding import ROLES_HERE
from community.tables import MemberRow
from community.values import Role

_ELECTORS: Final = f"""
SELECT member.id, {ROLES_HERE}, birth_date, verified_at IS NOT NULL AS verified,
    coalesce(grid.lineage, here.lineage) AS lineage
FROM member JOIN area AS here ON here.id = member.community_id
LEFT JOIN area AS grid ON grid.id = member.grid_id
WHERE member.community_id = {{}} AND member.standing = 'active'
    AND ({{}}::uuid IS NULL OR member.id = {{}}::uuid)
ORDER BY member.id
"""  # noqa: S608 (a piece of our own)


@dataclass(frozen=True, slots=True)
class Elector:
    """An active member as an electorate sees them.

    `lineage` are the areas in which the member lives, nearest first: the grid, where it is known,
    the community, and those above. `birth_date` is None where it is not known.
    """

    member_id: UUID
    roles: frozenset[Role]
    birth_date: date | None
    verified: bool
    lineage: tuple[UUID, ...]


async def electors(community_id: UUID, *, member_id: UUID | None = None) -> list[Elector]:
    """Return a community's active members, or the one asked for, by their ids."""
    known: dict[tuple[str, ...], frozenset[Role]] = {}  # of a hundred thousand, few are told apart
    return [
        Elector(
            row["id"],
            _roles(tuple(row["roles"]), known),
            row["birth_date"],
            row["verified"],
            tuple(row["lineage"]),
        )
        for row in await MemberRow.raw(_ELECTORS, community_id, member_id, member_id)
    ]


def _roles(held: tuple[str, ...], known: dict[tuple[str, ...], frozenset[Role]]) -> frozenset[Role]:
    if held not in known:
        known[held] = frozenset(map(Role, held))
    return known[held]


async def member_ids(community_id: UUID) -> list[UUID]:
    """Return the ids of everybody a community knows, those who have left included."""
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE community_id = {} ORDER BY id", community_id
    )
    return [row["id"] for row in rows]
