"""Reads the register of organisations and who has which post in them. Never writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from community.errors import UnknownOrganisation
from community.rules import Span
from community.tables import MemberRow, OrganisationMemberRow, OrganisationRow
from community.values import Organisation, OrganisationKind, Post

_IN_FORCE: Final = "since <= clock_timestamp() AND (until IS NULL OR until > clock_timestamp())"

_ORGANISATION: Final = f"""
SELECT id, community_id, kind, name, purpose, registration_number, phone, since, until,
    (SELECT count(DISTINCT member_id) FROM organisation_member
     WHERE organisation_id = organisation.id AND {_IN_FORCE}) AS people
FROM organisation
"""  # noqa: S608 (a piece of our own)

CANDIDATES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that a member has, had or will have in an organisation."""

    id: UUID
    organisation_id: UUID
    member_id: UUID
    name: str
    post: Post
    since: datetime
    until: datetime | None

    def over(self, at: datetime | None = None) -> bool:
        """Return whether its time is past at this moment, or now."""
        moment = at or datetime.now(UTC)
        return self.until is not None and self.until <= max(moment, self.since)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member with the name that somebody looks for; `grid` tells namesakes apart."""

    id: UUID
    name: str
    grid: str
    joined_at: datetime


async def organisation(organisation_id: UUID, *, community_id: UUID) -> Organisation:
    """Return an organisation of this community. Raises `UnknownOrganisation`."""
    rows = await OrganisationRow.raw(
        f"{_ORGANISATION} WHERE id = {{}} AND community_id = {{}}", organisation_id, community_id
    )
    if not rows:
        raise UnknownOrganisation(organisation_id)
    return _organisation(rows[0])


async def organisations_of(community_id: UUID) -> list[Organisation]:
    """Return a community's register: open organisations by kind and name, then closed ones."""
    rows = await OrganisationRow.raw(
        f"{_ORGANISATION} WHERE community_id = {{}} ORDER BY until IS NOT NULL, kind, name, id",
        community_id,
    )
    return [_organisation(row) for row in rows]


async def posts_in(organisation_id: UUID, *, community_id: UUID) -> list[HeldPost]:
    """Return every post of an organisation, by rank and name: held, past and to come."""
    return await _posts("organisation_id", organisation_id, community_id)


async def posts_of(member_id: UUID, *, community_id: UUID) -> list[HeldPost]:
    """Return every post that a member has, had or will have."""
    return await _posts("member_id", member_id, community_id)


async def leads(member_id: UUID, organisation_id: UUID) -> bool:
    """Return whether a member leads an organisation now."""
    rows = await OrganisationMemberRow.raw(
        "SELECT FROM organisation_member WHERE member_id = {} AND organisation_id = {}"
        f" AND post = 'leader' AND {_IN_FORCE} LIMIT 1",
        member_id,
        organisation_id,
    )
    return bool(rows)


async def belonging(organisation_id: UUID, *, community_id: UUID) -> list[tuple[UUID, Span]]:
    """Return for each member of an organisation, once for each post, when they belonged to it."""
    posts = await posts_in(organisation_id, community_id=community_id)
    return [(held.member_id, Span(held.since, held.until)) for held in posts]


async def candidates(name: str, *, community_id: UUID) -> list[Candidate]:
    """Return a community's active members with exactly this name, earliest first, at most 20."""
    rows = await MemberRow.raw(
        "SELECT member.id, member.name, coalesce(area.name, '') AS grid, joined_at FROM member"
        " LEFT JOIN area ON area.id = grid_id"
        " WHERE community_id = {} AND member.name = {} AND standing = 'active'"
        " ORDER BY joined_at, member.id LIMIT {}",
        community_id,
        name.strip(),
        CANDIDATES_MAX,
    )
    return [Candidate(**row) for row in rows]


async def _posts(column: str, value: UUID, community_id: UUID) -> list[HeldPost]:
    rows = await OrganisationMemberRow.raw(
        "SELECT held.id, organisation_id, member_id, member.name, post, since, until"  # noqa: S608 (a column of our own)
        " FROM organisation_member AS held JOIN member ON member.id = member_id"
        f" WHERE {column} = {{}} AND held.community_id = {{}}"
        " ORDER BY array_position(ARRAY['leader', 'contact', 'staff', 'member'], post),"
        " member.name, since, held.id",
        value,
        community_id,
    )
    return [HeldPost(**{**row, "post": Post(row["post"])}) for row in rows]


def _organisation(row: dict[str, Any]) -> Organisation:
    return Organisation(**{**row, "kind": OrganisationKind(row["kind"])})
