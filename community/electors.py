"""What decides who may vote: roles, age, a checked identity, and where somebody lives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
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

_ALIKE: Final = f"""
SELECT array_agg(id ORDER BY id) AS ids, roles, birth_date, verified, lineage
FROM ({_ELECTORS}) AS elector GROUP BY roles, birth_date, verified, lineage
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
    rows = await MemberRow.raw(_ELECTORS, community_id, member_id, member_id)
    return [_elector(row, row["id"]) for row in rows]


async def electors_alike(community_id: UUID) -> list[tuple[Elector, list[UUID]]]:
    """Return a community's active members by what electorates look at: one of each kind, and all.

    Of a hundred thousand there are few kinds, so that a rule asks few questions.
    """
    rows = await MemberRow.raw(_ALIKE, community_id, None, None)
    return [(_elector(row, row["ids"][0]), row["ids"]) for row in rows]


def _elector(row: Mapping[str, Any], member_id: UUID) -> Elector:
    return Elector(
        member_id,
        frozenset(map(Role, row["roles"])),
        row["birth_date"],
        row["verified"],
        tuple(row["lineage"]),
    )


async def member_ids(community_id: UUID) -> list[UUID]:
    """Return the ids of everybody a community knows, those who have left included."""
    (row,) = await MemberRow.raw(
        "SELECT array_agg(id ORDER BY id) AS ids FROM member WHERE community_id = {}", community_id
    )
    return list(row["ids"] or ())
