"""Reads councils for pages, meetings and electorates. Never writes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import community
from marketplace.councils.errors import UnknownCouncil
from marketplace.councils.tables import CouncilRow, CouncilSeatRow
from marketplace.councils.values import Council, CouncilKind, Entry, Seat, SeatRole

_COUNCIL: Final = """
SELECT id, community_id, name, kind, area_id, seats, term_from, term_to, votes_public, founded_at,
    (SELECT count(*)::int FROM council_seat WHERE council_id = council.id AND until IS NULL
        AND role <> 'alternate') AS seated
FROM council WHERE community_id = {} AND """

_SEAT: Final = """
SELECT id, council_id, member_id, role, entry, words, since, until FROM council_seat
WHERE community_id = {} AND """

_RANK: Final = "array_position(ARRAY['chair', 'member', 'alternate'], role), since, id"


async def councils(community_id: UUID) -> list[Council]:
    """Return a community's councils, the latest term first, then by name."""
    rows = await CouncilRow.raw(
        _COUNCIL + "true ORDER BY term_to DESC, lower(name), id", community_id
    )
    return [_council(row) for row in rows]


async def council(council_id: UUID, *, community_id: UUID) -> Council:
    """Return a council. Raises `UnknownCouncil`."""
    rows = await CouncilRow.raw(_COUNCIL + "id = {}", community_id, council_id)
    if not rows:
        raise UnknownCouncil
    return _council(rows[0])


async def seats_of(council_id: UUID, *, community_id: UUID) -> list[Seat]:
    """Return every seat of a council, those of today and before: chair, members, alternates."""
    return await found_seats(
        f"council_id = {{}} ORDER BY until IS NOT NULL, {_RANK}",
        council_id,
        community_id=community_id,
    )


async def seats_at(council_id: UUID, *, at: datetime, community_id: UUID) -> list[Seat]:
    """Return who sat on a council at a moment: chair, members, alternates."""
    return await found_seats(
        f"council_id = {{}} AND since <= {{}} AND (until IS NULL OR until > {{}}) ORDER BY {_RANK}",
        council_id,
        at,
        at,
        community_id=community_id,
    )


async def seats_of_member(member_id: UUID, *, community_id: UUID) -> list[Seat]:
    """Return the seats that a member holds now."""
    return await found_seats(
        f"member_id = {{}} AND until IS NULL ORDER BY {_RANK}", member_id, community_id=community_id
    )


async def council_members(
    council_id: UUID, *, community_id: UUID, at: datetime | None = None
) -> list[UUID]:
    """Return who has a vote on a council at a moment, now unless given: chair and members.

    An alternate has one only at a meeting where a member is missing, and is left out. Nobody has
    one outside the council's term. For the electorate of a round in which the delegates' meeting
    votes. Raises `UnknownCouncil`.
    """
    found = await council(council_id, community_id=community_id)
    moment = at or datetime.now(UTC)
    home = await community.community(community_id)
    if not found.term_from <= moment.astimezone(ZoneInfo(home.time_zone)).date() <= found.term_to:
        return []
    seats = await seats_at(found.id, at=moment, community_id=community_id)
    return [seat.member_id for seat in seats if seat.full]


async def found_seats(condition: str, *values: Any, community_id: UUID) -> list[Seat]:
    """Return the seats that fit a condition written in this package."""
    rows = await CouncilSeatRow.raw(_SEAT + condition, community_id, *values)
    return [_seat(row) for row in rows]


def _council(row: Mapping[str, Any]) -> Council:
    return Council(**{**row, "kind": CouncilKind(row["kind"])})


def _seat(row: Mapping[str, Any]) -> Seat:
    return Seat(**{**row, "role": SeatRole(row["role"]), "entry": Entry(row["entry"])})
