"""Grants and ends the roles that members hold at areas."""

from datetime import UTC, datetime
from uuid import UUID

from community.audit import record
from community.errors import InvalidRole, RoleHeld, UnknownMember
from community.tables import MemberRoleRow
from community.transactions import refusing
from community.values import Actor, Role, new_id, system


async def grant_role(
    member_id: UUID,
    role: Role,
    *,
    community_id: UUID,
    since: datetime | None = None,
    by: Actor | None = None,
) -> None:
    """Give a member a role in their community, from now unless `since` says otherwise.

    Raises `RoleHeld`, `UnknownMember`, and `InvalidRole` for the delegate's, which comes with a
    delegation alone.
    """
    if role is Role.DELEGATE:
        raise InvalidRole("a delegate is who has a delegation in force")
    async with refusing(
        one_role_at_a_time=RoleHeld(member_id, role),
        role_of_known_member=UnknownMember(member_id),
    ):
        await MemberRoleRow.raw(
            "INSERT INTO member_role (id, community_id, member_id, role, area_id, since,"
            " granted_by) VALUES ({}, {}, {}, {}, {}, {}, {})",
            new_id(),
            community_id,
            member_id,
            role.value,
            community_id,
            since or datetime.now(UTC),
            by.member_id if by else None,
        )
        await record(
            "role.grant",
            by=by or system(community_id),
            area_id=community_id,
            subject_kind="member",
            subject_id=member_id,
            details={"role": role.value},
        )
