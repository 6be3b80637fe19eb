"""Finds members: page by page for a list, and one of them by a number that only they have.

Never writes. What of it a reader may see, the app decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from community.errors import UnknownMember
from community.holding import ROLES_HERE
from community.tables import MemberRow
from community.values import Details, Registration, Role, Standing, Verified

PAGE: Final = 50
"""Members on a page of the directory."""

_LAST_CHARACTER: Final = "\U0010ffff"

_LISTED = f"""
SELECT member.id, member.name, member.standing, member.joined_at, phone, birth_date,
    grid.name AS grid, {ROLES_HERE}
FROM member
JOIN area AS here ON here.id = member.community_id
LEFT JOIN area AS grid ON grid.id = member.grid_id
"""  # noqa: S608 (a piece of our own)

_DELEGATES = """
member.id IN (SELECT delegate_id FROM delegation WHERE revoked_at IS NULL
    AND since <= clock_timestamp() AND until > clock_timestamp())
"""

# As EXISTS it is a join to the planner; as IN, which looks into the outer row, a scan for each row.
_HOLDERS = """
EXISTS (SELECT FROM member_role WHERE member_role.member_id = member.id AND role = {}
    AND since <= clock_timestamp() AND (until IS NULL OR until > clock_timestamp()))
"""

_OF_DETAILS: Final = (
    "phone", "email", "birth_date", "grid_id", "household_id", "registration", "roster_number",
    "identity_sealed", "verified_at", "verified_by", "verified_how", "merged_into", "left_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AfterName:
    """Where a page of the directory ends: the next one begins after this name and id."""

    name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Listed:
    """A member in the directory, with the roles that hold now. `phone` and `birth_date` are whole.

    `grid` is the grid's name; empty where it is not known.
    """

    id: UUID
    name: str
    standing: Standing
    joined_at: datetime
    phone: str | None
    birth_date: date | None
    grid: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """A page of the directory in the order of names, and where the next one begins, if any."""

    members: tuple[Listed, ...]
    next: AfterName | None


async def directory_page(
    community_id: UUID,
    *,
    name: str = "",
    role: Role | None = None,
    grid_id: UUID | None = None,
    standing: Standing | None = Standing.ACTIVE,
    after: AfterName | None = None,
) -> DirectoryPage:
    """Return a page of a community's members in the order of their names' characters.

    `name` is how the name begins; `role` one that holds now; `standing` None means every one.
    """
    wanted: list[tuple[str, tuple[Any, ...]]] = [("member.community_id = {}", (community_id,))]
    if standing is not None:
        wanted.append(("member.standing = {}", (standing.value,)))
    if grid_id is not None:
        wanted.append(("member.grid_id = {}", (grid_id,)))
    if name.strip():
        begins = name.strip()
        wanted.append(
            (
                'member.name COLLATE "C" >= {} AND member.name COLLATE "C" < {}',
                (begins, begins + _LAST_CHARACTER),
            )
        )
    if role is not None:
        wanted.append(holding(role))
    if after is not None:
        wanted.append(
            ('(member.name COLLATE "C", member.id) > ({}::text, {}::uuid)', (after.name, after.id))
        )
    where = " AND ".join(condition for condition, _values in wanted)
    rows = await MemberRow.raw(
        f'{_LISTED} WHERE {where} ORDER BY member.name COLLATE "C", member.id LIMIT {{}}',
        *(value for _condition, values in wanted for value in values),
        PAGE + 1,
    )
    found = tuple(_listed(row) for row in rows[:PAGE])
    more = AfterName(found[-1].name, found[-1].id) if len(rows) > PAGE else None
    return DirectoryPage(found, more)


async def found_by_phone(phone: str, *, community_id: UUID) -> UUID | None:
    """Return who has this number, E.164; None where nobody here has it."""
    rows = await MemberRow.raw(
        "SELECT id FROM member WHERE phone = {} AND community_id = {}", phone, community_id
    )
    return UUID(str(rows[0]["id"])) if rows else None


async def found_by_birth(birth_date: date, *, community_id: UUID) -> tuple[Listed, ...]:
    """Return who was born that day, in the order of names; at most one page of them."""
    rows = await MemberRow.raw(
        f"{_LISTED} WHERE member.community_id = {{}} AND birth_date = {{}}"
        ' ORDER BY member.name COLLATE "C", member.id LIMIT {}',
        community_id,
        birth_date,
        PAGE,
    )
    return tuple(_listed(row) for row in rows)


async def listed(member_ids: list[UUID], *, community_id: UUID) -> dict[UUID, Listed]:
    """Return these members of a community by id; unknown ones are left out."""
    rows = await MemberRow.raw(
        f"{_LISTED} WHERE member.community_id = {{}} AND member.id = ANY({{}})",
        community_id,
        member_ids,
    )
    return {row["id"]: _listed(row) for row in rows}


async def details_of(member_id: UUID, *, community_id: UUID) -> Details:
    """Return what is known of a member besides the name. Raises `UnknownMember`."""
    rows = await MemberRow.raw(
        f"SELECT id AS member_id, {', '.join(_OF_DETAILS)} FROM member"  # noqa: S608 (column names of ours)
        " WHERE id = {} AND community_id = {}",
        member_id,
        community_id,
    )
    if not rows:
        raise UnknownMember(member_id)
    (row,) = rows
    registration, how = row["registration"], row["verified_how"]
    return Details(
        **{
            **row,
            "registration": Registration(registration) if registration else None,
            "verified_how": Verified(how) if how else None,
        }
    )


def holding(role: Role) -> tuple[str, tuple[Any, ...]]:
    """Return the condition that `member` has a role now: at the community, at a grid, or above."""
    if role is Role.DELEGATE:
        return _DELEGATES, ()
    return _HOLDERS, (role.value,)


def _listed(row: Mapping[str, Any]) -> Listed:
    return Listed(
        **{
            **row,
            "grid": row["grid"] or "",
            "standing": Standing(row["standing"]),
            "roles": frozenset(map(Role, row["roles"])),
        }
    )
