"""Adds communities, members and roles. One verb is one transaction, with its audit event."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from community.audit import record
from community.errors import (
    CodeTaken,
    InvalidCommunity,
    InvalidMember,
    RoleHeld,
    UnknownCommunity,
    UnknownMember,
)
from community.tables import CommunityRow, MemberRoleRow, MemberRow
from community.values import SYSTEM, Community, Member, Role, new_id


def transaction() -> AbstractAsyncContextManager[PostgresTransaction, None]:
    """Open a database transaction, or join the one that this task has open."""
    engine = CommunityRow._meta.db  # noqa: SLF001 (Piccolo's own way to the engine)
    if not isinstance(engine, PostgresEngine):
        raise TypeError("the register needs PostgreSQL")
    return cast("AbstractAsyncContextManager[PostgresTransaction, None]", engine.transaction())


@asynccontextmanager
async def _refusing(**refusals: Exception) -> AsyncIterator[None]:
    """Turn a broken constraint into the refusal that it means; the transaction is over by then."""
    try:
        async with transaction():
            yield
    except asyncpg.IntegrityConstraintViolationError as error:
        refusal = refusals.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise refusal from error


async def add_community(
    *,
    code: str,
    name: str,
    time_zone: str = "Asia/Shanghai",
    desk_phone: str = "",
    by: UUID = SYSTEM,
) -> Community:
    """Add a community. Its code is its short name in addresses: `a-z`, `0-9`, hyphens.

    Raises `CodeTaken`, `InvalidCommunity`.
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidCommunity(f"there is no time zone {time_zone!r}") from error
    added = Community(new_id(), code, name.strip(), time_zone, datetime.now(UTC), desk_phone)
    async with _refusing(
        community_code_once=CodeTaken(code),
        community_code_form=InvalidCommunity(f"{code!r} is not 2 to 40 of a-z, 0-9 and hyphens"),
        community_named=InvalidCommunity("a community has a name of at most 80 characters"),
        community_desk_phone_form=InvalidCommunity(f"{desk_phone!r} is not a telephone number"),
    ):
        await CommunityRow.raw(
            "INSERT INTO community (id, code, name, time_zone, created_at, desk_phone)"
            " VALUES ({}, {}, {}, {}, {}, {})",
            added.id,
            added.code,
            added.name,
            added.time_zone,
            added.created_at,
            added.desk_phone,
        )
        await record(
            community_id=added.id,
            actor=by,
            act="community.add",
            subject_kind="community",
            subject_id=added.id,
        )
    return added


async def add_member(  # noqa: PLR0913 (a member has these parts)
    *,
    community_id: UUID,
    name: str,
    language: str = "zh",
    text_size: str = "normal",
    joined_at: datetime | None = None,
    roles: tuple[Role, ...] = (),
    by: UUID = SYSTEM,
) -> Member:
    """Add a member with the roles that hold from joining on.

    `joined_at` is now unless given. Raises `UnknownCommunity`, `InvalidMember`.
    """
    since = joined_at or datetime.now(UTC)
    added = Member(
        new_id(), community_id, name.strip(), language, text_size, since, frozenset(roles)
    )
    async with _refusing(
        member_of_known_community=UnknownCommunity(community_id),
        member_named=InvalidMember("a member has a name of at most 80 characters"),
        member_language=InvalidMember(f"{language!r} is not a language that Linli speaks"),
        member_text_size=InvalidMember(f"{text_size!r} is not a text size"),
    ):
        await MemberRow.raw(
            "INSERT INTO member (id, community_id, name, language, text_size, joined_at)"
            " VALUES ({}, {}, {}, {}, {}, {})",
            added.id,
            community_id,
            added.name,
            language,
            text_size,
            since,
        )
        await record(
            community_id=community_id,
            actor=by,
            act="member.add",
            subject_kind="member",
            subject_id=added.id,
        )
        for role in sorted(added.roles):
            await grant_role(added.id, role, community_id=community_id, since=since, by=by)
    return added


async def grant_role(
    member_id: UUID,
    role: Role,
    *,
    community_id: UUID,
    since: datetime | None = None,
    by: UUID = SYSTEM,
) -> None:
    """Give a member a role, from now unless `since` says otherwise.

    Raises `RoleHeld`, `UnknownMember`.
    """
    async with _refusing(
        one_role_at_a_time=RoleHeld(member_id, role),
        role_of_known_member=UnknownMember(member_id),
    ):
        await MemberRoleRow.raw(
            "INSERT INTO member_role (id, community_id, member_id, role, since)"
            " VALUES ({}, {}, {}, {}, {})",
            new_id(),
            community_id,
            member_id,
            role.value,
            since or datetime.now(UTC),
        )
        await record(
            community_id=community_id,
            actor=by,
            act="role.grant",
            subject_kind="member",
            subject_id=member_id,
            details={"role": role.value},
        )
