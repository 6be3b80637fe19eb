"""Reads who holds which role where: roles in force, their history, and who acts. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from community import rules
from community.errors import MayNotGrant
from community.rules import Held
from community.tables import AreaRow, MemberRoleRow, MemberRow
from community.tree import area, area_path, areas_below, grids
from community.values import STAFF, Actor, Area, Community, Level, Role

# That a role of `member` holds now. Only an active member has any.
IN_FORCE: Final = """
member.standing = 'active' AND member_role.since <= clock_timestamp()
AND (member_role.until IS NULL OR member_role.until > clock_timestamp())
"""

# The roles of `member` that hold at the area `here`: those held at it or above it. A delegate is
# one at home, by a delegation in force.
ROLES_HERE: Final = f"""
ARRAY(
    SELECT DISTINCT role FROM member_role
    WHERE member_role.member_id = member.id AND member_role.area_id = ANY(here.lineage)
        AND {IN_FORCE}
    UNION ALL
    SELECT 'delegate' WHERE member.community_id = ANY(here.lineage)
        AND member.standing = 'active' AND EXISTS (
        SELECT FROM delegation WHERE delegate_id = member.id AND revoked_at IS NULL
            AND since <= clock_timestamp() AND until > clock_timestamp())
) AS roles
"""  # noqa: S608 (a piece of our own)

_HELD: Final = """
SELECT member_role.id, member_role.member_id, member.name AS member_name, role,
    member_role.area_id, area.name AS area_name, area.level, area.lineage,
    member_role.since, member_role.until,
    granted_by, granter.name AS granted_by_name, ended_by, ender.name AS ended_by_name, ended_why
FROM member_role
JOIN member ON member.id = member_role.member_id
JOIN area ON area.id = member_role.area_id
LEFT JOIN member AS granter ON granter.id = granted_by
LEFT JOIN member AS ender ON ender.id = ended_by
"""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a member has, had or will have, with the names that a page needs.

    `granted_by` is None where the set-up granted it. Who ended it before its time said why.
    """

    id: UUID
    member_id: UUID
    member_name: str
    role: Role
    area_id: UUID
    area_name: str
    level: Level
    lineage: tuple[UUID, ...]
    since: datetime
    until: datetime | None
    granted_by: UUID | None
    granted_by_name: str | None
    ended_by: UUID | None
    ended_by_name: str | None
    ended_why: str | None

    def holds(self, at: datetime | None = None) -> bool:
        """Return whether it holds at this moment, or now."""
        moment = at or datetime.now(UTC)
        return self.since <= moment and not self.over(moment)

    def over(self, at: datetime | None = None) -> bool:
        """Return whether its time is past at this moment, or now."""
        moment = at or datetime.now(UTC)
        return self.until is not None and self.until <= max(moment, self.since)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A community where a member may act, with the roles that hold there; `place` is above it."""

    community: Community
    place: str
    roles: frozenset[Role]
    home: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A role that one member may grant another, and the areas where."""

    role: Role
    areas: tuple[Area, ...]


async def actor(member_id: UUID, community_id: UUID | None = None) -> Actor | None:
    """Return a member as who acts in a community, with exactly the roles that hold there now.

    Without a community it is their own. None where there is no such member or community, and
    elsewhere than at home for whom no role holds there.
    """
    rows = await MemberRow.raw(
        f"SELECT member.id, here.id AS community_id, here.id = member.community_id AS home,"  # noqa: S608 (a piece of our own)
        f" {ROLES_HERE} FROM member"
        " JOIN area AS here ON here.id = coalesce({}::uuid, member.community_id)"
        " WHERE member.id = {} AND here.level = 'community'",
        community_id,
        member_id,
    )
    if not rows or not (rows[0]["home"] or rows[0]["roles"]):
        return None
    return Actor(rows[0]["id"], rows[0]["community_id"], _roles(rows[0]))


async def roles_over(member_id: UUID, area_id: UUID) -> frozenset[Role]:
    """Return which roles of a member hold at an area: those held at it or above it."""
    rows = await MemberRow.raw(
        f"SELECT {ROLES_HERE} FROM member JOIN area AS here ON here.id = {{}}"  # noqa: S608 (a piece of our own)
        " WHERE member.id = {}",
        area_id,
        member_id,
    )
    return _roles(rows[0]) if rows else frozenset()


async def roles_towards(by: Actor, other_id: UUID) -> frozenset[Role]:
    """Return which roles of a member hold where another member of the actor's community lives.

    For a role held at a grid: it holds for the members of that grid. Nothing for a stranger.
    """
    rows = await MemberRow.raw(
        f"SELECT {ROLES_HERE} FROM member"  # noqa: S608 (a piece of our own)
        " JOIN member AS other ON other.id = {} AND other.community_id = {}"
        " JOIN area AS here ON here.id = coalesce(other.grid_id, other.community_id)"
        " WHERE member.id = {}",
        other_id,
        by.community_id,
        by.member_id,
    )
    return _roles(rows[0]) if rows else frozenset()


async def held_now(member_id: UUID) -> list[Held]:
    """Return the roles that a member holds now, and where."""
    rows = await MemberRoleRow.raw(
        "SELECT DISTINCT role, area_id FROM member_role"  # noqa: S608 (a piece of our own)
        f" JOIN member ON member.id = member_id WHERE member_id = {{}} AND {IN_FORCE}",
        member_id,
    )
    return [Held(Role(row["role"]), row["area_id"]) for row in rows]


async def wielded(by: Actor) -> list[Held]:
    """Return the roles that an actor may use now, and where they hold.

    It is what the member holds, of the roles that the actor came with: one that rests, or that
    does not hold where the actor works, lends nothing.
    """
    return [one for one in await held_now(by.member_id) if one.role in by.roles]


async def held_role(role_id: UUID) -> HeldRole | None:
    """Return one held role, whether it holds, has ended or has yet to begin."""
    rows = await MemberRoleRow.raw(f"{_HELD} WHERE member_role.id = {{}}", role_id)
    return _held(rows[0]) if rows else None


async def roles_held(member_id: UUID) -> list[HeldRole]:
    """Return every role that a member has, had or will have, the latest beginning first."""
    rows = await MemberRoleRow.raw(
        f"{_HELD} WHERE member_role.member_id = {{}}"
        " ORDER BY member_role.since DESC, member_role.id DESC",
        member_id,
    )
    return [_held(row) for row in rows]


async def staff_at(area_id: UUID) -> list[HeldRole]:
    """Return the staff roles held at this very area now, by role and name."""
    rows = await MemberRoleRow.raw(
        f"{_HELD} WHERE member_role.area_id = {{}} AND role = ANY({{}}) AND {IN_FORCE}"
        " ORDER BY role, member.name, member_role.id",
        area_id,
        sorted(STAFF),
    )
    return [_held(row) for row in rows]


async def areas_held(by: Actor, roles: frozenset[Role]) -> list[Area]:
    """Return where an actor holds one of these roles, without areas that lie below another."""
    held = {one.area_id for one in await wielded(by) if one.role in roles}
    every = [await area(one) for one in held]
    tops = {one.id for one in every}
    return sorted(
        (one for one in every if not tops & set(one.lineage[1:])), key=lambda one: one.name
    )


async def workplaces(member_id: UUID) -> list[Workplace]:
    """Return the communities where a member may act: home first, then where a staff role holds."""
    rows = await AreaRow.raw(
        f"""
        SELECT community.id, community.code, here.name, here.time_zone, community.created_at,
            desk_phone, coalesce(up.name, '') AS place, here.id = member.community_id AS home,
            {ROLES_HERE}
        FROM member
        JOIN area AS here ON here.level = 'community' AND (here.id = member.community_id
            OR here.lineage && ARRAY(SELECT area_id FROM member_role
                WHERE member_id = member.id AND role = ANY({{}}) AND {IN_FORCE}))
        JOIN community ON community.id = here.id
        LEFT JOIN area AS up ON up.id = here.parent_id
        WHERE member.id = {{}}
        ORDER BY home DESC, place, here.name, here.id
        """,  # noqa: S608 (a piece of our own)
        sorted(STAFF),
        member_id,
    )
    return [
        Workplace(
            home=row.pop("home"),
            place=row.pop("place"),
            roles=frozenset(map(Role, row.pop("roles"))),
            community=Community(**row),
        )
        for row in rows
    ]


async def grants_open(member_id: UUID, *, by: Actor) -> list[Offer]:
    """Return which roles an actor may grant a member, and where: only what would pass.

    The places are those around the member (grids of the community, the community, and what lies
    above it) and every other area from community up that the granter's own role covers.
    """
    rows = await MemberRow.raw(
        "SELECT community_id, coalesce(grid_id, community_id) AS lives FROM member WHERE id = {}",
        member_id,
    )
    if not rows or member_id == by.member_id:
        return []
    home, lives = rows[0]["community_id"], (await area(rows[0]["lives"])).lineage
    held = [one for one in await wielded(by) if one.role in rules.GRANTS]
    places = {one.id: one for one in [*await area_path(home), *await grids(home)]}
    for own in {one.area_id for one in held if one.role is Role.ADMINISTRATOR}:
        for one in [await area(own), *await areas_below(own, levels=_FROM_COMMUNITY_UP)]:
            places.setdefault(one.id, one)
    offers = []
    for role in Role:
        fitting = tuple(
            one
            for one in places.values()
            if (role not in rules.PERSONAL or home in one.lineage)
            and rules.granting(held, role, at=one.lineage) & set(lives)
        )
        if fitting:
            offers.append(Offer(role, fitting))
    return offers


async def ends_open(roles: Iterable[HeldRole], *, by: Actor) -> set[UUID]:
    """Return which of these roles the actor may end: those that are not over, by their ids."""
    held = await wielded(by)
    found = set()
    for one in roles:
        if one.over():
            continue
        try:
            rules.refuse_end(one.role, at=one.lineage, of=one.member_id, by=by.member_id, held=held)
        except MayNotGrant:
            continue
        found.add(one.id)
    return found


_FROM_COMMUNITY_UP: Final = tuple(level for level in Level if level is not Level.GRID)


def _roles(row: dict[str, Any]) -> frozenset[Role]:
    return frozenset(map(Role, row["roles"]))


def _held(row: dict[str, Any]) -> HeldRole:
    read = {"role": Role(row["role"]), "level": Level(row["level"])}
    return HeldRole(**{**row, **read, "lineage": tuple(row["lineage"])})
