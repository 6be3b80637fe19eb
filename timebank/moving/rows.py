"""Reads, locks and writes the rows of moves: the only place that knows their columns.

A move is the affair of two communities: of the old one from the asking on, of the new one once the
old one has let go.
"""

from typing import Any, Final
from uuid import UUID

from timebank.moving.errors import UnknownMove
from timebank.moving.tables import MemberMoveRow
from timebank.moving.values import Move, MoveState

MOVES_ON_A_PAGE: Final = 100

_SELECT: Final = """
SELECT id, community_id, to_community_id, member_id, state, asked_at, asked_by, released_at,
    released_by, received_at, received_by, new_member_id, minutes, gift_minutes, ended_at, ended_by,
    ended_why
FROM member_move WHERE """

_OF_HERE: Final = (
    "(community_id = {} OR (to_community_id = {} AND released_at IS NOT NULL)) AND id = {}"
)

_INSERT: Final = """
INSERT INTO member_move (id, community_id, to_community_id, member_id, state, asked_at, asked_by,
    released_at, released_by)
VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {})
"""

_UPDATE: Final = """
UPDATE member_move SET state = {}, released_at = {}, released_by = {}, received_at = {},
    received_by = {}, new_member_id = {}, minutes = {}, gift_minutes = {}, ended_at = {},
    ended_by = {}, ended_why = {}
WHERE id = {} AND community_id = {}
"""


async def insert(move: Move) -> None:
    """Store a new move."""
    await MemberMoveRow.raw(
        _INSERT,
        move.id,
        move.community_id,
        move.to_community_id,
        move.member_id,
        move.state.value,
        move.asked_at,
        move.asked_by,
        move.released_at,
        move.released_by,
    )


async def update(move: Move) -> None:
    """Store where a move stands now."""
    await MemberMoveRow.raw(
        _UPDATE,
        move.state.value,
        move.released_at,
        move.released_by,
        move.received_at,
        move.received_by,
        move.new_member_id,
        move.minutes,
        move.gift_minutes,
        move.ended_at,
        move.ended_by,
        move.ended_why,
        move.id,
        move.community_id,
    )


async def one(move_id: UUID, *, community_id: UUID) -> Move:
    """Return a move of this community, old or new. Raises `UnknownMove`."""
    return await _one(move_id, community_id, "")


async def locked(move_id: UUID, *, community_id: UUID) -> Move:
    """Return a move that nobody else can decide until the transaction ends.

    Raises `UnknownMove`.
    """
    return await _one(move_id, community_id, " FOR NO KEY UPDATE")


async def _one(move_id: UUID, community_id: UUID, lock: str) -> Move:
    rows = await MemberMoveRow.raw(
        f"{_SELECT}{_OF_HERE}{lock}", community_id, community_id, move_id
    )
    if not rows:
        raise UnknownMove(move_id)
    return _move(rows[0])


async def open_move(member_id: UUID, *, community_id: UUID, lock: bool = False) -> Move | None:
    """Return a member's move that is still to be decided; None where there is none."""
    rows = await MemberMoveRow.raw(
        f"{_SELECT} community_id = {{}} AND member_id = {{}} AND state IN ('asked', 'released')"
        + (" FOR NO KEY UPDATE" if lock else ""),
        community_id,
        member_id,
    )
    return _move(rows[0]) if rows else None


async def latest_of(member_id: UUID, *, community_id: UUID) -> Move | None:
    """Return a member's latest move away, or the one by which they came."""
    rows = await MemberMoveRow.raw(
        f"{_SELECT} (community_id = {{}} AND member_id = {{}})"
        " OR (to_community_id = {} AND new_member_id = {}) ORDER BY asked_at DESC LIMIT 1",
        community_id,
        member_id,
        community_id,
        member_id,
    )
    return _move(rows[0]) if rows else None


async def came_from(member_id: UUID, *, community_id: UUID) -> list[Move]:
    """Return the moves by which somebody became this member, oldest first."""
    rows = await MemberMoveRow.raw(
        f"{_SELECT} to_community_id = {{}} AND new_member_id = {{}} ORDER BY received_at",
        community_id,
        member_id,
    )
    return [_move(row) for row in rows]


async def of_community(community_id: UUID, *, only_open: bool = False) -> list[Move]:
    """Return a community's moves, out and in, the latest first; at most a hundred that are over."""
    states = [one.value for one in MoveState if one.is_open or not only_open]
    rows = await MemberMoveRow.raw(
        f"{_SELECT} (community_id = {{}} OR (to_community_id = {{}} AND released_at IS NOT NULL))"
        " AND state = ANY({})"
        " ORDER BY state IN ('asked', 'released') DESC, asked_at DESC, id LIMIT {}",
        community_id,
        community_id,
        states,
        MOVES_ON_A_PAGE,
    )
    return [_move(row) for row in rows]


async def taken_along(one: UUID, other: UUID) -> int:
    """Return the minutes that all moves from one community to another took along, ever."""
    rows = await MemberMoveRow.raw(
        "SELECT coalesce(sum(minutes + gift_minutes), 0)::bigint AS minutes FROM member_move"
        " WHERE community_id = {} AND to_community_id = {} AND state = 'done'",
        one,
        other,
    )
    return int(rows[0]["minutes"])


async def forget_reasons(members: list[UUID]) -> None:
    """Take the typed reasons out of the moves of people whom the register has just erased."""
    await MemberMoveRow.raw(
        "UPDATE member_move SET ended_why = '' WHERE ended_why <> ''"
        " AND (member_id = ANY({}) OR new_member_id = ANY({}) OR ended_by = ANY({}))"
        " AND state NOT IN ('asked', 'released')",
        members,
        members,
        members,
    )


def _move(row: dict[str, Any]) -> Move:
    return Move(**{**row, "state": MoveState(row["state"])})
