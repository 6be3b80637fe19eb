"""Reads one need and who stands behind it. Never writes."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from marketplace.needs.errors import UnknownNeed
from marketplace.needs.tables import (
    NeedAuthorRow,
    NeedMoveRow,
    NeedRow,
    NeedSecondRow,
    NeedVersionRow,
)
from marketplace.needs.values import Need, NeedId, NeedMove, NeedState, NeedVersion

COLUMNS: Final = (
    "id, community_id, area_id, category, title, story, place, raised_by, entered_by, raised_at,"
    " state, version, merged_into"
)

_AUTHORS: Final = """
SELECT member_id FROM need_author WHERE need_id = {} AND left_at IS NULL ORDER BY since, member_id
"""

_FOLLOWERS: Final = """
SELECT member_id FROM need_author
WHERE need_id = {} AND community_id = {} AND left_at IS NULL
UNION SELECT member_id FROM need_second WHERE need_id = {} AND community_id = {}
ORDER BY member_id
"""

# Where a hidden or merged need stood: the last step before that was another.
_BEFORE: Final = """
SELECT state FROM need_move WHERE need_id = {} AND state NOT IN ('hidden', 'merged')
ORDER BY seq DESC LIMIT 1
"""


def need_of(row: dict[str, Any]) -> Need:
    """Return the need that a row with these `COLUMNS` tells."""
    return Need(**{**row, "state": NeedState(row["state"])})


async def read_need(need_id: UUID, *, community_id: UUID) -> Need:
    """Return a need of this community. Raises `UnknownNeed`."""
    rows = await NeedRow.raw(
        f"SELECT {COLUMNS} FROM need WHERE id = {{}} AND community_id = {{}}",  # noqa: S608 (column names of ours)
        need_id,
        community_id,
    )
    if not rows:
        raise UnknownNeed
    return need_of(rows[0])


async def titles_of(ids: Collection[UUID], *, community_id: UUID) -> dict[UUID, str]:
    """Return the titles of these needs of a community."""
    rows = await NeedRow.raw(
        "SELECT id, title FROM need WHERE id = ANY({}) AND community_id = {}",
        list(ids),
        community_id,
    )
    return {row["id"]: row["title"] for row in rows}


async def was_raised(need_id: UUID, member_id: UUID) -> bool:
    """Whether a member has raised a need under this id: its form came before."""
    rows = await NeedRow.raw(
        "SELECT id FROM need WHERE id = {} AND raised_by = {}", need_id, member_id
    )
    return bool(rows)


async def authors(need_id: UUID) -> list[UUID]:
    """Return who raised a need and stands by it still, the first first."""
    return [row["member_id"] for row in await NeedAuthorRow.raw(_AUTHORS, need_id)]


async def followers(need_id: UUID, community_id: UUID) -> list[UUID]:
    """Return whom to tell about a need: those who raised it and those who second it, each once."""
    rows = await NeedAuthorRow.raw(_FOLLOWERS, need_id, community_id, need_id, community_id)
    return [row["member_id"] for row in rows]


# Whoever raised a need counts as raising it, also where they seconded it before a merge made it
# theirs as well.
NOT_AS_AUTHOR: Final = """
NOT EXISTS (SELECT FROM need_author AS author WHERE author.need_id = need_second.need_id
    AND author.member_id = need_second.member_id AND author.left_at IS NULL)
"""


async def count_seconds(need_id: UUID) -> int:
    """Return how many residents second a need."""
    rows = await NeedSecondRow.raw(
        f"SELECT count(*)::int AS seconds FROM need_second"  # noqa: S608 (text of ours)
        f" WHERE need_id = {{}} AND {NOT_AS_AUTHOR}",
        need_id,
    )
    seconds: int = rows[0]["seconds"]
    return seconds


async def state_before(need_id: UUID) -> NeedState | None:
    """Return where a hidden or merged need stood before it was."""
    rows = await NeedMoveRow.raw(_BEFORE, need_id)
    return NeedState(rows[0]["state"]) if rows else None


async def moves(need_id: UUID, *, community_id: UUID) -> list[NeedMove]:
    """Return the steps that a need took, oldest first."""
    rows = await NeedMoveRow.raw(
        "SELECT state, moved_by, moved_at, why FROM need_move"
        " WHERE need_id = {} AND community_id = {} ORDER BY seq",
        need_id,
        community_id,
    )
    return [
        NeedMove(NeedState(row["state"]), row["moved_by"], row["moved_at"], row["why"])
        for row in rows
    ]


async def versions(need_id: UUID, *, community_id: UUID) -> list[NeedVersion]:
    """Return what a need said at each time, the first first."""
    rows = await NeedVersionRow.raw(
        "SELECT number, category, title, story, place, area_id, written_by, written_at"
        " FROM need_version WHERE need_id = {} AND community_id = {} ORDER BY number",
        need_id,
        community_id,
    )
    return [NeedVersion(**row) for row in rows]


async def seconders(need_id: NeedId, *, community_id: UUID) -> list[UUID]:
    """Return who seconds a need, the first first."""
    rows = await NeedSecondRow.raw(
        "SELECT member_id FROM need_second WHERE need_id = {} AND community_id = {}"  # noqa: S608 (text of ours)
        f" AND {NOT_AS_AUTHOR} ORDER BY seconded_at, member_id",
        need_id,
        community_id,
    )
    return [row["member_id"] for row in rows]
