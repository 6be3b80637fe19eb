"""Grants and ends the roles that members hold at areas."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from community import rules
from community.audit import record
from community.errors import (
    BadReason,
    InvalidRole,
    LastAdministrator,
    RoleEnded,
    RoleHeld,
    UnknownMember,
    UnknownRole,
)
from community.holding import IN_FORCE, wielded
from community.messages import tell
from community.rules import Span
from community.tables import MemberRoleRow, MemberRow
from community.transactions import refusing, transaction
from community.tree import area
from community.values import STAFF, SYSTEM, Actor, Role, Standing, new_id, system

REASON_LENGTH_MAX = 200

_GONE = {Standing.LEFT, Standing.DECLINED, Standing.MERGED, Standing.ERASED}

_GRANT = """
INSERT INTO member_role (id, community_id, member_id, role, area_id, since, until, granted_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {})
"""

_OVERLAPPING = """
SELECT FROM member_role WHERE member_id = {} AND role = {} AND area_id = {}
    AND tstzrange(since, until) && tstzrange({}, {})
LIMIT 1
"""

_ADMINISTRATORS = f"""
SELECT member_role.id FROM member_role JOIN member ON member.id = member_id
WHERE role = 'administrator' AND area_id = ANY({{}}) AND {IN_FORCE}
ORDER BY member_role.id FOR NO KEY UPDATE OF member_role
"""  # noqa: S608 (a piece of our own)


async def grant_role(
    member_id: UUID,
    role: Role,
    *,
    at: UUID,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Actor | None = None,
) -> UUID:
    """Give a member a role at an area, from `since` (now) until `until` (open); return its id.

    Without `by` it is the set-up that grants. Raises `InvalidRole`, `RoleNotThere`, `InvalidTime`,
    `MayNotGrant`, `OwnRole`, `RoleHeld` where the times of the same role at the same area would
    overlap, `UnknownMember` and `UnknownArea`.
    """
    person = by if by and by.member_id != SYSTEM else None
    async with refusing(one_role_at_a_time=RoleHeld(member_id, role)):
        member = await _locked(member_id)
        now = datetime.now(UTC)
        span, there = Span(since or now, until), await area(at)
        if person:
            lives = (await area(member["lives"])).lineage
            rules.refuse_grant(
                role,
                at=there.lineage,
                to=member_id,
                lives=lives,
                by=person.member_id,
                held=await wielded(person),
            )
        rules.refuse_misplaced(role, at=there.lineage, home=member["community_id"])
        rules.refuse_bad_span(role, span, now=now, by_a_person=person is not None)
        if Standing(member["standing"]) in _GONE:
            raise InvalidRole("who is no longer a member is given no role")
        # A slip of paper lets an invited person in, and a colleague wrote it.
        if person and role in STAFF and Standing(member["standing"]) is not Standing.ACTIVE:
            raise InvalidRole("who is not in yet is given no role of staff")
        times = (span.since, span.until)
        if await MemberRoleRow.raw(_OVERLAPPING, member_id, role.value, at, *times):
            raise RoleHeld(member_id, role)
        made = new_id()
        granted_by = person.member_id if person else None
        await MemberRoleRow.raw(
            _GRANT, made, member["community_id"], member_id, role.value, at, *times, granted_by
        )
        await record(
            "role.grant",
            by=by or system(at),
            area_id=at,
            subject_kind="member",
            subject_id=member_id,
            details={"role": role.value, **({"until": until.isoformat()} if until else {})},
        )
        if person and person.member_id != member_id:
            await tell(
                member_id,
                "role.granted",
                community_id=member["community_id"],
                fill={"role": role.value, "area": there.name, "since": span.since},
            )
    return made


async def end_role(role_id: UUID, *, why: str, by: Actor) -> None:
    """End a role now, with a reason; one that has yet to begin never will.

    Raises `UnknownRole`, `RoleEnded`, `MayNotGrant`, `OwnRole`, `BadReason`, and
    `LastAdministrator` where nobody would be left to administer the area.
    """
    reason = why.strip()
    if not 0 < len(reason) <= REASON_LENGTH_MAX:
        raise BadReason
    async with transaction():
        held = await _held_by_locked(role_id)
        role, there, now = Role(held["role"]), await area(held["area_id"]), datetime.now(UTC)
        if by.member_id != SYSTEM:
            rules.refuse_end(
                role,
                at=there.lineage,
                of=held["member_id"],
                by=by.member_id,
                held=await wielded(by),
            )
        if held["until"] is not None and held["until"] <= max(now, held["since"]):
            raise RoleEnded(role_id)
        if role is Role.ADMINISTRATOR and held["since"] <= now:
            await _refuse_leaving_nobody(role_id, there.lineage)
        await MemberRoleRow.raw(
            "UPDATE member_role SET until = greatest(since, {}), ended_by = {}, ended_why = {}"
            " WHERE id = {}",
            now,
            by.member_id,
            reason,
            role_id,
        )
        await record(
            "role.end",
            by=by,
            area_id=there.id,
            subject_kind="member",
            subject_id=held["member_id"],
            details={"role": role.value, "why": reason},
        )
        if by.member_id != held["member_id"]:
            await tell(
                held["member_id"],
                "role.ended",
                community_id=held["community_id"],
                fill={"role": role.value, "area": there.name},
            )


async def _locked(member_id: UUID) -> dict[str, Any]:
    """Lock a member, so that two grants or ends at once decide one after the other."""
    rows = await MemberRow.raw(
        "SELECT community_id, coalesce(grid_id, community_id) AS lives, standing"
        " FROM member WHERE id = {} FOR NO KEY UPDATE",
        member_id,
    )
    if not rows:
        raise UnknownMember(member_id)
    return dict(rows[0])


async def _held_by_locked(role_id: UUID) -> dict[str, Any]:
    """Return a held role as it is once its member is locked. Raises `UnknownRole`."""
    query = (
        "SELECT community_id, member_id, role, area_id, since, until FROM member_role WHERE id = {}"
    )
    rows = await MemberRoleRow.raw(query, role_id)
    if not rows:
        raise UnknownRole(role_id)
    await _locked(rows[0]["member_id"])
    return dict((await MemberRoleRow.raw(query, role_id))[0])


async def _refuse_leaving_nobody(role_id: UUID, lineage: Sequence[UUID]) -> None:
    """Refuse to end the last role of administrator at an area and above it.

    All that count are locked in the order of their ids: of two administrators who end each other's
    role at once, the second finds the first one's gone.
    """
    rows = await MemberRoleRow.raw(_ADMINISTRATORS, list(lineage))
    if not any(row["id"] != role_id for row in rows):
        raise LastAdministrator(lineage[0])
