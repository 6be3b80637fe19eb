"""Reads the register as a roster, a page at a time, and writes down who took it out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from community.audit import record
from community.tables import MemberRow
from community.transactions import transaction
from community.values import Actor, Registration, Role, new_id

PAGE_ROWS: Final = 1000

# In the order of members' ids, so that a page needs no more than the last id of the one before.
_ENTRIES: Final = """
SELECT member.id, member.name, phone, email, birth_date, roster_number, registration, language,
    area.name AS grid, household.code AS household, household.address AS address,
    held.roles
FROM member
LEFT JOIN area ON area.id = member.grid_id
LEFT JOIN household ON household.id = member.household_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT role ORDER BY role), ARRAY[]::text[]) AS roles
    FROM member_role WHERE member_id = member.id AND (until IS NULL OR until > clock_timestamp())
        AND since <= clock_timestamp()) AS held
WHERE member.community_id = {} AND member.standing = 'active' AND member.id > {}
    AND ({}::uuid IS NULL OR member.grid_id = {}) AND ({}::text IS NULL OR {} = ANY(held.roles))
ORDER BY member.id LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """An active member as a roster tells of them; an identity number is never in it."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    birth_date: date | None
    roster_number: str | None
    registration: Registration | None
    language: str
    grid: str | None
    household: str | None
    address: str | None
    roles: tuple[Role, ...]


async def roster_entries(
    community_id: UUID, *, grid_id: UUID | None = None, role: Role | None = None
) -> AsyncIterator[RosterEntry]:
    """Yield a community's active members, or those of a grid or with a role, in bounded memory."""
    after = UUID(int=0)
    while True:
        rows = await MemberRow.raw(
            _ENTRIES, community_id, after, grid_id, grid_id, role, role, PAGE_ROWS
        )
        for row in rows:
            yield _entry(row)
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1]["id"]


async def record_export(
    columns: list[str], *, grid_id: UUID | None, role: Role | None, by: Actor
) -> None:
    """Write down that a member takes the roster out, with which columns and of whom."""
    async with transaction():
        await record(
            "roster.export",
            by=by,
            subject_kind="roster_export",
            subject_id=new_id(),
            details={
                "columns": columns,
                **({"grid": str(grid_id)} if grid_id else {}),
                **({"role": role.value} if role else {}),
            },
        )


def _entry(row: Mapping[str, Any]) -> RosterEntry:
    return RosterEntry(
        **{
            **row,
            "registration": row["registration"] and Registration(row["registration"]),
            "roles": tuple(Role(role) for role in row["roles"]),
        }
    )
